//! What a backup and a restore refuse, and that a refusal leaves nothing behind.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use super::{back_up, bring_back, restore};
use crate::support::{Database, MARITAL_STATUS, Staff, Which, World, ended, program, registered};

/// One dossier with one file.
pub(super) async fn ward(world: &World) -> String {
    let staff = Staff::of(world);
    let code = registered(&staff.clerk, MARITAL_STATUS).await;
    let scan = b"%PDF-1.7\n%%EOF\n".to_vec();
    let file = staff.clerk.upload(&code, "don.pdf", scan).await.expect(201);
    file.text("sha256").to_owned()
}

fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).expect("a folder");
    let mut names: Vec<String> = entries
        .map(|entry| {
            entry
                .expect("an entry")
                .file_name()
                .to_string_lossy()
                .into_owned()
        })
        .collect();
    names.sort_unstable();
    names
}

/// Replaces a file's bytes, whatever its rights.
fn spoil(path: &Path) {
    let mut bytes = std::fs::read(path).expect("a file");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(path, bytes).expect("a file that can be written");
}

both! {
    async fn a_backup_overwrites_nothing_and_is_for_its_owner_alone(world) {
        ward(&world).await;
        let place = tempfile::tempdir().expect("a folder");
        let to = place.path().join("backup");
        back_up(&world, &to).await.expect(0);
        let mode = |path: &Path| path.metadata().expect("a file").permissions().mode() & 0o777;
        assert_eq!(mode(&to), 0o700);
        for name in names(&to).iter().filter(|name| *name != "attachments") {
            assert_eq!(mode(&to.join(name)), 0o600, "{name}");
        }
        let manifest = std::fs::read(to.join("manifest.json")).expect("a manifest");
        let again = back_up(&world, &to).await.expect(1);
        assert!(again.err.contains("không ghi đè"), "{again:?}");
        assert_eq!(std::fs::read(to.join("manifest.json")).expect("a manifest"), manifest);
        assert!(!place.path().join("backup.part").exists());
    }

    /// Signing keys let their holder sign as anyone, so they are not where backups are carried.
    async fn a_backup_holds_no_signing_key(world) {
        ward(&world).await;
        let place = tempfile::tempdir().expect("a folder");
        let to = place.path().join("backup");
        let said = back_up(&world, &to).await.expect(0);
        assert!(said.out.contains("keys"), "{said:?}");
        let held = if world.which == Which::Sqlite { "motcua.db" } else { "motcua.dump" };
        assert_eq!(names(&to), ["attachments", "manifest.json", held]);
    }

    async fn a_lost_attachment_is_named_and_the_rest_is_kept(world) {
        let sha256 = ward(&world).await;
        let file = world.folder().join("attachments").join(&sha256[..2]).join(&sha256);
        std::fs::remove_file(file).expect("the file of the attachment");
        let place = tempfile::tempdir().expect("a folder");
        let to = place.path().join("backup");
        let said = back_up(&world, &to).await.expect(1);
        assert!(said.err.contains(&sha256), "{said:?}");
        let folder = tempfile::tempdir().expect("a folder");
        let database = Database::empty(world.which, folder.path());
        let said = bring_back(&database, folder.path(), &to).await.expect(1);
        assert!(said.out.contains("0 broken chains") && said.err.contains(&sha256), "{said:?}");
    }

    async fn a_damaged_attachment_is_not_brought_back(world) {
        let sha256 = ward(&world).await;
        let place = tempfile::tempdir().expect("a folder");
        let to = place.path().join("backup");
        back_up(&world, &to).await.expect(0);
        spoil(&to.join("attachments").join(&sha256[..2]).join(&sha256));
        let folder = tempfile::tempdir().expect("a folder");
        let database = Database::empty(world.which, folder.path());
        let said = bring_back(&database, folder.path(), &to).await.expect(1);
        assert!(said.err.contains("bị hỏng"), "{said:?}");
        assert!(!folder.path().join("motcua.db").exists());
    }

    async fn a_stored_attachment_that_is_damaged_is_mended(world) {
        let sha256 = ward(&world).await;
        let place = tempfile::tempdir().expect("a folder");
        let to = place.path().join("backup");
        back_up(&world, &to).await.expect(0);
        let folder = tempfile::tempdir().expect("a folder");
        let stored = folder.path().join("attachments").join(&sha256[..2]).join(&sha256);
        let kept = world.folder().join("attachments").join(&sha256[..2]).join(&sha256);
        std::fs::create_dir_all(stored.parent().expect("a folder")).expect("a folder");
        std::fs::copy(&kept, &stored).expect("a copy");
        spoil(&stored);
        let database = Database::empty(world.which, folder.path());
        bring_back(&database, folder.path(), &to).await.expect(0);
        let bytes = |path: &Path| std::fs::read(path).expect("a file");
        assert_eq!(bytes(&stored), bytes(&kept));
    }

    async fn a_damaged_database_is_not_brought_back(world) {
        ward(&world).await;
        let place = tempfile::tempdir().expect("a folder");
        let to = place.path().join("backup");
        back_up(&world, &to).await.expect(0);
        let held = if world.which == Which::Sqlite { "motcua.db" } else { "motcua.dump" };
        spoil(&to.join(held));
        let folder = tempfile::tempdir().expect("a folder");
        let database = Database::empty(world.which, folder.path());
        // On PostgreSQL as well before pg_restore is asked to read it.
        let said = restore(&database, folder.path(), &to).await.expect(1);
        assert!(said.err.contains("bị hỏng"), "{said:?}");
        assert!(!folder.path().join("motcua.db").exists());
        assert!(!folder.path().join("motcua.db.restoring").exists());
    }

    async fn a_folder_without_a_manifest_is_no_backup(world) {
        let folder = tempfile::tempdir().expect("a folder");
        let database = Database::empty(world.which, folder.path());
        let said = restore(&database, folder.path(), world.folder()).await.expect(1);
        assert!(said.err.contains("manifest.json"), "{said:?}");
    }
}

