//! Which database to open and how; the URL decides between SQLite and PostgreSQL.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use super::connection::Conn;
use super::dialect::Kind;
use super::error::OpenError;
use super::{pool, sqlite};

/// How to reach the database.
#[derive(Clone)]
pub struct DbSettings {
    /// `sqlite://relative.db`, `sqlite:///absolute.db` or `postgres://user:password@host/name`.
    pub url: String,
    /// Read-only connections on SQLite.
    pub readers: u32,
    /// Connections on PostgreSQL.
    pub pg_pool: u32,
    /// How many requests may wait before the next is turned away.
    pub queue: usize,
    /// How long a request waits for a connection.
    pub acquire_timeout: Duration,
    /// PostgreSQL: the longest one statement may take.
    pub statement_timeout: Duration,
    /// PostgreSQL: the longest one statement may wait for a lock.
    pub lock_timeout: Duration,
}

impl DbSettings {
    /// The defaults, for this URL.
    pub fn new(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            readers: 4,
            pg_pool: 8,
            queue: 1024,
            acquire_timeout: Duration::from_secs(2),
            statement_timeout: Duration::from_secs(30),
            lock_timeout: Duration::from_secs(5),
        }
    }

    /// Whether the URL can be understood; nothing is opened.
    ///
    /// # Errors
    /// [`OpenError::Url`] with the reason.
    pub fn check(&self) -> Result<Kind, OpenError> {
        Target::parse(self).map(|target| target.kind())
    }

    /// The file of an embedded database; none where the URL names a server.
    ///
    /// # Errors
    /// As [`DbSettings::check`].
    pub fn file(&self) -> Result<Option<PathBuf>, OpenError> {
        Target::parse(self).map(|target| match target {
            Target::Sqlite(path) => Some(path),
            Target::Postgres { .. } => None,
        })
    }
}

impl fmt::Debug for DbSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DbSettings")
            .field("url", &without_secrets(&self.url))
            .field("readers", &self.readers)
            .field("pg_pool", &self.pg_pool)
            .field("queue", &self.queue)
            .field("acquire_timeout", &self.acquire_timeout)
            .field("statement_timeout", &self.statement_timeout)
            .field("lock_timeout", &self.lock_timeout)
            .finish()
    }
}

/// A server's URL keeps its host and name only; a password may stand in front of the `@` or in
/// the query, and one with an unescaped `?` or `/` must not slip through either.
fn without_secrets(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else {
        return "***".into();
    };
    if scheme == "sqlite" {
        return url.into();
    }
    let place = rest.split('?').next().unwrap_or_default();
    match place.rsplit_once('@') {
        Some((_, host)) => format!("{scheme}://***@{host}"),
        None if rest.contains('@') => format!("{scheme}://***"),
        None => format!("{scheme}://{place}"),
    }
}

/// The database a URL names, with all that a new connection needs.
#[derive(Clone)]
pub(super) enum Target {
    Sqlite(PathBuf),
    Postgres { url: String, setup: String },
}

impl Target {
    pub(super) fn parse(settings: &DbSettings) -> Result<Self, OpenError> {
        if settings.readers == 0 || settings.pg_pool == 0 || settings.queue == 0 {
            return Err(OpenError::Url {
                reason: "readers, pool and queue must be at least 1",
            });
        }
        // The pool refuses a zero by a panic.
        if settings.acquire_timeout.is_zero() {
            return Err(OpenError::Url {
                reason: "the time to wait for a connection is zero",
            });
        }
        match settings.url.split_once("://") {
            Some(("sqlite", path)) => parse_path(path),
            Some(("postgres" | "postgresql", rest)) if !rest.is_empty() => Ok(Self::Postgres {
                url: pool::with_time_limits(&settings.url),
                setup: pool::setup_sql(settings),
            }),
            _ => Err(OpenError::Url {
                reason: "it must begin with sqlite:// or postgres:// and name a database",
            }),
        }
    }

    pub(super) fn kind(&self) -> Kind {
        match self {
            Self::Sqlite(_) => Kind::Sqlite,
            Self::Postgres { .. } => Kind::Postgres,
        }
    }

    /// A connection of its own, that may write and is not pooled.
    pub(super) fn connect(&self) -> Result<Conn, OpenError> {
        match self {
            Self::Sqlite(path) => sqlite::connect_writer(path),
            Self::Postgres { url, setup } => {
                pool::connect_postgres(url, setup).map_err(|error| OpenError::Connect {
                    reason: error.to_string(),
                })
            }
        }
    }
}

fn parse_path(path: &str) -> Result<Target, OpenError> {
    if path.is_empty() || path.ends_with('/') {
        return Err(OpenError::Url {
            reason: "sqlite:// must be followed by the path of a file",
        });
    }
    // Each connection would see a database of its own.
    if path.contains(":memory:") {
        return Err(OpenError::Url {
            reason: "a database in memory cannot be shared",
        });
    }
    if path.contains(['?', '#', '\0']) {
        return Err(OpenError::Url {
            reason: "the path of a database may not contain ? or #",
        });
    }
    // Absolute, because SQLite reads a leading "file:" as a URL, and the working folder may change.
    std::path::absolute(path)
        .map(Target::Sqlite)
        .map_err(|source| OpenError::File {
            path: path.into(),
            source,
        })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic, reason = "a test may fail loudly")]

    use std::path::Path;

    use super::*;

    fn path_of(url: &str) -> PathBuf {
        match Target::parse(&DbSettings::new(url)).unwrap() {
            Target::Sqlite(path) => path,
            Target::Postgres { .. } => panic!("{url} is no file"),
        }
    }

    #[test]
    fn a_sqlite_url_names_a_relative_or_an_absolute_file() {
        let here = std::env::current_dir().unwrap();
        assert_eq!(
            path_of("sqlite://data/motcua.db"),
            here.join("data/motcua.db")
        );
        assert_eq!(
            path_of("sqlite:///var/lib/motcua.db"),
            Path::new("/var/lib/motcua.db")
        );
        assert_eq!(
            path_of("sqlite:////var/lib/motcua.db"),
            Path::new("/var/lib/motcua.db")
        );
    }

    #[test]
    fn a_url_that_names_no_database_is_refused() {
        for url in [
            "",
            "motcua.db",
            "mysql://h/d",
            "sqlite://",
            "sqlite://a/",
            "postgres://",
        ] {
            assert!(DbSettings::new(url).check().is_err(), "{url}");
        }
        assert!(DbSettings::new("sqlite://:memory:").check().is_err());
        assert_eq!(
            DbSettings::new("postgresql:///d").check().unwrap(),
            Kind::Postgres
        );
    }

    #[test]
    fn no_form_of_a_password_is_printed() {
        for url in [
            "postgres://clerk:hush@db:5432/motcua",
            "postgres://clerk:hu@sh@db/motcua",
            "postgres://clerk:hu?sh@db/motcua",
            "postgres://clerk:hu/sh@db/motcua",
            "postgres://db/motcua?user=clerk&password=hush",
            "hush",
        ] {
            let text = format!("{:?}", DbSettings::new(url));
            assert!(!text.contains("hu") && !text.contains("sh@"), "{text}");
        }
        let text = format!(
            "{:?}",
            DbSettings::new("postgres://clerk:hush@db:5432/motcua")
        );
        assert!(text.contains("postgres://***@db:5432/motcua"), "{text}");
    }
}
