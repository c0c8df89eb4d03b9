//! What came of an attempt, in one short write.

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, Text, Timestamp};
use domain::notification::{BOUNCES_TO_MUTE, pause};

use super::claim::{State, Taken};
use crate::db::Conn;
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
    let sent = matches!(outcome, Outcome::Sent(..));
    let changed = diesel::update(ours(owner, mail))
        .set((
            mails::state.eq(state),
            mails::attempts.eq(number),
            mails::tries.eq(tries),
            mails::next_attempt_at.eq(next.map_or(now, |pause| now + pause).naive_utc()),
            mails::sent_at.eq(sent.then(|| now.naive_utc())),
            mails::last_error.eq((!sent).then_some(detail)),
            mails::lease_owner.eq(None::<String>),
            mails::lease_until.eq(None::<NaiveDateTime>),
        ))
        .execute(conn)?;
    if changed == 0 {
        return Ok(State::Lost);
    }
    if let (Outcome::Sent(_, left_out), Some(_)) = (outcome, mail.staff_id) {
        match left_out {
            Some(left_out) => alerts::leave_out(conn, env, left_out)?,
            None => alerts::settle(conn, env, mail.id)?,
        }
    }
    diesel::insert_into(mail_attempts::table)
        .values((
            mail_attempts::mail_id.eq(mail.id),
            mail_attempts::number.eq(number),
            mail_attempts::at.eq(now.naive_utc()),
            mail_attempts::outcome.eq(word),
            mail_attempts::detail.eq(detail),
        ))
        .execute(conn)?;
    match outcome {
        Outcome::Bounced(_) => bounced(conn, mail, now)?,
        Outcome::Sent(..) => arrived(conn, mail)?,
        _ => {}
    }
    Ok(is)
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

/// An address that takes mails again is no bad one.
fn arrived(conn: &mut Conn, mail: &Taken) -> Result<(), Error> {
    diesel::update(
        mail_addresses::table
            .find(mail.to_address.to_ascii_lowercase())
            .filter(mail_addresses::bounces.gt(0)),
    )
    .set(mail_addresses::bounces.eq(0))
    .execute(conn)?;
    Ok(())
}
