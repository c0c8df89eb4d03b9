//! Steps: forward, back, to another person, and the end of the route.

use domain::deadline::{Calendar, TimeLimit};
use domain::dossier::{Command, Refusal, State, StepPlace, hand_over_due};

use super::support::{
    CLERK, HEAD, MANAGER, Office, SPECIALIST, at, date, forward, resolve, send_back, sessions,
    show, spec, to,
};

fn hand_over(received: &str) -> String {
    show(hand_over_due(at(received), &Office::new().calendar))
}

#[test]
fn the_desk_hands_over_the_same_day_what_came_by_15_00() {
    assert_eq!(hand_over("2026-03-02 09:00"), "2026-03-02 17:00");
    assert_eq!(hand_over("2026-03-02 15:00"), "2026-03-02 17:00");
}

#[test]
fn the_desk_hands_over_at_the_start_of_the_next_working_day_what_came_after_15_00() {
    assert_eq!(hand_over("2026-03-02 15:00:00.000001"), "2026-03-03 08:30");
    assert_eq!(hand_over("2026-03-06 16:59"), "2026-03-09 08:30");
}

#[test]
fn what_came_outside_working_time_counts_as_come_at_the_next_opening() {
    assert_eq!(hand_over("2026-03-02 11:30"), "2026-03-02 17:00");
    assert_eq!(hand_over("2026-03-02 17:00"), "2026-03-03 17:00");
    assert_eq!(hand_over("2026-03-07 09:00"), "2026-03-09 17:00");
}

#[test]
fn the_desk_hands_over_around_tet() {
    assert_eq!(hand_over("2026-02-13 14:00"), "2026-02-13 17:00");
    assert_eq!(hand_over("2026-02-13 16:00"), "2026-02-23 08:30");
    assert_eq!(hand_over("2026-02-18 10:00"), "2026-02-23 17:00");
}

#[test]
fn a_half_day_is_handed_over_at_its_own_close() {
    let mut spec = spec();
    let half = domain::deadline::SpecialDay {
        sessions: sessions(&["07:30-11:30"]),
        reason: String::new(),
    };
    spec.special.insert(date("2026-03-03"), half);
    let calendar = Calendar::compile(&spec).unwrap();
    assert_eq!(
        show(hand_over_due(at("2026-03-03 09:00"), &calendar)),
        "2026-03-03 11:30"
    );
    assert_eq!(
        show(hand_over_due(at("2026-03-02 16:00"), &calendar)),
        "2026-03-03 08:30"
    );
}

#[test]
fn every_step_has_one_holder_and_a_fresh_budget() {
    let office = Office::new();
    let case = office.register("2026-03-02 09:00");
    assert_eq!(
        (case.step().place, case.step().holder),
        (StepPlace::Desk, CLERK)
    );
    let case = case.does("2026-03-02 10:00", forward(SPECIALIST));
    assert_eq!(
        (case.step().place, case.step().holder),
        (StepPlace::Route(0), SPECIALIST)
    );
    assert_eq!(case.step_due(), "2026-03-04 17:00");
    let case = case.does("2026-03-05 10:00", forward(HEAD));
    assert_eq!(
        (case.step().place, case.step().holder),
        (StepPlace::Route(1), HEAD)
    );
    assert_eq!(case.step_due(), "2026-03-09 17:00");
    assert_eq!(case.due(), "2026-03-16 17:00");
}

#[test]
fn sending_back_goes_one_step_back_with_a_fresh_budget_while_the_term_goes_on() {
    let office = Office::new();
    let case = office.at_last_step("2026-03-02 09:00");
    let case = case.does("2026-03-05 09:00", send_back(HEAD));
    assert_eq!(
        (case.step().place, case.step().holder),
        (StepPlace::Route(1), HEAD)
    );
    assert_eq!(
        (case.step_due(), case.due()),
        ("2026-03-09 17:00".into(), "2026-03-16 17:00".into())
    );
}

#[test]
fn the_first_step_and_the_desk_send_nothing_back() {
    let office = Office::new();
    let first = office.processing("2026-03-02 09:00");
    assert_eq!(
        first.refuses("2026-03-02 10:00", send_back(CLERK)),
        Refusal::AtFirstStep
    );
    let desk = office.register("2026-03-02 09:00");
    assert_eq!(
        desk.refuses("2026-03-02 10:00", send_back(CLERK)),
        Refusal::WrongState
    );
}

#[test]
fn only_the_last_step_resolves_and_it_forwards_no_further() {
    let office = Office::new();
    let first = office.processing("2026-03-02 09:00");
    assert_eq!(
        first.refuses("2026-03-02 10:00", resolve()),
        Refusal::NotAtLastStep
    );
    let middle = first.does("2026-03-02 10:00", forward(HEAD));
    assert_eq!(
        middle.refuses("2026-03-02 11:00", resolve()),
        Refusal::NotAtLastStep
    );
    let last = middle.does("2026-03-02 11:00", forward(MANAGER));
    assert_eq!(
        last.refuses("2026-03-02 11:10", forward(MANAGER)),
        Refusal::AtLastStep
    );
    assert_eq!(
        last.does("2026-03-02 11:10", resolve()).dossier.state(),
        State::Resolved
    );
}

#[test]
fn a_route_of_one_step_is_resolved_where_it_begins() {
    let mut office = Office::new();
    office.rules.steps.truncate(1);
    let case = office.processing("2026-03-02 09:00");
    assert_eq!(
        case.refuses("2026-03-02 10:00", forward(HEAD)),
        Refusal::AtLastStep
    );
    assert_eq!(
        case.refuses("2026-03-02 10:00", send_back(HEAD)),
        Refusal::AtFirstStep
    );
    assert_eq!(
        case.does("2026-03-02 10:00", resolve()).dossier.state(),
        State::Resolved
    );
}

#[test]
fn another_person_takes_the_step_over_with_what_is_left_of_its_budget() {
    let office = Office::new();
    let case = office.processing("2026-03-02 09:00");
    let assigned = case
        .clone()
        .does("2026-03-04 09:00", Command::Assign { to: to(HEAD) });
    assert_eq!(assigned.step().holder, HEAD);
    assert_eq!(
        (assigned.step().entered_at, assigned.step_due()),
        (case.step().entered_at, case.step_due())
    );
}

#[test]
fn whoever_closes_a_case_the_record_still_tells_where_it_lay() {
    let office = Office::new();
    for command in [Command::Withdraw, Command::Stop] {
        let case = office.processing("2026-03-02 09:00");
        let closed = case.clone().does("2026-03-03 09:00", command);
        assert_eq!(closed.dossier.step(), case.dossier.step());
    }
}

#[test]
fn a_step_counts_its_budget_in_its_own_unit() {
    let mut office = Office::new();
    office.rules.steps[0].budget = TimeLimit::WorkingHours(4);
    let case = office.processing("2026-03-02 15:00");
    assert_eq!(case.step_due(), "2026-03-03 09:30");
}
