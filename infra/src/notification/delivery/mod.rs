//! Delivery: workers take mails from the outbox under a lease, send them, and record each attempt.

mod claim;
mod files;
mod journal;
mod lease;
mod pace;
mod prepare;
mod record;
mod settle;
mod smtp;
mod smtp_error;
mod smtp_url;
mod words;

use std::fmt::Debug;
use std::io;
use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use futures_util::stream::{self, StreamExt as _};
use tokio::sync::OwnedMutexGuard;

use super::letterhead::{Letterhead, Ready};
use crate::db::Db;
use crate::env::Env;
use crate::error::Error;
use crate::ids::new_uid;
use claim::{Taken, claim};
use lease::{LEASE, Lease, with_renewal};
use record::Outcome;
use settle::{give_back, keep, settle};
use words::{Last, Work};

pub use claim::{State, Waiting, next_due, queue};
pub use files::FileMailer;
pub use journal::Journal;
pub use pace::pace;
pub use smtp::SmtpMailer;
pub use smtp_url::{SmtpSettings, SmtpUrlFault, Tls};

/// Mails taken at once: few enough that a worker that dies holds little back.
const BATCH: i64 = 32;
/// Connections at once.
pub const CONNECTIONS: usize = 8;

pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Where mails go: a mail server, or a folder.
pub trait Mailer: Send + Sync + Debug {
    /// Hands one message over, after a last look.
    fn send<'a>(
        &'a self,
        mail: &'a Ready,
        last: &'a dyn LastLook,
    ) -> BoxFuture<'a, Result<Accepted, Failure>>;

    /// Drops what is kept open between batches.
    fn rest(&self) -> BoxFuture<'_, ()> {
        Box::pin(std::future::ready(()))
    }
}

/// What is asked last before a message goes out: it may have waited for its turn.
pub trait LastLook: Send + Sync {
    /// The message in other words, where they have changed.
    ///
    /// # Errors
    /// When it is not to go: [`Failure::NotOurs`] or [`Failure::Changed`].
    fn look(&self) -> BoxFuture<'_, Result<Option<Ready>, Failure>>;
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
    /// It is not wanted any more, or not now.
    Changed,
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
    /// For how long it has what it took, unless that is renewed.
    lease: Duration,
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

    /// Nothing came of what was taken.
    fn is_idle(&self) -> bool {
        let taken = self.taken;
        *self
            == Self {
                taken,
                ..Self::default()
            }
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
            lease: LEASE,
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

    /// The same with another lease: with a shorter one others take over sooner what it held, and
    /// it gives up sooner to record what came of a mail while the database is away.
    #[must_use]
    pub fn with_lease(mut self, lasting: Duration) -> Self {
        self.lease = lasting;
        self
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
    let lease = Lease::begin(post.lease);
    let taken = post
        .db
        .write({
            let (env, owner) = (post.env.clone(), Arc::clone(&post.owner));
            let lasting = post.lease;
            move |conn| claim(conn, &env, &owner, lasting, BATCH)
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
    let work = Work::new(post, &lease, go_on);
    let states = with_renewal(post, &ids, &lease, deliver_all(&work, taken)).await;
    for (_, state) in &states {
        done.count(*state);
    }
    let of = |wanted: State| {
        let found = states.iter().filter(move |(_, state)| *state == wanted);
        found.map(|(id, _)| *id)
    };
    if let Some(journal) = &post.journal
        && of(State::Unknown).next().is_none()
        && let Err(error) = journal.clear()
    {
        tracing::warn!(%error, "the journal of mails cannot be cleared");
    }
    // What was not come to, as the service ends: others may have it at once. What may have been
    // sent they may not.
    give_back(post, of(State::Lost).collect()).await;
    match work.fault() {
        Some(fault) if done.is_idle() => Err(fault),
        _ => Ok(done),
    }
}

/// Everything of a batch, several at once.
async fn deliver_all(work: &Work<'_>, taken: Vec<Taken>) -> Vec<(i64, State)> {
    stream::iter(taken)
        .map(|mail| async move { (mail.id, deliver_one(work, mail).await) })
        .buffer_unordered(CONNECTIONS)
        .collect()
        .await
}

/// Puts a mail into words, hands it over, and records what came of it.
async fn deliver_one(work: &Work<'_>, mail: Taken) -> State {
    let post = work.post;
    if !work.is_ours() {
        return State::Lost;
    }
    let Some(first) = work.words(&mail).await else {
        return State::Lost;
    };
    let (outcome, window) = match first.verdict.into_ready() {
        Ok((ready, left_out)) => {
            let last = Last::new(work, &mail, first.remark, left_out, first.at);
            match post.mailer.send(&ready, &last).await {
                Ok(accepted) => {
                    let detail = join(accepted.detail, last.remark());
                    let sent = Outcome::Sent(detail, Some(last.left_out()));
                    (sent, accepted.window)
                }
                Err(Failure::Temporary(detail)) => (Outcome::Temporary(detail), None),
                Err(Failure::Permanent(detail)) => (Outcome::Permanent(detail), None),
                Err(Failure::Bounced(detail)) => (Outcome::Bounced(detail), None),
                Err(Failure::NotOurs) => return State::Lost,
                Err(Failure::Changed) => match last.instead() {
                    Some(outcome) => (outcome, None),
                    None => return State::Lost,
                },
            }
        }
        Err(instead) => (instead, None),
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
    let state = keep(post, mail, outcome, work.lease).await;
    drop(window);
    state
}

fn join(detail: String, remark: Option<String>) -> String {
    match remark {
        Some(remark) => format!("{detail}; {remark}"),
        None => detail,
    }
}
