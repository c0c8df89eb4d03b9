//! The time machine of `motcua demo`: begins on a day of one's choice and runs faster than life.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Datelike as _, TimeDelta, Utc, Weekday};
use clap::Args;
use domain::time::to_local;
use infra::clock::{ScaledClock, SystemClock};
use infra::db::Db;
use infra::demo::{is_demo, is_time_machine, mark_time_machine, newest_moment, open_and_late};
use infra::env::Env;
use infra::error::Error;

use super::failure::Failure;
use super::{out, run};

/// Only the demo has these; under `serve` the time is that of the machine.
#[derive(Debug, Clone, Args)]
pub(super) struct TimeMachineArgs {
    /// Cỗ máy thời gian: bắt đầu từ thời điểm này (time machine: begin at this moment), như 2026-02-12T09:00:00+07:00
    #[arg(long, value_name = "TIME", value_parser = moment)]
    at: Option<DateTime<Utc>>,
    /// Nhanh gấp mấy lần (so many times as fast); 3600: mỗi giây một giờ
    #[arg(long, value_name = "TIMES", requires = "at", default_value_t = 1,
        value_parser = clap::value_parser!(u32).range(1..=86_400))]
    speed: u32,
}

fn moment(text: &str) -> Result<DateTime<Utc>, String> {
    DateTime::parse_from_rfc3339(text)
        .map(|at| at.to_utc())
        .map_err(|_| {
            "cần thời điểm có múi giờ (a time with an offset), như 2026-02-12T09:00:00+07:00"
                .to_owned()
        })
}

impl TimeMachineArgs {
    /// A folder of its own, so that made-up times never mix with real ones.
    pub(super) fn data_dir(&self, chosen: Option<PathBuf>) -> PathBuf {
        let own = match self.at {
            Some(_) => "./data/time-machine",
            None => "./data/demo",
        };
        chosen.unwrap_or_else(|| Path::new(own).to_owned())
    }

    /// The clock of the demo. A second start goes on where the first one ended: time does not
    /// run backwards in a record that is chained.
    pub(super) fn env(&self, db: &Db) -> Result<Env, Failure> {
        let loaded: bool = db.read_blocking(is_demo)?;
        let made_up: bool = db.read_blocking(is_time_machine)?;
        let Some(at) = self.at else {
            return match made_up {
                true => Err(Failure::new(
                    "thư mục này thuộc về cỗ máy thời gian: dùng --at, hoặc chọn thư mục khác bằng --data-dir",
                    "this folder belongs to the time machine: use --at, or choose another with --data-dir",
                )),
                false => Ok(run::env()),
            };
        };
        if loaded && !made_up {
            return Err(Failure::new(
                "thư mục này chứa dữ liệu minh họa theo giờ thật: chọn thư mục khác bằng --data-dir",
                "this folder holds a demo in real time: choose another with --data-dir",
            ));
        }
        let newest: Option<DateTime<Utc>> = db.read_blocking(newest_moment)?;
        let start = newest.map_or(at, |newest| newest.max(at));
        let clock = ScaledClock::start(start, self.speed);
        Ok(Env::new(Arc::new(clock)).with_sign_in_by(Arc::new(SystemClock)))
    }

    /// Marks a database that was loaded under the time machine.
    pub(super) fn mark(&self, db: &Db, env: &Env) -> Result<(), Failure> {
        if self.at.is_none() || db.read_blocking(is_time_machine)? {
            return Ok(());
        }
        let env = env.clone();
        Ok(db.write_blocking(move |conn| mark_time_machine(conn, &env))?)
    }

    /// What to say of it at the start; nothing without it.
    pub(super) fn welcome(&self, env: &Env) -> String {
        match self.at {
            None => String::new(),
            Some(_) => format!(
                "Cỗ máy thời gian (time machine): từ {}, nhanh gấp {} lần (times as fast).\n\
                 Phiên đăng nhập vẫn tính theo giờ thật (sessions keep real time).\n",
                shown(env.now()),
                self.speed
            ),
        }
    }

