//! Rows of dossiers and of what hangs on them.

use chrono::{NaiveDateTime, Utc};
use diesel::prelude::*;
use domain::dossier::{Dossier, GENESIS, StepPlace};
use serde::{Deserialize, Serialize};

use super::stored;
use crate::db::schema::{dossier_events, dossier_steps, dossiers};
use crate::error::Error;

/// A dossier as the database keeps it.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = dossiers)]
pub(crate) struct DossierRow {
    #[diesel(skip_insertion)]
    pub id: i64,
    pub code: String,
    pub office_id: i64,
    pub procedure_version_id: i64,
    pub channel: String,
    pub client_id: Option<i64>,
    pub created_by: Option<i64>,
    pub applicant: String,
    pub applicant_name: String,
    pub id_number: Option<String>,
    pub phone: Option<String>,
    pub matter: String,
    pub lookup_key: String,
    pub submitted_at: NaiveDateTime,
    #[diesel(embed)]
    pub progress: Progress,
}

/// The columns that commands change.
#[derive(Debug, Clone, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = dossiers, treat_none_as_null = true)]
pub(crate) struct Progress {
    pub calendar_version_id: i64,
    pub papers: String,
    pub state: String,
    pub version: i64,
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
    /// When the sweep of alerts must look at the dossier next: a hint, never too late.
    pub next_look_at: Option<NaiveDateTime>,
    /// The first end, as reports count it.
    pub closed_at: Option<NaiveDateTime>,
    pub judgement: Option<String>,
    pub late_after_by_rules: Option<NaiveDateTime>,
}

/// What of the applicant is kept beside the searchable columns.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct StoredApplicant {
    pub kind: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Who brought the dossier, when it was not the applicant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub submitter_name: Option<String>,
    pub sets: u32,
    pub result_way: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub result_address: Option<String>,
}

/// A paper of the dossier, as ticked at intake (counts of Form 01).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Paper {
    /// 1-based place among the procedure's papers; absent for a further paper.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<u32>,
    pub name: String,
    pub required: bool,
    pub received: bool,
    pub originals: u32,
    pub certified: u32,
    pub copies: u32,
}

#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = dossier_events)]
pub(crate) struct EventRow {
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

#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = dossier_steps)]
pub(crate) struct StepRow {
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

/// The desk's place in `dossier_steps.step_index`.
pub(crate) const DESK: i64 = -1;

pub(crate) fn place_index(place: StepPlace) -> i64 {
    match place {
        StepPlace::Desk => DESK,
        StepPlace::Route(index) => i64::try_from(index).unwrap_or(i64::MAX),
    }
}

impl Progress {
    /// The columns of a dossier that starts its life at `submitted_at`.
    pub(crate) fn start(
        dossier: &Dossier,
        calendar_version_id: i64,
        papers: &[Paper],
        submitted_at: chrono::DateTime<Utc>,
    ) -> Result<Self, Error> {
        let mut progress = Self {
            calendar_version_id,
            papers: serde_json::to_string(papers)?,
            state: String::new(),
            version: 1,
            received_at: None,
            due_at_original: None,
            due_at: None,
            sort_due_at: submitted_at.naive_utc(),
            late_after: None,
            lapse_at: None,
            ended_at: None,
            holder_id: None,
            department_id: None,
            step_index: None,
            step_due_at: None,
            rules_state: String::new(),
            event_count: 0,
            last_hash: GENESIS.to_owned(),
            next_look_at: None,
            closed_at: None,
            judgement: None,
            late_after_by_rules: None,
        };
        progress.take_over(dossier)?;
        progress.look_again(dossier, submitted_at);
        Ok(progress)
    }

    /// Writes what the rules say into the columns that lists and look-ups read.
    pub(crate) fn take_over(&mut self, dossier: &Dossier) -> Result<(), Error> {
        use domain::dossier::Life;
        let step = dossier.step();
        self.state = dossier.state().as_str().to_owned();
        if let Some(promise) = &dossier.promise {
            self.due_at = Some(promise.due_at.naive_utc());
            // What was printed first stays, also through a correction's own term.
            self.due_at_original
                .get_or_insert(promise.due_at_original.naive_utc());
            self.sort_due_at = promise.due_at.naive_utc();
        }
        if self.received_at.is_none() {
            self.received_at = dossier
                .term
                .as_ref()
                .map(|term| term.received_at.naive_utc());
        }
        self.lapse_at = None;
        match &dossier.life {
            Life::Submitted { answer_by } => self.sort_due_at = answer_by.naive_utc(),
            Life::AwaitingSupplement { lapse_at, .. } => {
                self.lapse_at = Some(lapse_at.naive_utc());
            }
            _ => {}
        }
        self.late_after = dossier.late_after().map(|at| at.naive_utc());
        self.ended_at = dossier.ended_at().map(|at| at.naive_utc());
        self.holder_id = step.map(|step| step.holder);
        self.department_id = step.and_then(|step| step.department);
        self.step_index = step.map(|step| place_index(step.place));
        self.step_due_at = step.map(|step| step.due_at.naive_utc());
        self.closed_at = dossier.closed_at().map(|at| at.naive_utc());
        self.judgement = dossier.judgement().map(|word| word.as_str().to_owned());
        self.late_after_by_rules = dossier.late_after_by_rules().map(|at| at.naive_utc());
        self.rules_state = stored::to_json(dossier)?;
        Ok(())
    }

    /// Has the sweep of alerts look at the dossier at once, as long as there is anything to
    /// watch. The instant says since when its present dates are known.
    pub(crate) fn look_again(&mut self, dossier: &Dossier, now: chrono::DateTime<Utc>) {
        self.next_look_at = dossier.is_watched().then(|| now.naive_utc());
    }

    pub(crate) fn dossier(&self) -> Result<Dossier, Error> {
        stored::from_json(&self.rules_state)
    }
}
