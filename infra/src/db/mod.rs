//! The database seam: one `read` and one `write`, whichever database lies behind them.
//!
//! On SQLite every write goes to one writer thread that commits whole groups; on PostgreSQL
//! every write is a transaction of its own on a pooled connection. Either way a write that
//! answered `Ok` is on disk, and one that answered `Err` left nothing behind, unless the database
//! failed at the very moment of keeping it ([`Unavailable::Unknown`]).

pub mod dialect;
pub mod paging;
pub mod schema;

mod connection;
mod copy;
mod crew;
mod error;
mod fold;
pub(crate) mod hot;
mod migrate;
mod pool;
mod settings;
mod sqlite;
pub(crate) mod stamp;
mod writer;

pub use connection::{Conn, MultiBackend, MultiField, MultiRawValue, MultiRow};
pub use copy::{copy_embedded, look_into, shows_damage};
pub use dialect::Kind;
pub use error::{OpenError, Panicked, Unavailable, classify};
pub use migrate::{applied as applied_migrations, refuse_newer};
pub use settings::DbSettings;

use std::fmt;
use std::sync::Arc;

use diesel::RunQueryDsl as _;
use tokio::sync::oneshot;

use crew::{Crew, JobKind};
use pool::Pool;
use settings::Target;
use writer::Writer;

/// A database that is open; clones share its connections.
#[derive(Clone)]
pub struct Db {
    inner: Arc<Inner>,
}

struct Inner {
    target: Target,
    /// Read-only connections on SQLite, all connections on PostgreSQL.
    pool: Pool,
    crew: Crew,
    /// Only SQLite has one.
    writer: Option<Writer>,
}

impl Db {
    /// Connects, and creates the file of an embedded database. The schema is left as it is.
    ///
    /// # Errors
    /// When the URL is wrong, the database cannot be reached, or it has a migration that this
    /// program does not know.
    pub fn open(settings: &DbSettings) -> Result<Self, OpenError> {
        let target = Target::parse(settings)?;
        if let Target::Sqlite(path) = &target {
            sqlite::create_file(path)?;
        }
        let mut first = target.connect()?;
        migrate::refuse_newer(&mut first)?;
        let (readers, writer) = match &target {
            Target::Sqlite(path) => (
                settings.readers,
                Some(Writer::start(path.clone(), first, settings.queue)?),
            ),
            Target::Postgres { .. } => (settings.pg_pool, None),
        };
        let pool = Pool::new(target.clone(), readers, settings.acquire_timeout);
        let crew = Crew::new(readers, settings.queue, settings.acquire_timeout);
        Ok(Self {
            inner: Arc::new(Inner {
                target,
                pool,
                crew,
                writer,
            }),
        })
    }

    /// Runs `job` without a transaction around it: each statement sees what was committed when
    /// it began. Use [`dialect::snapshot`] where several must agree.
    ///
    /// Needs a Tokio runtime. On SQLite the connection refuses to write.
    ///
    /// # Errors
    /// Those of `job`, [`Unavailable`], and [`Panicked`] as a diesel error.
    pub async fn read<T, E, F>(&self, job: F) -> Result<T, E>
    where
        F: FnOnce(&mut Conn) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<diesel::result::Error> + From<Unavailable> + Send + 'static,
    {
        self.on_pool(JobKind::Read, move |pool| pool.read(job))
            .await
    }

    /// [`Db::read`] for a few point reads: on SQLite they run on the calling thread when a
    /// connection is idle, since they take less time than the way to another thread and back.
    ///
    /// # Errors
    /// As [`Db::read`].
    pub async fn read_briefly<T, E, F>(&self, job: F) -> Result<T, E>
    where
        F: FnOnce(&mut Conn) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<diesel::result::Error> + From<Unavailable> + Send + 'static,
    {
        if self.kind() == Kind::Postgres {
            return self.read(job).await;
        }
        match self.inner.pool.try_read(job) {
            Ok(result) => result,
            Err(job) => self.read(job).await,
        }
    }

    /// Runs `job` in a transaction of its own, and answers once it is on disk.
    ///
    /// Needs a Tokio runtime. When the caller goes away the job may still run.
    ///
    /// # Errors
    /// Those of `job`, [`Unavailable`], and [`Panicked`] as a diesel error; nothing of the job
    /// is kept then, but for [`Unavailable::Unknown`].
    pub async fn write<T, E, F>(&self, job: F) -> Result<T, E>
    where
        F: FnOnce(&mut Conn) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<diesel::result::Error> + From<Unavailable> + Send + 'static,
    {
        let Some(writer) = &self.inner.writer else {
            return self
                .on_pool(JobKind::Write, move |pool| pool.write(job))
                .await;
        };
        let (reply, answer) = oneshot::channel();
        // A caller that went away wants no answer.
        writer.submit(job, move |result| drop(reply.send(result)))?;
        answer
            .await
            .unwrap_or_else(|_| Err(Unavailable::Unknown.into()))
    }

