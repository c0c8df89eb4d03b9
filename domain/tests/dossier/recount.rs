//! A holiday announced late: dates move later or stay.

use domain::deadline::Calendar;
use domain::dossier::Command;

use super::support::{Case, Office, at, date, payment, reappoint, show, spec, supplement};

/// The same calendar with one more day off.
fn with_holiday(day: &str) -> Calendar {
    let mut spec = spec();
    spec.closed.insert(date(day), "Nghỉ bất thường".into());
    Calendar::compile(&spec).unwrap()
}

/// The same calendar with a Saturday that is worked.
fn with_make_up(day: &str) -> Calendar {
    let mut spec = spec();
    spec.make_up.insert(date(day), "Làm bù".into());
    Calendar::compile(&spec).unwrap()
}

fn recounted<'a>(case: &Case<'a>, calendar: &Calendar) -> Option<Case<'a>> {
    let next = case
        .dossier
        .recompute(at("2026-03-02 09:00"), calendar)
        .unwrap();
    if let Some(next) = &next {
        let again = next.recompute(at("2026-03-02 09:00"), calendar).unwrap();
        assert_eq!(again, None, "a second run changes nothing");
    }
    next.map(|dossier| Case {
        dossier,
        office: case.office,
    })
}

#[test]
fn a_holiday_moves_the_promise_and_the_step_and_keeps_what_was_printed() {
    let office = Office::new();
    let case = office.processing("2026-03-02 09:00");
    assert_eq!(
        (case.due(), case.step_due()),
        ("2026-03-16 17:00".into(), "2026-03-04 17:00".into())
    );
    let moved = recounted(&case, &with_holiday("2026-03-03")).unwrap();
    assert_eq!(
        (moved.due(), moved.step_due()),
        ("2026-03-17 17:00".into(), "2026-03-05 17:00".into())
    );
    assert_eq!(
        show(moved.dossier.promise.unwrap().due_at_original),
        "2026-03-16 17:00"
    );
}

#[test]
fn a_day_that_becomes_worked_moves_nothing_earlier() {
    let office = Office::new();
    let case = office.processing("2026-03-02 09:00");
    let kept = recounted(&case, &with_make_up("2026-03-07")).unwrap();
    assert_eq!(kept.due(), "2026-03-16 17:00");
    assert_eq!(kept.stands("2026-03-16 16:00"), "within_term");
}

#[test]
fn a_calendar_that_goes_to_and_fro_does_not_fill_the_term() {
    let office = Office::new();
    let mut case = office.processing("2026-03-02 09:00");
    let calendars = [
        with_make_up("2026-03-07"),
        with_make_up("2026-03-14"),
        with_holiday("2026-03-10"),
    ];
    for calendar in calendars.iter().cycle().take(30) {
        case = recounted(&case, calendar).unwrap_or(case);
    }
    assert!(case.dossier.term.as_ref().unwrap().changes.len() <= 1);
    assert_eq!(case.due(), "2026-03-17 17:00");
}

#[test]
fn a_date_set_by_hand_stays_while_the_date_by_the_rules_follows_the_calendar() {
    let office = Office::new();
    let case = office
        .processing("2026-03-02 09:00")
        .does("2026-03-05 09:00", reappoint("2026-03-25 17:00"));
    let moved = recounted(&case, &with_holiday("2026-03-12")).unwrap();
    assert_eq!(moved.due(), "2026-03-25 17:00");
    assert!(moved.dossier.promise.unwrap().hand_set);
    assert_eq!(
        show(moved.dossier.promise.unwrap().by_rules()),
        "2026-03-17 17:00"
    );
}

#[test]
fn the_time_for_a_supplement_follows_the_calendar() {
    let office = Office::new();
    let case = office
        .processing("2026-03-02 09:00")
        .does("2026-03-03 09:00", supplement());
    assert_eq!(case.lapse_at(), "2026-03-18 17:00");
    let moved = recounted(&case, &with_holiday("2026-03-18")).unwrap();
    assert_eq!(moved.lapse_at(), "2026-03-19 17:00");
}

#[test]
fn a_stop_that_was_running_during_a_recount_still_counts() {
    let office = Office::new();
    let case = office
        .processing("2026-03-02 09:00")
        .does("2026-03-04 09:00", payment());
    let moved = recounted(&case, &with_make_up("2026-03-07")).unwrap();
    let paid = moved.does("2026-03-06 09:00", Command::ConfirmPayment);
    assert_eq!(paid.due(), "2026-03-18 17:00");
}

#[test]
fn an_ended_dossier_is_left_alone() {
    let office = Office::new();
    let case = office
        .processing("2026-03-02 09:00")
        .does("2026-03-04 09:00", Command::Withdraw);
    assert!(recounted(&case, &with_holiday("2026-03-12")).is_none());
}

#[test]
fn the_answer_to_a_submission_follows_the_calendar() {
    let office = Office::new();
    let case = office.submit("2026-03-02 09:00");
    let moved = recounted(&case, &with_holiday("2026-03-03")).unwrap();
    let domain::dossier::Life::Submitted { answer_by } = moved.dossier.life else {
        panic!("no longer submitted");
    };
    assert_eq!(show(answer_by), "2026-03-04 09:00");
}
