//! Ladders that are refused, with the reason.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may fail loudly"
)]

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};

use super::*;
use crate::auth::Role;
use crate::deadline::{Calendar, CalendarSpec, Session, SpecialDay, Term};
use crate::notification::ladder::{Short, Target, Watch, schedule};
use crate::procedure::StepRule;
use crate::time::from_local;

fn procedure(limit: TimeLimit, budget: TimeLimit) -> ProcedureVersion {
    ProcedureVersion {
        name: "Xác nhận tình trạng hôn nhân".into(),
        field: "Hộ tịch".into(),
        effective_from: NaiveDate::default(),
        time_limit: limit,
        extra_limit: None,
        papers: Vec::new(),
        fees: Vec::new(),
        route: vec![StepRule {
            name: "Thẩm định".into(),
            department: "tu_phap".into(),
            role: Role::Specialist,
            budget,
        }],
        legal_basis: Vec::new(),
        note: None,
        payment_stage: false,
    }
}

fn two_days() -> Vec<(String, Arc<ProcedureVersion>)> {
    let days = TimeLimit::WorkingDays;
    vec![("1.004873".to_owned(), Arc::new(procedure(days(2), days(1))))]
}

fn with(name: &str, when: When) -> Ladder {
    let mut ladder = Ladder::default();
    ladder
        .rungs
        .iter_mut()
        .find(|rung| rung.name == name)
        .unwrap()
        .when = when;
    ladder
}

fn hours_before(working_hours: u32) -> Ladder {
    with("due_soon", When::BeforeHours { working_hours })
}

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn same_day(cutoff: &str) -> TimeLimit {
    let cutoff = NaiveTime::parse_from_str(cutoff, "%H:%M").unwrap();
    TimeLimit::SameDay { cutoff }
}

fn sessions(text: &str) -> Vec<Session> {
    let parts = text.split(' ');
    parts.map(|part| Session::parse(part).unwrap()).collect()
}

/// These sessions from Monday to Friday.
fn weekdays(text: &str) -> CalendarSpec {
    let mut spec = CalendarSpec::default();
    for day in spec.weekly.iter_mut().take(5) {
        *day = sessions(text);
    }
    spec
}

/// The fewest hours before the end of a limit that are refused, received from a day on.
fn refused_from(spec: &CalendarSpec, from: &str, limit: TimeLimit) -> u32 {
    let calendar = Calendar::compile(spec).unwrap();
    let mut spans = Spans::of_year(&calendar, date(from));
    let procedures = [("1".to_owned(), Arc::new(procedure(limit, limit)))];
    let mut faults = |hours| hours_before(hours).faults(&procedures, &mut spans);
    let refused = |hours: &u32| !faults(*hours).is_empty();
    (1..=MAX_HOURS).find(refused).unwrap()
}

fn before(working_days: u32, short: Option<Short>) -> When {
    When::Before {
        working_days,
        short,
    }
}

#[test]
fn the_built_in_ladder_fits_every_term() {
    let cutoff = crate::deadline::default_cutoff();
    let limits = [
        TimeLimit::SameDay { cutoff },
        TimeLimit::WorkingHours(1),
        TimeLimit::WorkingHours(15),
        TimeLimit::WorkingHours(16),
        TimeLimit::WorkingDays(1),
        TimeLimit::WorkingDays(2),
        TimeLimit::CalendarDays(1),
        TimeLimit::CalendarDays(2),
        TimeLimit::Months(1),
    ];
    let procedures: Vec<_> = limits
        .iter()
        .map(|limit| ("1".to_owned(), Arc::new(procedure(*limit, *limit))))
        .collect();
    assert_eq!(
        Ladder::default().faults(&procedures, &mut Spans::default()),
        []
    );
}

#[test]
fn five_days_before_the_end_of_two_are_refused_with_the_reason() {
    let ladder = with("due_soon", before(5, None));
    let faults = ladder.faults(&two_days(), &mut Spans::default());
    let text: Vec<_> = faults.iter().map(|fault| fault.text(Lang::En)).collect();
    assert_eq!(
        text,
        [
            "this rung can never fire: the time limit of procedure 1.004873 is 2 working days; \
          set “short” for short terms"
        ]
    );
    assert_eq!(faults[0].field(), "rungs[1].when");
    let short = Some(Short {
        under_days: 6,
        percent: 50,
    });
    assert_eq!(
        with("due_soon", before(5, short)).faults(&two_days(), &mut Spans::default()),
        []
    );
    // Where nobody uses it, it may stay.
    let mut off = ladder;
    off.rungs[1].enabled = false;
    assert_eq!(off.faults(&two_days(), &mut Spans::default()), []);
}

