//! Changing one's own password.

use diesel::prelude::*;
use domain::auth::{Actor, Principal};
use domain::text::Login;
use serde_json::json;

use super::login::{LoginAttempt, LoginStart, Settled, login_start, settle};
use super::sessions::end_families;
use crate::audit::audit;
use crate::db::Conn;
use crate::db::schema::staff;
use crate::env::Env;
use crate::error::Error;

/// How a change of password ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChangedPassword {
    Done,
    /// The present password was wrong.
    Refused,
    /// Too many wrong ones; seconds until the next try.
    Locked(u32),
}

/// Reads what is needed to check the present password: whoever found a signed-in browser may
/// not guess it more often than at the login page.
pub fn password_change_start(
    conn: &mut Conn,
    env: &Env,
    who: &Principal,
) -> Result<LoginStart, Error> {
    let Actor::Staff(id) = who.actor else {
        return Err(Error::Forbidden);
    };
    let login = staff::table
        .find(id)
        .select(staff::login)
        .first::<String>(conn)
        .optional()?;
    let login = login
        .and_then(|login| Login::parse(&login).ok())
        .ok_or(Error::NotFound)?;
    login_start(conn, env, &login)
}

/// Stores the new password, and ends every other session of this person.
///
/// `attempt` is the present password, checked; `new_hash` comes from [`crate::auth::password::hash`].
/// A refusal is an answer, not an error: the count has to be committed.
pub fn change_password(
    conn: &mut Conn,
    env: &Env,
    who: &Principal,
    session: Option<&str>,
    attempt: &LoginAttempt,
    new_hash: &str,
) -> Result<ChangedPassword, Error> {
    let person = match settle(conn, env, attempt)? {
        Settled::Right(person) if who.actor == Actor::Staff(person.id) => person,
        Settled::Right(_) => return Err(Error::Forbidden),
        Settled::Wrong => return Ok(ChangedPassword::Refused),
        Settled::Locked(seconds) => return Ok(ChangedPassword::Locked(seconds)),
    };
    diesel::update(staff::table.find(person.id))
        .set((
            staff::password_hash.eq(new_hash),
            staff::must_change_password.eq(false),
            staff::version.eq(staff::version + 1),
        ))
        .execute(conn)?;
    end_families(conn, env, person.id, session)?;
    audit(
        conn,
        env,
        who,
        "staff.change_password",
        &who.uid,
        &json!({}),
    )?;
    Ok(ChangedPassword::Done)
}
