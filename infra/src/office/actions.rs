//! Changing the register of offices.

use diesel::prelude::*;
use domain::auth::Principal;
use domain::office::{
    DeskHours, MAX_DEPTH, OfficeKind, child_path, depth, is_within, moved_path, root_path,
    subtree_end,
};
use domain::text::{Address, AgencyCode, Phone, Title};
use serde_json::json;

use super::queries::{detail_of, find_office, office_by_id};
use super::rows::{OfficeDetail, OfficeRow, desk_hours_json};
use super::scope::{administers, lock_registers, must_be_some_administrator};
use crate::audit::audit;
use crate::db::schema::{calendars, clients, dossiers, offices, staff};
use crate::db::{Conn, dialect};
use crate::env::Env;
use crate::error::{Error, Fault};

/// Everything about an office but its code.
#[derive(Debug, Clone)]
pub struct OfficeInput {
    pub name: Title,
    pub kind: OfficeKind,
    /// Required, but for the first office of all.
    pub parent: Option<AgencyCode>,
    /// The uid of its own calendar; without one its parent's holds.
    pub calendar: Option<String>,
    pub desk_hours: DeskHours,
    pub address: Option<Address>,
    pub phone: Option<Phone>,
}

/// Adds an office below one that `who` administers.
///
/// # Errors
/// [`Error::AlreadyExists`] when the code is taken, by a retired office too.
pub fn create_office(
    conn: &mut Conn,
    env: &Env,
    who: &Principal,
    code: &AgencyCode,
    input: &OfficeInput,
) -> Result<OfficeDetail, Error> {
    must_be_some_administrator(who)?;
    lock_registers(conn)?;
    let parent = match &input.parent {
        Some(parent) => Some(parent_to_be(conn, who, parent)?),
        None if offices::table.count().get_result::<i64>(conn)? > 0 => return Err(no_parent()),
        None => None,
    };
    let calendar = calendar_to_be(conn, input.calendar.as_deref())?;
    let id: i64 = diesel::insert_into(offices::table)
        .values((
            offices::code.eq(code.as_str()),
            offices::parent_id.eq(parent.as_ref().map(|parent| parent.id)),
            // Known only with the id, a moment later.
            offices::path.eq(""),
            offices::name.eq(input.name.as_str()),
            offices::kind.eq(input.kind.as_str()),
            offices::calendar_id.eq(calendar),
            offices::desk_hours.eq(desk_hours_json(&input.desk_hours).to_string()),
            offices::address.eq(input.address.as_ref().map(Address::as_str)),
            offices::phone.eq(input.phone.as_ref().map(Phone::as_str)),
            offices::created_at.eq(env.now().naive_utc()),
        ))
        .returning(offices::id)
        .get_result(conn)
        .map_err(taken)?;
    let path = parent.map_or_else(|| root_path(id), |parent| child_path(&parent.path, id));
    diesel::update(offices::table.find(id))
        .set(offices::path.eq(path))
        .execute(conn)?;
    let detail = reread(conn, id)?;
    audit(
        conn,
        env,
        who,
        "office.create",
        code.as_str(),
        &detail.snapshot(),
    )?;
    Ok(detail)
}

/// Replaces everything but the code; another parent moves the whole subtree.
pub fn change_office(
    conn: &mut Conn,
    env: &Env,
    who: &Principal,
    code: &str,
    version: i64,
    input: &OfficeInput,
) -> Result<OfficeDetail, Error> {
    lock_registers(conn)?;
    let before = to_change(conn, who, code, version)?;
    if before.office.retired_at.is_some() {
        return Err(Error::Refused("retired"));
    }
    let parent_id = match &input.parent {
        parent if before.parent.as_deref() == parent.as_ref().map(AgencyCode::as_str) => {
            before.office.parent_id
        }
        None => return Err(no_parent()),
        Some(parent) => Some(move_below(conn, who, &before.office, parent)?),
    };
    let calendar = match input.calendar.as_deref() {
        same if same == before.calendar.as_deref() => before.office.calendar_id,
        other => calendar_to_be(conn, other)?,
    };
    let changed = diesel::update(offices::table.find(before.office.id))
        .filter(offices::version.eq(version))
        .set((
            offices::parent_id.eq(parent_id),
            offices::name.eq(input.name.as_str()),
            offices::kind.eq(input.kind.as_str()),
            offices::calendar_id.eq(calendar),
            offices::desk_hours.eq(desk_hours_json(&input.desk_hours).to_string()),
            offices::address.eq(input.address.as_ref().map(Address::as_str)),
            offices::phone.eq(input.phone.as_ref().map(Phone::as_str)),
            offices::version.eq(version + 1),
        ))
        .execute(conn)?;
    let after = confirmed(conn, before.office.id, changed)?;
    // Another calendar, or another place in the tree with its ladder, moves the alerts.
    if (parent_id, calendar) != (before.office.parent_id, before.office.calendar_id) {
        crate::notification::alerts::look_again(conn, env, before.office.id)?;
    }
    let detail = json!({ "before": before.snapshot(), "after": after.snapshot() });
    audit(conn, env, who, "office.change", code, &detail)?;
    Ok(after)
}

