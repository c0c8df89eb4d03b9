//! Starts the service again at once whenever it dies, as systemd does, and kills it at random moments.

use std::net::SocketAddr;
use std::process::Command;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use infra::clock::{Clock as _, SteppedClock, SystemClock};
use tokio::sync::watch;

use super::process::{Process, Start, is_ready};
use crate::support::Dice;

/// A start that takes longer is no start.
const PATIENCE: Duration = Duration::from_secs(30);

/// Where the service is to be found; none while it is down.
pub type Place = Option<SocketAddr>;

/// The supervisor and what it needs.
pub struct Supervisor<F> {
    pub command: F,
    pub dice: Dice,
    pub kills: usize,
    /// Tells the desks where the service is now.
    pub place: watch::Sender<Place>,
    /// A word for each write that was answered.
    pub answered: Receiver<()>,
    /// By which the desks date their tokens.
    pub clock: SteppedClock,
}

/// What a campaign came to.
#[derive(Debug, Default)]
pub struct Campaign {
    pub kills: usize,
    /// Those among them that came before the service was ready.
    pub while_starting: usize,
    /// Starts that found no database in time, ended, and were made again.
    pub given_up: usize,
    /// From the first start after a kill to being ready.
    pub slowest_start: Duration,
    pub quickest_start: Option<Duration>,
}

impl<F: Fn() -> Command> Supervisor<F> {
    /// Kills as often as it was told to, and gives the process that is up at the end, with the place that
    /// it was told: whoever waits for it may go on.
    pub fn run(mut self) -> (Process, Campaign, watch::Sender<Place>) {
        let mut campaign = Campaign::default();
        while campaign.kills < self.kills {
            campaign.kills += 1;
            // One in five comes while it still opens its database.
            if self.dice.once_in(5) {
                let young = self.dies_young(&mut campaign);
                campaign.while_starting += usize::from(young);
                continue;
            }
            let process = self.ready(&mut campaign);
            self.let_work();
            self.place.send_replace(None);
            sound(&process.kill());
        }
        let process = self.ready(&mut campaign);
        (process, campaign, self.place)
    }

    /// Kills a process within the time that the quickest start so far took. False when it was quicker and
    /// served already.
    fn dies_young(&mut self, campaign: &mut Campaign) -> bool {
        let usual = campaign
            .quickest_start
            .unwrap_or(Duration::from_millis(100));
        let micros = u64::try_from(usual.as_micros()).expect("a short time");
        let moment = Instant::now() + Duration::from_micros(self.dice.below(micros));
        let mut process = Process::spawn((self.command)());
        let start = process.serves_by(moment);
        if matches!(start, Start::GivenUp) {
            // It died without help, and is started again all the same.
            campaign.given_up += 1;
            campaign.kills -= 1;
            return false;
        }
        sound(&process.kill());
        matches!(start, Start::NotYet)
    }

    /// A database that takes no connection in time, as on a machine with too much to do, ends a start;
    /// whatever supervises starts again. Nothing else may end it.
    fn served(&self, until: Instant, campaign: &mut Campaign) -> (Process, SocketAddr) {
        loop {
            let mut process = Process::spawn((self.command)());
            match process.serves_by(until) {
                Start::Serves(address) => return (process, address),
                Start::GivenUp => campaign.given_up += 1,
                Start::NotYet => panic!("no start within {PATIENCE:?}:\n{}", process.kill()),
            }
        }
    }

    fn ready(&mut self, campaign: &mut Campaign) -> Process {
        let began = Instant::now();
        let (process, address) = self.served(began + PATIENCE, campaign);
        while !is_ready(address) {
            if began.elapsed() > PATIENCE {
                panic!("not ready within {PATIENCE:?}:\n{}", process.kill());
            }
        }
        let took = began.elapsed();
        campaign.slowest_start = campaign.slowest_start.max(took);
        let quickest = campaign.quickest_start.unwrap_or(took);
        campaign.quickest_start = Some(quickest.min(took));
        // A token lasts ten minutes.
        self.clock.set(SystemClock.now());
        self.place.send_replace(Some(address));
        process
    }

    /// Waits for some answered writes, and then for a moment that is nobody's.
    fn let_work(&mut self) {
        // Those of the process before it do not count.
        while self.answered.try_recv().is_ok() {}
        for _ in 0..=self.dice.below(40) {
            let answer = self.answered.recv_timeout(Duration::from_secs(60));
            answer.expect("desks that get answers");
        }
        let moment = Instant::now() + Duration::from_micros(self.dice.below(20_000));
        let left = || moment.saturating_duration_since(Instant::now());
        loop {
            match self.answered.recv_timeout(left()) {
                Ok(()) => {}
                Err(RecvTimeoutError::Timeout) => return,
                Err(RecvTimeoutError::Disconnected) => panic!("the desks closed"),
            }
        }
    }
}

/// A kill is no reason for an error in the log of the one that comes after it.
fn sound(log: &str) {
    let wrong = |line: &&str| line.contains("\"ERROR\"") || line.contains("panicked");
    let found: Vec<&str> = log.lines().filter(wrong).collect();
    assert!(found.is_empty(), "{found:#?}");
}
