//! The outbox as administrators see it, and what they can do about mails that did not go.

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::dsl::{exists, not};
use diesel::prelude::*;
use domain::auth::{Principal, Role};
use domain::notification::Kind;
use domain::text::mask_email;
use serde_json::json;

use super::muted::lower;
use crate::audit::audit;
use crate::db::Conn;
use crate::db::paging::{Cursor, Page};
use crate::db::schema::{dossiers, mail_addresses, mail_attempts, mails, offices};
use crate::env::Env;
use crate::error::Error;

const LIST: &str = "mails";
/// The most that one call puts back.
const REPLAYED: i64 = 1_000;
/// States from which a mail can be put back.
pub(super) const REPLAYABLE: [&str; 2] = ["set_aside", "muted"];

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
pub(super) fn administered(conn: &mut Conn, who: &Principal) -> Result<Vec<i64>, Error> {
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

pub(super) fn one_more(limit: usize) -> i64 {
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

/// Which mails are put back.
#[derive(Debug, Clone, Copy, Default)]
pub struct Replay {
    pub kind: Option<Kind>,
    /// Those that were written then or later.
    pub since: Option<DateTime<Utc>>,
}

/// Puts all mails back that were set aside or muted, of one kind or of all, the oldest first and
/// a thousand at most; gives how many. Those to addresses that are muted now would come back at
/// once, and stay.
pub fn replay_mails(
    conn: &mut Conn,
    env: &Env,
    who: &Principal,
    replay: Replay,
) -> Result<usize, Error> {
    let own = administered(conn, who)?;
    let muted = mail_addresses::table
        .filter(mail_addresses::address.eq(lower(mails::to_address)))
        .filter(mail_addresses::muted_at.is_not_null());
    let mut query = mails::table
        .filter(mails::state.eq_any(REPLAYABLE))
        .filter(not(exists(muted)))
        .filter(mails::office_id.eq_any(own))
        .order(mails::id)
        .limit(REPLAYED)
        .select(mails::id)
        .into_boxed();
    if let Some(kind) = replay.kind {
        query = query.filter(mails::kind.eq(kind.as_str()));
    }
    if let Some(since) = replay.since {
        query = query.filter(mails::created_at.ge(since.naive_utc()));
    }
    let ids: Vec<i64> = query.load(conn)?;
    let replayed = requeue(conn, env, &ids)?;
    let key = replay.kind.map_or("all", Kind::as_str);
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

/// Mails to somebody of the staff that did not go yet, or were set aside, go to their new address.
pub(crate) fn readdress(conn: &mut Conn, staff: i64, address: &str) -> Result<(), Error> {
    let under_way = ["waiting", REPLAYABLE[0], REPLAYABLE[1]];
    diesel::update(
        mails::table
            .filter(mails::state.eq_any(under_way))
            .filter(mails::staff_id.eq(staff)),
    )
    .set(mails::to_address.eq(address))
    .execute(conn)?;
    Ok(())
}
