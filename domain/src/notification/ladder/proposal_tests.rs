//! When an apology is proposed, and for which date.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may fail loudly"
)]

use chrono::NaiveDate;

use super::*;
use crate::auth::Role;
use crate::deadline::{Calendar, CalendarSpec, Session, TimeLimit};
use crate::dossier::{Command, Handover, Rules};
use crate::procedure::StepRule;
use crate::time::{from_local, to_local};

fn at(text: &str) -> DateTime<Utc> {
    let (day, time) = text.split_once(' ').unwrap();
    let day: NaiveDate = day.parse().unwrap();
    from_local(day.and_time(time.parse().unwrap()))
}

fn calendar() -> Calendar {
    let mut spec = CalendarSpec::default();
    for day in spec.weekly.iter_mut().take(5) {
        *day = ["07:30-11:30", "13:00-17:00"]
            .map(|text| Session::parse(text).unwrap())
            .to_vec();
    }
    Calendar::compile(&spec).unwrap()
}

fn rules() -> Rules {
    let step = |name: &str, budget| StepRule {
        name: name.into(),
        department: "tu_phap".into(),
        role: Role::Specialist,
        budget,
    };
    Rules {
        time_limit: TimeLimit::WorkingDays(4),
        extra_limit: None,
        steps: vec![
            step("Thẩm định", TimeLimit::WorkingDays(2)),
            step("Kiểm tra", TimeLimit::WorkingDays(1)),
            step("Ký", TimeLimit::WorkingHours(8)),
        ],
    }
}

const SOMEBODY: Handover = Handover {
    holder: 1,
    department: None,
};

/// Registered on Monday 2 March at nine: due on Friday 6 March. Handed on at these moments.
fn dossier(handed_on: &[&str]) -> Dossier {
    let (calendar, rules) = (calendar(), rules());
    let moment = |now| Moment {
        now,
        calendar: &calendar,
        rules: &rules,
    };
    let begun = Dossier::register(SOMEBODY, &moment(at("2026-03-02 09:00"))).unwrap();
    handed_on.iter().fold(begun, |dossier, now| {
        let forward = Command::Forward { to: SOMEBODY };
        dossier.apply(&forward, &moment(at(now))).unwrap()
    })
}

fn fit_at(dossier: &Dossier, now: &str) -> Option<(String, usize)> {
    let (calendar, rules) = (calendar(), rules());
    let moment = Moment {
        now: at(now),
        calendar: &calendar,
        rules: &rules,
    };
    match fit(dossier, &moment).unwrap() {
        Fit::Fits => None,
        Fit::Exceeds { new_due_at, steps } => {
            let date = to_local(new_due_at).format("%Y-%m-%d %H:%M").to_string();
            Some((date, steps.len()))
        }
    }
}

#[test]
fn a_dossier_that_is_on_its_way_needs_no_apology() {
    let on_time = dossier(&["2026-03-02 10:00", "2026-03-04 16:00", "2026-03-05 07:30"]);
    assert_eq!(fit_at(&on_time, "2026-03-05 07:30"), None);
}

#[test]
fn budgets_that_fill_the_term_to_the_minute_fit() {
    let just = dossier(&["2026-03-02 10:00"]);
    assert_eq!(fit_at(&just, "2026-03-02 10:00"), None);
}

#[test]
fn steps_that_no_longer_fit_ask_for_the_close_of_the_day_on_which_they_would_end() {
    // Still at the first step, whose budget ended on Wednesday: a day and eight hours follow.
    let late = dossier(&["2026-03-02 10:00"]);
    assert_eq!(
        fit_at(&late, "2026-03-05 07:30"),
        Some(("2026-03-09 17:00".into(), 3))
    );
    // At the second since Thursday noon.
    let second = dossier(&["2026-03-02 10:00", "2026-03-05 11:00"]);
    assert_eq!(
        fit_at(&second, "2026-03-05 11:00"),
        Some(("2026-03-09 17:00".into(), 2))
    );
}

#[test]
fn nobody_apologises_twice() {
    let (calendar, rules) = (calendar(), rules());
    let moment = Moment {
        now: at("2026-03-05 09:00"),
        calendar: &calendar,
        rules: &rules,
    };
    let new_date = Command::Reappoint {
        due_at: at("2026-03-09 11:30"),
    };
    let once = dossier(&["2026-03-02 10:00"])
        .apply(&new_date, &moment)
        .unwrap();
    assert_eq!(fit_at(&once, "2026-03-06 07:30"), None);
}
