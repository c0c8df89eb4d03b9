//! Reading staff: administrators see all of an entry, colleagues its names and roles.

use std::collections::HashMap;

use diesel::prelude::*;
use domain::auth::{Actor, Principal, Role};
use domain::office::is_within;
use domain::text::fold;

use super::rows::{Seen, StaffDetail, StaffRow, details_of};
use super::standing::{find_seen, sight_of};
use crate::db::Conn;
use crate::db::paging::{Cursor, Page};
use crate::db::schema::{departments, offices, staff, staff_roles};
use crate::error::Error;

const LIST: &str = "staff";
/// Rows read at a time while looking for a name.
const BATCH: i64 = 500;

/// What a list of staff is narrowed to.
#[derive(Debug, Clone, Default)]
pub struct StaffFilter {
    /// This office and those below it.
    pub office: Option<String>,
    /// The uid of a department.
    pub department: Option<String>,
    pub role: Option<Role>,
    /// Part of the name, diacritics or not; for administrators also the head of the login.
    pub q: Option<String>,
    pub retired: bool,
}

/// One person by uid.
pub fn read_staff(conn: &mut Conn, who: &Principal, uid: &str) -> Result<StaffDetail, Error> {
    find_seen(conn, who, uid)
}

/// The staff that `who` may see, in the order of their names.
pub fn list_staff(
    conn: &mut Conn,
    who: &Principal,
    filter: &StaffFilter,
    limit: usize,
    cursor: Option<&str>,
) -> Result<Page<StaffDetail>, Error> {
    if matches!(who.actor, Actor::Client(_)) {
        return Err(Error::Forbidden);
    }
    let mut after: Option<(String, i64)> = match cursor {
        None => None,
        Some(text) => {
            let [name, id] = Cursor::decode(text, LIST).ok_or(Error::BadCursor)?;
            Some((name, id.parse().map_err(|_| Error::BadCursor)?))
        }
    };
    let Some(narrowed) = Narrowed::by(conn, who, filter)? else {
        return Ok(Page {
            items: Vec::new(),
            next: None,
        });
    };
    let wanted = limit.saturating_add(1);
    let mut found = Vec::new();
    // A part of a name has no index to serve it either way; an office's staff are few.
    loop {
        let rows = narrowed.batch(conn, after.as_ref())?;
        let Some(last) = rows.last().map(|row| (row.search_name.clone(), row.id)) else {
            break;
        };
        found.extend(rows.into_iter().filter(|row| narrowed.matches(row)));
        if found.len() >= wanted {
            break;
        }
        after = Some(last);
    }
    found.truncate(wanted);
    let page = Page::cut(found, limit, |row| {
        Cursor::new(LIST, [row.search_name.clone(), row.id.to_string()])
    });
    let mut items = details_of(conn, page.items)?;
    for item in &mut items {
        item.seen = narrowed
            .offices
            .get(&item.person.office_id)
            .copied()
            .unwrap_or(Seen::Brief);
    }
    Ok(Page {
        items,
        next: page.next,
    })
}

/// The filter with public names turned into keys, and within what the reader may see.
struct Narrowed {
    offices: HashMap<i64, Seen>,
    department: Option<i64>,
    role: Option<Role>,
    q: Option<String>,
    retired: bool,
}

impl Narrowed {
    /// None when a name means nothing here, so that nobody can match.
    fn by(conn: &mut Conn, who: &Principal, filter: &StaffFilter) -> Result<Option<Self>, Error> {
        let all: Vec<(i64, String, String)> = offices::table
            .select((offices::id, offices::code, offices::path))
            .load(conn)?;
        let top = match &filter.office {
            None => None,
            Some(code) => match all.iter().find(|(_, known, _)| known == code) {
                None => return Ok(None),
                Some((_, _, path)) => Some(path.as_str()),
            },
        };
        let seen: HashMap<i64, Seen> = all
            .iter()
            .filter(|(_, _, path)| top.is_none_or(|top| is_within(path, top)))
            .filter_map(|(id, _, path)| Some((*id, sight_of(who, path)?)))
            .collect();
        let department = match &filter.department {
            None => None,
            Some(uid) => {
                let known = departments::table.filter(departments::uid.eq(uid));
                match known.select(departments::id).first(conn).optional()? {
                    None => return Ok(None),
                    found => found,
                }
            }
        };
        Ok(Some(Self {
            offices: seen,
            department,
            role: filter.role,
            q: filter.q.as_deref().map(fold).filter(|q| !q.is_empty()),
            retired: filter.retired,
        }))
    }

    fn batch(
        &self,
        conn: &mut Conn,
        after: Option<&(String, i64)>,
    ) -> Result<Vec<StaffRow>, Error> {
        let mut query = staff::table
            .filter(staff::office_id.eq_any(self.offices.keys()))
            .filter(staff::retired_at.is_not_null().eq(self.retired))
            .order((staff::search_name, staff::id))
            .limit(BATCH)
            .select(StaffRow::as_select())
            .into_boxed();
        if let Some((name, id)) = after {
            query = query.filter(
                staff::search_name
                    .gt(name)
                    .or(staff::search_name.eq(name).and(staff::id.gt(id))),
            );
        }
        if let Some(department) = self.department {
            query = query.filter(staff::department_id.eq(department));
        }
        if let Some(role) = self.role {
            let holders = staff_roles::table.filter(staff_roles::role.eq(role.as_str()));
            query = query.filter(staff::id.eq_any(holders.select(staff_roles::staff_id)));
        }
        Ok(query.load(conn)?)
    }

    fn matches(&self, row: &StaffRow) -> bool {
        let Some(q) = &self.q else { return true };
        // Logins are for administrators only; finding by them would give them away.
        let whole = self.offices.get(&row.office_id) == Some(&Seen::Whole);
        row.search_name.contains(q) || (whole && row.login.starts_with(q))
    }
}
