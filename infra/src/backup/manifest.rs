//! What a backup says of itself, in `manifest.json`.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::error::BackupError;
use super::place;
use crate::db::Kind;

/// Of the manifest's own form.
const FORMAT: u32 = 1;
const NAME: &str = "manifest.json";
/// Far more than a manifest needs, unless very many attachments are missing.
const MOST_BYTES: u64 = 64 * 1024 * 1024;

/// A backup in figures.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    format: u32,
    /// The version of the program that made it.
    pub program: String,
    /// RFC 3339. What was answered before this moment is in the backup; for PostgreSQL, what was
    /// answered before its dump began.
    pub taken_at: String,
    pub database: Copied,
    /// The migrations of the database, oldest first.
    pub migrations: Vec<String>,
    /// Rows by table, of an embedded database.
    pub rows: BTreeMap<String, i64>,
    pub attachments: Attached,
    /// Said to whoever opens the folder one day.
    signing_keys: String,
}

/// The file of the database.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Copied {
    /// `sqlite` or `postgres`.
    pub kind: String,
    pub file: String,
    pub bytes: u64,
    pub sha256: String,
}

/// The attachments, each in a file named by its SHA-256.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attached {
    /// They are kept safe in another way, and were not copied.
    pub left_out: bool,
    pub files: u64,
    pub bytes: u64,
    /// Named by the database, but not found in the store, or not with these bytes.
    pub missing: Vec<String>,
}

impl Manifest {
    pub(super) fn new(
        taken_at: String,
        database: Copied,
        migrations: Vec<String>,
        rows: BTreeMap<String, i64>,
        attachments: Attached,
    ) -> Self {
        Self {
            format: FORMAT,
            program: env!("CARGO_PKG_VERSION").to_owned(),
            taken_at,
            database,
            migrations,
            rows,
            attachments,
            signing_keys: "not copied: keep them apart, or have new ones made on the next start, \
                           and everybody signs in again"
                .to_owned(),
        }
    }

    pub(super) fn write(&self, folder: &Path) -> Result<(), BackupError> {
        let path = folder.join(NAME);
        let mut text = serde_json::to_vec_pretty(self)
            .map_err(|error| BackupError::damaged(&path, error.to_string()))?;
        text.push(b'\n');
        place::write(&path, &text)
    }

    /// Reads the manifest of a backup.
    ///
    /// # Errors
    /// When there is none, or none that this program reads.
    pub fn read(folder: &Path) -> Result<Self, BackupError> {
        let path = folder.join(NAME);
        let no_backup = |reason: String| BackupError::NotABackup {
            path: folder.to_owned(),
            reason,
        };
        let size = fs::metadata(&path).map_err(|error| no_backup(format!("{NAME}: {error}")))?;
        if size.len() > MOST_BYTES {
            return Err(no_backup(format!("{NAME} is too large")));
        }
        let text = fs::read(&path).map_err(BackupError::at(&path))?;
        let read: Self =
            serde_json::from_slice(&text).map_err(|error| no_backup(format!("{NAME}: {error}")))?;
        if read.format != FORMAT {
            return Err(no_backup(format!("its form {} is newer", read.format)));
        }
        Ok(read)
    }

    pub(super) fn is_in(folder: &Path) -> bool {
        folder.join(NAME).is_file()
    }
}

/// The name of a kind, and of its file in a backup.
pub(super) fn named(kind: Kind) -> (&'static str, &'static str) {
    match kind {
        Kind::Sqlite => ("sqlite", "motcua.db"),
        Kind::Postgres => ("postgres", "motcua.dump"),
    }
}
