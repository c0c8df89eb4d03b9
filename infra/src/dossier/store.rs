//! Loading a dossier with its rules, and saving it with its event in the same transaction.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use domain::auth::{Facts, Principal};
use domain::deadline::Calendar;
use domain::dossier::{Action, Dossier, EventRecord, Moment, Rules, State, StepPlace, chain_hash};
use domain::lang::Lang;
use domain::procedure::ProcedureVersion;

use super::rows::{DossierRow, EventRow, Progress, StepRow, place_index};
use crate::db::schema::{dossier_events, dossier_steps, dossiers, offices};
use crate::db::{Conn, dialect};
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

/// Loads a dossier by its code, whoever asks; rights are the caller's to check.
pub(crate) fn load(conn: &mut Conn, env: &Env, code: &str) -> Result<Loaded, Error> {
    let row = dossiers::table
        .filter(dossiers::code.eq(code))
        .select(DossierRow::as_select())
        .first(conn)
        .optional()?
        .ok_or(Error::NotFound)?;
    with_rules(conn, env, row)
}

/// Loads a dossier to change it: the feed is told first, since whoever waits for the feed must
/// hold nothing that others wait for; then nobody else may change it until the end.
pub(crate) fn load_to_change(conn: &mut Conn, env: &Env, code: &str) -> Result<Loaded, Error> {
    super::feed::announce(conn)?;
    dialect::lock_dossier(conn, code)?;
    load(conn, env, code)
}

/// Joins a row with the rules to which it is pinned.
pub(crate) fn with_rules(conn: &mut Conn, env: &Env, row: DossierRow) -> Result<Loaded, Error> {
    let office_path = offices::table
        .find(row.office_id)
        .select(offices::path)
        .first(conn)?;
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
    update(conn, &row, before.version, &states)?;
    insert_event(conn, &row, event)?;
    follow_step(conn, loaded, after, now)?;
    Ok(row)
}

fn update(conn: &mut Conn, row: &DossierRow, version: i64, states: &[&str]) -> Result<(), Error> {
    let changed = diesel::update(
        dossiers::table
            .filter(dossiers::id.eq(row.id))
            .filter(dossiers::version.eq(version))
            .filter(dossiers::event_count.eq(row.progress.event_count.saturating_sub(1)))
            .filter(dossiers::state.eq_any(states)),
    )
    .set(&row.progress)
    .execute(conn)?;
    if changed == 1 {
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
    let state = loaded.row.progress.state.clone();
    let event = next_event(
        &mut loaded.row.progress,
        &loaded.row.code,
        &state,
        deed,
        now,
    )?;
    update(conn, &loaded.row, loaded.row.progress.version, &[&state])?;
    insert_event(conn, &loaded.row, event)
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

fn insert_event(conn: &mut Conn, dossier: &DossierRow, event: EventRow) -> Result<(), Error> {
    let event = EventRow {
        dossier_id: dossier.id,
        office_id: dossier.office_id,
        ..event
    };
    diesel::insert_into(dossier_events::table)
        .values(&event)
        .execute(conn)?;
    Ok(())
}

/// Keeps the hand-over slip in step: closes the row of the step that was left, opens the next.
fn follow_step(
    conn: &mut Conn,
    loaded: &Loaded,
    after: &Dossier,
    now: DateTime<Utc>,
) -> Result<(), Error> {
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
        return match next {
            Some(step) if before.map(|before| before.due_at) != Some(step.due_at) => {
                set_step_due(conn, loaded.row.id, step.due_at)
            }
            _ => Ok(()),
        };
    }
    diesel::update(
        dossier_steps::table
            .filter(dossier_steps::dossier_id.eq(loaded.row.id))
            .filter(dossier_steps::left_at.is_null()),
    )
    .set(dossier_steps::left_at.eq(now.naive_utc()))
    .execute(conn)?;
    match next {
        Some(step) if open_still => open_step(conn, loaded.row.id, step, &loaded.rules, now),
        _ => Ok(()),
    }
}

fn set_step_due(conn: &mut Conn, dossier: i64, due_at: DateTime<Utc>) -> Result<(), Error> {
    diesel::update(
        dossier_steps::table
            .filter(dossier_steps::dossier_id.eq(dossier))
            .filter(dossier_steps::left_at.is_null()),
    )
    .set(dossier_steps::due_at.eq(due_at.naive_utc()))
    .execute(conn)?;
    Ok(())
}

/// Opens a row of the hand-over slip.
pub(crate) fn open_step(
    conn: &mut Conn,
    dossier: i64,
    step: &domain::dossier::StepAt,
    rules: &Rules,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    let last: Option<i64> = dossier_steps::table
        .filter(dossier_steps::dossier_id.eq(dossier))
        .select(diesel::dsl::max(dossier_steps::number))
        .first(conn)?;
    let row = StepRow {
        dossier_id: dossier,
        ..step_row(last.unwrap_or(0).saturating_add(1), step, rules, now)
    };
    diesel::insert_into(dossier_steps::table)
        .values(&row)
        .execute(conn)?;
    Ok(())
}

/// A row of the hand-over slip, of a dossier yet to be named.
pub(super) fn step_row(
    number: i64,
    step: &domain::dossier::StepAt,
    rules: &Rules,
    now: DateTime<Utc>,
) -> StepRow {
    StepRow {
        dossier_id: 0,
        number,
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
