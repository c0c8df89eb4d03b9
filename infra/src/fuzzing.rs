//! Doors for `tests/fuzz` to the readers of stored JSON; no ordinary build has them.

use chrono::NaiveDate;
use domain::deadline::CalendarSpec;
use domain::dossier::Dossier;
use domain::procedure::ProcedureVersion;

use crate::error::Error;
use crate::{calendar, dossier, procedure};

/// The rules' view of a dossier.
pub fn read_dossier(text: &str) -> Result<Dossier, Error> {
    dossier::stored::from_json(text)
}

pub fn write_dossier(dossier: &Dossier) -> Result<String, Error> {
    dossier::stored::to_json(dossier)
}

pub fn read_calendar(text: &str) -> Result<CalendarSpec, Error> {
    calendar::rows::from_text(text)
}

pub fn write_calendar(spec: &CalendarSpec) -> Result<String, Error> {
    calendar::rows::to_text(spec)
}

pub fn read_procedure(text: &str, effective_from: NaiveDate) -> Result<ProcedureVersion, Error> {
    procedure::rows::from_text(text, effective_from)
}

pub fn write_procedure(version: &ProcedureVersion) -> Result<String, Error> {
    procedure::rows::to_text(version)
}
