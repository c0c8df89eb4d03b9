//! Pooled connections: the readers of SQLite, and everything on PostgreSQL.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use diesel::PgConnection;
use diesel::connection::{Connection, SimpleConnection as _, TransactionManager as _};
use diesel::r2d2::R2D2Connection as _;
use diesel::result::Error;

use super::connection::Conn;
use super::error::{Unavailable, classify, panicked};
use super::settings::{DbSettings, Target};
use super::{dialect, sqlite};

type Manager = <Conn as Connection>::TransactionManager;
type Lease = r2d2::PooledConnection<Connector>;

/// A pool that knows whether the database is away and never hands out a dead connection twice.
#[derive(Clone)]
pub(super) struct Pool {
    connections: r2d2::Pool<Connector>,
    health: Arc<Health>,
}

#[derive(Default)]
struct Health {
    /// The last attempt to connect failed. The pool keeps trying, so it clears by itself.
    away: AtomicBool,
    /// Grows when a connection is found dead: then every older one must prove itself.
    breaks: AtomicU64,
}

/// A pooled connection and what is known about it.
struct Member {
    conn: Conn,
    broken: bool,
    /// The value of [`Health::breaks`] when the connection last proved alive.
    proven: u64,
}

impl Pool {
    pub(super) fn new(target: Target, size: u32, timeout: Duration) -> Self {
        let health = Arc::new(Health::default());
        // SQLite readers never age; a server's connections are renewed, so that a moved
        // database or a changed role is noticed.
        let (lifetime, idle) = match target {
            Target::Sqlite(_) => (None, size),
            Target::Postgres { .. } => (Some(Duration::from_secs(1800)), 1),
        };
        let connections = r2d2::Pool::builder()
            .max_size(size)
            .min_idle(Some(idle))
            .max_lifetime(lifetime)
            .idle_timeout(lifetime)
            .connection_timeout(timeout)
            .test_on_check_out(false)
            // The connector says once that the database is away, instead of at every attempt.
            .error_handler(Box::new(r2d2::NopErrorHandler))
            .build_unchecked(Connector {
                target,
                health: Arc::clone(&health),
            });
        Self {
            connections,
            health,
        }
    }

    /// Runs `job` on any connection, each statement by itself.
    pub(super) fn read<T, E, F>(&self, job: F) -> Result<T, E>
    where
        F: FnOnce(&mut Conn) -> Result<T, E>,
        E: From<Error> + From<Unavailable>,
    {
        let lease = self.proven_lease()?;
        self.read_on(lease, job)
    }

    /// The same if a connection is idle; else the job is handed back.
    pub(super) fn try_read<T, E, F>(&self, job: F) -> Result<Result<T, E>, F>
    where
        F: FnOnce(&mut Conn) -> Result<T, E>,
        E: From<Error> + From<Unavailable>,
    {
        let idle = self.connections.try_get();
        let proven = |lease: &Lease| lease.proven == self.health.breaks.load(Ordering::Acquire);
        match idle.filter(proven) {
            Some(lease) => Ok(self.read_on(lease, job)),
            None => Err(job),
        }
    }

    fn read_on<T, E, F>(&self, mut lease: Lease, job: F) -> Result<T, E>
    where
        F: FnOnce(&mut Conn) -> Result<T, E>,
        E: From<Error> + From<Unavailable>,
    {
        let result = self.guarded(&mut lease, job);
        if result.is_err() && !lease.broken && dialect::kind(&lease.conn) == dialect::Kind::Postgres
        {
            // The error may have been the loss of the connection; the job's error type hides it.
            self.prove(&mut lease);
        }
        result
    }

    /// Runs `job` in a transaction of its own. Only for PostgreSQL.
    pub(super) fn write<T, E, F>(&self, job: F) -> Result<T, E>
    where
        F: FnOnce(&mut Conn) -> Result<T, E>,
        E: From<Error> + From<Unavailable>,
    {
        let mut lease = self.begun_lease()?;
        let result = self.guarded(&mut lease, job);
        if lease.broken {
            return result;
        }
        match result {
            Ok(value) => {
                self.commit::<E>(&mut lease)?;
                Ok(value)
            }
            Err(error) => {
                if Manager::rollback_transaction(&mut lease.conn).is_err() {
                    self.condemn(&mut lease);
                }
                Err(error)
            }
        }
    }

    /// PostgreSQL answers the COMMIT of a failed transaction with success although it rolls
    /// back. A job that swallowed a failed statement would be told `Ok` for nothing, so a
    /// statement that fails there goes along in the same round trip.
    fn commit<E>(&self, lease: &mut Lease) -> Result<(), E>
    where
        E: From<Error> + From<Unavailable>,
    {
        let Err(error) = lease.conn.batch_execute("CLOSE ALL; COMMIT") else {
            return Ok(());
        };
        if Manager::rollback_transaction(&mut lease.conn).is_err() {
            self.condemn(lease);
        }
        Err(match classify(error) {
            // It may have been carried out before the answer was lost.
            Ok(Unavailable::Away) => Unavailable::Unknown.into(),
            Ok(why) => why.into(),
            Err(error) => error.into(),
        })
    }

    /// Catches a panic, whose connection may be anywhere in the middle of something.
    fn guarded<T, E, F>(&self, lease: &mut Lease, job: F) -> Result<T, E>
    where
        F: FnOnce(&mut Conn) -> Result<T, E>,
        E: From<Error>,
    {
        let conn = &mut lease.conn;
        match catch_unwind(AssertUnwindSafe(|| job(conn))) {
            Ok(result) => result,
            Err(_) => {
                lease.broken = true;
                Err(panicked().into())
            }
        }
    }

