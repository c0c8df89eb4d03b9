//! What the digest shows beside the alerts: overdue, due today, due on the next working day.

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use diesel::dsl::count_star;
use diesel::prelude::*;
use diesel::sql_types::Bool;
use domain::deadline::Calendar;
use domain::time::{from_local, local_date};

use super::counts::named_counts;
use super::directory::{Directory, Scope};
use super::groups::{Judged, NAMED, lines};
use crate::db::schema::{dossiers, procedure_versions, proposals};
use crate::db::{Conn, MultiBackend};
use crate::error::Error;
use crate::notification::letters::{Group, Proposal};
use crate::report::ByDepartment;

/// The sections of a digest.
#[derive(Debug, Default)]
pub(super) struct Sections {
    pub overdue: Group,
    pub due_today: Group,
    pub due_next: Group,
    /// Of the dossiers asked about, those that are in none of the sections.
    pub elsewhere: u64,
}

/// Apologies that wait for a signature: the first of them, and how many there are.
#[derive(Debug, Default)]
pub(super) struct Proposals {
    pub named: Vec<Proposal>,
    pub count: u64,
}

impl Sections {
    /// The dossiers in the sections, of which no two share one.
    pub(super) fn count(&self) -> u64 {
        self.overdue.count + self.due_today.count + self.due_next.count
    }

    pub(super) fn all_mut(&mut self) -> [&mut Group; 3] {
        [&mut self.overdue, &mut self.due_today, &mut self.due_next]
    }
}

/// A span of late_after: after the first, until the second.
type Span = (Option<NaiveDateTime>, NaiveDateTime);

/// The sections as they are now; `told` are the dossiers that the letter tells of anyway.
pub(super) fn sections(
    conn: &mut Conn,
    directory: &Directory,
    scope: &Scope,
    calendar: &Calendar,
    told: &BTreeSet<i64>,
    now: DateTime<Utc>,
) -> Result<Sections, Error> {
    let today = local_date(now);
    let next = calendar.working_day_after(today, 1);
    let overdue: Span = (None, just_before(now));
    let due_today: Span = (Some(just_before(now)), end_of(today));
    // From tonight: what falls on a day off of the reader is due before they are back.
    let due_next: Span = (Some(end_of(today)), end_of(next));
    let mut section =
        |rung: &str, title: &str, span| section(conn, directory, scope, rung, title, span, now);
    let mut found = Sections {
        overdue: section("overdue", "Quá hạn", overdue)?,
        due_today: section("due_today", "Đến hạn hôm nay", due_today)?,
        due_next: section("due_next", "Đến hạn ngày làm việc tiếp theo", due_next)?,
        ..Sections::default()
    };
    let mut covered = BTreeSet::new();
    for span in [overdue, due_today, due_next] {
        covered.extend(among(conn, scope, span, told)?);
    }
    found.elsewhere = count_of(told.difference(&covered).count());
    Ok(found)
}

pub(super) fn count_of(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}

/// Which of some dossiers are in a section.
fn among(
    conn: &mut Conn,
    scope: &Scope,
    (after, until): Span,
    ids: &BTreeSet<i64>,
) -> Result<Vec<i64>, Error> {
    let ids: Vec<i64> = ids.iter().copied().collect();
    let mut found = Vec::new();
    for some in ids.chunks(500) {
        let mut query = dossiers::table
            .filter(dossiers::id.eq_any(some.to_vec()))
            .filter(dossiers::ended_at.is_null())
            .filter(dossiers::late_after.le(until))
            .select((dossiers::id, dossiers::office_id, dossiers::department_id))
            .into_boxed();
        if let Some(after) = after {
            query = query.filter(dossiers::late_after.gt(after));
        }
        let rows: Vec<(i64, i64, Option<i64>)> = query.load(conn)?;
        let in_scope = |office: i64, department: Option<i64>| {
            scope.offices.contains(&office)
                || department.is_some_and(|id| scope.departments.contains(&id))
        };
        found.extend(
            rows.into_iter()
                .filter(|(_, office, department)| in_scope(*office, *department))
                .map(|(id, _, _)| id),
        );
    }
    Ok(found)
}

/// The last instant in time is in time: late is what was due before now.
fn just_before(now: DateTime<Utc>) -> NaiveDateTime {
    (now - chrono::TimeDelta::microseconds(1)).naive_utc()
}

/// Midnight, which as a due date belongs to the day that it ends.
fn start_of(day: NaiveDate) -> NaiveDateTime {
    from_local(day.and_time(NaiveTime::MIN)).naive_utc()
}

fn end_of(day: NaiveDate) -> NaiveDateTime {
    start_of(day.succ_opt().unwrap_or(day))
}

type Within = Box<dyn BoxableExpression<dossiers::table, MultiBackend, SqlType = Bool>>;