    /// Runs `job`, which only reads, when all writes that are under way have ended and before
    /// another begins: what it sees as the newest stays the newest of its time. Short, since
    /// writers wait for it.
    ///
    /// # Errors
    /// As [`Db::read`]; [`Unavailable::QueueFull`] when writes take longer than a second.
    pub async fn read_settled<T, E, F>(&self, job: F) -> Result<T, E>
    where
        F: FnOnce(&mut Conn) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<diesel::result::Error> + From<Unavailable> + Send + 'static,
    {
        let kind = match self.kind() {
            Kind::Sqlite => JobKind::Read,
            // It waits for writes, as another write would.
            Kind::Postgres => JobKind::Write,
        };
        self.on_pool(kind, move |pool| pool.settled(job)).await
    }

    /// [`Db::read_settled`] for threads without a runtime.
    ///
    /// # Errors
    /// As [`Db::read_settled`].
    pub fn read_settled_blocking<T, E, F>(&self, job: F) -> Result<T, E>
    where
        F: FnOnce(&mut Conn) -> Result<T, E>,
        E: From<diesel::result::Error> + From<Unavailable>,
    {
        self.inner.pool.settled(job)
    }

    /// [`Db::read`] for threads without a runtime: jobs and the command line.
    ///
    /// # Errors
    /// As [`Db::read`].
    pub fn read_blocking<T, E, F>(&self, job: F) -> Result<T, E>
    where
        F: FnOnce(&mut Conn) -> Result<T, E>,
        E: From<diesel::result::Error> + From<Unavailable>,
    {
        self.inner.pool.read(job)
    }

    /// [`Db::write`] for threads without a runtime. Never call it inside another write job:
    /// on SQLite the writer would wait for itself.
    ///
    /// # Errors
    /// As [`Db::write`].
    pub fn write_blocking<T, E, F>(&self, job: F) -> Result<T, E>
    where
        F: FnOnce(&mut Conn) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<diesel::result::Error> + From<Unavailable> + Send + 'static,
    {
        let Some(writer) = &self.inner.writer else {
            return self.inner.pool.write(job);
        };
        let (reply, answer) = std::sync::mpsc::sync_channel(1);
        writer.submit(job, move |result| drop(reply.send(result)))?;
        answer
            .recv()
            .unwrap_or_else(|_| Err(Unavailable::Unknown.into()))
    }

    /// Applies the migrations that are missing and names them, oldest first.
    ///
    /// Blocks. Servers that start at once take turns.
    ///
    /// # Errors
    /// When a migration fails, or [`OpenError::DatabaseNewer`].
    pub fn migrate(&self) -> Result<Vec<String>, OpenError> {
        migrate::apply(&mut self.inner.target.connect()?)
    }

    /// Names the migrations that are missing, oldest first. Blocks.
    ///
    /// # Errors
    /// As [`Db::migrate`].
    pub fn pending(&self) -> Result<Vec<String>, OpenError> {
        migrate::pending(&mut self.inner.target.connect()?)
    }

    /// A connection outside the pool, for a lock that lasts as long as it. Blocks.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub(crate) fn connect_apart(&self) -> Result<Conn, OpenError> {
        self.inner.target.connect()
    }

    /// Whether the database answers now, and takes writes as far as is known.
    ///
    /// # Errors
    /// [`Unavailable`] when it does not.
    pub async fn ping(&self) -> Result<(), Unavailable> {
        if self
            .inner
            .writer
            .as_ref()
            .is_some_and(|writer| !writer.is_well())
        {
            return Err(Unavailable::Away);
        }
        let answer: Result<(), PingError> = self
            .read(|conn| Ok(diesel::sql_query("SELECT 1").execute(conn).map(|_| ())?))
            .await;
        match answer {
            // Whoever turns requests away is there; taken out, it would leave more to the others.
            Ok(()) | Err(PingError(Unavailable::QueueFull)) => Ok(()),
            Err(PingError(why)) => Err(why),
        }
    }

    /// How many requests wait for their turn, for the metrics.
    pub fn queue_depth(&self) -> usize {
        self.inner.crew.waiting() + self.inner.writer.as_ref().map_or(0, Writer::waiting)
    }

    /// Whether whoever can wait should: requests wait for the database, or use most of its
    /// connections.
    pub fn is_busy(&self) -> bool {
        let waits = self.inner.writer.as_ref().map_or(0, Writer::waiting) > 0;
        waits || self.inner.crew.is_busy()
    }

    /// Which database this is.
    pub fn kind(&self) -> Kind {
        self.inner.target.kind()
    }

    async fn on_pool<T, E>(
        &self,
        kind: JobKind,
        job: impl FnOnce(&Pool) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Unavailable> + Send + 'static,
    {
        let pool = self.inner.pool.clone();
        let run = move || job(&pool);
        self.inner.crew.run(&self.inner.pool, kind, run).await
    }
}

impl fmt::Debug for Db {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Db")
            .field("kind", &self.kind())
            .finish_non_exhaustive()
    }
}

struct PingError(Unavailable);

impl From<diesel::result::Error> for PingError {
    fn from(_: diesel::result::Error) -> Self {
        Self(Unavailable::Away)
    }
}

impl From<Unavailable> for PingError {
    fn from(why: Unavailable) -> Self {
        Self(why)
    }
}