/// Takes an office out of use. It keeps its code and its past.
///
/// # Errors
/// [`Error::InUseBy`] while open dossiers, active staff, ward clients or offices below it exist.
pub fn retire_office(
    conn: &mut Conn,
    env: &Env,
    who: &Principal,
    code: &str,
    version: i64,
) -> Result<OfficeDetail, Error> {
    // An intake that is under way would add a dossier to an office that was found empty.
    dialect::alone(conn)?;
    lock_registers(conn)?;
    let before = to_change(conn, who, code, version)?;
    if before.office.retired_at.is_some() {
        return Ok(before);
    }
    refuse_while_used(conn, before.office.id)?;
    set_retired(conn, env, who, before, true)
}

/// Takes a retired office into use again.
pub fn restore_office(
    conn: &mut Conn,
    env: &Env,
    who: &Principal,
    code: &str,
    version: i64,
) -> Result<OfficeDetail, Error> {
    lock_registers(conn)?;
    let before = to_change(conn, who, code, version)?;
    if before.office.retired_at.is_none() {
        return Ok(before);
    }
    if let Some(parent) = before.office.parent_id
        && office_by_id(conn, parent)?.retired_at.is_some()
    {
        return Err(Error::Refused("parent_retired"));
    }
    set_retired(conn, env, who, before, false)
}

fn set_retired(
    conn: &mut Conn,
    env: &Env,
    who: &Principal,
    before: OfficeDetail,
    retired: bool,
) -> Result<OfficeDetail, Error> {
    let OfficeRow {
        id, code, version, ..
    } = before.office;
    let changed = diesel::update(offices::table.find(id))
        .filter(offices::version.eq(version))
        .set((
            offices::retired_at.eq(retired.then(|| env.now().naive_utc())),
            offices::version.eq(version + 1),
        ))
        .execute(conn)?;
    let after = confirmed(conn, id, changed)?;
    let action = if retired {
        "office.retire"
    } else {
        "office.restore"
    };
    audit(conn, env, who, action, &code, &json!({}))?;
    Ok(after)
}

/// The office, if `who` administers it and nobody changed it since `version`.
fn to_change(
    conn: &mut Conn,
    who: &Principal,
    code: &str,
    version: i64,
) -> Result<OfficeDetail, Error> {
    let row = find_office(conn, code)?.ok_or(Error::NotFound)?;
    if !administers(who, &row.path) {
        return Err(Error::Forbidden);
    }
    if row.version != version {
        return Err(Error::Stale(row.version));
    }
    detail_of(conn, row)
}

/// What an update wrote, or that another one came before it.
fn confirmed(conn: &mut Conn, id: i64, changed: usize) -> Result<OfficeDetail, Error> {
    let detail = reread(conn, id)?;
    if changed == 1 {
        Ok(detail)
    } else {
        Err(Error::Stale(detail.office.version))
    }
}

fn reread(conn: &mut Conn, id: i64) -> Result<OfficeDetail, Error> {
    let row = office_by_id(conn, id)?;
    detail_of(conn, row)
}

