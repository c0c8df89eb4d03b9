//! The rules of working time, one by one, on the default week around Tết 2026.
#![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

use chrono::NaiveTime;

use super::*;
use crate::deadline::{CalendarSpec, SpecialDay};
use crate::time::from_local;

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn at(text: &str) -> DateTime<Utc> {
    let (day, time) = text.split_once(' ').unwrap();
    from_local(date(day).and_time(time.parse::<NaiveTime>().unwrap()))
}

fn sessions(text: &str) -> Vec<Session> {
    text.split(' ')
        .map(|s| Session::parse(s).unwrap())
        .collect()
}

fn spec() -> CalendarSpec {
    let mut spec = CalendarSpec::default();
    for day in spec.weekly.iter_mut().take(5) {
        *day = sessions("07:30-11:30 13:00-17:00");
    }
    for day in 16..=20 {
        let day = NaiveDate::from_ymd_opt(2026, 2, day).unwrap();
        spec.closed.insert(day, "Tết Bính Ngọ".into());
    }
    spec.make_up.insert(date("2026-01-10"), "Làm bù".into());
    let special = SpecialDay {
        sessions: sessions("08:00-10:00 20:00-24:00"),
        reason: "Trực".into(),
    };
    spec.special.insert(date("2026-03-14"), special);
    spec.years.extend([2026, 2027]);
    spec
}

fn calendar() -> Calendar {
    Calendar::compile(&spec()).unwrap()
}

#[test]
fn a_moment_outside_working_time_is_deemed_the_start_of_the_next_session() {
    let calendar = calendar();
    for (moment, effective) in [
        ("2026-03-05 07:29:59", "2026-03-05 07:30:00"),
        ("2026-03-05 07:30:00", "2026-03-05 07:30:00"),
        ("2026-03-05 11:29:59.999999", "2026-03-05 11:29:59.999999"),
        ("2026-03-05 11:30:00", "2026-03-05 13:00:00"),
        ("2026-03-05 17:00:00", "2026-03-06 07:30:00"),
        ("2026-03-06 17:00:00", "2026-03-09 07:30:00"),
        ("2026-02-13 17:00:00", "2026-02-23 07:30:00"),
        ("2026-03-14 11:00:00", "2026-03-14 20:00:00"),
    ] {
        assert_eq!(calendar.effective(at(moment)), at(effective), "{moment}");
        let open = moment == effective;
        assert_eq!(calendar.is_working_time(at(moment)), open, "{moment}");
    }
}

#[test]
fn the_next_opening_is_strictly_later() {
    let calendar = calendar();
    for (moment, opening) in [
        ("2026-03-05 07:29:00", "2026-03-05 07:30:00"),
        ("2026-03-05 07:30:00", "2026-03-05 13:00:00"),
        ("2026-03-05 13:00:00", "2026-03-06 07:30:00"),
        ("2026-02-13 14:00:00", "2026-02-23 07:30:00"),
    ] {
        assert_eq!(calendar.next_opening(at(moment)), at(opening), "{moment}");
    }
}

#[test]
fn working_days_are_counted_both_ways() {
    let calendar = calendar();
    let tet = date("2026-02-17");
    assert_eq!(calendar.working_day_after(tet, 1), date("2026-02-23"));
    assert_eq!(calendar.working_day_before(tet, 1), date("2026-02-13"));
    assert_eq!(calendar.working_day_after(tet, 0), tet);
    assert_eq!(calendar.working_day_before(tet, 0), tet);
    let (friday, after) = (date("2026-02-13"), date("2026-02-24"));
    assert_eq!(calendar.working_days_between(friday, after), 2);
    assert_eq!(calendar.working_days_between(after, friday), -2);
    assert_eq!(calendar.working_day_before(after, 2), friday);
}

#[test]
fn a_make_up_saturday_has_the_sessions_of_the_fullest_weekday() {
    let mut spec = spec();
    let [monday, _, wednesday, ..] = &mut spec.weekly;
    *monday = sessions("07:30-11:30");
    *wednesday = sessions("08:00-12:00 13:00-17:00");
    let calendar = Calendar::compile(&spec).unwrap();
    // Tuesday is as full as Wednesday and comes first.
    let worked = calendar.sessions_on(date("2026-01-10"));
    assert_eq!(worked, sessions("07:30-11:30 13:00-17:00"));
}

