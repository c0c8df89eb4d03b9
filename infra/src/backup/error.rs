//! Why a backup was not made, or not brought back.

use std::io;
use std::path::{Path, PathBuf};

use crate::db::{OpenError, Unavailable};
use crate::files::FilesError;

/// Why a backup was not made or not brought back. Nothing half-made is left under a name that
/// looks whole.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    #[error("{} is there already; nothing is overwritten", .0.display())]
    Exists(PathBuf),
    #[error("there is no database in {}", .0.display())]
    NoDatabase(PathBuf),
    /// PostgreSQL is dumped by its own tool, and before the attachments are copied.
    #[error(
        "the database is PostgreSQL: run pg_dump --format=custom first, and name its file by --dump"
    )]
    DumpWanted,
    #[error("--dump is for PostgreSQL; this database is a file, which is copied without it")]
    DumpUnwanted,
    #[error("{} is no dump made by pg_dump --format=custom", .0.display())]
    NotADump(PathBuf),
    #[error("{} was written more than an hour ago: run pg_dump anew, just before", .0.display())]
    StaleDump(PathBuf),
    #[error(
        "this database is empty: bring the dump back first, by \
         pg_restore --no-owner --dbname=… {}", .0.display()
    )]
    DumpNotRestored(PathBuf),
    #[error("{} holds no backup that this program reads: {reason}", path.display())]
    NotABackup { path: PathBuf, reason: String },
    #[error("the backup is of a {found} database, the settings name a {wanted} one")]
    OtherKind { found: String, wanted: &'static str },
    #[error("{} is damaged: {reason}", path.display())]
    Damaged { path: PathBuf, reason: String },
    #[error("{}: {source}", path.display())]
    Io { path: PathBuf, source: io::Error },
    #[error(transparent)]
    Open(#[from] OpenError),
    #[error("the database: {0}")]
    Query(#[from] diesel::result::Error),
    #[error("the database: {0}")]
    Away(#[from] Unavailable),
    #[error("the attachments: {0}")]
    Files(#[from] FilesError),
}

impl BackupError {
    pub(super) fn at(path: &Path) -> impl Fn(io::Error) -> Self + use<> {
        let path = path.to_owned();
        move |source| Self::Io {
            path: path.clone(),
            source,
        }
    }

    pub(super) fn damaged(path: &Path, reason: impl Into<String>) -> Self {
        Self::Damaged {
            path: path.to_owned(),
            reason: reason.into(),
        }
    }
}
