//! The rows of one intake, as the tables hold them: read from a real one, written by the limit.

use chrono::{NaiveDate, NaiveDateTime};
use diesel::prelude::*;
use diesel::sqlite::SqliteConnection;
use infra::db::Conn;
use infra::db::schema::{dossier_events, dossier_names, dossier_steps, dossiers};

#[derive(Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = dossiers)]
pub struct Dossier {
    #[diesel(skip_insertion)]
    pub id: i64,
    pub code: String,
    pub office_id: i64,
    pub procedure_version_id: i64,
    pub calendar_version_id: i64,
    pub channel: String,
    pub client_id: Option<i64>,
    pub created_by: Option<i64>,
    pub applicant: String,
    pub applicant_name: String,
    pub id_number: Option<String>,
    pub phone: Option<String>,
    pub matter: String,
    pub papers: String,
    pub lookup_key: String,
    pub state: String,
    pub version: i64,
    pub submitted_at: NaiveDateTime,
    pub received_at: Option<NaiveDateTime>,
    pub due_at_original: Option<NaiveDateTime>,
    pub due_at: Option<NaiveDateTime>,
    pub sort_due_at: NaiveDateTime,
    pub late_after: Option<NaiveDateTime>,
    pub lapse_at: Option<NaiveDateTime>,
    pub ended_at: Option<NaiveDateTime>,
    pub holder_id: Option<i64>,
    pub department_id: Option<i64>,
    pub step_index: Option<i64>,
    pub step_due_at: Option<NaiveDateTime>,
    pub rules_state: String,
    pub event_count: i64,
    pub last_hash: String,
    pub next_look_at: Option<NaiveDateTime>,
    pub late_after_by_rules: Option<NaiveDateTime>,
}

#[derive(Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = dossier_events)]
pub struct Event {
    #[diesel(skip_insertion)]
    pub id: i64,
    pub dossier_id: i64,
    pub office_id: i64,
    pub number: i64,
    pub at: NaiveDateTime,
    pub actor: String,
    pub on_behalf_of: String,
    pub action: String,
    pub from_state: String,
    pub to_state: String,
    pub reason: String,
    pub detail: String,
    pub previous_hash: String,
    pub hash: String,
}

#[derive(Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = dossier_steps)]
pub struct Step {
    pub dossier_id: i64,
    pub number: i64,
    pub step_index: i64,
    pub name: String,
    pub holder_id: i64,
    pub department_id: Option<i64>,
    pub entered_at: NaiveDateTime,
    pub due_at: NaiveDateTime,
    pub left_at: Option<NaiveDateTime>,
}

/// Everything that one intake writes.
#[derive(Clone)]
pub struct Intake {
    pub dossier: Dossier,
    pub event: Event,
    pub step: Step,
    pub words: Vec<String>,
    pub day: NaiveDate,
}

impl Intake {
    /// The newest one of a database.
    pub fn newest(conn: &mut Conn) -> QueryResult<Self> {
        let dossier: Dossier = dossiers::table
            .order(dossiers::id.desc())
            .select(Dossier::as_select())
            .first(conn)?;
        Ok(Self {
            event: dossier_events::table
                .filter(dossier_events::dossier_id.eq(dossier.id))
                .select(Event::as_select())
                .first(conn)?,
            step: dossier_steps::table
                .filter(dossier_steps::dossier_id.eq(dossier.id))
                .select(Step::as_select())
                .first(conn)?,
            words: dossier_names::table
                .filter(dossier_names::dossier_id.eq(dossier.id))
                .select(dossier_names::words)
                .load(conn)?,
            day: dossier.submitted_at.date(),
            dossier,
        })
    }

    /// Writes the same rows once more under another code.
    pub fn write(&self, conn: &mut SqliteConnection, agency: &str) -> QueryResult<()> {
        let last: Last = diesel::sql_query(
            "INSERT INTO code_counters (agency, day, last) VALUES ($1, $2, 1) \
             ON CONFLICT (agency, day) DO UPDATE SET last = code_counters.last + 1 RETURNING last",
        )
        .bind::<diesel::sql_types::Text, _>(agency)
        .bind::<diesel::sql_types::Date, _>(self.day)
        .get_result(conn)?;
        let dossier = Dossier {
            code: format!("{agency}-{}-{:04}", self.day.format("%y%m%d"), last.last),
            ..self.dossier.clone()
        };
        let id: i64 = diesel::insert_into(dossiers::table)
            .values(&dossier)
            .returning(dossiers::id)
            .get_result(conn)?;
        let event = Event {
            dossier_id: id,
            ..self.event.clone()
        };
        diesel::insert_into(dossier_events::table)
            .values(&event)
            .execute(conn)?;
        let step = Step {
            dossier_id: id,
            ..self.step.clone()
        };
        diesel::insert_into(dossier_steps::table)
            .values(&step)
            .execute(conn)?;
        for words in &self.words {
            diesel::insert_into(dossier_names::table)
                .values((
                    dossier_names::office_id.eq(dossier.office_id),
                    dossier_names::words.eq(words),
                    dossier_names::dossier_id.eq(id),
                ))
                .execute(conn)?;
        }
        Ok(())
    }
}

#[derive(QueryableByName)]
struct Last {
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    last: i64,
}
