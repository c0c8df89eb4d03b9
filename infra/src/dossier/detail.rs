//! One dossier as those see it who may, and the record of its events.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use domain::auth::{Principal, Sight, sight};
use domain::deadline::Explanation;
use domain::dossier::{Action, Life, MissingPaper, Outcome, Timeliness};
use domain::lang::Lang;
use domain::text::mask;
use serde_json::json;

use super::feed::EventView;
use super::register::Taken;
use super::rows::{DESK, EventRow, Paper, StepRow, StoredApplicant};
use super::store::{Deed, Loaded, allowed, load, load_to_change, record};
use super::summary::{Named, Names, Summary, names, people, summary, units};
use crate::db::Conn;
use crate::db::paging::{Cursor, Page};
use crate::db::schema::{dossier_events, dossier_steps};
use crate::env::Env;
use crate::error::Error;

/// Everything about a dossier that its reader may know.
#[derive(Debug, Clone)]
pub struct Detail {
    pub summary: Summary,
    pub applicant: ApplicantView,
    pub papers: Vec<Paper>,
    /// Absent where personal data are masked.
    pub lookup_key: Option<String>,
    /// Judged by the date before a manager moved it.
    pub timeliness_by_original: Timeliness,
    pub extended: bool,
    pub reappointed: bool,
    pub answer_by: Option<DateTime<Utc>>,
    pub supplement: Option<Supplement>,
    pub payment: Option<Payment>,
    pub corrected: bool,
    pub steps: Vec<StepView>,
    pub allowed: Vec<Action>,
}

/// The applicant, whole or masked to the last 3 characters.
#[derive(Debug, Clone)]
pub struct ApplicantView {
    pub masked: bool,
    pub kind: String,
    pub name: String,
    pub id_number: Option<String>,
    pub phone: Option<String>,
    pub email: Option<String>,
    pub address: Option<String>,
    pub submitter_name: Option<String>,
    pub sets: u32,
    pub result_way: String,
    pub result_address: Option<String>,
}

/// Papers that were asked for, and until when.
#[derive(Debug, Clone)]
pub struct Supplement {
    pub since: DateTime<Utc>,
    pub lapse_at: DateTime<Utc>,
    pub missing: Vec<MissingPaper>,
}

/// What the applicant has to pay.
#[derive(Debug, Clone)]
pub struct Payment {
    pub since: DateTime<Utc>,
    pub amount_vnd: i64,
    pub purpose: String,
}

/// A line of the hand-over slip (Form 06).
#[derive(Debug, Clone)]
pub struct StepView {
    pub number: i64,
    /// 1-based place in the route; 0 is the desk.
    pub step: i64,
    pub name: String,
    pub holder: Option<Named>,
    pub department: Option<Named>,
    pub entered_at: DateTime<Utc>,
    pub due_at: DateTime<Utc>,
    pub left_at: Option<DateTime<Utc>>,
}

/// Loads a dossier that `who` may see at all; to anybody else it is not there.
pub(crate) fn load_seen(
    conn: &mut Conn,
    env: &Env,
    who: &Principal,
    code: &str,
) -> Result<(Loaded, Sight), Error> {
    let loaded = load(conn, env, code)?;
    match sight(&loaded.facts(), who) {
        Sight::None => Err(Error::NotFound),
        seen => Ok((loaded, seen)),
    }
}

/// The dossier as `who` sees it; none when the reading must be recorded, which takes
/// [`read_dossier_recorded`].
pub fn read_dossier(
    conn: &mut Conn,
    env: &Env,
    who: &Principal,
    code: &str,
    lang: Lang,
) -> Result<Option<Detail>, Error> {
    let (loaded, seen) = load_seen(conn, env, who, code)?;
    if seen == Sight::WholeRecorded {
        return Ok(None);
    }
    detail(conn, env, who, &loaded, seen, lang).map(Some)
}

