//! The files of the demo ward, which are part of the program.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::str::FromStr;

use chrono::NaiveDate;
use serde::Deserialize;

use crate::calendar::{CalendarJson, YearJson};
use crate::error::Error;
use crate::procedure::ProcedureJson;

#[derive(Debug, Deserialize)]
pub(super) struct Ward {
    pub(super) offices: Vec<OfficeData>,
    pub(super) departments: Vec<DepartmentData>,
    pub(super) accounts: Vec<AccountData>,
}

/// Parents come before their children.
#[derive(Debug, Deserialize)]
pub(super) struct OfficeData {
    pub(super) code: String,
    pub(super) name: String,
    pub(super) parent: Option<String>,
    pub(super) address: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct DepartmentData {
    pub(super) office: String,
    pub(super) code: String,
    pub(super) name: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct AccountData {
    pub(super) login: String,
    pub(super) display_name: String,
    pub(super) office: String,
    pub(super) department: Option<String>,
    pub(super) roles: Vec<RoleData>,
}

#[derive(Debug, Deserialize)]
pub(super) struct RoleData {
    pub(super) role: String,
    pub(super) office: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct ProcedureData {
    pub(super) code: String,
    pub(super) effective_from: NaiveDate,
    #[serde(flatten)]
    pub(super) rules: ProcedureJson,
}

pub(super) fn ward() -> Result<Ward, Error> {
    Ok(serde_json::from_str(include_str!(
        "../../data/demo-ward.json"
    ))?)
}

pub(super) fn calendar() -> Result<CalendarJson, Error> {
    #[derive(Deserialize)]
    struct File {
        weekly_hours_default: BTreeMap<String, Vec<String>>,
        years: BTreeMap<i32, YearJson>,
    }
    let file: File = serde_json::from_str(include_str!("../../data/calendar-vn.json"))?;
    Ok(CalendarJson {
        weekly: file.weekly_hours_default,
        years: file.years,
    })
}

pub(super) fn procedures() -> Result<Vec<ProcedureData>, Error> {
    #[derive(Deserialize)]
    struct File {
        procedures: Vec<ProcedureData>,
    }
    let file: File = serde_json::from_str(include_str!("../../data/procedures-vn.json"))?;
    Ok(file.procedures)
}

/// A value of the files in its own type.
pub(super) fn parsed<T>(text: &str) -> Result<T, Error>
where
    T: FromStr,
    T::Err: Display,
{
    text.parse()
        .map_err(|fault| Error::Internal(format!("demo data: {text}: {fault}")))
}
