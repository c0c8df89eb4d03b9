//! Every (state × action) pair with its outcome, against a committed table.

use std::fmt::Write;

use domain::dossier::{Action, Command, Outcome};

use super::support::{
    CLERK, Case, HEAD, MANAGER, Office, at, correct, forward, payment, reappoint, resolve,
    send_back, supplement, to,
};

const NOW: &str = "2026-03-04 10:00";
const REGENERATE: &str =
    "if the change is meant, copy the table above into tests/data/transitions.txt";

fn situations(office: &Office) -> Vec<(&'static str, Case<'_>)> {
    let day = "2026-03-03 09:00";
    let submitted = office.submit(day);
    let processing = office.processing(day);
    let last = office.at_last_step(day);
    let resolved = last.clone().does(day, resolve());
    vec![
        ("submitted", submitted.clone()),
        ("submitted, after a supplement", {
            submitted
                .clone()
                .does(day, supplement())
                .does(day, Command::ReceiveSupplement)
        }),
        ("accepted", office.register(day)),
        ("processing, first step", processing.clone()),
        (
            "processing, middle step",
            processing.clone().does(day, forward(HEAD)),
        ),
        ("processing, last step", last),
        (
            "processing, after a supplement, an extension and a re-appointment",
            {
                let again = processing.clone().does(day, supplement());
                let again = again
                    .does(day, Command::ReceiveSupplement)
                    .does(day, Command::Extend);
                again.does(day, reappoint("2026-04-10 17:00"))
            },
        ),
        ("processing, late", office.processing("2026-01-05 09:00")),
        (
            "awaiting_supplement, at intake",
            submitted.clone().does(day, supplement()),
        ),
        (
            "awaiting_supplement, in appraisal",
            processing.clone().does(day, supplement()),
        ),
        ("awaiting_supplement, after 15 days", {
            office
                .processing("2026-02-02 09:00")
                .does("2026-02-03 09:00", supplement())
        }),
        ("awaiting_payment", processing.clone().does(day, payment())),
        ("resolved", resolved.clone()),
        (
            "returned",
            resolved.clone().does(day, Command::ReturnResult),
        ),
        ("processing, in correction", resolved.does(day, correct())),
        ("refused", submitted.does(day, Command::Refuse)),
        ("withdrawn", processing.clone().does(day, Command::Withdraw)),
        ("stopped", processing.does(day, Command::Stop)),
    ]
}

fn command(action: Action) -> Command {
    match action {
        Action::Accept => Command::Accept { clerk: to(CLERK) },
        Action::Refuse => Command::Refuse,
        Action::RequestSupplement => supplement(),
        Action::ReceiveSupplement => Command::ReceiveSupplement,
        Action::Lapse => Command::Lapse,
        Action::Extend => Command::Extend,
        Action::RequestPayment => payment(),
        Action::ConfirmPayment => Command::ConfirmPayment,
        Action::Forward => forward(HEAD),
        Action::Assign => Command::Assign { to: to(HEAD) },
        Action::SendBack => send_back(HEAD),
        Action::Resolve => Command::Resolve {
            outcome: Outcome::Declined,
        },
        Action::ReturnResult => Command::ReturnResult,
        Action::Withdraw => Command::Withdraw,
        Action::Stop => Command::Stop,
        Action::Reappoint => reappoint("2026-05-15 17:00"),
        Action::CorrectResult => Command::CorrectResult { to: to(MANAGER) },
    }
}

#[test]
fn every_action_in_every_state_does_what_the_table_says() {
    let office = Office::new();
    let mut table = String::new();
    for (name, case) in situations(&office) {
        writeln!(table, "{name}").unwrap();
        for action in Action::ALL {
            let before = case.dossier.clone();
            let outcome = match before.apply(&command(*action), &office.moment(NOW)) {
                Ok(after) => format!("-> {}", after.state().as_str()),
                Err(refusal) => refusal.code().to_owned(),
            };
            writeln!(table, "    {:<19}{outcome}", action.as_str()).unwrap();
        }
    }
    assert!(
        table == include_str!("../data/transitions.txt"),
        "{table}\n{REGENERATE}"
    );
}

#[test]
fn the_allowed_actions_are_just_those_that_can_be_done() {
    let office = Office::new();
    for (name, case) in situations(&office) {
        let allowed = case.dossier.allowed_actions(&office.moment(NOW));
        for action in Action::ALL {
            let done = case
                .dossier
                .clone()
                .apply(&command(*action), &office.moment(NOW));
            assert_eq!(
                allowed.contains(action),
                done.is_ok(),
                "{name}: {action:?} {done:?}"
            );
        }
    }
}

#[test]
fn an_open_state_has_no_end_and_a_closed_one_has() {
    let office = Office::new();
    for (name, case) in situations(&office) {
        let ended = case.dossier.ended_at();
        assert_eq!(ended.is_none(), case.dossier.state().is_open(), "{name}");
        assert!(
            ended.is_none_or(|ended| ended == at("2026-03-03 09:00")),
            "{name}: {ended:?}"
        );
    }
}
