//! A holiday announced late, and one taken back, over every kind of open dossier.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may fail loudly")]

use chrono::NaiveDate;

use super::*;
use crate::auth::Role;
use crate::deadline::{CalendarSpec, Session, TimeLimit};
use crate::dossier::{Command, Handover, MissingPaper, Moment, Rules};
use crate::procedure::StepRule;
use crate::time::{from_local, local_date};

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn at(text: &str) -> DateTime<Utc> {
    let (day, time) = text.split_once(' ').unwrap();
    from_local(date(day).and_time(time.parse().unwrap()))
}

/// Office hours from Monday to Friday in 2026, closed on these days.
fn calendar(closed: &[&str]) -> Calendar {
    let mut spec = CalendarSpec::default();
    for day in spec.weekly.iter_mut().take(5) {
        *day = ["07:30-11:30", "13:00-17:00"]
            .map(|text| Session::parse(text).unwrap())
            .to_vec();
    }
    spec.closed = closed
        .iter()
        .map(|day| (date(day), "Nghỉ lễ".to_owned()))
        .collect();
    spec.years.insert(2026);
    Calendar::compile(&spec).unwrap()
}

fn rules() -> Rules {
    let step = |budget| StepRule {
        name: "Thẩm định".into(),
        department: "tu_phap".into(),
        role: Role::Specialist,
        budget,
    };
    Rules {
        time_limit: TimeLimit::WorkingDays(5),
        extra_limit: None,
        steps: vec![
            step(TimeLimit::WorkingDays(2)),
            step(TimeLimit::WorkingDays(1)),
        ],
    }
}

const CLERK: Handover = Handover {
    holder: 1,
    department: None,
};

/// Registered on Monday 2 March 2026 at nine: due on Monday 9 March.
fn accepted() -> Dossier {
    let (calendar, rules) = (calendar(&[]), rules());
    let moment = Moment {
        now: at("2026-03-02 09:00:00"),
        calendar: &calendar,
        rules: &rules,
    };
    Dossier::register(CLERK, &moment).unwrap()
}

fn after(dossier: Dossier, moment: &str, command: &Command) -> Dossier {
    let (calendar, rules) = (calendar(&[]), rules());
    let moment = Moment {
        now: at(moment),
        calendar: &calendar,
        rules: &rules,
    };
    dossier.apply(command, &moment).unwrap()
}

fn processing() -> Dossier {
    after(
        accepted(),
        "2026-03-02 10:00:00",
        &Command::Forward { to: CLERK },
    )
}

fn recompute(dossier: &Dossier, calendar: &Calendar) -> Option<Dossier> {
    dossier
        .recompute(at("2026-03-02 09:00:00"), calendar)
        .unwrap()
}

fn due_day(dossier: &Dossier) -> String {
    local_date(dossier.promise.unwrap().due_at).to_string()
}

fn step_day(dossier: &Dossier) -> String {
    local_date(dossier.step().unwrap().due_at).to_string()
}

#[test]
fn a_holiday_announced_late_moves_the_promise_and_the_step() {
    let holiday = calendar(&["2026-03-04"]);
    let before = processing();
    assert_eq!(
        (due_day(&before), step_day(&before)),
        ("2026-03-09".into(), "2026-03-04".into())
    );
    let after = recompute(&before, &holiday).unwrap();
    assert_eq!(
        (due_day(&after), step_day(&after)),
        ("2026-03-10".into(), "2026-03-05".into())
    );
    let (was, is) = (before.promise.unwrap(), after.promise.unwrap());
    assert_eq!(was.due_at_original, is.due_at_original);
    assert_eq!(
        recompute(&after, &holiday),
        None,
        "a second run changes nothing"
    );
}

#[test]
fn a_holiday_taken_back_moves_nothing_earlier() {
    let before = recompute(&processing(), &calendar(&["2026-03-04"])).unwrap();
    let kept = recompute(&before, &calendar(&[])).unwrap();
    assert_eq!(
        (due_day(&kept), step_day(&kept)),
        (due_day(&before), step_day(&before))
    );
    assert_eq!(
        recompute(&kept, &calendar(&[])),
        None,
        "a second run changes nothing"
    );
    // The next stop is counted on from the date that was kept.
    let paid = after(
        kept,
        "2026-03-03 10:00:00",
        &Command::RequestPayment {
            amount_vnd: 1,
            purpose: String::new(),
        },
    );
    let paid = after(paid, "2026-03-04 10:00:00", &Command::ConfirmPayment);
    assert_eq!(due_day(&paid), "2026-03-11");
}

#[test]
fn a_calendar_that_goes_to_and_fro_does_not_fill_the_term() {
    let mut dossier = processing();
    for _ in 0..300 {
        for closed in [&["2026-03-04"][..], &["2026-03-04", "2026-03-05"], &[]] {
            dossier = recompute(&dossier, &calendar(closed)).unwrap_or(dossier);
        }
    }
    assert!(dossier.term.as_ref().unwrap().changes.len() < 3);
    assert_eq!(due_day(&dossier), "2026-03-11");
}

