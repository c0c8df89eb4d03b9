//! Signing in, in three parts: read under the lock of the name, verify slowly, record.

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Text, Timestamp};
use domain::text::Login;

use super::sessions::{self, Session};
use crate::auth::password;
use crate::auth::rows::{CredentialRow, FailureRow};
use crate::db::Conn;
use crate::db::schema::{login_failures, staff};
use crate::env::Env;
use crate::error::Error;

/// Wrong passwords in a row that lock a name.
const MAX_FAILURES: i64 = 5;
const LOCK: TimeDelta = TimeDelta::minutes(15);
/// A mistyped password of yesterday does not count today.
pub(super) const FORGET: TimeDelta = TimeDelta::hours(24);

/// A login about to be tried. It says nothing about whether the name is known.
#[derive(Debug, Clone)]
pub struct LoginStart {
    login: Login,
    credentials: Option<CredentialRow>,
}

/// A login after the password was checked.
#[derive(Debug, Clone)]
pub struct LoginAttempt {
    login: Login,
    /// The person whose password it was.
    person: Option<CredentialRow>,
    /// The password hashed anew, where the stored hash is weaker than today's.
    renewed_hash: Option<String>,
}

/// How a login ended.
#[derive(Debug, Clone)]
pub enum LoginOutcome {
    SignedIn(Session),
    /// Unknown name or wrong password: nobody learns which.
    Refused,
    /// Too many failures; seconds until the next try.
    Locked(u32),
}

/// Reads what is needed to try a login.
///
/// # Errors
/// [`Error::Locked`] after too many failures under this name, known or not.
pub fn login_start(conn: &mut Conn, env: &Env, login: &Login) -> Result<LoginStart, Error> {
    let failures = login_failures::table
        .find(login.as_str())
        .select((
            login_failures::failures,
            login_failures::last_at,
            login_failures::locked_until,
        ))
        .first::<FailureRow>(conn)
        .optional()?;
    if let Some(seconds) = failures.and_then(|row| locked_for(&row, env.sign_in_now())) {
        return Err(Error::Locked(seconds));
    }
    Ok(LoginStart {
        login: login.clone(),
        credentials: credentials_of(conn, login)?,
    })
}

impl LoginStart {
    /// Checks the password. Takes some 15 ms whether or not the name is known, so call it
    /// through [`password::slowly`].
    pub fn verify(self, password: &str) -> Result<LoginAttempt, Error> {
        let stored = self
            .credentials
            .as_ref()
            .map(|row| row.password_hash.as_str());
        let right = password::verify(password, stored)?;
        let person = self.credentials.filter(|_| right);
        let renewed_hash = match &person {
            Some(row) if password::needs_rehash(&row.password_hash) => {
                Some(password::hash_checked(password)?)
            }
            _ => None,
        };
        Ok(LoginAttempt {
            login: self.login,
            person,
            renewed_hash,
        })
    }
}

/// Counts a failure or starts a session.
///
/// A refusal is an answer, not an error: the count has to be committed.
pub fn login_finish(
    conn: &mut Conn,
    env: &Env,
    attempt: LoginAttempt,
) -> Result<LoginOutcome, Error> {
    let settled = settle(conn, env, &attempt)?;
    match settled {
        Settled::Right(person) => {
            if let Some(hash) = &attempt.renewed_hash {
                diesel::update(staff::table.find(person.id))
                    .set(staff::password_hash.eq(hash))
                    .execute(conn)?;
            }
            sessions::start(conn, env, &person).map(LoginOutcome::SignedIn)
        }
        Settled::Wrong => Ok(LoginOutcome::Refused),
        Settled::Locked(seconds) => Ok(LoginOutcome::Locked(seconds)),
    }
}

/// The verdict on a password, recorded.
pub(super) enum Settled {
    Right(CredentialRow),
    Wrong,
    Locked(u32),
}

