//! The outbox as administrators see it, and what they can do about mails that did not go.

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::define_sql_function;
use diesel::prelude::*;
use diesel::sql_types::Text;
use domain::auth::{Actor, Principal, Role};
use domain::notification::Kind;
use domain::text::mask_email;
use serde_json::json;

use crate::audit::audit;
use crate::db::Conn;
use crate::db::paging::{Cursor, Page};
use crate::db::schema::{dossiers, mail_addresses, mail_attempts, mails, offices};
use crate::env::Env;
use crate::error::Error;

const LIST: &str = "mails";
const ADDRESSES: &str = "mail_addresses";
/// The most that one call puts back.
const REPLAYED: i64 = 1_000;
/// States from which a mail can be put back.
const REPLAYABLE: [&str; 2] = ["set_aside", "muted"];

/// What a list of mails is narrowed to.
#[derive(Debug, Clone, Default)]
pub struct MailFilter {
    /// `waiting`, `sent`, `set_aside`, `moot` or `muted`.
    pub state: Option<&'static str>,
    pub kind: Option<Kind>,
    pub dossier: Option<String>,
}

/// A mail without what it says.
#[derive(Debug, Clone)]
pub struct MailSummary {
    pub uid: String,
    pub kind: String,
    pub state: String,
    pub to_masked: String,
    pub office: Option<String>,
    pub dossier: Option<String>,
    pub attempts: i64,
    pub created_at: DateTime<Utc>,
    pub not_before: DateTime<Utc>,
    /// None when it does not wait.
    pub next_attempt_at: Option<DateTime<Utc>>,
    pub sent_at: Option<DateTime<Utc>>,
    pub last_error: Option<String>,
}

/// One attempt.
#[derive(Debug, Clone)]
pub struct Attempt {
    pub number: i64,
    pub at: DateTime<Utc>,
    pub outcome: String,
    pub detail: String,
}

/// A mail with its attempts.
#[derive(Debug, Clone)]
pub struct MailDetail {
    pub mail: MailSummary,
    pub attempts: Vec<Attempt>,
}

/// An address that gets no mails for now.
#[derive(Debug, Clone)]
pub struct MutedAddress {
    pub uid: String,
    pub address_masked: String,
    pub office: Option<String>,
    pub bounces: i64,
    pub muted_at: DateTime<Utc>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = mails)]
struct Row {
    id: i64,
    uid: String,
    kind: String,
    state: String,
    to_address: String,
    attempts: i64,
    created_at: NaiveDateTime,
    not_before: NaiveDateTime,
    next_attempt_at: NaiveDateTime,
    sent_at: Option<NaiveDateTime>,
    last_error: Option<String>,
}

type Joined = (Row, Option<String>, Option<String>);

fn summary((row, office, dossier): Joined) -> MailSummary {
    let waits = row.state == "waiting";
    MailSummary {
        to_masked: mask_email(&row.to_address),
        next_attempt_at: waits.then(|| row.next_attempt_at.and_utc()),
        uid: row.uid,
        kind: row.kind,
        state: row.state,
        office,
        dossier,
        attempts: row.attempts,
        created_at: row.created_at.and_utc(),
        not_before: row.not_before.and_utc(),
        sent_at: row.sent_at.map(|at| at.and_utc()),
        last_error: row.last_error,
    }
}

/// The offices that `who` administers; a stand-in takes over dossiers, not this.
fn administered(conn: &mut Conn, who: &Principal) -> Result<Vec<i64>, Error> {
    let grants = who
        .grants
        .iter()
        .filter(|grant| grant.role == Role::Administrator);
    let mut found = Vec::new();
    for grant in grants {
        let path = &grant.office_path;
        let below: Vec<i64> = offices::table
            .filter(offices::path.ge(path))
            .filter(offices::path.lt(format!("{path}:")))
            .select(offices::id)
            .load(conn)?;
        found.extend(below);
    }
    if found.is_empty() {
        return Err(Error::Forbidden);
    }
    found.sort_unstable();
    found.dedup();
    Ok(found)
}

fn before(cursor: Option<&str>, list: &str) -> Result<i64, Error> {
    match cursor {
        None => Ok(i64::MAX),
        Some(text) => Cursor::decode::<1>(text, list)
            .and_then(|[id]| id.parse().ok())
            .ok_or(Error::BadCursor),
    }
}

