//! A compiled calendar: which time is working time, and steps along it in constant time.

use std::collections::BTreeMap;

use chrono::{DateTime, Datelike, NaiveDate, TimeDelta, Utc};

use super::moment::{
    Day, LAST_DAY, MICROS_PER_DAY, MICROS_PER_MINUTE, date_of, day_of, join, split, weekday_of,
};
use super::ordinal::Ordinal;
use super::session::Session;

/// Working time at UTC+7, immutable and cheap to share.
///
/// Dates outside the years 1 to 9999 are answered as their nearest end.
#[derive(Debug, Clone)]
pub struct Calendar {
    /// Sessions of Monday to Sunday, then those of the exceptions.
    pub(super) shapes: Vec<Vec<Session>>,
    /// First day of `window`.
    pub(super) first: Day,
    /// Per day, the index among `shapes`.
    pub(super) window: Vec<u16>,
    pub(super) days: Ordinal,
    pub(super) minutes: Ordinal,
    pub(super) closed: BTreeMap<NaiveDate, String>,
    /// Ascending.
    pub(super) years: Vec<i32>,
}

/// Why a day is not worked (ngày nghỉ).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DayOff<'a> {
    /// No sessions on this day of the week (nghỉ hằng tuần).
    Weekend,
    /// A holiday or a swapped day, with its name.
    Closed(&'a str),
}

impl Calendar {
    /// The moment itself within a session, else the start of the next one.
    pub fn effective(&self, at: DateTime<Utc>) -> DateTime<Utc> {
        let (day, time) = split(at);
        match self.sessions(day).iter().find(|s| time < s.end_micros()) {
            Some(session) if session.start_micros() <= time => at,
            Some(session) => join(day, session.start_micros()),
            None => self.opening_of(self.nth_after(day, 1)),
        }
    }

    /// Sessions are half-open: their closing instant is outside.
    pub fn is_working_time(&self, at: DateTime<Utc>) -> bool {
        let (day, time) = split(at);
        self.sessions(day)
            .iter()
            .any(|s| (s.start_micros()..s.end_micros()).contains(&time))
    }

    /// The first session start strictly after `at`; use [`Self::effective`] where an opening itself is good.
    pub fn next_opening(&self, at: DateTime<Utc>) -> DateTime<Utc> {
        let (day, time) = split(at);
        match self.sessions(day).iter().find(|s| time < s.start_micros()) {
            Some(session) => join(day, session.start_micros()),
            None => self.opening_of(self.nth_after(day, 1)),
        }
    }

    pub fn sessions_on(&self, date: NaiveDate) -> &[Session] {
        self.sessions(day_of(date))
    }

    /// Start of the first session of a working day.
    pub fn open_of(&self, date: NaiveDate) -> Option<DateTime<Utc>> {
        let day = day_of(date);
        let first = self.sessions(day).first()?;
        Some(join(day, first.start_micros()))
    }

    /// End of the last session of a working day; with a session to 24:00 that is midnight, the next date.
    pub fn close_of(&self, date: NaiveDate) -> Option<DateTime<Utc>> {
        let day = day_of(date);
        let last = self.sessions(day).last()?;
        Some(join(day, last.end_micros()))
    }

    pub fn is_working_day(&self, date: NaiveDate) -> bool {
        !self.sessions_on(date).is_empty()
    }

    /// The `n`th working day after `date`, which itself need not be one; `date` for 0.
    pub fn working_day_after(&self, date: NaiveDate, n: u32) -> NaiveDate {
        date_of(self.nth_after(day_of(date), n.into()))
    }

    /// The `n`th working day before `date`, which itself need not be one; `date` for 0.
    pub fn working_day_before(&self, date: NaiveDate, n: u32) -> NaiveDate {
        let day = day_of(date);
        match n {
            0 => date,
            n => date_of(self.days.holding(self.days.before(day) - i64::from(n))),
        }
    }

    /// Working days in `after < d <= through`; negative when the dates are the other way round.
    pub fn working_days_between(&self, after: NaiveDate, through: NaiveDate) -> i64 {
        self.days.before(day_of(through) + 1) - self.days.before(day_of(after) + 1)
    }

    /// Working time from `from` to `to`, to the microsecond; negative when they are the other way round.
    pub fn working_time_between(&self, from: DateTime<Utc>, to: DateTime<Utc>) -> TimeDelta {
        TimeDelta::microseconds(self.working_micros(from, to))
    }

    /// The first instant by which `time` has been worked since `at`: an end that falls on a close stays there.
    ///
    /// No or negative time leaves `at` as it is.
    pub fn add_working_time(&self, at: DateTime<Utc>, time: TimeDelta) -> DateTime<Utc> {
        let micros = time.num_microseconds().unwrap_or(i64::MAX);
        self.add_micros(at, micros)
    }

    /// The latest instant within a session from which `time` is worked until `at`: the way back
    /// of [`Self::add_working_time`].
    ///
    /// No or negative time leaves `at` as it is.
    pub fn before_working_time(&self, at: DateTime<Utc>, time: TimeDelta) -> DateTime<Utc> {
        let micros = time.num_microseconds().unwrap_or(i64::MAX);
        if micros <= 0 {
            return at;
        }
        let target = self.worked_until(at).saturating_sub(micros);
        let day = self.minutes.holding(target.div_euclid(MICROS_PER_MINUTE));
        let mut left = target.saturating_sub(self.minutes.before(day) * MICROS_PER_MINUTE);
        for session in self.sessions(day) {
            let length = session.end_micros() - session.start_micros();
            if left < length {
                return join(day, session.start_micros() + left);
            }
            left -= length;
        }
        self.closing_of(day)
    }

