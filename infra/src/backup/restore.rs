//! Bringing a backup back, into an empty place alone.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::contents::{Contents, contents};
use super::error::BackupError;
use super::manifest::{Manifest, named};
use super::place;
use super::take::attachment_in;
use crate::db::{Db, DbSettings, look_into, refuse_newer, shows_damage};
use crate::files::{Files, sha256_of};

/// What was brought back.
#[derive(Debug, Clone)]
pub struct Restored {
    pub manifest: Manifest,
    /// Attachments that are in the store now.
    pub attachments: u64,
    /// Named by the database, and neither in the backup nor in the store.
    pub missing: Vec<String>,
}

/// Brings back the backup in `from`. An embedded database must not be there yet; on PostgreSQL
/// the dump was brought back before, by `pg_restore`, and the attachments are what is left to do.
///
/// The attachments come first and the database gets its name last, so that no service can start
/// on half of it; a second try after a crash does no harm.
///
/// # Errors
/// When something is in the way, or the backup is not what its manifest says.
pub async fn restore(from: &Path, db: &DbSettings, files: &Files) -> Result<Restored, BackupError> {
    let manifest = Manifest::read(from)?;
    let kind = db.check()?;
    let (wanted, name) = named(kind);
    if manifest.database.kind != wanted {
        return Err(BackupError::OtherKind {
            found: manifest.database.kind,
            wanted,
        });
    }
    let copy = from.join(name);
    let (found, draft) = match db.file()? {
        Some(file) => {
            let draft = Arriving::take(&copy, &file, &manifest)?;
            (draft.check(&manifest)?, Some(draft))
        }
        None => (of_server(db, &copy, &manifest)?, None),
    };
    let (attachments, missing) = bring(from, files, &found.attachments).await?;
    if let Some(draft) = draft {
        draft.finish()?;
    }
    Ok(Restored {
        manifest,
        attachments,
        missing,
    })
}

fn of_server(db: &DbSettings, copy: &Path, manifest: &Manifest) -> Result<Contents, BackupError> {
    place::compare(copy, place::measure(copy)?, &manifest.database)?;
    let found = Db::open(db)?.read_blocking(contents)?;
    match found.migrations == manifest.migrations {
        true => Ok(found),
        false if found.migrations.is_empty() => Err(BackupError::DumpNotRestored(copy.to_owned())),
        false => Err(BackupError::damaged(
            copy,
            "the database has other migrations than its dump",
        )),
    }
}

/// The database under a name that no service opens.
struct Arriving {
    draft: PathBuf,
    file: PathBuf,
}

impl Arriving {
    fn take(copy: &Path, file: &Path, manifest: &Manifest) -> Result<Self, BackupError> {
        // A log that was left behind would be played into the database that is brought back.
        for end in ["", "-wal", "-shm", "-journal"] {
            let path = beside(file, end);
            if fs::symlink_metadata(&path).is_ok() {
                return Err(BackupError::Exists(path));
            }
        }
        if let Some(folder) = file.parent() {
            place::make_folder(folder)?;
        }
        let draft = beside(file, ".restoring");
        match fs::remove_file(&draft) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(BackupError::at(&draft)(error));
            }
            _ => {}
        }
        let arriving = Self {
            draft,
            file: file.to_owned(),
        };
        let figures = place::copy(copy, &arriving.draft)?;
        place::compare(copy, figures, &manifest.database)?;
        Ok(arriving)
    }

    fn check(&self, manifest: &Manifest) -> Result<Contents, BackupError> {
        let mut conn = look_into(&self.draft)?;
        if let Some(reason) = shows_damage(&mut conn)? {
            return Err(BackupError::damaged(&self.draft, reason));
        }
        refuse_newer(&mut conn)?;
        let found = contents(&mut conn)?;
        if found.rows != manifest.rows || found.migrations != manifest.migrations {
            let reason = "the database holds other rows than the manifest says";
            return Err(BackupError::damaged(&self.draft, reason));
        }
        Ok(found)
    }

    fn finish(self) -> Result<(), BackupError> {
        fs::rename(&self.draft, &self.file).map_err(BackupError::at(&self.file))?;
        self.file.parent().map_or(Ok(()), place::sync_folder)
    }
}

impl Drop for Arriving {
    fn drop(&mut self) {
        // Gone already when it got its name.
        let _ = fs::remove_file(&self.draft);
    }
}

fn beside(file: &Path, end: &str) -> PathBuf {
    let mut name = OsString::from(file);
    name.push(end);
    PathBuf::from(name)
}

async fn bring(
    from: &Path,
    files: &Files,
    named: &[String],
) -> Result<(u64, Vec<String>), BackupError> {
    let (mut count, mut missing) = (0u64, Vec::new());
    for sha256 in named {
        let path = attachment_in(from, sha256);
        match fs::read(&path) {
            Ok(bytes) if sha256_of(&bytes) == *sha256 => {
                files.mend(bytes).await?;
            }
            Ok(_) => return Err(BackupError::damaged(&path, "not what its name says")),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                if !files.is_sound(sha256).await? {
                    missing.push(sha256.clone());
                    continue;
                }
            }
            Err(error) => return Err(BackupError::at(&path)(error)),
        }
        count = count.saturating_add(1);
    }
    Ok((count, missing))
}
