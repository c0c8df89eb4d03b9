//! Instants and the local day: Viet Nam keeps UTC+7 with no daylight saving.

use chrono::{DateTime, FixedOffset, NaiveDate, NaiveDateTime, SecondsFormat, TimeDelta, Timelike, Utc};

const OFFSET_SECONDS: i32 = 7 * 3600;

/// Wall-clock time at UTC+7.
pub fn to_local(at: DateTime<Utc>) -> NaiveDateTime {
    at.naive_utc() + TimeDelta::seconds(OFFSET_SECONDS.into())
}

/// The instant of a wall-clock time at UTC+7.
pub fn from_local(local: NaiveDateTime) -> DateTime<Utc> {
    (local - TimeDelta::seconds(OFFSET_SECONDS.into())).and_utc()
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
