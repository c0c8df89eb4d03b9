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
mod random;

use chrono::{Datelike, TimeDelta};
use domain::deadline::{
    Calendar, CalendarSpec, Change, Explanation, SkipReason, Term, Then, TimeLimit,
};
use domain::time::{local_date, to_local};

use model::Model;
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

fn compare_questions(random: &mut Random, spec: &CalendarSpec, calendar: &Calendar) {
    let model = Model::new(spec);
    let at = random.instant(spec);
    let local = to_local(at);
    let date = local.date();
    assert_eq!(
        to_local(calendar.effective(at)),
        model.effective(local),
        "{at} {spec:?}"
    );
    assert_eq!(
        calendar.is_working_time(at),
        model.is_working(local),
        "{at} {spec:?}"
    );
    assert_eq!(
        to_local(calendar.next_opening(at)),
        model.next_opening(local),
        "{at} {spec:?}"
    );
    assert_eq!(calendar.is_working_day(date), model.is_working_day(date));
    assert_eq!(
        calendar.day_off_reason(date).is_none(),
        model.is_working_day(date)
    );
    assert_eq!(calendar.close_of(date).map(to_local), model.close(date));

    let n = random.below(40) as u32;
    let after = calendar.working_day_after(date, n);
    assert_eq!(
        after,
        model.working_day_after(date, n),
        "{date} {n} {spec:?}"
    );
    let before = calendar.working_day_before(date, n);
    assert_eq!(
        before,
        model.working_day_before(date, n),
        "{date} {n} {spec:?}"
    );
    assert_eq!(calendar.working_days_between(date, after), i64::from(n));

    let time = TimeDelta::microseconds(random.below(20 * 3_600_000_000) as i64);
    let end = calendar.add_working_time(at, time);
    assert_eq!(
        to_local(end),
        model.add_time(local, time),
        "{at} {time} {spec:?}"
    );
    assert_eq!(calendar.working_time_between(at, end), time);
    let other = at + TimeDelta::microseconds(random.below(20 * 86_400_000_000) as i64);
    let worked = model.time_between(local, to_local(other));
    assert_eq!(
        calendar.working_time_between(at, other),
        worked,
        "{at} {other} {spec:?}"
    );
    assert_eq!(calendar.working_time_between(other, at), -worked);
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

fn covers_all_days(term: &Term, explanation: &Explanation) {
    let skipped = explanation.skipped.iter().map(|skipped| skipped.date);
    let mut listed: Vec<_> = explanation.counted.iter().copied().chain(skipped).collect();
    listed.sort_unstable();
    let first = local_date(term.received_at);
    let last = explanation.due.due_day;
    let all: Vec<_> = first.iter_days().take_while(|day| *day <= last).collect();
    assert!(!explanation.truncated);
    assert_eq!(listed, all, "{term:#?}\n{explanation:#?}");
}

fn reasons_are_true(calendar: &Calendar, explanation: &Explanation) {
    for skipped in &explanation.skipped {
        let worked = calendar.is_working_day(skipped.date);
        match &skipped.reason {
            SkipReason::Weekend | SkipReason::Closed(_) => assert!(!worked, "{skipped:?}"),
            SkipReason::DayOfReceipt | SkipReason::AfterCutoff => assert!(worked, "{skipped:?}"),
            SkipReason::Stopped | SkipReason::OutsideHours | SkipReason::Restarted => {}
        }
    }
}

/// Days that a term in working days must count, where nothing else moved its end.
fn whole_days(term: &Term) -> Option<usize> {
    let TimeLimit::WorkingDays(mut days) = term.limit else {
        return None;
    };
    for change in &term.changes {
        match change {
            Change::Stop { .. } => {}
            Change::Extend {
                limit: TimeLimit::WorkingDays(more),
            } => days += more,
            _ => return None,
        }
    }
    Some(days as usize)
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
