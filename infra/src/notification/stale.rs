//! How long what was read about people and dossiers may be told as it was.

use chrono::{DateTime, TimeDelta, Utc};

/// What was read so long ago is read again.
const STALE: TimeDelta = TimeDelta::seconds(5);
/// Working hours and absences begin and end with a minute.
const MINUTE: i64 = 60;

pub(super) fn is_stale(read: DateTime<Utc>, now: DateTime<Utc>) -> bool {
    let minute = |at: DateTime<Utc>| at.timestamp().div_euclid(MINUTE);
    (now - read).abs() >= STALE || minute(read) != minute(now)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail loudly")]
    use super::is_stale;

    #[test]
    fn what_was_read_is_stale_after_moments_and_when_the_minute_has_turned() {
        let at = |text: &str| format!("2026-11-20T{text}+07:00").parse().unwrap();
        for (read, now, stale) in [
            ("16:59:30", "16:59:34.9", false),
            ("16:59:30", "16:59:35", true),
            ("16:59:59.9", "17:00:00", true),
            ("16:59:35", "16:59:29", true),
        ] {
            assert_eq!(is_stale(at(read), at(now)), stale, "{read} {now}");
        }
    }
}
