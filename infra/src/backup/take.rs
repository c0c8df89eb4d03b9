//! Making a backup of a service that goes on working.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use chrono::{DateTime, Utc};
use domain::time::to_rfc3339;

use super::contents::{Contents, contents};
use super::error::BackupError;
use super::manifest::{Attached, Copied, Manifest, named};
use super::place::{self, Draft};
use crate::db::{Db, DbSettings, Kind, copy_embedded, look_into, shows_damage};
use crate::files::{Files, sha256_of};

/// The magic of `pg_dump --format=custom`.
const DUMP: &[u8] = b"PGDMP";
/// A dump is made just before its backup.
const FRESH: Duration = Duration::from_secs(3600);

/// Makes the folder `to` with all that a service needs to go on elsewhere, the signing keys left
/// out. The database comes first and the attachments after it: an attachment lies in the store
/// before its row is written, so whatever the copy names is there.
///
/// PostgreSQL is dumped by its own tool; `dump` is what that wrote, and is taken into the folder.
/// Without `files`, attachments are left to whoever keeps them safe otherwise.
///
/// An attachment that is lost does not stop it: see [`Attached::missing`].
///
/// # Errors
/// When `to` exists, or a part cannot be read or written. Nothing is left then.
pub async fn back_up(
    db: &DbSettings,
    files: Option<&Files>,
    dump: Option<&Path>,
    to: &Path,
    now: DateTime<Utc>,
) -> Result<Manifest, BackupError> {
    let draft = Draft::begin(to)?;
    let (copied, found) = match (db.file()?, dump) {
        (Some(_), Some(_)) => return Err(BackupError::DumpUnwanted),
        (None, None) => return Err(BackupError::DumpWanted),
        (Some(file), None) => copy_file(&file, draft.folder())?,
        (None, Some(dump)) => take_dump(db, dump, draft.folder())?,
    };
    let attached = match files {
        Some(files) => copy_attachments(files, &found.attachments, draft.folder()).await?,
        None => Attached {
            left_out: true,
            ..Attached::default()
        },
    };
    let manifest = Manifest::new(
        to_rfc3339(now),
        copied,
        found.migrations,
        found.rows,
        attached,
    );
    manifest.write(draft.folder())?;
    draft.finish()?;
    Ok(manifest)
}

fn copy_file(file: &Path, folder: &Path) -> Result<(Copied, Contents), BackupError> {
    if !file.is_file() {
        return Err(BackupError::NoDatabase(file.to_owned()));
    }
    let (kind, name) = named(Kind::Sqlite);
    let path = folder.join(name);
    copy_embedded(file, &path)?;
    let mut conn = look_into(&path)?;
    // A damaged database must be noticed by its backup, not by the restore of it.
    if let Some(reason) = shows_damage(&mut conn)? {
        return Err(BackupError::damaged(file, reason));
    }
    let found = contents(&mut conn)?;
    if found.migrations.is_empty() {
        return Err(BackupError::NoDatabase(file.to_owned()));
    }
    drop(conn);
    let figures = place::measure(&path)?;
    Ok((copied(kind, name, figures), found))
}

fn take_dump(
    db: &DbSettings,
    dump: &Path,
    folder: &Path,
) -> Result<(Copied, Contents), BackupError> {
    use std::io::Read as _;
    let mut magic = Vec::new();
    let opened = fs::File::open(dump).and_then(|file| file.take(5).read_to_end(&mut magic));
    opened.map_err(BackupError::at(dump))?;
    if magic != DUMP {
        return Err(BackupError::NotADump(dump.to_owned()));
    }
    check_dump(dump)?;
    let (kind, name) = named(Kind::Postgres);
    let figures = place::copy(dump, &folder.join(name))?;
    // Read after the dump was made: no row of it is missed.
    let found = Db::open(db)?.read_blocking(contents)?;
    Ok((copied(kind, name, figures), found))
}

/// A dump of another night, or one that the disk had no room for, must not become a backup that
/// looks whole. It is read to its end where its own tool is at hand.
fn check_dump(dump: &Path) -> Result<(), BackupError> {
    let about = fs::metadata(dump).and_then(|about| about.modified());
    let written = about.map_err(BackupError::at(dump))?;
    // One whose time lies ahead, by the clock of another machine, was not written long ago.
    if written.elapsed().is_ok_and(|age| age > FRESH) {
        return Err(BackupError::StaleDump(dump.to_owned()));
    }
    let read = Command::new("pg_restore")
        .arg("--file=/dev/null")
        .arg(dump)
        .stdin(Stdio::null())
        .output();
    match read {
        Ok(read) if read.status.success() => Ok(()),
        Ok(read) => {
            let reason = String::from_utf8_lossy(&read.stderr).trim().to_owned();
            Err(BackupError::damaged(dump, reason))
        }
        Err(error) => {
            tracing::info!(%error, "the dump is not read: there is no pg_restore here");
            Ok(())
        }
    }
}

fn copied(kind: &str, name: &str, (bytes, sha256): (u64, String)) -> Copied {
    Copied {
        kind: kind.to_owned(),
        file: name.to_owned(),
        bytes,
        sha256,
    }
}

async fn copy_attachments(
    files: &Files,
    named: &[String],
    folder: &Path,
) -> Result<Attached, BackupError> {
    let mut attached = Attached::default();
    place::make_folder(&folder.join(FOLDER))?;
    for sha256 in named {
        let bytes = files.whole(sha256).await?;
        let Some(bytes) = bytes.filter(|bytes| sha256_of(bytes) == *sha256) else {
            attached.missing.push(sha256.clone());
            continue;
        };
        let path = attachment_in(folder, sha256);
        if let Some(parent) = path.parent() {
            place::make_folder(parent)?;
        }
        place::write(&path, &bytes)?;
        attached.files = attached.files.saturating_add(1);
        let size = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        attached.bytes = attached.bytes.saturating_add(size);
    }
    sync_all_below(&folder.join(FOLDER))?;
    Ok(attached)
}

/// A file is found after a power cut only when the folder that names it is on disk, too.
fn sync_all_below(folder: &Path) -> Result<(), BackupError> {
    for entry in fs::read_dir(folder).map_err(BackupError::at(folder))? {
        place::sync_folder(&entry.map_err(BackupError::at(folder))?.path())?;
    }
    place::sync_folder(folder)
}

const FOLDER: &str = "attachments";

/// Laid out as in the store of the service, so that a folder can be copied by hand as well.
pub(super) fn attachment_in(folder: &Path, sha256: &str) -> PathBuf {
    let start = sha256.get(..2).unwrap_or("00");
    folder.join(FOLDER).join(start).join(sha256)
}
