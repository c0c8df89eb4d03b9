//! The waiting room in front of the pool: bounded, so that a slow database turns requests away.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::error::Unavailable;
use super::pool::Pool;

/// Lets as many through as there are connections, so that no thread blocks without one.
pub(super) struct Gate {
    places: Arc<Semaphore>,
    all: usize,
    waiting: AtomicUsize,
    limit: usize,
    timeout: Duration,
}

impl Gate {
    pub(super) fn new(connections: u32, limit: usize, timeout: Duration) -> Self {
        let places = usize::try_from(connections).unwrap_or(Semaphore::MAX_PERMITS);
        let all = places.min(Semaphore::MAX_PERMITS);
        Self {
            places: Arc::new(Semaphore::new(all)),
            all,
            waiting: AtomicUsize::new(0),
            limit,
            timeout,
        }
    }

    /// Whether fewer than half of the places are free.
    pub(super) fn is_busy(&self) -> bool {
        self.places.available_permits().saturating_mul(2) < self.all
    }

    pub(super) fn waiting(&self) -> usize {
        self.waiting.load(Ordering::Relaxed)
    }

    pub(super) async fn enter(&self, pool: &Pool) -> Result<OwnedSemaphorePermit, Unavailable> {
        if let Ok(permit) = Arc::clone(&self.places).try_acquire_owned() {
            return Ok(permit);
        }
        let _waiter = self.count_in().ok_or(Unavailable::QueueFull)?;
        let turn = Arc::clone(&self.places).acquire_owned();
        match tokio::time::timeout(self.timeout, turn).await {
            Ok(Ok(permit)) => Ok(permit),
            Ok(Err(_)) | Err(_) => Err(pool.why_unavailable()),
        }
    }

    fn count_in(&self) -> Option<Waiter<'_>> {
        let waiter = Waiter(&self.waiting);
        let before = self.waiting.fetch_add(1, Ordering::Relaxed);
        // Dropping the waiter counts it out again.
        (before < self.limit).then_some(waiter)
    }
}

/// Counts itself out, also when the request is cancelled.
struct Waiter<'a>(&'a AtomicUsize);

impl Drop for Waiter<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}
