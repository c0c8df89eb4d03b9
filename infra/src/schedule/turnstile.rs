//! One server at a time runs a job: a lock that ends with the connection, so with its server.

use std::time::{Duration, Instant};

use diesel::RunQueryDsl as _;
use sha2::{Digest, Sha256};

use crate::db::{Conn, Db, Kind, Unavailable, dialect};
use crate::error::Error;

/// How often a run asks whether its lock still stands.
const ASK_EVERY: Duration = Duration::from_secs(5);

/// Holds the locks of one thread's jobs, on a connection of its own outside the pool: PostgreSQL
/// frees them when the server dies. On SQLite one process runs all jobs, each in one thread, so
/// there is nothing to lock.
pub struct Turnstile {
    db: Db,
    conn: Option<Conn>,
    asked: Instant,
}

impl std::fmt::Debug for Turnstile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Turnstile")
            .field("connected", &self.conn.is_some())
            .finish_non_exhaustive()
    }
}

impl Turnstile {
    pub fn new(db: &Db) -> Self {
        Self {
            db: db.clone(),
            conn: None,
            asked: Instant::now(),
        }
    }

    /// Takes the lock of a job; false when another server has it.
    ///
    /// # Errors
    /// When the database is away.
    pub fn enter(&mut self, job: &str) -> Result<bool, Error> {
        if self.db.kind() == Kind::Sqlite {
            return Ok(true);
        }
        // A connection that died since the last run is noticed here, and made anew once.
        for _ in 0..2 {
            let conn = match &mut self.conn {
                Some(conn) => conn,
                empty => empty.insert(connect(&self.db)?),
            };
            match dialect::try_lock_session(conn, lock_of(job)) {
                Ok(locked) => {
                    self.asked = Instant::now();
                    return Ok(locked);
                }
                Err(_) => self.conn = None,
            }
        }
        Err(Unavailable::Away.into())
    }

    /// Whether the lock still stands: without its connection another server may be running the
    /// same job already. Asks the database every few seconds.
    pub fn holds(&mut self) -> bool {
        if self.db.kind() == Kind::Sqlite {
            return true;
        }
        let Some(conn) = &mut self.conn else {
            return false;
        };
        if self.asked.elapsed() < ASK_EVERY {
            return true;
        }
        self.asked = Instant::now();
        let alive = diesel::sql_query("SELECT 1").execute(conn).is_ok();
        if !alive {
            self.conn = None;
        }
        alive
    }

    /// Gives the lock back.
    pub fn leave(&mut self, job: &str) {
        let freed = match &mut self.conn {
            Some(conn) => dialect::unlock_session(conn, lock_of(job)),
            None => Ok(true),
        };
        if matches!(freed, Ok(false)) {
            tracing::error!(
                job,
                "the lock of a job was not ours any more: a pooler that hands each transaction \
                 another session cannot be used"
            );
        }
        if !matches!(freed, Ok(true)) {
            // The end of the connection is the end of its locks.
            self.conn = None;
        }
    }
}

fn connect(db: &Db) -> Result<Conn, Error> {
    let mut conn = db.connect_apart().map_err(|error| {
        tracing::warn!(%error, "no connection for the lock of a job");
        Error::from(Unavailable::Away)
    })?;
    dialect::notice_death_soon(&mut conn)?;
    Ok(conn)
}

fn lock_of(job: &str) -> i64 {
    let digest = Sha256::digest(format!("motcua job\n{job}"));
    let bytes = digest.first_chunk::<8>().copied().unwrap_or_default();
    i64::from_be_bytes(bytes)
}
