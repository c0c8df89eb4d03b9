//! Which change of a dossier tells the applicant what.

use domain::deadline::Calendar;
use domain::dossier::{Command, Dossier, Life, Outcome};
use domain::notification::{Deed, Kind, News, news};

use crate::support::{
    CLERK, Case, HEAD, MANAGER, Office, SPECIALIST, at, date, forward, payment, reappoint, show,
    spec, supplement, to,
};

/// The news of an action as one line of a table.
fn line(news: Option<News>) -> String {
    match news {
        None => "nothing".to_owned(),
        Some(News::Received { due_at, answer_by }) => format!(
            "received, due {}, answer by {}",
            due_at.map_or("-".to_owned(), show),
            answer_by.map_or("-".to_owned(), show)
        ),
        Some(News::SupplementWanted { missing, last_day }) => {
            format!("{} papers by {}", missing.len(), show(last_day))
        }
        Some(News::PaymentWanted { amount_vnd, .. }) => format!("{amount_vnd} đồng"),
        Some(News::Apology { due_at, .. }) => format!("apology, {}", show(due_at)),
        Some(News::DueDateMoved { due_at, cause, .. }) => {
            format!("{}, {}", cause.as_str(), show(due_at))
        }
        Some(News::ResultReady { outcome }) => format!("result, {}", outcome.as_str()),
        Some(News::Closed { ending }) => ending.as_str().to_owned(),
    }
}

fn told(case: Case<'_>, command: Command, now: &str) -> String {
    let before = case.dossier.clone();
    let deed = Deed::Done(command.action());
    let after = case.does(now, command).dossier;
    line(news(deed, Some(&before), &after))
}

const DAY: &str = "2026-03-02 10:00";
const LATER: &str = "2026-03-05 10:00";

#[test]
fn who_hands_in_is_told_whether_it_is_accepted_already() {
    let office = Office::new();
    let fresh = |case: Case<'_>| line(news(Deed::TakenIn, None, &case.dossier));
    assert_eq!(
        fresh(office.register(DAY)),
        "received, due 2026-03-16 17:00, answer by -"
    );
    assert_eq!(
        fresh(office.submit(DAY)),
        "received, due -, answer by 2026-03-03 10:00"
    );
    let accept = Command::Accept { clerk: to(CLERK) };
    assert_eq!(
        told(office.submit(DAY), accept, DAY),
        "received, due 2026-03-16 17:00, answer by -"
    );
}

#[test]
fn what_the_applicant_must_do_or_wait_for_is_told() {
    let office = Office::new();
    let processing = || office.processing(DAY);
    assert_eq!(
        told(processing(), supplement(), DAY),
        "1 papers by 2026-03-17 17:00"
    );
    assert_eq!(told(processing(), payment(), DAY), "50000 đồng");
    let later = reappoint("2026-03-20 17:00");
    assert_eq!(told(processing(), later, DAY), "apology, 2026-03-20 17:00");
    assert_eq!(
        told(processing(), Command::Extend, DAY),
        "extended, 2026-03-23 17:00"
    );
    let waits = processing().does(DAY, supplement());
    assert_eq!(
        told(waits, Command::ReceiveSupplement, LATER),
        "supplement_received, 2026-03-19 17:00"
    );
    let owes = processing().does(DAY, payment());
    assert_eq!(
        told(owes, Command::ConfirmPayment, LATER),
        "payment_confirmed, 2026-03-19 17:00"
    );
    let owes = processing().does(DAY, payment());
    assert_eq!(told(owes, Command::ConfirmPayment, DAY), "nothing");
}

#[test]
fn every_end_is_told_and_what_goes_on_inside_is_not() {
    let office = Office::new();
    let processing = || office.processing(DAY);
    for outcome in [Outcome::Approved, Outcome::Declined] {
        let resolve = Command::Resolve { outcome };
        assert_eq!(
            told(office.at_last_step(DAY), resolve, LATER),
            format!("result, {}", outcome.as_str())
        );
    }
    assert_eq!(told(office.submit(DAY), Command::Refuse, DAY), "refused");
    assert_eq!(told(processing(), Command::Stop, DAY), "stopped");
    assert_eq!(told(processing(), Command::Withdraw, DAY), "withdrawn");
    let waits = processing().does(DAY, supplement());
    assert_eq!(told(waits, Command::Lapse, "2026-03-18 08:00"), "lapsed");
    assert_eq!(
        told(office.register(DAY), forward(SPECIALIST), DAY),
        "nothing"
    );
    let assign = Command::Assign { to: to(HEAD) };
    assert_eq!(told(processing(), assign, DAY), "nothing");
    let resolved = || {
        let outcome = Outcome::Approved;
        office
            .at_last_step(DAY)
            .does(LATER, Command::Resolve { outcome })
    };
    assert_eq!(told(resolved(), Command::ReturnResult, LATER), "nothing");
    let correct = Command::CorrectResult { to: to(MANAGER) };
    assert_eq!(told(resolved(), correct, LATER), "nothing");
}

#[test]
fn a_calendar_that_changed_is_told_where_the_date_moved() {
    let office = Office::new();
    let before = office.processing(DAY).dossier;
    let changed = |after: &Dossier| line(news(Deed::CalendarChanged, Some(&before), after));
    assert_eq!(changed(&before), "nothing");
    let mut spec = spec();
    spec.closed.insert(date("2026-03-09"), "Nghỉ".into());
    let calendar = Calendar::compile(&spec).unwrap();
    let after = before.recompute(at(DAY), &calendar).unwrap().unwrap();
    assert_eq!(changed(&after), "calendar, 2026-03-17 17:00");
}

#[test]
fn a_calendar_that_moves_the_last_day_for_papers_asks_for_them_anew() {
    let office = Office::new();
    let before = office.processing(DAY).does(DAY, supplement()).dossier;
    let Life::AwaitingSupplement { lapse_at, .. } = before.life else {
        panic!("it waits")
    };
    let mut spec = spec();
    let last_day = domain::time::local_date(lapse_at);
    spec.closed.insert(last_day, "Nghỉ".into());
    let calendar = Calendar::compile(&spec).unwrap();
    let after = before.recompute(at(DAY), &calendar).unwrap().unwrap();
    let told = news(Deed::CalendarChanged, Some(&before), &after);
    assert!(
        matches!(told, Some(News::SupplementWanted { .. })),
        "{told:?}"
    );
}

#[test]
fn a_date_of_a_correction_is_nobody_s_apology() {
    let office = Office::new();
    let outcome = Outcome::Approved;
    let resolved = office
        .at_last_step(DAY)
        .does(LATER, Command::Resolve { outcome });
    let corrected = resolved.does(LATER, Command::CorrectResult { to: to(MANAGER) });
    let due_at = at("2026-04-01 17:00");
    assert_eq!(
        told(corrected, Command::Reappoint { due_at }, LATER),
        "nothing"
    );
}

#[test]
fn every_kind_of_letter_has_its_word_and_its_reader() {
    let words: Vec<&str> = Kind::ALL.iter().map(|kind| kind.as_str()).collect();
    for kind in Kind::ALL {
        assert_eq!(Kind::parse(kind.as_str()), Some(*kind));
        assert_eq!(
            kind.is_to_applicant(),
            kind.as_str().starts_with("applicant_")
        );
    }
    assert_eq!(words.len(), 11);
    assert_eq!(Kind::parse("khong_co"), None);
}
