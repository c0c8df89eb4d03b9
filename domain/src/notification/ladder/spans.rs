//! How many working days, and how much working time, a limit can span.

use std::collections::HashMap;

use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};

use crate::deadline::{Calendar, Due, Term, TimeLimit};
use crate::time::{from_local, local_date};

pub(super) const DAY_HOURS: u32 = 8;
/// The days of receipt that are tried: a year has every weekday before every holiday.
const TRIED: u64 = 366;
/// The finest that is kept of an instant.
const INSTANT: TimeDelta = TimeDelta::microseconds(1);

/// Working days at most from the day of receipt to the due day, whatever the calendar.
pub(super) fn at_most(limit: TimeLimit) -> u32 {
    match limit {
        TimeLimit::WorkingDays(days) | TimeLimit::CalendarDays(days) => days,
        TimeLimit::WorkingHours(hours) => hours.div_ceil(DAY_HOURS),
        TimeLimit::SameDay { .. } => 1,
        TimeLimit::Months(months) => months.saturating_mul(31),
    }
}

/// Working time at most from receipt to date, with days of eight hours.
fn most_time(limit: TimeLimit) -> TimeDelta {
    let hours = match limit {
        TimeLimit::WorkingHours(hours) => hours,
        // The rest of the day of receipt comes on top.
        limit => at_most(limit).saturating_add(1).saturating_mul(DAY_HOURS),
    };
    TimeDelta::hours(hours.into())
}

/// Both by the calendar of an office, where one is known.
#[derive(Debug, Default)]
pub struct Spans<'a> {
    by: Option<(&'a Calendar, NaiveDate)>,
    known_days: HashMap<TimeLimit, u32>,
    known_times: HashMap<TimeLimit, TimeDelta>,
}

impl<'a> Spans<'a> {
    /// For what is received by this calendar in the year from a day on.
    pub fn of_year(calendar: &'a Calendar, from: NaiveDate) -> Self {
        Self {
            by: Some((calendar, from)),
            ..Self::default()
        }
    }

    /// Working days at most from the day of receipt to the due day.
    pub(super) fn days_of(&mut self, limit: TimeLimit) -> u32 {
        let most = at_most(limit);
        let (Some((calendar, from)), TimeLimit::CalendarDays(_) | TimeLimit::Months(_)) =
            (self.by, limit)
        else {
            return most;
        };
        let days = |due: &Due| {
            let received = local_date(due.effective_at);
            u32::try_from(calendar.working_days_between(received, due.due_day)).ok()
        };
        let longest = || longest(calendar, from, limit, days).unwrap_or(most);
        *self.known_days.entry(limit).or_insert_with(longest)
    }

    /// Working time at most from receipt, moved into working time, to the due instant.
    pub(super) fn time_of(&mut self, limit: TimeLimit) -> TimeDelta {
        let most = most_time(limit);
        let Some((calendar, from)) = self.by else {
            return most;
        };
        let time = |due: &Due| Some(calendar.working_time_between(due.effective_at, due.due_at));
        let longest = || longest(calendar, from, limit, time).unwrap_or(most);
        *self.known_times.entry(limit).or_insert_with(longest)
    }
}

/// The most that a term received in the year from a day on measures; none where nothing can be
/// received, or the limit does not count.
fn longest<T: Ord>(
    calendar: &Calendar,
    from: NaiveDate,
    limit: TimeLimit,
    measure: impl Fn(&Due) -> Option<T>,
) -> Option<T> {
    (0..TRIED)
        .filter_map(|later| from.checked_add_days(Days::new(later)))
        .flat_map(|day| best_receipts(calendar, limit, day))
        .filter_map(|received| measure(&Term::new(limit, received).due(calendar).ok()?))
        .max()
}

/// The receipts of a day among which is its longest term: later ones of the day only lose time,
/// except that the first one past a cut-off wins the next working day.
fn best_receipts(
    calendar: &Calendar,
    limit: TimeLimit,
    day: NaiveDate,
) -> impl Iterator<Item = DateTime<Utc>> {
    let past = |cutoff| from_local(day.and_time(cutoff)) + INSTANT;
    let opening = calendar.open_of(day);
    let past_cutoff = limit.cutoff().map(past);
    opening.into_iter().chain(past_cutoff)
}
