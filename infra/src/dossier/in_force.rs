//! What holds for an intake: the office, and the versions of calendar and procedure in force.

use std::sync::Arc;

use chrono::NaiveDate;
use diesel::backend::Backend;
use diesel::prelude::*;
use diesel::serialize::ToSql;
use diesel::sql_types::{BigInt, Date, HasSqlType, Nullable, Text};
use domain::deadline::Calendar;
use domain::procedure::ProcedureVersion;
use domain::text::{AgencyCode, ProcedureCode};

use super::summary::Named;
use crate::db::Conn;
use crate::db::hot::Hot;
use crate::env::Env;
use crate::error::Error;
use crate::{calendar, procedure};

/// The rules that a new dossier is pinned to.
#[derive(Debug)]
pub(crate) struct InForce {
    pub(super) office: OfficeRow,
    pub(super) calendar_version: i64,
    pub(super) calendar: Arc<Calendar>,
    pub(super) procedure_version: i64,
    pub(super) procedure: Arc<ProcedureVersion>,
    /// The department of whoever takes it in.
    pub(super) department: Option<Named>,
}

#[derive(Debug)]
pub(crate) struct OfficeRow {
    pub id: i64,
    pub path: String,
    pub name: String,
}

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Wanted {
    pub office: AgencyCode,
    pub procedure: ProcedureCode,
    pub on: NaiveDate,
    pub department: Option<i64>,
}

/// Finds what is in force. `mark` is that of the registers, read in this transaction and before;
/// while it stays, what was found is known. `may` judges the office before anything is said of the
/// rules.
pub(super) fn in_force(
    conn: &mut Conn,
    env: &Env,
    wanted: &Wanted,
    mark: i64,
    may: impl FnOnce(&OfficeRow) -> Result<(), Error>,
) -> Result<Arc<InForce>, Error> {
    if let Some(known) = env.in_force.find((mark, wanted.on), wanted) {
        may(&known.office)?;
        return Ok(known);
    }
    // One question: a round trip to PostgreSQL costs as much as the work, and so do many small
    // ones to SQLite.
    let found: Option<FoundRow> = match conn {
        Conn::Sqlite(lite) => question(SQLITE, wanted).get_result(lite).optional()?,
        Conn::Postgres(pg) => question(POSTGRES, wanted).get_result(pg).optional()?,
    };
    let found = found.ok_or_else(unknown_office)?;
    let office = OfficeRow {
        id: found.id,
        path: found.path,
        name: found.name,
    };
    may(&office)?;
    let procedure_version = found.procedure_version.ok_or_else(not_in_force)?;
    let calendar_version = found
        .calendar_version
        .ok_or(Error::Refused("no_calendar"))?;
    let found = Arc::new(InForce {
        calendar: calendar::compiled(conn, env, calendar_version)?,
        procedure: procedure::version(conn, env, procedure_version)?,
        office,
        calendar_version,
        procedure_version,
        department: found
            .department
            .zip(found.department_name)
            .map(|(key, name)| Named { key, name }),
    });
    env.in_force.keep((mark, wanted.on), wanted.clone(), &found);
    Ok(found)
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

/// The question up to the code of the procedure; how the offices on a path are found is each
/// database's own.
macro_rules! opening {
    ($offices_on_path:literal) => {
        concat!(
            "SELECT o.id, o.path, o.name, d.uid AS department, d.name AS department_name, \
             (SELECT c.id FROM ",
            $offices_on_path,
            " ORDER BY a.path DESC, c.number DESC LIMIT 1) AS calendar_version, \
             (SELECT v.id FROM procedure_versions v JOIN procedures p ON p.id = v.procedure_id \
               WHERE p.code = "
        )
    };
}

const POSTGRES: &str = opening!(
    "offices a JOIN calendar_versions c ON c.calendar_id = a.calendar_id \
     WHERE a.id = ANY (string_to_array(trim(BOTH '/' FROM o.path), '/')::bigint[])"
);

const SQLITE: &str = opening!(
    "json_each('[' || replace(trim(o.path, '/'), '/', ',') || ']') e \
     CROSS JOIN offices a ON a.id = e.value \
     CROSS JOIN calendar_versions c ON c.calendar_id = a.calendar_id"
);

/// The same as the queries of the features `calendar` and `procedure`, in one.
fn question<'a, DB>(opening: &'static str, wanted: &'a Wanted) -> Hot<'a, DB>
where
    DB: Backend + HasSqlType<Text> + HasSqlType<Date> + HasSqlType<BigInt>,
    str: ToSql<Text, DB>,
    NaiveDate: ToSql<Date, DB>,
    i64: ToSql<BigInt, DB>,
    Option<i64>: ToSql<Nullable<BigInt>, DB>,
{
    Hot::sql(opening)
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
