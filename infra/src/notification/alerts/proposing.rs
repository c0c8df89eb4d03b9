//! Proposals of apologies as the looks at dossiers ask for them, or no longer do.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::look::{Seen, WatchedRow};
use super::record::instant;
use crate::db::Conn;
use crate::db::dialect::{self, instant_literal, text_literal};
use crate::error::Error;
use crate::ids::new_uid;

/// Proposes what the looks found, as long as each dossier stands as it was seen, and has what waits
/// for a signature follow the steps: only once may a new date be promised.
pub(super) fn propose(
    conn: &mut Conn,
    now: DateTime<Utc>,
    looked: &[(WatchedRow, Seen)],
) -> Result<(), Error> {
    let kind = dialect::kind(conn);
    let mut rows = Vec::new();
    for (row, seen) in looked {
        if let Some(proposed) = &seen.proposed {
            rows.push(format!(
                "({}, {}, {}, '{}', {}, {}, {})",
                row.id,
                row.version,
                instant_literal(kind, row.next_look_at),
                new_uid(),
                instant(kind, proposed.due_at),
                instant(kind, proposed.proposed_due_at),
                text_literal(&proposed.reason),
            ));
        }
    }
    if rows.is_empty() {
        return Ok(());
    }
    // `WHERE TRUE`: SQLite would else read ON CONFLICT as part of the join.
    let sql = format!(
        "WITH proposed (dossier_id, version, look, uid, due_at, proposed_due_at, reason) \
           AS (VALUES {}) \
         INSERT INTO proposals (uid, dossier_id, office_id, due_at, proposed_due_at, reason, \
           state, created_at) \
         SELECT proposed.uid, dossiers.id, dossiers.office_id, proposed.due_at, \
           proposed.proposed_due_at, proposed.reason, 'open', {} \
         FROM proposed \
         JOIN dossiers ON dossiers.id = proposed.dossier_id AND dossiers.version = proposed.version \
           AND dossiers.next_look_at = proposed.look \
         WHERE TRUE ON CONFLICT (dossier_id, due_at) DO UPDATE \
         SET proposed_due_at = excluded.proposed_due_at, reason = excluded.reason, moot_at = NULL \
         WHERE proposals.state = 'open' AND (proposals.moot_at IS NOT NULL \
           OR proposals.proposed_due_at <> excluded.proposed_due_at)",
        rows.join(", "),
        instant(kind, now),
    );
    diesel::sql_query(sql).execute(conn)?;
    Ok(())
}

/// Notes which proposals the steps no longer need.
pub(super) fn withdraw(
    conn: &mut Conn,
    now: DateTime<Utc>,
    looked: &[(WatchedRow, Seen)],
) -> Result<(), Error> {
    let kind = dialect::kind(conn);
    let fits = |(row, seen): &(WatchedRow, Seen)| {
        let due_at = seen.fits_by?;
        Some(format!(
            "({}, {}, {}, {})",
            row.id,
            row.version,
            instant_literal(kind, row.next_look_at),
            instant(kind, due_at),
        ))
    };
    let rows: Vec<String> = looked.iter().filter_map(fits).collect();
    if rows.is_empty() {
        return Ok(());
    }
    let sql = format!(
        "WITH fits (dossier_id, version, look, due_at) AS (VALUES {}) \
         UPDATE proposals SET moot_at = {} FROM fits \
         JOIN dossiers ON dossiers.id = fits.dossier_id AND dossiers.version = fits.version \
           AND dossiers.next_look_at = fits.look \
         WHERE proposals.dossier_id = fits.dossier_id AND proposals.due_at = fits.due_at \
           AND proposals.state = 'open' AND proposals.moot_at IS NULL",
        rows.join(", "),
        instant(kind, now),
    );
    diesel::sql_query(sql).execute(conn)?;
    Ok(())
}
