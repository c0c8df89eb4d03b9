//! What a job is: a name, a time, a lane, and what it does.

use std::cell::{Cell, RefCell};

use chrono::{DateTime, Utc};
use infra::error::Error;
use infra::schedule::{Report, Turnstile};

use super::bell::Bell;
use crate::app::Service;

/// Jobs of one lane run one after the other, in a thread of their own, so that a long one never
/// delays the short ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lane {
    /// Done in a moment, and not to wait: what is due every minute.
    Quick,
    /// May take minutes.
    Long,
}

impl Lane {
    pub const ALL: [Self; 2] = [Self::Quick, Self::Long];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Quick => "quick",
            Self::Long => "long",
        }
    }
}

/// What happens when an installation sees a job for the first time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum First {
    /// It runs at once: housekeeping.
    AtOnce,
    /// It waits for its first time: nobody wants last month's report on the day of installation.
    WhenItsTimeComes,
}

/// A job. To add one, write its function and add an entry to [`super::JOBS`].
#[derive(Debug, Clone, Copy)]
pub struct Job {
    /// As in the configuration: `lapse` is `MOTCUA_JOBS_LAPSE`, and `lapse` under `[jobs]`.
    pub name: &'static str,
    /// When it runs unless the configuration says otherwise.
    pub cron: &'static str,
    /// Whether the configuration may switch it off.
    pub may_be_off: bool,
    pub lane: Lane,
    pub first: First,
    /// Also as soon as the bell rings.
    pub on_bell: bool,
    /// Must bear being run twice: a server may die after the work and before it is noted.
    pub run: fn(&JobContext<'_>) -> Result<Report, Error>,
}

/// What a job is handed.
#[derive(Debug)]
pub struct JobContext<'a> {
    pub service: &'a Service,
    /// The moment that the schedule named; a run that was missed comes later than it.
    pub scheduled_for: DateTime<Utc>,
    pub(super) lane: Lane,
    pub(super) turnstile: RefCell<&'a mut Turnstile>,
    pub(super) stopped: Cell<bool>,
}

impl JobContext<'_> {
    /// Whether to go on; to be asked between batches. When not, return what was done so far: the
    /// service ends, or the lock is lost, and the run will be taken up again. Also the sign of
    /// life of a long run.
    pub fn go_on(&self) -> bool {
        let goes = self.bell().beat(self.lane)
            && self
                .turnstile
                .try_borrow_mut()
                .is_ok_and(|mut turnstile| turnstile.holds());
        if !goes {
            self.stopped.set(true);
        }
        goes
    }

    fn bell(&self) -> &Bell {
        &self.service.ops.jobs
    }
}
