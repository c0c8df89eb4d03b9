//! What citizens see: by the code alone no person, with the look-up key their own case.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use domain::dossier::{Life, Outcome, State, Timeliness};
use domain::text::{DossierCode, LookupKey};
use sha2::{Digest, Sha256};

use super::detail::{Payment, Supplement, payment, supplement};
use super::glance::Glance;
use super::store::{Loaded, load};
use super::stored;
use super::summary::Named;
use crate::db::Conn;
use crate::db::schema::{dossier_events, offices, ratings};
use crate::env::Env;
use crate::error::Error;
use crate::{calendar, procedure};

/// A dossier as anybody with its code sees it.
#[derive(Debug, Clone)]
pub struct PublicDossier {
    pub code: String,
    pub procedure: Named,
    pub office: Named,
    pub state: State,
    pub submitted_at: DateTime<Utc>,
    pub received_at: Option<DateTime<Utc>>,
    pub due_at: Option<DateTime<Utc>>,
    pub provisional: bool,
    pub timeliness: Timeliness,
    pub steps: Vec<PublicStep>,
    pub steps_total: usize,
    /// Only with the look-up key.
    pub own: Option<OwnView>,
}

/// A step that was passed or is under way; no person is named.
#[derive(Debug, Clone)]
pub struct PublicStep {
    pub name: String,
    pub entered_at: DateTime<Utc>,
    pub left_at: Option<DateTime<Utc>>,
}

/// What the applicant sees beside.
#[derive(Debug, Clone)]
pub struct OwnView {
    pub outcome: Option<Outcome>,
    /// Why it was declined, refused or stopped.
    pub reason: Option<String>,
    pub supplement: Option<Supplement>,
    pub payment: Option<Payment>,
    pub apology: Option<Apology>,
    pub due_date_changes: Vec<DueDateChange>,
    pub office_address: Option<String>,
    pub office_phone: Option<String>,
    /// Weekly hours of the desk as JSON.
    pub desk_hours: serde_json::Value,
    pub may_rate: bool,
    pub rating: Option<String>,
}

/// A re-appointment, as the applicant is told of it.
#[derive(Debug, Clone)]
pub struct Apology {
    pub at: DateTime<Utc>,
    pub reason: String,
    pub due_at: Option<String>,
}

/// Each move of the promised date with its cause.
#[derive(Debug, Clone)]
pub struct DueDateChange {
    pub at: DateTime<Utc>,
    pub action: String,
    pub due_at_before: Option<String>,
    pub due_at: Option<String>,
}

/// Looks a dossier up by its code, with the applicant's view when `key` is given. A wrong key
/// answers like an unknown code.
pub fn look_up(
    conn: &mut Conn,
    env: &Env,
    code: &DossierCode,
    key: Option<&LookupKey>,
) -> Result<PublicDossier, Error> {
    let found = Glance::at(conn, code)?;
    let held = found
        .as_ref()
        .map_or("??????", |glance| glance.lookup_key.as_str());
    let opens = key.map(|key| same_secret(key.as_str(), held));
    match (found, opens) {
        (None, _) | (_, Some(false)) => Err(Error::NotFound),
        (Some(glance), opens) => {
            let mut seen = view(conn, env, code, glance)?;
            if opens == Some(true) {
                let loaded = load(conn, env, code.as_str())?;
                seen.own = Some(own_view(conn, &loaded)?);
            }
            Ok(seen)
        }
    }
}

/// Compares without telling by the time taken how much was right.
pub(crate) fn same_secret(given: &str, held: &str) -> bool {
    let digest = |text: &str| Sha256::digest(text.as_bytes());
    digest(given)
        .iter()
        .zip(digest(held).iter())
        .fold(0u8, |unlike, (left, right)| unlike | (left ^ right))
        == 0
}

fn view(
    conn: &mut Conn,
    env: &Env,
    code: &DossierCode,
    glance: Glance,
) -> Result<PublicDossier, Error> {
    let dossier = stored::from_json(&glance.rules_state)?;
    let calendar = calendar::compiled(conn, env, glance.calendar_version_id)?;
    let procedure = procedure::version(conn, env, glance.procedure_version_id)?;
    let named = glance.named(conn, env)?;
    let steps = glance.steps()?;
    Ok(PublicDossier {
        code: code.as_str().to_owned(),
        procedure: Named {
            key: named.procedure_code.clone(),
            name: procedure.name.as_str().to_owned(),
        },
        office: Named {
            key: named.office_code.clone(),
            name: named.office_name.clone(),
        },
        state: dossier.state(),
        submitted_at: glance.submitted_at.0.and_utc(),
        received_at: glance.received_at.map(|at| at.0.and_utc()),
        due_at: glance.due_at.map(|at| at.0.and_utc()),
        provisional: dossier.promise.is_some_and(|promise| promise.provisional),
        timeliness: dossier.timeliness(env.now(), &calendar),
        steps,
        steps_total: procedure.route.len(),
        own: None,
    })
}

