//! What holds for an intake: the office, and the versions of calendar and procedure in force.

use std::sync::Arc;

use chrono::NaiveDate;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Date, Nullable, Text};
use domain::deadline::Calendar;
use domain::procedure::ProcedureVersion;
use domain::text::{AgencyCode, ProcedureCode};

use super::summary::{Named, units};
use crate::db::Conn;
use crate::db::hot::Hot;
use crate::db::schema::offices;
use crate::env::Env;
use crate::error::Error;
use crate::{calendar, procedure};

/// The rules that a new dossier is pinned to.
pub(super) struct InForce {
    pub office: OfficeRow,
    pub calendar_version: i64,
    pub calendar: Arc<Calendar>,
    pub procedure_version: i64,
    pub procedure: Arc<ProcedureVersion>,
    /// The department of whoever takes it in.
    pub department: Option<Named>,
}

#[derive(Debug, Queryable)]
pub(super) struct OfficeRow {
    pub id: i64,
    pub path: String,
    pub name: String,
}

/// What is asked for.
pub(super) struct Wanted<'a> {
    pub office: &'a AgencyCode,
    pub procedure: &'a ProcedureCode,
    pub on: NaiveDate,
    pub department: Option<i64>,
}

/// Finds what is in force. `may` judges the office before anything is said of the rules. On
/// PostgreSQL one question: each round trip there costs as much as the work.
pub(super) fn in_force(
    conn: &mut Conn,
    env: &Env,
    wanted: &Wanted<'_>,
    may: impl FnOnce(&OfficeRow) -> Result<(), Error>,
) -> Result<InForce, Error> {
    let found = match conn {
        Conn::Sqlite(_) => step_by_step(conn, env, wanted)?,
        Conn::Postgres(pg) => at_once(pg, wanted)?,
    };
    let found = found.ok_or_else(unknown_office)?;
    may(&found.office)?;
    let procedure_version = found.procedure_version.ok_or_else(not_in_force)?;
    let calendar_version = found
        .calendar_version
        .ok_or(Error::Refused("no_calendar"))?;
    Ok(InForce {
        calendar: calendar::compiled(conn, env, calendar_version)?,
        procedure: procedure::version(conn, env, procedure_version)?,
        office: found.office,
        calendar_version,
        procedure_version,
        department: found.department,
    })
}

struct Found {
    office: OfficeRow,
    procedure_version: Option<i64>,
    calendar_version: Option<i64>,
    department: Option<Named>,
}

fn step_by_step(conn: &mut Conn, env: &Env, wanted: &Wanted<'_>) -> Result<Option<Found>, Error> {
    let office: Option<OfficeRow> = offices::table
        .filter(offices::code.eq(wanted.office.as_str()))
        .filter(offices::retired_at.is_null())
        .select((offices::id, offices::path, offices::name))
        .first(conn)
        .optional()?;
    let Some(office) = office else {
        return Ok(None);
    };
    let procedure = procedure::in_force(conn, env, wanted.procedure.as_str(), wanted.on)?;
    let calendar_version = match calendar::in_force_by_path(conn, env, &office.path) {
        Ok((version, _)) => Some(version),
        Err(Error::Refused("no_calendar")) => None,
        Err(error) => return Err(error),
    };
    let department = match wanted.department {
        None => None,
        Some(id) => units(conn, vec![id])?.remove(&id),
    };
    Ok(Some(Found {
        office,
        procedure_version: procedure.map(|(id, _)| id),
        calendar_version,
        department,
    }))
}

#[derive(QueryableByName)]
struct FoundRow {
    #[diesel(sql_type = BigInt)]
    id: i64,
    #[diesel(sql_type = Text)]
    path: String,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Nullable<BigInt>)]
    procedure_version: Option<i64>,
    #[diesel(sql_type = Nullable<BigInt>)]
    calendar_version: Option<i64>,
    #[diesel(sql_type = Nullable<Text>)]
    department: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    department_name: Option<String>,
}

/// The same as the queries of the features `calendar` and `procedure`, in one.
fn at_once(pg: &mut PgConnection, wanted: &Wanted<'_>) -> Result<Option<Found>, Error> {
    let row: Option<FoundRow> = Hot::sql(
        "SELECT o.id, o.path, o.name, d.uid AS department, d.name AS department_name, \
         (SELECT c.id FROM offices a JOIN calendar_versions c ON c.calendar_id = a.calendar_id \
           WHERE a.id = ANY (string_to_array(trim(BOTH '/' FROM o.path), '/')::bigint[]) \
           ORDER BY a.path DESC, c.number DESC LIMIT 1) AS calendar_version, \
         (SELECT v.id FROM procedure_versions v JOIN procedures p ON p.id = v.procedure_id \
           WHERE p.code = ",
    )
    .bind::<Text, _>(
        wanted.procedure.as_str(),
        " AND (p.retired_from IS NULL OR p.retired_from > ",
    )
    .bind::<Date, _>(wanted.on, ") AND v.effective_from <= ")
    .bind::<Date, _>(
        wanted.on,
        " ORDER BY v.effective_from DESC LIMIT 1) AS procedure_version \
         FROM offices o LEFT JOIN departments d ON d.id = ",
    )
    .bind::<Nullable<BigInt>, _>(
        wanted.department,
        " WHERE o.retired_at IS NULL AND o.code = ",
    )
    .bind::<Text, _>(wanted.office.as_str(), "")
    .get_result(pg)
    .optional()?;
    Ok(row.map(|row| Found {
        office: OfficeRow {
            id: row.id,
            path: row.path,
            name: row.name,
        },
        procedure_version: row.procedure_version,
        calendar_version: row.calendar_version,
        department: row
            .department
            .zip(row.department_name)
            .map(|(key, name)| Named { key, name }),
    }))
}

fn unknown_office() -> Error {
    Error::invalid(
        "office",
        "unknown_office",
        "Không có cơ quan đang hoạt động với mã này.",
        "No active office has this code.",
    )
}

fn not_in_force() -> Error {
    Error::invalid(
        "procedure",
        "procedure_not_in_force",
        "Không có thủ tục đang có hiệu lực với mã này.",
        "No procedure with this code is in force.",
    )
}
