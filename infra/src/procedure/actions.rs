//! What administrators do with procedures, each in one transaction.

use chrono::NaiveDate;
use diesel::prelude::*;
use domain::auth::{Principal, Role};
use domain::lang::Lang;
use domain::procedure::ProcedureVersion;
use domain::time::local_date;
use serde_json::json;

use super::queries::{self, ProcedureDetail};
use super::rows::{ProcedureRow, VersionRow, to_text};
use crate::audit::audit;
use crate::db::schema::{dossiers, procedure_versions, procedures};
use crate::db::{Conn, dialect};
use crate::env::Env;
use crate::error::{Error, Fault};

/// Adds a version, and the procedure when it is new, without asking who or when: for loading
/// data. Gives the version's id.
///
/// # Errors
/// [`Error::Invalid`] with every fault; [`Error::AlreadyExists`] when a version takes effect
/// on that day already.
pub fn insert_version(
    conn: &mut Conn,
    env: &Env,
    code: &str,
    effective_from: NaiveDate,
    version: &ProcedureVersion,
) -> Result<i64, Error> {
    let faults = faults_of(version);
    if !faults.is_empty() {
        return Err(Error::Invalid(faults));
    }
    let known = match queries::row(conn, code) {
        Ok(row) => Some(row.id),
        Err(Error::NotFound) => None,
        Err(error) => return Err(error),
    };
    let procedure_id = match known {
        Some(id) => id,
        None => insert_procedure(conn, env, code)?,
    };
    insert_row(conn, env, None, procedure_id, effective_from, version)
}

/// Takes up a procedure with its first version, which may be in force already.
pub fn create_procedure(
    conn: &mut Conn,
    env: &Env,
    who: &Principal,
    code: &str,
    version: &ProcedureVersion,
) -> Result<ProcedureDetail, Error> {
    check_rights(who)?;
    check(version, Vec::new())?;
    let id = insert_procedure(conn, env, code)?;
    insert_row(conn, env, Some(who), id, version.effective_from, version)?;
    record(
        conn,
        env,
        who,
        "procedure.create",
        code,
        version.effective_from,
    )?;
    queries::get_version(conn, env, code, version.effective_from)
}

/// Adds a version that takes effect after all others; where dossiers exist not before today.
pub fn add_version(
    conn: &mut Conn,
    env: &Env,
    who: &Principal,
    code: &str,
    expected: i64,
    version: &ProcedureVersion,
) -> Result<ProcedureDetail, Error> {
    check_rights(who)?;
    let row = current(conn, code, expected)?;
    let date = version.effective_from;
    let versions = queries::versions_of(conn, row.id)?;
    let mut faults = Vec::new();
    if versions
        .last()
        .is_some_and(|last| date <= last.effective_from)
    {
        faults.push(at_date(
            "not_after_latest",
            "phải sau ngày hiệu lực của phiên bản mới nhất",
            "must be after the day on which the latest version takes effect",
        ));
    }
    if date < local_date(env.now()) && has_dossiers(conn, &versions)? {
        faults.push(at_date(
            "in_the_past",
            "thủ tục đã có hồ sơ nên phiên bản mới không thể có hiệu lực từ trước hôm nay",
            "the procedure has dossiers, so a new version cannot take effect before today",
        ));
    }
    check(version, faults)?;
    insert_row(conn, env, Some(who), row.id, date, version)?;
    update_row(conn, &row, row.retired_from)?;
    record(conn, env, who, "procedure.add_version", code, date)?;
    queries::get_version(conn, env, code, date)
}

/// Replaces a version that has not taken effect.
pub fn replace_version(
    conn: &mut Conn,
    env: &Env,
    who: &Principal,
    code: &str,
    expected: i64,
    version: &ProcedureVersion,
) -> Result<ProcedureDetail, Error> {
    check_rights(who)?;
    let row = current(conn, code, expected)?;
    let date = version.effective_from;
    let versions = queries::versions_of(conn, row.id)?;
    let old = versions
        .iter()
        .find(|version| version.effective_from == date);
    let old = old.ok_or(Error::NotFound)?;
    if date <= local_date(env.now()) {
        return Err(Error::Refused("version_in_force"));
    }
    check(version, Vec::new())?;
    // A new row under a new id: whoever keeps a version in memory by its id is never wrong.
    diesel::delete(procedure_versions::table.find(old.id)).execute(conn)?;
    insert_row(conn, env, Some(who), row.id, date, version)?;
    update_row(conn, &row, row.retired_from)?;
    record(conn, env, who, "procedure.replace_version", code, date)?;
    queries::get_version(conn, env, code, date)
}

/// Takes no more dossiers from `from` on; those that exist keep their version.
pub fn retire_procedure(
    conn: &mut Conn,
    env: &Env,
    who: &Principal,
    code: &str,
    expected: i64,
    from: Option<NaiveDate>,
) -> Result<ProcedureDetail, Error> {
    check_rights(who)?;
    let row = current(conn, code, expected)?;
    let today = local_date(env.now());
    let from = from.unwrap_or(today);
    if from < today {
        return Err(Error::invalid(
            "from",
            "in_the_past",
            "không thể bãi bỏ từ một ngày đã qua",
            "cannot be retired from a day in the past",
        ));
    }
    update_row(conn, &row, Some(from))?;
    record(conn, env, who, "procedure.retire", code, from)?;
    queries::get(conn, env, code, None)
}

