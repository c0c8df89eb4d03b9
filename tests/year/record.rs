//! What the database holds when a year is over: the log of events, and what was told.

use std::collections::HashMap;

use chrono::NaiveDateTime;
use diesel::prelude::*;
use infra::db::schema::{
    alert_batches, alerts, dossier_events, dossiers, job_runs, mails, procedure_versions,
    procedures, proposals,
};
use infra::db::{Conn, Db};
use infra::error::Error;
use serde_json::Value;

use super::time::{At, of_stored};

/// An event of a dossier.
#[derive(Debug, Clone)]
pub struct Event {
    pub number: i64,
    pub at: At,
    /// The uid of who acted; empty for the service.
    pub actor: String,
    pub action: String,
    pub to: String,
    pub detail: Value,
}

/// A dossier by its events alone.
#[derive(Debug, Clone)]
pub struct History {
    pub id: i64,
    pub code: String,
    /// The code of its procedure.
    pub procedure: String,
    pub events: Vec<Event>,
}

/// An alert as the service kept it.
#[derive(Debug, Clone, Queryable)]
pub struct AlertRow {
    pub dossier: i64,
    pub rung: String,
    pub occurrence: i64,
    due_at: NaiveDateTime,
    pub person: i64,
    fired_at: NaiveDateTime,
    dropped_at: Option<NaiveDateTime>,
    pub addressee: i64,
    pub via: String,
    pub mail: Option<i64>,
    /// When a manager put aside the proposal for this dossier and date.
    dismissed_at: Option<NaiveDateTime>,
    moot_at: Option<NaiveDateTime>,
}

impl AlertRow {
    pub fn due(&self) -> At {
        of_stored(self.due_at)
    }

    pub fn fired(&self) -> At {
        of_stored(self.fired_at)
    }

    /// Since when the proposal of which it tells waits for no signature, though nobody signed it.
    pub fn put_aside(&self) -> Option<At> {
        let first = self.dismissed_at.into_iter().chain(self.moot_at).min();
        first.map(of_stored)
    }

    pub fn dropped(&self) -> Option<At> {
        self.dropped_at.map(of_stored)
    }
}

/// A mail of the outbox.
#[derive(Debug, Clone, Queryable)]
pub struct MailRow {
    pub id: i64,
    pub key: String,
    pub kind: String,
    pub state: String,
    pub to: String,
    pub staff: Option<i64>,
    created_at: NaiveDateTime,
}

impl MailRow {
    pub fn created(&self) -> At {
        of_stored(self.created_at)
    }
}

type EventRow = (i64, i64, NaiveDateTime, String, String, String, String);

/// Every dossier with its events, by its id.
pub fn histories(db: &Db) -> Vec<History> {
    let read = |conn: &mut Conn| {
        let heads: Vec<(i64, String, String)> = dossiers::table
            .inner_join(procedure_versions::table.inner_join(procedures::table))
            .order(dossiers::id)
            .select((dossiers::id, dossiers::code, procedures::code))
            .load(conn)?;
        let events: Vec<EventRow> = dossier_events::table
            .order((dossier_events::dossier_id, dossier_events::number))
            .select((
                dossier_events::dossier_id,
                dossier_events::number,
                dossier_events::at,
                dossier_events::actor,
                dossier_events::action,
                dossier_events::to_state,
                dossier_events::detail,
            ))
            .load(conn)?;
        Ok::<_, Error>((heads, events))
    };
    let (heads, events) = db.read_blocking(read).expect("the log");
    let mut of: HashMap<i64, Vec<Event>> = HashMap::new();
    for (dossier, number, at, actor, action, to, detail) in events {
        of.entry(dossier).or_default().push(Event {
            number,
            at: of_stored(at),
            actor,
            action,
            to,
            detail: serde_json::from_str(&detail).expect("the detail of an event"),
        });
    }
    let history = |(id, code, procedure): (i64, String, String)| History {
        events: of.remove(&id).unwrap_or_default(),
        id,
        code,
        procedure,
    };
    heads.into_iter().map(history).collect()
}

/// Every alert.
pub fn alert_rows(db: &Db) -> Vec<AlertRow> {
    let read = |conn: &mut Conn| {
        let proposed = proposals::dossier_id
            .eq(alerts::dossier_id)
            .and(proposals::due_at.eq(alerts::due_at))
            .and(proposals::state.ne("signed"));
        let rows = alerts::table
            .inner_join(alert_batches::table)
            .left_join(proposals::table.on(proposed))
            .select((
                alerts::dossier_id,
                alerts::rung,
                alerts::occurrence,
                alerts::due_at,
                alerts::staff_id,
                alerts::fired_at,
                alerts::dropped_at,
                alert_batches::addressee_id,
                alert_batches::via,
                alert_batches::mail_id,
                proposals::decided_at.nullable(),
                proposals::moot_at.nullable(),
            ))
            .load(conn)?;
        Ok::<_, Error>(rows)
    };
    db.read_blocking(read).expect("the alerts")
}

/// The whole outbox.
pub fn mail_rows(db: &Db) -> Vec<MailRow> {
    let read = |conn: &mut Conn| {
        let rows = mails::table
            .order(mails::id)
            .select((
                mails::id,
                mails::message_key,
                mails::kind,
                mails::state,
                mails::to_address,
                mails::staff_id,
                mails::created_at,
            ))
            .load(conn)?;
        Ok::<_, Error>(rows)
    };
    db.read_blocking(read).expect("the outbox")
}

/// Runs of jobs that skipped something, and how many failed and were tried again.
pub fn bad_runs(db: &Db) -> (Vec<String>, i64) {
    let read = |conn: &mut Conn| {
        let rows: Vec<(String, i64, String)> = job_runs::table
            .filter(job_runs::skipped.gt(0))
            .select((job_runs::job, job_runs::skipped, job_runs::detail))
            .load(conn)?;
        let failed = job_runs::table.filter(job_runs::outcome.eq("failed"));
        Ok::<_, Error>((rows, failed.count().get_result(conn)?))
    };
    let (rows, failed) = db.read_blocking(read).expect("the runs");
    let line = |(job, skipped, detail): (String, i64, String)| {
        format!("the job {job} skipped {skipped}: {detail}")
    };
    (rows.into_iter().map(line).collect(), failed)
}
