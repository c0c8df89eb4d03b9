//! The lease of what a worker took: how long it holds, and its renewal while the work goes on.

use std::convert::Infallible;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::Post;
use super::claim::renew;

/// For how long a worker has what it took.
pub(super) const LEASE: Duration = Duration::from_secs(120);
/// No message is begun with less than this part of its lease left.
const MARGIN: u32 = 6;
/// So often is it renewed meanwhile.
const RENEWALS: u32 = 4;

/// Until when this process may act on what it took, by a clock that is never set.
#[derive(Debug)]
pub(super) struct Lease {
    lasting: Duration,
    until: Mutex<Instant>,
}

impl Lease {
    pub(super) fn begin(lasting: Duration) -> Self {
        Self {
            lasting,
            until: Mutex::new(Instant::now() + lasting),
        }
    }

    fn renewed(&self, begun: Instant) {
        let mut until = self.until.lock().unwrap_or_else(PoisonError::into_inner);
        *until = begun + self.lasting;
    }

    pub(super) fn holds(&self) -> bool {
        let until = *self.until.lock().unwrap_or_else(PoisonError::into_inner);
        Instant::now() + self.lasting / MARGIN < until
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
        tokio::time::sleep(lease.lasting / RENEWALS).await;
        let begun = Instant::now();
        let (env, owner) = (post.env.clone(), Arc::clone(&post.owner));
        let (ids, lasting) = (ids.to_vec(), lease.lasting);
        let renewed = post
            .db
            .write(move |conn| renew(conn, &env, &owner, lasting, &ids))
            .await;
        match renewed {
            Ok(()) => lease.renewed(begun),
            Err(error) => tracing::warn!(%error, "the lease of mails could not be renewed"),
        }
    }
}
