//! The promised date: acceptance, extension, re-appointment.

use domain::deadline::{Calendar, TimeLimit};
use domain::dossier::{Command, Refusal};

use super::support::{
    CLERK, Office, at, forward, payment, reappoint, resolve, sessions, show, spec, supplement, to,
};

#[test]
fn the_clock_starts_at_acceptance_and_not_at_submission() {
    let office = Office::new();
    let case = office.submit("2026-03-02 09:00");
    assert!(case.dossier.promise.is_none());
    let case = case.does("2026-03-04 16:00", Command::Accept { clerk: to(CLERK) });
    assert_eq!(case.due(), "2026-03-18 17:00");
}

#[test]
fn what_is_registered_on_the_last_day_before_tet_is_promised_after_it() {
    let office = Office::with_limit(TimeLimit::WorkingDays(2));
    assert_eq!(
        office.register("2026-02-13 16:00").due(),
        "2026-02-24 17:00"
    );
    assert_eq!(
        office.register("2026-02-14 09:00").due(),
        "2026-02-25 17:00"
    );
}

#[test]
fn a_promise_into_a_year_without_holidays_is_provisional() {
    let office = Office::with_limit(TimeLimit::WorkingDays(10));
    let case = office.register("2026-12-28 09:00");
    assert!(case.dossier.promise.unwrap().provisional);
    assert!(
        !office
            .register("2026-03-02 09:00")
            .dossier
            .promise
            .unwrap()
            .provisional
    );
}

#[test]
fn an_extension_moves_the_date_by_the_extra_limit_once() {
    let office = Office::new();
    let case = office
        .processing("2026-03-02 09:00")
        .does("2026-03-16 17:00", Command::Extend);
    assert_eq!(case.due(), "2026-03-23 17:00");
    assert_eq!(case.stands("2026-03-20 09:00"), "within_term");
    assert_eq!(
        case.refuses("2026-03-17 09:00", Command::Extend),
        Refusal::AlreadyExtended
    );
    assert_eq!(
        show(case.dossier.promise.unwrap().due_at_original),
        "2026-03-16 17:00"
    );
}

#[test]
fn a_dossier_at_the_desk_may_be_extended() {
    let office = Office::new();
    let case = office
        .register("2026-03-02 09:00")
        .does("2026-03-02 10:00", Command::Extend);
    assert_eq!(case.due(), "2026-03-23 17:00");
}

#[test]
fn a_late_dossier_is_not_extended() {
    let office = Office::new();
    let case = office.processing("2026-03-02 09:00");
    let refused = case.refuses("2026-03-16 17:00:00.000001", Command::Extend);
    assert_eq!(refused, Refusal::AlreadyLate);
}

#[test]
fn a_procedure_without_an_extra_limit_is_not_extended() {
    let mut office = Office::new();
    office.rules.extra_limit = None;
    let case = office.processing("2026-03-02 09:00");
    assert_eq!(
        case.refuses("2026-03-03 09:00", Command::Extend),
        Refusal::NoExtraLimit
    );
}

#[test]
fn a_re_appointment_happens_once_and_only_to_a_later_date() {
    let office = Office::new();
    let case = office.processing("2026-03-02 09:00");
    for date in ["2026-03-16 17:00", "2026-03-13 17:00"] {
        assert_eq!(
            case.refuses("2026-03-05 09:00", reappoint(date)),
            Refusal::NewDateNotLater
        );
    }
    let past = case.refuses("2026-03-19 09:00", reappoint("2026-03-18 17:00"));
    assert_eq!(past, Refusal::NewDateNotLater);
    let case = case.does("2026-03-05 09:00", reappoint("2026-03-20 17:00"));
    assert_eq!(case.due(), "2026-03-20 17:00");
    let again = case.refuses("2026-03-06 09:00", reappoint("2026-03-25 17:00"));
    assert_eq!(again, Refusal::AlreadyReappointed);
}

#[test]
fn a_re_appointment_lies_in_working_time_or_at_the_end_of_a_session() {
    let office = Office::new();
    let case = office.processing("2026-03-02 09:00");
    for date in ["2026-03-20 07:30", "2026-03-20 11:30", "2026-03-20 17:00"] {
        case.clone().does("2026-03-05 09:00", reappoint(date));
    }
    for date in [
        "2026-03-20 07:29",
        "2026-03-20 12:00",
        "2026-03-20 17:01",
        "2026-03-21 09:00",
        "2026-04-30 09:00",
    ] {
        let refused = case.refuses("2026-03-05 09:00", reappoint(date));
        assert_eq!(refused, Refusal::NewDateNotWorkingTime, "{date}");
    }
}

