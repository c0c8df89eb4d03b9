//! Reads of calendars: compiled ones for the rules, whole ones for people.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use domain::deadline::{Calendar, CalendarSpec};

use super::rows::{CalendarRow, Progress, RecomputationRow, VersionRow, from_text};
use crate::db::Conn;
use crate::db::paging::{Cursor, Page};
use crate::db::schema::{calendar_versions, calendars, offices, recomputations};
use crate::env::Env;
use crate::error::Error;

/// A calendar with its rules as they stand.
#[derive(Debug, Clone)]
pub struct CalendarDetail {
    pub uid: String,
    pub name: String,
    pub retired_at: Option<DateTime<Utc>>,
    /// For `If-Match`.
    pub version: i64,
    /// Counts the changes of the rules from 1.
    pub number: i64,
    pub spec: CalendarSpec,
    pub changed_at: DateTime<Utc>,
    /// The recount of open dossiers that this change queued.
    pub recomputation: Option<String>,
}

#[derive(Debug, Clone)]
pub struct CalendarSummary {
    pub uid: String,
    pub name: String,
    pub retired_at: Option<DateTime<Utc>>,
    pub version: i64,
}

/// The rules of a calendar at one time.
#[derive(Debug, Clone)]
pub struct CalendarVersion {
    pub number: i64,
    pub spec: CalendarSpec,
    pub created_at: DateTime<Utc>,
}

/// The compiled calendar of a version, kept in memory.
pub fn compiled(conn: &mut Conn, env: &Env, version_id: i64) -> Result<Arc<Calendar>, Error> {
    env.calendars.get_or_load(version_id, || {
        let text: String = calendar_versions::table
            .find(version_id)
            .select(calendar_versions::spec)
            .first(conn)?;
        Calendar::compile(&from_text(&text)?)
            .map_err(|faults| Error::Internal(format!("calendar version {version_id}: {faults:?}")))
    })
}

/// The latest version of the office's own calendar, or of its nearest ancestor's.
pub fn in_force(conn: &mut Conn, env: &Env, office_id: i64) -> Result<(i64, Arc<Calendar>), Error> {
    let path: String = offices::table
        .find(office_id)
        .select(offices::path)
        .first(conn)
        .optional()?
        .ok_or(Error::NotFound)?;
    in_force_by_path(conn, env, &path)
}

/// The same for an office whose path is at hand.
pub fn in_force_by_path(
    conn: &mut Conn,
    env: &Env,
    office_path: &str,
) -> Result<(i64, Arc<Calendar>), Error> {
    let line: Vec<i64> = office_path
        .split('/')
        .filter_map(|id| id.parse().ok())
        .collect();
    // The path of an ancestor is a prefix, so the greatest path is the nearest office.
    let version_id: Option<i64> = offices::table
        .inner_join(
            calendar_versions::table
                .on(offices::calendar_id.eq(calendar_versions::calendar_id.nullable())),
        )
        .filter(offices::id.eq_any(line))
        .order((offices::path.desc(), calendar_versions::number.desc()))
        .select(calendar_versions::id)
        .first(conn)
        .optional()?;
    let version_id = version_id.ok_or(Error::Refused("no_calendar"))?;
    Ok((version_id, compiled(conn, env, version_id)?))
}

/// For each office that names a calendar of its own, the latest version of it.
pub(crate) fn own_versions(conn: &mut Conn) -> Result<HashMap<i64, i64>, Error> {
    let rows: Vec<(i64, i64)> = offices::table
        .inner_join(
            calendar_versions::table
                .on(offices::calendar_id.eq(calendar_versions::calendar_id.nullable())),
        )
        .order((offices::id, calendar_versions::number))
        .select((offices::id, calendar_versions::id))
        .load(conn)?;
    // The later of an office's rows takes the place of the earlier.
    Ok(rows.into_iter().collect())
}

/// The calendar by which an office counts, for anyone who names the office by its code.
pub fn of_office(conn: &mut Conn, env: &Env, office_code: &str) -> Result<Arc<Calendar>, Error> {
    let path: Option<String> = offices::table
        .filter(offices::code.eq(office_code))
        .filter(offices::retired_at.is_null())
        .select(offices::path)
        .first(conn)
        .optional()?;
    let at_office = |code, vi, en| Error::invalid("office", code, vi, en);
    let path = path.ok_or_else(|| {
        at_office(
            "unknown_office",
            "không có cơ quan với mã này",
            "no office has this code",
        )
    })?;
    match in_force_by_path(conn, env, &path) {
        Ok((_, calendar)) => Ok(calendar),
        Err(Error::Refused("no_calendar")) => Err(at_office(
            "no_calendar",
            "cơ quan này chưa có lịch làm việc",
            "this office has no calendar",
        )),
        Err(other) => Err(other),
    }
}

