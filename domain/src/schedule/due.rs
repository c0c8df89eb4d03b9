//! Which run of a job is due: the newest that was missed, once, and again what failed or broke off.

use chrono::{DateTime, TimeDelta, Utc};

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It ran to its end; single items may have been skipped.
    Ok,
    /// It ended with an error.
    Failed,
    /// The server that ran it went away or was stopped.
    Abandoned,
}

impl Outcome {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Failed => "failed",
            Self::Abandoned => "abandoned",
        }
    }

    pub fn parse(word: &str) -> Option<Self> {
        [Self::Ok, Self::Failed, Self::Abandoned]
            .into_iter()
            .find(|outcome| outcome.as_str() == word)
    }
}

/// The newest run of a job that began.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Last {
    pub scheduled_for: DateTime<Utc>,
    /// Counts from 1 for one scheduled moment.
    pub attempt: u32,
    /// None while it runs, or when its server died over it.
    pub ended: Option<(Outcome, DateTime<Utc>)>,
}

/// A run that should begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Turn {
    pub scheduled_for: DateTime<Utc>,
    pub attempt: u32,
}

/// So often one scheduled run is tried: a job that brings its server down must not do so for ever.
pub const TRIES: u32 = 5;

/// What is due at `now`, where `latest` is the schedule's newest moment that has come and `since`
/// the moment from which the job is known: what lay before was never missed.
///
/// Of any number of missed runs only the newest is due. A run without an end is due again; the
/// caller asks the lock whether it still runs somewhere.
pub fn due(
    since: DateTime<Utc>,
    last: Option<&Last>,
    latest: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> Option<Turn> {
    let seen = last.map_or(since, |last| last.scheduled_for.max(since));
    if let Some(scheduled_for) = latest.filter(|latest| *latest > seen) {
        return Some(Turn {
            scheduled_for,
            attempt: 1,
        });
    }
    let last = last.filter(|last| last.attempt < TRIES)?;
    let again_at = match last.ended {
        None | Some((Outcome::Abandoned, _)) => now,
        Some((Outcome::Failed, ended)) => ended + pause_after(last.attempt),
        Some((Outcome::Ok, _)) => return None,
    };
    (again_at <= now).then(|| Turn {
        scheduled_for: last.scheduled_for,
        attempt: last.attempt.saturating_add(1),
    })
}

/// How long a failed run waits for its next attempt: a database that restarts needs a minute,
/// other faults longer.
fn pause_after(attempt: u32) -> TimeDelta {
    TimeDelta::minutes(match attempt {
        0 | 1 => 1,
        2 => 5,
        3 => 15,
        _ => 30,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        format!("2026-11-{text}:00+07:00").parse().unwrap()
    }

    /// A nightly job at 00:15, last run for the 17th.
    fn last(ended: Option<(Outcome, &str)>, attempt: u32) -> Last {
        Last {
            scheduled_for: at("17T00:15"),
            attempt,
            ended: ended.map(|(outcome, text)| (outcome, at(text))),
        }
    }

    fn turn(text: &str, attempt: u32) -> Option<Turn> {
        Some(Turn {
            scheduled_for: at(text),
            attempt,
        })
    }

    #[test]
    fn three_missed_nights_are_caught_up_once() {
        let last = last(Some((Outcome::Ok, "17T00:16")), 1);
        let (latest, now) = (Some(at("20T00:15")), at("20T09:00"));
        let found = due(at("01T00:00"), Some(&last), latest, now);
        assert_eq!(found, turn("20T00:15", 1));
        let caught_up = Last {
            scheduled_for: at("20T00:15"),
            ..last
        };
        assert_eq!(due(at("01T00:00"), Some(&caught_up), latest, now), None);
    }

    #[test]
    fn nothing_is_due_twice_for_one_moment() {
        let last = last(Some((Outcome::Ok, "17T00:16")), 1);
        let latest = Some(at("17T00:15"));
        assert_eq!(
            due(at("01T00:00"), Some(&last), latest, at("17T23:00")),
            None
        );
    }

    #[test]
    fn what_lay_before_the_job_was_known_was_never_missed() {
        let now = at("20T09:00");
        assert_eq!(due(now, None, Some(at("20T00:15")), now), None);
        assert_eq!(due(at("20T00:15"), None, Some(at("20T00:15")), now), None);
        assert_eq!(
            due(at("20T00:14"), None, Some(at("20T00:15")), now),
            turn("20T00:15", 1)
        );
    }

    #[test]
    fn a_run_that_broke_off_is_due_again_at_once_and_not_for_ever() {
        let latest = Some(at("17T00:15"));
        let since = at("01T00:00");
        let now = at("17T00:16");
        assert_eq!(
            due(since, Some(&last(None, 1)), latest, now),
            turn("17T00:15", 2)
        );
        let stopped = last(Some((Outcome::Abandoned, "17T00:16")), 4);
        assert_eq!(due(since, Some(&stopped), latest, now), turn("17T00:15", 5));
        assert_eq!(due(since, Some(&last(None, TRIES)), latest, now), None);
        let next_night = Some(at("18T00:15"));
        let found = due(since, Some(&last(None, TRIES)), next_night, at("18T00:15"));
        assert_eq!(found, turn("18T00:15", 1));
    }

    #[test]
    fn a_failed_run_is_tried_again_after_growing_pauses() {
        let latest = Some(at("17T00:15"));
        let since = at("01T00:00");
        let failed = |attempt| last(Some((Outcome::Failed, "17T01:00")), attempt);
        for (attempt, too_early, early_enough) in [
            (1, "17T01:00", "17T01:01"),
            (2, "17T01:04", "17T01:05"),
            (3, "17T01:14", "17T01:15"),
            (4, "17T01:29", "17T01:30"),
        ] {
            let last = failed(attempt);
            assert_eq!(due(since, Some(&last), latest, at(too_early)), None);
            let found = due(since, Some(&last), latest, at(early_enough));
            assert_eq!(found, turn("17T00:15", attempt + 1));
        }
        assert_eq!(due(since, Some(&failed(5)), latest, at("17T23:00")), None);
    }

    #[test]
    fn a_clock_that_goes_back_brings_nothing_twice() {
        let last = last(Some((Outcome::Ok, "17T00:16")), 1);
        let before = Some(at("16T00:15"));
        assert_eq!(
            due(at("01T00:00"), Some(&last), before, at("17T00:14")),
            None
        );
    }

    #[test]
    fn words_of_outcomes_read_back() {
        for outcome in [Outcome::Ok, Outcome::Failed, Outcome::Abandoned] {
            assert_eq!(Outcome::parse(outcome.as_str()), Some(outcome));
        }
        assert_eq!(Outcome::parse("running"), None);
    }
}
