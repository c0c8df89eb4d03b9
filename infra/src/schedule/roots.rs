//! The day roots: one hash over the events of each day, kept, and compared again every night.

use std::fmt;

use chrono::{DateTime, Days, NaiveDate, NaiveDateTime, Utc};
use diesel::prelude::*;
use domain::schedule::{DayHasher, NO_ROOT};
use domain::time::{from_local, local_date};

use crate::db::schema::{day_roots, dossier_events};
use crate::db::{Conn, Db, dialect};
use crate::dossier::newest_event;
use crate::env::Env;
use crate::error::Error;

/// Events read at a time.
const BATCH: i64 = 5_000;
/// Longer than all offices are closed at Tết.
const REACH: Days = Days::new(15);

#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = day_roots)]
pub(super) struct RootRow {
    pub day: NaiveDate,
    pub after_id: i64,
    pub last_id: i64,
    pub events: i64,
    pub root: String,
    pub broken: i64,
    pub computed_at: NaiveDateTime,
}

/// The root of a day's events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DayRoot {
    pub day: NaiveDate,
    /// The events with numbers above this one …
    pub after: i64,
    /// … up to this one.
    pub last: i64,
    pub events: i64,
    pub root: String,
    /// Chains found broken in the night in which it was computed.
    pub broken: i64,
    pub computed_at: DateTime<Utc>,
}

impl From<RootRow> for DayRoot {
    fn from(row: RootRow) -> Self {
        Self {
            day: row.day,
            after: row.after_id,
            last: row.last_id,
            events: row.events,
            root: row.root,
            broken: row.broken,
            computed_at: row.computed_at.and_utc(),
        }
    }
}

/// The newest root, for whoever prints it.
pub fn latest_root(conn: &mut Conn) -> Result<Option<DayRoot>, Error> {
    let row: Option<RootRow> = day_roots::table
        .order(day_roots::day.desc())
        .select(RootRow::as_select())
        .first(conn)
        .optional()?;
    Ok(row.map(DayRoot::from))
}

/// The root of one day, if it was kept.
pub fn kept_root(conn: &mut Conn, day: NaiveDate) -> Result<Option<DayRoot>, Error> {
    let row: Option<RootRow> = day_roots::table
        .find(day)
        .select(RootRow::as_select())
        .first(conn)
        .optional()?;
    Ok(row.map(DayRoot::from))
}

/// Computes the roots of all days that are over and have none, oldest first; gives how many.
/// The first root of an installation is yesterday's and covers all events before.
///
/// `broken` is how many chains tonight's walk found broken. Stops early when `go_on` says so, and
/// [`REACH`] days after the newest event: roots stay for ever, so a machine whose clock is years
/// ahead for a while must not fill those years with them.
pub fn compute_missing_roots(
    db: &Db,
    env: &Env,
    broken: usize,
    go_on: &dyn Fn() -> bool,
) -> Result<usize, Error> {
    let mut computed = 0usize;
    let until = db
        .read_blocking(newest_day)?
        .and_then(|newest| newest.checked_add_days(REACH));
    while go_on() {
        let latest = db.read_blocking(latest_root)?;
        let today = local_date(env.now());
        let next = match &latest {
            Some(latest) => latest.day.succ_opt(),
            None => today.pred_opt(),
        };
        let in_reach = |day: &NaiveDate| until.is_none_or(|until| *day <= until);
        let Some(day) = next.filter(|day| *day < today).filter(in_reach) else {
            break;
        };
        let Some(row) = root_of(db, env, day, latest.as_ref(), broken, go_on)? else {
            break;
        };
        db.write_blocking(move |conn| keep(conn, &row))?;
        computed = computed.saturating_add(1);
    }
    Ok(computed)
}

