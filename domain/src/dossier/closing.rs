//! What reports count of a dossier: its first end, and how that was judged by the date of the rules.

use chrono::{DateTime, TimeDelta, Utc};

use super::{Dossier, Promise};
use crate::time::local_date;

/// How a closed case is counted in form II.06.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Judgement {
    Early,
    OnTime,
    Late,
}

impl Judgement {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Early => "early",
            Self::OnTime => "on_time",
            Self::Late => "late",
        }
    }

    fn of(at: DateTime<Utc>, due_at: DateTime<Utc>) -> Self {
        // A close at midnight belongs to the day that it ends.
        let due_day = local_date(due_at - TimeDelta::microseconds(1));
        if at > due_at {
            Self::Late
        } else if local_date(at) < due_day {
            Self::Early
        } else {
            Self::OnTime
        }
    }
}

impl Dossier {
    /// The first end of the case: a correction, also one under way, leaves it where it was.
    pub fn closed_at(&self) -> Option<DateTime<Utc>> {
        self.first_result
            .map(|first| first.resolved_at)
            .or_else(|| self.ended_at())
    }

    /// The first end by the clock of the case, and the date of the rules by which it is judged; none
    /// while there is no end, or nothing was promised.
    pub fn judged_end(&self) -> Option<(DateTime<Utc>, DateTime<Utc>)> {
        let closed_at = self.closed_at()?;
        if let Some(first) = &self.first_result {
            return Some((closed_at, first.promise.by_rules()));
        }
        let due_at = self.promise.as_ref().map(Promise::by_rules)?;
        // By the clock it ended when that stopped.
        let stopped = self.stopped_since().filter(|since| *since <= due_at);
        Some((stopped.unwrap_or(closed_at), due_at))
    }

    /// How the first end is judged.
    pub fn judgement(&self) -> Option<Judgement> {
        let (ended_at, due_at) = self.judged_end()?;
        Some(Judgement::of(ended_at, due_at))
    }

    /// [`Self::late_after`] by the date of the rules alone; none once the case was closed.
    pub fn late_after_by_rules(&self) -> Option<DateTime<Utc>> {
        let due_at = self.promise.as_ref().map(Promise::by_rules)?;
        if self.closed_at().is_some() {
            return None;
        }
        match self.stopped_since() {
            Some(since) if since <= due_at => None,
            _ => Some(due_at),
        }
    }

    /// Whether its clock runs, or the desk owes an answer: only then is anybody warned.
    pub fn is_watched(&self) -> bool {
        use super::State::{Accepted, Processing, Submitted};
        matches!(self.state(), Submitted | Accepted | Processing)
    }
}
