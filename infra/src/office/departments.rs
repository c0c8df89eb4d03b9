//! Departments of an office: read by everybody who signed in, changed by its administrators.

use diesel::prelude::*;
use domain::auth::Principal;
use domain::text::{Title, UnitCode};
use serde_json::json;

use super::queries::{find_office, office_by_id};
use super::rows::{DepartmentRow, OfficeRow};
use super::scope::{administers, lock_registers};
use crate::audit::audit;
use crate::db::paging::{Cursor, Page};
use crate::db::schema::{departments, dossiers, staff};
use crate::db::{Conn, dialect};
use crate::env::Env;
use crate::error::Error;
use crate::ids::new_uid;

const LIST: &str = "departments";

/// A department with the code of its office.
#[derive(Debug, Clone)]
pub struct DepartmentDetail {
    pub department: DepartmentRow,
    pub office: String,
}

/// The departments of an office in the order of their codes.
pub fn list_departments(
    conn: &mut Conn,
    office: &str,
    retired: bool,
    limit: usize,
    cursor: Option<&str>,
) -> Result<Page<DepartmentDetail>, Error> {
    let office = find_office(conn, office)?.ok_or(Error::NotFound)?;
    let after = match cursor {
        None => String::new(),
        Some(text) => {
            let [code] = Cursor::decode(text, LIST).ok_or(Error::BadCursor)?;
            code
        }
    };
    let query = departments::table
        .filter(departments::office_id.eq(office.id))
        .filter(departments::code.gt(after))
        .filter(departments::retired_at.is_not_null().eq(retired))
        .order(departments::code)
        .limit(i64::try_from(limit.saturating_add(1)).unwrap_or(i64::MAX))
        .select(DepartmentRow::as_select());
    let rows = query.load(conn)?;
    let page = Page::cut(rows, limit, |row| Cursor::new(LIST, [row.code.clone()]));
    Ok(page.map(|department| DepartmentDetail {
        department,
        office: office.code.clone(),
    }))
}

/// One department by its uid.
pub fn read_department(conn: &mut Conn, uid: &str) -> Result<DepartmentDetail, Error> {
    let (department, office) = find_department(conn, uid)?.ok_or(Error::NotFound)?;
    Ok(DepartmentDetail {
        department,
        office: office.code,
    })
}

/// Adds a department to an office that `who` administers.
///
/// # Errors
/// [`Error::AlreadyExists`] when the office has the code already, retired or not.
pub fn create_department(
    conn: &mut Conn,
    env: &Env,
    who: &Principal,
    office: &str,
    code: &UnitCode,
    name: &Title,
) -> Result<DepartmentDetail, Error> {
    lock_registers(conn)?;
    let office = find_office(conn, office)?.ok_or(Error::NotFound)?;
    if !administers(who, &office.path) {
        return Err(Error::Forbidden);
    }
    if office.retired_at.is_some() {
        return Err(Error::Refused("office_retired"));
    }
    let uid = new_uid();
    diesel::insert_into(departments::table)
        .values((
            departments::uid.eq(&uid),
            departments::office_id.eq(office.id),
            departments::code.eq(code.as_str()),
            departments::name.eq(name.as_str()),
            departments::created_at.eq(env.now().naive_utc()),
        ))
        .execute(conn)
        .map_err(|error| match dialect::is_unique_violation(&error) {
            true => Error::AlreadyExists,
            false => error.into(),
        })?;
    let detail = json!({ "office": office.code, "code": code.as_str(), "name": name.as_str() });
    audit(conn, env, who, "department.create", &uid, &detail)?;
    read_department(conn, &uid)
}

/// Renames a department. Its code stays: routes of procedures name it.
pub fn change_department(
    conn: &mut Conn,
    env: &Env,
    who: &Principal,
    uid: &str,
    version: i64,
    name: &Title,
) -> Result<DepartmentDetail, Error> {
    let (row, _) = to_change(conn, who, uid, version)?;
    if row.retired_at.is_some() {
        return Err(Error::Refused("retired"));
    }
    let changed = diesel::update(departments::table.find(row.id))
        .filter(departments::version.eq(version))
        .set((
            departments::name.eq(name.as_str()),
            departments::version.eq(version + 1),
        ))
        .execute(conn)?;
    let after = confirmed(conn, uid, changed)?;
    let detail = json!({ "before": { "name": row.name }, "after": { "name": name.as_str() } });
    audit(conn, env, who, "department.change", uid, &detail)?;
    Ok(after)
}

