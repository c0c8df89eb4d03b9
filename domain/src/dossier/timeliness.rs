//! Early, on time or late: computed when read, never stored.

use chrono::{DateTime, TimeDelta, Utc};

use super::{Dossier, Promise};
use crate::deadline::Calendar;
use crate::time::local_date;

/// How a dossier stands to its promise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Timeliness {
    /// The clock has not started, or the case was closed without a promise.
    NoPromise,
    /// Open and within its term, or stopped in time.
    Within,
    /// Open and past its due date.
    Overdue(Lateness),
    /// Ended on an earlier day than the due day.
    Early,
    OnTime,
    /// Ended after its due date.
    Late(Lateness),
}

/// Lateness in working time and in days (working days touched after the due day).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lateness {
    pub working_time: TimeDelta,
    pub working_days: i64,
}

impl Timeliness {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NoPromise => "not_started",
            Self::Within => "within_term",
            Self::Overdue(_) => "overdue",
            Self::Early => "early",
            Self::OnTime => "on_time",
            Self::Late(_) => "late",
        }
    }

    pub fn is_late(self) -> bool {
        matches!(self, Self::Overdue(_) | Self::Late(_))
    }

    pub fn lateness(self) -> Option<Lateness> {
        match self {
            Self::Overdue(lateness) | Self::Late(lateness) => Some(lateness),
            _ => None,
        }
    }
}

/// Judges an ended case by one date: early on an earlier day, on time at or before it.
pub fn judge(ended_at: DateTime<Utc>, due_at: DateTime<Utc>, calendar: &Calendar) -> Timeliness {
    if ended_at > due_at {
        Timeliness::Late(lateness(due_at, ended_at, calendar))
    } else if local_date(ended_at) < calendar.due_day(due_at) {
        Timeliness::Early
    } else {
        Timeliness::OnTime
    }
}

fn lateness(due_at: DateTime<Utc>, now: DateTime<Utc>, calendar: &Calendar) -> Lateness {
    Lateness {
        working_time: calendar.working_time_between(due_at, now),
        working_days: calendar.working_days_between(calendar.due_day(due_at), local_date(now)),
    }
}

impl Dossier {
    /// How the dossier stands at `now` to the date as it stands (after any re-appointment).
    pub fn timeliness(&self, now: DateTime<Utc>, calendar: &Calendar) -> Timeliness {
        self.judged_by(now, calendar, |promise| promise.due_at)
    }

    /// The same by the date before a manager moved it, which reports use by default.
    pub fn timeliness_by_original(&self, now: DateTime<Utc>, calendar: &Calendar) -> Timeliness {
        self.judged_by(now, calendar, Promise::by_rules)
    }

    fn judged_by(
        &self,
        now: DateTime<Utc>,
        calendar: &Calendar,
        date: impl Fn(&Promise) -> DateTime<Utc>,
    ) -> Timeliness {
        if let (Some(first), false) = (&self.first_result, self.state().is_open()) {
            return judge(first.resolved_at, date(&first.promise), calendar);
        }
        let Some(due_at) = self.promise.as_ref().map(date) else {
            return Timeliness::NoPromise;
        };
        let stopped_in_time = self.stopped_since().filter(|since| *since <= due_at);
        match (self.ended_at(), stopped_in_time) {
            // Closed while the clock stood still: by the clock it ended when that stopped.
            (Some(ended_at), stopped) => judge(stopped.unwrap_or(ended_at), due_at, calendar),
            (None, Some(_)) => Timeliness::Within,
            (None, None) if now <= due_at => Timeliness::Within,
            (None, None) => Timeliness::Overdue(lateness(due_at, now, calendar)),
        }
    }
}
