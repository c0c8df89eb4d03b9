//! What happens by itself: one thread that runs the background jobs, each as often as it should.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use infra::error::Error;

use crate::app::Service;

/// A job: how often it runs, and what it does. It answers how much it did.
struct Job {
    name: &'static str,
    every: Duration,
    /// Also as soon as the bell rings.
    on_bell: bool,
    run: fn(&Service) -> Result<usize, Error>,
}

const JOBS: [Job; 4] = [
    Job {
        name: "recompute",
        every: Duration::from_secs(15),
        on_bell: true,
        run: recompute,
    },
    Job {
        name: "lapse",
        every: Duration::from_secs(60),
        on_bell: false,
        run: lapse,
    },
    Job {
        name: "limits",
        every: Duration::from_secs(60),
        on_bell: false,
        run: sweep_limits,
    },
    Job {
        name: "purge",
        every: Duration::from_secs(3600),
        on_bell: false,
        run: purge,
    },
];

/// A job that reports nothing for so long hangs.
const HUNG_AFTER: Duration = Duration::from_secs(900);

/// Due dates of open dossiers after a calendar changed.
fn recompute(service: &Service) -> Result<usize, Error> {
    let go_on = || service.ops.jobs.beat();
    infra::calendar::recompute::run_waiting_while(&service.db, &service.env, &go_on)
}

/// Supplements that did not come in time.
fn lapse(service: &Service) -> Result<usize, Error> {
    infra::dossier::lapse_all(&service.db, &service.env)
}

/// Addresses that asked nothing lately.
fn sweep_limits(service: &Service) -> Result<usize, Error> {
    service.limits.sweep();
    Ok(0)
}

/// Kept answers, sessions and login failures that nobody needs any more.
fn purge(service: &Service) -> Result<usize, Error> {
    let mut purged = 0usize;
    loop {
        let env = service.env.clone();
        let gone = service
            .db
            .write_blocking(move |conn| infra::idempotency::purge_expired(conn, &env))?;
        purged = purged.saturating_add(gone);
        if gone == 0 || !service.ops.jobs.beat() {
            break;
        }
    }
    let env = service.env.clone();
    let gone = service
        .db
        .write_blocking(move |conn| infra::auth::purge_expired(conn, &env))?;
    Ok(purged.saturating_add(gone))
}

/// Runs every job once, now. Tests step the jobs so; the thread below runs them when they are due.
pub fn tick(service: &Service) {
    for job in &JOBS {
        run(job, service);
    }
}

/// A job that fails or panics is logged and tried again at its next turn.
fn run(job: &Job, service: &Service) {
    let name = job.name;
    let outcome = match catch_unwind(AssertUnwindSafe(|| (job.run)(service))) {
        Ok(Ok(0)) => "ok",
        Ok(Ok(count)) => {
            tracing::info!(job = name, count, "job done");
            "ok"
        }
        Ok(Err(error)) => {
            tracing::error!(job = name, %error, "job failed");
            "error"
        }
        Err(_) => {
            tracing::error!(job = name, "job panicked");
            "panic"
        }
    };
    if let Ok(metrics) = &service.ops.metrics {
        metrics.job_ran(name, outcome, service.env.now().timestamp());
    }
}

/// The running thread.
#[derive(Debug)]
pub struct Jobs {
    service: Service,
    thread: JoinHandle<()>,
}

impl Jobs {
    /// Starts the thread.
    pub fn start(service: Service) -> std::io::Result<Self> {
        let own = service.clone();
        service.ops.jobs.started();
        let thread = std::thread::Builder::new()
            .name("motcua-jobs".to_owned())
            .spawn(move || work(&own))?;
        Ok(Self { service, thread })
    }

    /// Ends the thread after the batch that it is at.
    pub fn stop(self) {
        self.service.ops.jobs.end();
        if self.thread.join().is_err() {
            tracing::error!("the thread of the jobs had died");
        }
    }
}

fn work(service: &Service) {
    let bell = &service.ops.jobs;
    let mut turns = JOBS.map(|job| (job, Instant::now()));
    let mut rung = false;
    loop {
        for (job, due) in &mut turns {
            if *due <= Instant::now() || (rung && job.on_bell) {
                run(job, service);
                *due = Instant::now() + job.every;
            }
            if !bell.beat() {
                return;
            }
        }
        let next = turns.iter().map(|(_, due)| *due).min();
        rung = bell.wait_until(next.unwrap_or_else(Instant::now));
    }
}

/// Wakes the jobs before their time, ends them, and knows how they are.
#[derive(Debug, Default)]
pub struct Bell {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    rung: bool,
    ending: bool,
    /// The last sign of life; none before the start.
    beat: Option<Instant>,
}

/// How the jobs are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Health {
    /// Never started, as in tests.
    Off,
    Running,
    Dead,
}

impl Health {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Running => "running",
            Self::Dead => "dead",
        }
    }

    pub fn is_well(self) -> bool {
        self != Self::Dead
    }
}

impl Bell {
    /// There is something to do now: a calendar changed.
    pub fn ring(&self) {
        self.state().rung = true;
        self.changed.notify_all();
    }

    /// How the jobs are.
    pub fn health(&self) -> Health {
        match self.state().beat {
            None => Health::Off,
            Some(beat) if beat.elapsed() < HUNG_AFTER => Health::Running,
            Some(_) => Health::Dead,
        }
    }

    fn started(&self) {
        self.state().beat = Some(Instant::now());
    }

    fn end(&self) {
        self.state().ending = true;
        self.changed.notify_all();
    }

    /// A sign of life; whether to go on.
    fn beat(&self) -> bool {
        let mut state = self.state();
        // `tick` runs the jobs without a thread; that must not look like a running one.
        if state.beat.is_some() {
            state.beat = Some(Instant::now());
        }
        !state.ending
    }

    /// Waits for the bell, at most until `due`; whether it rang.
    fn wait_until(&self, due: Instant) -> bool {
        let mut state = self.state();
        while !state.rung && !state.ending {
            let left = due.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return false;
            }
            let waited = self.changed.wait_timeout(state, left);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        std::mem::take(&mut state.rung)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

    use super::*;

    #[test]
    fn a_bell_that_rang_before_anybody_waited_is_heard_once() {
        let bell = Bell::default();
        bell.ring();
        assert!(bell.wait_until(Instant::now() + Duration::from_secs(60)));
        assert!(!bell.wait_until(Instant::now()));
    }

    #[test]
    fn jobs_that_were_never_started_are_off_and_do_not_count_as_dead() {
        let bell = Bell::default();
        assert!(bell.beat());
        assert_eq!(bell.health(), Health::Off);
        assert!(Health::Off.is_well());
        bell.started();
        assert_eq!(bell.health(), Health::Running);
        bell.end();
        assert!(!bell.beat());
    }
}
