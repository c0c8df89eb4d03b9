//! The rules of a term, one by one, on the default week around Tết 2026.
#![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

use chrono::{NaiveDate, NaiveTime};

use super::*;
use crate::deadline::{CalendarSpec, LimitFault, Session, SkipReason, default_cutoff};
use crate::lang::Lang;
use crate::time::{from_local, to_local};

const DAYS: fn(u32) -> TimeLimit = TimeLimit::WorkingDays;

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// `2026-03-05 10:00`
fn at(text: &str) -> DateTime<Utc> {
    let (day, time) = text.split_once(' ').unwrap();
    let time = NaiveTime::parse_from_str(time, "%H:%M").unwrap();
    from_local(date(day).and_time(time))
}

fn calendar() -> Calendar {
    let mut spec = CalendarSpec::default();
    for day in spec.weekly.iter_mut().take(5) {
        *day = ["07:30-11:30", "13:00-17:00"]
            .map(|text| Session::parse(text).unwrap())
            .to_vec();
    }
    for day in 16..=20 {
        let day = NaiveDate::from_ymd_opt(2026, 2, day).unwrap();
        spec.closed.insert(day, "Tết Bính Ngọ".into());
    }
    spec.years.insert(2026);
    Calendar::compile(&spec).unwrap()
}

fn stop(from: &str, to: &str, then: Then) -> Change {
    let (from, to) = (at(from), at(to));
    Change::Stop { from, to, then }
}

fn extend(limit: TimeLimit) -> Change {
    Change::Extend { limit }
}

fn by_hand(due: &str) -> Change {
    Change::SetByHand { due_at: at(due) }
}

fn keep(due: &str) -> Change {
    Change::Keep { due_at: at(due) }
}

/// Received on Monday 2 March at 09:00.
fn due(limit: TimeLimit, changes: &[Change]) -> String {
    let mut term = Term::new(limit, at("2026-03-02 09:00"));
    term.changes = changes.to_vec();
    let due = term.due(&calendar()).unwrap();
    to_local(due.due_at).format("%Y-%m-%d %H:%M").to_string()
}

#[test]
fn an_extension_moves_the_due_date_from_where_it_stands() {
    assert_eq!(due(DAYS(5), &[]), "2026-03-09 17:00");
    assert_eq!(due(DAYS(5), &[extend(DAYS(3))]), "2026-03-12 17:00");
    let calendar_days = extend(TimeLimit::CalendarDays(5));
    assert_eq!(due(DAYS(5), &[calendar_days]), "2026-03-16 17:00");
    let month = extend(TimeLimit::Months(1));
    assert_eq!(due(DAYS(5), &[month]), "2026-04-09 17:00");
    let hours = extend(TimeLimit::WorkingHours(1));
    assert_eq!(due(DAYS(5), &[hours]), "2026-03-10 08:30");
}

#[test]
fn an_extension_in_calendar_days_starts_from_the_end_before_it_rolled() {
    // Day 5 is Saturday the 7th and rolls to Monday; 7 days on is Saturday the 14th.
    let limit = TimeLimit::CalendarDays(5);
    assert_eq!(due(limit, &[]), "2026-03-09 17:00");
    let week = extend(TimeLimit::CalendarDays(7));
    assert_eq!(due(limit, &[week]), "2026-03-16 17:00");
}

#[test]
fn a_restart_keeps_the_extensions_granted_before() {
    let supplement = stop("2026-03-04 10:00", "2026-03-11 10:00", Then::Restart);
    assert_eq!(due(DAYS(5), &[supplement]), "2026-03-18 17:00");
    let changes = [extend(DAYS(3)), supplement];
    assert_eq!(due(DAYS(5), &changes), "2026-03-23 17:00");
}

#[test]
fn a_restart_forgets_the_time_given_back_before() {
    let changes = [
        stop("2026-03-03 10:00", "2026-03-05 10:00", Then::Resume),
        stop("2026-03-06 10:00", "2026-03-11 10:00", Then::Restart),
    ];
    assert_eq!(due(DAYS(5), &changes), "2026-03-18 17:00");
}

