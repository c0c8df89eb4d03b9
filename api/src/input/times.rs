//! Dates, times of day and instants, each wrong in its own way.

use chrono::{DateTime, Datelike, NaiveDate, NaiveTime, Utc};

use super::{Fault, FromText};

const DATE: &str = "2026-11-20";
const TIME: &str = "07:30";
const INSTANT: &str = "2026-11-20T08:30:00+07:00";

impl FromText for NaiveDate {
    fn from_text(raw: &str) -> Result<Self, Fault> {
        let date = read_date(raw, DATE)?;
        in_years(date.year(), 1900)?;
        Ok(date)
    }
}
crate::json_by_text!(NaiveDate);

impl FromText for NaiveTime {
    fn from_text(raw: &str) -> Result<Self, Fault> {
        let fault = || Fault::bad_format(TIME);
        let (hour, minute) = raw.split_once(':').ok_or_else(fault)?;
        let [hour, minute] = [
            number(hour, 2).ok_or_else(fault)?,
            number(minute, 2).ok_or_else(fault)?,
        ];
        NaiveTime::from_hms_opt(hour, minute, 0).ok_or_else(bad_time)
    }
}
crate::json_by_text!(NaiveTime);

/// RFC 3339, cut to microseconds. The offset is required: a time without one is a guess.
impl FromText for DateTime<Utc> {
    fn from_text(raw: &str) -> Result<Self, Fault> {
        let fault = || Fault::bad_format(INSTANT);
        let (date, rest) = raw.split_once(['T', 't']).ok_or_else(fault)?;
        let date = read_date(date, INSTANT)?;
        let at = rest.find(['Z', 'z', '+', '-']);
        let (clock, offset) = rest
            .split_at_checked(at.unwrap_or(rest.len()))
            .ok_or_else(fault)?;
        check_clock(clock)?;
        if offset.is_empty() {
            return Err(Fault::new(
                "offset_missing",
                "Thiếu múi giờ, ví dụ đúng: 2026-11-20T08:30:00+07:00.",
                "The offset is missing; right is 2026-11-20T08:30:00+07:00.",
            ));
        }
        in_years(date.year(), 2000)?;
        let instant = DateTime::parse_from_rfc3339(raw).map_err(|_| fault())?;
        Ok(domain::time::truncate_micros(instant.with_timezone(&Utc)))
    }

    /// A `+` that was not written `%2B` arrives as a blank, and can mean nothing else here.
    fn from_query_text(raw: &str) -> Result<Self, Fault> {
        Self::from_text(&raw.replace(' ', "+"))
    }
}
crate::json_by_text!(DateTime<Utc>);

fn read_date(raw: &str, example: &'static str) -> Result<NaiveDate, Fault> {
    let fault = || Fault::bad_format(example);
    let mut parts = raw.split('-');
    let mut part = |width| {
        parts
            .next()
            .and_then(|text| number(text, width))
            .ok_or_else(fault)
    };
    let (year, month, day) = (part(4)?, part(2)?, part(2)?);
    if parts.next().is_some() {
        return Err(fault());
    }
    let year = i32::try_from(year).map_err(|_| fault())?;
    NaiveDate::from_ymd_opt(year, month, day).ok_or_else(|| {
        Fault::new(
            "bad_date",
            "Ngày không tồn tại.",
            "This date does not exist.",
        )
    })
}

/// `HH:MM:SS` with an optional fraction; second 60 has its own answer, for it is right elsewhere.
fn check_clock(clock: &str) -> Result<(), Fault> {
    let fault = || Fault::bad_format(INSTANT);
    let (whole, fraction) = clock.split_once('.').unwrap_or((clock, "0"));
    let digits = !fraction.is_empty()
        && fraction.len() <= 9
        && fraction.bytes().all(|byte| byte.is_ascii_digit());
    let mut parts = whole.split(':');
    let mut part = || {
        parts
            .next()
            .and_then(|text| number(text, 2))
            .ok_or_else(fault)
    };
    let (hour, minute, second) = (part()?, part()?, part()?);
    if parts.next().is_some() || !digits {
        return Err(fault());
    }
    match (hour, minute, second) {
        (0..24, 0..60, 0..60) => Ok(()),
        (0..24, 0..60, 60) => Err(Fault::new(
            "leap_second",
            "Giây nhuận không được nhận; dùng giây 59.",
            "Leap seconds are not taken; use second 59.",
        )),
        _ => Err(bad_time()),
    }
}

fn bad_time() -> Fault {
    Fault::new(
        "bad_time",
        "Giờ không tồn tại.",
        "This time of day does not exist.",
    )
}

/// Calendars reach to 2149; a year beyond is a slip of the finger.
fn in_years(year: i32, first: i32) -> Result<(), Fault> {
    if (first..=2149).contains(&year) {
        Ok(())
    } else {
        Err(Fault::out_of_range(first, 2149))
    }
}

fn number(text: &str, width: usize) -> Option<u32> {
    let right = text.len() == width && text.bytes().all(|byte| byte.is_ascii_digit());
    right.then(|| text.parse().ok()).flatten()
}