/// Records the outcome. Of many attempts checked at the same time only the first five failures
/// count as guesses: once the name is locked, even the right password of the same burst is
/// refused.
pub(super) fn settle(conn: &mut Conn, env: &Env, attempt: &LoginAttempt) -> Result<Settled, Error> {
    let now = env.sign_in_now();
    let person = match &attempt.person {
        Some(seen) => credentials_of(conn, &attempt.login)?
            .filter(|row| row.password_hash == seen.password_hash),
        None => None,
    };
    let failures = match person {
        Some(_) => kept_failures(conn, &attempt.login)?,
        None => Some(claim_failures(conn, &attempt.login, now)?),
    };
    if let Some(seconds) = failures.as_ref().and_then(|row| locked_for(row, now)) {
        return Ok(Settled::Locked(seconds));
    }
    match (person, failures) {
        (Some(person), None) => Ok(Settled::Right(person)),
        (Some(person), Some(_)) => {
            diesel::delete(login_failures::table.find(attempt.login.as_str())).execute(conn)?;
            Ok(Settled::Right(person))
        }
        (None, row) => {
            let next = after_failure(row.as_ref(), now);
            diesel::update(login_failures::table.find(attempt.login.as_str()))
                .set((
                    login_failures::failures.eq(next.failures),
                    login_failures::last_at.eq(next.last_at),
                    login_failures::locked_until.eq(next.locked_until),
                ))
                .execute(conn)?;
            Ok(Settled::Wrong)
        }
    }
}

fn credentials_of(conn: &mut Conn, login: &Login) -> Result<Option<CredentialRow>, Error> {
    let found = staff::table
        .filter(staff::login.eq(login.as_str()))
        .filter(staff::retired_at.is_null())
        .select((
            staff::id,
            staff::uid,
            staff::password_hash,
            staff::must_change_password,
        ))
        .first::<CredentialRow>(conn)
        .optional()?;
    Ok(found)
}

fn kept_failures(conn: &mut Conn, login: &Login) -> Result<Option<FailureRow>, Error> {
    let found = login_failures::table
        .find(login.as_str())
        .select((
            login_failures::failures,
            login_failures::last_at,
            login_failures::locked_until,
        ))
        .first::<FailureRow>(conn)
        .optional()?;
    Ok(found)
}

/// The failures under a name, with the row made where it was missing and held until the end of
/// the transaction, so that no failure of a parallel attempt is lost.
fn claim_failures(conn: &mut Conn, login: &Login, now: DateTime<Utc>) -> Result<FailureRow, Error> {
    let row = diesel::sql_query(
        "INSERT INTO login_failures (login, failures, last_at) VALUES ($1, 0, $2) \
         ON CONFLICT (login) DO UPDATE SET failures = login_failures.failures \
         RETURNING failures, last_at, locked_until",
    )
    .bind::<Text, _>(login.as_str())
    .bind::<Timestamp, _>(now.naive_utc())
    .get_result::<FailureRow>(conn)?;
    Ok(row)
}

/// Seconds until the name may be tried again.
fn locked_for(row: &FailureRow, now: DateTime<Utc>) -> Option<u32> {
    let left = row.locked_until?.and_utc() - now;
    let seconds = u32::try_from(left.num_milliseconds().max(0).saturating_add(999) / 1000).ok()?;
    (seconds > 0).then_some(seconds)
}

/// What one more failure makes of the record.
fn after_failure(row: Option<&FailureRow>, now: DateTime<Utc>) -> FailureRow {
    let counts =
        |row: &&FailureRow| row.locked_until.is_none() && now - row.last_at.and_utc() < FORGET;
    let failures = row.filter(counts).map_or(0, |row| row.failures) + 1;
    let locked_until: Option<NaiveDateTime> =
        (failures >= MAX_FAILURES).then(|| (now + LOCK).naive_utc());
    FailureRow {
        failures,
        last_at: now.naive_utc(),
        locked_until,
    }
}
