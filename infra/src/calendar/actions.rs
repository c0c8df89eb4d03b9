//! What administrators do with calendars, each in one transaction.

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate};
use diesel::prelude::*;
use domain::auth::{Principal, Role};
use domain::deadline::{Calendar, CalendarSpec, SpecialDay};
use domain::text::Title;
use serde_json::{Value, json};

use super::queries::{self, CalendarDetail};
use super::recompute;
use super::rows::{CalendarRow, faults, from_text, to_text};
use crate::audit::audit;
use crate::db::Conn;
use crate::db::schema::{calendar_versions, calendars, offices};
use crate::env::Env;
use crate::error::{Error, Fault};
use crate::ids::new_uid;

/// A calendar as somebody wants it.
#[derive(Debug, Clone)]
pub struct CalendarInput {
    pub name: Title,
    pub spec: CalendarSpec,
}

/// The days off and on of one year, as the government announces them.
#[derive(Debug, Clone, Default)]
pub struct YearInput {
    pub closed: BTreeMap<NaiveDate, String>,
    pub make_up: BTreeMap<NaiveDate, String>,
    pub special: BTreeMap<NaiveDate, SpecialDay>,
}

/// Writes a calendar with its first version, without asking who: for loading data. Gives the
/// calendar's id, the version's id and the calendar's uid.
///
/// # Errors
/// [`Error::Invalid`] with every fault of the calendar.
pub fn insert_calendar(
    conn: &mut Conn,
    env: &Env,
    name: &str,
    spec: &CalendarSpec,
) -> Result<(i64, i64, String), Error> {
    check(spec)?;
    let uid = new_uid();
    let id: i64 = diesel::insert_into(calendars::table)
        .values((
            calendars::uid.eq(&uid),
            calendars::name.eq(name),
            calendars::created_at.eq(env.now().naive_utc()),
        ))
        .returning(calendars::id)
        .get_result(conn)?;
    let version_id = insert_version(conn, env, None, id, 1, spec)?;
    Ok((id, version_id, uid))
}

/// Any administrator may make a calendar: it binds nobody until an office takes it.
pub fn create_calendar(
    conn: &mut Conn,
    env: &Env,
    who: &Principal,
    input: &CalendarInput,
) -> Result<CalendarDetail, Error> {
    if !who.is(Role::Administrator) {
        return Err(Error::Forbidden);
    }
    let (_, _, uid) = insert_calendar(conn, env, input.name.as_str(), &input.spec)?;
    audit(
        conn,
        env,
        who,
        "calendar.create",
        &uid,
        &json!({ "name": input.name.as_str() }),
    )?;
    queries::get(conn, &uid)
}

/// Replaces name and rules; other rules are a new version and queue a recount.
pub fn change_calendar(
    conn: &mut Conn,
    env: &Env,
    who: &Principal,
    uid: &str,
    expected: i64,
    input: &CalendarInput,
) -> Result<CalendarDetail, Error> {
    let row = current(conn, who, uid, expected)?;
    check(&input.spec)?;
    change(
        conn,
        env,
        who,
        &row,
        input.name.as_str(),
        &input.spec,
        "calendar.change",
    )
}

/// Puts the announced days of one year in the place of what was known of it.
pub fn import_year(
    conn: &mut Conn,
    env: &Env,
    who: &Principal,
    uid: &str,
    expected: i64,
    year: i32,
    input: &YearInput,
) -> Result<CalendarDetail, Error> {
    let row = current(conn, who, uid, expected)?;
    let mut spec = from_text(&queries::latest(conn, row.id)?.spec)?;
    let others = |date: &NaiveDate| date.year() != year;
    spec.closed.retain(|date, _| others(date));
    spec.make_up.retain(|date, _| others(date));
    spec.special.retain(|date, _| others(date));
    spec.closed.extend(input.closed.clone());
    spec.make_up.extend(input.make_up.clone());
    spec.special.extend(input.special.clone());
    spec.years.insert(year);
    check(&spec).map_err(|error| relative_to_year(error, year))?;
    change(
        conn,
        env,
        who,
        &row,
        &row.name,
        &spec,
        "calendar.import_year",
    )
}

/// Takes a calendar out of use, unless an office counts by it.
pub fn retire_calendar(
    conn: &mut Conn,
    env: &Env,
    who: &Principal,
    uid: &str,
    expected: i64,
) -> Result<CalendarDetail, Error> {
    let row = current(conn, who, uid, expected)?;
    let users = offices::table.filter(offices::calendar_id.eq(row.id));
    if diesel::select(diesel::dsl::exists(users)).get_result(conn)? {
        return Err(Error::InUse("offices"));
    }
    let retired_at = row.retired_at.or(Some(env.now().naive_utc()));
    update_row(
        conn,
        &row,
        &CalendarRow {
            retired_at,
            ..row.clone()
        },
    )?;
    audit(conn, env, who, "calendar.retire", uid, &json!({}))?;
    queries::get(conn, uid)
}