fn on_sqlite<F: Future<Output = ()>>(body: impl FnOnce(World) -> F) {
    World::run(Which::Sqlite, body);
}

#[test]
fn a_file_is_brought_back_into_an_empty_place_alone() {
    on_sqlite(async |world| {
        ward(&world).await;
        let place = tempfile::tempdir().expect("a folder");
        let to = place.path().join("backup");
        back_up(&world, &to).await.expect(0);
        let own = restore(world.database(), world.folder(), &to)
            .await
            .expect(1);
        assert!(own.err.contains("motcua.db đã có sẵn"), "{own:?}");
        assert!(world.verify().1.is_empty());
        // The log of a database that was deleted would be played into the one that comes back.
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("motcua.db-wal"), b"old").expect("a file");
        let database = Database::empty(Which::Sqlite, folder.path());
        let said = restore(&database, folder.path(), &to).await.expect(1);
        assert!(said.err.contains("motcua.db-wal"), "{said:?}");
    });
}

#[test]
fn a_backup_of_no_database_makes_neither_a_backup_nor_a_database() {
    on_sqlite(async |_world| {
        let folder = tempfile::tempdir().expect("a folder");
        let database = Database::empty(Which::Sqlite, folder.path());
        let mut command = program(&database, folder.path());
        command
            .args(["backup", "--to"])
            .arg(folder.path().join("backup"));
        let said = ended(command).await.expect(1);
        assert!(said.err.contains("không có cơ sở dữ liệu"), "{said:?}");
        assert_eq!(names(folder.path()), ["attachments"]);
    });
}

#[test]
fn a_server_is_backed_up_with_a_dump_of_its_own_tool_and_brought_back_after_it() {
    World::run(Which::Postgres, async |world| {
        ward(&world).await;
        let place = tempfile::tempdir().expect("a folder");
        let to = place.path().join("backup");
        let mut without = world.program();
        without.args(["backup", "--to"]).arg(&to);
        let said = ended(without).await.expect(1);
        assert!(said.err.contains("pg_dump --format=custom"), "{said:?}");
        let mut other = world.program();
        let text = place.path().join("dump.sql");
        std::fs::write(&text, "-- PostgreSQL database dump\n").expect("a file");
        other
            .args(["backup", "--to"])
            .arg(&to)
            .arg("--dump")
            .arg(text);
        let said = ended(other).await.expect(1);
        assert!(said.err.contains("không phải bản kết xuất"), "{said:?}");
        back_up(&world, &to).await.expect(0);
        let folder = tempfile::tempdir().expect("a folder");
        let database = Database::empty(Which::Postgres, folder.path());
        let said = restore(&database, folder.path(), &to).await.expect(1);
        assert!(said.err.contains("pg_restore"), "{said:?}");
    });
}

#[test]
fn a_backup_of_one_kind_of_database_is_not_brought_back_into_the_other() {
    on_sqlite(async |world| {
        let place = tempfile::tempdir().expect("a folder");
        let to = place.path().join("backup");
        back_up(&world, &to).await.expect(0);
        let mut command = program(world.database(), world.folder());
        command
            .env("MOTCUA_DATABASE_URL", "postgres://127.0.0.1:1/motcua")
            .args(["restore", "--from"])
            .arg(&to);
        let said = ended(command).await.expect(1);
        assert!(said.err.contains("loại cơ sở dữ liệu khác"), "{said:?}");
    });
}

#[test]
fn a_dump_that_is_cut_off_or_of_another_night_makes_no_backup() {
    World::run(Which::Postgres, async |world| {
        ward(&world).await;
        let place = tempfile::tempdir().expect("a folder");
        let to = place.path().join("backup");
        let file = super::dump(&world, &to).await;
        let whole = std::fs::read(&file).expect("a dump");
        let with = async |file: &Path| {
            let mut command = world.program();
            let tools = std::env::var("MOTCUA_TEST_PG_BIN").expect("the tools of the server");
            let path = std::env::var("PATH").expect("a path");
            command
                .env("PATH", format!("{tools}:{path}"))
                .args(["backup", "--to"])
                .arg(&to)
                .arg("--dump")
                .arg(file);
            ended(command).await
        };
        let cut = place.path().join("cut.dump");
        std::fs::write(&cut, &whole[..whole.len() / 2]).expect("a file");
        let said = with(&cut).await.expect(1);
        assert!(said.err.contains("bị hỏng"), "{said:?}");
        let old = std::fs::File::options()
            .write(true)
            .open(&file)
            .expect("a file");
        let mtime = old
            .metadata()
            .and_then(|about| about.modified())
            .expect("a time");
        let yesterday = mtime - std::time::Duration::from_secs(86_400);
        old.set_modified(yesterday).expect("a time");
        let said = with(&file).await.expect(1);
        assert!(said.err.contains("hơn một giờ"), "{said:?}");
        old.set_modified(mtime).expect("a time");
        with(&file).await.expect(0);
    });
}
