//! What signed-in people and clients read about themselves.

use std::collections::HashMap;

use diesel::prelude::*;
use domain::auth::{Actor, Principal, Role};

use crate::db::Conn;
use crate::db::schema::{departments, offices, staff};
use crate::error::Error;

/// A code with the name that people read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    pub code: String,
    pub name: String,
}

/// Where one belongs and what one may be, in names instead of ids.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    /// Clients have none.
    pub login: Option<String>,
    pub office: Place,
    pub department: Option<Place>,
    pub roles: Vec<(Role, Place)>,
}

/// The profile of `who`.
pub fn profile(conn: &mut Conn, who: &Principal) -> Result<Profile, Error> {
    let places = offices_of(conn, who)?;
    let office = |id: i64| {
        let found = places.get(&id).cloned();
        found.ok_or_else(|| Error::Internal("an account of an office that is not there".to_owned()))
    };
    let roles = who
        .grants
        .iter()
        .map(|grant| Ok((grant.role, office(grant.office_id)?)));
    Ok(Profile {
        login: login_of(conn, who)?,
        office: office(who.office_id)?,
        department: department_of(conn, who)?,
        roles: roles.collect::<Result<_, Error>>()?,
    })
}

fn offices_of(conn: &mut Conn, who: &Principal) -> Result<HashMap<i64, Place>, Error> {
    let granted = who.grants.iter().map(|grant| grant.office_id);
    let ids: Vec<i64> = granted.chain(std::iter::once(who.office_id)).collect();
    let rows = offices::table
        .filter(offices::id.eq_any(ids))
        .select((offices::id, offices::code, offices::name))
        .load::<(i64, String, String)>(conn)?;
    Ok(rows
        .into_iter()
        .map(|(id, code, name)| (id, Place { code, name }))
        .collect())
}

fn login_of(conn: &mut Conn, who: &Principal) -> Result<Option<String>, Error> {
    match who.actor {
        Actor::Staff(id) => Ok(Some(
            staff::table.find(id).select(staff::login).first(conn)?,
        )),
        Actor::Client(_) | Actor::System => Ok(None),
    }
}

fn department_of(conn: &mut Conn, who: &Principal) -> Result<Option<Place>, Error> {
    let Some(id) = who.department_id else {
        return Ok(None);
    };
    let (code, name) = departments::table
        .find(id)
        .select((departments::code, departments::name))
        .first(conn)?;
    Ok(Some(Place { code, name }))
}