/// Takes dossiers again.
pub fn restore_procedure(
    conn: &mut Conn,
    env: &Env,
    who: &Principal,
    code: &str,
    expected: i64,
) -> Result<ProcedureDetail, Error> {
    check_rights(who)?;
    let row = current(conn, code, expected)?;
    update_row(conn, &row, None)?;
    record(
        conn,
        env,
        who,
        "procedure.restore",
        code,
        local_date(env.now()),
    )?;
    queries::get(conn, env, code, None)
}

/// Procedures hold for every office, so an administrator of a root office keeps them.
fn check_rights(who: &Principal) -> Result<(), Error> {
    let is_root = |path: &str| path.split('/').filter(|id| !id.is_empty()).count() == 1;
    let keeps = |grant: &domain::auth::Grant| {
        grant.role == Role::Administrator && is_root(&grant.office_path)
    };
    if who.grants.iter().any(keeps) {
        Ok(())
    } else {
        Err(Error::Forbidden)
    }
}

fn faults_of(version: &ProcedureVersion) -> Vec<Fault> {
    let fault = |fault: domain::procedure::ProcedureFault| {
        Fault::new(
            fault.field(),
            fault.code(),
            fault.text(Lang::Vi),
            fault.text(Lang::En),
        )
    };
    version.faults().into_iter().map(fault).collect()
}

fn check(version: &ProcedureVersion, mut faults: Vec<Fault>) -> Result<(), Error> {
    faults.extend(faults_of(version));
    if faults.is_empty() {
        Ok(())
    } else {
        Err(Error::Invalid(faults))
    }
}

fn at_date(code: &'static str, vi: &str, en: &str) -> Fault {
    Fault::new("effective_from", code, vi, en)
}

fn current(conn: &mut Conn, code: &str, expected: i64) -> Result<ProcedureRow, Error> {
    let row = queries::row(conn, code)?;
    if row.version == expected {
        Ok(row)
    } else {
        Err(Error::Stale(row.version))
    }
}

fn has_dossiers(conn: &mut Conn, versions: &[VersionRow]) -> Result<bool, Error> {
    let ids: Vec<i64> = versions.iter().map(|version| version.id).collect();
    let any = dossiers::table.filter(dossiers::procedure_version_id.eq_any(ids));
    Ok(diesel::select(diesel::dsl::exists(any)).get_result(conn)?)
}

fn insert_procedure(conn: &mut Conn, env: &Env, code: &str) -> Result<i64, Error> {
    let insert = |conn: &mut Conn| {
        diesel::insert_into(procedures::table)
            .values((
                procedures::code.eq(code),
                procedures::created_at.eq(env.now().naive_utc()),
            ))
            .returning(procedures::id)
            .get_result::<i64>(conn)
    };
    unless_there(dialect::savepoint(conn, insert))
}

fn insert_row(
    conn: &mut Conn,
    env: &Env,
    who: Option<&Principal>,
    procedure_id: i64,
    effective_from: NaiveDate,
    version: &ProcedureVersion,
) -> Result<i64, Error> {
    let text = to_text(version)?;
    let insert = |conn: &mut Conn| {
        diesel::insert_into(procedure_versions::table)
            .values((
                procedure_versions::procedure_id.eq(procedure_id),
                procedure_versions::effective_from.eq(effective_from),
                procedure_versions::name.eq(&version.name),
                procedure_versions::field.eq(&version.field),
                procedure_versions::spec.eq(&text),
                procedure_versions::created_by.eq(who.and_then(Principal::staff_id)),
                procedure_versions::created_at.eq(env.now().naive_utc()),
            ))
            .returning(procedure_versions::id)
            .get_result::<i64>(conn)
    };
    let id = unless_there(dialect::savepoint(conn, insert))?;
    // SQLite gives the id of a deleted or rolled-back row out again.
    env.procedures.forget(id);
    Ok(id)
}

fn unless_there(inserted: Result<i64, diesel::result::Error>) -> Result<i64, Error> {
    inserted.map_err(|error| match dialect::is_unique_violation(&error) {
        true => Error::AlreadyExists,
        false => error.into(),
    })
}

/// One row must change, of the version that was read, or somebody was faster.
fn update_row(
    conn: &mut Conn,
    row: &ProcedureRow,
    retired_from: Option<NaiveDate>,
) -> Result<(), Error> {
    let same = procedures::table
        .filter(procedures::id.eq(row.id))
        .filter(procedures::version.eq(row.version));
    let changed = diesel::update(same)
        .set((
            procedures::version.eq(row.version.saturating_add(1)),
            procedures::retired_from.eq(retired_from),
        ))
        .execute(conn)?;
    if changed == 1 {
        return Ok(());
    }
    Err(Error::Stale(queries::row(conn, &row.code)?.version))
}

fn record(
    conn: &mut Conn,
    env: &Env,
    who: &Principal,
    action: &str,
    code: &str,
    date: NaiveDate,
) -> Result<(), Error> {
    audit(
        conn,
        env,
        who,
        action,
        code,
        &json!({ "date": date.to_string() }),
    )
}
