//! Applicants who gave an e-mail address: enqueuing what they are told, and how their case stands.

use diesel::prelude::*;
use domain::dossier::Dossier;
use domain::notification::{Deed, news};
use serde_json::{Value, json};

use super::letters::Letter;
use super::links::Links;
use super::outbox::{NewMail, enqueue};
use super::scrub::hide_id_numbers;
use crate::db::Conn;
use crate::db::schema::{dossiers, procedure_versions};
use crate::dossier::{DossierRow, StoredApplicant};
use crate::env::Env;
use crate::error::Error;

/// Tells the applicant of `deed`, if there is anything to tell and an address to tell it to, in
/// the transaction of the change. `row` is the dossier as it was saved.
pub(crate) fn tell(
    conn: &mut Conn,
    env: &Env,
    row: &DossierRow,
    deed: Deed,
    before: Option<&Dossier>,
    after: &Dossier,
    reason: &str,
) -> Result<(), Error> {
    let Some(news) = news(deed, before, after) else {
        return Ok(());
    };
    let applicant: StoredApplicant = serde_json::from_str(&row.applicant)?;
    let Some(to) = applicant.email else {
        return Ok(());
    };
    let mail = NewMail {
        // The event of the change; there is one news an event.
        message_key: format!("dossier/{}/{}", row.code, row.progress.event_count),
        letter: Letter::of_news(news, reason, row.id_number.as_deref()),
        to,
        staff_id: None,
        office_id: Some(row.office_id),
        dossier_id: Some(row.id),
        not_before: None,
        dossiers: Vec::new(),
    };
    enqueue(conn, env, &mail)?;
    Ok(())
}

/// The dossier of a letter as it stands now.
#[derive(Debug, Clone)]
pub struct Present {
    row: DossierRow,
    procedure: String,
}

impl Present {
    pub(super) fn load(conn: &mut Conn, dossier_id: i64) -> Result<Self, Error> {
        let (row, procedure) = dossiers::table
            .inner_join(procedure_versions::table)
            .filter(dossiers::id.eq(dossier_id))
            .select((DossierRow::as_select(), procedure_versions::name))
            .first(conn)?;
        Ok(Self { row, procedure })
    }

    pub(super) fn dossier(&self) -> Result<Dossier, Error> {
        self.row.progress.dossier()
    }

    /// What templates may say of it; no ID number, phone or address.
    pub(super) fn context(&self, links: &Links) -> Result<Value, Error> {
        let applicant: StoredApplicant = serde_json::from_str(&self.row.applicant)?;
        // Clerks type the number behind the name, to tell namesakes apart.
        let name = hide_id_numbers(&self.row.applicant_name, self.row.id_number.as_deref());
        Ok(json!({
            "code": self.row.code,
            "procedure": self.procedure,
            "applicant": name,
            "applicant_kind": applicant.kind,
            "look_up_url": links.look_up(&self.row.code, &self.row.lookup_key),
            "look_up_key": self.row.lookup_key,
            "result_way": applicant.result_way,
        }))
    }
}
