//! How many working days a limit can span.

use std::collections::HashMap;

use chrono::{Days, NaiveDate};

use crate::deadline::{Calendar, Term, TimeLimit};

pub(super) const DAY_HOURS: u32 = 8;
/// The days of receipt that are tried: a year has every weekday before every holiday.
const TRIED: u64 = 366;

/// Working days at most from the day of receipt to the due day, whatever the calendar.
pub(super) fn at_most(limit: TimeLimit) -> u32 {
    match limit {
        TimeLimit::WorkingDays(days) | TimeLimit::CalendarDays(days) => days,
        TimeLimit::WorkingHours(hours) => hours.div_ceil(DAY_HOURS),
        TimeLimit::SameDay { .. } => 1,
        TimeLimit::Months(months) => months.saturating_mul(31),
    }
}

/// The same by the calendar of an office, where one is known.
#[derive(Debug, Default)]
pub struct Spans<'a> {
    by: Option<(&'a Calendar, NaiveDate)>,
    known: HashMap<TimeLimit, u32>,
}

impl<'a> Spans<'a> {
    /// For what is received by this calendar in the year from a day on.
    pub fn of_year(calendar: &'a Calendar, from: NaiveDate) -> Self {
        Self {
            by: Some((calendar, from)),
            known: HashMap::new(),
        }
    }

    pub(super) fn of(&mut self, limit: TimeLimit) -> u32 {
        let most = at_most(limit);
        let (Some((calendar, from)), TimeLimit::CalendarDays(_) | TimeLimit::Months(_)) =
            (self.by, limit)
        else {
            return most;
        };
        let longest = || longest(calendar, from, limit).unwrap_or(most);
        *self.known.entry(limit).or_insert_with(longest)
    }
}

/// None where nothing can be received, or the limit does not count.
fn longest(calendar: &Calendar, from: NaiveDate, limit: TimeLimit) -> Option<u32> {
    let days = (0..TRIED).filter_map(|later| from.checked_add_days(Days::new(later)));
    let span = |day: NaiveDate| {
        let received = calendar.open_of(day)?;
        let due = Term::new(limit, received).due(calendar).ok()?;
        let days = calendar.working_days_between(day, due.due_day);
        u32::try_from(days).ok()
    };
    days.filter_map(span).max()
}
