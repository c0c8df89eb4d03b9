//! When each job runs, after the configuration had its say.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};
use domain::time::{from_local, local_date};

use super::cron::Cron;
use super::job::Job;
use super::jobs::JOBS;

/// The word that switches a job off.
pub const OFF: &str = "off";

/// The jobs with their times; a job that is off has none.
#[derive(Debug, Clone)]
pub struct Timetable {
    jobs: &'static [Job],
    times: BTreeMap<&'static str, Option<Cron>>,
}

impl Default for Timetable {
    /// Every job at its own time.
    fn default() -> Self {
        Self::of(JOBS)
    }
}

impl Timetable {
    /// These jobs, each at its own time. A time that does not read leaves its job off; a test
    /// holds that of the jobs of the program there is none.
    pub fn of(jobs: &'static [Job]) -> Self {
        let own = |job: &Job| (job.name, Cron::parse(job.cron).ok());
        Self {
            jobs,
            times: jobs.iter().map(own).collect(),
        }
    }

    /// Gives a job another time, or none.
    pub fn set(&mut self, job: &'static str, time: Option<Cron>) {
        self.times.insert(job, time);
    }

    pub fn jobs(&self) -> &'static [Job] {
        self.jobs
    }

    pub fn job(&self, name: &str) -> Option<&'static Job> {
        self.jobs.iter().find(|job| job.name == name)
    }

    /// When a job runs; none when it is off.
    pub fn time(&self, job: &str) -> Option<&Cron> {
        self.times.get(job)?.as_ref()
    }

    /// When a job first runs on a day, if it does.
    pub fn on(&self, job: &str, day: NaiveDate) -> Option<DateTime<Utc>> {
        let midnight = from_local(day.and_time(NaiveTime::MIN));
        let first = self
            .time(job)?
            .next(midnight - TimeDelta::microseconds(1))?;
        (local_date(first) == day).then_some(first)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::expect_used, reason = "a test may fail loudly")]

    use super::*;

    #[test]
    fn every_job_has_a_time_that_reads_and_a_name_of_its_own() {
        let table = Timetable::default();
        for job in JOBS {
            assert!(table.time(job.name).is_some(), "{}", job.name);
            let same = JOBS.iter().filter(|other| other.name == job.name);
            assert_eq!(same.count(), 1, "{}", job.name);
            let plain = job.name.bytes().all(|letter| {
                letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == b'_'
            });
            assert!(plain, "{}", job.name);
        }
    }

    #[test]
    fn a_job_is_found_on_its_days_alone() {
        let day = NaiveDate::from_ymd_opt(2026, 11, 20).expect("a day");
        let mut table = Timetable::default();
        let at = |table: &Timetable| table.on("digest", day).map(|at| at.to_rfc3339());
        assert_eq!(at(&table).as_deref(), Some("2026-11-20T00:30:00+00:00"));
        table.set("digest", Cron::parse("0 9 * * MON").ok());
        assert_eq!(at(&table), None, "a Friday");
        table.set("digest", None);
        assert_eq!(at(&table), None);
    }
}