/// Mails of the offices that the caller administers, the newest first.
pub fn list_mails(
    conn: &mut Conn,
    who: &Principal,
    filter: &MailFilter,
    limit: usize,
    cursor: Option<&str>,
) -> Result<Page<MailSummary>, Error> {
    let own = administered(conn, who)?;
    let mut query = mails::table
        .left_join(offices::table)
        .left_join(dossiers::table.on(dossiers::id.nullable().eq(mails::dossier_id)))
        .filter(mails::office_id.eq_any(own))
        .filter(mails::id.lt(before(cursor, LIST)?))
        .order(mails::id.desc())
        .limit(one_more(limit))
        .select((
            Row::as_select(),
            offices::code.nullable(),
            dossiers::code.nullable(),
        ))
        .into_boxed();
    if let Some(state) = filter.state {
        query = query.filter(mails::state.eq(state));
    }
    if let Some(kind) = filter.kind {
        query = query.filter(mails::kind.eq(kind.as_str()));
    }
    if let Some(code) = &filter.dossier {
        let id: Option<i64> = dossiers::table
            .filter(dossiers::code.eq(code))
            .select(dossiers::id)
            .first(conn)
            .optional()?;
        query = query.filter(mails::dossier_id.eq(id.unwrap_or(-1)));
    }
    let rows: Vec<Joined> = query.load(conn)?;
    let page = Page::cut(rows, limit, |row| Cursor::new(LIST, [row.0.id.to_string()]));
    Ok(page.map(summary))
}

fn one_more(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(1)
}

/// A mail of an office that the caller administers; any other is not there.
fn find(conn: &mut Conn, who: &Principal, uid: &str) -> Result<Joined, Error> {
    let own = administered(conn, who)?;
    mails::table
        .left_join(offices::table)
        .left_join(dossiers::table.on(dossiers::id.nullable().eq(mails::dossier_id)))
        .filter(mails::uid.eq(uid))
        .filter(mails::office_id.eq_any(own))
        .select((
            Row::as_select(),
            offices::code.nullable(),
            dossiers::code.nullable(),
        ))
        .first(conn)
        .optional()?
        .ok_or(Error::NotFound)
}

/// One mail with its attempts.
pub fn read_mail(conn: &mut Conn, who: &Principal, uid: &str) -> Result<MailDetail, Error> {
    let found = find(conn, who, uid)?;
    let rows: Vec<(i64, NaiveDateTime, String, String)> = mail_attempts::table
        .filter(mail_attempts::mail_id.eq(found.0.id))
        .order(mail_attempts::number)
        .select((
            mail_attempts::number,
            mail_attempts::at,
            mail_attempts::outcome,
            mail_attempts::detail,
        ))
        .load(conn)?;
    let attempts = rows
        .into_iter()
        .map(|(number, at, outcome, detail)| Attempt {
            number,
            at: at.and_utc(),
            outcome,
            detail,
        })
        .collect();
    Ok(MailDetail {
        mail: summary(found),
        attempts,
    })
}

/// Puts one mail that was set aside or muted back into the queue, with all its attempts anew.
pub fn replay_mail(
    conn: &mut Conn,
    env: &Env,
    who: &Principal,
    uid: &str,
) -> Result<MailDetail, Error> {
    let found = find(conn, who, uid)?;
    if requeue(conn, env, &[found.0.id])? == 0 {
        return Err(Error::Refused("mail_not_set_aside"));
    }
    audit(conn, env, who, "mail.replay", uid, &json!({}))?;
    read_mail(conn, who, uid)
}

/// Puts all mails back that were set aside or muted, of one kind or of all, the oldest first and
/// a thousand at most; gives how many.
pub fn replay_mails(
    conn: &mut Conn,
    env: &Env,
    who: &Principal,
    kind: Option<Kind>,
) -> Result<usize, Error> {
    let own = administered(conn, who)?;
    let mut query = mails::table
        .filter(mails::state.eq_any(REPLAYABLE))
        .filter(mails::office_id.eq_any(own))
        .order(mails::id)
        .limit(REPLAYED)
        .select(mails::id)
        .into_boxed();
    if let Some(kind) = kind {
        query = query.filter(mails::kind.eq(kind.as_str()));
    }
    let ids: Vec<i64> = query.load(conn)?;
    let replayed = requeue(conn, env, &ids)?;
    let key = kind.map_or("all", Kind::as_str);
    audit(
        conn,
        env,
        who,
        "mail.replay",
        key,
        &json!({ "replayed": replayed }),
    )?;
    Ok(replayed)
}

