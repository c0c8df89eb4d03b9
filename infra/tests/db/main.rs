//! The database seam on both databases: what was answered is kept, what failed left nothing.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::as_conversions,
    clippy::panic,
    unreachable_pub,
    missing_debug_implementations,
    reason = "a test may fail loudly"
)]

#[path = "../db_support/mod.rs"]
mod db_support;
mod keeping;
mod opening;
mod server;
mod writer;

use std::sync::mpsc::{Receiver, Sender, channel};

use db_support::Fault;
use diesel::result::Error;
use infra::db::{Db, Panicked};

type Task<T> = tokio::task::JoinHandle<Result<T, Fault>>;

/// Keeps the writer (or the only connection) busy until the sender is used or dropped.
fn hold(db: &Db) -> (Sender<()>, Task<()>) {
    let (release, released) = channel::<()>();
    let (begun, has_begun) = channel();
    let db = db.clone();
    let task = tokio::spawn(async move {
        db.write(move |_| {
            begun.send(()).unwrap();
            let _ = released.recv();
            Ok::<_, Fault>(())
        })
        .await
    });
    wait(&has_begun);
    (release, task)
}

fn wait(signal: &Receiver<()>) {
    tokio::task::block_in_place(|| signal.recv().unwrap());
}

/// Starts a write and comes back once it waits in the queue.
async fn enqueue(
    db: &Db,
    job: impl FnOnce(&mut infra::db::Conn) -> Result<(), Fault> + Send + 'static,
) -> Task<()> {
    let before = db.queue_depth();
    let handle = db.clone();
    let task = tokio::spawn(async move { handle.write(job).await });
    while db.queue_depth() == before {
        tokio::task::yield_now().await;
    }
    task
}

fn is_panicked(fault: &Fault) -> bool {
    matches!(fault, Fault::Db(Error::QueryBuilderError(inner)) if inner.is::<Panicked>())
}
