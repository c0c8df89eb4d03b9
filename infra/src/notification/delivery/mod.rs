//! Delivery: workers take mails from the outbox under a lease, send them, and record each attempt.

mod claim;
mod files;
mod journal;
mod lease;
mod prepare;
mod record;
mod smtp;
mod smtp_error;
mod smtp_url;

use std::fmt::Debug;
use std::io;
use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures_util::stream::{self, StreamExt as _};
use tokio::sync::OwnedMutexGuard;

use super::letterhead::{Letterhead, Ready};
use crate::db::Db;
use crate::env::Env;
use crate::error::Error;
use crate::ids::new_uid;
use claim::{Taken, claim, release};
use lease::{Lease, with_renewal};
use prepare::{Prepared, Verdict, prepare};
use record::{Outcome, record, settle_sent};

pub use claim::{State, Waiting, queue};
pub use files::FileMailer;
pub use journal::Journal;
pub use smtp::SmtpMailer;
pub use smtp_url::{SmtpSettings, SmtpUrlFault, Tls};

/// Mails taken at once: few enough that a worker that dies holds little back.
const BATCH: i64 = 32;
/// Connections at once.
pub const CONNECTIONS: usize = 8;

type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Where mails go: a mail server, or a folder.
pub trait Mailer: Send + Sync + Debug {
    /// Hands one message over. `ours` says whether the mail is still this worker's; it is asked
    /// last before the message goes out.
    fn send<'a>(
        &'a self,
        mail: &'a Ready,
        ours: &'a (dyn Fn() -> bool + Sync),
    ) -> BoxFuture<'a, Result<Accepted, Failure>>;

    /// Drops what is kept open between batches.
    fn rest(&self) -> BoxFuture<'_, ()> {
        Box::pin(std::future::ready(()))
    }
}

/// A message that was taken over. Held until that is kept: a mail server cannot be asked later
/// whether it has a message, so between its yes and our record there is never more than one, and
/// a process that is killed sends at most one message twice.
#[derive(Debug, Default)]
pub struct Accepted {
    pub detail: String,
    window: Option<OwnedMutexGuard<()>>,
}

/// Why a message was not taken over; the detail holds no address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// May go better later.
    Temporary(String),
    /// Never will.
    Permanent(String),
    /// Never will, and it is the address.
    Bounced(String),
    /// The mail is another worker's by now, or the service ends.
    NotOurs,
}

/// One worker.
#[derive(Debug, Clone)]
pub struct Post {
    pub db: Db,
    pub env: Env,
    pub mailer: Arc<dyn Mailer>,
    pub head: Arc<Letterhead>,
    owner: Arc<str>,
    journal: Option<Arc<Journal>>,
    /// Whether what dead workers left was looked for.
    settled: Arc<AtomicBool>,
}

/// What a run brought.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Delivered {
    pub taken: u64,
    pub sent: u64,
    /// Failed for now; they wait for their next attempt.
    pub later: u64,
    pub set_aside: u64,
    pub moot: u64,
    pub muted: u64,
    /// To the staff, outside of working hours.
    pub held: u64,
}

impl Delivered {
    fn add(&mut self, other: &Self) {
        self.taken = self.taken.saturating_add(other.taken);
        self.sent = self.sent.saturating_add(other.sent);
        self.later = self.later.saturating_add(other.later);
        self.set_aside = self.set_aside.saturating_add(other.set_aside);
        self.moot = self.moot.saturating_add(other.moot);
        self.muted = self.muted.saturating_add(other.muted);
        self.held = self.held.saturating_add(other.held);
    }

    fn count(&mut self, state: State) {
        let place = match state {
            State::Sent => &mut self.sent,
            State::Later => &mut self.later,
            State::SetAside => &mut self.set_aside,
            State::Moot => &mut self.moot,
            State::Muted => &mut self.muted,
            State::Held => &mut self.held,
            State::Lost | State::Unknown => return,
        };
        *place = place.saturating_add(1);
    }
}

impl Post {
    /// A worker with a name of its own.
    pub fn new(db: Db, env: Env, mailer: Arc<dyn Mailer>, head: Arc<Letterhead>) -> Self {
        Self {
            db,
            env,
            mailer,
            head,
            owner: new_uid().into(),
            journal: None,
            settled: Arc::default(),
        }
    }

    /// The same with a journal in this folder, which makes it faster: without one each mail waits
    /// for the commit of the one before.
    ///
    /// # Errors
    /// When the folder cannot be made or written.
    pub fn with_journal(mut self, folder: &Path) -> io::Result<Self> {
        self.journal = Some(Arc::new(Journal::open(folder, &self.owner)?));
        Ok(self)
    }
}

/// Delivers what is due until nothing is, or `go_on` says no. Needs a Tokio runtime.
///
/// # Errors
/// When the database fails; what was taken comes back when its lease ends.
pub async fn deliver_due(
    post: &Post,
    go_on: &(dyn Fn() -> bool + Sync),
) -> Result<Delivered, Error> {
    let mut all = Delivered::default();
    while go_on() {
        let batch = deliver_batch(post, go_on).await?;
        all.add(&batch);
        if batch.taken == 0 {
            break;
        }
    }
    Ok(all)
}