#[test]
fn a_step_too_short_for_its_warning_is_named() {
    let faults = with("step_due_soon", before(1, None)).faults(&two_days(), &mut Spans::default());
    let text = faults[0].text(Lang::Vi);
    assert_eq!(faults.len(), 1);
    assert!(
        text.contains("bước “Thẩm định” của thủ tục 1.004873 chỉ có 1 ngày làm việc"),
        "{text}"
    );
}

#[test]
fn hours_before_the_end_are_compared_with_the_hours_there_are() {
    let limit = TimeLimit::WorkingHours(4);
    let procedures = [("1".to_owned(), Arc::new(procedure(limit, limit)))];
    assert_eq!(
        hours_before(3).faults(&procedures, &mut Spans::default()),
        []
    );
    assert_eq!(
        hours_before(4).faults(&procedures, &mut Spans::default())[0].code(),
        "never_fires"
    );
    assert_eq!(
        hours_before(23).faults(&two_days(), &mut Spans::default()),
        []
    );
    assert_eq!(
        hours_before(24).faults(&two_days(), &mut Spans::default())[0].code(),
        "never_fires"
    );
}

#[test]
fn days_of_the_calendar_are_counted_as_the_working_days_that_they_can_hold() {
    let calendar = Calendar::compile(&weekdays("07:30-17:00")).unwrap();
    let limit = TimeLimit::CalendarDays(15);
    let procedures = [("1".to_owned(), Arc::new(procedure(limit, limit)))];
    let faults = |days, short| {
        let mut spans = Spans::of_year(&calendar, date("2026-01-01"));
        with("due_soon", before(days, short))
            .faults(&procedures, &mut spans)
            .len()
    };
    assert_eq!(
        (faults(10, None), faults(11, None), faults(14, None)),
        (0, 1, 1)
    );
    // Where a short term is told by its share, this one is.
    let short = Some(Short {
        under_days: 2,
        percent: 80,
    });
    assert_eq!((faults(14, short), faults(15, short)), (0, 1));
}

#[test]
fn hours_before_the_end_are_compared_with_the_hours_of_the_calendar() {
    let nine = weekdays("07:30-12:00 13:00-17:30");
    let days = TimeLimit::WorkingDays;
    let refused = |limit| refused_from(&nine, "2026-01-01", limit);
    assert_eq!((refused(days(1)), refused(days(2))), (18, 27));
    // Monday to Friday.
    assert_eq!(refused(TimeLimit::CalendarDays(4)), 45);
    assert_eq!(refused(TimeLimit::WorkingHours(10)), 10);
    // Saturday's morning and Monday hold less than two whole days.
    let mut six = nine.clone();
    six.weekly[5] = sessions("07:30-11:30");
    assert_eq!(refused_from(&six, "2026-01-01", days(1)), 18);
}

#[test]
fn the_hours_of_a_same_day_limit_are_those_after_its_cut_off_and_of_the_next_day() {
    let office = weekdays("07:30-11:30 13:30-17:30");
    let refused = |cutoff| refused_from(&office, "2026-01-01", same_day(cutoff));
    // The rest of the day and the next, less a microsecond: of ten and a half hours, and of ten.
    assert_eq!((refused("15:00"), refused("15:30")), (11, 10));
    // Past a cut-off at noon, the whole afternoon is left.
    assert_eq!((refused("12:00"), refused("11:30")), (12, 12));
    // Nothing is received past the close, everything past a cut-off before the opening.
    assert_eq!((refused("17:30"), refused("07:00")), (8, 16));
}

#[test]
fn the_longest_day_of_the_coming_year_counts() {
    let mut office = weekdays("07:30-11:30 13:30-17:30");
    let special = SpecialDay {
        sessions: sessions("07:30-19:30"),
        reason: "Cao điểm".into(),
    };
    office.special.insert(date("2026-06-01"), special);
    let refused = |from| refused_from(&office, from, TimeLimit::WorkingDays(1));
    assert_eq!((refused("2026-01-01"), refused("2026-06-02")), (20, 16));
}