/// Dossiers of the offices or the departments of a scope. Nearly every scope has either alone: an OR
/// with an empty list is one that a database looks for in indexes all the same.
fn within(scope: &Scope) -> Within {
    let of_offices =
        || dossiers::office_id.eq_any(scope.offices.iter().copied().collect::<Vec<_>>());
    let of_departments = || {
        dossiers::department_id
            .eq_any(scope.departments.iter().copied().collect::<Vec<_>>())
            .assume_not_null()
    };
    match (scope.offices.is_empty(), scope.departments.is_empty()) {
        (_, true) => Box::new(of_offices()),
        (true, false) => Box::new(of_departments()),
        (false, false) => Box::new(of_offices().or(of_departments())),
    }
}

/// Open dossiers of the scope that are late after an instant in `after < late_after <= until`.
fn section(
    conn: &mut Conn,
    directory: &Directory,
    scope: &Scope,
    rung: &str,
    title: &str,
    (after, until): Span,
    now: DateTime<Utc>,
) -> Result<Group, Error> {
    let mut counting = dossiers::table
        .filter(dossiers::late_after.is_not_null())
        .filter(dossiers::ended_at.is_null())
        .filter(dossiers::late_after.le(until))
        .filter(within(scope))
        .group_by((dossiers::office_id, dossiers::department_id))
        .select((dossiers::office_id, dossiers::department_id, count_star()))
        .into_boxed();
    let mut naming = dossiers::table
        .filter(dossiers::late_after.is_not_null())
        .filter(dossiers::ended_at.is_null())
        .filter(dossiers::late_after.le(until))
        .filter(within(scope))
        .order((dossiers::late_after, dossiers::id))
        .limit(i64::try_from(NAMED).unwrap_or(20))
        .select((dossiers::id, dossiers::late_after.assume_not_null()))
        .into_boxed();
    if let Some(after) = after {
        counting = counting.filter(dossiers::late_after.gt(after));
        naming = naming.filter(dossiers::late_after.gt(after));
    }
    let counts: Vec<(i64, Option<i64>, i64)> = counting.load(conn)?;
    let counted: ByDepartment = counts
        .into_iter()
        .map(|(office, department, count)| {
            ((office, department), u64::try_from(count).unwrap_or(0))
        })
        .collect();
    let oldest: Vec<(i64, NaiveDateTime)> = naming.load(conn)?;
    let ids: Vec<i64> = oldest.iter().map(|(id, _)| *id).collect();
    let judged = |(id, due_at)| (id, Judged::of(due_at, now));
    let dates: HashMap<i64, Judged> = oldest.into_iter().map(judged).collect();
    Ok(Group {
        rung: rung.to_owned(),
        title: title.to_owned(),
        count: counted.values().sum(),
        departments: named_counts(directory, counted),
        dossiers: lines(conn, directory, &ids, &dates)?,
    })
}

type ProposalRow = (String, i64, String, String, NaiveDateTime, NaiveDateTime);

/// Apologies that wait for a signature and whose dossier still runs towards the same date.
pub(super) fn open_proposals(
    conn: &mut Conn,
    directory: &Directory,
    of: &BTreeSet<i64>,
) -> Result<Proposals, Error> {
    if of.is_empty() {
        return Ok(Proposals::default());
    }
    let of: Vec<i64> = of.iter().copied().collect();
    let open = || {
        proposals::table
            .inner_join(dossiers::table.inner_join(procedure_versions::table))
            .filter(proposals::office_id.eq_any(of.clone()))
            .filter(proposals::state.eq("open"))
            .filter(proposals::moot_at.is_null())
            .filter(dossiers::state.eq_any(["accepted", "processing"]))
            .filter(dossiers::due_at.eq(proposals::due_at.nullable()))
    };
    let rows: Vec<ProposalRow> = open()
        .order((proposals::due_at, proposals::id))
        .limit(i64::try_from(NAMED).unwrap_or(20))
        .select((
            proposals::uid,
            proposals::office_id,
            dossiers::code,
            procedure_versions::name,
            proposals::due_at,
            proposals::proposed_due_at,
        ))
        .load(conn)?;
    let mut count = count_of(rows.len());
    // There may be more than are named.
    if rows.len() >= NAMED {
        let all: i64 = open().count().get_result(conn)?;
        count = u64::try_from(all).unwrap_or(count);
    }
    let line = |(uid, office, code, procedure, due_at, proposed): ProposalRow| Proposal {
        code,
        procedure,
        office: directory.office_named(office),
        due_at: due_at.and_utc(),
        proposed_due_at: proposed.and_utc(),
        url: format!("/api/v1/proposals/{uid}"),
        id: uid,
    };
    Ok(Proposals {
        named: rows.into_iter().map(line).collect(),
        count,
    })
}
