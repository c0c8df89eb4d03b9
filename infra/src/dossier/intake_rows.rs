//! The rows of an intake, written together: dossier, first event, first step, words of the name.

use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Bool, Nullable, Text, Timestamp};

use super::rows::{DossierRow, EventRow, StepRow};
use crate::db::Conn;
use crate::db::hot::Hot;
use crate::db::schema::{dossier_events, dossier_names, dossier_steps, dossiers};
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

    /// On the connection itself: asking each value for its kind first, as the one that may be
    /// either does, is a third of what the rows cost.
    fn one_by_one(&self, conn: &mut SqliteConnection) -> Result<i64, Error> {
        let office_id = self.dossier.office_id;
        let dossier_id: i64 = diesel::insert_into(dossiers::table)
            .values(&self.dossier)
            .returning(dossiers::id)
            .get_result(conn)?;
        let event = EventRow {
            dossier_id,
            office_id,
            ..self.event.clone()
        };
        diesel::insert_into(dossier_events::table)
            .values(&event)
            .execute(conn)?;
        if let Some(step) = &self.step {
            let step = StepRow {
                dossier_id,
                ..step.clone()
            };
            diesel::insert_into(dossier_steps::table)
                .values(&step)
                .execute(conn)?;
        }
        for words in &self.words {
            diesel::insert_into(dossier_names::table)
                .values((
                    dossier_names::office_id.eq(office_id),
                    dossier_names::words.eq(words),
                    dossier_names::dossier_id.eq(dossier_id),
                ))
                .execute(conn)?;
        }
        Ok(dossier_id)
    }

    /// One statement instead of six: on PostgreSQL the round trips are what an intake costs.
    fn at_once(&self, pg: &mut PgConnection) -> Result<i64, Error> {
        let statement = with_words(
            &self.words,
            with_step(
                self.step.as_ref(),
                with_event(&self.event, dossier_row(&self.dossier)),
            ),
        );
        let made: Made = statement.get_result(pg)?;
        Ok(made.id)
    }
}

type Statement<'a> = Hot<'a, Pg>;

fn dossier_row<'a>(dossier: &'a DossierRow) -> Statement<'a> {
    let DossierRow { progress, .. } = dossier;
    Hot::sql(INSERT_DOSSIER)
        .bind::<Text, _>(&dossier.code, ", ")
        .bind::<BigInt, _>(dossier.office_id, ", ")
        .bind::<BigInt, _>(dossier.procedure_version_id, ", ")
        .bind::<BigInt, _>(progress.calendar_version_id, ", ")
        .bind::<Text, _>(&dossier.channel, ", ")
        .bind::<Nullable<BigInt>, _>(dossier.client_id, ", ")
        .bind::<Nullable<BigInt>, _>(dossier.created_by, ", ")
        .bind::<Text, _>(&dossier.applicant, ", ")
        .bind::<Text, _>(&dossier.applicant_name, ", ")
        .bind::<Nullable<Text>, _>(dossier.id_number.as_deref(), ", ")
        .bind::<Nullable<Text>, _>(dossier.phone.as_deref(), ", ")
        .bind::<Text, _>(&dossier.matter, ", ")
        .bind::<Text, _>(&progress.papers, ", ")
        .bind::<Text, _>(&dossier.lookup_key, ", ")
        .bind::<Text, _>(&progress.state, ", ")
        .bind::<BigInt, _>(progress.version, ", ")
        .bind::<Timestamp, _>(dossier.submitted_at, ", ")
        .bind::<Nullable<Timestamp>, _>(progress.received_at, ", ")
        .bind::<Nullable<Timestamp>, _>(progress.due_at_original, ", ")
        .bind::<Nullable<Timestamp>, _>(progress.due_at, ", ")
        .bind::<Timestamp, _>(progress.sort_due_at, ", ")
        .bind::<Nullable<Timestamp>, _>(progress.late_after, ", ")
        .bind::<Nullable<Timestamp>, _>(progress.lapse_at, ", ")
        .bind::<Nullable<Timestamp>, _>(progress.ended_at, ", ")
        .bind::<Nullable<BigInt>, _>(progress.holder_id, ", ")
        .bind::<Nullable<BigInt>, _>(progress.department_id, ", ")
        .bind::<Nullable<BigInt>, _>(progress.step_index, ", ")
        .bind::<Nullable<Timestamp>, _>(progress.step_due_at, ", ")
        .bind::<Text, _>(&progress.rules_state, ", ")
        .bind::<BigInt, _>(progress.event_count, ", ")
        .bind::<Text, _>(&progress.last_hash, ", ")
        .bind::<Nullable<Timestamp>, _>(progress.next_look_at, ", ")
        .bind::<Nullable<Timestamp>, _>(
            progress.late_after_by_rules,
            ") RETURNING id, office_id), \
             e AS (INSERT INTO dossier_events (dossier_id, office_id, number, at, actor, \
             on_behalf_of, action, from_state, to_state, reason, detail, previous_hash, hash) \
             SELECT id, office_id, ",
        )
}

