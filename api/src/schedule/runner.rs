//! Looks which jobs are due, takes their locks, runs them, and writes down what they came to.

use std::cell::{Cell, RefCell};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Instant;

use domain::schedule::{Outcome, due};
use infra::error::Error;
use infra::schedule::{
    Begin, Begun, Cause, Ended, Report, Standing, Turnstile, abandon_open, begin, finish,
    first_seen, standings,
};

use super::job::{First, Job, JobContext, Lane};
use crate::app::Service;

/// Runs what is due in a lane, and what was asked for; with the bell rung, also what listens to
/// it. Gives how many runs there were.
///
/// # Errors
/// When the database is away; the next look goes on.
pub fn run_due(
    service: &Service,
    lane: Lane,
    turnstile: &mut Turnstile,
    rung: bool,
) -> Result<usize, Error> {
    let mut runs = 0usize;
    let of_lane = service
        .timetable
        .jobs()
        .iter()
        .filter(|job| job.lane == lane);
    for (job, seen) in look(service, of_lane.collect())? {
        // What begins when the service ends would only break off.
        if !service.ops.jobs.beat(lane) {
            break;
        }
        let bell = rung && job.on_bell;
        if run_if(service, job, &seen, turnstile, |service, seen| {
            wanted(service, job, seen, bell)
        })? {
            runs = runs.saturating_add(1);
        }
    }
    Ok(runs)
}

/// Runs every job once, whether or not it is due: tests and trials step the jobs so.
///
/// # Errors
/// As [`run_due`].
pub fn run_all_now(service: &Service) -> Result<(), Error> {
    let mut turnstile = Turnstile::new(&service.db);
    for (job, seen) in look(service, service.timetable.jobs().iter().collect())? {
        run_if(service, job, &seen, &mut turnstile, |service, _| {
            Some(Begin::New {
                scheduled_for: service.env.now(),
                cause: Cause::Person,
            })
        })?;
    }
    Ok(())
}

/// The run that should begin now, if any.
fn wanted(service: &Service, job: &Job, seen: &Standing, bell: bool) -> Option<Begin> {
    if let Some(id) = seen.asked {
        return Some(Begin::Asked(id));
    }
    let now = service.env.now();
    let new = |scheduled_for, cause| Begin::New {
        scheduled_for,
        cause,
    };
    if bell {
        return Some(new(now, Cause::Bell));
    }
    // Off, or not yet known.
    let time = service.timetable.time(job.name)?;
    let since = seen.since?;
    if seen.last.is_none() && job.first == First::AtOnce {
        return Some(new(now, Cause::Schedule));
    }
    let turn = due(since, seen.last.as_ref(), time.latest(now), now)?;
    Some(new(turn.scheduled_for, Cause::Schedule))
}

/// Runs a job if `wanted` says so both before and under its lock; whether it ran.
fn run_if(
    service: &Service,
    job: &Job,
    seen: &Standing,
    turnstile: &mut Turnstile,
    wanted: impl Fn(&Service, &Standing) -> Option<Begin>,
) -> Result<bool, Error> {
    if wanted(service, seen).is_none() && !seen.open {
        return Ok(false);
    }
    if !turnstile.enter(job.name)? {
        return Ok(false);
    }
    let begun = begin_locked(service, job, wanted);
    if let Ok(Some(begun)) = &begun {
        run(service, job, *begun, turnstile);
    }
    turnstile.leave(job.name);
    Ok(begun?.is_some())
}

/// How these jobs stand. What is not known yet is known from now on.
fn look<'a>(service: &Service, jobs: Vec<&'a Job>) -> Result<Vec<(&'a Job, Standing)>, Error> {
    let only = match &*jobs {
        [one] => Some(one.name),
        _ => None,
    };
    let read = || {
        let env = service.env.clone();
        service
            .db
            .read_blocking(move |conn| standings(conn, &env, only))
    };
    let mut all = read()?;
    let known = |name: &str| all.get(name).is_some_and(|seen| seen.since.is_some());
    let new: Vec<&'static str> = jobs
        .iter()
        .map(|job| job.name)
        .filter(|name| !known(name))
        .collect();
    if !new.is_empty() {
        let env = service.env.clone();
        service.db.write_blocking(move |conn| {
            new.iter().try_for_each(|name| first_seen(conn, &env, name))
        })?;
        all = read()?;
    }
    let standing = |job: &'a Job| (job, all.remove(job.name).unwrap_or_default());
    let seen: Vec<_> = jobs.into_iter().map(standing).collect();
    seen.iter()
        .for_each(|(job, seen)| measure(service, job, seen));
    Ok(seen)
}