fn refuse_while_used(conn: &mut Conn, id: i64) -> Result<(), Error> {
    let below = offices::table.filter(offices::parent_id.eq(id));
    let below: i64 = below
        .filter(offices::retired_at.is_null())
        .count()
        .get_result(conn)?;
    let people = staff::table.filter(staff::office_id.eq(id));
    let people: i64 = people
        .filter(staff::retired_at.is_null())
        .count()
        .get_result(conn)?;
    let systems = clients::table.filter(clients::office_id.eq(id));
    let systems: i64 = systems
        .filter(clients::retired_at.is_null())
        .count()
        .get_result(conn)?;
    let open = dossiers::table.filter(dossiers::office_id.eq(id));
    let open: i64 = open
        .filter(dossiers::ended_at.is_null())
        .count()
        .get_result(conn)?;
    let uses = [
        ("open_dossiers", open),
        ("active_staff", people),
        ("active_clients", systems),
        ("active_offices_below", below),
    ];
    match uses.into_iter().find(|(_, count)| *count > 0) {
        Some((what, count)) => Err(Error::InUseBy { what, count }),
        None => Ok(()),
    }
}

/// Rewrites the paths of `office` and all below it; answers the id of the new parent.
fn move_below(
    conn: &mut Conn,
    who: &Principal,
    office: &OfficeRow,
    parent: &AgencyCode,
) -> Result<i64, Error> {
    let parent = parent_to_be(conn, who, parent)?;
    if is_within(&parent.path, &office.path) {
        return Err(Error::invalid(
            "parent",
            "circle",
            "Cơ quan cấp trên không thể là chính nó hoặc cơ quan trực thuộc nó.",
            "The parent must be neither the office itself nor one below it.",
        ));
    }
    let old_parent = office
        .parent_id
        .map(|id| office_by_id(conn, id))
        .transpose()?;
    if old_parent.is_some_and(|old| !administers(who, &old.path)) {
        return Err(Error::Forbidden);
    }
    let new_path = child_path(&parent.path, office.id);
    let subtree: Vec<(i64, String)> = offices::table
        .filter(offices::path.ge(&office.path))
        .filter(offices::path.lt(subtree_end(&office.path)))
        .select((offices::id, offices::path))
        .load(conn)?;
    for (id, path) in subtree {
        let Some(path) = moved_path(&path, &office.path, &new_path) else {
            continue;
        };
        if depth(&path) > MAX_DEPTH {
            return Err(too_deep());
        }
        diesel::update(offices::table.find(id))
            .set(offices::path.eq(path))
            .execute(conn)?;
    }
    Ok(parent.id)
}

/// The office that is to stand above another.
fn parent_to_be(conn: &mut Conn, who: &Principal, code: &AgencyCode) -> Result<OfficeRow, Error> {
    let parent = find_office(conn, code.as_str())?.filter(|office| office.retired_at.is_none());
    let Some(parent) = parent else {
        return Err(Error::invalid(
            "parent",
            "unknown_office",
            "Không có cơ quan đang hoạt động với mã này.",
            "No active office has this code.",
        ));
    };
    if !administers(who, &parent.path) {
        return Err(Error::Forbidden);
    }
    if depth(&parent.path) >= MAX_DEPTH {
        return Err(too_deep());
    }
    Ok(parent)
}

fn calendar_to_be(conn: &mut Conn, uid: Option<&str>) -> Result<Option<i64>, Error> {
    let Some(uid) = uid else { return Ok(None) };
    let id: Option<i64> = calendars::table
        .filter(calendars::uid.eq(uid))
        .filter(calendars::retired_at.is_null())
        .select(calendars::id)
        .first(conn)
        .optional()?;
    id.map(Some).ok_or_else(|| {
        Error::invalid(
            "calendar",
            "unknown_calendar",
            "Không có lịch làm việc đang dùng với mã này.",
            "No calendar in use has this id.",
        )
    })
}

fn no_parent() -> Error {
    Error::Invalid(vec![Fault::new(
        "parent",
        "required",
        "Cần có cơ quan cấp trên.",
        "A parent office is required.",
    )])
}

fn too_deep() -> Error {
    Error::invalid(
        "parent",
        "too_deep",
        format!("Cây cơ quan có nhiều nhất {MAX_DEPTH} cấp."),
        format!("The tree of offices has at most {MAX_DEPTH} levels."),
    )
}

fn taken(error: diesel::result::Error) -> Error {
    if dialect::is_unique_violation(&error) {
        Error::AlreadyExists
    } else {
        error.into()
    }
}
