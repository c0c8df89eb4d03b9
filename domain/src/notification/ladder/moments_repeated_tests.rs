//! A rung that falls again and again.

use super::*;

#[test]
fn long_overdue_comes_on_the_third_working_day_and_then_once_a_week() {
    let watch = ten_days("2026-02-03 17:00");
    let fired = |now: &str| looked(&watch, now, now).0.pop().unwrap();
    assert_eq!(fired("2026-02-06 07:30"), "long_overdue/0 2026-02-06 07:30");
    assert_eq!(fired("2026-02-13 07:30"), "long_overdue/7 2026-02-13 07:30");
    // A week on is Friday of Tết: it rolls to Monday, and the one after it stays a Friday.
    let (_, next) = looked(&watch, "2026-02-13 07:30", "2026-02-13 07:31");
    assert_eq!(next.unwrap(), "2026-02-23 07:30");
    assert_eq!(
        fired("2026-02-23 07:30"),
        "long_overdue/14 2026-02-23 07:30"
    );
    let (_, next) = looked(&watch, "2026-02-23 07:30", "2026-02-23 07:31");
    assert_eq!(next.unwrap(), "2026-02-27 07:30");
    assert_eq!(
        fired("2026-02-27 07:30"),
        "long_overdue/21 2026-02-27 07:30"
    );
    // Years later the last occurrence alone stands for all that were missed.
    let (fires, next) = looked(&watch, "2028-02-03 09:00", "2028-02-03 09:00");
    assert_eq!(fires.len(), 2, "{fires:?}");
    assert_eq!(fires[1], "long_overdue/721 2028-02-03 09:00");
    assert_eq!(next.unwrap(), "2028-02-04 07:30");
}

#[test]
fn a_rung_told_more_or_less_often_goes_on_where_it_stands() {
    let every = |days| {
        let mut ladder = Ladder::default();
        let rung = ladder
            .rungs
            .iter_mut()
            .find(|rung| rung.name == "long_overdue")
            .unwrap();
        rung.when = When::Late {
            working_days: 3,
            every_days: Some(days),
        };
        ladder
    };
    let watch = ten_days("2026-02-23 17:00");
    // First on Thursday 26 February; each day of the calendar from then on.
    let told = |days, now: &str| {
        let ladder = every(days);
        let found = look(&ladder, &watch, &calendar(), at(now), at(now));
        found.fires.last().unwrap().occurrence
    };
    let daily: Vec<u32> = ["2026-03-02 07:30", "2026-03-05 07:30", "2026-03-12 07:30"]
        .map(|now| told(1, now))
        .into();
    assert_eq!(daily, [4, 7, 14]);
    // The same day is the same, whatever the pause; what comes a week later is new.
    assert_eq!(told(7, "2026-03-05 07:30"), 7);
    assert_eq!(told(7, "2026-03-12 07:30"), 14);
    assert_eq!(told(7, "2026-03-19 07:30"), 21);
}
