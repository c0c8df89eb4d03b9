//! The rows of an intake, written together: dossier, first event, first step, words of the name.

use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Bool, Nullable, Text, Timestamp};
use diesel::sqlite::Sqlite;

use super::rows::{DossierRow, EventRow, StepRow};
use crate::db::Conn;
use crate::db::hot::{Hot, named};
use crate::db::stamp::Stamp;
use crate::error::Error;

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
        named!(dossier_values!(statement, dossier, ")")).execute(lite)?;
        let made: Made = named!(Hot::sql("SELECT last_insert_rowid() AS id")).get_result(lite)?;
        let statement: Hot<'_, Sqlite> = Hot::sql(concat!(
            "INSERT INTO dossier_events (dossier_id, office_id, ",
            event_columns!(),
            ") VALUES ("
        ))
        .bind::<BigInt, _>(made.id, ", ")
        .bind::<BigInt, _>(dossier.office_id, ", ");
        named!(event_values!(statement, self.event, ")")).execute(lite)?;
        if let Some(step) = &self.step {
            let statement: Hot<'_, Sqlite> = Hot::sql(concat!(
                "INSERT INTO dossier_steps (dossier_id, number, ",
                step_columns!(),
                ") VALUES ("
            ))
            .bind::<BigInt, _>(made.id, ", 1, ");
            named!(step_values!(statement, Some(step), ")")).execute(lite)?;
        }
        for words in &self.words {
            let statement: Hot<'_, Sqlite> =
                Hot::sql("INSERT INTO dossier_names (office_id, words, dossier_id) VALUES (");
            named!(bound!(statement, ")"; BigInt: dossier.office_id, Text: words, BigInt: made.id))
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
                " FROM d), s AS (INSERT INTO dossier_steps (dossier_id, number, ",
                step_columns!(),
                ") SELECT id, 1, "
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
        let made: Made = named!(statement).get_result(pg)?;
        Ok(made.id)
    }
}

#[derive(QueryableByName)]
struct Made {
    #[diesel(sql_type = BigInt)]
    id: i64,
}
