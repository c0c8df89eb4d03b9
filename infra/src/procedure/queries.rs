//! Reads of procedures: the rules in force for the desk, the register for people.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use chrono::NaiveDate;
use diesel::prelude::*;
use domain::procedure::ProcedureVersion;
use domain::text::fold;
use domain::time::local_date;

use super::rows::{ProcedureRow, VersionRow, from_text};
use crate::db::Conn;
use crate::db::paging::{Cursor, Page};
use crate::db::schema::{departments, procedure_versions, procedures};
use crate::env::Env;
use crate::error::Error;

/// Rows read at a time while a list is filtered by words.
const CHUNK: i64 = 500;
const LIST: &str = "procedures";

/// A version by its id, kept in memory: rows of versions never change.
pub fn version(conn: &mut Conn, env: &Env, id: i64) -> Result<Arc<ProcedureVersion>, Error> {
    env.procedures.get_or_load(id, || {
        let (text, effective_from): (String, NaiveDate) = procedure_versions::table
            .find(id)
            .select((procedure_versions::spec, procedure_versions::effective_from))
            .first(conn)?;
        from_text(&text, effective_from)
    })
}

/// The version of procedure `code` in force on `date`; none when there is none or it is retired.
pub fn in_force(
    conn: &mut Conn,
    env: &Env,
    code: &str,
    date: NaiveDate,
) -> Result<Option<(i64, Arc<ProcedureVersion>)>, Error> {
    let id: Option<i64> = procedure_versions::table
        .inner_join(procedures::table)
        .filter(procedures::code.eq(code))
        .filter(
            procedures::retired_from
                .is_null()
                .or(procedures::retired_from.gt(date)),
        )
        .filter(procedure_versions::effective_from.le(date))
        .order(procedure_versions::effective_from.desc())
        .select(procedure_versions::id)
        .first(conn)
        .optional()?;
    id.map(|id| Ok((id, version(conn, env, id)?))).transpose()
}

/// Every procedure that may be applied for on `date`, by its code.
pub(crate) fn all_in_force(
    conn: &mut Conn,
    env: &Env,
    date: NaiveDate,
) -> Result<Vec<(String, Arc<ProcedureVersion>)>, Error> {
    let versions: Vec<(String, i64)> = procedure_versions::table
        .inner_join(procedures::table)
        .filter(
            procedures::retired_from
                .is_null()
                .or(procedures::retired_from.gt(date)),
        )
        .filter(procedure_versions::effective_from.le(date))
        .order((procedures::code, procedure_versions::effective_from))
        .select((procedures::code, procedure_versions::id))
        .load(conn)?;
    // The last of a code takes the place of those before it.
    let newest: BTreeMap<String, i64> = versions.into_iter().collect();
    newest
        .into_iter()
        .map(|(code, id)| Ok((code, version(conn, env, id)?)))
        .collect()
}

/// What a list is narrowed to.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    pub field: Option<String>,
    /// Part of the code or the name, without regard to case and diacritics.
    pub q: Option<String>,
    /// Only those in force on this day; without it also those that take effect later.
    pub on: Option<NaiveDate>,
    /// The retired ones instead of the others.
    pub retired: bool,
}

/// A procedure as lists show it, by the version in force or else the next one.
#[derive(Debug, Clone)]
pub struct ProcedureSummary {
    pub code: String,
    pub name: String,
    pub field: String,
    pub effective_from: NaiveDate,
    pub in_force: bool,
    pub retired_from: Option<NaiveDate>,
    pub version: i64,
}

/// A procedure with one version whole and all of them by name.
#[derive(Debug, Clone)]
pub struct ProcedureDetail {
    pub code: String,
    pub retired_from: Option<NaiveDate>,
    /// For `If-Match`.
    pub version: i64,
    pub rules: Arc<ProcedureVersion>,
    pub in_force: bool,
    /// Oldest first.
    pub versions: Vec<VersionSummary>,
}

