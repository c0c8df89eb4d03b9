//! The rules' view of a dossier as JSON in its row: shapes of our own, so that the domain
//! types may change without a silent change of what is stored.

use chrono::{DateTime, NaiveTime, Utc};
use domain::deadline::{Change, Term, Then, TimeLimit};
use domain::dossier as d;
use domain::dossier::{Dossier, Outcome, StepPlace};
use serde::{Deserialize, Serialize};

use crate::error::Error;

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Stored {
    life: Life,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    term: Option<StoredTerm>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    promise: Option<Promise>,
    #[serde(default)]
    used: Used,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    first_result: Option<FirstResult>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
enum Life {
    Submitted {
        answer_by: DateTime<Utc>,
    },
    Accepted {
        desk: Step,
    },
    Processing {
        step: Step,
    },
    AwaitingSupplement {
        since: DateTime<Utc>,
        lapse_at: DateTime<Utc>,
        missing: Vec<Missing>,
        back_to: Option<Step>,
    },
    AwaitingPayment {
        since: DateTime<Utc>,
        amount_vnd: i64,
        purpose: String,
        step: Step,
    },
    Resolved {
        at: DateTime<Utc>,
        outcome: String,
        step: Step,
    },
    Returned {
        at: DateTime<Utc>,
        outcome: String,
        step: Step,
    },
    Refused {
        at: DateTime<Utc>,
    },
    Withdrawn {
        at: DateTime<Utc>,
        #[serde(flatten)]
        left: Left,
    },
    Stopped {
        at: DateTime<Utc>,
        #[serde(flatten)]
        left: Left,
    },
}

#[derive(Debug, Serialize, Deserialize)]
struct Left {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    step: Option<Step>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    stopped_since: Option<DateTime<Utc>>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Missing {
    name: String,
    reason: String,
}

#[derive(Debug, Serialize, Deserialize)]
struct Step {
    /// Absent at the desk.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    index: Option<usize>,
    holder: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    department: Option<i64>,
    entered_at: DateTime<Utc>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    term: Option<StoredTerm>,
    due_at: DateTime<Utc>,
}

#[derive(Debug, Serialize, Deserialize)]
struct StoredTerm {
    limit: Limit,
    received_at: DateTime<Utc>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    changes: Vec<StoredChange>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Limit {
    unit: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    amount: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    cutoff: Option<NaiveTime>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum StoredChange {
    Resume {
        from: DateTime<Utc>,
        to: DateTime<Utc>,
    },
    Restart {
        from: DateTime<Utc>,
        to: DateTime<Utc>,
    },
    Extend {
        limit: Limit,
    },
    SetByHand {
        due_at: DateTime<Utc>,
    },
    Keep {
        due_at: DateTime<Utc>,
    },
}

#[derive(Debug, Serialize, Deserialize)]
struct Promise {
    due_at_original: DateTime<Utc>,
    due_at: DateTime<Utc>,
    provisional: bool,
    hand_set: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    due_at_before: Option<DateTime<Utc>>,
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct Used {
    supplement_at_intake: bool,
    supplement_in_appraisal: bool,
    extended: bool,
    reappointed: bool,
}

#[derive(Debug, Serialize, Deserialize)]
struct FirstResult {
    resolved_at: DateTime<Utc>,
    promise: Promise,
}

/// Writes the rules' view of a dossier as JSON text.
pub(crate) fn to_json(dossier: &Dossier) -> Result<String, Error> {
    Ok(serde_json::to_string(&Stored::from(dossier))?)
}

/// Reads it back.
pub(crate) fn from_json(text: &str) -> Result<Dossier, Error> {
    serde_json::from_str::<Stored>(text)?.try_into()
}

impl From<&Dossier> for Stored {
    fn from(dossier: &Dossier) -> Self {
        let used = dossier.used;
        Self {
            life: Life::from(&dossier.life),
            term: dossier.term.as_ref().map(StoredTerm::from),
            promise: dossier.promise.as_ref().map(Promise::from),
            used: Used {
                supplement_at_intake: used.supplement_at_intake,
                supplement_in_appraisal: used.supplement_in_appraisal,
                extended: used.extended,
                reappointed: used.reappointed,
            },
            first_result: dossier.first_result.as_ref().map(|first| FirstResult {
                resolved_at: first.resolved_at,
                promise: Promise::from(&first.promise),
            }),
        }
    }
}

impl TryFrom<Stored> for Dossier {
    type Error = Error;

    fn try_from(stored: Stored) -> Result<Self, Error> {
        Ok(Self {
            life: stored.life.try_into()?,
            term: stored.term.map(Term::try_from).transpose()?,
            promise: stored.promise.map(d::Promise::from),
            used: d::Used {
                supplement_at_intake: stored.used.supplement_at_intake,
                supplement_in_appraisal: stored.used.supplement_in_appraisal,
                extended: stored.used.extended,
                reappointed: stored.used.reappointed,
            },
            first_result: stored.first_result.map(|first| d::FirstResult {
                resolved_at: first.resolved_at,
                promise: first.promise.into(),
            }),
        })
    }
}

impl From<&d::Life> for Life {
    fn from(life: &d::Life) -> Self {
        match life {
            d::Life::Submitted { answer_by } => Self::Submitted {
                answer_by: *answer_by,
            },
            d::Life::Accepted { desk } => Self::Accepted { desk: desk.into() },
            d::Life::Processing { step } => Self::Processing { step: step.into() },
            d::Life::AwaitingSupplement {
                since,
                lapse_at,
                missing,
                back_to,
            } => Self::AwaitingSupplement {
                since: *since,
                lapse_at: *lapse_at,
                missing: missing.iter().map(Missing::from).collect(),
                back_to: match back_to {
                    d::BackTo::Desk => None,
                    d::BackTo::Step(step) => Some(step.into()),
                },
            },
            d::Life::AwaitingPayment {
                since,
                amount_vnd,
                purpose,
                step,
            } => Self::AwaitingPayment {
                since: *since,
                amount_vnd: *amount_vnd,
                purpose: purpose.clone(),
                step: step.into(),
            },
            d::Life::Resolved { at, outcome, step } => Self::Resolved {
                at: *at,
                outcome: outcome.as_str().to_owned(),
                step: step.into(),
            },
            d::Life::Returned { at, outcome, step } => Self::Returned {
                at: *at,
                outcome: outcome.as_str().to_owned(),
                step: step.into(),
            },
            d::Life::Refused { at } => Self::Refused { at: *at },
            d::Life::Withdrawn { at, left } => Self::Withdrawn {
                at: *at,
                left: left.into(),
            },
            d::Life::Stopped { at, left } => Self::Stopped {
                at: *at,
                left: left.into(),
            },
        }
    }
}

impl TryFrom<Life> for d::Life {
    type Error = Error;

    fn try_from(life: Life) -> Result<Self, Error> {
        Ok(match life {
            Life::Submitted { answer_by } => Self::Submitted { answer_by },
            Life::Accepted { desk } => Self::Accepted {
                desk: desk.try_into()?,
            },
            Life::Processing { step } => Self::Processing {
                step: step.try_into()?,
            },
            Life::AwaitingSupplement {
                since,
                lapse_at,
                missing,
                back_to,
            } => Self::AwaitingSupplement {
                since,
                lapse_at,
                missing: missing.into_iter().map(d::MissingPaper::from).collect(),
                back_to: match back_to {
                    None => d::BackTo::Desk,
                    Some(step) => d::BackTo::Step(step.try_into()?),
                },
            },
            Life::AwaitingPayment {
                since,
                amount_vnd,
                purpose,
                step,
            } => Self::AwaitingPayment {
                since,
                amount_vnd,
                purpose,
                step: step.try_into()?,
            },
            Life::Resolved { at, outcome, step } => Self::Resolved {
                at,
                outcome: outcome_of(&outcome)?,
                step: step.try_into()?,
            },
            Life::Returned { at, outcome, step } => Self::Returned {
                at,
                outcome: outcome_of(&outcome)?,
                step: step.try_into()?,
            },
            Life::Refused { at } => Self::Refused { at },
            Life::Withdrawn { at, left } => Self::Withdrawn {
                at,
                left: left.try_into()?,
            },
            Life::Stopped { at, left } => Self::Stopped {
                at,
                left: left.try_into()?,
            },
        })
    }
}

impl From<&d::Left> for Left {
    fn from(left: &d::Left) -> Self {
        Self {
            step: left.step.as_ref().map(Step::from),
            stopped_since: left.stopped_since,
        }
    }
}

impl TryFrom<Left> for d::Left {
    type Error = Error;

    fn try_from(left: Left) -> Result<Self, Error> {
        let step = left.step.map(d::StepAt::try_from).transpose()?;
        Ok(Self {
            step,
            stopped_since: left.stopped_since,
        })
    }
}

fn outcome_of(word: &str) -> Result<Outcome, Error> {
    Outcome::parse(word).ok_or_else(|| Error::Internal(format!("unknown outcome {word}")))
}

impl From<&d::MissingPaper> for Missing {
    fn from(paper: &d::MissingPaper) -> Self {
        Self {
            name: paper.name.clone(),
            reason: paper.reason.clone(),
        }
    }
}

impl From<Missing> for d::MissingPaper {
    fn from(paper: Missing) -> Self {
        Self {
            name: paper.name,
            reason: paper.reason,
        }
    }
}

impl From<&d::StepAt> for Step {
    fn from(step: &d::StepAt) -> Self {
        Self {
            index: match step.place {
                StepPlace::Desk => None,
                StepPlace::Route(index) => Some(index),
            },
            holder: step.holder,
            department: step.department,
            entered_at: step.entered_at,
            term: step.term.as_ref().map(StoredTerm::from),
            due_at: step.due_at,
        }
    }
}

impl TryFrom<Step> for d::StepAt {
    type Error = Error;

    fn try_from(step: Step) -> Result<Self, Error> {
        Ok(Self {
            place: step.index.map_or(StepPlace::Desk, StepPlace::Route),
            holder: step.holder,
            department: step.department,
            entered_at: step.entered_at,
            term: step.term.map(Term::try_from).transpose()?,
            due_at: step.due_at,
        })
    }
}

impl From<&Term> for StoredTerm {
    fn from(term: &Term) -> Self {
        Self {
            limit: term.limit.into(),
            received_at: term.received_at,
            changes: term.changes.iter().map(StoredChange::from).collect(),
        }
    }
}

impl TryFrom<StoredTerm> for Term {
    type Error = Error;

    fn try_from(stored: StoredTerm) -> Result<Self, Error> {
        let mut term = Term::new(stored.limit.try_into()?, stored.received_at);
        term.changes = stored
            .changes
            .into_iter()
            .map(Change::try_from)
            .collect::<Result<_, _>>()?;
        Ok(term)
    }
}

impl From<TimeLimit> for Limit {
    fn from(limit: TimeLimit) -> Self {
        Self {
            unit: limit.unit().to_owned(),
            amount: limit.amount(),
            cutoff: limit.cutoff(),
        }
    }
}

impl TryFrom<Limit> for TimeLimit {
    type Error = Error;

    fn try_from(limit: Limit) -> Result<Self, Error> {
        Self::new(&limit.unit, limit.amount, limit.cutoff)
            .map_err(|faults| Error::Internal(format!("stored time limit: {faults:?}")))
    }
}

impl From<&Change> for StoredChange {
    fn from(change: &Change) -> Self {
        match *change {
            Change::Stop {
                from,
                to,
                then: Then::Resume,
            } => Self::Resume { from, to },
            Change::Stop {
                from,
                to,
                then: Then::Restart,
            } => Self::Restart { from, to },
            Change::Extend { limit } => Self::Extend {
                limit: limit.into(),
            },
            Change::SetByHand { due_at } => Self::SetByHand { due_at },
            Change::Keep { due_at } => Self::Keep { due_at },
        }
    }
}

impl TryFrom<StoredChange> for Change {
    type Error = Error;

    fn try_from(change: StoredChange) -> Result<Self, Error> {
        Ok(match change {
            StoredChange::Resume { from, to } => Self::Stop {
                from,
                to,
                then: Then::Resume,
            },
            StoredChange::Restart { from, to } => Self::Stop {
                from,
                to,
                then: Then::Restart,
            },
            StoredChange::Extend { limit } => Self::Extend {
                limit: limit.try_into()?,
            },
            StoredChange::SetByHand { due_at } => Self::SetByHand { due_at },
            StoredChange::Keep { due_at } => Self::Keep { due_at },
        })
    }
}

impl From<&d::Promise> for Promise {
    fn from(promise: &d::Promise) -> Self {
        Self {
            due_at_original: promise.due_at_original,
            due_at: promise.due_at,
            provisional: promise.provisional,
            hand_set: promise.hand_set,
            due_at_before: promise.due_at_before,
        }
    }
}

impl From<Promise> for d::Promise {
    fn from(promise: Promise) -> Self {
        Self {
            due_at_original: promise.due_at_original,
            due_at: promise.due_at,
            provisional: promise.provisional,
            hand_set: promise.hand_set,
            due_at_before: promise.due_at_before,
        }
    }
}
