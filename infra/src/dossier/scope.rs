//! Which offices' dossiers somebody may read.

use diesel::prelude::*;
use domain::auth::{Principal, Role};

use crate::db::Conn;
use crate::db::schema::offices;
use crate::error::Error;

/// Roles that read dossiers.
pub(crate) const READERS: [Role; 7] = Role::ALL;

/// The offices over which `who`, or somebody for whom they stand in, holds one of `roles`.
pub(crate) fn visible_offices(
    conn: &mut Conn,
    who: &Principal,
    roles: &[Role],
) -> Result<Vec<i64>, Error> {
    let mut prefixes: Vec<&str> = std::iter::once(who)
        .chain(&who.stands_in_for)
        .flat_map(|person| &person.grants)
        .filter(|grant| roles.contains(&grant.role))
        .map(|grant| grant.office_path.as_str())
        .collect();
    prefixes.sort_unstable();
    prefixes.dedup();
    let mut found = Vec::new();
    for prefix in prefixes {
        let below: Vec<i64> = offices::table
            .filter(offices::path.ge(prefix))
            .filter(offices::path.lt(format!("{prefix}:")))
            .select(offices::id)
            .load(conn)?;
        found.extend(below);
    }
    found.sort_unstable();
    found.dedup();
    Ok(found)
}

/// The same, narrowed to one office and what lies below it.
pub(crate) fn narrowed(
    conn: &mut Conn,
    who: &Principal,
    office: Option<&str>,
) -> Result<Vec<i64>, Error> {
    let visible = visible_offices(conn, who, &READERS)?;
    let Some(code) = office else {
        return Ok(visible);
    };
    let path: Option<String> = offices::table
        .filter(offices::code.eq(code))
        .select(offices::path)
        .first(conn)
        .optional()?;
    let Some(path) = path else {
        return Ok(Vec::new());
    };
    let below: Vec<i64> = offices::table
        .filter(offices::path.ge(&path))
        .filter(offices::path.lt(format!("{path}:")))
        .select(offices::id)
        .load(conn)?;
    Ok(below
        .into_iter()
        .filter(|id| visible.binary_search(id).is_ok())
        .collect())
}
