//! Times as crontab writes them, read at UTC+7 whatever the machine's time zone.

use std::str::FromStr as _;

use chrono::{DateTime, TimeDelta, TimeZone as _, Utc};
use domain::time::{from_local, to_local};

/// Five fields: minute, hour, day of the month, month, day of the week.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cron {
    text: String,
    schedule: cron::Schedule,
}

/// Why a text is no such expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CronFault {
    FieldCount,
    /// 1 is Sunday to some programs and Monday to others, so days of the week go by name.
    WeekdayNumber,
    Unreadable,
    /// Such as 30 February.
    Never,
}

impl CronFault {
    /// What would be right, in Vietnamese and in English.
    pub fn words(&self) -> (&'static str, &'static str) {
        match self {
            Self::FieldCount => (
                "cần năm trường: phút giờ ngày tháng thứ, như \"30 7 * * MON-FRI\"",
                "five fields: minute hour day month weekday, such as \"30 7 * * MON-FRI\"",
            ),
            Self::WeekdayNumber => (
                "ngày trong tuần viết bằng tên: MON, TUE, WED, THU, FRI, SAT, SUN",
                "days of the week by name: MON, TUE, WED, THU, FRI, SAT, SUN",
            ),
            Self::Unreadable => (
                "biểu thức cron không đọc được; ví dụ đúng: \"*/5 * * * *\", \"15 0 * * *\"",
                "a readable cron expression, such as \"*/5 * * * *\" or \"15 0 * * *\"",
            ),
            Self::Never => (
                "thời điểm này không bao giờ đến",
                "a time that comes; this one never does",
            ),
        }
    }
}

impl Cron {
    /// Reads an expression.
    ///
    /// # Errors
    /// The first thing that is wrong with it.
    pub fn parse(text: &str) -> Result<Self, CronFault> {
        let fields: Vec<&str> = text.split_whitespace().collect();
        let [.., weekday] = fields.as_slice() else {
            return Err(CronFault::FieldCount);
        };
        if fields.len() != 5 {
            return Err(CronFault::FieldCount);
        }
        if weekday.contains(|letter: char| letter.is_ascii_digit()) {
            return Err(CronFault::WeekdayNumber);
        }
        let text = fields.join(" ");
        let schedule =
            cron::Schedule::from_str(&format!("0 {text}")).map_err(|_| CronFault::Unreadable)?;
        let comes = schedule.after(&DateTime::UNIX_EPOCH).next().is_some();
        match comes {
            true => Ok(Self { text, schedule }),
            false => Err(CronFault::Never),
        }
    }

    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The newest moment that has come by `now`.
    pub fn latest(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        // The crate looks strictly before, and only at whole seconds.
        let just_after = local(now).checked_add_signed(TimeDelta::seconds(1))?;
        let found = self.schedule.after(&just_after).next_back()?;
        Some(instant(found)).filter(|found| *found <= now)
    }

    /// The first moment after `now`.
    pub fn next(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        self.schedule.after(&local(now)).next().map(instant)
    }
}

/// The wall clock at UTC+7 dressed up as UTC, so that the crate asks no time zone of the machine.
fn local(at: DateTime<Utc>) -> DateTime<Utc> {
    let whole = DateTime::from_timestamp(at.timestamp(), 0).unwrap_or(at);
    Utc.from_utc_datetime(&to_local(whole))
}

fn instant(local: DateTime<Utc>) -> DateTime<Utc> {
    from_local(local.naive_utc())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        format!("{text}+07:00").parse().unwrap()
    }

    fn cron(text: &str) -> Cron {
        Cron::parse(text).unwrap()
    }

    #[test]
    fn hours_are_those_of_viet_nam() {
        let digest = cron("30 7 * * MON-FRI");
        let friday = at("2026-11-20T07:30:00");
        assert_eq!(digest.next(at("2026-11-19T07:30:00")), Some(friday));
        assert_eq!(digest.next(friday), Some(at("2026-11-23T07:30:00")));
        assert_eq!(digest.latest(at("2026-11-22T23:59:59")), Some(friday));
        assert_eq!(digest.latest(friday), Some(friday));
        let before = at("2026-11-20T07:29:59.999999");
        assert_eq!(digest.latest(before), Some(at("2026-11-19T07:30:00")));
    }

    /// The test above, in processes of their own with other time zones.
    #[test]
    fn the_time_zone_of_the_machine_changes_nothing() {
        const TEST: &str = "schedule::cron::tests::hours_are_those_of_viet_nam";
        for zone in ["America/New_York", "Pacific/Kiritimati", "UTC"] {
            let output = std::process::Command::new(std::env::current_exe().unwrap())
                .args(["--exact", TEST])
                .env("TZ", zone)
                .output()
                .unwrap();
            let said = String::from_utf8_lossy(&output.stdout);
            assert!(
                output.status.success() && said.contains("1 passed"),
                "{zone}: {said}"
            );
        }
    }

    /// There is no daylight saving in Viet Nam, so every day has each hour once.
    #[test]
    fn no_day_of_the_year_is_longer_or_shorter_than_another() {
        let hourly = cron("0 * * * *");
        let mut now = at("2026-01-01T00:00:00");
        for _ in 0..365 * 24 {
            let next = hourly.next(now).unwrap();
            assert_eq!(next - now, TimeDelta::hours(1));
            now = next;
        }
        assert_eq!(now, at("2027-01-01T00:00:00"));
    }

    #[test]
    fn looking_back_finds_what_looking_forward_found() {
        for text in [
            "* * * * *",
            "*/7 * * * *",
            "15 0 * * *",
            "30 7 * * MON-FRI",
            "0 8 1 * *",
            "59 23 31 12 *",
            "5,35 9-11,13-16 * * *",
            "0 0 29 2 *",
            "0 7 1-7 * MON",
            "10 */5 * 2 *",
        ] {
            let cron = cron(text);
            let mut now = at("2023-12-30T23:58:30");
            for _ in 0..400 {
                let Some(next) = cron
                    .next(now)
                    .filter(|next| *next < at("2040-01-01T00:00:00"))
                else {
                    break;
                };
                assert!(next > now, "{text}");
                assert_eq!(cron.latest(next), Some(next), "{text}");
                let between = now + (next - now) / 2;
                if between < next && between > now && cron.latest(now) == Some(now) {
                    assert_eq!(cron.latest(between), Some(now), "{text} at {between}");
                }
                now = next;
            }
        }
    }

    #[test]
    fn what_is_no_expression_is_told_why() {
        let fault = |text: &str| Cron::parse(text).unwrap_err();
        for text in ["", "* * * *", "0 * * * * *", "0 0 0 1 1 * 2026", "@daily"] {
            assert_eq!(fault(text), CronFault::FieldCount, "{text}");
        }
        assert_eq!(fault("0 8 * * 1"), CronFault::WeekdayNumber);
        assert_eq!(fault("0 8 * * 1-5"), CronFault::WeekdayNumber);
        for text in ["60 * * * *", "* 24 * * *", "x * * * *", "0 8 * * XYZ"] {
            assert_eq!(fault(text), CronFault::Unreadable, "{text}");
        }
        assert_eq!(fault("0 0 30 2 *"), CronFault::Never);
        assert_eq!(cron("  30  7 * *   MON-FRI ").as_str(), "30 7 * * MON-FRI");
    }
}