#[test]
fn a_make_up_date_that_is_worked_anyway_is_simply_that_day() {
    let mut spec = spec();
    let [monday, ..] = &mut spec.weekly;
    *monday = sessions("07:30-11:30");
    spec.make_up.insert(date("2026-01-12"), String::new());
    let calendar = Calendar::compile(&spec).unwrap();
    let worked = calendar.sessions_on(date("2026-01-12"));
    assert_eq!(worked, sessions("07:30-11:30"));
}

#[test]
fn days_off_have_a_reason() {
    let calendar = calendar();
    let reason = |text| calendar.day_off_reason(date(text));
    assert_eq!(reason("2026-02-17"), Some(DayOff::Closed("Tết Bính Ngọ")));
    assert_eq!(reason("2026-02-15"), Some(DayOff::Weekend));
    assert_eq!(reason("2026-02-13"), None);
    assert_eq!(reason("2026-01-10"), None);
}

#[test]
fn working_time_that_ends_on_a_close_stays_there() {
    let calendar = calendar();
    let add = |from, minutes| calendar.add_working_time(at(from), TimeDelta::minutes(minutes));
    assert_eq!(add("2026-03-05 07:30:00", 240), at("2026-03-05 11:30:00"));
    assert_eq!(add("2026-03-05 07:30:00", 241), at("2026-03-05 13:01:00"));
    assert_eq!(add("2026-03-05 07:30:00", 480), at("2026-03-05 17:00:00"));
    assert_eq!(add("2026-03-05 17:00:00", 0), at("2026-03-05 17:00:00"));
    assert_eq!(add("2026-03-05 17:00:00", -1), at("2026-03-05 17:00:00"));
    assert_eq!(add("2026-03-05 17:00:00", 1), at("2026-03-06 07:31:00"));
    let micro = calendar.add_working_time(at("2026-03-06 17:00:00"), TimeDelta::microseconds(1));
    assert_eq!(micro, at("2026-03-09 07:30:00.000001"));
}

#[test]
fn working_time_between_two_instants_has_a_sign() {
    let calendar = calendar();
    let (from, to) = (at("2026-02-13 16:00:00"), at("2026-02-23 08:00:00.5"));
    let time = TimeDelta::milliseconds(90 * 60_000 + 500);
    assert_eq!(calendar.working_time_between(from, to), time);
    assert_eq!(calendar.working_time_between(to, from), -time);
}

#[test]
fn a_session_to_midnight_closes_on_the_next_date() {
    let calendar = calendar();
    let (day, close) = (date("2026-03-14"), at("2026-03-15 00:00:00"));
    assert_eq!(calendar.close_of(day), Some(close));
    assert_eq!(calendar.open_of(day), Some(at("2026-03-14 08:00:00")));
    assert_eq!(calendar.close_of(date("2026-03-15")), None);
    assert_eq!(calendar.day_ended_by(close), day_of(day));
    assert_eq!(
        calendar.closings_between(at("2026-03-14 23:59:59"), close),
        1
    );
    let far = close + TimeDelta::hours(1);
    assert_eq!(calendar.closings_between(close, far), 0);
}

#[test]
fn a_year_counts_as_loaded_only_when_all_between_are() {
    let calendar = calendar();
    let loaded = |from, to| calendar.is_loaded_through(day_of(date(from)), day_of(date(to)));
    assert!(calendar.is_loaded(2026) && !calendar.is_loaded(2028));
    assert!(loaded("2026-12-31", "2027-12-31"));
    assert!(!loaded("2025-12-31", "2026-01-01"));
    assert!(!loaded("2027-12-31", "2028-01-01"));
}

#[test]
fn the_ends_of_time_are_answered_without_a_panic() {
    let mut spec = CalendarSpec::default();
    let [monday, ..] = &mut spec.weekly;
    *monday = sessions("08:00-08:01");
    let calendar = Calendar::compile(&spec).unwrap();
    for at in [DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC] {
        calendar.effective(at);
        calendar.next_opening(at);
        calendar.is_working_time(at);
        calendar.add_working_time(at, TimeDelta::MAX);
        calendar.working_time_between(DateTime::<Utc>::MIN_UTC, at);
    }
    for date in [NaiveDate::MIN, NaiveDate::MAX] {
        calendar.working_day_after(date, u32::MAX);
        calendar.working_day_before(date, u32::MAX);
        calendar.working_days_between(NaiveDate::MIN, date);
        calendar.close_of(date);
    }
    let far = calendar.add_working_time(at("2026-01-01 00:00:00"), TimeDelta::MAX);
    assert_eq!(far, at("9999-12-31 23:59:59") + TimeDelta::seconds(1));
}
