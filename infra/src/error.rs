//! Why an action did not happen; the HTTP layer turns each into a problem.

use domain::dossier::{Action, Refusal, State};
use domain::lang::Lang;

use crate::db::{Unavailable, classify};

/// A fault of the input that only the data could show, at a field of the request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Path in the request body, such as `papers[2].number`.
    pub field: String,
    pub code: &'static str,
    pub vi: String,
    pub en: String,
}

impl Fault {
    pub fn new(
        field: impl Into<String>,
        code: &'static str,
        vi: impl Into<String>,
        en: impl Into<String>,
    ) -> Self {
        Self {
            field: field.into(),
            code,
            vi: vi.into(),
            en: en.into(),
        }
    }

    pub fn text(&self, lang: Lang) -> &str {
        lang.pick(&self.vi, &self.en)
    }
}

/// An action that the state of the dossier forbids, with what it would allow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflict {
    pub state: State,
    pub action: Action,
    pub allowed: Vec<Action>,
    pub refusal: Refusal,
    /// The dossier's present version, for the next `If-Match`.
    pub version: i64,
}

/// Why an action did not happen. Nothing has changed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Not there, or not for this reader to know.
    #[error("not found")]
    NotFound,
    /// Known to the reader but not theirs to do.
    #[error("forbidden")]
    Forbidden,
    /// The state would allow it, but not to this person; what they may do is named.
    #[error("not permitted")]
    NotPermitted(Box<Conflict>),
    #[error("unauthenticated: {0}")]
    Unauthenticated(&'static str),
    /// Too many failed logins; seconds until the next may be tried.
    #[error("locked for {0} s")]
    Locked(u32),
    /// `If-Match` names an older version; the present one is given.
    #[error("stale version, now {0}")]
    Stale(i64),
    #[error("conflict")]
    Conflict(Box<Conflict>),
    /// A natural code or name is taken.
    #[error("already exists")]
    AlreadyExists,
    /// Something still depends on it: open dossiers, staff, offices below.
    #[error("in use: {0}")]
    InUse(&'static str),
    /// The same, where the answer tells how many there are.
    #[error("in use: {count} {what}")]
    InUseBy { what: &'static str, count: i64 },
    /// A rule that is not about a dossier's state forbids it; the code is in the catalogue.
    #[error("refused: {0}")]
    Refused(&'static str),
    #[error("invalid input")]
    Invalid(Vec<Fault>),
    #[error("the idempotency key was used with another request")]
    KeyReused,
    #[error("a request with the same idempotency key is in flight")]
    InFlight,
    #[error("unavailable: {0:?}")]
    Unavailable(Unavailable),
    #[error("database: {0}")]
    Database(diesel::result::Error),
    /// The cursor is not one of this list.
    #[error("bad cursor")]
    BadCursor,
    /// Stored data contradict themselves, or a part failed that should not.
    #[error("internal: {0}")]
    Internal(String),
}

impl From<Unavailable> for Error {
    fn from(cause: Unavailable) -> Self {
        Self::Unavailable(cause)
    }
}

impl From<diesel::result::Error> for Error {
    fn from(error: diesel::result::Error) -> Self {
        match classify(error) {
            Ok(cause) => Self::Unavailable(cause),
            Err(error) => Self::Database(error),
        }
    }
}

impl From<serde_json::Error> for Error {
    fn from(error: serde_json::Error) -> Self {
        Self::Internal(format!("stored JSON does not read: {error}"))
    }
}

impl Error {
    /// A stable word for records that must not quote what is stored.
    pub fn word(&self) -> &'static str {
        match self {
            Self::NotFound => "not_found",
            Self::Forbidden | Self::NotPermitted(_) => "forbidden",
            Self::Unauthenticated(code) => code,
            Self::Locked(_) => "locked",
            Self::Stale(_) => "stale_version",
            Self::Conflict(_) => "state_conflict",
            Self::AlreadyExists => "already_exists",
            Self::InUse(_) | Self::InUseBy { .. } => "in_use",
            Self::Refused(code) => code,
            Self::Invalid(_) => "invalid",
            Self::KeyReused | Self::InFlight => "retry",
            Self::Unavailable(_) => "unavailable",
            Self::Database(_) => "database",
            Self::BadCursor => "bad_cursor",
            Self::Internal(_) => "internal",
        }
    }

    /// One fault at one field.
    pub fn invalid(
        field: impl Into<String>,
        code: &'static str,
        vi: impl Into<String>,
        en: impl Into<String>,
    ) -> Self {
        Self::Invalid(vec![Fault::new(field, code, vi, en)])
    }
}
