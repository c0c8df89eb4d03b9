//! Text newtypes, dates, times and limits: what reads is kept in one form that reads as itself.

use std::fmt::Display;
use std::str::FromStr;

use api::input::FromText;
use api::schedule::Cron;
use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use domain::deadline::{Session, TimeLimit};
use domain::lang::Lang;
use domain::text::{
    Address, AgencyCode, DossierCode, Email, IdNumber, Limits, Login, LookupKey, Note, Password,
    PersonName, Phone, ProcedureCode, Title, UnitCode, clean, fold, mask,
};
use domain::time::to_rfc3339;
use unicode_normalization::is_nfc;
use uuid::Uuid;

use crate::bytes::pick;

type Reader = fn(&str);

const READERS: &[Reader] = &[
    newtype::<DossierCode>,
    newtype::<AgencyCode>,
    newtype::<ProcedureCode>,
    newtype::<PersonName>,
    newtype::<Phone>,
    newtype::<IdNumber>,
    newtype::<LookupKey>,
    newtype::<Email>,
    newtype::<Login>,
    newtype::<UnitCode>,
    newtype::<Address>,
    newtype::<Title>,
    newtype::<Note>,
    newtype::<Password>,
    instant,
    date_and_time,
    session,
    limit,
    folded,
    words,
    dossier_code,
    cron,
];

pub(crate) fn run(data: &[u8]) {
    if let Some((reader, bytes)) = pick(data, READERS)
        && let Ok(text) = std::str::from_utf8(bytes)
    {
        reader(text);
    }
}

fn newtype<T>(raw: &str)
where
    T: FromText + FromStr + Display + PartialEq + std::fmt::Debug,
{
    let read = match T::from_text(raw) {
        Ok(read) => read,
        Err(fault) => return assert!(!fault.code.is_empty()),
    };
    let text = read.to_string();
    assert!(is_nfc(&text), "{text:?}");
    assert!(!text.is_empty());
    assert!(!text.contains(['\r', '\0', '\u{202E}']), "{text:?}");
    assert_eq!(T::from_text(&text).expect("reads again"), read);
    assert_eq!(T::from_query_text(&text).ok(), Some(read));
}

fn instant(raw: &str) {
    for read in [
        DateTime::<Utc>::from_text(raw),
        DateTime::<Utc>::from_query_text(raw),
    ] {
        if let Ok(at) = read {
            assert_eq!(at.timestamp_subsec_nanos() % 1_000, 0);
            // At UTC+7 the last hours of 2149 may be in 2150, and the first of 2000 in 1999.
            let written = to_rfc3339(at);
            if let Ok(again) = DateTime::<Utc>::from_text(&written) {
                assert_eq!(again, at, "{written}");
            } else {
                let beside = ["2150-01-01T", "2150-01-02T", "1999-12-31T"];
                assert!(
                    beside.iter().any(|day| written.starts_with(day)),
                    "{written}"
                );
            }
        }
    }
}

fn date_and_time(raw: &str) {
    if let Ok(date) = NaiveDate::from_text(raw) {
        assert_eq!(date.to_string(), raw);
    }
    if let Ok(time) = NaiveTime::from_text(raw) {
        assert_eq!(time.format("%H:%M").to_string(), raw);
    }
    if let Ok(id) = Uuid::from_text(raw) {
        assert_eq!(id.to_string(), raw.to_ascii_lowercase());
    }
    let numbers = [i64::from_text(raw), u32::from_text(raw).map(i64::from)];
    for number in numbers.into_iter().flatten() {
        assert_eq!(raw.parse(), Ok(number));
    }
    drop(Vec::<NaiveDate>::from_text(raw));
}

fn session(raw: &str) {
    if let Ok(session) = Session::parse(raw) {
        assert_eq!(session.to_string(), raw);
        assert_eq!(session.minutes(), session.end() - session.start());
    }
}

fn limit(raw: &str) {
    let mut parts = raw.splitn(3, ' ');
    let unit = parts.next().unwrap_or_default();
    let amount = parts.next().and_then(|amount| amount.parse().ok());
    let cutoff = parts
        .next()
        .and_then(|time| NaiveTime::from_text(time).ok());
    match TimeLimit::new(unit, amount, cutoff) {
        Ok(limit) => {
            let again = TimeLimit::new(limit.unit(), limit.amount(), limit.cutoff());
            assert_eq!(again, Ok(limit));
            assert!(!limit.text(Lang::Vi).is_empty());
        }
        Err(faults) => assert!(!faults.is_empty()),
    }
}

/// What is folded stays so, whichever way its letters were composed.
fn folded(raw: &str) {
    use unicode_normalization::UnicodeNormalization as _;
    let once = fold(raw);
    assert_eq!(fold(&once), once, "{raw:?}");
    assert_eq!(fold(&raw.nfc().collect::<String>()), once, "{raw:?}");
    assert_eq!(fold(&raw.nfd().collect::<String>()), once, "{raw:?}");
    let masked = mask(raw);
    assert_eq!(masked.chars().count(), raw.chars().count());
}

fn words(raw: &str) {
    for limits in [
        Limits::line(1, 300),
        Limits::line(3, 20),
        Limits::lines(4_000),
    ] {
        if let Ok(text) = clean(raw, limits) {
            assert_eq!(clean(&text, limits).as_deref(), Ok(text.as_str()));
            let length = text.chars().count();
            assert!(limits.min <= length && length <= limits.max);
        }
    }
}

fn dossier_code(raw: &str) {
    if let Ok(code) = DossierCode::parse(raw) {
        let again = DossierCode::new(code.agency(), code.date(), code.sequence());
        assert_eq!(again, Ok(code));
    }
}

/// The times of jobs: the newest that has come and the first that will lie on either side of now.
fn cron(raw: &str) {
    let Ok(cron) = Cron::parse(raw) else {
        return;
    };
    assert_eq!(Cron::parse(cron.as_str()).as_ref(), Ok(&cron));
    let now: DateTime<Utc> = DateTime::from_timestamp(1_790_000_000, 500).expect("a moment");
    let next = cron.next(now);
    assert!(next.is_none_or(|next| next > now), "{raw:?}");
    if let Some(latest) = cron.latest(now) {
        assert!(latest <= now, "{raw:?}");
        assert!(cron.next(latest).is_none_or(|after| after > now), "{raw:?}");
    }
}