fn requeue(conn: &mut Conn, env: &Env, ids: &[i64]) -> Result<usize, Error> {
    let changed = diesel::update(
        mails::table
            .filter(mails::id.eq_any(ids))
            .filter(mails::state.eq_any(REPLAYABLE)),
    )
    .set((
        mails::state.eq("waiting"),
        mails::tries.eq(0),
        mails::next_attempt_at.eq(env.now().naive_utc()),
    ))
    .execute(conn)?;
    env.outbox.mark();
    Ok(changed)
}

define_sql_function! {
    /// Addresses are kept in small letters, mails as somebody wrote them.
    fn lower(text: Text) -> Text;
}

/// Addresses that are muted and to which mails of the offices that the caller administers did not
/// go, whoever bounced first; the newest first.
pub fn list_muted(
    conn: &mut Conn,
    who: &Principal,
    limit: usize,
    cursor: Option<&str>,
) -> Result<Page<MutedAddress>, Error> {
    let own = administered(conn, who)?;
    let mut query = mail_addresses::table
        .left_join(offices::table.on(offices::id.nullable().eq(mail_addresses::office_id)))
        .filter(mail_addresses::muted_at.is_not_null())
        .filter(
            mail_addresses::office_id
                .eq_any(own.clone())
                .or(mail_addresses::address.eq_any(
                    mails::table
                        .filter(mails::state.eq_any(REPLAYABLE))
                        .filter(mails::office_id.eq_any(own))
                        .select(lower(mails::to_address)),
                )),
        )
        .order(mail_addresses::uid.desc())
        .limit(one_more(limit))
        .select((
            mail_addresses::uid,
            mail_addresses::address,
            offices::code.nullable(),
            mail_addresses::bounces,
            mail_addresses::muted_at.assume_not_null(),
        ))
        .into_boxed();
    if let Some(cursor) = cursor {
        let [uid] = Cursor::decode(cursor, ADDRESSES).ok_or(Error::BadCursor)?;
        query = query.filter(mail_addresses::uid.lt(uid));
    }
    type Muted = (String, String, Option<String>, i64, NaiveDateTime);
    let rows: Vec<Muted> = query.load(conn)?;
    let page = Page::cut(rows, limit, |row| Cursor::new(ADDRESSES, [row.0.clone()]));
    Ok(
        page.map(|(uid, address, office, bounces, muted_at)| MutedAddress {
            uid,
            address_masked: mask_email(&address),
            office,
            bounces,
            muted_at: muted_at.and_utc(),
        }),
    )
}

/// Lets mails go to an address again, for all offices. What was muted meanwhile is put back by
/// replaying it.
pub fn lift_muted(conn: &mut Conn, env: &Env, who: &Principal, uid: &str) -> Result<(), Error> {
    let own = administered(conn, who)?;
    let by = match who.actor {
        Actor::Staff(id) => Some(id),
        Actor::Client(_) | Actor::System => None,
    };
    let changed = diesel::update(
        mail_addresses::table
            .filter(mail_addresses::uid.eq(uid))
            .filter(
                mail_addresses::office_id
                    .eq_any(own.clone())
                    .or(mail_addresses::address.eq_any(
                        mails::table
                            .filter(mails::state.eq_any(REPLAYABLE))
                            .filter(mails::office_id.eq_any(own))
                            .select(lower(mails::to_address)),
                    )),
            )
            .filter(mail_addresses::muted_at.is_not_null()),
    )
    .set((
        mail_addresses::muted_at.eq(None::<NaiveDateTime>),
        mail_addresses::bounces.eq(0),
        mail_addresses::lifted_at.eq(env.now().naive_utc()),
        mail_addresses::lifted_by.eq(by),
    ))
    .execute(conn)?;
    if changed == 0 {
        return Err(Error::NotFound);
    }
    audit(conn, env, who, "mail_address.lift", uid, &json!({}))
}
