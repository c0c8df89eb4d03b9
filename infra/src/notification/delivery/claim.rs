//! Taking mails from the outbox, so that no two workers have the same one.

use std::time::Duration;

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text, Timestamp};

use crate::db::Conn;
use crate::db::dialect::{self, Kind};
use crate::db::hot::{Hot, on_either};
use crate::db::schema::mails;
use crate::env::Env;
use crate::error::Error;

/// What became of a mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    Sent,
    Later,
    SetAside,
    Moot,
    Muted,
    Held,
    /// Not ours any more; nothing was written.
    Lost,
    /// The database could not be told; the journal keeps it.
    Unknown,
}

/// A mail that a worker has taken, as it is stored.
#[derive(Clone, Queryable, QueryableByName, Selectable)]
#[diesel(table_name = mails)]
pub(super) struct Taken {
    pub id: i64,
    pub uid: String,
    pub message_key: String,
    pub kind: String,
    pub to_address: String,
    pub staff_id: Option<i64>,
    pub office_id: Option<i64>,
    pub dossier_id: Option<i64>,
    pub content: String,
    pub attempts: i64,
    pub tries: i64,
    pub created_at: NaiveDateTime,
}

impl Taken {
    pub(super) fn id(&self) -> i64 {
        self.id
    }
}

#[derive(QueryableByName)]
struct Id {
    #[diesel(sql_type = BigInt)]
    id: i64,
}

/// When a lease that begins now ends.
fn lease_end(env: &Env, lasting: Duration) -> NaiveDateTime {
    let lasting = TimeDelta::from_std(lasting).unwrap_or_default();
    (env.now() + lasting).naive_utc()
}

/// The columns of [`Taken`], after a clause that chooses the rows.
macro_rules! returning_taken {
    ($clause:literal) => {
        concat!(
            $clause,
            ") RETURNING id, uid, message_key, kind, to_address, staff_id, office_id, dossier_id, \
             content, attempts, tries, created_at"
        )
    };
}

/// Takes up to `limit` mails that are due, the longest waiting first. The next attempt moves to
/// the end of the lease: one index tells what is due, and a worker that died gives back what it
/// had. On PostgreSQL rows that another worker is just taking are passed over.
pub(super) fn claim(
    conn: &mut Conn,
    env: &Env,
    owner: &str,
    lasting: Duration,
    limit: i64,
) -> Result<Vec<Taken>, Error> {
    let until = lease_end(env, lasting);
    let now = env.now().naive_utc();
    let then = match dialect::kind(conn) {
        Kind::Sqlite => returning_taken!(""),
        Kind::Postgres => returning_taken!(" FOR UPDATE SKIP LOCKED"),
    };
    let mut taken: Vec<Taken> = on_either!(
        conn,
        load,
        Hot::sql("UPDATE mails SET lease_owner = ")
            .bind::<Text, _>(owner, ", lease_until = ")
            .bind::<Timestamp, _>(until, ", next_attempt_at = ")
            .bind::<Timestamp, _>(
                until,
                " WHERE id IN (SELECT id FROM mails WHERE state = 'waiting' AND next_attempt_at <= ",
            )
            .bind::<Timestamp, _>(now, " ORDER BY next_attempt_at, id LIMIT ")
            .bind::<BigInt, _>(limit, then)
    )?;
    taken.sort_unstable_by_key(Taken::id);
    Ok(taken)
}

/// Keeps what is left of a batch for longer.
pub(super) fn renew(
    conn: &mut Conn,
    env: &Env,
    owner: &str,
    lasting: Duration,
    ids: &[i64],
) -> Result<(), Error> {
    let until = lease_end(env, lasting);
    diesel::update(
        mails::table
            .filter(mails::id.eq_any(ids))
            .filter(mails::lease_owner.eq(owner))
            .filter(mails::state.eq("waiting")),
    )
    .set((
        mails::lease_until.eq(until),
        mails::next_attempt_at.eq(until),
    ))
    .execute(conn)?;
    Ok(())
}

/// Gives back what was taken and not tried.
pub(super) fn release(conn: &mut Conn, env: &Env, owner: &str, ids: &[i64]) -> Result<(), Error> {
    diesel::update(
        mails::table
            .filter(mails::id.eq_any(ids))
            .filter(mails::lease_owner.eq(owner))
            .filter(mails::state.eq("waiting")),
    )
    .set((
        mails::lease_owner.eq(None::<String>),
        mails::lease_until.eq(None::<NaiveDateTime>),
        mails::next_attempt_at.eq(env.now().naive_utc()),
    ))
    .execute(conn)?;
    Ok(())
}

/// How the outbox fares.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Waiting {
    /// Mails that wait, up to a hundred thousand.
    pub count: i64,
    /// Since when the oldest of them is due.
    pub oldest_due: Option<DateTime<Utc>>,
}

/// The most that are counted.
const COUNTED: i64 = 100_000;

/// When the next attempt is due.
pub fn next_due(conn: &mut Conn) -> Result<Option<DateTime<Utc>>, Error> {
    let waiting = mails::table.filter(mails::state.eq("waiting"));
    let next: Option<NaiveDateTime> = waiting
        .select(diesel::dsl::min(mails::next_attempt_at))
        .first(conn)?;
    Ok(next.map(|at| at.and_utc()))
}

/// How the outbox fares, by the index of what waits.
pub fn queue(conn: &mut Conn, env: &Env) -> Result<Waiting, Error> {
    let next = next_due(conn)?;
    let count = diesel::sql_query(
        "SELECT count(*) AS id FROM (SELECT id FROM mails WHERE state = 'waiting' LIMIT $1) AS few",
    )
    .bind::<BigInt, _>(COUNTED)
    .get_result::<Id>(conn)?
    .id;
    Ok(Waiting {
        count,
        oldest_due: next.filter(|at| *at <= env.now()),
    })
}
