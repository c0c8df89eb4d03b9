//! The lease of what a worker took: how long it holds, and its renewal while the work goes on.

use std::convert::Infallible;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::Post;
use super::claim::renew;

/// For how long a worker has what it took, in seconds.
pub(super) const LEASE_SECONDS: u64 = 120;
/// No message is begun with less than this left of its lease.
const MARGIN: Duration = Duration::from_secs(20);

/// Until when this process may act on what it took, by a clock that is never set.
#[derive(Debug)]
pub(super) struct Lease(Mutex<Instant>);

impl Lease {
    pub(super) fn begin() -> Self {
        Self(Mutex::new(Self::end(Instant::now())))
    }

    fn end(begun: Instant) -> Instant {
        begun + Duration::from_secs(LEASE_SECONDS)
    }

    fn renewed(&self, begun: Instant) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Self::end(begun);
    }

    pub(super) fn holds(&self) -> bool {
        let until = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Instant::now() + MARGIN < until
    }
}

/// Runs `work` and renews the lease of the batch meanwhile.
pub(super) async fn with_renewal<T>(
    post: &Post,
    ids: &[i64],
    lease: &Lease,
    work: impl Future<Output = T>,
) -> T {
    tokio::select! {
        done = work => done,
        never = keep_renewed(post, ids, lease) => match never {},
    }
}

async fn keep_renewed(post: &Post, ids: &[i64], lease: &Lease) -> Infallible {
    loop {
        tokio::time::sleep(Duration::from_secs(LEASE_SECONDS / 4)).await;
        let begun = Instant::now();
        let (env, owner) = (post.env.clone(), Arc::clone(&post.owner));
        let ids = ids.to_vec();
        let renewed = post
            .db
            .write(move |conn| renew(conn, &env, &owner, &ids))
            .await;
        match renewed {
            Ok(()) => lease.renewed(begun),
            Err(error) => tracing::warn!(%error, "the lease of mails could not be renewed"),
        }
    }
}
