//! Early, on time, late: at the instants where one becomes the other.

use domain::deadline::{Calendar, TimeLimit};
use domain::dossier::{Command, Timeliness, judge};

use super::support::{Office, at, resolve, sessions, spec};

/// Registered on Monday 2 March with 10 working days: due on Monday 16 March at 17:00.
fn resolved_at(now: &str) -> &'static str {
    let office = Office::new();
    office
        .at_last_step("2026-03-02 09:00")
        .does(now, resolve())
        .stands("2026-06-01 09:00")
}

#[test]
fn a_result_on_an_earlier_day_is_early() {
    assert_eq!(resolved_at("2026-03-13 17:00"), "early");
    assert_eq!(resolved_at("2026-03-15 23:59:59.999999"), "early");
}

#[test]
fn a_result_on_the_due_day_until_the_due_instant_is_on_time() {
    assert_eq!(resolved_at("2026-03-16 00:00"), "on_time");
    assert_eq!(resolved_at("2026-03-16 17:00"), "on_time");
}

#[test]
fn a_result_after_the_due_instant_is_late_even_on_the_due_day() {
    assert_eq!(resolved_at("2026-03-16 17:00:00.000001"), "late");
    assert_eq!(resolved_at("2026-03-17 07:30"), "late");
}

#[test]
fn an_open_dossier_becomes_overdue_just_after_its_due_instant() {
    let office = Office::new();
    let case = office.processing("2026-03-02 09:00");
    assert_eq!(case.stands("2026-03-16 17:00"), "within_term");
    assert_eq!(case.stands("2026-03-16 17:00:00.000001"), "overdue");
    assert_eq!(case.dossier.late_after(), Some(at("2026-03-16 17:00")));
}

#[test]
fn lateness_is_counted_in_working_time_and_in_working_days() {
    let office = Office::new();
    let late = judge(
        at("2026-03-18 09:00"),
        at("2026-03-16 17:00"),
        &office.calendar,
    );
    let lateness = late.lateness().unwrap();
    assert_eq!(lateness.working_time.num_minutes(), 8 * 60 + 90);
    assert_eq!(lateness.working_days, 2);
}

#[test]
fn lateness_over_tet_counts_no_day_off() {
    let office = Office::new();
    let late = judge(
        at("2026-02-22 09:00"),
        at("2026-02-13 17:00"),
        &office.calendar,
    );
    let lateness = late.lateness().unwrap();
    assert_eq!(
        (lateness.working_time.num_minutes(), lateness.working_days),
        (0, 0)
    );
}

#[test]
fn an_hour_s_term_ends_within_the_day() {
    let office = Office::with_limit(TimeLimit::WorkingHours(4));
    let case = office.at_last_step("2026-03-02 09:00");
    assert_eq!(case.due(), "2026-03-02 14:30");
    assert_eq!(
        case.clone()
            .does("2026-03-02 10:00", resolve())
            .stands("2026-03-03 09:00"),
        "on_time"
    );
    assert_eq!(
        case.does("2026-03-02 14:31", resolve())
            .stands("2026-03-03 09:00"),
        "late"
    );
}

#[test]
fn a_day_that_works_until_midnight_is_judged_as_one_day() {
    let mut spec = spec();
    spec.weekly[0] = sessions(&["13:00-24:00"]);
    let calendar = Calendar::compile(&spec).unwrap();
    // The close of Monday 16 March.
    let due_at = at("2026-03-17 00:00");
    assert_eq!(
        judge(at("2026-03-15 14:00"), due_at, &calendar),
        Timeliness::Early
    );
    assert_eq!(
        judge(at("2026-03-16 14:00"), due_at, &calendar),
        Timeliness::OnTime
    );
    assert_eq!(judge(due_at, due_at, &calendar), Timeliness::OnTime);
    let late = judge(at("2026-03-17 09:00"), due_at, &calendar);
    assert_eq!(late.lateness().unwrap().working_days, 1);
}

#[test]
fn returning_the_result_late_changes_nothing_about_the_judgement() {
    let office = Office::new();
    let case = office
        .at_last_step("2026-03-02 09:00")
        .does("2026-03-12 09:00", resolve());
    let case = case.does("2026-04-12 09:00", Command::ReturnResult);
    assert_eq!(case.stands("2026-06-01 09:00"), "early");
    assert_eq!(case.dossier.ended_at(), Some(at("2026-03-12 09:00")));
    assert_eq!(case.dossier.late_after(), None);
}

#[test]
fn before_acceptance_and_after_a_refusal_nothing_is_judged() {
    let office = Office::new();
    let case = office.submit("2026-03-02 09:00");
    assert_eq!(case.stands("2026-06-01 09:00"), "not_started");
    assert_eq!(
        case.does("2026-03-02 10:00", Command::Refuse)
            .stands("2026-06-01 09:00"),
        "not_started"
    );
}
