//! The filters of letters: moments, days and sums as Vietnamese writes them, and those of the
//! language that would make the word "None" of what is not there.

use std::borrow::Cow;

use chrono::{DateTime, Datelike as _, NaiveDate, Utc};
use domain::time::{local_date, to_local};
use minijinja::value::StringInput;
use minijinja::{Environment, Error, ErrorKind, State, Value, filters};

type OfText = fn(StringInput<'_>) -> Value;

/// Those that write letters large or small.
const CASE: [(&str, OfText); 4] = [
    ("lower", filters::lower),
    ("upper", filters::upper),
    ("capitalize", filters::capitalize),
    ("title", title),
];

pub(super) fn add(environment: &mut Environment<'_>) {
    environment.add_filter("moment", moment);
    environment.add_filter("day", day);
    environment.add_filter("vnd", vnd);
    environment.add_filter("decimal", decimal);
    environment.add_filter("trim", trim);
    for (name, filter) in CASE {
        let kept = move |state: &State<'_, '_>, value: &Value| of_text(state, value, filter);
        environment.add_filter(name, kept);
    }
}

/// Lets `look` see what is to be written large or small.
pub(super) fn watch(environment: &mut Environment<'_>, look: fn(&Value) -> Result<(), Error>) {
    for (name, filter) in CASE {
        let watched = move |state: &State<'_, '_>, value: &Value| {
            look(value)?;
            of_text(state, value, filter)
        };
        environment.add_filter(name, watched);
    }
}

/// What is not there stays so, and is written as nothing; a name that is not known is a fault.
fn of_text(
    state: &State<'_, '_>,
    value: &Value,
    filter: impl FnOnce(StringInput<'_>) -> Value,
) -> Result<Value, Error> {
    if value.is_none() {
        return Ok(value.clone());
    }
    StringInput::new(state, value).map(filter)
}

fn title(text: StringInput<'_>) -> Value {
    text.preserve_safety(filters::title(Cow::Borrowed(text.as_str())))
}

fn trim(
    state: &State<'_, '_>,
    value: &Value,
    letters: Option<Cow<'_, str>>,
) -> Result<Value, Error> {
    of_text(state, value, |text| filters::trim(text, letters))
}

fn instant(text: &str) -> Result<DateTime<Utc>, Error> {
    text.parse()
        .map_err(|_| Error::new(ErrorKind::InvalidOperation, format!("no moment: {text}")))
}

/// `17:00 thứ Sáu, 20/11/2026`.
fn moment(text: &str) -> Result<String, Error> {
    let local = to_local(instant(text)?);
    let weekday = match local.weekday() {
        chrono::Weekday::Mon => "thứ Hai",
        chrono::Weekday::Tue => "thứ Ba",
        chrono::Weekday::Wed => "thứ Tư",
        chrono::Weekday::Thu => "thứ Năm",
        chrono::Weekday::Fri => "thứ Sáu",
        chrono::Weekday::Sat => "thứ Bảy",
        chrono::Weekday::Sun => "Chủ nhật",
    };
    Ok(format!(
        "{} {weekday}, {}",
        local.format("%H:%M"),
        local.format("%d/%m/%Y")
    ))
}

/// `20/11/2026`, of a day or of a moment.
fn day(text: &str) -> Result<String, Error> {
    let date = match text.parse::<NaiveDate>() {
        Ok(date) => date,
        Err(_) => local_date(instant(text)?),
    };
    Ok(date.format("%d/%m/%Y").to_string())
}

/// `1.500.000 đồng`.
fn vnd(amount: i64) -> String {
    let digits = amount.unsigned_abs().to_string();
    let mut grouped = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len().saturating_sub(index)).is_multiple_of(3) {
            grouped.push('.');
        }
        grouped.push(digit);
    }
    let sign = if amount < 0 { "-" } else { "" };
    format!("{sign}{grouped} đồng")
}

/// `18,5`, with a comma as in Vietnamese.
fn decimal(number: f64) -> String {
    format!("{number:.1}").replace('.', ",")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail loudly")]
    use super::*;

    #[test]
    fn moments_days_and_money_read_as_vietnamese_writes_them() {
        assert_eq!(
            moment("2026-11-20T10:00:00Z").unwrap(),
            "17:00 thứ Sáu, 20/11/2026"
        );
        assert_eq!(day("2026-11-20T17:00:00Z").unwrap(), "21/11/2026");
        assert_eq!(day("2026-11-20").unwrap(), "20/11/2026");
        assert_eq!(vnd(1_500_000), "1.500.000 đồng");
        assert_eq!(vnd(500), "500 đồng");
        assert_eq!(vnd(100_000), "100.000 đồng");
        assert_eq!(decimal(18.46), "18,5");
    }
}
