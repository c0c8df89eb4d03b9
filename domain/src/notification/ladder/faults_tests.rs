//! Ladders that are refused, with the reason.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may fail loudly"
)]

use super::*;
use crate::auth::Role;
use crate::notification::ladder::Short;
use crate::procedure::StepRule;

fn procedure(limit: TimeLimit, budget: TimeLimit) -> ProcedureVersion {
    ProcedureVersion {
        name: "Xác nhận tình trạng hôn nhân".into(),
        field: "Hộ tịch".into(),
        effective_from: chrono::NaiveDate::default(),
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
    let hours = |working_hours| with("due_soon", When::BeforeHours { working_hours });
    let limit = TimeLimit::WorkingHours(4);
    let procedures = [("1".to_owned(), Arc::new(procedure(limit, limit)))];
    assert_eq!(hours(3).faults(&procedures, &mut Spans::default()), []);
    assert_eq!(
        hours(4).faults(&procedures, &mut Spans::default())[0].code(),
        "never_fires"
    );
    assert_eq!(hours(23).faults(&two_days(), &mut Spans::default()), []);
    assert_eq!(
        hours(24).faults(&two_days(), &mut Spans::default())[0].code(),
        "never_fires"
    );
}

#[test]
fn days_of_the_calendar_are_counted_as_the_working_days_that_they_can_hold() {
    let mut spec = crate::deadline::CalendarSpec::default();
    for day in spec.weekly.iter_mut().take(5) {
        *day = vec![crate::deadline::Session::parse("07:30-17:00").unwrap()];
    }
    let weekdays = crate::deadline::Calendar::compile(&spec).unwrap();
    let from = chrono::NaiveDate::from_ymd_opt(2026, 1, 1).unwrap();
    let limit = TimeLimit::CalendarDays(15);
    let procedures = [("1".to_owned(), Arc::new(procedure(limit, limit)))];
    let faults = |days, short| {
        let mut spans = Spans::of_year(&weekdays, from);
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
