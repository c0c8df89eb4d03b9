//! The engine against a slow, obvious second implementation, over tens of thousands of random terms.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::as_conversions,
    clippy::panic,
    reason = "a test may fail loudly"
)]

mod model;
mod properties;
mod random;

use chrono::Datelike;
use domain::deadline::{Calendar, Change, Term, Then};
use domain::time::local_date;

use model::Model;
use properties::{compare_questions, covers_all_days, reasons_are_true, whole_days};
use random::Random;

const CALENDARS: u64 = 500;
const TERMS_PER_CALENDAR: u32 = 80;

#[test]
fn due_dates_agree_with_walking_the_days_and_minutes() {
    let mut hand_set = 0;
    let mut moved_by_stops = 0;
    for seed in 0..CALENDARS {
        let mut random = Random::new(seed);
        let spec = random.calendar();
        let calendar = Calendar::compile(&spec).expect("a random calendar is valid");
        for number in 0..TERMS_PER_CALENDAR {
            let term = random.term(&spec, &calendar);
            let due = term.due(&calendar).unwrap_or_else(|faults| {
                panic!("seed {seed}, term {number}: {faults:?}\n{term:#?}")
            });
            let expected = Model::new(&spec).due(&term);
            assert_eq!(
                due, expected,
                "seed {seed}, term {number}\n{term:#?}\n{spec:?}"
            );
            hand_set += u32::from(due.hand_set);
            let plain = Term::new(term.limit, term.received_at)
                .due(&calendar)
                .unwrap();
            moved_by_stops += u32::from(plain.due_at != due.due_at);
        }
    }
    // The generator must not have gone tame.
    assert!(hand_set > 1_000, "{hand_set}");
    assert!(moved_by_stops > 8_000, "{moved_by_stops}");
}

#[test]
fn nothing_but_a_new_date_by_hand_moves_a_due_date_earlier() {
    for seed in 10_000..10_200 {
        let mut random = Random::new(seed);
        let spec = random.calendar();
        let calendar = Calendar::compile(&spec).unwrap();
        for _ in 0..40 {
            let mut term = random.term(&spec, &calendar);
            let changes = std::mem::take(&mut term.changes);
            let mut before = term.due(&calendar).unwrap();
            for change in changes {
                term.changes.push(change);
                let after = term.due(&calendar).unwrap();
                let by_hand = matches!(change, Change::SetByHand { .. });
                assert!(
                    by_hand || after.due_at >= before.due_at,
                    "seed {seed}\n{term:#?}"
                );
                before = after;
            }
        }
    }
}

#[test]
fn the_questions_to_a_calendar_agree_with_walking() {
    for seed in 20_000..20_200 {
        let mut random = Random::new(seed);
        let spec = random.calendar();
        let calendar = Calendar::compile(&spec).unwrap();
        for _ in 0..20 {
            compare_questions(&mut random, &spec, &calendar);
        }
    }
}

#[test]
fn an_explanation_accounts_for_every_day() {
    let mut exact = 0;
    for seed in 30_000..30_300 {
        let mut random = Random::new(seed);
        let spec = random.calendar();
        let calendar = Calendar::compile(&spec).unwrap();
        for _ in 0..40 {
            let term = random.term(&spec, &calendar);
            let explanation = term.explain(&calendar).unwrap();
            assert_eq!(explanation.due, term.due(&calendar).unwrap());
            covers_all_days(&term, &explanation);
            reasons_are_true(&calendar, &explanation);
            if let Some(days) = whole_days(&term) {
                let counted = explanation.counted.len();
                assert_eq!(
                    counted, days,
                    "seed {seed}\n{term:#?}\n{explanation:#?}\n{spec:?}"
                );
                exact += 1;
            }
        }
    }
    assert!(exact > 1_000, "{exact}");
}

#[test]
fn a_year_end_and_a_restart_are_among_the_random_terms() {
    let mut random = Random::new(40_000);
    let spec = random.calendar();
    let calendar = Calendar::compile(&spec).unwrap();
    let terms: Vec<Term> = (0..500).map(|_| random.term(&spec, &calendar)).collect();
    let year_ends = terms.iter().filter(|term| {
        let due = term.due(&calendar).unwrap();
        due.due_day.year() > local_date(term.received_at).year()
    });
    assert!(year_ends.count() > 20);
    let restart = |change: &Change| {
        matches!(
            change,
            Change::Stop {
                then: Then::Restart,
                ..
            }
        )
    };
    assert!(
        terms
            .iter()
            .filter(|term| term.changes.iter().any(restart))
            .count()
            > 20
    );
}
