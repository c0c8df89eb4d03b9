//! Many backups in one folder: their names by the moment, and how many are kept.

use std::fs;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use chrono::{DateTime, NaiveDateTime, Utc};

use super::error::BackupError;
use super::manifest::Manifest;
use super::place;

/// In UTC, so that the order of the names is that of time.
const NAME: &str = "motcua-%Y%m%dT%H%M%SZ";

/// The name of a backup made now, in a folder of many.
pub fn dated(folder: &Path, now: DateTime<Utc>) -> PathBuf {
    folder.join(now.format(NAME).to_string())
}

/// Removes the oldest backups in a folder but for the newest `keep`, and names them; never the one
/// that was just `made`, which a clock that was set back would name as the oldest. What is no whole
/// backup with a name by [`dated`] is left alone.
///
/// # Errors
/// When the folder cannot be read, or a backup cannot be removed.
pub fn forget_old(
    folder: &Path,
    keep: NonZeroUsize,
    made: &Path,
) -> Result<Vec<PathBuf>, BackupError> {
    let mut others = entries(folder, "")?;
    others.retain(|path| Manifest::is_in(path) && path.file_name() != made.file_name());
    others.sort_unstable();
    others.truncate((others.len() + 1).saturating_sub(keep.get()));
    remove(&others)?;
    Ok(others)
}

/// Removes what backups left in a folder that were broken off, by a machine that went down, say,
/// and names it. One that is still being made is locked.
///
/// # Errors
/// As [`forget_old`].
pub fn forget_broken_off(folder: &Path) -> Result<Vec<PathBuf>, BackupError> {
    if !folder.exists() {
        return Ok(Vec::new());
    }
    let mut drafts = entries(folder, place::DRAFT)?;
    drafts.retain(|draft| place::locked(draft).is_ok());
    remove(&drafts)?;
    Ok(drafts)
}

/// What has a name by [`dated`] with this ending.
fn entries(folder: &Path, ending: &str) -> Result<Vec<PathBuf>, BackupError> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).map_err(BackupError::at(folder))? {
        let entry = entry.map_err(BackupError::at(folder))?;
        let name = entry.file_name();
        let stem = name.to_str().and_then(|name| name.strip_suffix(ending));
        if stem.is_some_and(|stem| NaiveDateTime::parse_from_str(stem, NAME).is_ok()) {
            found.push(entry.path());
        }
    }
    Ok(found)
}

fn remove(folders: &[PathBuf]) -> Result<(), BackupError> {
    folders
        .iter()
        .try_for_each(|old| fs::remove_dir_all(old).map_err(BackupError::at(old)))
}
