//! How dossiers stood at the end of a period, where they have changed since: told from the record.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use serde_json::Value;

use super::figures::{Period, in_list, unchanged_since};
use crate::db::Conn;
use crate::db::dialect::{instant_literal, kind};
use crate::db::schema::dossier_events;
use crate::error::Error;

/// Dossiers whose events are read at a time.
const BATCH: usize = 200;

#[derive(Debug, QueryableByName)]
struct Changed {
    #[diesel(sql_type = BigInt)]
    id: i64,
    #[diesel(sql_type = Text)]
    field: String,
}

/// (13) of those dossiers that were in progress when the period ended and have changed since,
/// by field.
pub(super) fn overdue_then(
    conn: &mut Conn,
    offices: &[i64],
    period: Period,
) -> Result<BTreeMap<String, u64>, Error> {
    let end = instant_literal(kind(conn), Some(period.end().naive_utc()));
    let offices = in_list(offices);
    let sql = |which: &str| {
        format!(
            "SELECT dossiers.id AS id, procedure_versions.field AS field FROM dossiers \
             JOIN procedure_versions ON procedure_versions.id = dossiers.procedure_version_id \
             WHERE dossiers.office_id IN ({offices}) AND dossiers.received_at < {end} \
               AND {which} AND NOT {}",
            unchanged_since(&end, "dossiers")
        )
    };
    let closed = sql(&format!(
        "dossiers.closed_at IS NOT NULL AND dossiers.closed_at >= {end}"
    ));
    let open = sql("dossiers.ended_at IS NULL AND dossiers.closed_at IS NULL");
    let mut changed: Vec<Changed> = diesel::sql_query(closed).load(conn)?;
    changed.extend(diesel::sql_query(open).load::<Changed>(conn)?);
    let mut found = BTreeMap::new();
    for some in changed.chunks(BATCH) {
        let fields: BTreeMap<i64, &str> = some
            .iter()
            .map(|dossier| (dossier.id, dossier.field.as_str()))
            .collect();
        for (id, standing) in standings(conn, &fields, period.end())? {
            if let (true, Some(field)) = (standing.is_late(period.end()), fields.get(&id)) {
                *found.entry((*field).to_owned()).or_default() += 1;
            }
        }
    }
    Ok(found)
}

/// What the events up to an instant say.
#[derive(Debug, Default, PartialEq, Eq)]
struct Standing {
    /// The date of the rules.
    by_rules: Option<DateTime<Utc>>,
    /// Since when the clock stands still.
    stopped_since: Option<DateTime<Utc>>,
}

impl Standing {
    fn is_late(&self, end: DateTime<Utc>) -> bool {
        let Some(due_at) = self.by_rules else {
            return false;
        };
        let stopped_in_time = self.stopped_since.is_some_and(|since| since <= due_at);
        due_at < end && !stopped_in_time
    }

    fn follow(&mut self, action: &str, to_state: &str, at: DateTime<Utc>, detail: &Value) {
        let instant = |name: &str| {
            let text = detail.get(name)?.as_str()?;
            let at = DateTime::parse_from_rfc3339(text).ok()?;
            Some(at.with_timezone(&Utc))
        };
        // A re-appointment leaves the date of the rules; later events name both.
        let moved = match action {
            "reappoint" => None,
            _ => instant("due_at_by_rules").or_else(|| instant("due_at")),
        };
        self.by_rules = moved.or(self.by_rules);
        if matches!(to_state, "awaiting_supplement" | "awaiting_payment") {
            self.stopped_since.get_or_insert(at);
        } else {
            self.stopped_since = None;
        }
    }
}

type EventRow = (i64, String, String, NaiveDateTime, String);

fn standings(
    conn: &mut Conn,
    dossiers: &BTreeMap<i64, &str>,
    end: DateTime<Utc>,
) -> Result<BTreeMap<i64, Standing>, Error> {
    let ids: Vec<i64> = dossiers.keys().copied().collect();
    let events: Vec<EventRow> = dossier_events::table
        .filter(dossier_events::dossier_id.eq_any(ids))
        .filter(dossier_events::at.lt(end.naive_utc()))
        .order((dossier_events::dossier_id, dossier_events::number))
        .select((
            dossier_events::dossier_id,
            dossier_events::action,
            dossier_events::to_state,
            dossier_events::at,
            dossier_events::detail,
        ))
        .load(conn)?;
    let mut found: BTreeMap<i64, Standing> = BTreeMap::new();
    for (dossier, action, to_state, at, detail) in events {
        // One that was tampered with or damaged says nothing, and keeps no report from anybody: the
        // walk over the chains names it.
        let detail = serde_json::from_str(&detail).unwrap_or_else(|fault| {
            tracing::error!(dossier, %fault, "an event does not read");
            Value::Null
        });
        let standing = found.entry(dossier).or_default();
        standing.follow(&action, &to_state, at.and_utc(), &detail);
    }
    Ok(found)
}
