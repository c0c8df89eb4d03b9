//! Moments as people write them: local time at UTC+7.

use chrono::{DateTime, NaiveDateTime, Utc};
use domain::time::from_local;

/// `2026-11-20 08:00`, or with seconds.
pub fn at(text: &str) -> DateTime<Utc> {
    let local = NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S%.f")
        .or_else(|_| NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M"));
    from_local(local.unwrap_or_else(|error| panic!("{text}: {error}")))
}
