//! Instants and the local day: Viet Nam keeps UTC+7 with no daylight saving.

use chrono::{
    DateTime, FixedOffset, NaiveDate, NaiveDateTime, SecondsFormat, TimeDelta, Timelike, Utc,
};

const OFFSET_SECONDS: i32 = 7 * 3600;

/// Wall-clock time at UTC+7; the last instants that chrono can hold stay at its end.
pub fn to_local(at: DateTime<Utc>) -> NaiveDateTime {
    at.naive_utc()
        .checked_add_signed(TimeDelta::seconds(OFFSET_SECONDS.into()))
        .unwrap_or(NaiveDateTime::MAX)
}

/// The instant of a wall-clock time at UTC+7; the first times that chrono can hold stay at its start.
pub fn from_local(local: NaiveDateTime) -> DateTime<Utc> {
    local
        .checked_sub_signed(TimeDelta::seconds(OFFSET_SECONDS.into()))
        .unwrap_or(NaiveDateTime::MIN)
        .and_utc()
}

/// The day at UTC+7 on which an instant falls.
pub fn local_date(at: DateTime<Utc>) -> NaiveDate {
    to_local(at).date()
}

/// RFC 3339 with the offset `+07:00`, fractions only where there are any.
pub fn to_rfc3339(at: DateTime<Utc>) -> String {
    match FixedOffset::east_opt(OFFSET_SECONDS) {
        Some(offset) => at
            .with_timezone(&offset)
            .to_rfc3339_opts(SecondsFormat::AutoSi, false),
        None => at.to_rfc3339(),
    }
}

/// Cuts an instant to microseconds, the finest that PostgreSQL keeps.
pub fn truncate_micros(at: DateTime<Utc>) -> DateTime<Utc> {
    at.with_nanosecond(at.nanosecond() / 1000 * 1000)
        .unwrap_or(at)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail loudly")]
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn the_local_day_begins_at_seventeen_hours_utc() {
        let midnight = at("2026-03-04T17:00:00Z");
        assert_eq!(local_date(midnight).to_string(), "2026-03-05");
        let before = at("2026-03-04T16:59:59.999999Z");
        assert_eq!(local_date(before).to_string(), "2026-03-04");
        assert_eq!(from_local(to_local(before)), before);
    }

    #[test]
    fn instants_are_written_at_plus_seven() {
        assert_eq!(
            to_rfc3339(at("2026-03-04T17:00:00Z")),
            "2026-03-05T00:00:00+07:00"
        );
        assert_eq!(
            to_rfc3339(at("2026-03-04T17:00:00.5Z")),
            "2026-03-05T00:00:00.500+07:00"
        );
    }

    #[test]
    fn the_ends_of_time_do_not_panic() {
        assert_eq!(to_local(DateTime::<Utc>::MAX_UTC), NaiveDateTime::MAX);
        assert_eq!(from_local(NaiveDateTime::MIN), NaiveDateTime::MIN.and_utc());
    }

    #[test]
    fn nanoseconds_are_cut_off() {
        assert_eq!(
            truncate_micros(at("2026-03-04T17:00:00.123456789Z")),
            at("2026-03-04T17:00:00.123456Z")
        );
    }
}