fn with_event<'a>(event: &'a EventRow, statement: Statement<'a>) -> Statement<'a> {
    statement
        .bind::<BigInt, _>(event.number, ", ")
        .bind::<Timestamp, _>(event.at, ", ")
        .bind::<Text, _>(&event.actor, ", ")
        .bind::<Text, _>(&event.on_behalf_of, ", ")
        .bind::<Text, _>(&event.action, ", ")
        .bind::<Text, _>(&event.from_state, ", ")
        .bind::<Text, _>(&event.to_state, ", ")
        .bind::<Text, _>(&event.reason, ", ")
        .bind::<Text, _>(&event.detail, ", ")
        .bind::<Text, _>(&event.previous_hash, ", ")
        .bind::<Text, _>(
            &event.hash,
            " FROM d), s AS (INSERT INTO dossier_steps (dossier_id, number, step_index, name, \
             holder_id, department_id, entered_at, due_at) SELECT id, ",
        )
}

fn with_step<'a>(step: Option<&'a StepRow>, statement: Statement<'a>) -> Statement<'a> {
    statement
        .bind::<Nullable<BigInt>, _>(step.map(|step| step.number), ", ")
        .bind::<Nullable<BigInt>, _>(step.map(|step| step.step_index), ", ")
        .bind::<Nullable<Text>, _>(step.map(|step| step.name.as_str()), ", ")
        .bind::<Nullable<BigInt>, _>(step.map(|step| step.holder_id), ", ")
        .bind::<Nullable<BigInt>, _>(step.and_then(|step| step.department_id), ", ")
        .bind::<Nullable<Timestamp>, _>(step.map(|step| step.entered_at), ", ")
        .bind::<Nullable<Timestamp>, _>(step.map(|step| step.due_at), " FROM d WHERE ")
        .bind::<Bool, _>(
            step.is_some(),
            "), n AS (INSERT INTO dossier_names (office_id, words, dossier_id) \
             SELECT office_id, words, id FROM d CROSS JOIN unnest(",
        )
}

fn with_words<'a>(words: &'a [String], statement: Statement<'a>) -> Statement<'a> {
    statement.bind::<Array<Text>, _>(words, ") AS words) SELECT id FROM d")
}

const INSERT_DOSSIER: &str = "WITH d AS (INSERT INTO dossiers (code, office_id, \
    procedure_version_id, calendar_version_id, channel, client_id, created_by, applicant, \
    applicant_name, id_number, phone, matter, papers, lookup_key, state, version, submitted_at, \
    received_at, due_at_original, due_at, sort_due_at, late_after, lapse_at, ended_at, holder_id, \
    department_id, step_index, step_due_at, rules_state, event_count, last_hash, next_look_at, late_after_by_rules) VALUES (";

#[derive(QueryableByName)]
struct Made {
    #[diesel(sql_type = BigInt)]
    id: i64,
}
