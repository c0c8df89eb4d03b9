//! The only writer of an embedded database: many writes, one transaction, one sync to disk.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicIsize, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use diesel::connection::{Connection, TransactionManager as _};
use diesel::result::Error;
use diesel::{QueryableByName, RunQueryDsl as _};

use super::connection::Conn;
use super::error::{OpenError, Unavailable, panicked};
use super::fold::Fold;
use super::{dialect, sqlite};

type Manager = <Conn as Connection>::TransactionManager;

/// The most writes in one transaction: beyond it the wait of the first outgrows the gain.
const BATCH: usize = 64;

/// After a batch of so many, the next one waits for those who come back with another write: each
/// sync to disk then serves more of them.
const CROWD: usize = 8;
/// For so long, each time that the queue is empty, and no longer than that in all.
const PAUSE: Duration = Duration::from_micros(200);
const LONGEST_PAUSE: Duration = Duration::from_millis(2);

/// Depth of diesel's transactions inside a job, whose savepoint is our own.
const JOB_DEPTH: u32 = 1;

/// The queue in front of the writer thread. Dropping it waits until the queue is worked off.
pub(super) struct Writer {
    queue: Option<SyncSender<Box<dyn Job>>>,
    waiting: Arc<AtomicIsize>,
    failing: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    pub(super) fn start(path: PathBuf, conn: Conn, limit: usize) -> Result<Self, OpenError> {
        let (queue, jobs) = sync_channel(limit);
        let waiting = Arc::new(AtomicIsize::new(0));
        let failing = Arc::new(AtomicBool::new(false));
        let worker = Worker {
            fold: Fold::start(path.clone())?,
            path,
            conn: Some(conn),
            waiting: Arc::clone(&waiting),
            failing: Arc::clone(&failing),
            last: 0,
        };
        let thread = std::thread::Builder::new()
            .name("motcua-writer".into())
            .spawn(move || worker.work(&jobs))
            .map_err(|source| OpenError::Thread { source })?;
        Ok(Self {
            queue: Some(queue),
            waiting,
            failing,
            thread: Some(thread),
        })
    }

    /// Queues `job`; `reply` is called on the writer thread once its fate is on disk.
    pub(super) fn submit<T, E, F, R>(&self, job: F, reply: R) -> Result<(), Unavailable>
    where
        F: FnOnce(&mut Conn) -> Result<T, E> + Send + 'static,
        R: FnOnce(Result<T, E>) + Send + 'static,
        T: Send + 'static,
        E: From<Error> + From<Unavailable> + Send + 'static,
    {
        let queue = self.queue.as_ref().ok_or(Unavailable::Away)?;
        let job = Box::new(Pending {
            job: Some(job),
            result: None,
            reply,
        });
        queue.try_send(job).map_err(|error| match error {
            TrySendError::Full(_) => Unavailable::QueueFull,
            TrySendError::Disconnected(_) => Unavailable::Away,
        })?;
        // Only now, so that whoever sees it counted may rely on its place in the queue.
        self.waiting.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }

    pub(super) fn waiting(&self) -> usize {
        // The worker may count a job out before it was counted in.
        usize::try_from(self.waiting.load(Ordering::Relaxed)).unwrap_or(0)
    }

    /// Whether it can write, as far as is known: it lives, and the last batch came to something.
    /// After a disk that was full the next write that goes, such as a job's, tells that it can again.
    pub(super) fn is_well(&self) -> bool {
        let lives = self
            .thread
            .as_ref()
            .is_some_and(|thread| !thread.is_finished());
        lives && !self.failing.load(Ordering::Relaxed)
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.queue = None;
        let Some(thread) = self.thread.take() else {
            return;
        };
        // The last handle may have been dropped by a job, on the thread itself.
        if thread.thread().id() != std::thread::current().id() && thread.join().is_err() {
            tracing::error!("the writer thread had died");
        }
    }
}

/// A queued write, whatever its types.
trait Job: Send {
    /// Runs the job inside its savepoint; whether its changes are to be kept.
    fn run(&mut self, conn: &mut Conn) -> bool;
    /// Tells the caller: the job's own result, or why the whole batch came to nothing.
    fn answer(self: Box<Self>, fate: Result<(), Unavailable>);
}

