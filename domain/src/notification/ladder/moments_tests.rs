//! Each rung of the built-in ladder over weekends, Tết, half days and make-up days.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may fail loudly"
)]

use chrono::NaiveDate;

use super::*;
use crate::deadline::{CalendarSpec, Session, SpecialDay};
use crate::time::to_local;

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn at(text: &str) -> DateTime<Utc> {
    let (day, time) = text.split_once(' ').unwrap();
    from_local(date(day).and_time(time.parse().unwrap()))
}

fn show(at: DateTime<Utc>) -> String {
    to_local(at).format("%Y-%m-%d %H:%M").to_string()
}

fn sessions(texts: &[&str]) -> Vec<Session> {
    texts
        .iter()
        .map(|text| Session::parse(text).unwrap())
        .collect()
}

/// Monday to Friday; Tết from Monday 16 to Friday 20 February 2026; Saturday 7 March is worked;
/// Thursday 12 March in the morning only.
fn calendar() -> Calendar {
    let mut spec = CalendarSpec::default();
    for day in spec.weekly.iter_mut().take(5) {
        *day = sessions(&["07:30-11:30", "13:00-17:00"]);
    }
    for day in 16..=20 {
        spec.closed
            .insert(date(&format!("2026-02-{day}")), "Tết".into());
    }
    spec.make_up.insert(date("2026-03-07"), "Làm bù".into());
    let half = SpecialDay {
        sessions: sessions(&["07:30-11:30"]),
        reason: "Nửa ngày".into(),
    };
    spec.special.insert(date("2026-03-12"), half);
    spec.years.insert(2026);
    Calendar::compile(&spec).unwrap()
}

fn target(limit: TimeLimit, start: &str, due_at: &str) -> Target {
    Target {
        due_at: at(due_at),
        start: at(start),
        stopped: TimeDelta::zero(),
        limit,
        extended_by: None,
        hand_set: false,
    }
}

fn due(limit: TimeLimit, start: &str, due_at: &str) -> Watch {
    Watch {
        due: Some(target(limit, start, due_at)),
        ..Watch::default()
    }
}

fn ten_days(due_at: &str) -> Watch {
    due(TimeLimit::WorkingDays(10), "2026-01-30 09:00", due_at)
}

/// Name and moment of every rung.
fn moments(watch: &Watch) -> Vec<String> {
    let ladder = Ladder::default();
    schedule(&ladder, watch, &calendar())
        .iter()
        .map(|(rung, at)| format!("{} {}", rung.name, show(*at)))
        .collect()
}

/// What fires at a moment, with its occurrence and delivery, and when to look again.
fn looked(watch: &Watch, known: &str, now: &str) -> (Vec<String>, Option<String>) {
    let ladder = Ladder::default();
    let found = look(&ladder, watch, &calendar(), at(known), at(now));
    let fires = found.fires.iter().map(|firing| {
        let (name, deliver) = (&firing.rung.name, show(firing.deliver_at));
        format!("{name}/{} {deliver}", firing.occurrence)
    });
    (fires.collect(), found.next.map(show))
}

fn nothing_but(next: &str) -> (Vec<String>, Option<String>) {
    (Vec::new(), Some(next.to_owned()))
}

#[test]
fn a_day_before_is_the_opening_of_the_working_day_before_the_due_day() {
    assert_eq!(
        moments(&ten_days("2026-03-04 17:00")),
        [
            "due_soon 2026-03-03 07:30",
            "overdue 2026-03-04 17:00",
            "long_overdue 2026-03-07 07:30",
        ],
        "the Saturday that is worked counts as a day late"
    );
    assert_eq!(
        moments(&ten_days("2026-03-09 17:00"))[0],
        "due_soon 2026-03-07 07:30"
    );
    assert_eq!(
        moments(&ten_days("2026-03-13 17:00"))[0],
        "due_soon 2026-03-12 07:30"
    );
}

#[test]
fn tet_lies_between_the_warning_and_the_due_day() {
    let rungs = moments(&ten_days("2026-02-23 17:00"));
    assert_eq!(rungs[0], "due_soon 2026-02-13 07:30");
    let rungs = moments(&ten_days("2026-02-12 17:00"));
    assert_eq!(rungs[2], "long_overdue 2026-02-24 07:30");
}

