//! What can go wrong between the service and its database.

use std::path::PathBuf;
use std::time::Duration;

use diesel::result::{DatabaseErrorKind, Error};

/// The database cannot serve this request now; the same request may succeed later. Nothing of it
/// was kept, unless it says that this is not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unavailable {
    /// More is asked than can be done: the queue is full, or another transaction held a lock
    /// for too long.
    #[error("too many requests wait for the database")]
    QueueFull,
    /// The database cannot be reached, or could not write.
    #[error("the database is away")]
    Away,
    /// It failed while it was told to keep a write: that may be kept, or not.
    #[error("whether the write was kept is not known")]
    Unknown,
}

impl Unavailable {
    /// When it makes sense to ask again.
    pub fn retry_after(self) -> Duration {
        match self {
            Self::QueueFull => Duration::from_secs(1),
            Self::Away | Self::Unknown => Duration::from_secs(5),
        }
    }
}

/// Why a database could not be opened or migrated. No text holds a password.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error("the database settings are wrong: {reason}")]
    Url { reason: &'static str },
    #[error("cannot create {}: {source}", path.display())]
    File {
        path: PathBuf,
        source: std::io::Error,
    },
    #[error("cannot connect to the database: {reason}")]
    Connect { reason: String },
    #[error("the file system of the database does not allow a write-ahead log (mode {mode:?})")]
    NoWriteAheadLog { mode: String },
    #[error("cannot start the writer thread: {source}")]
    Thread { source: std::io::Error },
    #[error("a migration failed: {reason}")]
    Migration { reason: String },
    #[error("the database is newer than this program: it has migration {version}")]
    DatabaseNewer { version: String },
}

/// A job panicked; it comes as the inside of [`Error::QueryBuilderError`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a database job panicked")]
pub struct Panicked;

pub(super) fn panicked() -> Error {
    Error::QueryBuilderError(Box::new(Panicked))
}

/// Tells an unavailable database (`Ok`) from every other error (`Err`, handed back as it is).
///
/// # Errors
/// The error itself, when trying again later would not help.
pub fn classify(error: Error) -> Result<Unavailable, Error> {
    match &error {
        // Read-only: it became the standby of another server.
        Error::DatabaseError(DatabaseErrorKind::ReadOnlyTransaction, _)
        | Error::DatabaseError(DatabaseErrorKind::ClosedConnection, _)
        | Error::DatabaseError(DatabaseErrorKind::UnableToSendCommand, _)
        | Error::BrokenTransactionManager => Ok(Unavailable::Away),
        Error::DatabaseError(DatabaseErrorKind::SerializationFailure, _) => {
            Ok(Unavailable::QueueFull)
        }
        Error::DatabaseError(DatabaseErrorKind::Unknown, info) => {
            by_message(info.message()).ok_or(error)
        }
        _ => Err(error),
    }
}

/// Diesel hands out no SQLSTATE for these. A server that speaks another language than English
/// makes them internal errors, which is worse manners but no wrong data.
const MESSAGES: &[(&str, Unavailable)] = &[
    ("deadlock detected", Unavailable::QueueFull),
    (
        "canceling statement due to lock timeout",
        Unavailable::QueueFull,
    ),
    (
        "canceling statement due to statement timeout",
        Unavailable::QueueFull,
    ),
    ("database is locked", Unavailable::QueueFull),
    ("terminating connection", Unavailable::Away),
    ("the database system is", Unavailable::Away),
    ("disk I/O error", Unavailable::Away),
    ("database or disk is full", Unavailable::Away),
    ("could not extend file", Unavailable::Away),
];

fn by_message(message: &str) -> Option<Unavailable> {
    MESSAGES
        .iter()
        .find(|(part, _)| message.contains(part))
        .map(|(_, why)| *why)
}
