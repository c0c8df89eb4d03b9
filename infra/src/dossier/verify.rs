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

/// The chains of some dossiers as they were read.
pub struct Chains {
    chains: Vec<(Head, Events)>,
    next: Option<i64>,
}

impl std::fmt::Debug for Chains {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Chains")
            .field("dossiers", &self.chains.len())
            .field("next", &self.next)
            .finish_non_exhaustive()
    }
}

enum Events {
    Read(Vec<EventRow>),
    /// The one with this number does not read, and so many before it do.
    Unreadable {
        before: usize,
        number: i64,
    },
}

/// Walks the chains of at most `batch` dossiers with ids above `after`.
pub fn verify_chains(conn: &mut Conn, after: i64, batch: i64) -> Result<Walked, Error> {
    Ok(read_chains(conn, after, batch)?.walk())
}

/// Reads the chains of at most `batch` dossiers with ids above `after`, so that the next can be read
/// while these are walked.
pub fn read_chains(conn: &mut Conn, after: i64, batch: i64) -> Result<Chains, Error> {
    let heads: Vec<Head> = dossiers::table
        .filter(dossiers::id.gt(after))
        .order(dossiers::id)
        .limit(batch)
        .select(Head::as_select())
        .load(conn)?;
    let full = i64::try_from(heads.len()).unwrap_or(i64::MAX) >= batch;
    let next = heads.last().map(|head| head.id).filter(|_| full);
    let ids: Vec<i64> = heads.iter().map(|head| head.id).collect();
    let mut chains = Vec::with_capacity(heads.len());
    match events_of(conn, &ids)? {
        Some(rows) => {
            let mut rows = rows.into_iter().peekable();
            for head in heads {
                let mut own = Vec::new();
                while let Some(row) = rows.next_if(|row| row.dossier_id == head.id) {
                    own.push(row);
                }
                chains.push((head, Events::Read(own)));
            }
        }
        // One that does not read must not hide the others.
        None => {
            for head in heads {
                let events = match events_of(conn, &[head.id])? {
                    Some(events) => Events::Read(events),
                    None => {
                        let (before, number) = first_unreadable(conn, head.id)?;
                        Events::Unreadable { before, number }
                    }
                };
                chains.push((head, events));
            }
        }
    }
    Ok(Chains { chains, next })
}

impl Chains {
    /// Pass it to the next reading; none at the end.
    pub fn next(&self) -> Option<i64> {
        self.next
    }

    /// Names the first broken link of each.
    pub fn walk(&self) -> Walked {
        let mut walked = Walked {
            next: self.next,
            ..Walked::default()
        };
        for (head, events) in &self.chains {
            match events {
                Events::Read(events) => walked.add(head, events.len(), head.first_break(events)),
                Events::Unreadable { before, number } => {
                    walked.add(head, *before, Some((*number, LinkFault::Altered)));
                }
            }
        }
        walked
    }
}

/// What a dossier says of its events.
#[derive(Queryable, Selectable)]
#[diesel(table_name = dossiers)]
struct Head {
    id: i64,
    code: String,
    state: String,
    event_count: i64,
    last_hash: String,
}

impl Head {
    fn first_break(&self, events: &[EventRow]) -> Option<(i64, LinkFault)> {
        first_break(&self.code, events).or_else(|| {
            let last = events.last();
            let fault = if i64::try_from(events.len()) != Ok(self.event_count)
                || last.map_or(GENESIS, |event| event.hash.as_str()) != self.last_hash
            {
                LinkFault::EndMissing
            } else if last.is_some_and(|event| event.to_state != self.state) {
                LinkFault::StateAltered
            } else {
                return None;
            };
            Some((self.event_count, fault))
        })
    }
}

impl Walked {
    fn add(&mut self, head: &Head, events: usize, found: Option<(i64, LinkFault)>) {
        self.dossiers = self.dossiers.saturating_add(1);
        let events = u64::try_from(events).unwrap_or(u64::MAX);
        self.events = self.events.saturating_add(events);
        if let Some((event, fault)) = found {
            self.broken.push(BrokenLink {
                dossier: head.code.clone(),
                event,
                fault,
            });
        }
    }
}

/// The events of some dossiers; none where one of them is not what we write: an embedded database
/// keeps whatever somebody puts into its file.
fn events_of(conn: &mut Conn, dossiers: &[i64]) -> Result<Option<Vec<EventRow>>, Error> {
    let rows = dossier_events::table
        .filter(dossier_events::dossier_id.eq_any(dossiers))
        .order((dossier_events::dossier_id, dossier_events::number))
        .select(EventRow::as_select())
        .load(conn);
    match rows {
        Ok(rows) => Ok(Some(rows)),
        Err(diesel::result::Error::DeserializationError(_)) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// How many events of a dossier read, and the number of the first that does not.
fn first_unreadable(conn: &mut Conn, dossier: i64) -> Result<(usize, i64), Error> {
    let own = || dossier_events::table.filter(dossier_events::dossier_id.eq(dossier));
    let numbers: Vec<i64> = own()
        .order(dossier_events::number)
        .select(dossier_events::number)
        .load(conn)?;
    for (before, number) in numbers.iter().enumerate() {
        let row = own()
            .filter(dossier_events::number.eq(number))
            .select(EventRow::as_select())
            .first(conn);
        match row {
            Ok(_) => {}
            Err(diesel::result::Error::DeserializationError(_)) => return Ok((before, *number)),
            Err(error) => return Err(error.into()),
        }
    }
    Ok((numbers.len(), 0))
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
