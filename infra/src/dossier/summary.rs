//! What lists show of a dossier.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use domain::dossier::{Outcome, State, StepPlace, Timeliness};
use domain::lang::Lang;
use domain::text::mask;

use super::rows::DossierRow;
use super::store::{Loaded, step_name, with_rules};
use crate::db::Conn;
use crate::db::schema::{departments, dossiers, offices, procedure_versions, procedures, staff};
use crate::env::Env;
use crate::error::Error;

/// A code or public id with the name that people read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    pub key: String,
    pub name: String,
}

/// The step at which a dossier lies.
#[derive(Debug, Clone)]
pub struct StepSummary {
    /// 1-based place in the route; 0 is the desk.
    pub number: usize,
    pub of: usize,
    pub name: String,
    pub due_at: DateTime<Utc>,
}

/// A dossier in a list: ID number and phone masked to their last 3 characters.
#[derive(Debug, Clone)]
pub struct Summary {
    pub code: String,
    pub version: i64,
    pub office: Named,
    pub procedure: Named,
    pub applicant_name: String,
    pub id_number_masked: Option<String>,
    pub phone_masked: Option<String>,
    pub channel: String,
    pub matter: String,
    pub state: State,
    pub outcome: Option<Outcome>,
    pub submitted_at: DateTime<Utc>,
    pub received_at: Option<DateTime<Utc>>,
    pub due_at_original: Option<DateTime<Utc>>,
    pub due_at: Option<DateTime<Utc>>,
    pub provisional: bool,
    pub timeliness: Timeliness,
    pub step: Option<StepSummary>,
    pub holder: Option<Named>,
    pub department: Option<Named>,
    pub ended_at: Option<DateTime<Utc>>,
}

type Joined = (DossierRow, (String, String), (String, String));

fn joined(conn: &mut Conn, ids: &[i64]) -> Result<Vec<Joined>, Error> {
    Ok(dossiers::table
        .inner_join(offices::table)
        .inner_join(procedure_versions::table.inner_join(procedures::table))
        .filter(dossiers::id.eq_any(ids))
        .select((
            DossierRow::as_select(),
            (offices::code, offices::name),
            (procedures::code, procedure_versions::name),
        ))
        .load(conn)?)
}

/// Summaries of the dossiers `ids`, in that order.
pub(crate) fn summaries(
    conn: &mut Conn,
    env: &Env,
    ids: &[i64],
    lang: Lang,
) -> Result<Vec<Summary>, Error> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let now = env.now();
    let rows = joined(conn, ids)?;
    let people = people(
        conn,
        rows.iter()
            .filter_map(|row| row.0.progress.holder_id)
            .collect(),
    )?;
    let units = units(
        conn,
        rows.iter()
            .filter_map(|row| row.0.progress.department_id)
            .collect(),
    )?;
    let mut by_id = HashMap::new();
    for (row, office, procedure) in rows {
        let id = row.id;
        let loaded = with_rules(conn, env, row)?;
        let names = Names {
            office: Named {
                key: office.0,
                name: office.1,
            },
            procedure: Named {
                key: procedure.0,
                name: procedure.1,
            },
            holder: loaded
                .row
                .progress
                .holder_id
                .and_then(|id| people.get(&id).cloned()),
            department: loaded
                .row
                .progress
                .department_id
                .and_then(|id| units.get(&id).cloned()),
        };
        by_id.insert(id, summary(&loaded, names, now, lang));
    }
    Ok(ids.iter().filter_map(|id| by_id.remove(id)).collect())
}

/// The names that a summary joins to a dossier.
#[derive(Debug, Clone)]
pub(crate) struct Names {
    pub office: Named,
    pub procedure: Named,
    pub holder: Option<Named>,
    pub department: Option<Named>,
}

pub(crate) fn names(conn: &mut Conn, loaded: &Loaded) -> Result<Names, Error> {
    let row = &loaded.row;
    let (office, procedure) = offices::table
        .inner_join(
            dossiers::table.inner_join(procedure_versions::table.inner_join(procedures::table)),
        )
        .filter(dossiers::id.eq(row.id))
        .select((
            (offices::code, offices::name),
            (procedures::code, procedure_versions::name),
        ))
        .first::<((String, String), (String, String))>(conn)?;
    let holder = row.progress.holder_id;
    let unit = row.progress.department_id;
    Ok(Names {
        office: Named {
            key: office.0,
            name: office.1,
        },
        procedure: Named {
            key: procedure.0,
            name: procedure.1,
        },
        holder: people(conn, holder.into_iter().collect())?
            .into_values()
            .next(),
        department: units(conn, unit.into_iter().collect())?
            .into_values()
            .next(),
    })
}

pub(crate) fn people(conn: &mut Conn, ids: Vec<i64>) -> Result<HashMap<i64, Named>, Error> {
    let rows: Vec<(i64, String, String)> = staff::table
        .filter(staff::id.eq_any(ids))
        .select((staff::id, staff::uid, staff::display_name))
        .load(conn)?;
    Ok(rows
        .into_iter()
        .map(|(id, key, name)| (id, Named { key, name }))
        .collect())
}

pub(crate) fn units(conn: &mut Conn, ids: Vec<i64>) -> Result<HashMap<i64, Named>, Error> {
    let rows: Vec<(i64, String, String)> = departments::table
        .filter(departments::id.eq_any(ids))
        .select((departments::id, departments::uid, departments::name))
        .load(conn)?;
    Ok(rows
        .into_iter()
        .map(|(id, key, name)| (id, Named { key, name }))
        .collect())
}

pub(crate) fn summary(loaded: &Loaded, names: Names, now: DateTime<Utc>, lang: Lang) -> Summary {
    use domain::dossier::Life;
    let row = &loaded.row;
    let progress = &row.progress;
    let utc = |at: Option<chrono::NaiveDateTime>| at.map(|at| at.and_utc());
    Summary {
        code: row.code.clone(),
        version: progress.version,
        office: names.office,
        procedure: names.procedure,
        applicant_name: row.applicant_name.clone(),
        id_number_masked: row.id_number.as_deref().map(mask),
        phone_masked: row.phone.as_deref().map(mask),
        channel: row.channel.clone(),
        matter: row.matter.clone(),
        state: loaded.dossier.state(),
        outcome: match &loaded.dossier.life {
            Life::Resolved { outcome, .. } | Life::Returned { outcome, .. } => Some(*outcome),
            _ => None,
        },
        submitted_at: row.submitted_at.and_utc(),
        received_at: utc(progress.received_at),
        due_at_original: utc(progress.due_at_original),
        due_at: utc(progress.due_at),
        provisional: loaded
            .dossier
            .promise
            .is_some_and(|promise| promise.provisional),
        timeliness: loaded.dossier.timeliness(now, &loaded.calendar),
        step: loaded
            .dossier
            .state()
            .is_open()
            .then(|| loaded.dossier.step())
            .flatten()
            .map(|step| StepSummary {
                number: match step.place {
                    StepPlace::Desk => 0,
                    StepPlace::Route(index) => index.saturating_add(1),
                },
                of: loaded.rules.steps.len(),
                name: step_name(step.place, &loaded.rules, lang),
                due_at: step.due_at,
            }),
        holder: names.holder,
        department: names.department,
        ended_at: utc(progress.ended_at),
    }
}