    /// Whether the holidays of this year are known.
    pub fn is_loaded(&self, year: i32) -> bool {
        self.years.binary_search(&year).is_ok()
    }

    /// `None` for a working day.
    pub fn day_off_reason(&self, date: NaiveDate) -> Option<DayOff<'_>> {
        if self.is_working_day(date) {
            return None;
        }
        Some(match self.closed.get(&date) {
            Some(reason) => DayOff::Closed(reason),
            None => DayOff::Weekend,
        })
    }

    /// Whether every year from that of one day through that of another is loaded.
    pub(super) fn is_loaded_through(&self, first: Day, last: Day) -> bool {
        let (first, last) = (date_of(first).year(), date_of(last).year());
        let from = self.years.partition_point(|&year| year < first);
        let until = self.years.partition_point(|&year| year <= last);
        let wanted = usize::try_from(i64::from(last) - i64::from(first) + 1).unwrap_or_default();
        until.saturating_sub(from) >= wanted
    }

    pub(super) fn sessions(&self, day: Day) -> &[Session] {
        let index = usize::try_from(day - self.first)
            .ok()
            .and_then(|slot| self.window.get(slot))
            .map_or_else(|| weekday_of(day), |&index| usize::from(index));
        self.shapes.get(index).map_or(&[], Vec::as_slice)
    }

    /// The `n`th working day after `day`; `day` itself for 0.
    pub(super) fn nth_after(&self, day: Day, n: i64) -> Day {
        if n == 0 {
            day
        } else {
            self.days.holding(self.days.before(day + 1) + n - 1)
        }
    }

    /// The day itself if it is worked, else the next one that is (Civil Code Art. 148.5).
    pub(super) fn roll(&self, day: Day) -> Day {
        self.days.holding(self.days.before(day))
    }

    fn opening_of(&self, day: Day) -> DateTime<Utc> {
        let opening = self.sessions(day).first().map_or(0, |s| s.start_micros());
        join(day, opening)
    }

    /// The close of a working day; the end of any other day.
    pub(super) fn closing_of(&self, day: Day) -> DateTime<Utc> {
        let closing = self.sessions(day).last().map(|s| s.end_micros());
        join(day, closing.unwrap_or(MICROS_PER_DAY))
    }

    /// The day that an instant ends: midnight belongs to the day before where that day works to 24:00.
    pub(super) fn day_ended_by(&self, at: DateTime<Utc>) -> Day {
        let (day, time) = split(at);
        let yesterday = self.sessions(day - 1).last();
        if time == 0 && yesterday.is_some_and(|s| s.end_micros() == MICROS_PER_DAY) {
            day - 1
        } else {
            day
        }
    }

    /// The day that a due date ends, or lies on: not its date where a session lasts to 24:00.
    pub fn due_day(&self, due_at: DateTime<Utc>) -> NaiveDate {
        date_of(self.day_ended_by(due_at))
    }

    /// Working days whose closing instant `c` satisfies `from < c <= to`.
    pub(super) fn closings_between(&self, from: DateTime<Utc>, to: DateTime<Utc>) -> i64 {
        self.closings_until(to) - self.closings_until(from)
    }

    fn closings_until(&self, at: DateTime<Utc>) -> i64 {
        let (day, time) = split(at);
        let closed = self
            .sessions(day)
            .last()
            .is_some_and(|s| s.end_micros() <= time);
        self.days.before(day) + i64::from(closed)
    }

    pub(super) fn working_micros(&self, from: DateTime<Utc>, to: DateTime<Utc>) -> i64 {
        self.worked_until(to)
            .saturating_sub(self.worked_until(from))
    }

    pub(super) fn add_micros(&self, at: DateTime<Utc>, micros: i64) -> DateTime<Utc> {
        if micros <= 0 {
            return at;
        }
        let target = self.worked_until(at).saturating_add(micros);
        // The minute in which the last microsecond lies, so that a full day ends on that day.
        let minute = (target - 1).div_euclid(MICROS_PER_MINUTE);
        let day = self.minutes.holding(minute);
        if day > LAST_DAY {
            return join(LAST_DAY, MICROS_PER_DAY);
        }
        let mut left = target - self.minutes.before(day) * MICROS_PER_MINUTE;
        for session in self.sessions(day) {
            let length = session.end_micros() - session.start_micros();
            if left <= length {
                return join(day, session.start_micros() + left);
            }
            left -= length;
        }
        self.closing_of(day)
    }

    /// Working time before an instant, counted from the first day of the window.
    fn worked_until(&self, at: DateTime<Utc>) -> i64 {
        let (day, time) = split(at);
        let before = self.minutes.before(day).saturating_mul(MICROS_PER_MINUTE);
        self.sessions(day).iter().fold(before, |sum, session| {
            let worked = time.min(session.end_micros()) - session.start_micros();
            sum.saturating_add(worked.max(0))
        })
    }
}

#[cfg(test)]
#[path = "calendar_tests.rs"]
mod tests;
