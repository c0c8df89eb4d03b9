//! What a due date costs: 1 to 60 working days, hours, stops, an explanation, a compilation.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a bench may fail loudly"
)]

use std::hint::black_box;

use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use domain::deadline::{Calendar, CalendarSpec, Change, Session, Term, Then, TimeLimit};

/// Four years with 15 days off each, among them a week of Tết, and a make-up Saturday.
fn spec() -> CalendarSpec {
    let mut spec = CalendarSpec::default();
    for day in spec.weekly.iter_mut().take(5) {
        *day = ["07:30-11:30", "13:00-17:00"]
            .map(|text| Session::parse(text).unwrap())
            .to_vec();
    }
    for year in 2024..=2027 {
        spec.years.insert(year);
        let new_year = NaiveDate::from_ymd_opt(year, 1, 1).unwrap();
        for offset in [0, 41, 42, 43, 44, 45, 46, 47, 100, 119, 120, 243, 244, 327] {
            let date = new_year + Days::new(offset);
            spec.closed.insert(date, "Ngày nghỉ lễ".into());
        }
        let saturday = (new_year + Days::new(9))
            .week(chrono::Weekday::Sun)
            .last_day();
        spec.make_up.insert(saturday, "Làm bù".into());
    }
    spec
}

fn received_at() -> DateTime<Utc> {
    "2026-01-28T03:17:00Z".parse().unwrap()
}

fn due_dates(criterion: &mut Criterion) {
    let calendar = Calendar::compile(&spec()).unwrap();
    let mut group = criterion.benchmark_group("due");
    for days in [1, 5, 15, 30, 60] {
        let term = Term::new(TimeLimit::WorkingDays(days), received_at());
        group.bench_with_input(BenchmarkId::new("working_days", days), &term, |b, term| {
            b.iter(|| black_box(term).due(black_box(&calendar)).unwrap());
        });
    }
    let outside = received_at() + TimeDelta::days(3_000);
    let stop = Change::Stop {
        from: received_at() + TimeDelta::hours(30),
        to: received_at() + TimeDelta::hours(100),
        then: Then::Resume,
    };
    let terms = [
        (
            "outside_the_window",
            Term::new(TimeLimit::WorkingDays(15), outside),
        ),
        (
            "calendar_days_15",
            Term::new(TimeLimit::CalendarDays(15), received_at()),
        ),
        ("months_3", Term::new(TimeLimit::Months(3), received_at())),
        (
            "working_hours_40",
            Term::new(TimeLimit::WorkingHours(40), received_at()),
        ),
        (
            "one_stop",
            Term::new(TimeLimit::WorkingDays(15), received_at()).with(stop),
        ),
    ];
    for (name, term) in &terms {
        group.bench_function(*name, |b| {
            b.iter(|| black_box(term).due(black_box(&calendar)).unwrap());
        });
    }
    group.finish();
}

fn the_rest(criterion: &mut Criterion) {
    let calendar = Calendar::compile(&spec()).unwrap();
    let term = Term::new(TimeLimit::WorkingDays(15), received_at());
    criterion.bench_function("explain/working_days_15", |b| {
        b.iter(|| black_box(&term).explain(black_box(&calendar)).unwrap());
    });
    criterion.bench_function("compile/four_years", |b| {
        let spec = spec();
        b.iter(|| Calendar::compile(black_box(&spec)).unwrap());
    });
}

criterion_group!(benches, due_dates, the_rest);
criterion_main!(benches);