/// The same in a write, which records the reading where that is due.
pub fn read_dossier_recorded(
    conn: &mut Conn,
    env: &Env,
    who: &Principal,
    code: &str,
    lang: Lang,
) -> Result<Detail, Error> {
    let (loaded, seen) = load_seen(conn, env, who, code)?;
    if seen == Sight::WholeRecorded {
        let mut loaded = load_to_change(conn, env, code)?;
        let deed = Deed {
            detail: json!({ "what": "dossier" }),
            ..Deed::of(who, "read_personal_data")
        };
        record(conn, &mut loaded, &deed, env.now())?;
        return detail(conn, env, who, &loaded, seen, lang);
    }
    detail(conn, env, who, &loaded, seen, lang)
}

/// A dossier as its taker sees it, of what is at hand: nothing is read again.
pub fn read_taken(
    conn: &mut Conn,
    env: &Env,
    who: &Principal,
    taken: Taken,
    lang: Lang,
) -> Result<Detail, Error> {
    let Taken {
        loaded,
        names,
        step,
    } = taken;
    match sight(&loaded.facts(), who) {
        seen @ (Sight::Whole | Sight::Masked) => {
            let steps = step
                .into_iter()
                .map(|row| step_view(row, names.holder.clone(), names.department.clone()))
                .collect();
            shown(env, who, &loaded, seen, names, steps, lang)
        }
        Sight::WholeRecorded => read_dossier_recorded(conn, env, who, &loaded.row.code, lang),
        Sight::None => Err(Error::NotFound),
    }
}

/// The view for one who has just changed the dossier.
pub(crate) fn detail(
    conn: &mut Conn,
    env: &Env,
    who: &Principal,
    loaded: &Loaded,
    seen: Sight,
    lang: Lang,
) -> Result<Detail, Error> {
    let names = names(conn, loaded)?;
    let steps = steps(conn, loaded.row.id)?;
    shown(env, who, loaded, seen, names, steps, lang)
}

fn shown(
    env: &Env,
    who: &Principal,
    loaded: &Loaded,
    seen: Sight,
    names: Names,
    steps: Vec<StepView>,
    lang: Lang,
) -> Result<Detail, Error> {
    let now = env.now();
    let dossier = &loaded.dossier;
    let whole = matches!(seen, Sight::Whole | Sight::WholeRecorded);
    Ok(Detail {
        summary: summary(loaded, names, now, lang),
        applicant: applicant(loaded, whole)?,
        papers: serde_json::from_str(&loaded.row.progress.papers)?,
        lookup_key: (seen == Sight::Whole).then(|| loaded.row.lookup_key.clone()),
        timeliness_by_original: dossier.timeliness_by_original(now, &loaded.calendar),
        extended: dossier.used.extended,
        reappointed: dossier.used.reappointed,
        answer_by: match dossier.life {
            Life::Submitted { answer_by } => Some(answer_by),
            _ => None,
        },
        supplement: supplement(&dossier.life),
        payment: payment(&dossier.life),
        corrected: dossier.first_result.is_some_and(|first| {
            dossier
                .term
                .as_ref()
                .is_some_and(|term| term.received_at > first.resolved_at)
                || dossier.state().is_open()
        }),
        steps,
        allowed: allowed(loaded, who, now),
    })
}

pub(crate) fn supplement(life: &Life) -> Option<Supplement> {
    match life {
        Life::AwaitingSupplement {
            since,
            lapse_at,
            missing,
            ..
        } => Some(Supplement {
            since: *since,
            lapse_at: *lapse_at,
            missing: missing.clone(),
        }),
        _ => None,
    }
}

pub(crate) fn payment(life: &Life) -> Option<Payment> {
    match life {
        Life::AwaitingPayment {
            since,
            amount_vnd,
            purpose,
            ..
        } => Some(Payment {
            since: *since,
            amount_vnd: *amount_vnd,
            purpose: purpose.clone(),
        }),
        _ => None,
    }
}

