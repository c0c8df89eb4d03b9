//! What came of mails reaches the database, also late: by the journal, or by giving them back.

use std::io;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use super::Post;
use super::claim::{State, Taken, release};
use super::journal::Journal;
use super::lease::Lease;
use super::record::{Outcome, record, settle_sent};
use crate::error::Error;

/// Records what was sent and the database does not know of: by workers that died, once, and by
/// this one while the database was away. Before each claim, lest a mail that was sent is taken
/// again.
pub(super) async fn settle(post: &Post) -> Result<(), Error> {
    let Some(journal) = &post.journal else {
        return Ok(());
    };
    settle_own(post, journal).await?;
    if post.settled.load(Ordering::Acquire) {
        return Ok(());
    }
    for left in journal.leftovers().map_err(broken)? {
        let settled = told(post, &left.owner, left.uids.clone()).await?;
        tracing::info!(
            settled,
            "recorded mails that a worker had sent before it died"
        );
        left.remove();
    }
    post.settled.store(true, Ordering::Release);
    Ok(())
}

async fn settle_own(post: &Post, journal: &Journal) -> Result<(), Error> {
    let uids = journal.lines().map_err(broken)?;
    if uids.is_empty() {
        return Ok(());
    }
    let settled = told(post, &post.owner, uids).await?;
    tracing::info!(settled, "recorded mails that were sent without a database");
    journal.clear().map_err(broken)
}

async fn told(post: &Post, owner: &str, uids: Vec<String>) -> Result<usize, Error> {
    let (env, owner) = (post.env.clone(), owner.to_owned());
    post.db
        .write(move |conn| settle_sent(conn, &env, &owner, &uids))
        .await
}

fn broken(error: io::Error) -> Error {
    Error::Internal(format!("the journal of mails: {error}"))
}

/// Records the outcome; while the database is away it is tried again as long as the lease holds,
/// since a mail that was sent and not recorded would be sent again.
pub(super) async fn keep(post: &Post, mail: Taken, outcome: Outcome, lease: &Lease) -> State {
    loop {
        let (env, owner) = (post.env.clone(), Arc::clone(&post.owner));
        let (mail, outcome) = (mail.clone(), outcome.clone());
        let kept = post
            .db
            .write(move |conn| record(conn, &env, &owner, &mail, &outcome))
            .await;
        match kept {
            Ok(state) => return state,
            Err(error) if lease.holds() => {
                tracing::warn!(%error, "an attempt could not be recorded yet");
                tokio::time::sleep(Duration::from_millis(200)).await;
            }
            Err(error) => {
                tracing::error!(%error, "an attempt could not be recorded");
                return State::Unknown;
            }
        }
    }
}

pub(super) async fn give_back(post: &Post, ids: Vec<i64>) {
    if ids.is_empty() {
        return;
    }
    let (env, owner) = (post.env.clone(), Arc::clone(&post.owner));
    let freed: Result<(), Error> = post
        .db
        .write(move |conn| release(conn, &env, &owner, &ids))
        .await;
    if let Err(error) = freed {
        tracing::warn!(%error, "mails stay taken until their lease ends");
    }
}