#[test]
fn a_new_date_by_hand_is_exactly_that_instant() {
    assert_eq!(
        due(DAYS(5), &[by_hand("2026-03-14 10:15")]),
        "2026-03-14 10:15"
    );
    // Also an earlier one: a person answers for it.
    assert_eq!(
        due(DAYS(5), &[by_hand("2026-03-04 17:00")]),
        "2026-03-04 17:00"
    );
}

#[test]
fn later_stops_move_a_date_set_by_hand() {
    let set = by_hand("2026-03-13 10:15");
    let payment = stop("2026-03-10 10:00", "2026-03-12 10:00", Then::Resume);
    assert_eq!(due(DAYS(5), &[set, payment]), "2026-03-17 17:00");
    let days = TimeLimit::CalendarDays(5);
    assert_eq!(due(days, &[set, payment]), "2026-03-16 17:00");
    let hours = TimeLimit::WorkingHours(40);
    assert_eq!(due(hours, &[set, payment]), "2026-03-17 10:15");
    let cutoff = default_cutoff();
    let same_day = TimeLimit::SameDay { cutoff };
    assert_eq!(due(same_day, &[set, payment]), "2026-03-17 17:00");
    let within_a_day = stop("2026-03-10 10:00", "2026-03-10 16:00", Then::Resume);
    assert_eq!(due(DAYS(5), &[set, within_a_day]), "2026-03-13 10:15");
}

#[test]
fn a_restart_after_a_date_set_by_hand_takes_the_later_of_both() {
    let supplement = stop("2026-03-04 10:00", "2026-03-11 10:00", Then::Restart);
    let far = [by_hand("2026-03-31 17:00"), supplement];
    assert_eq!(due(DAYS(5), &far), "2026-03-31 17:00");
    let near = [by_hand("2026-03-10 17:00"), supplement];
    assert_eq!(due(DAYS(5), &near), "2026-03-18 17:00");
    let hand_set = |changes: [Change; 2]| {
        let mut term = Term::new(DAYS(5), at("2026-03-02 09:00"));
        term.changes = changes.to_vec();
        term.due(&calendar()).unwrap().hand_set
    };
    assert!(hand_set(far));
    assert!(!hand_set(near));
}

#[test]
fn a_promise_is_a_floor_from_which_later_changes_go_on() {
    assert_eq!(
        due(DAYS(5), &[keep("2026-03-06 17:00")]),
        "2026-03-09 17:00"
    );
    let kept = keep("2026-03-12 17:00");
    assert_eq!(due(DAYS(5), &[kept]), "2026-03-12 17:00");
    assert_eq!(due(DAYS(5), &[kept, extend(DAYS(1))]), "2026-03-13 17:00");
    let payment = stop("2026-03-10 10:00", "2026-03-11 10:00", Then::Resume);
    assert_eq!(due(DAYS(5), &[kept, payment]), "2026-03-13 17:00");
}

#[test]
fn a_same_day_dossier_counts_again_from_the_resumption() {
    let same_day = TimeLimit::SameDay {
        cutoff: default_cutoff(),
    };
    let before = stop("2026-03-02 10:00", "2026-03-02 15:00", Then::Resume);
    assert_eq!(due(same_day, &[before]), "2026-03-02 17:00");
    let after = stop("2026-03-02 10:00", "2026-03-02 15:01", Then::Resume);
    assert_eq!(due(same_day, &[after]), "2026-03-03 17:00");
    let week = stop("2026-03-02 10:00", "2026-03-07 09:00", Then::Resume);
    assert_eq!(due(same_day, &[week]), "2026-03-09 17:00");
}

#[test]
fn a_stop_that_begins_at_the_due_instant_still_counts() {
    let at_due = stop("2026-03-09 17:00", "2026-03-11 10:00", Then::Resume);
    assert_eq!(due(DAYS(5), &[at_due]), "2026-03-10 17:00");
    let after = stop("2026-03-09 17:01", "2026-03-11 10:00", Then::Restart);
    assert_eq!(due(DAYS(5), &[after]), "2026-03-09 17:00");
}

#[test]
fn months_end_on_the_months_last_day() {
    let term = Term::new(TimeLimit::Months(1), at("2026-03-31 09:00"));
    let due_at = term.due(&calendar()).unwrap().due_at;
    assert_eq!(due_at, at("2026-04-30 17:00"));
}

