//! Answers kept for retries, in the same transaction as the change that they answer.

use chrono::TimeDelta;
use diesel::prelude::*;
use sha2::{Digest, Sha256};

use crate::db::schema::idempotency_keys;
use crate::db::{Conn, dialect};
use crate::env::Env;
use crate::error::Error;

/// For how long an answer is kept.
const KEPT: TimeDelta = TimeDelta::days(7);

/// A retry key as a client sent it, with what tells its request apart from others.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Key {
    /// Public id of the caller: keys of different callers never meet.
    pub principal: String,
    pub key: String,
    /// Of method, path and body.
    pub fingerprint: String,
}

/// An answer, as it goes out and as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    pub status: u16,
    /// Lower-case names.
    pub headers: Vec<(String, String)>,
    /// JSON text; empty for an answer without content.
    pub body: String,
    pub replayed: bool,
}

/// Runs `job` unless its answer is kept already; an answer is kept only when the job succeeds.
pub fn once(
    conn: &mut Conn,
    env: &Env,
    key: Option<&Key>,
    job: impl FnOnce(&mut Conn) -> Result<Answer, Error>,
) -> Result<Answer, Error> {
    let Some(key) = key else {
        return job(conn);
    };
    if !dialect::try_lock(conn, lock_number(key))? {
        return Err(Error::InFlight);
    }
    if let Some(kept) = find(conn, env, key)? {
        return Ok(kept);
    }
    let answer = job(conn)?;
    keep(conn, env, key, &answer)?;
    Ok(answer)
}

fn lock_number(key: &Key) -> i64 {
    let digest = Sha256::digest(format!("{}\n{}", key.principal, key.key));
    let bytes = digest.first_chunk::<8>().copied().unwrap_or_default();
    i64::from_be_bytes(bytes)
}

fn find(conn: &mut Conn, env: &Env, key: &Key) -> Result<Option<Answer>, Error> {
    let kept: Option<(String, i64, String, String)> = idempotency_keys::table
        .find((&key.principal, &key.key))
        .filter(idempotency_keys::expires_at.gt(env.now().naive_utc()))
        .select((
            idempotency_keys::fingerprint,
            idempotency_keys::status,
            idempotency_keys::headers,
            idempotency_keys::body,
        ))
        .first(conn)
        .optional()?;
    match kept {
        None => Ok(None),
        Some((fingerprint, ..)) if fingerprint != key.fingerprint => Err(Error::KeyReused),
        Some((_, status, headers, body)) => Ok(Some(Answer {
            status: u16::try_from(status)
                .map_err(|_| Error::Internal(format!("kept answer with status {status}")))?,
            headers: serde_json::from_str(&headers)?,
            body,
            replayed: true,
        })),
    }
}

fn keep(conn: &mut Conn, env: &Env, key: &Key, answer: &Answer) -> Result<(), Error> {
    // An expired answer under the same key makes room.
    diesel::delete(idempotency_keys::table.find((&key.principal, &key.key))).execute(conn)?;
    diesel::insert_into(idempotency_keys::table)
        .values((
            idempotency_keys::principal.eq(&key.principal),
            idempotency_keys::key.eq(&key.key),
            idempotency_keys::fingerprint.eq(&key.fingerprint),
            idempotency_keys::status.eq(i64::from(answer.status)),
            idempotency_keys::headers.eq(serde_json::to_string(&answer.headers)?),
            idempotency_keys::body.eq(&answer.body),
            idempotency_keys::expires_at.eq((env.now() + KEPT).naive_utc()),
        ))
        .execute(conn)?;
    Ok(())
}

/// Deletes some of the answers whose time is over, few enough that no clerk waits behind it;
/// gives how many, so that the caller can go on until none is left.
pub fn purge_expired(conn: &mut Conn, env: &Env) -> Result<usize, Error> {
    const BATCH: i64 = 500;
    let now = env.now().naive_utc();
    let last_of_batch = idempotency_keys::table
        .filter(idempotency_keys::expires_at.le(now))
        .order(idempotency_keys::expires_at)
        .offset(BATCH)
        .select(idempotency_keys::expires_at)
        .first(conn)
        .optional()?
        .unwrap_or(now);
    let expired = idempotency_keys::table.filter(idempotency_keys::expires_at.le(last_of_batch));
    Ok(diesel::delete(expired).execute(conn)?)
}
