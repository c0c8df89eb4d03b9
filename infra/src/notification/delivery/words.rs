//! A mail in the hands of a worker: in words just before it goes, and in newer ones when it had
//! to wait for its turn.

use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, Utc};

use super::claim::Taken;
use super::lease::Lease;
use super::prepare::{Prepared, Shared, prepare};
use super::record::Outcome;
use super::{BoxFuture, Failure, LastLook, Post};
use crate::error::Error;
use crate::notification::Ready;
use crate::notification::stale::is_stale;

/// What the mails of one batch share.
pub(super) struct Work<'a> {
    pub post: &'a Post,
    pub lease: &'a Lease,
    go_on: &'a (dyn Fn() -> bool + Sync),
    /// What was read for several mails, and when; read anew as words are.
    shared: Mutex<(DateTime<Utc>, Arc<Shared>)>,
    /// Mails are put into words one after another: what was queued first also goes first, as far
    /// as connections allow.
    turn: tokio::sync::Mutex<()>,
    fault: Mutex<Option<Error>>,
}

impl<'a> Work<'a> {
    pub(super) fn new(
        post: &'a Post,
        lease: &'a Lease,
        go_on: &'a (dyn Fn() -> bool + Sync),
    ) -> Self {
        Self {
            post,
            lease,
            go_on,
            shared: Mutex::new((post.env.now(), Arc::default())),
            turn: tokio::sync::Mutex::default(),
            fault: Mutex::default(),
        }
    }

    /// Whether a mail may still go out from here.
    pub(super) fn is_ours(&self) -> bool {
        (self.go_on)() && self.lease.holds()
    }

    /// Why mails could not be put into words, where that was so.
    pub(super) fn fault(&self) -> Option<Error> {
        self.fault
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take()
    }

    pub(super) async fn words(&self, mail: &Taken) -> Option<Prepared> {
        let _turn = self.turn.lock().await;
        self.words_by(mail, self.shared()).await
    }

    fn shared(&self) -> Arc<Shared> {
        let now = self.post.env.now();
        let mut shared = self.shared.lock().unwrap_or_else(PoisonError::into_inner);
        if is_stale(shared.0, now) {
            *shared = (now, Arc::default());
        }
        Arc::clone(&shared.1)
    }

    /// None while the database is away.
    async fn words_by(&self, mail: &Taken, shared: Arc<Shared>) -> Option<Prepared> {
        let (env, head) = (self.post.env.clone(), Arc::clone(&self.post.head));
        let mail = mail.clone();
        let words = self
            .post
            .db
            .read(move |conn| prepare(conn, &env, &head, &shared, &mail))
            .await;
        match words {
            Ok(words) => Some(words),
            Err(error) => {
                let mut fault = self.fault.lock().unwrap_or_else(PoisonError::into_inner);
                *fault = Some(error);
                None
            }
        }
    }
}

/// The last look at one mail.
pub(super) struct Last<'a> {
    work: &'a Work<'a>,
    mail: &'a Taken,
    said: Mutex<Said>,
}

struct Said {
    at: DateTime<Utc>,
    remark: Option<String>,
    left_out: Vec<i64>,
    instead: Option<Outcome>,
}

impl<'a> Last<'a> {
    pub(super) fn new(
        work: &'a Work<'a>,
        mail: &'a Taken,
        remark: Option<String>,
        left_out: Vec<i64>,
        at: DateTime<Utc>,
    ) -> Self {
        let instead = None;
        let said = Mutex::new(Said {
            at,
            remark,
            left_out,
            instead,
        });
        Self { work, mail, said }
    }

    /// What an administrator should know of the words that went out.
    pub(super) fn remark(&self) -> Option<String> {
        self.with(|said| said.remark.take())
    }

    /// The alerts that the words that went out leave out.
    pub(super) fn left_out(&self) -> Vec<i64> {
        self.with(|said| std::mem::take(&mut said.left_out))
    }

    /// What is so instead of sending it.
    pub(super) fn instead(&self) -> Option<Outcome> {
        self.with(|said| said.instead.take())
    }

    fn with<T>(&self, what: impl FnOnce(&mut Said) -> T) -> T {
        what(&mut self.said.lock().unwrap_or_else(PoisonError::into_inner))
    }

    async fn anew(&self) -> Result<Option<Ready>, Failure> {
        if !self.work.is_ours() {
            return Err(Failure::NotOurs);
        }
        let put = self.with(|said| said.at);
        if !is_stale(put, self.work.post.env.now()) {
            return Ok(None);
        }
        let words = self.work.words_by(self.mail, self.work.shared()).await;
        let Some(words) = words.filter(|_| self.work.is_ours()) else {
            return Err(Failure::NotOurs);
        };
        let ready = words.verdict.into_ready();
        self.with(|said| {
            said.at = words.at;
            said.remark = words.remark;
            match ready {
                Ok((ready, left_out)) => {
                    said.left_out = left_out;
                    Ok(Some(ready))
                }
                Err(outcome) => {
                    said.instead = Some(outcome);
                    Err(Failure::Changed)
                }
            }
        })
    }
}

impl LastLook for Last<'_> {
    fn look(&self) -> BoxFuture<'_, Result<Option<Ready>, Failure>> {
        Box::pin(self.anew())
    }
}
