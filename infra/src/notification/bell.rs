//! The bell that wakes the worker once mails are committed.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::Notify;

/// Mails wait; cheap to clone. Whoever enqueues marks it inside the transaction, and whoever
/// commits rings it after: a worker woken before the commit would find nothing.
#[derive(Debug, Clone, Default)]
pub struct Bell(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    marked: AtomicBool,
    notify: Notify,
}

impl Bell {
    /// A mail was enqueued in a transaction that is still open.
    pub(crate) fn mark(&self) {
        self.0.marked.store(true, Ordering::Release);
    }

    /// Wakes the worker if something was enqueued; to be said after a commit. A mark that another
    /// transaction still has open may be taken here: the worker's own look-round finds that mail.
    pub fn ring_if_marked(&self) {
        if self.0.marked.swap(false, Ordering::AcqRel) {
            self.ring();
        }
    }

    /// Wakes the worker. A ring that nobody waits for is kept, once.
    pub fn ring(&self) {
        self.0.notify.notify_one();
    }

    /// Waits for a ring.
    pub async fn rung(&self) {
        self.0.notify.notified().await;
    }
}
