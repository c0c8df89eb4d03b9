//! Day numbers and microseconds: the integers in which deadlines are reckoned at UTC+7.

use chrono::{DateTime, Datelike, NaiveDate, Utc};

/// Days since 1970-01-01, local.
pub(super) type Day = i64;

pub(super) const MICROS_PER_MINUTE: i64 = 60_000_000;
pub(super) const MICROS_PER_DAY: i64 = 1_440 * MICROS_PER_MINUTE;
const OFFSET: i64 = 7 * 60 * MICROS_PER_MINUTE;
/// 1970-01-01 counted from 0001-01-01 as day 1.
const EPOCH_FROM_CE: i64 = 719_163;
/// 0001-01-01.
const FIRST_DAY: Day = 1 - EPOCH_FROM_CE;
/// 9999-12-31, the last day that RFC 3339 can write: answers stop here instead of overflowing.
pub(super) const LAST_DAY: Day = 2_932_896;

pub(super) fn day_of(date: NaiveDate) -> Day {
    i64::from(date.num_days_from_ce()) - EPOCH_FROM_CE
}

pub(super) fn date_of(day: Day) -> NaiveDate {
    i32::try_from(day.clamp(FIRST_DAY, LAST_DAY) + EPOCH_FROM_CE)
        .ok()
        .and_then(NaiveDate::from_num_days_from_ce_opt)
        .unwrap_or_default()
}

/// The local day and the microseconds since its midnight.
pub(super) fn split(at: DateTime<Utc>) -> (Day, i64) {
    let local = at.timestamp_micros().saturating_add(OFFSET);
    (
        local.div_euclid(MICROS_PER_DAY),
        local.rem_euclid(MICROS_PER_DAY),
    )
}

pub(super) fn join(day: Day, micros: i64) -> DateTime<Utc> {
    let midnight = day.clamp(FIRST_DAY, LAST_DAY) * MICROS_PER_DAY;
    DateTime::from_timestamp_micros(midnight + micros - OFFSET).unwrap_or_default()
}

/// Monday is 0.
pub(super) fn weekday_of(day: Day) -> usize {
    usize::try_from((day + 3).rem_euclid(7)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail loudly")]
    use super::*;

    #[test]
    fn day_numbers_are_those_of_the_calendar() {
        let date: NaiveDate = "2026-03-05".parse().unwrap();
        assert_eq!(date_of(day_of(date)), date);
        assert_eq!(weekday_of(day_of(date)), 3);
        assert_eq!(date_of(LAST_DAY).to_string(), "9999-12-31");
        assert_eq!(date_of(i64::MAX).to_string(), "9999-12-31");
        assert_eq!(date_of(i64::MIN).to_string(), "0001-01-01");
    }

    #[test]
    fn an_instant_splits_and_joins_again() {
        let at: DateTime<Utc> = "1969-12-30T17:00:01.000002Z".parse().unwrap();
        assert_eq!(split(at), (-1, 1_000_002));
        assert_eq!(join(-1, 1_000_002), at);
    }
}