#[derive(Debug, Clone)]
pub struct VersionSummary {
    pub effective_from: NaiveDate,
    pub name: String,
    pub created_at: chrono::DateTime<chrono::Utc>,
}

/// Procedures in the order of their codes.
pub fn list(
    conn: &mut Conn,
    env: &Env,
    filter: &Filter,
    cursor: Option<&str>,
    limit: usize,
) -> Result<Page<ProcedureSummary>, Error> {
    let today = local_date(env.now());
    let on = filter.on.unwrap_or(today);
    let q = filter.q.as_deref().map(fold);
    let mut after = match cursor {
        Some(cursor) => {
            let [code] = Cursor::decode::<1>(cursor, LIST).ok_or(Error::BadCursor)?;
            Some(code)
        }
        None => None,
    };
    let narrowed = filter.field.is_some() || filter.q.is_some();
    let at_once = if narrowed {
        CHUNK
    } else {
        i64::try_from(limit).unwrap_or(CHUNK).saturating_add(1)
    };
    let mut found = Vec::new();
    // Each round reads on from the last code, so it ends with the register at the latest.
    loop {
        let rows = chunk(conn, filter, on, after.as_deref(), at_once)?;
        let more = i64::try_from(rows.len()).is_ok_and(|count| count >= at_once);
        let last = rows.last().map(|row| row.code.clone());
        found.extend(
            shown(conn, rows, on, filter.on.is_some())?
                .into_iter()
                .filter(|item| {
                    let field = filter
                        .field
                        .as_ref()
                        .is_none_or(|field| *field == item.field);
                    let words = q.as_ref().is_none_or(|q| matches(item, q));
                    field && words
                }),
        );
        if !more || found.len() > limit {
            break;
        }
        after = last;
    }
    Ok(Page::cut(found, limit, |item| {
        Cursor::new(LIST, [item.code.clone()])
    }))
}

fn matches(item: &ProcedureSummary, q: &str) -> bool {
    fold(&item.name).contains(q) || item.code.contains(q)
}

fn chunk(
    conn: &mut Conn,
    filter: &Filter,
    on: NaiveDate,
    after: Option<&str>,
    at_once: i64,
) -> Result<Vec<ProcedureRow>, Error> {
    let mut query = procedures::table.into_boxed();
    query = match filter.retired {
        true => query.filter(procedures::retired_from.le(on)),
        false => query.filter(
            procedures::retired_from
                .is_null()
                .or(procedures::retired_from.gt(on)),
        ),
    };
    if let Some(after) = after {
        query = query.filter(procedures::code.gt(after.to_owned()));
    }
    Ok(query
        .order(procedures::code)
        .limit(at_once)
        .select(ProcedureRow::as_select())
        .load(conn)?)
}

/// The rows with the version in force on `on`, or the next one unless it must be in force.
fn shown(
    conn: &mut Conn,
    rows: Vec<ProcedureRow>,
    on: NaiveDate,
    must_be_in_force: bool,
) -> Result<Vec<ProcedureSummary>, Error> {
    let ids: Vec<i64> = rows.iter().map(|row| row.id).collect();
    let versions: Vec<VersionRow> = procedure_versions::table
        .filter(procedure_versions::procedure_id.eq_any(ids))
        .order(procedure_versions::effective_from)
        .select(VersionRow::as_select())
        .load(conn)?;
    let mut of: HashMap<i64, Vec<VersionRow>> = HashMap::new();
    for version in versions {
        of.entry(version.procedure_id).or_default().push(version);
    }
    let summary = |row: ProcedureRow| {
        let versions = of.remove(&row.id)?;
        let (version, in_force) = standing(&versions, on)?;
        (in_force || !must_be_in_force).then(|| ProcedureSummary {
            code: row.code,
            name: version.name.clone(),
            field: version.field.clone(),
            effective_from: version.effective_from,
            in_force: in_force && row.retired_from.is_none_or(|from| on < from),
            retired_from: row.retired_from,
            version: row.version,
        })
    };
    Ok(rows.into_iter().filter_map(summary).collect())
}

