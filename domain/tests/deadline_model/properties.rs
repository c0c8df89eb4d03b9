//! What holds of every calendar and of every explanation, whoever made them up.

use chrono::TimeDelta;
use domain::deadline::{Calendar, CalendarSpec, Change, Explanation, SkipReason, Term, TimeLimit};
use domain::time::{local_date, to_local};

use super::model::Model;
use super::random::{Choices, Random};

pub(crate) fn compare_questions<C: Choices>(
    random: &mut Random<C>,
    spec: &CalendarSpec,
    calendar: &Calendar,
) {
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

pub(crate) fn covers_all_days(term: &Term, explanation: &Explanation) {
    let skipped = explanation.skipped.iter().map(|skipped| skipped.date);
    let mut listed: Vec<_> = explanation.counted.iter().copied().chain(skipped).collect();
    listed.sort_unstable();
    let first = local_date(term.received_at);
    let last = explanation.due.due_day;
    let all: Vec<_> = first.iter_days().take_while(|day| *day <= last).collect();
    assert!(!explanation.truncated);
    assert_eq!(listed, all, "{term:#?}\n{explanation:#?}");
}

pub(crate) fn reasons_are_true(calendar: &Calendar, explanation: &Explanation) {
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
pub(crate) fn whole_days(term: &Term) -> Option<usize> {
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
