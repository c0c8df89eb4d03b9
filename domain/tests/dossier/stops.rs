//! The clock stands still: supplements, payments, and cases closed meanwhile.

use domain::deadline::TimeLimit;
use domain::dossier::{Command, Refusal, State};

use super::support::{
    CLERK, Office, SPECIALIST, at, forward, payment, resolve, show, supplement, to,
};

const BACK: Command = Command::ReceiveSupplement;

#[test]
fn a_supplement_is_asked_for_once_at_each_stage() {
    let office = Office::new();
    let day = "2026-03-02 09:00";
    let case = office.submit(day).does(day, supplement()).does(day, BACK);
    assert_eq!(case.dossier.state(), State::Submitted);
    assert_eq!(
        case.refuses(day, supplement()),
        Refusal::SupplementAlreadyRequested
    );
    let case = case.does(day, Command::Accept { clerk: to(CLERK) });
    let case = case
        .does(day, forward(SPECIALIST))
        .does(day, supplement())
        .does(day, BACK);
    assert_eq!(
        case.refuses(day, supplement()),
        Refusal::SupplementAlreadyRequested
    );
}

#[test]
fn appraisal_asks_for_papers_within_3_working_days_of_acceptance() {
    let office = Office::new();
    let case = office.processing("2026-03-05 09:00");
    case.clone().does("2026-03-10 17:00", supplement());
    let late = case.refuses("2026-03-10 17:00:00.000001", supplement());
    assert_eq!(late, Refusal::SupplementTooLate);
}

#[test]
fn the_3_working_days_pass_over_tet() {
    let office = Office::new();
    let case = office.processing("2026-02-12 09:00");
    case.clone().does("2026-02-24 17:00", supplement());
    assert_eq!(
        case.refuses("2026-02-25 07:30", supplement()),
        Refusal::SupplementTooLate
    );
}

#[test]
fn after_a_supplement_at_intake_the_desk_has_8_working_hours_again() {
    let office = Office::new();
    let case = office
        .submit("2026-03-02 09:00")
        .does("2026-03-02 10:00", supplement());
    let case = case.does("2026-03-05 09:00", BACK);
    let domain::dossier::Life::Submitted { answer_by } = case.dossier.life else {
        panic!("not submitted");
    };
    assert_eq!(show(answer_by), "2026-03-06 09:00");
    assert!(case.dossier.promise.is_none() && case.dossier.term.is_none());
}

#[test]
fn after_a_supplement_in_appraisal_the_term_and_the_step_begin_again_from_zero() {
    let office = Office::new();
    let case = office
        .processing("2026-03-02 09:00")
        .does("2026-03-04 09:00", supplement());
    let case = case.does("2026-03-10 09:00", BACK);
    assert_eq!(
        (case.due(), case.step_due()),
        ("2026-03-24 17:00".into(), "2026-03-12 17:00".into())
    );
    assert_eq!(
        show(case.dossier.promise.unwrap().due_at_original),
        "2026-03-16 17:00"
    );
    assert_eq!(case.step().holder, SPECIALIST);
}

#[test]
fn an_extension_granted_before_a_supplement_is_kept_after_it() {
    let office = Office::new();
    let case = office
        .processing("2026-03-02 09:00")
        .does("2026-03-02 10:00", Command::Extend);
    let case = case
        .does("2026-03-04 09:00", supplement())
        .does("2026-03-05 09:00", BACK);
    assert_eq!(case.due(), "2026-03-26 17:00");
}

#[test]
fn the_15_days_for_papers_roll_over_days_off() {
    let office = Office::new();
    let lapses = |asked: &str| {
        office
            .submit("2026-01-05 09:00")
            .does(asked, supplement())
            .lapse_at()
    };
    assert_eq!(lapses("2026-03-03 09:00"), "2026-03-18 17:00");
    assert_eq!(lapses("2026-03-06 09:00"), "2026-03-23 17:00");
    assert_eq!(lapses("2026-02-02 09:00"), "2026-02-23 17:00");
}

#[test]
fn papers_are_taken_until_the_last_instant_and_lapse_only_after_it() {
    let office = Office::new();
    let case = office
        .processing("2026-03-02 09:00")
        .does("2026-03-03 09:00", supplement());
    let last = "2026-03-18 17:00";
    assert_eq!(case.refuses(last, Command::Lapse), Refusal::NotLapsedYet);
    case.clone().does(last, BACK);
    let after = "2026-03-18 17:00:00.000001";
    assert_eq!(case.refuses(after, BACK), Refusal::SupplementLapsed);
    assert_eq!(
        case.does(after, Command::Lapse).dossier.state(),
        State::Stopped
    );
}

#[test]
fn a_payment_gives_back_the_closings_it_stood_over() {
    let office = Office::new();
    let case = office
        .processing("2026-03-02 09:00")
        .does("2026-03-03 16:00", payment());
    let case = case.does("2026-03-06 09:00", Command::ConfirmPayment);
    assert_eq!(
        (case.due(), case.step_due()),
        ("2026-03-19 17:00".into(), "2026-03-09 17:00".into())
    );
}

#[test]
fn payments_may_be_asked_for_again_and_each_stands_on_its_own() {
    let office = Office::new();
    let case = office
        .processing("2026-03-02 09:00")
        .does("2026-03-03 09:00", payment());
    let case = case.does("2026-03-04 09:00", Command::ConfirmPayment);
    let case = case
        .does("2026-03-04 09:00", payment())
        .does("2026-03-05 09:00", Command::ConfirmPayment);
    assert_eq!(case.due(), "2026-03-18 17:00");
}

