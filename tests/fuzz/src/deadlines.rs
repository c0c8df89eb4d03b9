//! The deadline engine against the slow second implementation that the tests of the domain have.

use arbitrary::{Result, Unstructured};
use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use domain::deadline::{
    Calendar, CalendarSpec, Change, MAX_CHANGES, Session, SpecialDay, Term, Then, TimeLimit,
};

use crate::bytes::{Bytes, pick};
use crate::model::Model;
use crate::properties::{compare_questions, covers_all_days, reasons_are_true, whole_days};
use crate::random::Random;

type Part = fn(&[u8]);

const PARTS: &[Part] = &[agreement, questions, absurd];

pub(crate) fn run(data: &[u8]) {
    if let Some((part, bytes)) = pick(data, PARTS) {
        part(bytes);
    }
}

fn agreement(data: &[u8]) {
    let mut random = Random(Bytes(data));
    let spec = random.calendar();
    let calendar = Calendar::compile(&spec).expect("a random calendar is valid");
    let term = random.term(&spec, &calendar);
    let due = term.due(&calendar).expect("a random term has a due date");
    assert_eq!(due, Model::new(&spec).due(&term), "{term:#?}\n{spec:?}");
    let explanation = term
        .explain(&calendar)
        .expect("what has a date explains itself");
    assert_eq!(explanation.due, due);
    if !explanation.truncated {
        covers_all_days(&term, &explanation);
        if let Some(days) = whole_days(&term) {
            assert_eq!(explanation.counted.len(), days, "{term:#?}\n{spec:?}");
        }
    }
    reasons_are_true(&calendar, &explanation);
    never_earlier(term, &calendar);
}

/// Nothing but a new date by hand moves a due date earlier.
fn never_earlier(mut term: Term, calendar: &Calendar) {
    let changes = std::mem::take(&mut term.changes);
    let mut before = term.due(calendar).expect("a plain term has a due date");
    for change in changes {
        term.changes.push(change);
        let after = term
            .due(calendar)
            .expect("every beginning of a term is one");
        let by_hand = matches!(change, Change::SetByHand { .. });
        assert!(by_hand || after.due_at >= before.due_at, "{term:#?}");
        before = after;
    }
}

fn questions(data: &[u8]) {
    let mut random = Random(Bytes(data));
    let spec = random.calendar();
    let calendar = Calendar::compile(&spec).expect("a random calendar is valid");
    compare_questions(&mut random, &spec, &calendar);
}

/// Calendars and terms that nobody would write: they are refused, or they have a due date.
fn absurd(data: &[u8]) {
    let mut bytes = Unstructured::new(data);
    let (Ok(spec), Ok(term)) = (any_calendar(&mut bytes), any_term(&mut bytes)) else {
        return;
    };
    let Ok(calendar) = Calendar::compile(&spec) else {
        return assert!(!spec.faults().is_empty());
    };
    match (term.due(&calendar), term.explain(&calendar)) {
        (Ok(due), Ok(explanation)) => {
            assert_eq!(due, explanation.due);
            assert!(
                due.due_at >= due.effective_at || !term.changes.is_empty(),
                "{term:#?}"
            );
        }
        (Err(faults), Err(others)) => {
            assert_eq!(faults, others);
            assert!(!faults.is_empty());
        }
        (due, _) => panic!("a date without its explanation, or the other way round: {due:?}"),
    }
}

fn any_calendar(bytes: &mut Unstructured<'_>) -> Result<CalendarSpec> {
    let mut spec = CalendarSpec::default();
    for day in &mut spec.weekly {
        *day = any_sessions(bytes)?;
    }
    for _ in 0..bytes.int_in_range(0..=6)? {
        let date = any_date(bytes)?;
        match bytes.int_in_range(0..=3)? {
            0 => drop(spec.closed.insert(date, String::new())),
            1 => drop(spec.make_up.insert(date, String::new())),
            2 => drop(spec.years.insert(bytes.arbitrary()?)),
            _ => {
                let (sessions, reason) = (any_sessions(bytes)?, String::new());
                spec.special.insert(date, SpecialDay { sessions, reason });
            }
        }
    }
    Ok(spec)
}

fn any_sessions(bytes: &mut Unstructured<'_>) -> Result<Vec<Session>> {
    let mut sessions = Vec::new();
    for _ in 0..bytes.int_in_range(0..=3)? {
        let (start, end) = (
            bytes.int_in_range(0..=1_450)?,
            bytes.int_in_range(0..=1_450)?,
        );
        sessions.extend(Session::new(start, end));
    }
    Ok(sessions)
}

fn any_date(bytes: &mut Unstructured<'_>) -> Result<NaiveDate> {
    let days: i32 = match bytes.ratio(3, 4)? {
        true => bytes.int_in_range(726_000..=804_000)?,
        false => bytes.arbitrary()?,
    };
    Ok(NaiveDate::from_num_days_from_ce_opt(days).unwrap_or_default())
}

fn any_instant(bytes: &mut Unstructured<'_>) -> Result<DateTime<Utc>> {
    let micros: i64 = match bytes.ratio(3, 4)? {
        true => bytes.int_in_range(900_000_000_000_000..=5_700_000_000_000_000)?,
        false => bytes.arbitrary()?,
    };
    Ok(DateTime::from_timestamp_micros(micros).unwrap_or(DateTime::<Utc>::MAX_UTC))
}

fn any_limit(bytes: &mut Unstructured<'_>) -> Result<TimeLimit> {
    let amount = match bytes.ratio(3, 4)? {
        true => bytes.int_in_range(0..=9_000)?,
        false => bytes.arbitrary()?,
    };
    let seconds = bytes.int_in_range(0..=86_399)?;
    Ok(match bytes.int_in_range(0..=4)? {
        0 => TimeLimit::WorkingDays(amount),
        1 => TimeLimit::CalendarDays(amount),
        2 => TimeLimit::Months(amount),
        3 => TimeLimit::WorkingHours(amount),
        _ => TimeLimit::SameDay {
            cutoff: NaiveTime::from_num_seconds_from_midnight_opt(seconds, 0).unwrap_or_default(),
        },
    })
}

fn any_term(bytes: &mut Unstructured<'_>) -> Result<Term> {
    let mut term = Term::new(any_limit(bytes)?, any_instant(bytes)?);
    let count = bytes.int_in_range(0..=u8::try_from(MAX_CHANGES).unwrap_or(u8::MAX))?;
    for _ in 0..count {
        if bytes.is_empty() {
            break;
        }
        let change = match bytes.int_in_range(0..=3)? {
            0 => Change::Stop {
                from: any_instant(bytes)?,
                to: any_instant(bytes)?,
                then: *bytes.choose(&[Then::Resume, Then::Restart])?,
            },
            1 => Change::Extend {
                limit: any_limit(bytes)?,
            },
            2 => Change::SetByHand {
                due_at: any_instant(bytes)?,
            },
            _ => Change::Keep {
                due_at: any_instant(bytes)?,
            },
        };
        term.changes.push(change);
    }
    Ok(term)
}
