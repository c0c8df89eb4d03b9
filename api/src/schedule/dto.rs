//! Jobs, their runs and the day roots on the wire.

use domain::time::to_rfc3339;
use infra::schedule::{DayRoot, Run, Skipped};
use serde::Serialize;
use utoipa::ToSchema;

use super::job::Job;
use crate::query;

query! {
    /// Which part of a list, the newest first.
    pub struct RunQuery {
        #[param(minimum = 1, maximum = 200)]
        pub limit: Option<u32>,
        /// From `next_cursor` or the `Link` header.
        pub cursor: Option<String>,
    }
}

/// A job with its next and its last runs.
#[derive(Debug, Serialize, ToSchema)]
pub struct JobView {
    #[schema(example = "lapse")]
    pub name: &'static str,
    /// Five fields of cron, read at UTC+7; null when it is off.
    #[schema(example = "* * * * *")]
    pub cron: Option<String>,
    #[schema(example = "Asia/Ho_Chi_Minh")]
    pub time_zone: &'static str,
    /// `quick` or `long`: jobs of one lane run one after the other.
    #[schema(example = "quick")]
    pub lane: &'static str,
    #[schema(format = "date-time")]
    pub next_run: Option<String>,
    /// The newest runs, the newest first, at most five.
    pub runs: Vec<JobRunView>,
}

impl JobView {
    pub fn of(job: &Job, cron: Option<String>, next_run: Option<String>, runs: Vec<Run>) -> Self {
        Self {
            name: job.name,
            cron,
            time_zone: "Asia/Ho_Chi_Minh",
            lane: job.lane.as_str(),
            next_run,
            runs: runs.into_iter().map(JobRunView::from).collect(),
        }
    }
}

/// All jobs.
#[derive(Debug, Serialize, ToSchema)]
pub struct JobList {
    pub items: Vec<JobView>,
}

/// One run of a job.
#[derive(Debug, Serialize, ToSchema)]
pub struct JobRunView {
    #[schema(format = "uuid")]
    pub id: String,
    /// The moment that the schedule named; a missed run comes later than it.
    #[schema(format = "date-time")]
    pub scheduled_for: String,
    /// Counts from 1; more when a run failed or its server died.
    #[schema(example = 1)]
    pub attempt: i64,
    /// `schedule`, `bell` (something changed that must not wait) or `person`.
    #[schema(example = "schedule")]
    pub cause: String,
    /// `waiting`, `running`, `ok`, `failed` or `abandoned` (its server went away).
    #[schema(example = "ok")]
    pub state: &'static str,
    #[schema(format = "date-time")]
    pub started_at: Option<String>,
    #[schema(format = "date-time")]
    pub finished_at: Option<String>,
    #[schema(example = 12)]
    pub duration_ms: Option<i64>,
    /// How many things it did: dossiers, rows, mails, as the job has it.
    #[schema(example = 3)]
    pub did: i64,
    /// How many it had to leave out, so that the rest could go on.
    #[schema(example = 0)]
    pub skipped: i64,
    /// The first of them, at most a hundred.
    pub skipped_items: Vec<SkippedView>,
    /// Why it failed, as a stable word; the log has more.
    #[schema(example = json!(null))]
    pub error: Option<String>,
    /// Which process ran it.
    #[schema(example = "motcua-1/812-0c4f")]
    pub server: String,
}

impl From<Run> for JobRunView {
    fn from(run: Run) -> Self {
        Self {
            id: run.uid,
            scheduled_for: to_rfc3339(run.scheduled_for),
            attempt: run.attempt,
            cause: run.cause,
            state: run.state.as_str(),
            started_at: run.started_at.map(to_rfc3339),
            finished_at: run.finished_at.map(to_rfc3339),
            duration_ms: run.took_ms,
            did: run.did,
            skipped: run.skipped,
            skipped_items: run.named.into_iter().map(SkippedView::from).collect(),
            error: run.error,
            server: run.server,
        }
    }
}

/// Something that a run left out.
#[derive(Debug, Serialize, ToSchema)]
pub struct SkippedView {
    /// The code of a dossier or an office, or a day.
    #[schema(example = "H29.23-261120-0001")]
    pub what: String,
    /// A stable word.
    #[schema(example = "internal")]
    pub why: String,
}

impl From<Skipped> for SkippedView {
    fn from(one: Skipped) -> Self {
        Self {
            what: one.what,
            why: one.why,
        }
    }
}

/// A page of runs.
#[derive(Debug, Serialize, ToSchema)]
pub struct JobRunPage {
    pub items: Vec<JobRunView>,
    pub next_cursor: Option<String>,
}

/// One hash over the events of a day; how it is made is told in `docs/day-roots.md`.
#[derive(Debug, Serialize, ToSchema)]
pub struct DayRootView {
    #[schema(format = "date", example = "2026-11-19")]
    pub day: String,
    #[schema(example = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08")]
    pub root: String,
    #[schema(example = 1841)]
    pub events: i64,
    /// It covers the events of the feed with numbers above this one …
    #[schema(example = 20_417)]
    pub after: i64,
    /// … up to this one.
    #[schema(example = 22_258)]
    pub last: i64,
    /// Chains found broken in the night in which it was computed.
    #[schema(example = 0)]
    pub broken_chains: i64,
    #[schema(format = "date-time")]
    pub computed_at: String,
}

impl From<DayRoot> for DayRootView {
    fn from(root: DayRoot) -> Self {
        Self {
            day: root.day.to_string(),
            root: root.root,
            events: root.events,
            after: root.after,
            last: root.last,
            broken_chains: root.broken,
            computed_at: to_rfc3339(root.computed_at),
        }
    }
}

/// A page of day roots.
#[derive(Debug, Serialize, ToSchema)]
pub struct DayRootPage {
    pub items: Vec<DayRootView>,
    pub next_cursor: Option<String>,
}