/// The day of the newest event; none where there is none, or its time does not read.
fn newest_day(conn: &mut Conn) -> Result<Option<NaiveDate>, Error> {
    let newest: QueryResult<NaiveDateTime> = dossier_events::table
        .order(dossier_events::id.desc())
        .select(dossier_events::at)
        .first(conn);
    match newest {
        Ok(at) => Ok(Some(local_date(at.and_utc()))),
        Err(diesel::result::Error::DeserializationError(_) | diesel::NotFound) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// None when it was told to stop.
fn root_of(
    db: &Db,
    env: &Env,
    day: NaiveDate,
    previous: Option<&DayRoot>,
    broken: usize,
    go_on: &dyn Fn() -> bool,
) -> Result<Option<RootRow>, Error> {
    let after = previous.map_or(0, |root| root.last);
    let last = last_of(db, day, after)?;
    let previous = previous.map_or(NO_ROOT, |root| root.root.as_str());
    let Some((root, events)) = hash_range(db, day, previous, after, last, go_on)? else {
        return Ok(None);
    };
    Ok(Some(RootRow {
        day,
        after_id: after,
        last_id: last,
        events: i64::try_from(events).unwrap_or(i64::MAX),
        root,
        broken: i64::try_from(broken).unwrap_or(i64::MAX),
        computed_at: env.now().naive_utc(),
    }))
}

/// The number of the last event of a day: the highest, among those that no earlier one can still
/// join, whose time is before the day's end. Days are ranges of numbers without a gap, so an
/// event that comes late belongs to a later day and changes no root.
fn last_of(db: &Db, day: NaiveDate, after: i64) -> Result<i64, Error> {
    let settled = db.read_settled_blocking(newest_event)?;
    let midnight = day
        .checked_add_days(Days::new(1))
        .map_or(NaiveDateTime::MAX, |next| next.into());
    let end = from_local(midnight).naive_utc();
    let last: Option<i64> = db.read_blocking(|conn| {
        let found = dossier_events::table
            .filter(dossier_events::id.gt(after))
            .filter(dossier_events::id.le(settled))
            .filter(dossier_events::at.lt(end))
            .order(dossier_events::id.desc())
            .select(dossier_events::id)
            .first(conn)
            .optional();
        found.map_err(Error::from)
    })?;
    Ok(last.unwrap_or(after))
}

/// None when it was told to stop.
fn hash_range(
    db: &Db,
    day: NaiveDate,
    previous: &str,
    after: i64,
    last: i64,
    go_on: &dyn Fn() -> bool,
) -> Result<Option<(String, u64)>, Error> {
    let mut hasher = DayHasher::begin(day, previous);
    let mut cursor = after;
    loop {
        if !go_on() {
            return Ok(None);
        }
        let from = cursor;
        let rows: Vec<(i64, String)> = db.read_blocking(|conn| {
            let rows = dossier_events::table
                .filter(dossier_events::id.gt(from))
                .filter(dossier_events::id.le(last))
                .order(dossier_events::id)
                .limit(BATCH)
                .select((dossier_events::id, dossier_events::hash))
                .load(conn);
            rows.map_err(Error::from)
        })?;
        for (number, hash) in &rows {
            hasher.add(*number, hash);
        }
        match rows.last() {
            Some((number, _)) => cursor = *number,
            None => return Ok(Some(hasher.finish())),
        }
    }
}

/// Another server may have kept the same day meanwhile; its root is as good.
fn keep(conn: &mut Conn, row: &RootRow) -> Result<(), Error> {
    let inserted = dialect::savepoint(conn, |conn| {
        diesel::insert_into(day_roots::table)
            .values(row)
            .execute(conn)
    });
    match inserted {
        Err(error) if !dialect::is_unique_violation(&error) => Err(error.into()),
        _ => Ok(()),
    }
}

/// What is wrong with a kept root.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RootFault {
    /// The events that the day covers give another hash: some were altered, added or taken out,
    /// or the root itself was.
    Differs,
    /// It does not begin where the day before ends, or a day between is missing.
    NotLinked,
    /// Its day is not over: the clock was ahead when it was kept. None follows until that day is.
    Ahead,
}

impl RootFault {
    pub fn code(self) -> &'static str {
        match self {
            Self::Differs => "root_differs",
            Self::NotLinked => "root_not_linked",
            Self::Ahead => "root_ahead",
        }
    }
}

impl fmt::Display for RootFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Differs => "mã gốc không khớp với các sự kiện (the root does not fit the events)",
            Self::NotLinked => "không nối với ngày trước (not linked to the day before)",
            Self::Ahead => "của một ngày chưa qua: đồng hồ máy từng chạy trước (of a day that is not over: the clock was ahead)",
        })
    }
}

/// A day whose root is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DayFault {
    pub day: NaiveDate,
    pub fault: RootFault,
}

/// Computes every kept root again; gives how many there are and which are wrong. `today` by the
/// clock that the service runs by, where that is known. Stops early when `go_on` says so.
pub fn verify_roots(
    db: &Db,
    today: Option<NaiveDate>,
    go_on: &dyn Fn() -> bool,
) -> Result<(usize, Vec<DayFault>), Error> {
    let mut checked = 0usize;
    let mut faults = Vec::new();
    let mut previous: Option<DayRoot> = None;
    while go_on() {
        let next = db.read_blocking(|conn| root_after(conn, previous.as_ref()))?;
        let Some(root) = next else {
            break;
        };
        let is_ahead = today.is_some_and(|today| root.day >= today);
        let ahead = is_ahead.then_some(RootFault::Ahead);
        if let Some(fault) = fault_of(db, &root, previous.as_ref(), go_on)?.or(ahead) {
            faults.push(DayFault {
                day: root.day,
                fault,
            });
        }
        checked = checked.saturating_add(1);
        previous = Some(root);
    }
    Ok((checked, faults))
}

fn root_after(conn: &mut Conn, previous: Option<&DayRoot>) -> Result<Option<DayRoot>, Error> {
    let mut query = day_roots::table.into_boxed();
    if let Some(previous) = previous {
        query = query.filter(day_roots::day.gt(previous.day));
    }
    let row: Option<RootRow> = query
        .order(day_roots::day)
        .select(RootRow::as_select())
        .first(conn)
        .optional()?;
    Ok(row.map(DayRoot::from))
}

fn fault_of(
    db: &Db,
    root: &DayRoot,
    previous: Option<&DayRoot>,
    go_on: &dyn Fn() -> bool,
) -> Result<Option<RootFault>, Error> {
    let linked = match previous {
        Some(before) => before.day.succ_opt() == Some(root.day) && before.last == root.after,
        None => root.after == 0,
    };
    if !linked || root.last < root.after {
        return Ok(Some(RootFault::NotLinked));
    }
    let before = previous.map_or(NO_ROOT, |before| before.root.as_str());
    let Some((hash, events)) = hash_range(db, root.day, before, root.after, root.last, go_on)?
    else {
        return Ok(None);
    };
    let same = hash == root.root && i64::try_from(events) == Ok(root.events);
    Ok((!same).then_some(RootFault::Differs))
}
