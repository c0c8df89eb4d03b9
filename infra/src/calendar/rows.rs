//! Rows of calendars, and the JSON in which a calendar is stored.

use std::collections::BTreeMap;

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, Utc};
use diesel::prelude::*;
use domain::deadline::{CalendarFault, CalendarSpec, Session, SpecialDay};
use domain::lang::Lang;
use serde::{Deserialize, Serialize};

use crate::db::schema::{calendar_versions, calendars, recomputations};
use crate::error::{Error, Fault};

#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = calendars)]
pub(crate) struct CalendarRow {
    pub id: i64,
    pub uid: String,
    pub name: String,
    pub retired_at: Option<NaiveDateTime>,
    pub version: i64,
}

#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = calendar_versions)]
pub(crate) struct VersionRow {
    pub number: i64,
    pub spec: String,
    pub created_at: NaiveDateTime,
}

#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = recomputations)]
pub(crate) struct RecomputationRow {
    pub id: i64,
    pub uid: String,
    pub calendar_id: i64,
    pub calendar_version_id: i64,
    pub status: String,
    pub total: i64,
    pub done: i64,
    pub moved: i64,
    pub failed: i64,
    pub last_dossier_id: i64,
    pub created_at: NaiveDateTime,
    pub finished_at: Option<NaiveDateTime>,
}

/// How far the recount of open dossiers after a change of a calendar is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Progress {
    pub uid: String,
    /// The calendar that changed.
    pub calendar: String,
    /// `waiting`, `running` or `done`.
    pub status: String,
    /// Open dossiers to look at when the calendar changed.
    pub total: i64,
    /// Looked at so far; those that ended meanwhile are left out.
    pub done: i64,
    /// Of these, with a date that moved.
    pub moved: i64,
    /// Of these, skipped because their record contradicts itself.
    pub failed: i64,
    pub created_at: DateTime<Utc>,
    pub finished_at: Option<DateTime<Utc>>,
}

impl RecomputationRow {
    pub(crate) fn progress(self, calendar: String) -> Progress {
        Progress {
            uid: self.uid,
            calendar,
            status: self.status,
            total: self.total,
            done: self.done,
            moved: self.moved,
            failed: self.failed,
            created_at: self.created_at.and_utc(),
            finished_at: self.finished_at.map(|at| at.and_utc()),
        }
    }
}

/// A calendar as it is stored: sessions as text, exception dates under their year. A year that
/// is a key has its holidays loaded.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CalendarJson {
    /// By `monday` to `sunday`; a day that is absent has no sessions.
    pub weekly: BTreeMap<String, Vec<String>>,
    #[serde(default)]
    pub years: BTreeMap<i32, YearJson>,
}

/// The days off and on of one year.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct YearJson {
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub closed: BTreeMap<NaiveDate, String>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub make_up: BTreeMap<NaiveDate, String>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub special: BTreeMap<NaiveDate, SpecialJson>,
}

/// A date with sessions of its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SpecialJson {
    pub sessions: Vec<String>,
    #[serde(default)]
    pub reason: String,
}

pub(crate) const WEEKDAYS: [&str; 7] = [
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
];

impl From<&CalendarSpec> for CalendarJson {
    /// A date outside the loaded years makes its year a loaded one: the shape knows no other.
    fn from(spec: &CalendarSpec) -> Self {
        let text = |sessions: &[Session]| sessions.iter().map(ToString::to_string).collect();
        let mut years: BTreeMap<i32, YearJson> = spec
            .years
            .iter()
            .map(|year| (*year, YearJson::default()))
            .collect();
        for (date, reason) in &spec.closed {
            years
                .entry(date.year())
                .or_default()
                .closed
                .insert(*date, reason.clone());
        }
        for (date, reason) in &spec.make_up {
            years
                .entry(date.year())
                .or_default()
                .make_up
                .insert(*date, reason.clone());
        }
        for (date, day) in &spec.special {
            let day = SpecialJson {
                sessions: text(&day.sessions),
                reason: day.reason.clone(),
            };
            years
                .entry(date.year())
                .or_default()
                .special
                .insert(*date, day);
        }
        let weekly = WEEKDAYS
            .iter()
            .zip(&spec.weekly)
            .filter(|(_, sessions)| !sessions.is_empty())
            .map(|(day, sessions)| ((*day).to_owned(), text(sessions)))
            .collect();
        Self { weekly, years }
    }
}

impl TryFrom<&CalendarJson> for CalendarSpec {
    type Error = Error;

    fn try_from(json: &CalendarJson) -> Result<Self, Error> {
        let mut spec = Self::default();
        for (day, sessions) in &json.weekly {
            let place = WEEKDAYS.iter().position(|name| name == day);
            let slot = place.and_then(|place| spec.weekly.get_mut(place));
            *slot.ok_or_else(|| Error::Internal(format!("no day of the week: {day}")))? =
                parsed(sessions)?;
        }
        for (year, days) in &json.years {
            spec.years.insert(*year);
            spec.closed.extend(days.closed.clone());
            spec.make_up.extend(days.make_up.clone());
            for (date, day) in &days.special {
                let sessions = parsed(&day.sessions)?;
                spec.special.insert(
                    *date,
                    SpecialDay {
                        sessions,
                        reason: day.reason.clone(),
                    },
                );
            }
        }
        Ok(spec)
    }
}

fn parsed(sessions: &[String]) -> Result<Vec<Session>, Error> {
    let read = |text: &String| {
        Session::parse(text).map_err(|fault| Error::Internal(format!("session {text}: {fault}")))
    };
    sessions.iter().map(read).collect()
}

/// Reads a calendar as it is stored.
pub(crate) fn from_text(text: &str) -> Result<CalendarSpec, Error> {
    CalendarSpec::try_from(&serde_json::from_str::<CalendarJson>(text)?)
}

pub(crate) fn to_text(spec: &CalendarSpec) -> Result<String, Error> {
    Ok(serde_json::to_string(&CalendarJson::from(spec))?)
}

/// The faults of a calendar, each at its field of the stored shape.
pub(crate) fn faults(spec: &CalendarSpec, faults: &[CalendarFault]) -> Vec<Fault> {
    let fault = |fault: &CalendarFault| {
        let field = field_of(spec, fault);
        Fault::new(
            field,
            fault.code(),
            fault.text(Lang::Vi),
            fault.text(Lang::En),
        )
    };
    faults.iter().map(fault).collect()
}

fn field_of(spec: &CalendarSpec, fault: &CalendarFault) -> String {
    match fault {
        CalendarFault::NoWorkingTime => "weekly".to_owned(),
        CalendarFault::WeeklySessionsOverlap { weekday } => {
            let place = usize::try_from(weekday.num_days_from_monday()).unwrap_or_default();
            format!(
                "weekly.{}",
                WEEKDAYS.get(place).copied().unwrap_or_default()
            )
        }
        CalendarFault::SpecialSessionsOverlap { date }
        | CalendarFault::SpecialWithoutSessions { date } => {
            format!("years.{}.special.{date}.sessions", date.year())
        }
        CalendarFault::ListedTwice { date } | CalendarFault::DateOutOfRange { date } => {
            // Of two lists the later one: closed comes first when people write a year.
            let list = if spec.special.contains_key(date) {
                "special"
            } else if spec.make_up.contains_key(date) {
                "make_up"
            } else {
                "closed"
            };
            format!("years.{}.{list}.{date}", date.year())
        }
        CalendarFault::TooManyExceptions { .. } => "years".to_owned(),
    }
}
