//! A wrong result is corrected in a term of its own; the first judgement stays.

use domain::dossier::{Command, Refusal, State, StepPlace};

use super::support::{Case, MANAGER, Office, at, correct, reappoint, resolve, supplement};

/// Resolved one day early and returned, then opened again a month later.
fn in_correction(office: &Office) -> Case<'_> {
    let case = office
        .at_last_step("2026-03-02 09:00")
        .does("2026-03-13 09:00", resolve());
    case.does("2026-03-16 09:00", Command::ReturnResult)
        .does("2026-04-13 09:00", correct())
}

#[test]
fn a_correction_has_3_working_days_at_the_last_step() {
    let office = Office::new();
    let case = in_correction(&office);
    assert_eq!(
        (case.dossier.state(), case.due()),
        (State::Processing, "2026-04-16 17:00".into())
    );
    assert_eq!(
        (case.step().place, case.step().holder),
        (StepPlace::Route(2), MANAGER)
    );
    assert_eq!(case.stands("2026-04-16 17:00"), "within_term");
    assert_eq!(case.stands("2026-04-17 09:00"), "overdue");
    assert_eq!(case.dossier.late_after(), Some(at("2026-04-16 17:00")));
}

#[test]
fn a_late_correction_leaves_the_first_judgement_and_its_instant_as_they_were() {
    let office = Office::new();
    let case = in_correction(&office).does("2026-04-20 09:00", resolve());
    assert_eq!(case.stands("2026-06-01 09:00"), "early");
    assert_eq!(case.dossier.ended_at(), Some(at("2026-03-13 09:00")));
    let case = case.does("2026-04-21 09:00", Command::ReturnResult);
    assert_eq!(case.stands("2026-06-01 09:00"), "early");
    assert_eq!(case.dossier.ended_at(), Some(at("2026-03-13 09:00")));
}

#[test]
fn a_correction_in_time_does_not_wash_a_late_first_result_away() {
    let office = Office::new();
    let case = office
        .at_last_step("2026-03-02 09:00")
        .does("2026-03-18 09:00", resolve());
    let case = case
        .does("2026-03-18 10:00", correct())
        .does("2026-03-18 11:00", resolve());
    assert_eq!(case.stands("2026-06-01 09:00"), "late");
}

#[test]
fn a_second_correction_has_its_own_term_too() {
    let office = Office::new();
    let case = in_correction(&office)
        .does("2026-04-14 09:00", resolve())
        .does("2026-04-15 09:00", correct());
    assert_eq!(case.due(), "2026-04-20 17:00");
    let case = case.does("2026-04-15 10:00", resolve());
    assert_eq!(
        case.dossier.first_result.unwrap().resolved_at,
        at("2026-03-13 09:00")
    );
}

#[test]
fn the_applicant_is_not_asked_for_papers_to_correct_an_error_of_the_authority() {
    let office = Office::new();
    let refused = in_correction(&office).refuses("2026-04-13 10:00", supplement());
    assert_eq!(refused, Refusal::InCorrection);
}

#[test]
fn the_extra_limit_of_the_procedure_does_not_extend_a_correction() {
    let office = Office::new();
    let refused = in_correction(&office).refuses("2026-04-13 10:00", Command::Extend);
    assert_eq!(refused, Refusal::InCorrection);
}

#[test]
fn what_was_resolved_once_is_not_withdrawn_any_more() {
    let office = Office::new();
    let refused = in_correction(&office).refuses("2026-04-13 10:00", Command::Withdraw);
    assert_eq!(refused, Refusal::InCorrection);
}

#[test]
fn a_correction_that_is_stopped_keeps_the_first_judgement() {
    let office = Office::new();
    let case = in_correction(&office).does("2026-04-20 09:00", Command::Stop);
    assert_eq!(case.stands("2026-06-01 09:00"), "early");
    assert_eq!(case.dossier.ended_at(), Some(at("2026-03-13 09:00")));
}

#[test]
fn a_dossier_that_was_re_appointed_is_not_re_appointed_again_in_its_correction() {
    let office = Office::new();
    let case = office
        .at_last_step("2026-03-02 09:00")
        .does("2026-03-05 09:00", reappoint("2026-03-20 17:00"));
    let case = case
        .does("2026-03-18 09:00", resolve())
        .does("2026-03-23 09:00", correct());
    let refused = case.refuses("2026-03-23 10:00", reappoint("2026-03-31 17:00"));
    assert_eq!(refused, Refusal::AlreadyReappointed);
    let case = case.does("2026-03-24 09:00", resolve());
    assert_eq!(
        (
            case.stands("2026-06-01 09:00"),
            case.stands_by_original("2026-06-01 09:00")
        ),
        ("early", "late")
    );
}
