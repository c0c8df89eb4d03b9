//! Nightly backups in one folder: named by their moment, the oldest removed.

use super::refusals::ward;
use crate::support::{Ended, Which, World, ended};

async fn into(world: &World, folder: &std::path::Path, keep: &str) -> Ended {
    let mut command = world.program();
    command
        .args(["backup", "--keep", keep, "--into"])
        .arg(folder);
    ended(command).await
}

fn names(folder: &std::path::Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).expect("a folder").flatten();
    let mut names: Vec<String> = entries
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    names.sort_unstable();
    names
}

#[test]
fn the_oldest_backups_are_removed_and_nothing_else_is() {
    World::run(Which::Sqlite, async |world| {
        let place = tempfile::tempdir().expect("a folder");
        // Two of former nights, one that was never finished, and a folder of somebody else.
        for (name, whole) in [
            ("motcua-20250101T020000Z", true),
            ("motcua-20250102T020000Z", true),
            ("motcua-20250103T020000Z", false),
            // Of a machine that went down meanwhile.
            ("motcua-20250104T020000Z.part", false),
            ("quan-trong", true),
        ] {
            let folder = place.path().join(name);
            std::fs::create_dir(&folder).expect("a folder");
            if whole {
                std::fs::write(folder.join("manifest.json"), "{}").expect("a file");
            }
        }
        let said = into(&world, place.path(), "2").await.expect(0);
        assert!(said.out.contains("motcua-20250101T020000Z"), "{said:?}");
        assert!(
            said.out.contains("motcua-20250104T020000Z.part"),
            "{said:?}"
        );
        let left = names(place.path());
        assert_eq!(left.len(), 4, "{left:?}");
        assert_eq!(left[0], "motcua-20250102T020000Z");
        assert_eq!(left[1], "motcua-20250103T020000Z");
        assert_eq!(left[3], "quan-trong");
        assert!(place.path().join(&left[2]).join("motcua.db").is_file());
    });
}

/// A clock that was set back names the new one as the oldest.
#[test]
fn the_backup_that_was_just_made_is_never_removed() {
    World::run(Which::Sqlite, async |world| {
        let place = tempfile::tempdir().expect("a folder");
        for name in ["motcua-29990101T020000Z", "motcua-29990102T020000Z"] {
            let folder = place.path().join(name);
            std::fs::create_dir(&folder).expect("a folder");
            std::fs::write(folder.join("manifest.json"), "{}").expect("a file");
        }
        into(&world, place.path(), "2").await.expect(0);
        let left = names(place.path());
        assert_eq!(left.len(), 2, "{left:?}");
        assert!(
            place.path().join(&left[0]).join("motcua.db").is_file(),
            "{left:?}"
        );
        assert_eq!(left[1], "motcua-29990102T020000Z");
    });
}

/// As many nights as are kept, and none of the backups left would hold an attachment.
#[test]
fn a_night_without_the_attachments_removes_no_other() {
    World::run(Which::Sqlite, async |world| {
        let sha256 = ward(&world).await;
        // The volume is not mounted.
        let attachments = world.folder().join("attachments");
        std::fs::rename(&attachments, world.folder().join("elsewhere")).expect("a folder");
        let place = tempfile::tempdir().expect("a folder");
        let former = ["motcua-20250101T020000Z", "motcua-20250102T020000Z"];
        for name in former {
            let folder = place.path().join(name);
            std::fs::create_dir(&folder).expect("a folder");
            std::fs::write(folder.join("manifest.json"), "{}").expect("a file");
        }
        let said = into(&world, place.path(), "1").await.expect(1);
        assert!(said.err.contains(&sha256), "{said:?}");
        let left = names(place.path());
        assert_eq!(left.len(), 3, "{left:?}");
        assert_eq!(left[..2], former);
    });
}

#[test]
fn one_place_is_named_for_a_backup_and_none_is_kept_by_mistake() {
    World::run(Which::Sqlite, async |world| {
        for wrong in [
            &["backup"][..],
            &["backup", "--to", "a", "--into", "b"],
            &["backup", "--to", "a", "--keep", "3"],
            &["backup", "--into", "a", "--keep", "0"],
        ] {
            let mut command = world.program();
            command.args(wrong).current_dir(world.folder());
            ended(command).await.expect(2);
        }
        assert!(!world.folder().join("a").exists());
    });
}
