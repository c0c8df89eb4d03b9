//! The running threads: one a lane, each looking again when the next job is due.

use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use infra::schedule::Turnstile;

use super::job::Lane;
use super::runner::run_due;
use crate::app::Service;

/// At the longest a server does not look so long: a run whose server died is taken over within
/// this and the 15 seconds after which the database misses a machine that is gone.
const LOOK_EVERY: Duration = Duration::from_secs(10);
/// At the shortest: under the time machine a minute passes in a blink.
const REST: Duration = Duration::from_millis(100);
/// How often addresses that asked nothing lately are forgotten.
const SWEEP_EVERY: Duration = Duration::from_secs(60);

/// The running threads.
#[derive(Debug)]
pub struct Jobs {
    service: Service,
    threads: Vec<JoinHandle<()>>,
}

impl Jobs {
    /// Starts the threads.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn start(service: Service) -> std::io::Result<Self> {
        service.ops.jobs.started();
        let mut jobs = Self {
            service,
            threads: Vec::new(),
        };
        for lane in Lane::ALL {
            let own = jobs.service.clone();
            let thread = std::thread::Builder::new()
                .name(format!("motcua-jobs-{}", lane.as_str()))
                .spawn(move || work(&own, lane))?;
            jobs.threads.push(thread);
        }
        Ok(jobs)
    }

    /// Ends the threads after the batch that they are at.
    pub fn stop(self) {
        self.service.ops.jobs.end();
        for thread in self.threads {
            if thread.join().is_err() {
                tracing::error!("a thread of the jobs had died");
            }
        }
    }
}

fn work(service: &Service, lane: Lane) {
    let bell = &service.ops.jobs;
    let mut turnstile = Turnstile::new(&service.db);
    let mut swept = Instant::now();
    let mut rung = false;
    loop {
        if let Err(error) = run_due(service, lane, &mut turnstile, rung) {
            tracing::warn!(lane = lane.as_str(), %error, "the jobs could not be looked at");
        }
        // The limits are this process's own, so no other server sweeps them.
        if lane == Lane::Quick && swept.elapsed() >= SWEEP_EVERY {
            service.limits.sweep();
            swept = Instant::now();
        }
        if !bell.beat(lane) {
            return;
        }
        rung = bell.wait_until(lane, Instant::now() + pause(service, lane));
    }
}

/// Until the next job of the lane is due, within bounds.
fn pause(service: &Service, lane: Lane) -> Duration {
    let now = service.env.now();
    let own = service
        .timetable
        .jobs()
        .iter()
        .filter(|job| job.lane == lane);
    let times = own.filter_map(|job| service.timetable.time(job.name));
    let next = times.filter_map(|time| time.next(now)).min();
    let wait = next.map_or(LOOK_EVERY, |next| service.env.clock.real(next - now));
    wait.clamp(REST, LOOK_EVERY)
}
