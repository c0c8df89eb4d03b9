//! A dossier as the rules see it: an enum whose variants carry the data of that state.

use chrono::{DateTime, Utc};

use super::{Outcome, Promise, State};
use crate::deadline::{Term, TimeLimit};
use crate::procedure::StepRule;

/// The rules in force at receipt, to which the dossier is pinned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rules {
    pub time_limit: TimeLimit,
    pub extra_limit: Option<TimeLimit>,
    pub steps: Vec<StepRule>,
}

/// A dossier without its papers and names: all that decides what may happen next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dossier {
    pub life: Life,
    /// The running term, from acceptance on.
    pub term: Option<Term>,
    /// What was promised to the applicant, from acceptance on.
    pub promise: Option<Promise>,
    pub used: Used,
    /// Set by the first resolution: a correction never changes whether that was on time.
    pub first_result: Option<FirstResult>,
}

/// What may happen only once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Used {
    pub supplement_at_intake: bool,
    pub supplement_in_appraisal: bool,
    pub extended: bool,
    pub reappointed: bool,
}

/// The first resolution, by which the promise is judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FirstResult {
    pub resolved_at: DateTime<Utc>,
    pub promise: Promise,
}

/// Where the dossier stands, and what only that state knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Life {
    /// The desk must answer by `answer_by`.
    Submitted {
        answer_by: DateTime<Utc>,
    },
    Accepted {
        desk: StepAt,
    },
    Processing {
        step: StepAt,
    },
    AwaitingSupplement {
        since: DateTime<Utc>,
        lapse_at: DateTime<Utc>,
        missing: Vec<MissingPaper>,
        back_to: BackTo,
    },
    AwaitingPayment {
        since: DateTime<Utc>,
        amount_vnd: i64,
        purpose: String,
        step: StepAt,
    },
    Resolved {
        at: DateTime<Utc>,
        outcome: Outcome,
        step: StepAt,
    },
    Returned {
        at: DateTime<Utc>,
        outcome: Outcome,
        step: StepAt,
    },
    Refused {
        at: DateTime<Utc>,
    },
    Withdrawn {
        at: DateTime<Utc>,
        left: Left,
    },
    Stopped {
        at: DateTime<Utc>,
        left: Left,
    },
}

/// How a case lay when it was closed without a result: reports name who held it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Left {
    /// None before acceptance.
    pub step: Option<StepAt>,
    /// Since when the clock stood still, if it did: that time is not counted as lateness.
    pub stopped_since: Option<DateTime<Utc>>,
}

/// To where a supplement brings the dossier back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BackTo {
    Desk,
    Step(StepAt),
}

/// A paper asked for later, with the reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MissingPaper {
    pub name: String,
    pub reason: String,
}

/// The desk, or a step of the route counted from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StepPlace {
    Desk,
    Route(usize),
}

/// One step with its one responsible person and its own due date.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepAt {
    pub place: StepPlace,
    pub holder: i64,
    pub department: Option<i64>,
    pub entered_at: DateTime<Utc>,
    /// The step's budget as a term; the desk's hand-over has none.
    pub term: Option<Term>,
    pub due_at: DateTime<Utc>,
}

impl Dossier {
    pub fn state(&self) -> State {
        match &self.life {
            Life::Submitted { .. } => State::Submitted,
            Life::Accepted { .. } => State::Accepted,
            Life::Processing { .. } => State::Processing,
            Life::AwaitingSupplement { .. } => State::AwaitingSupplement,
            Life::AwaitingPayment { .. } => State::AwaitingPayment,
            Life::Resolved { .. } => State::Resolved,
            Life::Returned { .. } => State::Returned,
            Life::Refused { .. } => State::Refused,
            Life::Withdrawn { .. } => State::Withdrawn,
            Life::Stopped { .. } => State::Stopped,
        }
    }

    /// The step at which the dossier lies, or lay when it ended.
    pub fn step(&self) -> Option<&StepAt> {
        match &self.life {
            Life::Accepted { desk: step }
            | Life::Processing { step }
            | Life::AwaitingPayment { step, .. }
            | Life::AwaitingSupplement {
                back_to: BackTo::Step(step),
                ..
            }
            | Life::Resolved { step, .. }
            | Life::Returned { step, .. } => Some(step),
            Life::Withdrawn { left, .. } | Life::Stopped { left, .. } => left.step.as_ref(),
            Life::Submitted { .. }
            | Life::AwaitingSupplement {
                back_to: BackTo::Desk,
                ..
            }
            | Life::Refused { .. } => None,
        }
    }

    /// Since when the clock stands still, or stood still when the case was closed.
    pub fn stopped_since(&self) -> Option<DateTime<Utc>> {
        match &self.life {
            Life::AwaitingSupplement { since, .. } | Life::AwaitingPayment { since, .. } => {
                Some(*since)
            }
            Life::Withdrawn { left, .. } | Life::Stopped { left, .. } => left.stopped_since,
            _ => None,
        }
    }

    /// The instant at which the case ended: resolved, or closed without a result. A correction
    /// that ended leaves it at the first resolution, so that past reports stay as they were.
    pub fn ended_at(&self) -> Option<DateTime<Utc>> {
        match &self.life {
            Life::Resolved { at, .. }
            | Life::Returned { at, .. }
            | Life::Refused { at }
            | Life::Withdrawn { at, .. }
            | Life::Stopped { at, .. } => {
                Some(self.first_result.map_or(*at, |first| first.resolved_at))
            }
            _ => None,
        }
    }

    /// The last instant that is not late, while the dossier can still become or be late:
    /// none when it ended, has no due date, or was stopped in time.
    pub fn late_after(&self) -> Option<DateTime<Utc>> {
        let due_at = self.promise?.due_at;
        if !self.state().is_open() {
            return None;
        }
        match self.stopped_since() {
            Some(since) if since <= due_at => None,
            _ => Some(due_at),
        }
    }
}
