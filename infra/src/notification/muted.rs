//! Addresses that refused mails again and again, and get none until an administrator lifts that.

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::define_sql_function;
use diesel::prelude::*;
use diesel::sql_types::Text;
use domain::auth::Principal;
use domain::text::mask_email;
use serde_json::json;

use super::mails::{REPLAYABLE, administered, one_more};
use crate::audit::audit;
use crate::db::Conn;
use crate::db::paging::{Cursor, Page};
use crate::db::schema::{mail_addresses, mails, offices};
use crate::env::Env;
use crate::error::Error;

const ADDRESSES: &str = "mail_addresses";

/// An address that gets no mails for now.
#[derive(Debug, Clone)]
pub struct MutedAddress {
    pub uid: String,
    pub address_masked: String,
    pub office: Option<String>,
    pub bounces: i64,
    pub muted_at: DateTime<Utc>,
}

define_sql_function! {
    /// Addresses are kept in small letters, mails as somebody wrote them.
    fn lower(text: Text) -> Text;
}

/// An address that bounced for one of these offices, or that stops a mail of theirs.
macro_rules! concerns {
    ($offices:expr) => {
        mail_addresses::office_id
            .eq_any($offices.clone())
            .or(mail_addresses::address.eq_any(
                mails::table
                    .filter(mails::state.eq_any(REPLAYABLE))
                    .filter(mails::office_id.eq_any($offices))
                    .select(lower(mails::to_address)),
            ))
    };
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
        .filter(concerns!(own))
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
    let by = who.staff_id();
    let changed = diesel::update(
        mail_addresses::table
            .filter(mail_addresses::uid.eq(uid))
            .filter(concerns!(own))
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
