//! A term and its changes, as they are stored.

use chrono::{DateTime, NaiveTime, Utc};
use domain::deadline::{Change, Term, Then, TimeLimit};
use serde::{Deserialize, Serialize};

use super::instant;
use crate::error::Error;

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct StoredTerm {
    limit: Limit,
    #[serde(deserialize_with = "instant")]
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
        #[serde(deserialize_with = "instant")]
        from: DateTime<Utc>,
        #[serde(deserialize_with = "instant")]
        to: DateTime<Utc>,
    },
    Restart {
        #[serde(deserialize_with = "instant")]
        from: DateTime<Utc>,
        #[serde(deserialize_with = "instant")]
        to: DateTime<Utc>,
    },
    Extend {
        limit: Limit,
    },
    SetByHand {
        #[serde(deserialize_with = "instant")]
        due_at: DateTime<Utc>,
    },
    Keep {
        #[serde(deserialize_with = "instant")]
        due_at: DateTime<Utc>,
    },
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