/// Of versions in ascending order, the one in force on `on`, else the first to take effect.
fn standing(versions: &[VersionRow], on: NaiveDate) -> Option<(&VersionRow, bool)> {
    let in_force = versions
        .iter()
        .rev()
        .find(|version| version.effective_from <= on);
    match in_force {
        Some(version) => Some((version, true)),
        None => versions.first().map(|version| (version, false)),
    }
}

pub(crate) fn row(conn: &mut Conn, code: &str) -> Result<ProcedureRow, Error> {
    procedures::table
        .filter(procedures::code.eq(code))
        .select(ProcedureRow::as_select())
        .first(conn)
        .optional()?
        .ok_or(Error::NotFound)
}

pub(crate) fn versions_of(conn: &mut Conn, procedure_id: i64) -> Result<Vec<VersionRow>, Error> {
    Ok(procedure_versions::table
        .filter(procedure_versions::procedure_id.eq(procedure_id))
        .order(procedure_versions::effective_from)
        .select(VersionRow::as_select())
        .load(conn)?)
}

/// One procedure: the version in force on `on` (today unless named), or the next one.
pub fn get(
    conn: &mut Conn,
    env: &Env,
    code: &str,
    on: Option<NaiveDate>,
) -> Result<ProcedureDetail, Error> {
    let row = row(conn, code)?;
    let on = on.unwrap_or_else(|| local_date(env.now()));
    detail(
        conn,
        row,
        |versions| standing(versions, on).map(|(version, _)| version.id),
        on,
    )
}

/// One version of a procedure by the day from which it is in force.
pub fn get_version(
    conn: &mut Conn,
    env: &Env,
    code: &str,
    effective_from: NaiveDate,
) -> Result<ProcedureDetail, Error> {
    let row = row(conn, code)?;
    let named = |versions: &[VersionRow]| {
        let version = versions
            .iter()
            .find(|version| version.effective_from == effective_from);
        version.map(|version| version.id)
    };
    detail(conn, row, named, local_date(env.now()))
}

/// Reads around the cache: the action that just wrote a version shows it with this.
fn detail(
    conn: &mut Conn,
    row: ProcedureRow,
    choose: impl FnOnce(&[VersionRow]) -> Option<i64>,
    on: NaiveDate,
) -> Result<ProcedureDetail, Error> {
    let versions = versions_of(conn, row.id)?;
    let chosen = choose(&versions).ok_or(Error::NotFound)?;
    let (text, effective_from): (String, NaiveDate) = procedure_versions::table
        .find(chosen)
        .select((procedure_versions::spec, procedure_versions::effective_from))
        .first(conn)?;
    let stands = standing(&versions, on).filter(|(_, in_force)| *in_force);
    let in_force = stands.is_some_and(|(version, _)| version.id == chosen);
    Ok(ProcedureDetail {
        code: row.code,
        retired_from: row.retired_from,
        version: row.version,
        rules: Arc::new(from_text(&text, effective_from)?),
        in_force: in_force && row.retired_from.is_none_or(|from| on < from),
        versions: versions
            .into_iter()
            .map(|version| VersionSummary {
                effective_from: version.effective_from,
                name: version.name,
                created_at: version.created_at.and_utc(),
            })
            .collect(),
    })
}

/// A name for each of these department codes, from the first office that has one.
pub fn department_names(
    conn: &mut Conn,
    codes: Vec<String>,
) -> Result<HashMap<String, String>, Error> {
    let rows: Vec<(String, String)> = departments::table
        .filter(departments::code.eq_any(codes))
        .filter(departments::retired_at.is_null())
        .order(departments::id.desc())
        .select((departments::code, departments::name))
        .load(conn)?;
    Ok(rows.into_iter().collect())
}
