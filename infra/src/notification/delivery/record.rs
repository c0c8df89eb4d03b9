//! What came of an attempt, in one short write.

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Nullable, Text, Timestamp};
use domain::notification::{BOUNCES_TO_MUTE, pause};

use super::claim::{State, Taken};
use crate::db::Conn;
use crate::db::hot::Hot;
use crate::db::schema::{mail_addresses, mail_attempts, mails};
use crate::env::Env;
use crate::error::Error;
use crate::ids::{new_uid, random_bytes};
use crate::notification::alerts;

#[derive(Debug, Clone)]
pub(super) enum Outcome {
    /// With the alerts that the letter left out; none where that is not known any more.
    Sent(String, Option<Vec<i64>>),
    Temporary(String),
    Permanent(String),
    /// Permanent, for the address.
    Bounced(String),
    /// It cannot even be tried.
    Broken(String),
    Moot,
    Muted,
    /// Until the staff works again.
    Held(DateTime<Utc>),
}

/// Writes the outcome down, if the mail is still this worker's.
pub(super) fn record(
    conn: &mut Conn,
    env: &Env,
    owner: &str,
    mail: &Taken,
    outcome: &Outcome,
) -> Result<State, Error> {
    let now = env.now();
    let (word, detail) = match outcome {
        Outcome::Moot => {
            let state = close(conn, owner, mail, "moot", State::Moot)?;
            if state == State::Moot && mail.staff_id.is_some() {
                alerts::forget(conn, env, mail.id)?;
            }
            return Ok(state);
        }
        Outcome::Muted => return close(conn, owner, mail, "muted", State::Muted),
        Outcome::Held(until) => return hold(conn, owner, mail, *until),
        Outcome::Sent(detail, _) => ("sent", detail),
        Outcome::Temporary(detail) => ("temporary", detail),
        Outcome::Permanent(detail) => ("permanent", detail),
        Outcome::Bounced(detail) => ("bounced", detail),
        Outcome::Broken(detail) => ("broken", detail),
    };
    let number = mail.attempts.saturating_add(1);
    let tries = mail.tries.saturating_add(1);
    let next = match outcome {
        Outcome::Temporary(_) => pause(tries, u32::from_le_bytes(random_bytes::<4>())),
        _ => None,
    };
    let (state, is) = match (outcome, next) {
        (Outcome::Sent(..), _) => ("sent", State::Sent),
        (_, Some(_)) => ("waiting", State::Later),
        _ => ("set_aside", State::SetAside),
    };
    let attempt = Attempt {
        number,
        tries,
        at: now.naive_utc(),
        state,
        next: next.map_or(now, |pause| now + pause).naive_utc(),
        sent: matches!(outcome, Outcome::Sent(..)),
        word,
        detail,
    };
    if !attempt.write(conn, owner, mail)? {
        return Ok(State::Lost);
    }
    match (outcome, mail.staff_id) {
        (Outcome::Sent(_, Some(left_out)), Some(_)) => alerts::leave_out(conn, env, left_out)?,
        (Outcome::Sent(_, None), Some(_)) => alerts::settle(conn, env, mail.id)?,
        (Outcome::Bounced(_), _) => bounced(conn, mail, now)?,
        _ => {}
    }
    Ok(is)
}

/// The rows of an attempt, written together.
struct Attempt<'a> {
    number: i64,
    tries: i64,
    at: NaiveDateTime,
    /// Of the mail from now on.
    state: &'static str,
    next: NaiveDateTime,
    sent: bool,
    word: &'static str,
    detail: &'a str,
}