/// Takes a department out of use.
///
/// # Errors
/// [`Error::InUseBy`] while it has open dossiers or active staff.
pub fn retire_department(
    conn: &mut Conn,
    env: &Env,
    who: &Principal,
    uid: &str,
    version: i64,
) -> Result<DepartmentDetail, Error> {
    lock_registers(conn)?;
    let (row, office) = to_change(conn, who, uid, version)?;
    if row.retired_at.is_some() {
        return Ok(DepartmentDetail {
            department: row,
            office: office.code,
        });
    }
    let open = dossiers::table.filter(dossiers::department_id.eq(row.id));
    let open: i64 = open
        .filter(dossiers::ended_at.is_null())
        .count()
        .get_result(conn)?;
    let people = staff::table.filter(staff::department_id.eq(row.id));
    let people: i64 = people
        .filter(staff::retired_at.is_null())
        .count()
        .get_result(conn)?;
    match [("open_dossiers", open), ("active_staff", people)]
        .into_iter()
        .find(|use_| use_.1 > 0)
    {
        Some((what, count)) => Err(Error::InUseBy { what, count }),
        None => set_retired(conn, env, who, &row, true),
    }
}

/// Takes a retired department into use again.
pub fn restore_department(
    conn: &mut Conn,
    env: &Env,
    who: &Principal,
    uid: &str,
    version: i64,
) -> Result<DepartmentDetail, Error> {
    lock_registers(conn)?;
    let (row, office) = to_change(conn, who, uid, version)?;
    if row.retired_at.is_none() {
        return Ok(DepartmentDetail {
            department: row,
            office: office.code,
        });
    }
    if office.retired_at.is_some() {
        return Err(Error::Refused("office_retired"));
    }
    set_retired(conn, env, who, &row, false)
}

fn set_retired(
    conn: &mut Conn,
    env: &Env,
    who: &Principal,
    row: &DepartmentRow,
    retired: bool,
) -> Result<DepartmentDetail, Error> {
    let changed = diesel::update(departments::table.find(row.id))
        .filter(departments::version.eq(row.version))
        .set((
            departments::retired_at.eq(retired.then(|| env.now().naive_utc())),
            departments::version.eq(row.version + 1),
        ))
        .execute(conn)?;
    let after = confirmed(conn, &row.uid, changed)?;
    let action = if retired {
        "department.retire"
    } else {
        "department.restore"
    };
    audit(conn, env, who, action, &row.uid, &json!({}))?;
    Ok(after)
}

fn to_change(
    conn: &mut Conn,
    who: &Principal,
    uid: &str,
    version: i64,
) -> Result<(DepartmentRow, OfficeRow), Error> {
    let (row, office) = find_department(conn, uid)?.ok_or(Error::NotFound)?;
    if !administers(who, &office.path) {
        return Err(Error::Forbidden);
    }
    if row.version != version {
        return Err(Error::Stale(row.version));
    }
    Ok((row, office))
}

fn confirmed(conn: &mut Conn, uid: &str, changed: usize) -> Result<DepartmentDetail, Error> {
    let detail = read_department(conn, uid)?;
    if changed == 1 {
        Ok(detail)
    } else {
        Err(Error::Stale(detail.department.version))
    }
}

pub(crate) fn find_department(
    conn: &mut Conn,
    uid: &str,
) -> Result<Option<(DepartmentRow, OfficeRow)>, Error> {
    let row = departments::table
        .filter(departments::uid.eq(uid))
        .select(DepartmentRow::as_select())
        .first(conn)
        .optional()?;
    row.map(|row: DepartmentRow| {
        let office = office_by_id(conn, row.office_id)?;
        Ok((row, office))
    })
    .transpose()
}
