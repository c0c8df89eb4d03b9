//! Who may see or change a person's entry.

use diesel::prelude::*;
use domain::auth::{Actor, Principal, Role};
use domain::office::is_within;

use super::rows::{Seen, StaffDetail, StaffRow, details_of};
use crate::db::Conn;
use crate::db::schema::{offices, staff, staff_roles};
use crate::error::Error;
use crate::office::administers;

/// The tops of the subtrees whose staff `who` may see, with how much of it.
pub(crate) fn sights(who: &Principal) -> Vec<(&str, Seen)> {
    let own = (who.office_path.as_str(), Seen::Brief);
    let granted = who.grants.iter().map(|grant| match grant.role {
        Role::Administrator => (grant.office_path.as_str(), Seen::Whole),
        _ => (grant.office_path.as_str(), Seen::Brief),
    });
    std::iter::once(own).chain(granted).collect()
}

/// How much `who` sees of the people of the office at `path`.
pub(crate) fn sight_of(who: &Principal, path: &str) -> Option<Seen> {
    match who.actor {
        Actor::System => return Some(Seen::Whole),
        // Other offices' systems have no business with the staff.
        Actor::Client(_) => return None,
        Actor::Staff(_) => {}
    }
    let within: Vec<Seen> = sights(who)
        .into_iter()
        .filter(|(top, _)| is_within(path, top))
        .map(|(_, seen)| seen)
        .collect();
    let whole = within.contains(&Seen::Whole);
    within
        .first()
        .map(|brief| if whole { Seen::Whole } else { *brief })
}

/// The person by uid, with as much as `who` may see.
pub(crate) fn find_seen(conn: &mut Conn, who: &Principal, uid: &str) -> Result<StaffDetail, Error> {
    let mut detail = find(conn, uid)?.ok_or(Error::NotFound)?;
    detail.seen = sight_of(who, &detail.office_path).ok_or(Error::NotFound)?;
    Ok(detail)
}

pub(crate) fn find(conn: &mut Conn, uid: &str) -> Result<Option<StaffDetail>, Error> {
    let row = staff::table
        .filter(staff::uid.eq(uid))
        .select(StaffRow::as_select())
        .first(conn)
        .optional()?;
    match row {
        Some(row) => Ok(details_of(conn, vec![row])?.pop()),
        None => Ok(None),
    }
}

/// The person, if `who` administers their office and every office of their roles and nobody
/// changed the entry since `version`. Without the second rule an administrator of a ward could
/// take over somebody whose roles reach further, by resetting their password.
pub(crate) fn to_change(
    conn: &mut Conn,
    who: &Principal,
    uid: &str,
    version: Option<i64>,
) -> Result<StaffDetail, Error> {
    let detail = find_seen(conn, who, uid)?;
    let reaches = detail
        .role_paths
        .iter()
        .all(|(_, path)| administers(who, path));
    if !reaches || !administers(who, &detail.office_path) {
        return Err(Error::Forbidden);
    }
    match version {
        Some(version) if version != detail.person.version => {
            Err(Error::Stale(detail.person.version))
        }
        _ => Ok(detail),
    }
}

/// Refuses to go on when no active person administers the root any more.
pub(crate) fn keep_an_administrator(conn: &mut Conn) -> Result<(), Error> {
    let left: i64 = staff_roles::table
        .inner_join(staff::table)
        .inner_join(offices::table.on(offices::id.eq(staff_roles::office_id)))
        .filter(staff_roles::role.eq(Role::Administrator.as_str()))
        .filter(offices::parent_id.is_null())
        .filter(staff::retired_at.is_null())
        .count()
        .get_result(conn)?;
    if left == 0 {
        Err(Error::Refused("last_administrator"))
    } else {
        Ok(())
    }
}
