//! Copies the log of an embedded database back into its file beside the writer, so that a write
//! seldom waits until megabytes are copied. What it copies while the writer goes on SQLite leaves
//! to the system to write; the sync of the file comes with the writer's own fold, or with one that
//! reaches the end of the log.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;

use diesel::connection::SimpleConnection as _;

use super::connection::Conn;
use super::error::OpenError;
use super::sqlite;

/// Pages of the log between two times, about: 4 MB.
const EVERY: usize = 1000;
/// What a transaction writes to the log, about: the leaves of the indexes, and what each job adds.
const PAGES_OF_BATCH: usize = 16;
const PAGES_OF_JOB: usize = 2;

/// The thread that folds. The writer goes on meanwhile, so the end of the log is seldom reached:
/// SQLite has the writer fold the rest when the log grows beyond its bound.
pub(super) struct Fold {
    bell: Option<SyncSender<()>>,
    thread: Option<JoinHandle<()>>,
    written: usize,
}

impl Fold {
    pub(super) fn start(path: PathBuf) -> Result<Self, OpenError> {
        let (bell, rings) = sync_channel(1);
        let thread = std::thread::Builder::new()
            .name("motcua-fold".into())
            .spawn(move || work(&path, &rings))
            .map_err(|source| OpenError::Thread { source })?;
        Ok(Self {
            bell: Some(bell),
            thread: Some(thread),
            written: 0,
        })
    }

    /// So many jobs were committed together.
    pub(super) fn committed(&mut self, jobs: usize) {
        let pages = PAGES_OF_BATCH.saturating_add(jobs.saturating_mul(PAGES_OF_JOB));
        self.written = self.written.saturating_add(pages);
        if self.written >= EVERY
            && let Some(bell) = &self.bell
        {
            self.written = 0;
            // A full channel is a bell that rings already.
            let _ = bell.try_send(());
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

fn work(path: &Path, rings: &Receiver<()>) {
    let mut conn = None;
    while rings.recv().is_ok() {
        conn = conn.take().or_else(|| connect(path));
        // A new connection is a cheap way out of whatever is wrong.
        conn = conn.and_then(fold);
        // What was written meanwhile does not ring: one fold after the other would never leave
        // the writer its turn to fold all of it, without which the log cannot begin anew.
        let _ = rings.try_recv();
    }
}

fn connect(path: &Path) -> Option<Conn> {
    sqlite::connect_writer(path)
        .inspect_err(|error| tracing::warn!(%error, "the log cannot be folded"))
        .ok()
}

/// Copies what no reader needs any more; waits for nobody.
fn fold(mut conn: Conn) -> Option<Conn> {
    match conn.batch_execute("PRAGMA wal_checkpoint(PASSIVE)") {
        Ok(()) => Some(conn),
        Err(error) => {
            tracing::warn!(%error, "the log cannot be folded");
            None
        }
    }
}