fn applicant(loaded: &Loaded, whole: bool) -> Result<ApplicantView, Error> {
    let row = &loaded.row;
    let stored: StoredApplicant = serde_json::from_str(&row.applicant)?;
    let masked = |text: &Option<String>| {
        text.as_deref()
            .map(|text| if whole { text.to_owned() } else { mask(text) })
    };
    let only_whole = |text: Option<String>| text.filter(|_| whole);
    Ok(ApplicantView {
        masked: !whole,
        kind: stored.kind,
        name: row.applicant_name.clone(),
        id_number: masked(&row.id_number),
        phone: masked(&row.phone),
        email: only_whole(stored.email),
        address: only_whole(stored.address),
        submitter_name: stored.submitter_name,
        sets: stored.sets,
        result_way: stored.result_way,
        result_address: only_whole(stored.result_address),
    })
}

pub(crate) fn steps(conn: &mut Conn, dossier: i64) -> Result<Vec<StepView>, Error> {
    let rows: Vec<StepRow> = dossier_steps::table
        .filter(dossier_steps::dossier_id.eq(dossier))
        .order(dossier_steps::number)
        .select(StepRow::as_select())
        .load(conn)?;
    let people = people(conn, rows.iter().map(|row| row.holder_id).collect())?;
    let units = units(
        conn,
        rows.iter().filter_map(|row| row.department_id).collect(),
    )?;
    Ok(rows
        .into_iter()
        .map(|row| {
            let holder = people.get(&row.holder_id).cloned();
            let department = row.department_id.and_then(|id| units.get(&id).cloned());
            step_view(row, holder, department)
        })
        .collect())
}

fn step_view(row: StepRow, holder: Option<Named>, department: Option<Named>) -> StepView {
    StepView {
        number: row.number,
        step: row.step_index.saturating_sub(DESK),
        name: row.name,
        holder,
        department,
        entered_at: row.entered_at.and_utc(),
        due_at: row.due_at.and_utc(),
        left_at: row.left_at.map(|at| at.and_utc()),
    }
}

/// The events of one dossier, oldest first.
pub fn list_events(
    conn: &mut Conn,
    env: &Env,
    who: &Principal,
    code: &str,
    limit: usize,
    cursor: Option<&str>,
) -> Result<Page<EventView>, Error> {
    let (loaded, seen) = load_seen(conn, env, who, code)?;
    let after: i64 = match cursor {
        None => 0,
        Some(text) => {
            let [number] = Cursor::decode(text, "events").ok_or(Error::BadCursor)?;
            number.parse().map_err(|_| Error::BadCursor)?
        }
    };
    let rows: Vec<EventRow> = dossier_events::table
        .filter(dossier_events::dossier_id.eq(loaded.row.id))
        .filter(dossier_events::number.gt(after))
        .order(dossier_events::number)
        .limit(i64::try_from(limit.saturating_add(1)).unwrap_or(i64::MAX))
        .select(EventRow::as_select())
        .load(conn)?;
    let mut events = rows
        .into_iter()
        .map(EventView::of)
        .collect::<Result<Vec<_>, _>>()?;
    if seen == Sight::Masked {
        events.iter_mut().for_each(super::feed::hide_personal);
    }
    Ok(Page::cut(events, limit, |event| {
        Cursor::new("events", [event.number.to_string()])
    }))
}

/// Why the dossier is due when it is: the days counted and those skipped.
pub fn explain_due_date(
    conn: &mut Conn,
    env: &Env,
    who: &Principal,
    code: &str,
) -> Result<Explanation, Error> {
    let (loaded, _) = load_seen(conn, env, who, code)?;
    let term = loaded
        .dossier
        .term
        .as_ref()
        .ok_or(Error::Refused("not_accepted_yet"))?;
    term.explain(&loaded.calendar)
        .map_err(|faults| Error::Internal(format!("{code} does not explain itself: {faults:?}")))
}

/// What the outcome is called.
pub fn outcome_text(outcome: Outcome, lang: Lang) -> &'static str {
    match outcome {
        Outcome::Approved => lang.pick("Đồng ý giải quyết", "Approved"),
        Outcome::Declined => lang.pick("Từ chối giải quyết", "Declined"),
    }
}
