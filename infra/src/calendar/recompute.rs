//! The recount of open dossiers after a calendar changed: batch by batch, safe to break off.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use domain::deadline::Calendar;
use domain::dossier::{Action, Dossier, Life};
use domain::notification::Deed::CalendarChanged;
use domain::time::to_rfc3339;
use serde_json::{Map, Value};

use super::queries;
pub use super::rows::Progress;
use super::rows::RecomputationRow;
use crate::db::schema::{
    calendar_versions, calendars, dossier_events, dossiers, offices, recomputations,
};
use crate::db::{Conn, Db, dialect};
use crate::dossier::recount::{Deed, DossierRow, Loaded, pin, save, with_rules};
use crate::env::Env;
use crate::error::Error;
use crate::ids::new_uid;
use crate::notification::applicant::tell;
use crate::schedule::Report;

/// The action of the event that tells of a date moved by a calendar.
pub const DUE_DATE_MOVED: &str = "due_date_moved";
const REASON: &str = "Lịch làm việc của cơ quan thay đổi";

/// Dossiers in one transaction: short enough that no clerk waits long behind it.
pub const BATCH: i64 = 200;
/// One server at a time recounts.
const LOCK: i64 = 0x6d6f_7463_7561_0002;
/// How often a dossier that somebody else just changed is read again.
const TRIES: u32 = 3;

/// Queues the recount of the open dossiers that count by this calendar; gives its uid.
pub(crate) fn queue(
    conn: &mut Conn,
    env: &Env,
    calendar_id: i64,
    version_id: i64,
) -> Result<String, Error> {
    let offices = offices_by(conn, calendar_id)?;
    let newer = versions_from(conn, calendar_id, version_id)?;
    let total: i64 = dossiers::table
        .filter(dossiers::office_id.eq_any(offices))
        .filter(dossiers::ended_at.is_null())
        .filter(dossiers::calendar_version_id.ne_all(newer))
        .count()
        .get_result(conn)?;
    let uid = new_uid();
    diesel::insert_into(recomputations::table)
        .values((
            recomputations::uid.eq(&uid),
            recomputations::calendar_id.eq(calendar_id),
            recomputations::calendar_version_id.eq(version_id),
            recomputations::status.eq("waiting"),
            recomputations::total.eq(total),
            recomputations::created_at.eq(env.now().naive_utc()),
        ))
        .execute(conn)?;
    Ok(uid)
}

/// Recounts until nothing waits; gives how many recomputations were finished. Returns early
/// when another server is at it.
pub fn run_waiting(db: &Db, env: &Env) -> Result<usize, Error> {
    let report = run_waiting_while(db, env, &|| true)?;
    Ok(usize::try_from(report.did).unwrap_or(usize::MAX))
}

/// [`run_waiting`] that asks `go_on` before each batch, so that a service that ends does not
/// wait for thousands of dossiers; the next start goes on. Names the dossiers that do not count.
pub fn run_waiting_while(db: &Db, env: &Env, go_on: &dyn Fn() -> bool) -> Result<Report, Error> {
    let mut report = Report::default();
    let mut begun = None;
    loop {
        if !go_on() {
            return Ok(report);
        }
        let open = db.read_blocking(oldest_open)?;
        let Some(id) = open else {
            return Ok(report);
        };
        if begun != Some(id) {
            // An intake under way may still be pinned to the calendar as it was: it is waited for,
            // and all that begin from now on see the new one.
            db.read_settled_blocking(|_| Ok::<_, Error>(()))?;
            begun = Some(id);
        }
        let (stepped, failed) = run_batch(db, env, id)?;
        for (code, why) in failed {
            report.skip(code, why);
        }
        match stepped {
            Stepped::Elsewhere => return Ok(report),
            Stepped::More(_) => {}
            Stepped::Done(_) => report.add(1),
        }
    }
}