pub(crate) fn row(conn: &mut Conn, uid: &str) -> Result<CalendarRow, Error> {
    calendars::table
        .filter(calendars::uid.eq(uid))
        .select(CalendarRow::as_select())
        .first(conn)
        .optional()?
        .ok_or(Error::NotFound)
}

pub(crate) fn latest(conn: &mut Conn, calendar_id: i64) -> Result<VersionRow, Error> {
    Ok(calendar_versions::table
        .filter(calendar_versions::calendar_id.eq(calendar_id))
        .order(calendar_versions::number.desc())
        .select(VersionRow::as_select())
        .first(conn)?)
}

pub fn get(conn: &mut Conn, uid: &str) -> Result<CalendarDetail, Error> {
    let row = row(conn, uid)?;
    let latest = latest(conn, row.id)?;
    Ok(CalendarDetail {
        uid: row.uid,
        name: row.name,
        retired_at: row.retired_at.map(|at| at.and_utc()),
        version: row.version,
        number: latest.number,
        spec: from_text(&latest.spec)?,
        changed_at: latest.created_at.and_utc(),
        recomputation: None,
    })
}

/// Calendars in the order in which they were made.
pub fn list(
    conn: &mut Conn,
    retired: bool,
    cursor: Option<&str>,
    limit: usize,
) -> Result<Page<CalendarSummary>, Error> {
    let mut query = calendars::table.into_boxed();
    query = match retired {
        true => query.filter(calendars::retired_at.is_not_null()),
        false => query.filter(calendars::retired_at.is_null()),
    };
    if let Some(cursor) = cursor {
        query = query.filter(calendars::id.gt(id_after(cursor, "calendars")?));
    }
    let rows: Vec<CalendarRow> = query
        .order(calendars::id)
        .limit(one_more(limit))
        .select(CalendarRow::as_select())
        .load(conn)?;
    let page = Page::cut(rows, limit, |row| {
        Cursor::new("calendars", [row.id.to_string()])
    });
    Ok(page.map(|row| CalendarSummary {
        uid: row.uid,
        name: row.name,
        retired_at: row.retired_at.map(|at| at.and_utc()),
        version: row.version,
    }))
}

/// The versions of a calendar, the newest first.
pub fn versions(
    conn: &mut Conn,
    uid: &str,
    cursor: Option<&str>,
    limit: usize,
) -> Result<Page<CalendarVersion>, Error> {
    let calendar = row(conn, uid)?;
    let mut query = calendar_versions::table
        .filter(calendar_versions::calendar_id.eq(calendar.id))
        .into_boxed();
    if let Some(cursor) = cursor {
        query = query.filter(calendar_versions::number.lt(id_after(cursor, "calendar_versions")?));
    }
    let rows: Vec<VersionRow> = query
        .order(calendar_versions::number.desc())
        .limit(one_more(limit))
        .select(VersionRow::as_select())
        .load(conn)?;
    let page = Page::cut(rows, limit, |row| {
        Cursor::new("calendar_versions", [row.number.to_string()])
    });
    let Page { items, next } = page;
    let items = items
        .into_iter()
        .map(|row| {
            let spec = from_text(&row.spec)?;
            Ok(CalendarVersion {
                number: row.number,
                spec,
                created_at: row.created_at.and_utc(),
            })
        })
        .collect::<Result<_, Error>>()?;
    Ok(Page { items, next })
}

/// How far a recomputation is.
pub fn progress(conn: &mut Conn, uid: &str) -> Result<Progress, Error> {
    let (row, calendar) = recomputations::table
        .inner_join(calendars::table)
        .filter(recomputations::uid.eq(uid))
        .select((RecomputationRow::as_select(), calendars::uid))
        .first::<(RecomputationRow, String)>(conn)
        .optional()?
        .ok_or(Error::NotFound)?;
    Ok(row.progress(calendar))
}

/// Recomputations, the newest first.
pub fn recomputations(
    conn: &mut Conn,
    cursor: Option<&str>,
    limit: usize,
) -> Result<Page<Progress>, Error> {
    let mut query = recomputations::table
        .inner_join(calendars::table)
        .into_boxed();
    if let Some(cursor) = cursor {
        query = query.filter(recomputations::id.lt(id_after(cursor, "recomputations")?));
    }
    let rows: Vec<(RecomputationRow, String)> = query
        .order(recomputations::id.desc())
        .limit(one_more(limit))
        .select((RecomputationRow::as_select(), calendars::uid))
        .load(conn)?;
    let page = Page::cut(rows, limit, |(row, _)| {
        Cursor::new("recomputations", [row.id.to_string()])
    });
    Ok(page.map(|(row, calendar)| row.progress(calendar)))
}

fn id_after(cursor: &str, list: &str) -> Result<i64, Error> {
    Cursor::decode::<1>(cursor, list)
        .and_then(|[id]| id.parse().ok())
        .ok_or(Error::BadCursor)
}

/// One item too many tells whether a page follows.
fn one_more(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(1)
}
