//! The jobs: when they run, where, what they leave out, and what can be read of them.

mod endpoints;
mod roots;
mod runs;
mod servers;
mod skipping;

use diesel::prelude::*;
use infra::db::schema::job_runs;

use crate::support::World;

/// A run as it lies in the database.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
pub struct Kept {
    pub scheduled_for: chrono::NaiveDateTime,
    pub attempt: i64,
    pub outcome: Option<String>,
    pub did: i64,
    pub skipped: i64,
}

impl Kept {
    pub fn is(&self, scheduled_for: &str, attempt: i64, outcome: &str) -> bool {
        self.scheduled_for == crate::support::at(scheduled_for).naive_utc()
            && self.attempt == attempt
            && self.outcome.as_deref() == Some(outcome)
    }
}

/// The runs of a job, the oldest first.
pub fn runs_of(world: &World, job: &'static str) -> Vec<Kept> {
    world.read(move |conn| {
        Ok(job_runs::table
            .filter(job_runs::job.eq(job))
            .order((job_runs::scheduled_for, job_runs::attempt))
            .select((
                job_runs::scheduled_for,
                job_runs::attempt,
                job_runs::outcome,
                job_runs::did,
                job_runs::skipped,
            ))
            .load(conn)?)
    })
}
