//! The rows of a change, written together: the dossier, its event, its hand-over slip.

use chrono::NaiveDateTime;
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Bool, Nullable, Text, Timestamp};
use diesel::sqlite::Sqlite;

use super::rows::{EventRow, Progress, StepRow};
use crate::db::Conn;
use crate::db::hot::{Hot, named};
use crate::db::schema::{dossier_events, dossier_steps, dossiers};
use crate::db::stamp::Stamp;
use crate::error::Error;

/// What becomes of the hand-over slip; by default it stays as it is.
#[derive(Debug, Default)]
pub(super) struct Slip {
    /// The end of the open step, where it moved.
    pub due_at: Option<NaiveDateTime>,
    /// When the open step was left.
    pub left_at: Option<NaiveDateTime>,
    /// The step that was taken on; its number is given by the database.
    pub next: Option<StepRow>,
}

impl Slip {
    fn touches(&self) -> bool {
        self.due_at.is_some() || self.left_at.is_some()
    }
}

/// All that one change writes.
#[derive(Debug)]
pub(super) struct ChangeRows<'a> {
    pub dossier: i64,
    pub progress: &'a Progress,
    /// The version that was read.
    pub version: i64,
    /// The states from which the change is legal.
    pub predecessors: &'a [&'static str],
    pub event: EventRow,
    pub slip: Slip,
}

impl ChangeRows<'_> {
    /// Writes them; false, and nothing written, when the dossier does not stand any more as it
    /// was read.
    pub(super) fn write(&self, conn: &mut Conn) -> Result<bool, Error> {
        match conn {
            Conn::Sqlite(lite) => self.one_by_one(lite),
            Conn::Postgres(pg) => self.at_once(pg),
        }
    }

    fn events_before(&self) -> i64 {
        self.progress.event_count.saturating_sub(1)
    }

    fn one_by_one(&self, lite: &mut SqliteConnection) -> Result<bool, Error> {
        let as_read = dossiers::table
            .filter(dossiers::id.eq(self.dossier))
            .filter(dossiers::version.eq(self.version))
            .filter(dossiers::event_count.eq(self.events_before()))
            .filter(dossiers::state.eq_any(self.predecessors));
        let changed = diesel::update(as_read).set(self.progress).execute(lite)?;
        if changed != 1 {
            return Ok(false);
        }
        diesel::insert_into(dossier_events::table)
            .values(&self.event)
            .execute(lite)?;
        let open = dossier_steps::table
            .filter(dossier_steps::dossier_id.eq(self.dossier))
            .filter(dossier_steps::left_at.is_null());
        if let Some(due_at) = self.slip.due_at {
            let moved = dossier_steps::due_at.eq(due_at);
            diesel::update(open).set(moved).execute(lite)?;
        }
        if let Some(left_at) = self.slip.left_at {
            let left = dossier_steps::left_at.eq(left_at);
            diesel::update(open).set(left).execute(lite)?;
        }
        if let Some(step) = &self.slip.next {
            let statement: Hot<'_, Sqlite> = Hot::sql(concat!(
                "INSERT INTO dossier_steps (dossier_id, number, ",
                step_columns!(),
                ") VALUES ("
            ))
            .bind::<BigInt, _>(
                self.dossier,
                ", (SELECT COALESCE(MAX(number), 0) + 1 FROM dossier_steps WHERE dossier_id = ",
            )
            .bind::<BigInt, _>(self.dossier, "), ");
            named!(step_values!(statement, Some(step), ")")).execute(lite)?;
        }
        Ok(true)
    }

    /// One statement instead of five: on PostgreSQL the round trips are what a change costs. All
    /// of it hangs on the row of the dossier being as it was read.
    fn at_once(&self, pg: &mut PgConnection) -> Result<bool, Error> {
        let statement: Hot<'_, Pg> = Hot::sql(concat!(
            "WITH d AS (UPDATE dossiers SET (",
            progress_columns!(),
            ") = ROW("
        ));
        let statement = progress_values!(statement, self.progress, ") WHERE id = ")
            .bind::<BigInt, _>(self.dossier, " AND version = ")
            .bind::<BigInt, _>(self.version, " AND event_count = ")
            .bind::<BigInt, _>(self.events_before(), " AND state = ANY(")
            .bind::<Array<Text>, _>(
                self.predecessors,
                concat!(
                    ") RETURNING id, office_id), \
                     e AS (INSERT INTO dossier_events (dossier_id, office_id, ",
                    event_columns!(),
                    ") SELECT id, office_id, "
                ),
            );
        let statement = event_values!(
            statement,
            self.event,
            " FROM d), l AS (UPDATE dossier_steps SET left_at = "
        )
        .bind::<Nullable<Timestamp>, _>(self.slip.left_at, ", due_at = COALESCE(")
        .bind::<Nullable<Timestamp>, _>(
            self.slip.due_at,
            ", due_at) FROM d WHERE dossier_id = d.id AND left_at IS NULL AND ",
        )
        .bind::<Bool, _>(
            self.slip.touches(),
            concat!(
                "), s AS (INSERT INTO dossier_steps (dossier_id, number, ",
                step_columns!(),
                ") SELECT id, (SELECT COALESCE(MAX(number), 0) + 1 FROM dossier_steps \
                 WHERE dossier_id = d.id), "
            ),
        );
        let step = self.slip.next.as_ref();
        let statement = step_values!(statement, step, " FROM d WHERE ")
            .bind::<Bool, _>(step.is_some(), ") SELECT id FROM d");
        Ok(named!(statement).execute(pg)? == 1)
    }
}
