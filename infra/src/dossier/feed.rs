//! The feed of events: ordered and gap-free for whoever reads on from the last number.

use diesel::prelude::*;
use domain::auth::{Principal, Role};

use super::rows::EventRow;
use super::scope::{READERS, visible_offices};
use crate::db::Conn;
use crate::db::schema::{dossier_events, dossiers};
use crate::error::Error;

/// The newest number. Read by [`Db::read_settled`](crate::db::Db::read_settled) it is the one
/// before which nothing can appear any more.
pub fn newest_event(conn: &mut Conn) -> Result<i64, Error> {
    let last: Option<i64> = dossier_events::table
        .select(diesel::dsl::max(dossier_events::id))
        .first(conn)?;
    Ok(last.unwrap_or(0))
}

/// An event as the feed shows it.
#[derive(Debug, Clone)]
pub struct FeedItem {
    pub number: i64,
    pub dossier: String,
    pub event: EventView,
}

/// An event of a dossier's record.
#[derive(Debug, Clone)]
pub struct EventView {
    pub number: i64,
    pub at: chrono::DateTime<chrono::Utc>,
    /// Public id of who acted; none for the service itself.
    pub actor: Option<String>,
    pub on_behalf_of: Option<String>,
    pub action: String,
    pub from: Option<String>,
    pub to: String,
    pub reason: Option<String>,
    pub detail: serde_json::Value,
    pub previous_hash: String,
    pub hash: String,
}

impl EventView {
    pub(crate) fn of(row: EventRow) -> Result<Self, Error> {
        let some = |text: String| if text.is_empty() { None } else { Some(text) };
        Ok(Self {
            number: row.number,
            at: row.at.and_utc(),
            actor: some(row.actor),
            on_behalf_of: some(row.on_behalf_of),
            action: row.action,
            from: some(row.from_state),
            to: row.to_state,
            reason: some(row.reason),
            detail: serde_json::from_str(&row.detail)?,
            previous_hash: row.previous_hash,
            hash: row.hash,
        })
    }
}

/// The events after `after` and up to `settled` that `who` may see, oldest first, and the
/// number to read on from. Bounded also in what it looks at, so a page may be short while
/// more follows.
pub fn events_after(
    conn: &mut Conn,
    who: &Principal,
    after: i64,
    settled: i64,
    limit: i64,
) -> Result<(Vec<FeedItem>, i64), Error> {
    const LOOK_AT: i64 = 5_000;
    let offices = visible_offices(conn, who, &READERS)?;
    let end: Option<i64> = dossier_events::table
        .filter(dossier_events::id.gt(after))
        .filter(dossier_events::id.le(settled))
        .order(dossier_events::id)
        .select(dossier_events::id)
        .offset(LOOK_AT)
        .first(conn)
        .optional()?;
    let end = end.unwrap_or(settled);
    let rows: Vec<(EventRow, String)> = dossier_events::table
        .inner_join(dossiers::table)
        .filter(dossier_events::id.gt(after))
        .filter(dossier_events::id.le(end))
        .filter(dossier_events::office_id.eq_any(offices))
        .order(dossier_events::id)
        .limit(limit)
        .select((EventRow::as_select(), dossiers::code))
        .load(conn)?;
    let full = i64::try_from(rows.len()).unwrap_or(i64::MAX) >= limit;
    let next = match rows.last() {
        Some((last, _)) if full => last.id,
        _ => end.max(after),
    };
    let whole = who.has_any(
        &[
            Role::Clerk,
            Role::Manager,
            Role::Inspector,
            Role::Administrator,
        ],
        &who.office_path,
    );
    let items = rows
        .into_iter()
        .map(|(row, dossier)| {
            let number = row.id;
            let mut event = EventView::of(row)?;
            if !whole {
                hide_personal(&mut event);
            }
            Ok(FeedItem {
                number,
                dossier,
                event,
            })
        })
        .collect::<Result<Vec<_>, Error>>()?;
    Ok((items, next))
}

/// Reasons are free text and a recipient is a name: only for those who handle dossiers.
pub(crate) fn hide_personal(event: &mut EventView) {
    event.reason = None;
    if let Some(map) = event.detail.as_object_mut() {
        map.remove("recipient");
    }
}