/// Whether the rung falls after the beginning of what is received at this instant.
fn falls(ladder: &Ladder, limit: TimeLimit, at: DateTime<Utc>, calendar: &Calendar) -> bool {
    let due = Term::new(limit, at).due(calendar).unwrap();
    let target = Target {
        due_at: due.due_at,
        start: due.effective_at,
        stopped: TimeDelta::zero(),
        limit,
        extended_by: None,
        hand_set: false,
    };
    let watch = Watch {
        due: Some(target),
        ..Watch::default()
    };
    let moments = schedule(ladder, &watch, calendar);
    let mut of_rung = moments.iter().filter(|(rung, _)| rung.name == "due_soon");
    of_rung.any(|(_, moment)| *moment > target.start)
}

#[test]
fn hours_are_refused_just_where_they_fall_for_no_receipt() {
    let spec = weekdays("07:30-11:30 13:00-17:30");
    let calendar = Calendar::compile(&spec).unwrap();
    let monday = from_local(date("2026-01-05").and_time(NaiveTime::MIN));
    let half_hours = (0..7 * 48).map(|half| monday + TimeDelta::minutes(30 * half));
    let after = |at: DateTime<Utc>| [at, at + TimeDelta::microseconds(1)];
    let receipts: Vec<_> = half_hours.flat_map(after).collect();
    for limit in [
        same_day("07:00"),
        same_day("12:00"),
        same_day("15:00"),
        same_day("23:59"),
        TimeLimit::WorkingHours(5),
        TimeLimit::WorkingDays(1),
        TimeLimit::CalendarDays(3),
    ] {
        let refused = refused_from(&spec, "2026-01-05", limit);
        for hours in 1..=40 {
            let ladder = hours_before(hours);
            let fires = receipts
                .iter()
                .any(|at| falls(&ladder, limit, *at, &calendar));
            assert_eq!(fires, hours < refused, "{hours} hours before {limit:?}");
        }
    }
}

#[test]
fn only_what_counts_in_days_is_told_of_short_terms() {
    let faults = hours_before(24).faults(&two_days(), &mut Spans::default());
    assert_eq!(
        faults[0].text(Lang::En),
        "this rung can never fire: the time limit of procedure 1.004873 is 2 working days"
    );
    assert!(!faults[0].text(Lang::Vi).contains("short"));
    let faults = with("due_soon", before(2, None)).faults(&two_days(), &mut Spans::default());
    assert!(faults[0].text(Lang::Vi).contains("hãy đặt “short”"));
}

#[test]
fn every_fault_of_a_ladder_is_named_at_once() {
    let mut ladder = Ladder::default();
    ladder.rungs[0].name = "Bước".into();
    ladder.rungs[1].name = "overdue".into();
    ladder.rungs[1].title = " ".into();
    ladder.rungs[2].to.clear();
    ladder.rungs[3].to = vec![Recipient::Head, Recipient::Head];
    ladder.rungs[3].when = When::Late {
        working_days: 61,
        every_days: Some(0),
    };
    ladder.rungs[4].to = vec![Recipient::Head];
    ladder.rungs[4].when = When::Used { percent: 100 };
    let found: Vec<_> = ladder
        .faults(&[], &mut Spans::default())
        .iter()
        .map(|fault| format!("{} {}", fault.field(), fault.code()))
        .collect();
    assert_eq!(
        found,
        [
            "rungs[0].name bad_name",
            "rungs[1].title bad_title",
            "rungs[2].name name_twice",
            "rungs[2].to no_recipients",
            "rungs[3].to recipient_twice",
            "rungs[3].when.working_days out_of_bounds",
            "rungs[3].when.every_days out_of_bounds",
            "rungs[4].to nobody_yet",
            "rungs[4].when not_for_answers",
            "rungs[4].when.percent out_of_bounds",
        ]
    );
    let many = Ladder {
        rungs: vec![ladder.rungs[0].clone(); 21],
    };
    assert_eq!(
        many.faults(&[], &mut Spans::default()),
        [LadderFault::TooManyRungs]
    );
}