#[test]
fn a_re_appointment_to_midnight_where_the_office_works_until_then_is_in_working_time() {
    let mut spec = spec();
    spec.weekly[4] = sessions(&["13:00-24:00"]);
    let mut office = Office::new();
    office.calendar = Calendar::compile(&spec).unwrap();
    let case = office.processing("2026-03-02 09:00");
    case.does("2026-03-05 09:00", reappoint("2026-03-21 00:00"));
}

#[test]
fn a_refused_re_appointment_leaves_the_one_that_is_allowed() {
    let office = Office::new();
    let case = office.processing("2026-03-02 09:00");
    case.refuses("2026-03-05 09:00", reappoint("2026-03-21 09:00"));
    case.does("2026-03-05 09:00", reappoint("2026-03-20 09:00"));
}

#[test]
fn a_re_appointed_dossier_is_judged_by_both_dates() {
    let office = Office::new();
    let case = office
        .at_last_step("2026-03-02 09:00")
        .does("2026-03-05 09:00", reappoint("2026-03-25 17:00"));
    let case = case.does("2026-03-18 09:00", resolve());
    assert_eq!(case.stands("2026-04-01 09:00"), "early");
    assert_eq!(case.stands_by_original("2026-04-01 09:00"), "late");
}

#[test]
fn a_payment_after_a_re_appointment_moves_both_dates() {
    let office = Office::new();
    let case = office
        .at_last_step("2026-03-02 09:00")
        .does("2026-03-05 09:00", reappoint("2026-03-25 17:00"));
    let case = case
        .does("2026-03-06 09:00", payment())
        .does("2026-03-13 09:00", Command::ConfirmPayment);
    assert_eq!(case.due(), "2026-04-01 17:00");
    assert_eq!(
        show(case.dossier.promise.unwrap().by_rules()),
        "2026-03-23 17:00"
    );
    let case = case.does("2026-03-23 10:00", resolve());
    assert_eq!(case.stands_by_original("2026-04-01 09:00"), "on_time");
}

#[test]
fn a_payment_after_the_original_date_does_not_move_it() {
    let office = Office::new();
    let case = office
        .at_last_step("2026-03-02 09:00")
        .does("2026-03-05 09:00", reappoint("2026-03-25 17:00"));
    let case = case.does("2026-03-17 09:00", payment());
    assert_eq!(case.stands("2026-03-18 09:00"), "within_term");
    assert_eq!(case.stands_by_original("2026-03-18 09:00"), "overdue");
    let case = case
        .does("2026-03-19 09:00", Command::ConfirmPayment)
        .does("2026-03-19 10:00", resolve());
    assert_eq!(case.stands_by_original("2026-04-01 09:00"), "late");
}

#[test]
fn a_supplement_after_a_re_appointment_begins_the_date_by_the_rules_again() {
    let office = Office::new();
    let case = office
        .at_last_step("2026-03-02 09:00")
        .does("2026-03-03 09:00", reappoint("2026-03-18 17:00"));
    let case = case
        .does("2026-03-05 09:00", supplement())
        .does("2026-03-12 09:00", Command::ReceiveSupplement);
    assert_eq!(case.due(), "2026-03-26 17:00");
    assert!(!case.dossier.promise.unwrap().hand_set);
    let case = case.does("2026-03-26 10:00", resolve());
    assert_eq!(case.stands_by_original("2026-04-01 09:00"), "on_time");
}

#[test]
fn an_extension_after_a_re_appointment_moves_both_dates() {
    let office = Office::new();
    let case = office
        .at_last_step("2026-03-02 09:00")
        .does("2026-03-05 09:00", reappoint("2026-03-18 17:00"));
    let case = case.does("2026-03-06 09:00", Command::Extend);
    assert_eq!(case.due(), "2026-03-25 17:00");
    assert_eq!(
        show(case.dossier.promise.unwrap().by_rules()),
        "2026-03-23 17:00"
    );
}

#[test]
fn a_re_appointed_dossier_past_its_original_date_is_too_late_to_extend() {
    let office = Office::new();
    let case = office
        .processing("2026-03-02 09:00")
        .does("2026-03-05 09:00", reappoint("2026-03-25 17:00"));
    assert_eq!(
        case.refuses("2026-03-17 09:00", Command::Extend),
        Refusal::AlreadyLate
    );
}

#[test]
fn a_late_dossier_may_still_be_re_appointed_and_stays_late_by_its_original_date() {
    let office = Office::new();
    let case = office
        .register("2026-03-02 09:00")
        .does("2026-03-02 09:00", forward(2));
    let case = case.does("2026-03-17 09:00", reappoint("2026-03-25 17:00"));
    assert_eq!(case.stands("2026-03-18 09:00"), "within_term");
    assert_eq!(case.stands_by_original("2026-03-18 09:00"), "overdue");
    assert_eq!(case.dossier.late_after(), Some(at("2026-03-25 17:00")));
}