#[test]
fn a_term_that_leaves_the_loaded_years_is_provisional() {
    let provisional = |days| {
        let term = Term::new(DAYS(days), at("2026-12-30 09:00"));
        term.due(&calendar()).unwrap().provisional
    };
    assert!(!provisional(1));
    assert!(provisional(2));
}

#[test]
fn every_fault_of_a_term_is_named() {
    let mut term = Term::new(DAYS(0), at("1999-12-31 23:59"));
    term.changes = vec![
        stop("2026-03-04 10:00", "2026-03-03 10:00", Then::Resume),
        stop("2026-03-04 09:00", "2026-03-05 10:00", Then::Resume),
        stop("2026-03-05 09:59", "2150-01-01 00:00", Then::Resume),
        extend(TimeLimit::SameDay {
            cutoff: default_cutoff(),
        }),
        extend(TimeLimit::Months(121)),
        by_hand("1999-01-01 00:00"),
        keep("2200-01-01 00:00"),
    ];
    let bounds = |most| LimitFault::AmountOutOfBounds { least: 1, most };
    assert_eq!(
        term.due(&calendar()).unwrap_err(),
        [
            TermFault::Limit(bounds(3_650)),
            TermFault::ReceiptOutOfRange,
            TermFault::StopEndsBeforeItBegins { change: 0 },
            TermFault::InstantOutOfRange { change: 2 },
            TermFault::StopsOverlap { change: 2 },
            TermFault::ExtensionBySameDay { change: 3 },
            TermFault::ExtensionLimit {
                change: 4,
                fault: bounds(120)
            },
            TermFault::InstantOutOfRange { change: 5 },
            TermFault::HandSetBeforeReceipt { change: 5 },
            TermFault::InstantOutOfRange { change: 6 },
        ]
    );
    assert_eq!(term.explain(&calendar()).unwrap_err(), term.validate());
}

#[test]
fn a_stop_before_the_receipt_is_refused() {
    let mut term = Term::new(DAYS(1), at("2026-03-04 10:00"));
    term.changes = vec![stop("2026-03-04 09:59", "2026-03-04 11:00", Then::Resume)];
    assert_eq!(
        term.validate(),
        [TermFault::StopBeforeReceipt { change: 0 }]
    );
}

#[test]
fn stops_that_touch_are_in_order() {
    let mut term = Term::new(DAYS(1), at("2026-03-02 09:00"));
    term.changes = vec![
        stop("2026-03-02 10:00", "2026-03-02 11:00", Then::Resume),
        stop("2026-03-02 11:00", "2026-03-02 11:00", Then::Resume),
    ];
    assert!(term.validate().is_empty());
}

#[test]
fn too_many_changes_are_refused_before_they_cost_anything() {
    let mut term = Term::new(DAYS(1), at("2026-03-04 10:00"));
    term.changes = vec![extend(DAYS(1)); MAX_CHANGES + 1];
    let count = MAX_CHANGES + 1;
    assert_eq!(term.validate(), [TermFault::TooManyChanges { count }]);
}

#[test]
fn limits_that_add_up_beyond_the_year_9999_are_a_fault() {
    let mut spec = CalendarSpec::default();
    let [monday, ..] = &mut spec.weekly;
    monday.push(Session::parse("08:00-08:01").unwrap());
    let calendar = Calendar::compile(&spec).unwrap();
    let mut term = Term::new(TimeLimit::WorkingHours(8_760), at("2026-03-04 10:00"));
    assert_eq!(term.due(&calendar), Err(vec![TermFault::DueTooFar]));
    term.limit = DAYS(3_650);
    let far = term.due(&calendar).unwrap();
    assert_eq!(far.due_day.to_string(), "2096-02-20");
    let explanation = term.explain(&calendar).unwrap();
    assert!(explanation.truncated);
    let listed = explanation.counted.len() + explanation.skipped.len();
    assert_eq!(listed, crate::deadline::MAX_DAYS_LISTED);
    term.changes = vec![extend(DAYS(3_650)); MAX_CHANGES];
    assert_eq!(term.due(&calendar), Err(vec![TermFault::DueTooFar]));
}