/// Codes of dossiers whose dates could not be counted, with the word for why.
type Failed = Vec<(String, &'static str)>;

fn run_batch(db: &Db, env: &Env, id: i64) -> Result<(Stepped, Failed), Error> {
    let env = env.clone();
    db.write_blocking(move |conn| step_if_free(conn, &env, id, BATCH))
}

fn oldest_open(conn: &mut Conn) -> Result<Option<i64>, Error> {
    Ok(recomputations::table
        .filter(recomputations::status.ne("done"))
        .order(recomputations::id)
        .select(recomputations::id)
        .first(conn)
        .optional()?)
}

/// What one transaction brought.
#[derive(Debug)]
enum Stepped {
    /// Another server holds the lock.
    Elsewhere,
    More(Progress),
    Done(Progress),
}

/// Recounts the next `batch` dossiers, in a transaction of the caller: what it did and how far
/// it is are on disk together, so that after a crash it goes on where it was.
pub fn step(
    conn: &mut Conn,
    env: &Env,
    recomputation_id: i64,
    batch: i64,
) -> Result<Progress, Error> {
    match step_if_free(conn, env, recomputation_id, batch)?.0 {
        Stepped::More(progress) | Stepped::Done(progress) => Ok(progress),
        Stepped::Elsewhere => {
            let (row, uid) = load(conn, recomputation_id)?;
            Ok(row.progress(uid))
        }
    }
}

fn load(conn: &mut Conn, id: i64) -> Result<(RecomputationRow, String), Error> {
    recomputations::table
        .inner_join(calendars::table)
        .filter(recomputations::id.eq(id))
        .select((RecomputationRow::as_select(), calendars::uid))
        .first(conn)
        .optional()?
        .ok_or(Error::NotFound)
}

fn step_if_free(
    conn: &mut Conn,
    env: &Env,
    id: i64,
    batch: i64,
) -> Result<(Stepped, Failed), Error> {
    let mut failed = Failed::new();
    if !dialect::try_lock(conn, LOCK)? {
        return Ok((Stepped::Elsewhere, failed));
    }
    let (mut row, calendar_uid) = load(conn, id)?;
    if row.status == "done" {
        return Ok((Stepped::Done(row.progress(calendar_uid)), failed));
    }
    let due = next_dossiers(conn, &row, batch)?;
    let more = i64::try_from(due.len()).is_ok_and(|count| count >= batch);
    for dossier in due {
        let outcome = recount_or_skip(conn, env, dossier, row.calendar_version_id)?;
        row.done = row.done.saturating_add(1);
        match outcome {
            Outcome::Moved => row.moved = row.moved.saturating_add(1),
            Outcome::Failed(code, why) => {
                row.failed = row.failed.saturating_add(1);
                failed.push((code, why));
            }
            Outcome::Stays => {}
        }
        row.last_dossier_id = dossier;
    }
    row.status = if more { "running" } else { "done" }.to_owned();
    row.finished_at = (!more).then(|| env.now().naive_utc());
    write(conn, &row)?;
    let progress = row.progress(calendar_uid);
    let stepped = if more {
        Stepped::More(progress)
    } else {
        Stepped::Done(progress)
    };
    Ok((stepped, failed))
}

fn write(conn: &mut Conn, row: &RecomputationRow) -> Result<(), Error> {
    diesel::update(recomputations::table.find(row.id))
        .set((
            recomputations::status.eq(&row.status),
            recomputations::done.eq(row.done),
            recomputations::moved.eq(row.moved),
            recomputations::failed.eq(row.failed),
            recomputations::last_dossier_id.eq(row.last_dossier_id),
            recomputations::finished_at.eq(row.finished_at),
        ))
        .execute(conn)?;
    Ok(())
}

/// Open dossiers that count by the calendar and not yet by this version or a later one.
fn next_dossiers(conn: &mut Conn, row: &RecomputationRow, batch: i64) -> Result<Vec<i64>, Error> {
    let offices = offices_by(conn, row.calendar_id)?;
    let newer = versions_from(conn, row.calendar_id, row.calendar_version_id)?;
    Ok(dossiers::table
        .filter(dossiers::office_id.eq_any(offices))
        .filter(dossiers::ended_at.is_null())
        .filter(dossiers::calendar_version_id.ne_all(newer))
        .filter(dossiers::id.gt(row.last_dossier_id))
        .order(dossiers::id)
        .limit(batch)
        .select(dossiers::id)
        .load(conn)?)
}

/// The offices that name this calendar, and those below them that name no other.
fn offices_by(conn: &mut Conn, calendar_id: i64) -> Result<Vec<i64>, Error> {
    let mut rows: Vec<(i64, Option<i64>, Option<i64>)> = offices::table
        .order(offices::path)
        .select((offices::id, offices::parent_id, offices::calendar_id))
        .load(conn)?;
    // Parents' paths are prefixes, so parents come first.
    let mut counts_by = std::collections::HashMap::new();
    rows.retain(|(id, parent, own)| {
        let inherited = || parent.and_then(|parent| counts_by.get(&parent).copied());
        let calendar = own.or_else(inherited);
        if let Some(calendar) = calendar {
            counts_by.insert(*id, calendar);
        }
        calendar == Some(calendar_id)
    });
    Ok(rows.into_iter().map(|(id, _, _)| id).collect())
}

/// This version of the calendar and all later ones.
fn versions_from(conn: &mut Conn, calendar_id: i64, version_id: i64) -> Result<Vec<i64>, Error> {
    Ok(calendar_versions::table
        .filter(calendar_versions::calendar_id.eq(calendar_id))
        .filter(calendar_versions::id.ge(version_id))
        .select(calendar_versions::id)
        .load(conn)?)
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Outcome {
    Moved,
    Stays,
    /// The code of the dossier, and the word for why.
    Failed(String, &'static str),
}

/// One broken dossier never stops the rest; a database that is away does.
fn recount_or_skip(conn: &mut Conn, env: &Env, id: i64, version_id: i64) -> Result<Outcome, Error> {
    for _ in 0..TRIES {
        match dialect::savepoint(conn, |conn| recount(conn, env, id, version_id)) {
            Ok(outcome) => return Ok(outcome),
            // Somebody worked on it between the reading and the writing.
            Err(Error::Stale(_)) => {}
            Err(Error::Unavailable(cause)) => return Err(cause.into()),
            Err(error) => {
                let code = code_of(conn, id)?;
                tracing::error!(%code, %error, "the dates of a dossier could not be counted again");
                return Ok(Outcome::Failed(code, error.word()));
            }
        }
    }
    let code = code_of(conn, id)?;
    tracing::error!(%code, "a dossier changed too often to count its dates again");
    Ok(Outcome::Failed(code, "stale_version"))
}

fn code_of(conn: &mut Conn, id: i64) -> Result<String, Error> {
    Ok(dossiers::table
        .find(id)
        .select(dossiers::code)
        .first(conn)?)
}

fn recount(conn: &mut Conn, env: &Env, id: i64, version_id: i64) -> Result<Outcome, Error> {
    let row: DossierRow = dossiers::table
        .find(id)
        .select(DossierRow::as_select())
        .first(conn)?;
    if row.progress.ended_at.is_some() {
        return Ok(Outcome::Stays);
    }
    let mut loaded = with_rules(conn, env, row)?;
    let calendar = queries::compiled(conn, env, version_id)?;
    let after = counted_again(conn, &loaded, &calendar)?;
    loaded.row.progress.calendar_version_id = version_id;
    let Some(after) = after else {
        pin(conn, &loaded.row, &loaded.dossier, env.now())?;
        return Ok(Outcome::Stays);
    };
    let detail = moves(&loaded.dossier, &after);
    if detail.is_empty() {
        pin(conn, &loaded.row, &after, env.now())?;
        return Ok(Outcome::Stays);
    }
    let deed = Deed {
        action: DUE_DATE_MOVED,
        reason: REASON.to_owned(),
        detail: Value::Object(detail),
        ..Deed::default()
    };
    let row = save(
        conn,
        &loaded,
        &after,
        None,
        &[loaded.dossier.state()],
        &deed,
        env.now(),
    )?;
    let before = Some(&loaded.dossier);
    tell(conn, env, &row, CalendarChanged, before, &after, "")?;
    Ok(Outcome::Moved)
}

fn counted_again(
    conn: &mut Conn,
    loaded: &Loaded,
    calendar: &Calendar,
) -> Result<Option<Dossier>, Error> {
    let since = waiting_since(conn, loaded)?;
    loaded
        .dossier
        .recompute(since, calendar)
        .map_err(|refusal| Error::Internal(format!("the term does not count: {refusal}")))
}

/// Since when the desk owes its answer: the submission, or the papers that came later.
fn waiting_since(conn: &mut Conn, loaded: &Loaded) -> Result<DateTime<Utc>, Error> {
    let submitted_at = loaded.row.submitted_at.and_utc();
    if !loaded.dossier.used.supplement_at_intake {
        return Ok(submitted_at);
    }
    let came: Option<chrono::NaiveDateTime> = dossier_events::table
        .filter(dossier_events::dossier_id.eq(loaded.row.id))
        .filter(dossier_events::action.eq(Action::ReceiveSupplement.as_str()))
        .order(dossier_events::number.desc())
        .select(dossier_events::at)
        .first(conn)
        .optional()?;
    Ok(came.map_or(submitted_at, |at| at.and_utc()))
}

/// The dates that differ, as the event tells them; empty when none moved.
fn moves(before: &Dossier, after: &Dossier) -> Map<String, Value> {
    let mut detail = Map::new();
    let mut tell = |name: &str, was: Option<DateTime<Utc>>, is: Option<DateTime<Utc>>| {
        if was != is {
            detail.insert(format!("{name}_before"), was.map(to_rfc3339).into());
            detail.insert(name.to_owned(), is.map(to_rfc3339).into());
        }
    };
    let due = |dossier: &Dossier| dossier.promise.map(|promise| promise.due_at);
    tell("due_at", due(before), due(after));
    let by_rules = |dossier: &Dossier| dossier.promise.and_then(|promise| promise.due_at_before);
    tell("due_at_by_rules", by_rules(before), by_rules(after));
    let step = |dossier: &Dossier| dossier.step().map(|step| step.due_at);
    tell("step_due_at", step(before), step(after));
    let lapse = |dossier: &Dossier| match dossier.life {
        Life::AwaitingSupplement { lapse_at, .. } => Some(lapse_at),
        _ => None,
    };
    tell("lapse_at", lapse(before), lapse(after));
    let answer = |dossier: &Dossier| match dossier.life {
        Life::Submitted { answer_by } => Some(answer_by),
        _ => None,
    };
    tell("answer_by", answer(before), answer(after));
    detail
}