#[test]
fn a_term_whose_days_are_days_off_is_told_by_its_share_like_a_short_one() {
    // Friday to Monday: of 5.5 and 8 hours a fifth is left.
    let weekend = due(
        TimeLimit::CalendarDays(2),
        "2026-01-30 10:00",
        "2026-02-02 17:00",
    );
    assert_eq!(moments(&weekend)[0], "due_soon 2026-02-02 14:18");
    let tet = due(
        TimeLimit::CalendarDays(10),
        "2026-02-13 10:00",
        "2026-02-23 17:00",
    );
    assert_eq!(moments(&tet)[0], "due_soon 2026-02-23 14:18");
    // At the opening itself there is the day before.
    let friday = due(
        TimeLimit::CalendarDays(3),
        "2026-01-30 07:30",
        "2026-02-02 17:00",
    );
    assert_eq!(moments(&friday)[0], "due_soon 2026-01-30 07:30");
}

#[test]
fn a_warning_fires_at_its_opening_and_not_before() {
    let watch = ten_days("2026-03-04 17:00");
    let since = "2026-02-10 10:00";
    let before = looked(&watch, since, "2026-03-02 16:59");
    assert_eq!(before, nothing_but("2026-03-03 07:30"));
    let (fires, next) = looked(&watch, "2026-03-03 07:30", "2026-03-03 07:30");
    assert_eq!(fires, ["due_soon/0 2026-03-03 07:30"]);
    assert_eq!(next.unwrap(), "2026-03-05 07:30");
}

#[test]
fn what_becomes_late_at_the_close_goes_out_at_the_next_opening() {
    let watch = ten_days("2026-03-06 17:00");
    let at_close = looked(&watch, "2026-03-05 07:30", "2026-03-06 17:00");
    assert_eq!(at_close.0, Vec::<String>::new());
    assert_eq!(at_close.1.unwrap(), "2026-03-07 07:30");
    let night = looked(&watch, "2026-03-05 07:30", "2026-03-06 17:01");
    assert_eq!(night, nothing_but("2026-03-07 07:30"));
    let morning = looked(&watch, "2026-03-07 07:30", "2026-03-07 07:30");
    assert_eq!(morning.0, ["overdue/0 2026-03-07 07:30"]);
}

#[test]
fn a_due_date_within_the_day_is_late_at_once() {
    let watch = due(
        TimeLimit::WorkingHours(16),
        "2026-03-02 10:00",
        "2026-03-04 10:00",
    );
    let (fires, _) = looked(&watch, "2026-03-02 10:00", "2026-03-04 10:00");
    assert_eq!(
        fires,
        ["due_soon/0 2026-03-04 07:30"],
        "the last instant is in time"
    );
    let (fires, _) = looked(&watch, "2026-03-04 10:00", "2026-03-04 10:01");
    assert_eq!(fires, ["overdue/0 2026-03-04 10:00"]);
}

#[test]
fn at_the_noon_close_a_rung_waits_for_the_afternoon() {
    let watch = due(
        TimeLimit::WorkingHours(16),
        "2026-03-02 11:30",
        "2026-03-04 11:30",
    );
    let noon = looked(&watch, "2026-03-04 10:00", "2026-03-04 11:31");
    assert_eq!(noon, nothing_but("2026-03-04 13:00"));
    let (fires, _) = looked(&watch, "2026-03-04 10:00", "2026-03-04 13:00");
    assert_eq!(fires, ["overdue/0 2026-03-04 13:00"]);
}

#[test]
fn a_short_time_is_warned_of_when_four_fifths_are_used() {
    let same_day = TimeLimit::SameDay {
        cutoff: chrono::NaiveTime::from_hms_opt(15, 0, 0).unwrap(),
    };
    let rungs = moments(&due(same_day, "2026-03-04 09:00", "2026-03-04 17:00"));
    // 6 h 30 min of work: 1 h 18 min are left.
    assert_eq!(rungs[0], "due_soon 2026-03-04 15:42");
    let step = |limit, start, end| Watch {
        step: Some(target(limit, start, end)),
        ..Watch::default()
    };
    let hours = step(
        TimeLimit::WorkingHours(15),
        "2026-03-02 07:30",
        "2026-03-03 16:00",
    );
    assert_eq!(moments(&hours), ["step_due_soon 2026-03-03 13:00"]);
    let two_days = step(
        TimeLimit::WorkingDays(2),
        "2026-03-02 10:00",
        "2026-03-04 17:00",
    );
    assert_eq!(moments(&two_days), ["step_due_soon 2026-03-03 07:30"]);
    let one_day = step(
        TimeLimit::WorkingDays(1),
        "2026-03-11 16:00",
        "2026-03-12 11:30",
    );
    // One hour on Wednesday and the half day: 5 h of work, one of them left.
    assert_eq!(moments(&one_day), ["step_due_soon 2026-03-12 10:30"]);
}

