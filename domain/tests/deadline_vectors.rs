//! The reference vectors: every one must hold on the reference calendar.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test may fail loudly"
)]

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use domain::deadline::{Calendar, CalendarSpec, Change, Session, Term, Then, TimeLimit};
use serde::Deserialize;

#[derive(Deserialize)]
struct CalendarFile {
    weekly_hours_default: BTreeMap<String, Vec<String>>,
    years: BTreeMap<i32, Year>,
}

#[derive(Deserialize)]
struct Year {
    closed: BTreeMap<String, String>,
    make_up: BTreeMap<String, String>,
}

#[derive(Deserialize)]
struct VectorFile {
    vectors: Vec<Vector>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Vector {
    name: String,
    received_at: String,
    time_limit: Limit,
    #[serde(default)]
    pauses: Vec<Pause>,
    due_at: String,
    #[serde(default)]
    provisional: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Limit {
    unit: String,
    amount: Option<u32>,
    cutoff: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Pause {
    from: String,
    to: String,
    then: String,
}

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn dated(dates: BTreeMap<String, String>) -> impl Iterator<Item = (NaiveDate, String)> {
    (dates.into_iter()).map(|(date, reason)| (date.parse().unwrap(), reason))
}

fn calendar() -> Calendar {
    let file: CalendarFile = serde_json::from_str(include_str!("data/calendar-vn.json")).unwrap();
    let days = [
        "monday",
        "tuesday",
        "wednesday",
        "thursday",
        "friday",
        "saturday",
        "sunday",
    ];
    let mut spec = CalendarSpec {
        weekly: days.map(|day| {
            let sessions = file.weekly_hours_default.get(day).into_iter().flatten();
            sessions.map(|text| Session::parse(text).unwrap()).collect()
        }),
        ..CalendarSpec::default()
    };
    for (year, dates) in file.years {
        spec.years.insert(year);
        spec.closed.extend(dated(dates.closed));
        spec.make_up.extend(dated(dates.make_up));
    }
    Calendar::compile(&spec).unwrap()
}

fn term(vector: &Vector) -> Term {
    let limit = &vector.time_limit;
    let cutoff =
        (limit.cutoff.as_deref()).map(|text| NaiveTime::parse_from_str(text, "%H:%M").unwrap());
    let limit = TimeLimit::new(&limit.unit, limit.amount, cutoff).unwrap();
    let stops = vector.pauses.iter().map(|pause| Change::Stop {
        from: at(&pause.from),
        to: at(&pause.to),
        then: match pause.then.as_str() {
            "resume" => Then::Resume,
            "restart" => Then::Restart,
            other => unreachable!("unknown word {other}"),
        },
    });
    stops.fold(Term::new(limit, at(&vector.received_at)), Term::with)
}

#[test]
fn every_reference_vector_holds() {
    let file: VectorFile =
        serde_json::from_str(include_str!("data/deadline-vectors.json")).unwrap();
    assert!(file.vectors.len() >= 45, "only {}", file.vectors.len());
    let calendar = calendar();
    let mut wrong = Vec::new();
    for vector in &file.vectors {
        let due = term(vector).due(&calendar).unwrap();
        if (due.due_at, due.provisional) != (at(&vector.due_at), vector.provisional) {
            wrong.push(format!("{}: {:?}", vector.name, due));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn a_term_of_working_days_counts_just_as_many_days() {
    let file: VectorFile =
        serde_json::from_str(include_str!("data/deadline-vectors.json")).unwrap();
    let calendar = calendar();
    for vector in &file.vectors {
        let explanation = term(vector).explain(&calendar).unwrap();
        assert_eq!(explanation.due, term(vector).due(&calendar).unwrap());
        let amount = vector.time_limit.amount.unwrap_or(1);
        if matches!(
            vector.time_limit.unit.as_str(),
            "working_days" | "calendar_days" | "same_day"
        ) && !vector.name.contains("after the due date")
        {
            let counted = u32::try_from(explanation.counted.len()).unwrap();
            assert_eq!(counted, amount, "{}: {explanation:#?}", vector.name);
        }
    }
}