fn own_view(conn: &mut Conn, loaded: &Loaded) -> Result<OwnView, Error> {
    let dossier = &loaded.dossier;
    let id = loaded.row.id;
    let outcome = match &dossier.life {
        Life::Resolved { outcome, .. } | Life::Returned { outcome, .. } => Some(*outcome),
        _ => None,
    };
    let told = events(conn, id)?;
    let (address, phone, hours): (Option<String>, Option<String>, String) = offices::table
        .find(loaded.row.office_id)
        .select((offices::address, offices::phone, offices::desk_hours))
        .first(conn)?;
    let rating: Option<String> = ratings::table
        .find(id)
        .select(ratings::level)
        .first(conn)
        .optional()?;
    Ok(OwnView {
        outcome,
        reason: ending_reason(&told, outcome),
        supplement: supplement(&dossier.life),
        payment: payment(&dossier.life),
        apology: told
            .iter()
            .rev()
            .find(|event| event.action == "reappoint")
            .map(|event| Apology {
                at: event.at,
                reason: event.reason.clone(),
                due_at: text_of(&event.detail, "due_at"),
            }),
        due_date_changes: told
            .iter()
            .filter(|event| {
                event
                    .detail
                    .get("due_at_before")
                    .is_some_and(|due| !due.is_null())
            })
            .map(|event| DueDateChange {
                at: event.at,
                action: event.action.clone(),
                due_at_before: text_of(&event.detail, "due_at_before"),
                due_at: text_of(&event.detail, "due_at"),
            })
            .collect(),
        office_address: address,
        office_phone: phone,
        desk_hours: serde_json::from_str(&hours)?,
        may_rate: rating.is_none() && outcome.is_some(),
        rating,
    })
}

struct Told {
    at: DateTime<Utc>,
    action: String,
    reason: String,
    detail: serde_json::Value,
}

fn events(conn: &mut Conn, dossier: i64) -> Result<Vec<Told>, Error> {
    let rows: Vec<(chrono::NaiveDateTime, String, String, String)> = dossier_events::table
        .filter(dossier_events::dossier_id.eq(dossier))
        .order(dossier_events::number)
        .select((
            dossier_events::at,
            dossier_events::action,
            dossier_events::reason,
            dossier_events::detail,
        ))
        .load(conn)?;
    rows.into_iter()
        .map(|(at, action, reason, detail)| {
            Ok(Told {
                at: at.and_utc(),
                action,
                reason,
                detail: serde_json::from_str(&detail)?,
            })
        })
        .collect()
}

/// The reason that an applicant must be given: a refusal, a stop, or a declined request.
fn ending_reason(told: &[Told], outcome: Option<Outcome>) -> Option<String> {
    let action = told.iter().rev().find(|event| {
        matches!(
            event.action.as_str(),
            "refuse" | "stop" | "lapse" | "withdraw"
        ) || (event.action == "resolve" && outcome == Some(Outcome::Declined))
    })?;
    Some(action.reason.clone()).filter(|reason| !reason.is_empty())
}

fn text_of(detail: &serde_json::Value, key: &str) -> Option<String> {
    detail.get(key)?.as_str().map(str::to_owned)
}

/// Rates the service, once, by the applicant once the case is resolved.
pub fn rate(
    conn: &mut Conn,
    env: &Env,
    code: &DossierCode,
    key: &LookupKey,
    level: &str,
    comment: Option<&str>,
) -> Result<(), Error> {
    let seen = look_up(conn, env, code, Some(key))?;
    let own = seen.own.ok_or(Error::NotFound)?;
    if own.rating.is_some() {
        return Err(Error::Refused("already_rated"));
    }
    if !own.may_rate {
        return Err(Error::Refused("not_resolved_yet"));
    }
    let loaded = load(conn, env, code.as_str())?;
    diesel::insert_into(ratings::table)
        .values((
            ratings::dossier_id.eq(loaded.row.id),
            ratings::level.eq(level),
            ratings::comment.eq(comment),
            ratings::created_at.eq(env.now().naive_utc()),
        ))
        .execute(conn)?;
    Ok(())
}
