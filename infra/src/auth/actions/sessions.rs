//! Sessions: families of refresh tokens, of which only the newest is good, and only once.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::dsl::{exists, min, select};
use diesel::prelude::*;

use crate::auth::digest;
use crate::auth::rows::{CredentialRow, RefreshRow};
use crate::db::Conn;
use crate::db::schema::{refresh_tokens, staff};
use crate::env::Env;
use crate::error::Error;
use crate::ids::{new_secret, new_uid};

/// A session ends when it is not refreshed for this long: a clerk signs in once a day.
const IDLE: TimeDelta = TimeDelta::hours(12);
/// And at the latest this long after signing in.
pub(super) const ABSOLUTE: TimeDelta = TimeDelta::days(7);

/// A session that began or goes on. The access token is the caller's to issue.
#[derive(Clone)]
pub struct Session {
    pub staff_uid: String,
    /// Names the session in access tokens.
    pub family: String,
    pub refresh_token: String,
    pub refresh_expires_at: DateTime<Utc>,
    pub must_change_password: bool,
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Session")
            .field("family", &self.family)
            .finish_non_exhaustive()
    }
}

/// What became of a refresh token.
#[derive(Debug, Clone)]
pub enum Refreshed {
    Session(Session),
    /// Unknown, expired, ended, or used before; in the last case its whole family ended now.
    Refused,
}

pub(super) fn start(conn: &mut Conn, env: &Env, person: &CredentialRow) -> Result<Session, Error> {
    let family = new_uid();
    let expires_at = env.sign_in_now() + IDLE;
    let refresh_token = issue(conn, env, &family, person.id, expires_at)?;
    Ok(Session {
        staff_uid: person.uid.clone(),
        family,
        refresh_token,
        refresh_expires_at: expires_at,
        must_change_password: person.must_change_password,
    })
}

/// Trades a refresh token for the next one. A token that comes a second time was stolen, by the
/// first bearer or the second, so it ends the family.
///
/// A refusal is an answer, not an error: the end of the family has to be committed.
pub fn refresh(conn: &mut Conn, env: &Env, token: &str) -> Result<Refreshed, Error> {
    let now = env.sign_in_now();
    let Some(row) = find(conn, token)? else {
        return Ok(Refreshed::Refused);
    };
    let taken = diesel::update(refresh_tokens::table.find(row.id))
        .filter(refresh_tokens::used_at.is_null())
        .set(refresh_tokens::used_at.eq(now.naive_utc()))
        .execute(conn)?;
    if row.used_at.is_some() || taken == 0 {
        end_family_of(conn, env, token)?;
        return Ok(Refreshed::Refused);
    }
    let dead = row.revoked_at.is_some()
        || row.staff_retired_at.is_some()
        || row.expires_at <= now.naive_utc();
    if dead || ended(conn, &row.family)? {
        return Ok(Refreshed::Refused);
    }
    continue_family(conn, env, row).map(Refreshed::Session)
}

/// Ends the session that this refresh token belongs to; nothing happens when there is none.
pub fn end_family_of(conn: &mut Conn, env: &Env, token: &str) -> Result<(), Error> {
    if let Some(row) = find(conn, token)? {
        diesel::update(refresh_tokens::table)
            .filter(refresh_tokens::family.eq(row.family))
            .filter(refresh_tokens::revoked_at.is_null())
            .set(refresh_tokens::revoked_at.eq(env.sign_in_now().naive_utc()))
            .execute(conn)?;
    }
    Ok(())
}

/// Ends all sessions of a person but `except`. Call it whenever they retire or get another
/// password.
pub fn end_families(
    conn: &mut Conn,
    env: &Env,
    staff_id: i64,
    except: Option<&str>,
) -> Result<(), Error> {
    diesel::update(refresh_tokens::table)
        .filter(refresh_tokens::staff_id.eq(staff_id))
        .filter(refresh_tokens::family.ne(except.unwrap_or_default()))
        .filter(refresh_tokens::revoked_at.is_null())
        .set(refresh_tokens::revoked_at.eq(env.sign_in_now().naive_utc()))
        .execute(conn)?;
    Ok(())
}

fn continue_family(conn: &mut Conn, env: &Env, row: RefreshRow) -> Result<Session, Error> {
    let began = refresh_tokens::table
        .filter(refresh_tokens::family.eq(&row.family))
        .select(min(refresh_tokens::issued_at))
        .first::<Option<chrono::NaiveDateTime>>(conn)?;
    let began = began
        .ok_or_else(|| Error::Internal("a refresh token without a family".to_owned()))?
        .and_utc();
    let expires_at = (env.sign_in_now() + IDLE).min(began + ABSOLUTE);
    let refresh_token = issue(conn, env, &row.family, row.staff_id, expires_at)?;
    Ok(Session {
        staff_uid: row.staff_uid,
        family: row.family,
        refresh_token,
        refresh_expires_at: expires_at,
        must_change_password: row.must_change_password,
    })
}

fn issue(
    conn: &mut Conn,
    env: &Env,
    family: &str,
    staff_id: i64,
    expires_at: DateTime<Utc>,
) -> Result<String, Error> {
    let token = new_secret();
    diesel::insert_into(refresh_tokens::table)
        .values((
            refresh_tokens::family.eq(family),
            refresh_tokens::staff_id.eq(staff_id),
            refresh_tokens::token_hash.eq(digest(&token)),
            refresh_tokens::issued_at.eq(env.sign_in_now().naive_utc()),
            refresh_tokens::expires_at.eq(expires_at.naive_utc()),
        ))
        .execute(conn)?;
    Ok(token)
}

fn find(conn: &mut Conn, token: &str) -> Result<Option<RefreshRow>, Error> {
    let found = refresh_tokens::table
        .inner_join(staff::table.on(staff::id.eq(refresh_tokens::staff_id)))
        .filter(refresh_tokens::token_hash.eq(digest(token)))
        .select((
            refresh_tokens::id,
            refresh_tokens::family,
            refresh_tokens::staff_id,
            staff::uid,
            staff::retired_at,
            staff::must_change_password,
            refresh_tokens::expires_at,
            refresh_tokens::used_at,
            refresh_tokens::revoked_at,
        ))
        .first::<RefreshRow>(conn)
        .optional()?;
    Ok(found)
}

/// Whether any token of the family was revoked. Asked of the family, not of the token alone:
/// on PostgreSQL a family may end while its next token is being inserted.
fn ended(conn: &mut Conn, family: &str) -> Result<bool, Error> {
    let revoked = refresh_tokens::table
        .filter(refresh_tokens::family.eq(family))
        .filter(refresh_tokens::revoked_at.is_not_null());
    Ok(select(exists(revoked)).get_result(conn)?)
}
