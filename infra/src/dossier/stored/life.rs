//! The state of a dossier with the data that only that state has, as it is stored.

use chrono::{DateTime, Utc};
use domain::deadline::Term;
use domain::dossier as d;
use domain::dossier::{Outcome, StepPlace};
use serde::{Deserialize, Serialize};

use super::instant;
use super::term::StoredTerm;
use crate::error::Error;

#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub(super) enum Life {
    Submitted {
        #[serde(deserialize_with = "instant")]
        answer_by: DateTime<Utc>,
    },
    Accepted {
        desk: Step,
    },
    Processing {
        step: Step,
    },
    AwaitingSupplement {
        #[serde(deserialize_with = "instant")]
        since: DateTime<Utc>,
        #[serde(deserialize_with = "instant")]
        lapse_at: DateTime<Utc>,
        missing: Vec<Missing>,
        back_to: Option<Step>,
    },
    AwaitingPayment {
        #[serde(deserialize_with = "instant")]
        since: DateTime<Utc>,
        amount_vnd: i64,
        purpose: String,
        step: Step,
    },
    Resolved {
        #[serde(deserialize_with = "instant")]
        at: DateTime<Utc>,
        outcome: String,
        step: Step,
    },
    Returned {
        #[serde(deserialize_with = "instant")]
        at: DateTime<Utc>,
        outcome: String,
        step: Step,
    },
    Refused {
        #[serde(deserialize_with = "instant")]
        at: DateTime<Utc>,
    },
    Withdrawn {
        #[serde(deserialize_with = "instant")]
        at: DateTime<Utc>,
        #[serde(flatten)]
        left: Left,
    },
    Stopped {
        #[serde(deserialize_with = "instant")]
        at: DateTime<Utc>,
        #[serde(flatten)]
        left: Left,
    },
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Left {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    step: Option<Step>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    stopped_since: Option<DateTime<Utc>>,
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Missing {
    name: String,
    reason: String,
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Step {
    /// Absent at the desk.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    index: Option<usize>,
    holder: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    department: Option<i64>,
    #[serde(deserialize_with = "instant")]
    entered_at: DateTime<Utc>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    term: Option<StoredTerm>,
    #[serde(deserialize_with = "instant")]
    due_at: DateTime<Utc>,
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