/// Takes one batch of what is due, and delivers it.
///
/// # Errors
/// As [`deliver_due`].
pub async fn deliver_batch(
    post: &Post,
    go_on: &(dyn Fn() -> bool + Sync),
) -> Result<Delivered, Error> {
    settle(post).await?;
    let lease = Lease::begin();
    let taken = post
        .db
        .write({
            let (env, owner) = (post.env.clone(), Arc::clone(&post.owner));
            move |conn| claim(conn, &env, &owner, BATCH)
        })
        .await?;
    let ids: Vec<i64> = taken.iter().map(Taken::id).collect();
    let mut done = Delivered {
        taken: u64::try_from(ids.len()).unwrap_or(u64::MAX),
        ..Delivered::default()
    };
    if ids.is_empty() {
        return Ok(done);
    }
    let prepared = post
        .db
        .read({
            let (env, head) = (post.env.clone(), Arc::clone(&post.head));
            move |conn| prepare(conn, &env, &head, taken)
        })
        .await?;
    let work = deliver_all(post, prepared, &lease, go_on);
    let states = with_renewal(post, &ids, &lease, work).await;
    for state in states.iter().copied() {
        done.count(state);
    }
    if let Some(journal) = &post.journal
        && !states.contains(&State::Unknown)
        && let Err(error) = journal.clear()
    {
        tracing::warn!(%error, "the journal of mails cannot be cleared");
    }
    // What was not come to, as the service ends: others may have it at once.
    give_back(post, ids).await;
    Ok(done)
}

/// Everything of a batch, several at once.
async fn deliver_all(
    post: &Post,
    prepared: Vec<Prepared>,
    lease: &Lease,
    go_on: &(dyn Fn() -> bool + Sync),
) -> Vec<State> {
    stream::iter(prepared)
        .map(|one| async move {
            if !go_on() || !lease.holds() {
                return State::Lost;
            }
            deliver_one(post, one, lease, go_on).await
        })
        .buffer_unordered(CONNECTIONS)
        .collect()
        .await
}

async fn deliver_one(
    post: &Post,
    one: Prepared,
    lease: &Lease,
    go_on: &(dyn Fn() -> bool + Sync),
) -> State {
    let Prepared {
        mail,
        verdict,
        remark,
    } = one;
    let (outcome, window) = match verdict {
        Verdict::Send(ready, left_out) => {
            let ours = || go_on() && lease.holds();
            match post.mailer.send(&ready, &ours).await {
                Ok(accepted) => {
                    let detail = join(accepted.detail, remark);
                    (Outcome::Sent(detail, Some(left_out)), accepted.window)
                }
                Err(Failure::Temporary(detail)) => (Outcome::Temporary(detail), None),
                Err(Failure::Permanent(detail)) => (Outcome::Permanent(detail), None),
                Err(Failure::Bounced(detail)) => (Outcome::Bounced(detail), None),
                Err(Failure::NotOurs) => return State::Lost,
            }
        }
        Verdict::Moot => (Outcome::Moot, None),
        Verdict::Muted => (Outcome::Muted, None),
        Verdict::Hold(until) => (Outcome::Held(until), None),
        Verdict::Later(detail) => (Outcome::Temporary(detail), None),
        Verdict::Refuse(detail) => (Outcome::Broken(detail), None),
    };
    // Once the journal has it, the next mail may go out while this one is recorded.
    let window = match (&post.journal, window) {
        (Some(journal), Some(window)) => match journal.taken_over(&mail.uid) {
            Ok(()) => None,
            Err(error) => {
                tracing::warn!(%error, "the journal of mails cannot be written");
                Some(window)
            }
        },
        (_, window) => window,
    };
    let state = keep(post, mail, outcome, lease).await;
    drop(window);
    state
}

/// Records what workers that died had sent, once.
async fn settle(post: &Post) -> Result<(), Error> {
    let Some(journal) = &post.journal else {
        return Ok(());
    };
    if post.settled.load(Ordering::Acquire) {
        return Ok(());
    }
    let broken = |error: io::Error| Error::Internal(format!("the journal of mails: {error}"));
    for left in journal.leftovers().map_err(broken)? {
        let (env, owner, uids) = (post.env.clone(), left.owner.clone(), left.uids.clone());
        let settled: usize = post
            .db
            .write(move |conn| settle_sent(conn, &env, &owner, &uids))
            .await?;
        tracing::info!(
            settled,
            "recorded mails that a worker had sent before it died"
        );
        left.remove().map_err(broken)?;
    }
    post.settled.store(true, Ordering::Release);
    Ok(())
}

fn join(detail: String, remark: Option<String>) -> String {
    match remark {
        Some(remark) => format!("{detail}; {remark}"),
        None => detail,
    }
}

/// Records the outcome; while the database is away it is tried again as long as the lease holds,
/// since a mail that was sent and not recorded would be sent again.
async fn keep(post: &Post, mail: Taken, outcome: Outcome, lease: &Lease) -> State {
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

async fn give_back(post: &Post, ids: Vec<i64>) {
    let (env, owner) = (post.env.clone(), Arc::clone(&post.owner));
    let freed: Result<(), Error> = post
        .db
        .write(move |conn| release(conn, &env, &owner, &ids))
        .await;
    if let Err(error) = freed {
        tracing::warn!(%error, "mails stay taken until their lease ends");
    }
}