    /// Says regularly what time it is. The thread ends with the process.
    pub(super) fn announce(&self, db: &Db, env: &Env) {
        if self.at.is_none() {
            return;
        }
        let (db, env) = (db.clone(), env.clone());
        let period = period(self.speed);
        let teller = std::thread::Builder::new().name("motcua-time".to_owned());
        let started = teller.spawn(move || {
            loop {
                let now = env.now();
                let next = next_tell(now, period);
                // A thread that wakes early says the time a little early, which harms nobody.
                std::thread::park_timeout(env.clock.real(next - now));
                out::line(told(&db, &env));
            }
        });
        if let Err(error) = started {
            tracing::warn!(%error, "nobody tells the time");
        }
    }
}

/// The shortest of some periods that does not flood the terminal.
fn period(speed: u32) -> TimeDelta {
    const SECONDS: Duration = Duration::from_secs(5);
    let periods = [1, 10, 60, 360, 1440].map(TimeDelta::minutes);
    let fits = |period: &TimeDelta| period.to_std().is_ok_and(|whole| whole / speed >= SECONDS);
    periods
        .into_iter()
        .find(fits)
        .unwrap_or_else(|| TimeDelta::days(1))
}

/// The next whole period of the local day.
fn next_tell(now: DateTime<Utc>, period: TimeDelta) -> DateTime<Utc> {
    let local = to_local(now).and_utc().timestamp();
    let seconds = period.num_seconds().max(1);
    let left = seconds.saturating_sub(local.rem_euclid(seconds));
    DateTime::from_timestamp(now.timestamp().saturating_add(left), 0).unwrap_or(now)
}

fn told(db: &Db, env: &Env) -> String {
    let counting = env.clone();
    let counts: Result<(i64, i64), Error> =
        db.read_blocking(move |conn| open_and_late(conn, &counting));
    let time = shown(env.now());
    match counts {
        Ok((open, late)) => {
            format!("{time}  ·  {open} hồ sơ đang mở (open), {late} quá hạn (late)")
        }
        Err(_) => time,
    }
}

/// `Thứ Năm 12/02/2026 09:00`.
fn shown(at: DateTime<Utc>) -> String {
    let local = to_local(at);
    let day = match local.weekday() {
        Weekday::Mon => "Thứ Hai",
        Weekday::Tue => "Thứ Ba",
        Weekday::Wed => "Thứ Tư",
        Weekday::Thu => "Thứ Năm",
        Weekday::Fri => "Thứ Sáu",
        Weekday::Sat => "Thứ Bảy",
        Weekday::Sun => "Chủ Nhật",
    };
    format!("{day} {}", local.format("%d/%m/%Y %H:%M"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        moment(text).unwrap()
    }

    #[test]
    fn a_moment_needs_an_offset() {
        assert!(moment("2026-02-12T09:00:00").is_err());
        assert!(moment("2026-02-12").is_err());
        assert_eq!(at("2026-02-12T09:00:00+07:00"), at("2026-02-12T02:00:00Z"));
    }

    #[test]
    fn the_time_is_told_every_few_seconds_at_whole_hours_of_the_local_day() {
        assert_eq!(period(1), TimeDelta::minutes(1));
        assert_eq!(period(3600), TimeDelta::hours(6));
        assert_eq!(period(86_400), TimeDelta::days(1));
        let next = next_tell(at("2026-02-12T09:00:30+07:00"), TimeDelta::hours(6));
        assert_eq!(next, at("2026-02-12T12:00:00+07:00"));
        assert_eq!(shown(next), "Thứ Năm 12/02/2026 12:00");
        let midnight = next_tell(at("2026-02-12T18:00:00+07:00"), TimeDelta::hours(6));
        assert_eq!(midnight, at("2026-02-13T00:00:00+07:00"));
    }
}
