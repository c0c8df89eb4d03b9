//! The rows of an intake, written together: dossier, first event, first step, words of the name.

use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Bool, Nullable, Text, Timestamp};
use diesel::sqlite::Sqlite;

use super::rows::{DossierRow, EventRow, StepRow};
use crate::db::Conn;
use crate::db::hot::Hot;
use crate::error::Error;

/// Binds values, with commas between them and `$last` after the last one.
macro_rules! bound {
    ($statement:expr, $last:expr; $kind:ty: $value:expr) => {
        $statement.bind::<$kind, _>($value, $last)
    };
    ($statement:expr, $last:expr; $kind:ty: $value:expr, $($rest:tt)+) => {
        bound!($statement.bind::<$kind, _>($value, ", "), $last; $($rest)+)
    };
}

macro_rules! dossier_columns {
    () => {
        "code, office_id, procedure_version_id, calendar_version_id, channel, client_id, \
         created_by, applicant, applicant_name, id_number, phone, matter, papers, lookup_key, \
         state, version, submitted_at, received_at, due_at_original, due_at, sort_due_at, \
         late_after, lapse_at, ended_at, holder_id, department_id, step_index, step_due_at, \
         rules_state, event_count, last_hash, next_look_at, late_after_by_rules"
    };
}

macro_rules! dossier_values {
    ($statement:expr, $dossier:expr, $last:expr) => {
        bound!(
            $statement, $last;
            Text: &$dossier.code,
            BigInt: $dossier.office_id,
            BigInt: $dossier.procedure_version_id,
            BigInt: $dossier.progress.calendar_version_id,
            Text: &$dossier.channel,
            Nullable<BigInt>: $dossier.client_id,
            Nullable<BigInt>: $dossier.created_by,
            Text: &$dossier.applicant,
            Text: &$dossier.applicant_name,
            Nullable<Text>: $dossier.id_number.as_deref(),
            Nullable<Text>: $dossier.phone.as_deref(),
            Text: &$dossier.matter,
            Text: &$dossier.progress.papers,
            Text: &$dossier.lookup_key,
            Text: &$dossier.progress.state,
            BigInt: $dossier.progress.version,
            Timestamp: $dossier.submitted_at,
            Nullable<Timestamp>: $dossier.progress.received_at,
            Nullable<Timestamp>: $dossier.progress.due_at_original,
            Nullable<Timestamp>: $dossier.progress.due_at,
            Timestamp: $dossier.progress.sort_due_at,
            Nullable<Timestamp>: $dossier.progress.late_after,
            Nullable<Timestamp>: $dossier.progress.lapse_at,
            Nullable<Timestamp>: $dossier.progress.ended_at,
            Nullable<BigInt>: $dossier.progress.holder_id,
            Nullable<BigInt>: $dossier.progress.department_id,
            Nullable<BigInt>: $dossier.progress.step_index,
            Nullable<Timestamp>: $dossier.progress.step_due_at,
            Text: &$dossier.progress.rules_state,
            BigInt: $dossier.progress.event_count,
            Text: &$dossier.progress.last_hash,
            Nullable<Timestamp>: $dossier.progress.next_look_at,
            Nullable<Timestamp>: $dossier.progress.late_after_by_rules
        )
    };
}

macro_rules! event_columns {
    () => {
        "number, at, actor, on_behalf_of, action, from_state, to_state, reason, detail, \
         previous_hash, hash"
    };
}

macro_rules! event_values {
    ($statement:expr, $event:expr, $last:expr) => {
        bound!(
            $statement, $last;
            BigInt: $event.number,
            Timestamp: $event.at,
            Text: &$event.actor,
            Text: &$event.on_behalf_of,
            Text: &$event.action,
            Text: &$event.from_state,
            Text: &$event.to_state,
            Text: &$event.reason,
            Text: &$event.detail,
            Text: &$event.previous_hash,
            Text: &$event.hash
        )
    };
}

macro_rules! step_columns {
    () => {
        "number, step_index, name, holder_id, department_id, entered_at, due_at"
    };
}