fn told(term: &Term) -> (Vec<String>, Vec<(String, &'static str)>) {
    let explanation = term.explain(&calendar()).unwrap();
    let counted = explanation
        .counted
        .iter()
        .map(|d| d.format("%d/%m").to_string());
    let skipped = explanation.skipped.iter();
    let skipped = skipped.map(|s| (s.date.format("%d/%m").to_string(), s.reason.code()));
    (counted.collect(), skipped.collect())
}

fn owned(skipped: &[(&str, &'static str)]) -> Vec<(String, &'static str)> {
    skipped
        .iter()
        .map(|(date, code)| ((*date).to_owned(), *code))
        .collect()
}

#[test]
fn an_explanation_tells_receipt_weekend_holiday_and_stop_apart() {
    let term = Term::new(DAYS(2), at("2026-02-12 17:00")).with(stop(
        "2026-02-23 10:00",
        "2026-02-24 08:00",
        Then::Resume,
    ));
    let (counted, skipped) = told(&term);
    assert_eq!(counted, ["24/02", "25/02"]);
    assert_eq!(
        skipped,
        owned(&[
            ("12/02", "outside_hours"),
            ("13/02", "day_of_receipt"),
            ("14/02", "weekend"),
            ("15/02", "weekend"),
            ("16/02", "closed"),
            ("17/02", "closed"),
            ("18/02", "closed"),
            ("19/02", "closed"),
            ("20/02", "closed"),
            ("21/02", "weekend"),
            ("22/02", "weekend"),
            ("23/02", "stopped"),
        ])
    );
}

#[test]
fn an_explanation_tells_of_a_restart_and_of_a_late_hour() {
    let term = Term::new(DAYS(1), at("2026-03-02 09:00")).with(stop(
        "2026-03-02 10:00",
        "2026-03-04 09:00",
        Then::Restart,
    ));
    let (counted, skipped) = told(&term);
    assert_eq!(counted, ["05/03"]);
    let restarted = [
        ("02/03", "restarted"),
        ("03/03", "restarted"),
        ("04/03", "day_of_receipt"),
    ];
    assert_eq!(skipped, owned(&restarted));

    let same_day = TimeLimit::SameDay {
        cutoff: default_cutoff(),
    };
    let (counted, skipped) = told(&Term::new(same_day, at("2026-03-02 15:01")));
    assert_eq!(
        (counted, skipped),
        (vec!["03/03".into()], owned(&[("02/03", "after_cutoff")]))
    );
    let (counted, skipped) = told(&Term::new(same_day, at("2026-03-02 15:00")));
    assert_eq!((counted, skipped), (vec!["02/03".into()], vec![]));
}

#[test]
fn calendar_days_count_weekends_but_not_the_ones_they_roll_over() {
    // Five days after Monday the 2nd is Saturday the 7th.
    let (counted, skipped) = told(&Term::new(
        TimeLimit::CalendarDays(5),
        at("2026-03-02 09:00"),
    ));
    assert_eq!(counted, ["03/03", "04/03", "05/03", "06/03", "09/03"]);
    let rolled = [
        ("02/03", "day_of_receipt"),
        ("07/03", "weekend"),
        ("08/03", "weekend"),
    ];
    assert_eq!(skipped, owned(&rolled));
}

#[test]
fn hours_count_on_the_days_on_which_they_are_worked() {
    let term = Term::new(TimeLimit::WorkingHours(9), at("2026-03-05 16:30")).with(stop(
        "2026-03-06 07:00",
        "2026-03-06 17:30",
        Then::Resume,
    ));
    let (counted, skipped) = told(&term);
    assert_eq!(counted, ["05/03", "09/03", "10/03"]);
    let stopped = [
        ("06/03", "stopped"),
        ("07/03", "weekend"),
        ("08/03", "weekend"),
    ];
    assert_eq!(skipped, owned(&stopped));
}

#[test]
fn reasons_and_faults_speak_vietnamese_and_english() {
    let closed = SkipReason::Closed("Tết".into());
    assert_eq!(closed.text(Lang::Vi), "ngày nghỉ: Tết");
    assert_eq!(SkipReason::Weekend.text(Lang::En), "weekly day off");
    let fault = TermFault::StopsOverlap { change: 1 };
    assert_eq!(
        fault.to_string(),
        "the stop begins before an earlier one has ended"
    );
    assert_eq!((fault.code(), fault.change()), ("stops_overlap", Some(1)));
}
