//! Loading a dossier with its rules, and saving it with its event in the same transaction.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use domain::auth::{Facts, Principal};
use domain::deadline::Calendar;
use domain::dossier::{Action, Dossier, EventRecord, Moment, Rules, State, StepPlace, chain_hash};
use domain::lang::Lang;
use domain::procedure::ProcedureVersion;

use super::change_rows::{ChangeRows, Slip};
use super::rows::{DossierRow, EventRow, Progress, StepRow, place_index};
use crate::db::Conn;
use crate::db::schema::{dossiers, offices};
use crate::env::Env;
use crate::error::Error;
use crate::{calendar, procedure};

/// A dossier in the hands of an action.
#[derive(Debug)]
pub(crate) struct Loaded {
    pub row: DossierRow,
    pub office_path: String,
    pub dossier: Dossier,
    pub rules: Rules,
    pub procedure: Arc<ProcedureVersion>,
    pub calendar: Arc<Calendar>,
}

impl Loaded {
    pub(crate) fn facts(&self) -> Facts<'_> {
        Facts {
            office_path: &self.office_path,
            state: self.dossier.state(),
            holder: self.row.progress.holder_id,
            department_id: self.row.progress.department_id,
            client_id: self.row.client_id,
        }
    }

    pub(crate) fn moment(&self, now: DateTime<Utc>) -> Moment<'_> {
        Moment {
            now,
            calendar: &self.calendar,
            rules: &self.rules,
        }
    }
}

/// The dossier with this code and the path of its office. The path is a question within the
/// question, since a lock of what a join gives would lock the office as well.
macro_rules! by_code {
    ($code:expr) => {
        dossiers::table.filter(dossiers::code.eq($code)).select((
            DossierRow::as_select(),
            offices::table
                .filter(offices::id.eq(dossiers::office_id))
                .select(offices::path)
                .single_value()
                .assume_not_null(),
        ))
    };
}

/// Loads a dossier by its code, whoever asks; rights are the caller's to check.
pub(crate) fn load(conn: &mut Conn, env: &Env, code: &str) -> Result<Loaded, Error> {
    let row: Option<(DossierRow, String)> = match conn {
        Conn::Sqlite(lite) => by_code!(code).first(lite),
        Conn::Postgres(pg) => by_code!(code).first(pg),
    }
    .optional()?;
    let (row, office_path) = row.ok_or(Error::NotFound)?;
    joined(conn, env, row, office_path)
}

/// Loads a dossier to change it: nobody else may change it until the end.
pub(crate) fn load_to_change(conn: &mut Conn, env: &Env, code: &str) -> Result<Loaded, Error> {
    let row: Option<(DossierRow, String)> = match conn {
        // The writer is alone.
        Conn::Sqlite(lite) => by_code!(code).first(lite),
        Conn::Postgres(pg) => by_code!(code).for_update().first(pg),
    }
    .optional()?;
    let (row, office_path) = row.ok_or(Error::NotFound)?;
    joined(conn, env, row, office_path)
}

/// Joins a row with the rules to which it is pinned.
pub(crate) fn with_rules(conn: &mut Conn, env: &Env, row: DossierRow) -> Result<Loaded, Error> {
    let office_path = offices::table
        .find(row.office_id)
        .select(offices::path)
        .first(conn)?;
    joined(conn, env, row, office_path)
}

fn joined(
    conn: &mut Conn,
    env: &Env,
    row: DossierRow,
    office_path: String,
) -> Result<Loaded, Error> {
    let procedure = procedure::version(conn, env, row.procedure_version_id)?;
    let calendar = calendar::compiled(conn, env, row.progress.calendar_version_id)?;
    let dossier = row.progress.dossier()?;
    let rules = rules_of(&procedure);
    Ok(Loaded {
        row,
        office_path,
        dossier,
        rules,
        procedure,
        calendar,
    })
}

pub(crate) fn rules_of(procedure: &ProcedureVersion) -> Rules {
    Rules {
        time_limit: procedure.time_limit,
        extra_limit: procedure.extra_limit,
        steps: procedure.route.clone(),
    }
}

/// Who did what and why: the words of an event.
#[derive(Debug, Clone, Default)]
pub(crate) struct Deed<'a> {
    pub actor: &'a str,
    pub on_behalf_of: String,
    pub action: &'a str,
    pub reason: String,
    pub detail: serde_json::Value,
}

impl<'a> Deed<'a> {
    pub(crate) fn of(who: &'a Principal, action: &'a str) -> Self {
        Self {
            actor: &who.uid,
            action,
            ..Self::default()
        }
    }
}

/// Saves what `after` says with its event. One row must change, from a legal state and the
/// version that was read, or somebody was faster.
pub(crate) fn save(
    conn: &mut Conn,
    loaded: &Loaded,
    after: &Dossier,
    papers: Option<String>,
    predecessors: &[State],
    deed: &Deed<'_>,
    now: DateTime<Utc>,
) -> Result<DossierRow, Error> {
    let before = &loaded.row.progress;
    let mut row = loaded.row.clone();
    row.progress.take_over(after)?;
    row.progress.look_again(after, now);
    if let Some(papers) = papers {
        row.progress.papers = papers;
    }
    row.progress.version = before.version.saturating_add(1);
    let event = next_event(&mut row.progress, &row.code, &before.state, deed, now)?;
    let states: Vec<&str> = predecessors.iter().map(|state| state.as_str()).collect();
    write(
        conn,
        &row,
        before.version,
        &states,
        event,
        slip(loaded, after, now),
    )?;
    Ok(row)
}

