//! Reads of ward clients.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use domain::auth::{Principal, Role};
use domain::text::AgencyCode;

use super::digest;
use super::rows::ClientRow;
use crate::db::Conn;
use crate::db::paging::{Cursor, Page};
use crate::db::schema::{clients, offices};
use crate::error::Error;

/// A ward client as its administrators see it; never its secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientDetail {
    pub uid: String,
    pub name: String,
    pub office_code: String,
    pub office_name: String,
    pub version: i64,
    pub created_at: DateTime<Utc>,
    pub retired_at: Option<DateTime<Utc>>,
}

impl From<ClientRow> for ClientDetail {
    fn from(row: ClientRow) -> Self {
        Self {
            uid: row.uid,
            name: row.name,
            office_code: row.office_code,
            office_name: row.office_name,
            version: row.version,
            created_at: row.created_at.and_utc(),
            retired_at: row.retired_at.map(|at| at.and_utc()),
        }
    }
}

/// Which ward clients to list.
#[derive(Debug, Clone, Default)]
pub struct ClientFilter {
    /// Only those of this office and the offices below it.
    pub office: Option<AgencyCode>,
    /// Retired ones instead of those at work.
    pub retired: bool,
}

const LIST: &str = "clients";

/// The ward clients of the offices that `who` administers, in the order in which they were made.
pub fn list_clients(
    conn: &mut Conn,
    who: &Principal,
    filter: &ClientFilter,
    cursor: Option<&str>,
    limit: usize,
) -> Result<Page<ClientDetail>, Error> {
    if !who.is(Role::Administrator) {
        return Err(Error::Forbidden);
    }
    let mut query = clients::table
        .inner_join(offices::table)
        .filter(offices::id.eq(-1))
        .order(clients::uid)
        .limit(i64::try_from(limit).unwrap_or(i64::MAX - 1) + 1)
        .select(CLIENT)
        .into_boxed();
    // First any of the subtrees, then what all must fulfil. Paths are digits and slashes, so
    // nothing in them means anything to LIKE.
    for grant in who
        .grants
        .iter()
        .filter(|grant| grant.role == Role::Administrator)
    {
        query = query.or_filter(offices::path.like(format!("{}%", grant.office_path)));
    }
    query = if filter.retired {
        query.filter(clients::retired_at.is_not_null())
    } else {
        query.filter(clients::retired_at.is_null())
    };
    if let Some(code) = &filter.office {
        let Some(path) = office_path(conn, code)? else {
            return Ok(Page {
                items: Vec::new(),
                next: None,
            });
        };
        query = query.filter(offices::path.like(format!("{path}%")));
    }
    if let Some(cursor) = cursor {
        let [after] = Cursor::decode(cursor, LIST).ok_or(Error::BadCursor)?;
        query = query.filter(clients::uid.gt(after));
    }
    let rows = query.load::<ClientRow>(conn)?;
    let page = Page::cut(rows, limit, |row| Cursor::new(LIST, [row.uid.clone()]));
    Ok(page.map(ClientDetail::from))
}

fn office_path(conn: &mut Conn, code: &AgencyCode) -> Result<Option<String>, Error> {
    let path = offices::table
        .filter(offices::code.eq(code.as_str()))
        .select(offices::path);
    Ok(path.first::<String>(conn).optional()?)
}

/// One ward client; to one who does not administer its office it does not exist.
pub fn client_detail(conn: &mut Conn, who: &Principal, uid: &str) -> Result<ClientDetail, Error> {
    administered(conn, who, uid).map(ClientDetail::from)
}

/// The outside name of the ward client with this id and secret, unless it is retired.
pub fn client_by_secret(conn: &mut Conn, uid: &str, secret: &str) -> Result<Option<String>, Error> {
    // What is no UUID is nobody, and may hold what a database refuses to compare with.
    if uuid::Uuid::try_parse(uid).is_err() {
        return Ok(None);
    }
    let found = clients::table
        .filter(clients::uid.eq(uid))
        .filter(clients::secret_hash.eq(digest(secret)))
        .filter(clients::retired_at.is_null())
        .select(clients::uid)
        .first::<String>(conn)
        .optional()?;
    Ok(found)
}

pub(super) fn live_client(conn: &mut Conn, uid: &str) -> Result<Option<ClientRow>, Error> {
    let found = clients::table
        .inner_join(offices::table)
        .filter(clients::uid.eq(uid))
        .filter(clients::retired_at.is_null())
        .select(CLIENT)
        .first::<ClientRow>(conn)
        .optional()?;
    Ok(found)
}

pub(super) fn administered(
    conn: &mut Conn,
    who: &Principal,
    uid: &str,
) -> Result<ClientRow, Error> {
    if !who.is(Role::Administrator) {
        return Err(Error::Forbidden);
    }
    clients::table
        .inner_join(offices::table)
        .filter(clients::uid.eq(uid))
        .select(CLIENT)
        .first::<ClientRow>(conn)
        .optional()?
        .filter(|row| who.has(Role::Administrator, &row.office_path))
        .ok_or(Error::NotFound)
}

type ClientColumns = (
    clients::id,
    clients::uid,
    clients::name,
    clients::office_id,
    offices::code,
    offices::name,
    offices::path,
    clients::version,
    clients::created_at,
    clients::retired_at,
);
const CLIENT: ClientColumns = (
    clients::id,
    clients::uid,
    clients::name,
    clients::office_id,
    offices::code,
    offices::name,
    offices::path,
    clients::version,
    clients::created_at,
    clients::retired_at,
);
