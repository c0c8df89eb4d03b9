//! The only place that reads the time of day.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use domain::time::truncate_micros;

/// A source of the present moment, cut to microseconds.
pub trait Clock: Send + Sync + std::fmt::Debug {
    fn now(&self) -> DateTime<Utc>;

    /// How long it really takes until this much has passed on this clock; nothing for the past.
    fn real(&self, span: TimeDelta) -> Duration {
        span.to_std().unwrap_or_default()
    }
}

/// The clock of the machine.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place that reads the clock"
    )]
    fn now(&self) -> DateTime<Utc> {
        truncate_micros(Utc::now())
    }
}

/// A clock that stands still until it is moved.
#[derive(Debug, Clone)]
pub struct SteppedClock(Arc<Mutex<DateTime<Utc>>>);

impl SteppedClock {
    pub fn at(now: DateTime<Utc>) -> Self {
        Self(Arc::new(Mutex::new(truncate_micros(now))))
    }

    pub fn set(&self, now: DateTime<Utc>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = truncate_micros(now);
    }

    pub fn advance(&self, by: TimeDelta) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) += by;
    }
}

impl Clock for SteppedClock {
    fn now(&self) -> DateTime<Utc> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The time machine: begins at a moment of one's choice and runs so many times as fast. Only
/// trials use it.
#[derive(Debug, Clone)]
pub struct ScaledClock {
    start: DateTime<Utc>,
    speed: u32,
    anchor: Instant,
}

impl ScaledClock {
    /// Starts running now. A speed of 0 counts as 1.
    pub fn start(at: DateTime<Utc>, speed: u32) -> Self {
        Self {
            start: truncate_micros(at),
            speed: speed.max(1),
            anchor: Instant::now(),
        }
    }

    fn after(&self, passed: Duration) -> DateTime<Utc> {
        let micros = passed.as_micros().saturating_mul(self.speed.into());
        let span = TimeDelta::microseconds(i64::try_from(micros).unwrap_or(i64::MAX));
        self.start
            .checked_add_signed(span)
            .unwrap_or(DateTime::<Utc>::MAX_UTC)
    }
}

impl Clock for ScaledClock {
    fn now(&self) -> DateTime<Utc> {
        self.after(self.anchor.elapsed())
    }

    fn real(&self, span: TimeDelta) -> Duration {
        span.to_std().unwrap_or_default() / self.speed
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

    use super::*;

    #[test]
    fn the_time_machine_makes_an_hour_of_a_second() {
        let start = "2026-02-12T09:00:00+07:00".parse().unwrap();
        let clock = ScaledClock::start(start, 3600);
        let after = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
        assert_eq!(clock.after(Duration::ZERO), start);
        assert_eq!(
            clock.after(Duration::from_secs(24)),
            after("2026-02-13T09:00:00+07:00")
        );
        assert_eq!(
            clock.after(Duration::from_millis(1500)),
            after("2026-02-12T10:30:00+07:00")
        );
        assert_eq!(clock.real(TimeDelta::hours(2)), Duration::from_secs(2));
        assert_eq!(clock.real(TimeDelta::hours(-2)), Duration::ZERO);
        assert!(clock.now() >= start);
    }

    #[test]
    fn the_time_machine_stops_at_the_end_of_time_and_knows_no_speed_of_nothing() {
        let start = DateTime::<Utc>::MAX_UTC - TimeDelta::seconds(5);
        let clock = ScaledClock::start(start, 0);
        assert_eq!(clock.real(TimeDelta::seconds(1)), Duration::from_secs(1));
        assert_eq!(
            clock.after(Duration::from_secs(60)),
            DateTime::<Utc>::MAX_UTC
        );
    }
}