fn write(
    conn: &mut Conn,
    row: &DossierRow,
    version: i64,
    predecessors: &[&'static str],
    event: EventRow,
    slip: Slip,
) -> Result<(), Error> {
    let rows = ChangeRows {
        dossier: row.id,
        progress: &row.progress,
        version,
        predecessors,
        event: EventRow {
            dossier_id: row.id,
            office_id: row.office_id,
            ..event
        },
        slip,
    };
    if rows.write(conn)? {
        return Ok(());
    }
    let current: Option<i64> = dossiers::table
        .find(row.id)
        .select(dossiers::version)
        .first(conn)
        .optional()?;
    Err(current.map_or(Error::NotFound, Error::Stale))
}

/// Writes an event that changes no state, such as a reading of personal data. The version
/// stays, so that nobody's edit is refused for it.
pub(crate) fn record(
    conn: &mut Conn,
    loaded: &mut Loaded,
    deed: &Deed<'_>,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    let state = loaded.dossier.state().as_str();
    let row = &mut loaded.row;
    let event = next_event(&mut row.progress, &row.code, state, deed, now)?;
    let version = row.progress.version;
    write(conn, row, version, &[state], event, Slip::default())
}

/// The next event of a dossier, chained to the one before; the columns follow it.
pub(super) fn next_event(
    progress: &mut Progress,
    code: &str,
    from: &str,
    deed: &Deed<'_>,
    now: DateTime<Utc>,
) -> Result<EventRow, Error> {
    let detail = match &deed.detail {
        serde_json::Value::Null => "{}".to_owned(),
        detail => serde_json::to_string(detail)?,
    };
    let number = progress.event_count.saturating_add(1);
    let hash = chain_hash(
        &progress.last_hash,
        &EventRecord {
            dossier: code,
            number,
            at: now,
            actor: deed.actor,
            on_behalf_of: &deed.on_behalf_of,
            action: deed.action,
            from,
            to: &progress.state,
            reason: &deed.reason,
            detail: &detail,
        },
    );
    let previous_hash = std::mem::replace(&mut progress.last_hash, hash.clone());
    progress.event_count = number;
    Ok(EventRow {
        id: 0,
        dossier_id: 0,
        office_id: 0,
        number,
        at: now.naive_utc(),
        actor: deed.actor.to_owned(),
        on_behalf_of: deed.on_behalf_of.clone(),
        action: deed.action.to_owned(),
        from_state: from.to_owned(),
        to_state: progress.state.clone(),
        reason: deed.reason.clone(),
        detail,
        previous_hash,
        hash,
    })
}

/// Keeps the hand-over slip in step: closes the row of the step that was left, opens the next.
fn slip(loaded: &Loaded, after: &Dossier, now: DateTime<Utc>) -> Slip {
    let before = loaded.dossier.step();
    let next = after.step();
    let open_still = after.state().is_open();
    let same = match (before, next) {
        (Some(before), Some(next)) => {
            before.place == next.place
                && before.holder == next.holder
                && before.entered_at == next.entered_at
        }
        (None, None) => true,
        _ => false,
    };
    let reopened = !loaded.dossier.state().is_open() && open_still;
    if same && open_still && !reopened {
        let moved = next.filter(|step| before.map(|before| before.due_at) != Some(step.due_at));
        return Slip {
            due_at: moved.map(|step| step.due_at.naive_utc()),
            ..Slip::default()
        };
    }
    Slip {
        left_at: Some(now.naive_utc()),
        next: next
            .filter(|_| open_still)
            .map(|step| step_row(step, &loaded.rules, now)),
        due_at: None,
    }
}

/// A row of the hand-over slip; what it belongs to and its number come with the writing.
pub(super) fn step_row(
    step: &domain::dossier::StepAt,
    rules: &Rules,
    now: DateTime<Utc>,
) -> StepRow {
    StepRow {
        dossier_id: 0,
        number: 0,
        step_index: place_index(step.place),
        name: step_name(step.place, rules, Lang::Vi),
        holder_id: step.holder,
        department_id: step.department,
        entered_at: now.naive_utc(),
        due_at: step.due_at.naive_utc(),
        left_at: None,
    }
}

/// The name of a step; the desk's own has no entry in the route.
pub(crate) fn step_name(place: StepPlace, rules: &Rules, lang: Lang) -> String {
    match place {
        StepPlace::Desk => lang.pick("Tiếp nhận hồ sơ", "Reception").to_owned(),
        StepPlace::Route(index) => rules
            .steps
            .get(index)
            .map(|rule| rule.name.clone())
            .unwrap_or_default(),
    }
}

/// What `who` may do with the dossier now, by state, rules and rights together.
pub(crate) fn allowed(loaded: &Loaded, who: &Principal, now: DateTime<Utc>) -> Vec<Action> {
    let facts = loaded.facts();
    loaded
        .dossier
        .allowed_actions(&loaded.moment(now))
        .into_iter()
        .filter(|action| domain::auth::permit(*action, &facts, who).is_some())
        .collect()
}
