//! Many backups in one folder: their names by the moment, and how many are kept.

use std::fs;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use chrono::{DateTime, NaiveDateTime, Utc};

use super::error::BackupError;
use super::manifest::Manifest;

/// In UTC, so that the order of the names is that of time.
const NAME: &str = "motcua-%Y%m%dT%H%M%SZ";

/// The name of a backup made now, in a folder of many.
pub fn dated(folder: &Path, now: DateTime<Utc>) -> PathBuf {
    folder.join(now.format(NAME).to_string())
}

/// Removes the oldest backups in a folder but for the newest `keep`, and names them. What is no
/// whole backup with a name by [`dated`] is left alone.
///
/// # Errors
/// When the folder cannot be read, or a backup cannot be removed.
pub fn forget_old(folder: &Path, keep: NonZeroUsize) -> Result<Vec<PathBuf>, BackupError> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).map_err(BackupError::at(folder))? {
        let entry = entry.map_err(BackupError::at(folder))?;
        let name = entry.file_name();
        let is_dated = name
            .to_str()
            .is_some_and(|name| NaiveDateTime::parse_from_str(name, NAME).is_ok());
        if is_dated && Manifest::is_in(&entry.path()) {
            found.push(entry.path());
        }
    }
    found.sort_unstable();
    found.truncate(found.len().saturating_sub(keep.get()));
    for old in &found {
        fs::remove_dir_all(old).map_err(BackupError::at(old))?;
    }
    Ok(found)
}
