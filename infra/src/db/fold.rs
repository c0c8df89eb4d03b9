//! Copies the log of an embedded database back into its file beside the writer, so that a write
//! seldom waits until megabytes are copied. What it copies while the writer goes on SQLite leaves
//! to the system to write; the sync of the file comes with the writer's own fold, or with one that
//! reaches the end of the log. While nothing is written it keeps the lock of readers, so that they
//! need not ask the system for it each time.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread::JoinHandle;
use std::time::Duration;

use diesel::connection::SimpleConnection as _;
use diesel::result::QueryResult;
use diesel::sql_types::BigInt;
use diesel::{QueryableByName, RunQueryDsl as _, sql_query};

use super::connection::Conn;
use super::error::OpenError;
use super::sqlite;

/// So many pages of the log that are not in the file yet are much: 12 MB. The pause until there are
/// so many again leaves the writer its turn to fold all of it, without which the log cannot begin
/// anew.
const EVERY: i64 = 3000;

/// A log of so many pages is to begin anew: 32 MB.
const LONG: i64 = 8000;

/// After so long without a write the lock of readers is kept.
const QUIET: Duration = Duration::from_millis(50);

/// The thread that folds. The writer goes on meanwhile, and its next transaction keeps the log from
/// beginning anew; so when the log is long, the writer itself folds what came since, which is little.
pub(super) struct Fold {
    bell: Option<SyncSender<()>>,
    thread: Option<JoinHandle<()>>,
    /// Nearly all of a long log is in the file, and on disk.
    nearly: Arc<AtomicBool>,
}

impl Fold {
    pub(super) fn start(path: PathBuf) -> Result<Self, OpenError> {
        let (bell, rings) = sync_channel(1);
        let nearly = Arc::new(AtomicBool::new(false));
        let told = Arc::clone(&nearly);
        let thread = std::thread::Builder::new()
            .name("motcua-fold".into())
            .spawn(move || work(&path, &rings, &told))
            .map_err(|source| OpenError::Thread { source })?;
        Ok(Self {
            bell: Some(bell),
            thread: Some(thread),
            nearly,
        })
    }

    /// The log has grown.
    pub(super) fn ring(&self) {
        if let Some(bell) = &self.bell {
            // A full channel is a bell that rings already.
            let _ = bell.try_send(());
        }
    }
}

impl Fold {
    /// For the writer, between two transactions: folds the rest of a long log, so that the next
    /// transaction begins it anew. Where a reader needs it still, a later one does.
    pub(super) fn finish(&self, writer: &mut Conn) {
        if self.nearly.swap(false, Ordering::AcqRel)
            && let Err(error) = writer.batch_execute(FOLD)
        {
            tracing::warn!(%error, "the writer cannot fold the log");
        }
    }
}

impl Drop for Fold {
    fn drop(&mut self) {
        self.bell = None;
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the thread that folds the log had died");
        }
    }
}

fn work(path: &Path, rings: &Receiver<()>, nearly: &AtomicBool) {
    let mut conn = connect(path);
    loop {
        let quiet = match &conn {
            Some(_) => rings.recv_timeout(QUIET),
            // Not again and again while nothing is written.
            None => rings.recv().map_err(|_| RecvTimeoutError::Disconnected),
        };
        if quiet == Err(RecvTimeoutError::Disconnected) {
            return;
        }
        let ready = conn.take().or_else(|| connect(path));
        conn = ready.and_then(|mut ready| {
            let kept = match quiet {
                Ok(()) => Ok(()),
                Err(_) => keep_lock(&mut ready, rings, nearly),
            };
            match kept.and_then(|()| fold(&mut ready, nearly)) {
                Ok(()) => Some(ready),
                Err(error) => {
                    tracing::warn!(%error, "the log cannot be folded");
                    // A new connection is a cheap way out of whatever is wrong.
                    None
                }
            }
        });
    }
}

/// Reads until something is written. All readers of the same state share one lock, which SQLite asks
/// of the system for the first of them and gives back with the last, while the others of the process
/// wait; beside this one they only count.
fn keep_lock(conn: &mut Conn, rings: &Receiver<()>, nearly: &AtomicBool) -> QueryResult<()> {
    // What the writer was asked for: beside this lock it could not, and here it keeps nobody waiting.
    if nearly.load(Ordering::Acquire) {
        conn.batch_execute(FOLD)?;
        nearly.store(false, Ordering::Release);
    }
    conn.batch_execute("BEGIN; SELECT 1 FROM sqlite_schema LIMIT 1")?;
    // Or the service ends, which the next look at the bell tells.
    let _ = rings.recv();
    conn.batch_execute("COMMIT")
}

fn connect(path: &Path) -> Option<Conn> {
    sqlite::connect_writer(path)
        .inspect_err(|error| tracing::warn!(%error, "the log cannot be folded"))
        .ok()
}

/// What the log holds, and how much of it is in the file.
#[derive(QueryableByName)]
struct Log {
    #[diesel(sql_type = BigInt)]
    log: i64,
    #[diesel(sql_type = BigInt)]
    checkpointed: i64,
}

/// Copies what no reader needs any more and waits for nobody. It syncs the file if nothing was
/// committed meanwhile.
const FOLD: &str = "PRAGMA wal_checkpoint(PASSIVE)";

/// Folds the log, if there is much in it that is not in the file.
fn fold(conn: &mut Conn, nearly: &AtomicBool) -> QueryResult<()> {
    // The writer is about to fold the rest.
    if nearly.load(Ordering::Acquire) {
        return Ok(());
    }
    let Log { log, checkpointed } = sql_query("PRAGMA wal_checkpoint(NOOP)").get_result(conn)?;
    let rest = log.saturating_sub(checkpointed);
    if rest < EVERY {
        // A reader, or a write that had begun, was in the way of the last fold of a long log.
        let once_more = log >= LONG && rest > 0;
        nearly.store(once_more, Ordering::Release);
        return Ok(());
    }
    conn.batch_execute(FOLD)?;
    if log >= LONG {
        // What came meanwhile is soon copied, so that this one nearly always ends with a sync, and
        // the writer's has little to write.
        conn.batch_execute(FOLD)?;
        nearly.store(true, Ordering::Release);
    }
    Ok(())
}