#[test]
fn a_short_time_that_was_extended_is_counted_as_a_whole() {
    let same_day = TimeLimit::SameDay {
        cutoff: chrono::NaiveTime::from_hms_opt(15, 0, 0).unwrap(),
    };
    let extended = |limit, more, due_at| {
        let mut watch = due(limit, "2026-03-02 09:00", due_at);
        watch.due.as_mut().unwrap().extended_by = Some(more);
        moments(&watch).swap_remove(0)
    };
    let days = TimeLimit::WorkingDays;
    assert_eq!(
        extended(same_day, days(5), "2026-03-10 17:00"),
        "due_soon 2026-03-09 07:30"
    );
    assert_eq!(
        extended(days(1), days(1), "2026-03-04 17:00"),
        "due_soon 2026-03-03 07:30"
    );
    // Still under two days: 14 h 30 min of work, of which 2 h 54 min are left.
    assert_eq!(
        extended(same_day, days(1), "2026-03-03 17:00"),
        "due_soon 2026-03-03 14:06"
    );
}

#[test]
fn time_that_the_clock_stood_still_is_not_used_up() {
    let mut target = target(
        TimeLimit::WorkingHours(5),
        "2026-03-02 07:30",
        "2026-03-03 16:00",
    );
    target.stopped = TimeDelta::hours(10);
    let watch = Watch {
        step: Some(target),
        ..Watch::default()
    };
    assert_eq!(moments(&watch), ["step_due_soon 2026-03-03 15:00"]);
}

#[test]
fn a_date_set_after_its_warning_was_due_is_warned_of_at_once() {
    let mut watch = due(
        TimeLimit::WorkingDays(1),
        "2026-03-02 09:00",
        "2026-03-05 17:00",
    );
    watch.due.as_mut().unwrap().hand_set = true;
    let (fires, _) = looked(&watch, "2026-03-04 10:00", "2026-03-04 10:00");
    assert_eq!(fires, ["due_soon/0 2026-03-04 10:00"]);
    let evening = looked(&watch, "2026-03-04 18:00", "2026-03-04 18:00");
    assert_eq!(evening, nothing_but("2026-03-05 07:30"));
}

#[test]
fn a_warning_that_came_too_late_to_be_one_is_not_given() {
    let watch = ten_days("2026-03-04 17:00");
    // The server was down from Monday on.
    let (fires, _) = looked(&watch, "2026-03-03 07:30", "2026-03-05 09:12");
    assert_eq!(fires, ["overdue/0 2026-03-05 07:30"]);
    // What was missed on earlier days counts as of today's opening.
    let (fires, _) = looked(&watch, "2026-03-03 07:30", "2026-03-06 09:12");
    assert_eq!(fires, ["overdue/0 2026-03-06 07:30"]);
}

#[test]
fn nothing_goes_out_on_a_day_off() {
    let watch = ten_days("2026-02-13 17:00");
    let tet = looked(&watch, "2026-02-13 17:00", "2026-02-17 09:00");
    assert_eq!(tet, nothing_but("2026-02-23 07:30"));
    let back = looked(&watch, "2026-02-23 07:30", "2026-02-23 07:30");
    assert_eq!(back.0, ["overdue/0 2026-02-23 07:30"]);
}

#[test]
fn the_desk_is_reminded_after_two_and_after_eight_working_hours() {
    // Sent in on Monday at ten: eight hours end on Tuesday at ten.
    let watch = Watch {
        answer: Some(Target {
            start: at("2026-03-02 10:00"),
            ..target(
                TimeLimit::WorkingHours(8),
                "2026-03-02 10:00",
                "2026-03-03 10:00",
            )
        }),
        ..Watch::default()
    };
    assert_eq!(
        moments(&watch),
        [
            "unanswered 2026-03-02 13:30",
            "answer_overdue 2026-03-03 10:00"
        ]
    );
    let (fires, next) = looked(&watch, "2026-03-02 13:30", "2026-03-02 13:30");
    assert_eq!(fires, ["unanswered/0 2026-03-02 13:30"]);
    assert_eq!(next.unwrap(), "2026-03-03 10:00");
    let (fires, next) = looked(&watch, "2026-03-03 10:00", "2026-03-03 10:01");
    assert_eq!(
        (fires, next),
        (vec!["answer_overdue/0 2026-03-03 10:00".to_owned()], None)
    );
}

#[test]
fn a_rung_that_is_switched_off_is_silent() {
    let mut ladder = Ladder::default();
    for rung in &mut ladder.rungs {
        rung.enabled = false;
    }
    let watch = ten_days("2026-03-04 17:00");
    let (since, now) = (at("2026-03-01 09:00"), at("2026-03-20 09:00"));
    assert_eq!(
        look(&ladder, &watch, &calendar(), since, now),
        Look::default()
    );
}

#[path = "moments_repeated_tests.rs"]
mod repeated;
