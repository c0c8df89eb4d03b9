//! Reading runs and day roots, for those who look after the whole installation.

use diesel::prelude::*;
use domain::auth::{Principal, Role};

use super::roots::{DayRoot, RootRow};
use super::rows::{Run, RunRow};
use crate::db::Conn;
use crate::db::paging::{Cursor, Page};
use crate::db::schema::{day_roots, job_runs};
use crate::error::Error;

/// Jobs work on all offices, so it takes a role over a root office.
fn over_all(who: &Principal, roles: &[Role]) -> Result<(), Error> {
    let is_root = |path: &str| path.split('/').filter(|id| !id.is_empty()).count() == 1;
    let fits =
        |grant: &domain::auth::Grant| roles.contains(&grant.role) && is_root(&grant.office_path);
    match who.grants.iter().any(fits) {
        true => Ok(()),
        false => Err(Error::Forbidden),
    }
}

pub(super) fn may_ask(who: &Principal) -> Result<(), Error> {
    over_all(who, &[Role::Administrator])
}

fn may_read(who: &Principal) -> Result<(), Error> {
    over_all(who, &[Role::Administrator, Role::Inspector])
}

/// The newest runs of each of these jobs, at most `count` each.
pub fn last_runs(
    conn: &mut Conn,
    who: &Principal,
    jobs: &[&str],
    count: i64,
) -> Result<Vec<Vec<Run>>, Error> {
    may_read(who)?;
    let mut all = Vec::new();
    for job in jobs {
        let rows: Vec<RunRow> = job_runs::table
            .filter(job_runs::job.eq(*job))
            .order(job_runs::id.desc())
            .limit(count)
            .select(RunRow::as_select())
            .load(conn)?;
        let runs = rows.into_iter().map(Run::try_from);
        all.push(runs.collect::<Result<_, _>>()?);
    }
    Ok(all)
}

/// The runs of a job, the newest first.
pub fn list_runs(
    conn: &mut Conn,
    who: &Principal,
    job: &str,
    cursor: Option<&str>,
    limit: usize,
) -> Result<Page<Run>, Error> {
    const LIST: &str = "job_runs";
    may_read(who)?;
    let mut query = job_runs::table.filter(job_runs::job.eq(job)).into_boxed();
    if let Some(cursor) = cursor {
        let [id] = Cursor::decode(cursor, LIST).ok_or(Error::BadCursor)?;
        let id: i64 = id.parse().map_err(|_| Error::BadCursor)?;
        query = query.filter(job_runs::id.lt(id));
    }
    let rows: Vec<RunRow> = query
        .order(job_runs::id.desc())
        .limit(one_more(limit))
        .select(RunRow::as_select())
        .load(conn)?;
    let runs = rows.into_iter().map(Run::try_from);
    let runs = runs.collect::<Result<Vec<_>, Error>>()?;
    Ok(Page::cut(runs, limit, |run| {
        Cursor::new(LIST, [run.id.to_string()])
    }))
}

/// The day roots, the newest first.
pub fn list_roots(
    conn: &mut Conn,
    who: &Principal,
    cursor: Option<&str>,
    limit: usize,
) -> Result<Page<DayRoot>, Error> {
    const LIST: &str = "day_roots";
    may_read(who)?;
    let mut query = day_roots::table.into_boxed();
    if let Some(cursor) = cursor {
        let [day] = Cursor::decode(cursor, LIST).ok_or(Error::BadCursor)?;
        let day: chrono::NaiveDate = day.parse().map_err(|_| Error::BadCursor)?;
        query = query.filter(day_roots::day.lt(day));
    }
    let rows: Vec<RootRow> = query
        .order(day_roots::day.desc())
        .limit(one_more(limit))
        .select(RootRow::as_select())
        .load(conn)?;
    let page = Page::cut(rows, limit, |row| Cursor::new(LIST, [row.day.to_string()]));
    Ok(page.map(DayRoot::from))
}

/// One item too many tells whether a page follows.
fn one_more(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(1)
}