struct Pending<T, E, F, R> {
    job: Option<F>,
    result: Option<Result<T, E>>,
    reply: R,
}

impl<T, E, F, R> Job for Pending<T, E, F, R>
where
    F: FnOnce(&mut Conn) -> Result<T, E> + Send,
    R: FnOnce(Result<T, E>) + Send,
    T: Send,
    E: From<Error> + From<Unavailable> + Send,
{
    fn run(&mut self, conn: &mut Conn) -> bool {
        let Some(job) = self.job.take() else {
            return false;
        };
        let result =
            catch_unwind(AssertUnwindSafe(|| job(conn))).unwrap_or_else(|_| Err(panicked().into()));
        let keep = result.is_ok();
        self.result = Some(result);
        keep
    }

    fn answer(self: Box<Self>, fate: Result<(), Unavailable>) {
        let result = match (fate, self.result) {
            (Ok(()), Some(result)) => result,
            (Ok(()), None) => Err(Unavailable::Away.into()),
            (Err(why), _) => Err(why.into()),
        };
        (self.reply)(result);
    }
}

/// The thread behind the queue.
struct Worker {
    path: PathBuf,
    /// None after a failure that left it in doubt.
    conn: Option<Conn>,
    waiting: Arc<AtomicIsize>,
    failing: Arc<AtomicBool>,
    /// How many the last batch had.
    last: usize,
    fold: Fold,
}

/// What is queued, and what comes while it is worked off.
struct Arrivals<'a> {
    queue: &'a Receiver<Box<dyn Job>>,
    waiting: &'a AtomicIsize,
    /// What may still be waited for the next.
    patience: Duration,
}

impl Iterator for Arrivals<'_> {
    type Item = Box<dyn Job>;

    fn next(&mut self) -> Option<Self::Item> {
        let job = self.queue.try_recv().ok().or_else(|| self.wait())?;
        self.waiting.fetch_sub(1, Ordering::Relaxed);
        Some(job)
    }
}

impl Arrivals<'_> {
    fn wait(&mut self) -> Option<Box<dyn Job>> {
        if self.patience.is_zero() {
            return None;
        }
        let begun = Instant::now();
        let job = self.queue.recv_timeout(self.patience.min(PAUSE)).ok();
        self.patience = self.patience.saturating_sub(begun.elapsed());
        job
    }
}

impl Worker {
    fn work(mut self, queue: &Receiver<Box<dyn Job>>) {
        while let Ok(first) = queue.recv() {
            // Jobs catch their own panics; this is for a reply or a destructor that panics.
            if catch_unwind(AssertUnwindSafe(|| self.once(first, queue))).is_err() {
                tracing::error!("the writer recovered from a panic outside a job");
                self.conn = None;
            }
        }
    }

    /// Runs what is queued in one transaction, also what comes while it runs, and answers.
    fn once(&mut self, first: Box<dyn Job>, queue: &Receiver<Box<dyn Job>>) {
        let waiting = Arc::clone(&self.waiting);
        waiting.fetch_sub(1, Ordering::Relaxed);
        let crowded = self.last >= CROWD;
        let patience = if crowded {
            LONGEST_PAUSE
        } else {
            Duration::ZERO
        };
        let arrivals = Arrivals {
            queue,
            waiting: &waiting,
            patience,
        };
        let mut jobs = std::iter::once(first).chain(arrivals);
        self.last = 0;
        let Some(mut conn) = self.conn.take().or_else(|| self.reconnect()) else {
            self.failing.store(true, Ordering::Relaxed);
            // All of the queue: the next batch would only wait as long as this one.
            answer(jobs.collect(), Err(Unavailable::Away));
            return;
        };
        if let Err(error) = dialect::begin_write(&mut conn) {
            tracing::error!(%error, "the writer cannot begin a transaction");
            self.failing.store(true, Ordering::Relaxed);
            // Not put back: a new connection is a cheap way out of whatever is wrong.
            answer(jobs.collect(), Err(Unavailable::Away));
            return;
        }
        let doubted = self.failing.load(Ordering::Relaxed);
        let before = doubted.then(|| changes(&mut conn));
        let mut ran = Vec::new();
        let mut sound = true;
        while sound
            && ran.len() < BATCH
            && let Some(mut job) = jobs.next()
        {
            sound = in_savepoint(&mut conn, job.as_mut());
            ran.push(job);
        }
        self.last = ran.len();
        let fate = if sound {
            commit(&mut conn)
        } else {
            Err(Unavailable::Away)
        };
        // Where nothing was changed, nothing was written: it says nothing of a disk that failed.
        let failing = fate.is_err() || before.is_some_and(|before| changes(&mut conn) <= before);
        self.failing.store(failing, Ordering::Relaxed);
        if fate.is_ok() {
            self.conn = Some(conn);
            self.fold.ring();
        } else {
            // Closing the connection undoes whatever was still open.
            drop(conn);
        }
        answer(ran, fate);
        if let Some(conn) = &mut self.conn {
            self.fold.finish(conn);
        }
    }