#[test]
fn a_date_set_by_hand_stays_and_its_step_follows_the_calendar() {
    let due_at = at("2026-03-16 17:00:00");
    let set = after(
        processing(),
        "2026-03-03 09:00:00",
        &Command::Reappoint { due_at },
    );
    let holiday = calendar(&["2026-03-04"]);
    let next = recompute(&set, &holiday).unwrap();
    let (before, after) = (set.promise.unwrap(), next.promise.unwrap());
    assert_eq!((after.due_at, after.hand_set), (before.due_at, true));
    assert_eq!(after.due_at_original, before.due_at_original);
    // Reports judge by the date of the rules, which the holiday moves as it would any other.
    assert_eq!(after.by_rules(), at("2026-03-10 17:00:00"));
    assert_eq!(step_day(&next), "2026-03-05");
    assert_eq!(recompute(&next, &holiday), None);
}

#[test]
fn a_date_set_by_hand_and_moved_by_a_stop_stays_too() {
    let due_at = at("2026-03-16 17:00:00");
    let set = after(
        processing(),
        "2026-03-03 09:00:00",
        &Command::Reappoint { due_at },
    );
    let asked = Command::RequestPayment {
        amount_vnd: 1,
        purpose: String::new(),
    };
    let paid = after(set, "2026-03-03 10:00:00", &asked);
    let paid = after(paid, "2026-03-05 10:00:00", &Command::ConfirmPayment);
    assert_eq!(due_day(&paid), "2026-03-18");
    for closed in ["2026-03-17", "2026-03-04"] {
        let holiday = calendar(&[closed]);
        let next = recompute(&paid, &holiday).unwrap();
        assert_eq!(next.promise, paid.promise, "{closed}");
        assert_eq!(recompute(&next, &holiday), None, "{closed}");
    }
}

#[test]
fn the_desk_gets_the_holiday_too() {
    let submitted = Dossier::submit(at("2026-03-02 09:00:00"), &calendar(&[])).unwrap();
    let next = recompute(&submitted, &calendar(&["2026-03-03"])).unwrap();
    let Life::Submitted { answer_by } = next.life else {
        panic!("still submitted")
    };
    assert_eq!(answer_by, at("2026-03-04 09:00:00"));
    let late = Dossier::register(
        CLERK,
        &Moment {
            now: at("2026-03-02 16:00:00"),
            calendar: &calendar(&[]),
            rules: &rules(),
        },
    );
    let next = recompute(&late.unwrap(), &calendar(&["2026-03-03"])).unwrap();
    assert_eq!(next.step().unwrap().due_at, at("2026-03-04 08:30:00"));
}

#[test]
fn the_time_for_a_supplement_ends_on_no_day_off() {
    let missing = vec![MissingPaper {
        name: "Tờ khai".into(),
        reason: "thiếu".into(),
    }];
    let waiting = after(
        processing(),
        "2026-03-02 11:00:00",
        &Command::RequestSupplement { missing },
    );
    let lapse = |dossier: &Dossier| match dossier.life {
        Life::AwaitingSupplement { lapse_at, .. } => local_date(lapse_at).to_string(),
        _ => panic!("still waiting"),
    };
    assert_eq!(lapse(&waiting), "2026-03-17");
    let next = recompute(&waiting, &calendar(&["2026-03-17"])).unwrap();
    assert_eq!(lapse(&next), "2026-03-18");
}

#[test]
fn a_closed_dossier_is_left_alone() {
    let withdrawn = after(processing(), "2026-03-03 09:00:00", &Command::Withdraw);
    assert_eq!(recompute(&withdrawn, &calendar(&["2026-03-04"])), None);
}

#[test]
fn a_date_is_provisional_no_longer_once_its_year_is_loaded() {
    let (calendar, rules) = (calendar(&[]), rules());
    let moment = Moment {
        now: at("2027-03-01 09:00:00"),
        calendar: &calendar,
        rules: &rules,
    };
    let dossier = Dossier::register(CLERK, &moment).unwrap();
    assert!(dossier.promise.unwrap().provisional);
    let mut spec = CalendarSpec::default();
    for day in spec.weekly.iter_mut().take(5) {
        *day = ["07:30-11:30", "13:00-17:00"]
            .map(|text| Session::parse(text).unwrap())
            .to_vec();
    }
    spec.years.extend([2026, 2027]);
    let loaded = Calendar::compile(&spec).unwrap();
    let next = dossier.recompute(moment.now, &loaded).unwrap().unwrap();
    assert!(!next.promise.unwrap().provisional);
    assert_eq!(
        next.promise.unwrap().due_at,
        dossier.promise.unwrap().due_at
    );
}