    fn proven_lease(&self) -> Result<Lease, Unavailable> {
        for _ in self.tries() {
            let mut lease = self.lease()?;
            if lease.proven == self.health.breaks.load(Ordering::Acquire) || self.prove(&mut lease)
            {
                return Ok(lease);
            }
        }
        Err(Unavailable::Away)
    }

    /// Each connection may prove dead, and another be made; but one that went silently takes long
    /// to be found out, and who asks does not wait for the next of those.
    fn tries(&self) -> impl Iterator<Item = u32> + use<> {
        let begun = Instant::now();
        let patience = self.connections.connection_timeout();
        (0..=self.connections.max_size())
            .take_while(move |number| *number == 0 || begun.elapsed() < patience)
    }

    /// Runs `job`, which only reads, between the writes that are under way and those to come.
    pub(super) fn settled<T, E, F>(&self, job: F) -> Result<T, E>
    where
        F: FnOnce(&mut Conn) -> Result<T, E>,
        E: From<Error> + From<Unavailable>,
    {
        self.read(|conn| dialect::settled(conn, job))
    }

    /// A connection inside a fresh transaction; its BEGIN is the proof of life.
    fn begun_lease(&self) -> Result<Lease, Unavailable> {
        for _ in self.tries() {
            let mut lease = self.lease()?;
            let Err(error) = dialect::begin_write(&mut lease.conn) else {
                return Ok(lease);
            };
            if let Ok(Unavailable::QueueFull) = classify(error) {
                // It lives, and somebody keeps writes waiting; what was begun ends with it.
                lease.broken = true;
                return Err(Unavailable::QueueFull);
            }
            self.condemn(&mut lease);
        }
        Err(Unavailable::Away)
    }

    fn lease(&self) -> Result<Lease, Unavailable> {
        // Waiting would not help: the pool itself tries again and says when it is back.
        if self.health.away.load(Ordering::Acquire) && self.connections.state().connections == 0 {
            return Err(Unavailable::Away);
        }
        self.connections.get().map_err(|_| self.why_unavailable())
    }

    pub(super) fn why_unavailable(&self) -> Unavailable {
        if self.health.away.load(Ordering::Acquire) {
            Unavailable::Away
        } else {
            Unavailable::QueueFull
        }
    }

    fn prove(&self, lease: &mut Lease) -> bool {
        let breaks = self.health.breaks.load(Ordering::Acquire);
        let alive = lease.conn.ping().is_ok();
        if alive {
            lease.proven = breaks;
        } else {
            self.condemn(lease);
        }
        alive
    }

    /// The pool drops the connection instead of taking it back, and doubts the others.
    fn condemn(&self, lease: &mut Lease) {
        lease.broken = true;
        self.health.breaks.fetch_add(1, Ordering::AcqRel);
    }
}

/// Makes and judges connections for the pool.
struct Connector {
    target: Target,
    health: Arc<Health>,
}

impl r2d2::ManageConnection for Connector {
    type Connection = Member;
    type Error = diesel::r2d2::Error;

    fn connect(&self) -> Result<Member, Self::Error> {
        let proven = self.health.breaks.load(Ordering::Acquire);
        let made = match &self.target {
            Target::Sqlite(path) => sqlite::connect_reader(path),
            Target::Postgres { url, setup } => connect_postgres(url, setup),
        };
        let was_away = self.health.away.swap(made.is_err(), Ordering::AcqRel);
        match &made {
            Err(error) if !was_away => tracing::error!(%error, "the database is away"),
            Ok(_) if was_away => tracing::info!("the database is back"),
            _ => {}
        }
        made.map(|conn| Member {
            conn,
            broken: false,
            proven,
        })
    }

    fn is_valid(&self, member: &mut Member) -> Result<(), Self::Error> {
        Ok(member.conn.ping()?)
    }

    fn has_broken(&self, member: &mut Member) -> bool {
        // An open transaction counts as broken, too.
        member.broken || member.conn.is_broken()
    }
}

pub(super) fn connect_postgres(url: &str, setup: &str) -> Result<Conn, diesel::r2d2::Error> {
    let mut conn = PgConnection::establish(url)?;
    conn.batch_execute(setup)?;
    Ok(Conn::Postgres(conn))
}

/// What every session is told first. A server that does not wait for its disk is told to.
pub(super) fn setup_sql(settings: &DbSettings) -> String {
    format!(
        "SET timezone = 'UTC'; SET jit = off; SET statement_timeout = {}; SET lock_timeout = {}; \
         SET idle_in_transaction_session_timeout = '60s'; \
         SELECT set_config('synchronous_commit', 'on', false) \
         WHERE current_setting('synchronous_commit') = 'off'",
        settings.statement_timeout.as_millis(),
        settings.lock_timeout.as_millis(),
    )
}

/// Lets libpq give up on a server that does not answer, or takes no writes, unless the URL says
/// otherwise.
pub(super) fn with_time_limits(url: &str) -> String {
    const LIMITS: [(&str, &str); 7] = [
        // Not to a standby, to which an address may lead while it is made the first server.
        ("target_session_attrs", "read-write"),
        ("connect_timeout", "2"),
        ("keepalives_idle", "30"),
        ("keepalives_interval", "5"),
        ("keepalives_count", "3"),
        ("tcp_user_timeout", "20000"),
        ("fallback_application_name", "motcua"),
    ];
    let mut url = url.to_owned();
    for (name, value) in LIMITS {
        if !url.contains(&format!("{name}=")) {
            url.push(if url.contains('?') { '&' } else { '?' });
            url.push_str(&format!("{name}={value}"));
        }
    }
    url
}
