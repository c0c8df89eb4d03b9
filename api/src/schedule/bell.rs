//! The bell: wakes the jobs before their time, ends them, and knows how they are.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::job::Lane;

/// A job that gives no sign of life for so long hangs.
const HUNG_AFTER: Duration = Duration::from_secs(900);

/// One for all threads of the jobs.
#[derive(Debug, Default)]
pub struct Bell {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    quick: LaneState,
    long: LaneState,
    ending: bool,
}

#[derive(Debug, Default, Clone, Copy)]
struct LaneState {
    /// For the jobs that listen to the bell.
    rung: bool,
    /// Only to look again.
    woken: bool,
    /// The last sign of life; none before the start.
    beat: Option<Instant>,
}

impl State {
    fn of(&mut self, lane: Lane) -> &mut LaneState {
        match lane {
            Lane::Quick => &mut self.quick,
            Lane::Long => &mut self.long,
        }
    }
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
        self.rouse(|lane| lane.rung = true);
    }

    /// There may be something to do: somebody asked for a run.
    pub fn wake(&self) {
        self.rouse(|lane| lane.woken = true);
    }

    fn rouse(&self, how: impl Fn(&mut LaneState)) {
        let mut state = self.state();
        Lane::ALL.into_iter().for_each(|lane| how(state.of(lane)));
        drop(state);
        self.changed.notify_all();
    }

    /// How the jobs are; one lane that hangs is enough to be dead.
    pub fn health(&self) -> Health {
        let mut state = self.state();
        let beats = Lane::ALL.map(|lane| state.of(lane).beat);
        let hangs = |beat: &Option<Instant>| beat.is_some_and(|beat| beat.elapsed() >= HUNG_AFTER);
        if beats.iter().all(Option::is_none) {
            Health::Off
        } else if beats.iter().any(hangs) {
            Health::Dead
        } else {
            Health::Running
        }
    }

    pub(super) fn started(&self) {
        let mut state = self.state();
        for lane in Lane::ALL {
            state.of(lane).beat = Some(Instant::now());
        }
    }

    /// The threads are to end after the batch that they are at.
    pub(crate) fn end(&self) {
        self.state().ending = true;
        self.changed.notify_all();
    }

    /// A sign of life; whether to go on.
    pub(super) fn beat(&self, lane: Lane) -> bool {
        let mut state = self.state();
        let own = state.of(lane);
        // Tests step the jobs without a thread; that must not look like a running one.
        if own.beat.is_some() {
            own.beat = Some(Instant::now());
        }
        !state.ending
    }

    /// Waits for the bell, at most until `due`; whether it rang.
    pub(super) fn wait_until(&self, lane: Lane, due: Instant) -> bool {
        let mut state = self.state();
        loop {
            let own = state.of(lane);
            let rung = std::mem::take(&mut own.rung);
            let woken = std::mem::take(&mut own.woken);
            let left = due.saturating_duration_since(Instant::now());
            if rung || woken || left.is_zero() || state.ending {
                return rung;
            }
            let waited = self.changed.wait_timeout(state, left);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bell_that_rang_before_anybody_waited_is_heard_once_in_each_lane() {
        let bell = Bell::default();
        bell.ring();
        for lane in Lane::ALL {
            assert!(bell.wait_until(lane, Instant::now() + Duration::from_secs(60)));
            assert!(!bell.wait_until(lane, Instant::now()));
        }
    }

    #[test]
    fn who_is_only_woken_looks_again_and_hears_no_bell() {
        let bell = Bell::default();
        bell.wake();
        let late = Instant::now() + Duration::from_secs(60);
        assert!(!bell.wait_until(Lane::Quick, late));
        assert!(Instant::now() < late);
    }

    #[test]
    fn jobs_that_were_never_started_are_off_and_do_not_count_as_dead() {
        let bell = Bell::default();
        assert!(bell.beat(Lane::Quick));
        assert_eq!(bell.health(), Health::Off);
        assert!(Health::Off.is_well());
        bell.started();
        assert_eq!(bell.health(), Health::Running);
        bell.end();
        assert!(!bell.beat(Lane::Long));
    }
}
