//! The ladder of each office: its own, or that of the nearest office above, or the built-in one.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use domain::auth::{Actor, Principal, Role};
use domain::lang::Lang;
use domain::notification::ladder::{Ladder, LadderFault, Spans};
use domain::time::local_date;
use serde_json::json;

use super::PROPOSED;
use super::stored::LadderJson;
use crate::audit::audit;
use crate::db::Conn;
use crate::db::schema::{alert_ladders, alert_relooks, offices};
use crate::env::Env;
use crate::error::{Error, Fault};
use crate::office::administers;
use crate::{calendar, procedure};

/// The version of an office's own ladder before its first change.
const NEVER_CHANGED: i64 = 1;

/// A ladder as it counts for an office.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LadderView {
    pub office: String,
    /// The office that named it; none for the built-in one.
    pub from: Option<String>,
    /// For `If-Match`: counts the changes of the office's own ladder, 1 where there was none.
    pub version: i64,
    pub ladder: Ladder,
    pub changed_at: Option<DateTime<Utc>>,
    /// Rungs that can never fire for a procedure in force: one that was shortened after the
    /// ladder was set silences it.
    pub warnings: Vec<Fault>,
}

#[derive(Debug, Queryable)]
struct OfficeRow {
    id: i64,
    code: String,
    path: String,
}

fn office(conn: &mut Conn, code: &str) -> Result<OfficeRow, Error> {
    offices::table
        .filter(offices::code.eq(code))
        .select((offices::id, offices::code, offices::path))
        .first(conn)
        .optional()?
        .ok_or(Error::NotFound)
}

/// The ladder that counts for an office, for those who work there or above.
pub fn read_ladder(
    conn: &mut Conn,
    env: &Env,
    who: &Principal,
    code: &str,
) -> Result<LadderView, Error> {
    let office = office(conn, code)?;
    let of_the_house =
        matches!(who.actor, Actor::System) || who.has_any(&Role::STAFF, &office.path);
    if !of_the_house {
        return Err(Error::Forbidden);
    }
    view(conn, env, office)
}

fn view(conn: &mut Conn, env: &Env, office: OfficeRow) -> Result<LadderView, Error> {
    let own: Option<(i64, chrono::NaiveDateTime)> = alert_ladders::table
        .find(office.id)
        .select((alert_ladders::version, alert_ladders::changed_at))
        .first(conn)
        .optional()?;
    let named = nearest(conn, &office.path)?;
    let (from, ladder) = match named {
        Some((from, ladder)) => (Some(from), ladder),
        None => (None, Ladder::default()),
    };
    Ok(LadderView {
        from,
        version: own.map_or(NEVER_CHANGED, |(version, _)| version),
        changed_at: own.map(|(_, at)| at.and_utc()),
        warnings: silent_rungs(conn, env, &office, &ladder)?,
        office: office.code,
        ladder,
    })
}

fn nearest(conn: &mut Conn, path: &str) -> Result<Option<(String, Ladder)>, Error> {
    let line: Vec<i64> = path.split('/').filter_map(|id| id.parse().ok()).collect();
    // The path of an ancestor is a prefix, so the greatest path is the nearest office.
    let found: Vec<(String, Option<String>)> = offices::table
        .inner_join(alert_ladders::table)
        .filter(offices::id.eq_any(line))
        .filter(alert_ladders::spec.is_not_null())
        .order(offices::path.desc())
        .select((offices::code, alert_ladders::spec))
        .load(conn)?;
    // One that does not read does not count, as in the sweep.
    let read = |(code, spec): (String, Option<String>)| Some((code, read(&spec?).ok()?));
    Ok(found.into_iter().find_map(read))
}

fn read(spec: &str) -> Result<Ladder, Error> {
    serde_json::from_str::<LadderJson>(spec)?.read()
}

/// Gives an office a ladder of its own; counts for its open dossiers at once.
pub fn replace_ladder(
    conn: &mut Conn,
    env: &Env,
    who: &Principal,
    code: &str,
    version: i64,
    ladder: &Ladder,
) -> Result<LadderView, Error> {
    let office = to_change(conn, who, code, version)?;
    let faults = faults(conn, env, &office, ladder)?;
    if !faults.is_empty() {
        return Err(Error::Invalid(faults));
    }
    let spec = serde_json::to_string(&LadderJson::of(ladder))?;
    store(conn, env, who, &office, version, Some(spec))
}

/// Takes an office's own ladder away: that of the office above counts again.
pub fn delete_ladder(
    conn: &mut Conn,
    env: &Env,
    who: &Principal,
    code: &str,
    version: i64,
) -> Result<LadderView, Error> {
    let office = to_change(conn, who, code, version)?;
    store(conn, env, who, &office, version, None)
}

fn to_change(
    conn: &mut Conn,
    who: &Principal,
    code: &str,
    version: i64,
) -> Result<OfficeRow, Error> {
    let office = office(conn, code)?;
    if !administers(who, &office.path) {
        return Err(Error::Forbidden);
    }
    let present: Option<i64> = alert_ladders::table
        .find(office.id)
        .select(alert_ladders::version)
        .first(conn)
        .optional()?;
    match present.unwrap_or(NEVER_CHANGED) {
        present if present == version => Ok(office),
        present => Err(Error::Stale(present)),
    }
}

