//! Offices and departments as they are stored.

use chrono::NaiveDateTime;
use diesel::prelude::*;
use domain::deadline::Session;
use domain::office::{DeskHours, OfficeKind, WEEKDAYS};
use serde_json::{Map, Value, json};

use crate::db::schema::{departments, offices};
use crate::error::Error;

/// A row of `offices`.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = offices)]
pub struct OfficeRow {
    pub id: i64,
    pub code: String,
    pub parent_id: Option<i64>,
    /// Ids from the root down, as `/1/7/`.
    pub path: String,
    pub name: String,
    pub kind: String,
    pub calendar_id: Option<i64>,
    pub desk_hours: String,
    pub address: Option<String>,
    pub phone: Option<String>,
    pub retired_at: Option<NaiveDateTime>,
    pub version: i64,
    pub created_at: NaiveDateTime,
}

/// An office with the names of what it points to.
#[derive(Debug, Clone)]
pub struct OfficeDetail {
    pub office: OfficeRow,
    pub kind: OfficeKind,
    pub parent: Option<String>,
    /// Its own calendar; without one its parent's holds.
    pub calendar: Option<String>,
    pub desk_hours: DeskHours,
}

impl OfficeDetail {
    /// What the record of changes keeps of it.
    pub(crate) fn snapshot(&self) -> Value {
        json!({
            "name": self.office.name,
            "kind": self.kind.as_str(),
            "parent": self.parent,
            "calendar": self.calendar,
            "desk_hours": desk_hours_json(&self.desk_hours),
            "address": self.office.address,
            "phone": self.office.phone,
            "retired": self.office.retired_at.is_some(),
        })
    }
}

/// A row of `departments`.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = departments)]
pub struct DepartmentRow {
    pub id: i64,
    pub uid: String,
    pub office_id: i64,
    pub code: String,
    pub name: String,
    pub retired_at: Option<NaiveDateTime>,
    pub version: i64,
    pub created_at: NaiveDateTime,
}

/// The stored form: `{"monday": ["07:30-11:30"]}`, days without sessions left out.
pub(crate) fn desk_hours_json(hours: &DeskHours) -> Value {
    let days: Map<String, Value> = hours
        .days()
        .filter(|(_, sessions)| !sessions.is_empty())
        .map(|(weekday, sessions)| {
            let sessions = sessions
                .iter()
                .map(|session| Value::from(session.to_string()));
            (weekday.to_owned(), sessions.collect())
        })
        .collect();
    Value::Object(days)
}

pub(crate) fn desk_hours_from(stored: &str) -> Result<DeskHours, Error> {
    let Value::Object(days) = serde_json::from_str(stored)? else {
        return Err(broken("no object"));
    };
    let mut read: [Vec<Session>; 7] = Default::default();
    for (weekday, sessions) in WEEKDAYS.into_iter().zip(&mut read) {
        for text in days
            .get(weekday)
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
        {
            let session = Session::parse(text.as_str().unwrap_or_default());
            sessions.push(session.map_err(broken)?);
        }
    }
    DeskHours::new(read).map_err(|_| broken("sessions out of order"))
}

fn broken(why: impl std::fmt::Display) -> Error {
    Error::Internal(format!("stored desk hours: {why}"))
}
