//! Tidying up: failures nobody remembers and sessions long ended.

use chrono::TimeDelta;
use diesel::prelude::*;

use super::{login, sessions};
use crate::db::Conn;
use crate::db::schema::{login_failures, refresh_tokens};
use crate::env::Env;
use crate::error::Error;

/// Deletes what no longer decides anything; run it every hour or so. Answers how many rows went.
pub fn purge_expired(conn: &mut Conn, env: &Env) -> Result<usize, Error> {
    let now = env.sign_in_now();
    let failures = diesel::delete(login_failures::table)
        .filter(login_failures::last_at.lt((now - login::FORGET).naive_utc()))
        .execute(conn)?;
    // Used tokens stay for the whole life of their family, or their reuse would go unnoticed.
    let tokens = diesel::delete(refresh_tokens::table)
        .filter(
            refresh_tokens::issued_at
                .lt((now - sessions::ABSOLUTE - TimeDelta::days(1)).naive_utc()),
        )
        .execute(conn)?;
    Ok(failures + tokens)
}