#[test]
fn a_same_day_procedure_counts_again_from_the_payment() {
    let office = Office::with_limit(TimeLimit::SameDay {
        cutoff: domain::deadline::default_cutoff(),
    });
    let case = office.processing("2026-03-02 09:00");
    assert_eq!(case.due(), "2026-03-02 17:00");
    let case = case.does("2026-03-02 10:00", payment());
    assert_eq!(case.stands("2026-03-04 10:00"), "within_term");
    let early = case
        .clone()
        .does("2026-03-04 10:00", Command::ConfirmPayment);
    assert_eq!(early.due(), "2026-03-04 17:00");
    let late = case.does("2026-03-04 16:00", Command::ConfirmPayment);
    assert_eq!(late.due(), "2026-03-05 17:00");
}

#[test]
fn a_stopped_dossier_does_not_become_late() {
    let office = Office::new();
    let case = office
        .processing("2026-03-02 09:00")
        .does("2026-03-16 17:00", payment());
    assert_eq!(case.stands("2026-04-20 10:00"), "within_term");
    assert_eq!(case.dossier.late_after(), None);
}

#[test]
fn a_stop_that_begins_after_the_due_date_changes_nothing() {
    let office = Office::new();
    let case = office
        .processing("2026-03-02 09:00")
        .does("2026-03-17 09:00", payment());
    assert_eq!(case.stands("2026-03-18 09:00"), "overdue");
    assert_eq!(case.dossier.late_after(), Some(at("2026-03-16 17:00")));
    let case = case.does("2026-03-20 09:00", Command::ConfirmPayment);
    assert_eq!(case.due(), "2026-03-16 17:00");
}

#[test]
fn a_supplement_asked_for_after_the_due_date_does_not_wash_the_lateness_away() {
    let office = Office::with_limit(TimeLimit::WorkingDays(1));
    let case = office
        .processing("2026-03-02 09:00")
        .does("2026-03-04 09:00", supplement());
    assert_eq!(case.stands("2026-03-05 09:00"), "overdue");
    let case = case.does("2026-03-06 09:00", BACK);
    assert_eq!(
        (case.due(), case.stands("2026-03-06 10:00")),
        ("2026-03-03 17:00".into(), "overdue")
    );
}

#[test]
fn a_case_that_lapses_after_its_due_date_was_not_late_for_the_days_it_stood_still() {
    let office = Office::with_limit(TimeLimit::WorkingDays(5));
    let case = office
        .processing("2026-03-02 09:00")
        .does("2026-03-03 09:00", supplement());
    let case = case.does("2026-03-19 07:30", Command::Lapse);
    assert_eq!(case.stands("2026-04-01 09:00"), "early");
    assert_eq!(case.stands_by_original("2026-04-01 09:00"), "early");
    assert_eq!(case.dossier.ended_at(), Some(at("2026-03-19 07:30")));
}

#[test]
fn a_case_withdrawn_or_stopped_while_the_clock_stands_still_is_judged_when_it_stopped() {
    let office = Office::with_limit(TimeLimit::WorkingDays(5));
    for command in [Command::Withdraw, Command::Stop] {
        let case = office.processing("2026-03-02 09:00");
        let on_time = case
            .clone()
            .does("2026-03-09 10:00", payment())
            .does("2026-03-12 09:00", command.clone());
        assert_eq!(on_time.stands("2026-04-01 09:00"), "on_time");
        let late = case
            .does("2026-03-10 10:00", payment())
            .does("2026-03-12 09:00", command);
        let judged = late
            .dossier
            .timeliness(at("2026-04-01 09:00"), &office.calendar);
        assert_eq!(judged.lateness().unwrap().working_days, 3);
    }
}

#[test]
fn a_case_closed_while_the_clock_ran_is_judged_when_it_was_closed() {
    let office = Office::with_limit(TimeLimit::WorkingDays(5));
    for (closed, word) in [
        ("2026-03-06 16:00", "early"),
        ("2026-03-09 16:00", "on_time"),
        ("2026-03-10 08:00", "late"),
    ] {
        let case = office
            .processing("2026-03-02 09:00")
            .does(closed, Command::Stop);
        assert_eq!(case.stands("2026-04-01 09:00"), word);
    }
}

#[test]
fn a_case_withdrawn_before_acceptance_has_no_promise_to_be_judged_by() {
    let office = Office::new();
    let case = office
        .submit("2026-03-02 09:00")
        .does("2026-03-02 10:00", supplement());
    let case = case.does("2026-03-20 09:00", Command::Lapse);
    assert_eq!(case.stands("2026-03-21 09:00"), "not_started");
    assert_eq!(case.dossier.late_after(), None);
}

#[test]
fn what_was_resolved_after_a_payment_is_judged_by_the_date_that_the_payment_moved() {
    let office = Office::new();
    let case = office
        .at_last_step("2026-03-02 09:00")
        .does("2026-03-03 09:00", payment());
    let case = case
        .does("2026-03-05 09:00", Command::ConfirmPayment)
        .does("2026-03-18 16:00", resolve());
    assert_eq!(case.stands("2026-04-01 09:00"), "on_time");
}
