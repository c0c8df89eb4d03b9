//! Walking the chains of events: the first broken link of each is named.

use diesel::prelude::*;
use domain::dossier::{EventRecord, GENESIS, chain_hash};

use super::rows::EventRow;
use crate::db::Conn;
use crate::db::schema::{dossier_events, dossiers};
use crate::error::Error;

/// Where a chain breaks, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BrokenLink {
    pub dossier: String,
    pub event: i64,
    pub fault: LinkFault,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkFault {
    /// The number does not follow on: an event was taken out or put in.
    NumberSkipped,
    /// The event does not name the hash of the one before it.
    NotLinked,
    /// What the event says is not what was hashed.
    Altered,
    /// The dossier says that there are other events than these.
    EndMissing,
    /// The dossier stands in another state than its last event left it.
    StateAltered,
}

impl LinkFault {
    /// A stable word.
    pub fn code(self) -> &'static str {
        match self {
            Self::NumberSkipped => "number_skipped",
            Self::NotLinked => "not_linked",
            Self::Altered => "altered",
            Self::EndMissing => "end_missing",
            Self::StateAltered => "state_altered",
        }
    }

    pub fn text(self) -> &'static str {
        match self {
            Self::NumberSkipped => "số thứ tự không liên tục (an event was removed or inserted)",
            Self::NotLinked => "không nối với sự kiện trước (not linked to the previous event)",
            Self::Altered => "nội dung đã bị sửa (the event was altered)",
            Self::EndMissing => "thiếu sự kiện cuối (the last events are missing)",
            Self::StateAltered => "trạng thái hồ sơ đã bị sửa (the dossier's state was altered)",
        }
    }
}

/// What one batch of the walk found.
#[derive(Debug, Clone, Default)]
pub struct Walked {
    pub dossiers: u64,
    pub events: u64,
    pub broken: Vec<BrokenLink>,
    /// Pass it to the next call; none at the end.
    pub next: Option<i64>,
}

/// Walks the chains of at most `batch` dossiers with ids above `after`.
pub fn verify_chains(conn: &mut Conn, after: i64, batch: i64) -> Result<Walked, Error> {
    let heads: Vec<(i64, String, String, i64, String)> = dossiers::table
        .filter(dossiers::id.gt(after))
        .order(dossiers::id)
        .limit(batch)
        .select((
            dossiers::id,
            dossiers::code,
            dossiers::state,
            dossiers::event_count,
            dossiers::last_hash,
        ))
        .load(conn)?;
    let mut walked = Walked::default();
    let ids: Vec<i64> = heads.iter().map(|head| head.0).collect();
    let rows: Vec<EventRow> = dossier_events::table
        .filter(dossier_events::dossier_id.eq_any(&ids))
        .order((dossier_events::dossier_id, dossier_events::number))
        .select(EventRow::as_select())
        .load(conn)?;
    let full = i64::try_from(heads.len()).unwrap_or(i64::MAX) >= batch;
    walked.next = heads.last().map(|head| head.0).filter(|_| full);
    let mut rows = rows.as_slice();
    for (id, code, state, count, last_hash) in heads {
        let own = rows.iter().take_while(|row| row.dossier_id == id).count();
        let (events, rest) = rows.split_at_checked(own).unwrap_or((rows, &[]));
        rows = rest;
        walked.dossiers = walked.dossiers.saturating_add(1);
        walked.events = walked
            .events
            .saturating_add(u64::try_from(own).unwrap_or(u64::MAX));
        let found = first_break(&code, events).or_else(|| {
            let last = events.last();
            let fault = if i64::try_from(own) != Ok(count)
                || last.map_or(GENESIS, |event| event.hash.as_str()) != last_hash
            {
                LinkFault::EndMissing
            } else if last.is_some_and(|event| event.to_state != state) {
                LinkFault::StateAltered
            } else {
                return None;
            };
            Some((count, fault))
        });
        if let Some((event, fault)) = found {
            walked.broken.push(BrokenLink {
                dossier: code,
                event,
                fault,
            });
        }
    }
    Ok(walked)
}

fn first_break(code: &str, events: &[EventRow]) -> Option<(i64, LinkFault)> {
    let mut previous = GENESIS;
    for (expected, event) in (1i64..).zip(events) {
        if event.number != expected {
            return Some((expected, LinkFault::NumberSkipped));
        }
        if event.previous_hash != previous {
            return Some((expected, LinkFault::NotLinked));
        }
        let hash = chain_hash(
            previous,
            &EventRecord {
                dossier: code,
                number: event.number,
                at: event.at.and_utc(),
                actor: &event.actor,
                on_behalf_of: &event.on_behalf_of,
                action: &event.action,
                from: &event.from_state,
                to: &event.to_state,
                reason: &event.reason,
                detail: &event.detail,
            },
        );
        if hash != event.hash {
            return Some((expected, LinkFault::Altered));
        }
        previous = &event.hash;
    }
    None
}