fn store(
    conn: &mut Conn,
    env: &Env,
    who: &Principal,
    office: &OfficeRow,
    version: i64,
    spec: Option<String>,
) -> Result<LadderView, Error> {
    let changed_by = who.staff_id();
    let values = (
        alert_ladders::spec.eq(&spec),
        alert_ladders::version.eq(version.saturating_add(1)),
        alert_ladders::changed_by.eq(changed_by),
        alert_ladders::changed_at.eq(env.now().naive_utc()),
    );
    if version == NEVER_CHANGED {
        let row = (alert_ladders::office_id.eq(office.id), values);
        diesel::insert_into(alert_ladders::table)
            .values(row)
            .execute(conn)?;
    } else {
        let same = alert_ladders::table
            .find(office.id)
            .filter(alert_ladders::version.eq(version));
        if diesel::update(same).set(values).execute(conn)? != 1 {
            return Err(Error::Stale(version));
        }
    }
    look_again(conn, env, office.id)?;
    let (action, detail) = match &spec {
        Some(spec) => (
            "alert_ladder.replace",
            json!({ "ladder": serde_json::from_str::<serde_json::Value>(spec)? }),
        ),
        None => ("alert_ladder.delete", json!({})),
    };
    audit(conn, env, who, action, &office.code, &detail)?;
    let again = OfficeRow {
        id: office.id,
        code: office.code.clone(),
        path: office.path.clone(),
    };
    view(conn, env, again)
}

/// Has the sweep look at every open dossier of an office and those below it.
pub fn look_again(conn: &mut Conn, env: &Env, office: i64) -> Result<(), Error> {
    let path: String = offices::table
        .find(office)
        .select(offices::path)
        .first(conn)?;
    let below: Vec<i64> = offices::table
        .filter(offices::path.ge(&path))
        .filter(offices::path.lt(domain::office::subtree_end(&path)))
        .select(offices::id)
        .load(conn)?;
    for id in below {
        diesel::insert_into(alert_relooks::table)
            .values((
                alert_relooks::office_id.eq(id),
                alert_relooks::at.eq(env.now().naive_utc()),
            ))
            .execute(conn)?;
    }
    Ok(())
}

/// What is wrong with a ladder for an office, by its calendar and the procedures of today.
fn told_faults(
    conn: &mut Conn,
    env: &Env,
    office: &OfficeRow,
    ladder: &Ladder,
) -> Result<Vec<LadderFault>, Error> {
    let today = local_date(env.now());
    let in_force = procedure::all_in_force(conn, env, today)?;
    let calendar = match calendar::in_force(conn, env, office.id) {
        Ok((_, calendar)) => Some(calendar),
        Err(error @ (Error::Unavailable(_) | Error::Database(_))) => return Err(error),
        // Without one, limits are taken for as long as they can be anywhere.
        Err(_) => None,
    };
    let mut spans = match &calendar {
        Some(calendar) => Spans::of_year(calendar, today),
        None => Spans::default(),
    };
    Ok(ladder.faults(&in_force, &mut spans))
}

fn silent_rungs(
    conn: &mut Conn,
    env: &Env,
    office: &OfficeRow,
    ladder: &Ladder,
) -> Result<Vec<Fault>, Error> {
    let faults = told_faults(conn, env, office, ladder)?;
    let silent = faults
        .iter()
        .filter(|fault| matches!(fault, LadderFault::NeverFires { .. }));
    Ok(silent.map(fault).collect())
}

fn faults(
    conn: &mut Conn,
    env: &Env,
    office: &OfficeRow,
    ladder: &Ladder,
) -> Result<Vec<Fault>, Error> {
    let told = told_faults(conn, env, office, ladder)?;
    let mut faults: Vec<Fault> = told.iter().map(fault).collect();
    for (index, rung) in ladder.rungs.iter().enumerate() {
        if rung.name == PROPOSED {
            faults.push(Fault::new(
                format!("rungs[{index}].name"),
                "reserved",
                "tên này dành cho đề xuất xin lỗi, hẹn lại",
                "the name is kept for proposed apologies",
            ));
        }
    }
    Ok(faults)
}

fn fault(fault: &LadderFault) -> Fault {
    Fault::new(
        fault.field(),
        fault.code(),
        fault.text(Lang::Vi),
        fault.text(Lang::En),
    )
}

/// The ladders of all offices at one moment.
#[derive(Debug, Default)]
pub(super) struct Ladders {
    own: HashMap<i64, Arc<Ladder>>,
    /// Offices whose own ladder does not read: that of the next office above counts for them.
    pub faults: Vec<(String, &'static str)>,
    built_in: Arc<Ladder>,
}

impl Ladders {
    pub(super) fn load(conn: &mut Conn) -> Result<Self, Error> {
        let rows: Vec<(i64, String, Option<String>)> = alert_ladders::table
            .inner_join(offices::table)
            .order(offices::path)
            .select((offices::id, offices::code, alert_ladders::spec))
            .load(conn)?;
        let mut ladders = Self::default();
        for (office, code, spec) in rows {
            let Some(spec) = spec else { continue };
            match read(&spec) {
                Ok(ladder) => {
                    ladders.own.insert(office, Arc::new(ladder));
                }
                Err(error) => {
                    tracing::error!(office = %code, %error, "a ladder does not read");
                    let what = format!("alert ladder of {code}");
                    ladders.faults.push((what, error.word()));
                }
            }
        }
        Ok(ladders)
    }

    /// The ladder that counts for the office at this path.
    pub(super) fn of(&self, path: &str) -> &Arc<Ladder> {
        path.split('/')
            .rev()
            .filter_map(|id| id.parse().ok())
            .find_map(|id: i64| self.own.get(&id))
            .unwrap_or(&self.built_in)
    }
}
