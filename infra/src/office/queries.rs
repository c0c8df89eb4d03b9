//! Reading offices: they are no secret, everybody who signed in may.

use std::collections::HashMap;

use diesel::prelude::*;
use domain::office::OfficeKind;
use domain::text::fold;

use super::rows::{OfficeDetail, OfficeRow, desk_hours_from};
use crate::db::Conn;
use crate::db::paging::{Cursor, Page};
use crate::db::schema::{calendars, offices};
use crate::error::Error;

const LIST: &str = "offices";
/// Rows read at a time while looking for a name.
const BATCH: i64 = 500;

/// What a list of offices is narrowed to.
#[derive(Debug, Clone, Default)]
pub struct OfficeFilter {
    /// Offices right below this one.
    pub parent: Option<String>,
    pub kind: Option<OfficeKind>,
    /// Part of the name, diacritics or not, or the head of the code.
    pub q: Option<String>,
    pub retired: bool,
}

/// One office by its code.
pub fn read_office(conn: &mut Conn, code: &str) -> Result<OfficeDetail, Error> {
    let row = find_office(conn, code)?.ok_or(Error::NotFound)?;
    detail_of(conn, row)
}

/// Offices in the order of their codes.
pub fn list_offices(
    conn: &mut Conn,
    filter: &OfficeFilter,
    limit: usize,
    cursor: Option<&str>,
) -> Result<Page<OfficeDetail>, Error> {
    let mut after = match cursor {
        None => String::new(),
        Some(text) => {
            let [code] = Cursor::decode(text, LIST).ok_or(Error::BadCursor)?;
            code
        }
    };
    let parent = match &filter.parent {
        None => None,
        Some(code) => match find_office(conn, code)? {
            None => {
                return Ok(Page {
                    items: Vec::new(),
                    next: None,
                });
            }
            Some(office) => Some(office.id),
        },
    };
    let q = filter.q.as_deref().map(fold).filter(|q| !q.is_empty());
    let wanted = limit.saturating_add(1);
    let mut found = Vec::new();
    // Names are compared here and not by the database, which knows no folding; offices are few.
    loop {
        let rows = batch(conn, filter, parent, &after)?;
        let Some(last) = rows.last().map(|row| row.code.clone()) else {
            break;
        };
        found.extend(
            rows.into_iter()
                .filter(|row| q.as_deref().is_none_or(|q| matches(row, q))),
        );
        if found.len() >= wanted {
            break;
        }
        after = last;
    }
    found.truncate(wanted);
    let page = Page::cut(found, limit, |row| Cursor::new(LIST, [row.code.clone()]));
    let items = details_of(conn, page.items)?;
    Ok(Page {
        items,
        next: page.next,
    })
}

fn matches(row: &OfficeRow, q: &str) -> bool {
    fold(&row.name).contains(q) || row.code.to_lowercase().starts_with(q)
}

fn batch(
    conn: &mut Conn,
    filter: &OfficeFilter,
    parent: Option<i64>,
    after: &str,
) -> Result<Vec<OfficeRow>, Error> {
    let mut query = offices::table
        .filter(offices::code.gt(after))
        .order(offices::code)
        .limit(BATCH)
        .select(OfficeRow::as_select())
        .into_boxed();
    query = match filter.retired {
        true => query.filter(offices::retired_at.is_not_null()),
        false => query.filter(offices::retired_at.is_null()),
    };
    if let Some(parent) = parent {
        query = query.filter(offices::parent_id.eq(parent));
    }
    if let Some(kind) = filter.kind {
        query = query.filter(offices::kind.eq(kind.as_str()));
    }
    Ok(query.load(conn)?)
}

pub(crate) fn find_office(conn: &mut Conn, code: &str) -> Result<Option<OfficeRow>, Error> {
    Ok(offices::table
        .filter(offices::code.eq(code))
        .select(OfficeRow::as_select())
        .first(conn)
        .optional()?)
}

pub(crate) fn office_by_id(conn: &mut Conn, id: i64) -> Result<OfficeRow, Error> {
    Ok(offices::table
        .find(id)
        .select(OfficeRow::as_select())
        .first(conn)?)
}

pub(crate) fn detail_of(conn: &mut Conn, row: OfficeRow) -> Result<OfficeDetail, Error> {
    details_of(conn, vec![row])?
        .pop()
        .ok_or_else(|| Error::Internal("an office was lost".to_owned()))
}

fn details_of(conn: &mut Conn, rows: Vec<OfficeRow>) -> Result<Vec<OfficeDetail>, Error> {
    let parents: Vec<i64> = rows.iter().filter_map(|row| row.parent_id).collect();
    let parents: HashMap<i64, String> = offices::table
        .filter(offices::id.eq_any(parents))
        .select((offices::id, offices::code))
        .load(conn)?
        .into_iter()
        .collect();
    let own: Vec<i64> = rows.iter().filter_map(|row| row.calendar_id).collect();
    let own: HashMap<i64, String> = calendars::table
        .filter(calendars::id.eq_any(own))
        .select((calendars::id, calendars::uid))
        .load(conn)?
        .into_iter()
        .collect();
    rows.into_iter()
        .map(|row| {
            Ok(OfficeDetail {
                kind: OfficeKind::parse(&row.kind)
                    .ok_or_else(|| Error::Internal(format!("kind of office {}", row.code)))?,
                parent: row.parent_id.and_then(|id| parents.get(&id).cloned()),
                calendar: row.calendar_id.and_then(|id| own.get(&id).cloned()),
                desk_hours: desk_hours_from(&row.desk_hours)?,
                office: row,
            })
        })
        .collect()
}
