//! Moments as this campaign counts them: microseconds of the wall clock at UTC+7.

use chrono::{DateTime, Datelike as _, NaiveDate, NaiveDateTime, Utc};
use serde_json::Value;

/// Microseconds since the beginning of 1970 at UTC+7.
pub type At = i64;

pub const SECOND: At = 1_000_000;
pub const MINUTE: At = 60 * SECOND;
pub const HOUR: At = 60 * MINUTE;
pub const DAY: At = 24 * HOUR;
const OFFSET: At = 7 * HOUR;

/// A day, counted from the first of 1970.
pub type DayNumber = i64;

pub fn of_utc(at: DateTime<Utc>) -> At {
    at.timestamp_micros() + OFFSET
}

pub fn of_stored(at: NaiveDateTime) -> At {
    of_utc(at.and_utc())
}

pub fn to_utc(at: At) -> DateTime<Utc> {
    DateTime::from_timestamp_micros(at - OFFSET).expect("a moment")
}

pub fn day_of(at: At) -> DayNumber {
    at.div_euclid(DAY)
}

pub fn day(year: i32, month: u32, day: u32) -> DayNumber {
    number(NaiveDate::from_ymd_opt(year, month, day).expect("a date"))
}

pub fn number(date: NaiveDate) -> DayNumber {
    i64::from(date.num_days_from_ce() - 719_163)
}

pub fn date_of(day: DayNumber) -> NaiveDate {
    NaiveDate::from_num_days_from_ce_opt(i32::try_from(day + 719_163).expect("a day"))
        .expect("a date")
}

/// `18:05` on a day.
pub fn on(day: DayNumber, hour: i64, minute: i64) -> At {
    day * DAY + hour * HOUR + minute * MINUTE
}

/// A moment in the detail of an event.
pub fn of_json(value: &Value) -> Option<At> {
    let text = value.as_str()?;
    let at = DateTime::parse_from_rfc3339(text).expect("a moment in an event");
    Some(of_utc(at.to_utc()))
}

/// For reports of what differs.
pub fn show(at: At) -> String {
    let local = to_utc(at + OFFSET).naive_utc();
    local.format("%Y-%m-%d %H:%M:%S%.f").to_string()
}
