//! The list of all jobs, and those that keep the house.

use std::thread::ScopedJoinHandle;

use domain::time::local_date;
use infra::db::dialect;
use infra::dossier::{Walked, read_chains};
use infra::error::Error;
use infra::notification::alerts::{Span, close_moot, report_while, sweep_beside};
use infra::schedule::{Report, compute_missing_roots, purge_runs, verify_roots};

use super::job::{First, Job, JobContext, Lane};
use crate::app::Service;

const DIGEST: &str = "digest";
const WEEKLY: &str = "weekly_report";
const MONTHLY: &str = "monthly_report";

/// Every job. A feature adds its own as one entry.
pub const JOBS: &[Job] = &[
    Job {
        name: "lapse",
        cron: "* * * * *",
        may_be_off: false,
        lane: Lane::Quick,
        first: First::AtOnce,
        on_bell: false,
        run: lapse,
    },
    Job {
        name: "alerts",
        cron: "* * * * *",
        may_be_off: true,
        lane: Lane::Quick,
        first: First::AtOnce,
        on_bell: false,
        run: alerts,
    },
    Job {
        name: DIGEST,
        cron: "30 7 * * *",
        may_be_off: true,
        lane: Lane::Quick,
        first: First::WhenItsTimeComes,
        on_bell: false,
        run: digest,
    },
    Job {
        name: WEEKLY,
        cron: "5 * * * *",
        may_be_off: true,
        lane: Lane::Long,
        first: First::WhenItsTimeComes,
        on_bell: false,
        run: weekly,
    },
    Job {
        name: MONTHLY,
        cron: "10 * * * *",
        may_be_off: true,
        lane: Lane::Long,
        first: First::WhenItsTimeComes,
        on_bell: false,
        run: monthly,
    },
    Job {
        name: "recompute",
        cron: "* * * * *",
        may_be_off: false,
        lane: Lane::Long,
        first: First::AtOnce,
        on_bell: true,
        run: recompute,
    },
    Job {
        name: "purge",
        cron: "20 * * * *",
        may_be_off: false,
        lane: Lane::Long,
        first: First::AtOnce,
        on_bell: false,
        run: purge,
    },
    Job {
        name: "verify_chains",
        cron: "15 0 * * *",
        may_be_off: false,
        lane: Lane::Long,
        first: First::WhenItsTimeComes,
        on_bell: false,
        run: verify_chains,
    },
];

/// Alerts that have come due.
fn alerts(context: &JobContext<'_>) -> Result<Report, Error> {
    let service = context.service;
    let digest_at = |day| service.timetable.on(DIGEST, day);
    sweep_beside(&service.db, &service.env, &digest_at, &|| context.go_on())
}

/// The morning's digest to heads and managers.
fn digest(context: &JobContext<'_>) -> Result<Report, Error> {
    let service = context.service;
    infra::notification::alerts::digest(&service.db, &service.env, &|| context.go_on())
}

/// Runs every hour unless told otherwise, and makes what is still to be made: the first working
/// morning differs from office to office, and so does its opening.
fn weekly(context: &JobContext<'_>) -> Result<Report, Error> {
    report_of(context, WEEKLY, Span::Week)
}

fn monthly(context: &JobContext<'_>) -> Result<Report, Error> {
    report_of(context, MONTHLY, Span::Month)
}

fn report_of(context: &JobContext<'_>, job: &str, span: Span) -> Result<Report, Error> {
    let service = context.service;
    let runs = |at| service.timetable.time(job).and_then(|cron| cron.next(at));
    report_while(&service.db, &service.env, span, &runs, &|| context.go_on())
}

/// Supplements that did not come in time.
fn lapse(context: &JobContext<'_>) -> Result<Report, Error> {
    let service = context.service;
    infra::dossier::lapse_all(&service.db, &service.env, &|| context.go_on())
}

/// Due dates of open dossiers after a calendar changed.
fn recompute(context: &JobContext<'_>) -> Result<Report, Error> {
    let service = context.service;
    let go_on = || context.go_on();
    infra::calendar::recompute::run_waiting_while(&service.db, &service.env, &go_on)
}

/// Kept answers, sessions, login failures and runs that nobody needs any more, and proposals that
/// became moot.
fn purge(context: &JobContext<'_>) -> Result<Report, Error> {
    let service = context.service;
    let mut report = Report::default();
    loop {
        let env = service.env.clone();
        let gone = service
            .db
            .write_blocking(move |conn| infra::idempotency::purge_expired(conn, &env))?;
        report.add(gone);
        if gone == 0 || !context.go_on() {
            break;
        }
    }
    let env = service.env.clone();
    let gone = service.db.write_blocking(move |conn| {
        let accounts = infra::auth::purge_expired(conn, &env)?;
        let runs = purge_runs(conn, &env)?;
        let moot = close_moot(conn, &env)?;
        Ok::<_, Error>(accounts.saturating_add(runs).saturating_add(moot))
    })?;
    report.add(gone);
    Ok(report)
}

/// Walks the chains of all events, compares the kept day roots, and keeps the root of yesterday.
fn verify_chains(context: &JobContext<'_>) -> Result<Report, Error> {
    let service = context.service;
    let go_on = || context.go_on();
    let mut report = Report::default();
    let Some(broken) = walk_all(service, &mut report, &go_on)? else {
        return Ok(report);
    };
    let (_, faults) = verify_roots(&service.db, Some(local_date(service.env.now())), &go_on)?;
    for day in faults {
        tracing::error!(day = %day.day, fault = day.fault.code(), "a day root is wrong");
        report.skip(day.day.to_string(), day.fault.code());
    }
    compute_missing_roots(&service.db, &service.env, broken, &go_on)?;
    Ok(report)
}

/// How many chains are broken; none when it was told to stop. The next chains are read while the
/// last are walked.
fn walk_all(
    service: &Service,
    report: &mut Report,
    go_on: &dyn Fn() -> bool,
) -> Result<Option<usize>, Error> {
    let mut broken = 0usize;
    std::thread::scope(|scope| {
        let mut walking: Option<ScopedJoinHandle<'_, Walked>> = None;
        let mut after = Some(0);
        loop {
            let chains = match after {
                Some(_) if !go_on() => return Ok(None),
                // Dossiers and events of one moment, or a running service would seem to break chains.
                Some(from) => Some(service.db.read_blocking(|conn| {
                    dialect::snapshot(conn, |conn| read_chains(conn, from, BATCH))
                })?),
                None => None,
            };
            if let Some(walking) = walking.take() {
                let panicked = |_| Error::Internal("the walk over the chains broke off".to_owned());
                broken = broken.saturating_add(told(walking.join().map_err(panicked)?, report));
            }
            let Some(chains) = chains else {
                return Ok(Some(broken));
            };
            after = chains.next();
            walking = Some(scope.spawn(move || chains.walk()));
        }
    })
}

/// Tells what a walk found; gives how many chains are broken.
fn told(walked: Walked, report: &mut Report) -> usize {
    report.did = report.did.saturating_add(walked.dossiers);
    let broken = walked.broken.len();
    for link in walked.broken {
        tracing::error!(code = %link.dossier, event = link.event, fault = link.fault.code(),
            "a chain of events is broken");
        report.skip(link.dossier, link.fault.code());
    }
    broken
}

/// Dossiers whose chains are read at a time.
const BATCH: i64 = 500;