impl Attempt<'_> {
    /// Writes them; false, and nothing written, when the mail is not this worker's any more.
    fn write(&self, conn: &mut Conn, owner: &str, mail: &Taken) -> Result<bool, Error> {
        match conn {
            Conn::Sqlite(lite) => self.one_by_one(lite, owner, mail),
            Conn::Postgres(pg) => self.at_once(pg, owner, mail),
        }
    }

    fn sent_at(&self) -> Option<NaiveDateTime> {
        self.sent.then_some(self.at)
    }

    fn last_error(&self) -> Option<&str> {
        (!self.sent).then_some(self.detail)
    }

    fn one_by_one(
        &self,
        lite: &mut SqliteConnection,
        owner: &str,
        mail: &Taken,
    ) -> Result<bool, Error> {
        let changed = diesel::update(ours(owner, mail))
            .set((
                mails::state.eq(self.state),
                mails::attempts.eq(self.number),
                mails::tries.eq(self.tries),
                mails::next_attempt_at.eq(self.next),
                mails::sent_at.eq(self.sent_at()),
                mails::last_error.eq(self.last_error()),
                mails::lease_owner.eq(None::<String>),
                mails::lease_until.eq(None::<NaiveDateTime>),
            ))
            .execute(lite)?;
        if changed == 0 {
            return Ok(false);
        }
        diesel::insert_into(mail_attempts::table)
            .values((
                mail_attempts::mail_id.eq(mail.id),
                mail_attempts::number.eq(self.number),
                mail_attempts::at.eq(self.at),
                mail_attempts::outcome.eq(self.word),
                mail_attempts::detail.eq(self.detail),
            ))
            .execute(lite)?;
        if self.sent {
            let address = mail_addresses::table.find(mail.to_address.to_ascii_lowercase());
            diesel::update(address.filter(mail_addresses::bounces.gt(0)))
                .set(mail_addresses::bounces.eq(0))
                .execute(lite)?;
        }
        Ok(true)
    }

    /// One statement instead of three, prepared once: on PostgreSQL the round trips are what a
    /// record costs. An address that takes mails again is no bad one.
    fn at_once(&self, pg: &mut PgConnection, owner: &str, mail: &Taken) -> Result<bool, Error> {
        let statement: Hot<'_, Pg> = Hot::sql("WITH m AS (UPDATE mails SET state = ")
            .bind::<Text, _>(self.state, ", attempts = ")
            .bind::<BigInt, _>(self.number, ", tries = ")
            .bind::<BigInt, _>(self.tries, ", next_attempt_at = ")
            .bind::<Timestamp, _>(self.next, ", sent_at = ")
            .bind::<Nullable<Timestamp>, _>(self.sent_at(), ", last_error = ")
            .bind::<Nullable<Text>, _>(
                self.last_error(),
                ", lease_owner = NULL, lease_until = NULL WHERE id = ",
            )
            .bind::<BigInt, _>(mail.id, " AND lease_owner = ")
            .bind::<Text, _>(
                owner,
                " AND state = 'waiting' RETURNING id), \
                 a AS (INSERT INTO mail_attempts (mail_id, number, at, outcome, detail) SELECT id, ",
            )
            .bind::<BigInt, _>(self.number, ", ")
            .bind::<Timestamp, _>(self.at, ", ")
            .bind::<Text, _>(self.word, ", ")
            .bind::<Text, _>(
                self.detail,
                " FROM m), b AS (UPDATE mail_addresses SET bounces = 0 FROM m WHERE address = ",
            )
            .bind::<Text, _>(mail.to_address.to_ascii_lowercase(), " AND bounces > 0 AND ")
            .bind::<Bool, _>(self.sent, ") SELECT id FROM m");
        Ok(statement.execute(pg)? == 1)
    }
}

/// Records as sent what a worker that died had sent, where nobody else has taken it since; gives
/// how many.
pub(super) fn settle_sent(
    conn: &mut Conn,
    env: &Env,
    owner: &str,
    uids: &[String],
) -> Result<usize, Error> {
    let taken: Vec<Taken> = mails::table
        .filter(mails::uid.eq_any(uids))
        .filter(mails::lease_owner.eq(owner))
        .filter(mails::state.eq("waiting"))
        .select(Taken::as_select())
        .load(conn)?;
    for mail in &taken {
        let outcome = Outcome::Sent("250, by the journal".to_owned(), None);
        record(conn, env, owner, mail, &outcome)?;
    }
    Ok(taken.len())
}

type Ours<'a> = diesel::dsl::Filter<
    diesel::dsl::Filter<
        diesel::dsl::Filter<mails::table, diesel::dsl::Eq<mails::id, i64>>,
        diesel::dsl::Eq<mails::lease_owner, &'a str>,
    >,
    diesel::dsl::Eq<mails::state, &'static str>,
>;

fn ours<'a>(owner: &'a str, mail: &Taken) -> Ours<'a> {
    mails::table
        .filter(mails::id.eq(mail.id))
        .filter(mails::lease_owner.eq(owner))
        .filter(mails::state.eq("waiting"))
}

fn close(
    conn: &mut Conn,
    owner: &str,
    mail: &Taken,
    state: &str,
    is: State,
) -> Result<State, Error> {
    let changed = diesel::update(ours(owner, mail))
        .set((
            mails::state.eq(state),
            mails::lease_owner.eq(None::<String>),
            mails::lease_until.eq(None::<NaiveDateTime>),
        ))
        .execute(conn)?;
    Ok(if changed == 1 { is } else { State::Lost })
}

fn hold(conn: &mut Conn, owner: &str, mail: &Taken, until: DateTime<Utc>) -> Result<State, Error> {
    let changed = diesel::update(ours(owner, mail))
        .set((
            mails::next_attempt_at.eq(until.naive_utc()),
            mails::lease_owner.eq(None::<String>),
            mails::lease_until.eq(None::<NaiveDateTime>),
        ))
        .execute(conn)?;
    Ok(if changed == 1 {
        State::Held
    } else {
        State::Lost
    })
}

/// One more refusal of an address; the third in a row mutes it.
fn bounced(conn: &mut Conn, mail: &Taken, now: DateTime<Utc>) -> Result<(), Error> {
    let address = mail.to_address.to_ascii_lowercase();
    diesel::sql_query(
        "INSERT INTO mail_addresses (address, uid, office_id, bounces, last_at) \
         VALUES ($1, $2, $3, 1, $4) ON CONFLICT (address) DO UPDATE \
         SET bounces = mail_addresses.bounces + 1, last_at = excluded.last_at",
    )
    .bind::<Text, _>(&address)
    .bind::<Text, _>(new_uid())
    .bind::<Nullable<BigInt>, _>(mail.office_id)
    .bind::<Timestamp, _>(now.naive_utc())
    .execute(conn)?;
    diesel::update(
        mail_addresses::table
            .find(&address)
            .filter(mail_addresses::bounces.ge(BOUNCES_TO_MUTE))
            .filter(mail_addresses::muted_at.is_null()),
    )
    .set(mail_addresses::muted_at.eq(now.naive_utc()))
    .execute(conn)?;
    Ok(())
}