    fn reconnect(&self) -> Option<Conn> {
        match sqlite::connect_writer(&self.path) {
            Ok(conn) => Some(conn),
            Err(error) => {
                tracing::error!(%error, "the writer cannot open the database");
                None
            }
        }
    }
}

fn answer(jobs: Vec<Box<dyn Job>>, fate: Result<(), Unavailable>) {
    for job in jobs {
        job.answer(fate);
    }
}

/// Rows that were changed on this connection, ever.
fn changes(conn: &mut Conn) -> i64 {
    let asked = diesel::sql_query("SELECT total_changes() AS rows").get_result(conn);
    asked.map_or(0, |Changed { rows }| rows)
}

#[derive(QueryableByName)]
struct Changed {
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    rows: i64,
}

/// Runs one job so that its failure undoes it alone. False when the batch cannot go on: SQLite
/// rolls the whole transaction back by itself on some errors (disk full, out of memory); see
/// [`dialect::savepoint`] for those inside a job.
fn in_savepoint(conn: &mut Conn, job: &mut dyn Job) -> bool {
    if let Err(error) = savepoint::set(conn) {
        tracing::error!(%error, "the writer cannot set a savepoint");
        return false;
    }
    let keep = job.run(conn);
    let closed = match dialect::depth(conn) {
        Some(JOB_DEPTH) if keep => savepoint::release(conn),
        // A panic may leave transactions of the job's own open.
        Some(inner) if !keep && inner >= JOB_DEPTH => (JOB_DEPTH..inner)
            .try_for_each(|_| Manager::rollback_transaction(conn))
            .and_then(|()| savepoint::undo(conn))
            .and_then(|()| savepoint::release(conn)),
        _ => Err(Error::BrokenTransactionManager),
    };
    if let Err(error) = &closed {
        tracing::error!(%error, "the writer gives up a batch");
    }
    closed.is_ok() && dialect::depth(conn) == Some(JOB_DEPTH)
}

/// The savepoint of a job, prepared once; diesel's own are compiled anew each time.
mod savepoint {
    use diesel::prelude::*;
    use diesel::result::Error;

    use crate::db::Conn;
    use crate::db::hot::{Hot, named};

    macro_rules! run {
        ($conn:expr, $sql:literal) => {
            match $conn {
                Conn::Sqlite(lite) => named!(Hot::sql($sql)).execute(lite).map(drop),
                Conn::Postgres(_) => Err(Error::BrokenTransactionManager),
            }
        };
    }

    pub(super) fn set(conn: &mut Conn) -> QueryResult<()> {
        run!(conn, "SAVEPOINT job")
    }

    pub(super) fn release(conn: &mut Conn) -> QueryResult<()> {
        run!(conn, "RELEASE job")
    }

    pub(super) fn undo(conn: &mut Conn) -> QueryResult<()> {
        run!(conn, "ROLLBACK TO job")
    }
}

/// The one sync to disk. A foreign key that is checked only here would fail the whole batch, so
/// the schema has no deferred ones.
fn commit(conn: &mut Conn) -> Result<(), Unavailable> {
    Manager::commit_transaction(conn).map_err(|error| {
        tracing::error!(%error, "the writer cannot commit");
        // The log may hold the whole batch, though it could not be brought to the disk for sure, and
        // a restart would find it there. A full disk took no end of it.
        if error.to_string().contains("disk I/O error") {
            Unavailable::Unknown
        } else {
            Unavailable::Away
        }
    })
}
