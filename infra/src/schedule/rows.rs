//! Runs of jobs as the database keeps them, and as they are shown.

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;
use domain::schedule::{Last, Outcome};

use super::report::Skipped;
use crate::db::schema::job_runs;
use crate::error::Error;

/// Why a run began.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// Its time came.
    Schedule,
    /// Something changed that must not wait.
    Bell,
    /// An administrator asked for it.
    Person,
}

impl Cause {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Schedule => "schedule",
            Self::Bell => "bell",
            Self::Person => "person",
        }
    }
}

#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = job_runs)]
pub(super) struct RunRow {
    #[diesel(skip_insertion)]
    pub id: i64,
    pub uid: String,
    pub job: String,
    pub scheduled_for: NaiveDateTime,
    pub attempt: i64,
    pub cause: String,
    pub server: String,
    pub started_at: Option<NaiveDateTime>,
    pub finished_at: Option<NaiveDateTime>,
    pub outcome: Option<String>,
    pub took_ms: Option<i64>,
    pub did: i64,
    pub skipped: i64,
    pub detail: String,
}

/// How a run stands, of its columns.
pub(super) fn last(
    scheduled_for: NaiveDateTime,
    number: i64,
    outcome: Option<&str>,
    finished_at: Option<NaiveDateTime>,
) -> Result<Last, Error> {
    let ended = match (outcome, finished_at) {
        (Some(word), Some(at)) => Some((outcome_of(word)?, at.and_utc())),
        _ => None,
    };
    Ok(Last {
        scheduled_for: scheduled_for.and_utc(),
        attempt: attempt(number),
        ended,
    })
}

pub(super) fn attempt(number: i64) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

fn outcome_of(word: &str) -> Result<Outcome, Error> {
    Outcome::parse(word).ok_or_else(|| Error::Internal(format!("a run that ended {word}")))
}

/// How a run stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunState {
    /// Asked for, and not begun.
    Waiting,
    Running,
    Ended(Outcome),
}

impl RunState {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Running => "running",
            Self::Ended(outcome) => outcome.as_str(),
        }
    }
}

/// A run, to be shown.
#[derive(Debug, Clone)]
pub struct Run {
    pub id: i64,
    pub uid: String,
    pub job: String,
    pub scheduled_for: DateTime<Utc>,
    pub attempt: i64,
    pub cause: String,
    pub state: RunState,
    pub server: String,
    pub started_at: Option<DateTime<Utc>>,
    pub finished_at: Option<DateTime<Utc>>,
    pub took_ms: Option<i64>,
    pub did: i64,
    pub skipped: i64,
    /// The first of what was skipped.
    pub named: Vec<Skipped>,
    pub error: Option<String>,
}

impl TryFrom<RunRow> for Run {
    type Error = Error;

    fn try_from(row: RunRow) -> Result<Self, Error> {
        let state = match (&row.outcome, row.started_at) {
            (Some(word), _) => RunState::Ended(outcome_of(word)?),
            (None, Some(_)) => RunState::Running,
            (None, None) => RunState::Waiting,
        };
        let detail: serde_json::Value = serde_json::from_str(&row.detail)?;
        let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
        let named = detail.get("skipped").and_then(|list| list.as_array());
        let skipped = |one: &serde_json::Value| Skipped {
            what: one.get("what").map(text).unwrap_or_default(),
            why: one.get("why").map(text).unwrap_or_default(),
        };
        Ok(Self {
            id: row.id,
            uid: row.uid,
            job: row.job,
            scheduled_for: row.scheduled_for.and_utc(),
            attempt: row.attempt,
            cause: row.cause,
            state,
            server: row.server,
            started_at: row.started_at.map(|at| at.and_utc()),
            finished_at: row.finished_at.map(|at| at.and_utc()),
            took_ms: row.took_ms,
            did: row.did,
            skipped: row.skipped,
            named: named.into_iter().flatten().map(skipped).collect(),
            error: detail.get("error").map(text),
        })
    }
}