fn measure(service: &Service, job: &Job, seen: &Standing) {
    let Ok(metrics) = &service.ops.metrics else {
        return;
    };
    let next = service
        .timetable
        .time(job.name)
        .and_then(|time| time.next(service.env.now()));
    metrics.job_seen(
        job.name,
        seen.last_ok.map(|at| at.timestamp()),
        next.map(|at| at.timestamp()),
    );
}

/// Another server may have run it between the look and the lock, so it is looked at again.
fn begin_locked(
    service: &Service,
    job: &Job,
    wanted: impl Fn(&Service, &Standing) -> Option<Begin>,
) -> Result<Option<Begun>, Error> {
    let seen = look(service, vec![job])?;
    let which = seen.first().and_then(|(_, seen)| wanted(service, seen));
    // Under the lock, what has begun and not ended is of a server that died.
    let left = seen.first().is_some_and(|(_, seen)| seen.open);
    if which.is_none() && !left {
        return Ok(None);
    }
    let (env, name) = (service.env.clone(), job.name);
    let server = service.server.clone();
    service.db.write_blocking(move |conn| {
        if left {
            abandon_open(conn, &env, name)?;
        }
        which.map_or(Ok(None), |which| begin(conn, &env, name, which, &server))
    })
}

/// A job that fails or panics is written down and tried again; the others go on.
fn run(service: &Service, job: &Job, begun: Begun, turnstile: &mut Turnstile) {
    let context = JobContext {
        service,
        scheduled_for: begun.scheduled_for,
        lane: job.lane,
        turnstile: RefCell::new(turnstile),
        stopped: Cell::new(false),
    };
    let started = Instant::now();
    let result = catch_unwind(AssertUnwindSafe(|| (job.run)(&context)));
    let (outcome, report, error) = match result {
        Ok(Ok(report)) if context.stopped.get() => (Outcome::Abandoned, report, None),
        Ok(Ok(report)) => (Outcome::Ok, report, None),
        Ok(Err(error)) => {
            tracing::error!(job = job.name, attempt = begun.attempt, %error, "job failed");
            (Outcome::Failed, Report::default(), Some(error.word()))
        }
        Err(_) => {
            tracing::error!(job = job.name, attempt = begun.attempt, "job panicked");
            (Outcome::Failed, Report::default(), Some("panic"))
        }
    };
    let ended = Ended {
        outcome,
        took: started.elapsed(),
        report,
        error,
    };
    note(service, job, begun, ended);
}

fn note(service: &Service, job: &Job, begun: Begun, ended: Ended) {
    let (did, skipped) = (ended.report.did, ended.report.skipped());
    if did > 0 || skipped > 0 {
        let outcome = ended.outcome.as_str();
        tracing::info!(job = job.name, outcome, did, skipped, "job ran");
    }
    // What the job wrote may have put mails into the outbox.
    service.env.outbox.ring_if_marked();
    if let Ok(metrics) = &service.ops.metrics {
        metrics.job_ran(job.name, ended.outcome.as_str(), ended.took, skipped);
        if ended.outcome == Outcome::Ok {
            metrics.job_succeeded(job.name, service.env.now().timestamp());
        }
    }
    let env = service.env.clone();
    let written = service
        .db
        .write_blocking(move |conn| finish(conn, &env, begun.id, &ended));
    match written {
        Ok(true) => {}
        Ok(false) => tracing::warn!(job = job.name, "another server took this run over"),
        // It stays without an end, and is taken up again like that of a server that died.
        Err(error) => tracing::error!(job = job.name, %error, "the end of a run was not kept"),
    }
}