/// Takes it into use again.
pub fn restore_calendar(
    conn: &mut Conn,
    env: &Env,
    who: &Principal,
    uid: &str,
    expected: i64,
) -> Result<CalendarDetail, Error> {
    let row = current(conn, who, uid, expected)?;
    update_row(
        conn,
        &row,
        &CalendarRow {
            retired_at: None,
            ..row.clone()
        },
    )?;
    audit(conn, env, who, "calendar.restore", uid, &json!({}))?;
    queries::get(conn, uid)
}

fn change(
    conn: &mut Conn,
    env: &Env,
    who: &Principal,
    row: &CalendarRow,
    name: &str,
    spec: &CalendarSpec,
    action: &str,
) -> Result<CalendarDetail, Error> {
    update_row(
        conn,
        row,
        &CalendarRow {
            name: name.to_owned(),
            ..row.clone()
        },
    )?;
    let latest = queries::latest(conn, row.id)?;
    let recomputation = if from_text(&latest.spec)? == *spec {
        None
    } else {
        let number = latest.number.saturating_add(1);
        let version_id = insert_version(conn, env, Some(who), row.id, number, spec)?;
        Some(recompute::queue(conn, env, row.id, version_id)?)
    };
    let detail: Value = json!({ "name": name, "recomputation": recomputation });
    audit(conn, env, who, action, &row.uid, &detail)?;
    Ok(CalendarDetail {
        recomputation,
        ..queries::get(conn, &row.uid)?
    })
}

/// The calendar, when `who` administers every office that counts by it and has seen its
/// present version. A calendar that no office names is any administrator's.
fn current(
    conn: &mut Conn,
    who: &Principal,
    uid: &str,
    expected: i64,
) -> Result<CalendarRow, Error> {
    let row = queries::row(conn, uid)?;
    let users: Vec<String> = offices::table
        .filter(offices::calendar_id.eq(row.id))
        .select(offices::path)
        .load(conn)?;
    let covered = users.iter().all(|path| who.has(Role::Administrator, path));
    if !covered || !who.is(Role::Administrator) {
        return Err(Error::Forbidden);
    }
    if row.version == expected {
        Ok(row)
    } else {
        Err(Error::Stale(row.version))
    }
}

fn check(spec: &CalendarSpec) -> Result<(), Error> {
    Calendar::compile(spec).map_err(|found| Error::Invalid(faults(spec, &found)))?;
    Ok(())
}

/// The body of an import is one year, so its fields are named from there.
fn relative_to_year(error: Error, year: i32) -> Error {
    let Error::Invalid(faults) = error else {
        return error;
    };
    let prefix = format!("years.{year}.");
    let relative = |fault: Fault| match fault.field.strip_prefix(&prefix) {
        Some(field) => Fault {
            field: field.to_owned(),
            ..fault
        },
        None => fault,
    };
    Error::Invalid(faults.into_iter().map(relative).collect())
}

/// One row must change, of the version that was read, or somebody was faster.
fn update_row(conn: &mut Conn, before: &CalendarRow, after: &CalendarRow) -> Result<(), Error> {
    let same = calendars::table
        .filter(calendars::id.eq(before.id))
        .filter(calendars::version.eq(before.version));
    let changed = diesel::update(same)
        .set((
            calendars::version.eq(before.version.saturating_add(1)),
            calendars::name.eq(&after.name),
            calendars::retired_at.eq(after.retired_at),
        ))
        .execute(conn)?;
    if changed == 1 {
        return Ok(());
    }
    Err(Error::Stale(queries::row(conn, &before.uid)?.version))
}

fn insert_version(
    conn: &mut Conn,
    env: &Env,
    who: Option<&Principal>,
    calendar_id: i64,
    number: i64,
    spec: &CalendarSpec,
) -> Result<i64, Error> {
    let by = who.and_then(Principal::staff_id);
    let id: i64 = diesel::insert_into(calendar_versions::table)
        .values((
            calendar_versions::calendar_id.eq(calendar_id),
            calendar_versions::number.eq(number),
            calendar_versions::spec.eq(to_text(spec)?),
            calendar_versions::created_by.eq(by),
            calendar_versions::created_at.eq(env.now().naive_utc()),
        ))
        .returning(calendar_versions::id)
        .get_result(conn)?;
    // SQLite gives the id of a row that was rolled back out again.
    env.calendars.forget(id);
    Ok(id)
}