/// Of a step that may not be, for PostgreSQL, where one statement serves both.
macro_rules! step_values {
    ($statement:expr, $step:expr, $last:expr) => {
        bound!(
            $statement, $last;
            Nullable<BigInt>: $step.map(|step| step.number),
            Nullable<BigInt>: $step.map(|step| step.step_index),
            Nullable<Text>: $step.map(|step| step.name.as_str()),
            Nullable<BigInt>: $step.map(|step| step.holder_id),
            Nullable<BigInt>: $step.and_then(|step| step.department_id),
            Nullable<Timestamp>: $step.map(|step| step.entered_at),
            Nullable<Timestamp>: $step.map(|step| step.due_at)
        )
    };
}

/// All that one intake writes, but for the counter of the codes. Ids of the rows are given by
/// the database.
pub(super) struct IntakeRows {
    pub dossier: DossierRow,
    pub event: EventRow,
    pub step: Option<StepRow>,
    pub words: Vec<String>,
}

impl IntakeRows {
    /// Writes them and gives the id of the dossier. What closes a case is in no intake.
    pub(super) fn write(&self, conn: &mut Conn) -> Result<i64, Error> {
        match conn {
            Conn::Sqlite(lite) => self.one_by_one(lite),
            Conn::Postgres(pg) => self.at_once(pg),
        }
    }

    /// In our own words and without RETURNING, for which SQLite makes a table in memory each time.
    fn one_by_one(&self, lite: &mut SqliteConnection) -> Result<i64, Error> {
        let dossier = &self.dossier;
        let statement: Hot<'_, Sqlite> = Hot::sql(concat!(
            "INSERT INTO dossiers (",
            dossier_columns!(),
            ") VALUES ("
        ));
        dossier_values!(statement, dossier, ")").execute(lite)?;
        let made: Made = Hot::sql("SELECT last_insert_rowid() AS id").get_result(lite)?;
        let statement: Hot<'_, Sqlite> = Hot::sql(concat!(
            "INSERT INTO dossier_events (dossier_id, office_id, ",
            event_columns!(),
            ") VALUES ("
        ))
        .bind::<BigInt, _>(made.id, ", ")
        .bind::<BigInt, _>(dossier.office_id, ", ");
        event_values!(statement, self.event, ")").execute(lite)?;
        if let Some(step) = &self.step {
            let statement: Hot<'_, Sqlite> = Hot::sql(concat!(
                "INSERT INTO dossier_steps (dossier_id, ",
                step_columns!(),
                ") VALUES ("
            ))
            .bind::<BigInt, _>(made.id, ", ");
            step_values!(statement, Some(step), ")").execute(lite)?;
        }
        for words in &self.words {
            let statement: Hot<'_, Sqlite> =
                Hot::sql("INSERT INTO dossier_names (office_id, words, dossier_id) VALUES (");
            bound!(statement, ")"; BigInt: dossier.office_id, Text: words, BigInt: made.id)
                .execute(lite)?;
        }
        Ok(made.id)
    }

    /// One statement instead of six: on PostgreSQL the round trips are what an intake costs.
    fn at_once(&self, pg: &mut PgConnection) -> Result<i64, Error> {
        let statement: Hot<'_, Pg> = Hot::sql(concat!(
            "WITH d AS (INSERT INTO dossiers (",
            dossier_columns!(),
            ") VALUES ("
        ));
        let statement = dossier_values!(
            statement,
            self.dossier,
            concat!(
                ") RETURNING id, office_id), \
                 e AS (INSERT INTO dossier_events (dossier_id, office_id, ",
                event_columns!(),
                ") SELECT id, office_id, "
            )
        );
        let statement = event_values!(
            statement,
            self.event,
            concat!(
                " FROM d), s AS (INSERT INTO dossier_steps (dossier_id, ",
                step_columns!(),
                ") SELECT id, "
            )
        );
        let step = self.step.as_ref();
        let statement = step_values!(statement, step, " FROM d WHERE ")
            .bind::<Bool, _>(
                step.is_some(),
                "), n AS (INSERT INTO dossier_names (office_id, words, dossier_id) \
                 SELECT office_id, words, id FROM d CROSS JOIN unnest(",
            )
            .bind::<Array<Text>, _>(&self.words, ") AS words) SELECT id FROM d");
        let made: Made = statement.get_result(pg)?;
        Ok(made.id)
    }
}

#[derive(QueryableByName)]
struct Made {
    #[diesel(sql_type = BigInt)]
    id: i64,
}
