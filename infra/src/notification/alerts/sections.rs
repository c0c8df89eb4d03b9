//! What the digest shows beside the alerts: overdue, due today, due on the next working day.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use diesel::dsl::count_star;
use diesel::prelude::*;
use domain::deadline::Calendar;
use domain::time::{from_local, local_date};

use super::directory::{Directory, Scope};
use super::groups::{NAMED, lines, named_counts};
use crate::db::Conn;
use crate::db::schema::{dossiers, offices, procedure_versions, proposals};
use crate::error::Error;
use crate::notification::letters::{Group, Proposal};

/// The sections of a digest.
#[derive(Debug, Default)]
pub(super) struct Sections {
    pub overdue: Group,
    pub due_today: Group,
    pub due_next: Group,
    pub proposals: Vec<Proposal>,
}

impl Sections {
    pub(super) fn is_empty(&self) -> bool {
        self.overdue.count + self.due_today.count + self.due_next.count == 0
            && self.proposals.is_empty()
    }
}

pub(super) fn sections(
    conn: &mut Conn,
    directory: &Directory,
    scope: &Scope,
    calendar: &Calendar,
    now: DateTime<Utc>,
) -> Result<Sections, Error> {
    let today = local_date(now);
    let next = calendar.working_day_after(today, 1);
    let mut section = |rung: &str, title: &str, after, until| {
        section(conn, directory, scope, rung, title, (after, until), now)
    };
    Ok(Sections {
        overdue: section("overdue", "Quá hạn", None, just_before(now))?,
        due_today: section(
            "due_today",
            "Đến hạn hôm nay",
            Some(just_before(now)),
            end_of(today),
        )?,
        due_next: section(
            "due_next",
            "Đến hạn ngày làm việc tiếp theo",
            Some(start_of(next)),
            end_of(next),
        )?,
        proposals: open_proposals(conn, &scope.offices.iter().copied().collect::<Vec<_>>())?,
    })
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

/// Open dossiers of the scope that are late after an instant in `after < late_after <= until`.
fn section(
    conn: &mut Conn,
    directory: &Directory,
    scope: &Scope,
    rung: &str,
    title: &str,
    (after, until): (Option<NaiveDateTime>, NaiveDateTime),
    now: DateTime<Utc>,
) -> Result<Group, Error> {
    let of_offices = dossiers::office_id.eq_any(scope.offices.iter().copied().collect::<Vec<_>>());
    let of_departments = dossiers::department_id
        .eq_any(scope.departments.iter().copied().collect::<Vec<_>>())
        .assume_not_null();
    // The OR is of two indexed conditions, each of which looks at what is late alone.
    let mut counting = dossiers::table
        .filter(dossiers::late_after.is_not_null())
        .filter(dossiers::ended_at.is_null())
        .filter(dossiers::late_after.le(until))
        .filter(of_offices.clone().or(of_departments.clone()))
        .group_by(dossiers::department_id)
        .select((dossiers::department_id, count_star()))
        .into_boxed();
    let mut naming = dossiers::table
        .filter(dossiers::late_after.is_not_null())
        .filter(dossiers::ended_at.is_null())
        .filter(dossiers::late_after.le(until))
        .filter(of_offices.or(of_departments))
        .order((dossiers::late_after, dossiers::id))
        .limit(i64::try_from(NAMED).unwrap_or(20))
        .select((dossiers::id, dossiers::late_after.assume_not_null()))
        .into_boxed();
    if let Some(after) = after {
        counting = counting.filter(dossiers::late_after.gt(after));
        naming = naming.filter(dossiers::late_after.gt(after));
    }
    let counts: Vec<(Option<i64>, i64)> = counting.load(conn)?;
    let counted: BTreeMap<Option<i64>, u64> = counts
        .into_iter()
        .map(|(department, count)| (department, u64::try_from(count).unwrap_or(0)))
        .collect();
    let oldest: Vec<(i64, NaiveDateTime)> = naming.load(conn)?;
    let ids: Vec<i64> = oldest.iter().map(|(id, _)| *id).collect();
    let dates: HashMap<i64, NaiveDateTime> = oldest.into_iter().collect();
    Ok(Group {
        rung: rung.to_owned(),
        title: title.to_owned(),
        count: counted.values().sum(),
        departments: named_counts(conn, counted)?,
        dossiers: lines(conn, directory, &ids, &dates, now)?,
    })
}

type ProposalRow = (String, String, String, NaiveDateTime, NaiveDateTime);

/// Apologies that wait for a signature and whose dossier still runs towards the same date.
pub(super) fn open_proposals(conn: &mut Conn, of: &[i64]) -> Result<Vec<Proposal>, Error> {
    let rows: Vec<ProposalRow> = proposals::table
        .inner_join(dossiers::table.inner_join(procedure_versions::table))
        .inner_join(offices::table.on(offices::id.eq(proposals::office_id)))
        .filter(proposals::office_id.eq_any(of.to_vec()))
        .filter(proposals::state.eq("open"))
        .filter(dossiers::state.eq_any(["accepted", "processing"]))
        .filter(dossiers::due_at.eq(proposals::due_at.nullable()))
        .order((proposals::due_at, proposals::id))
        .limit(i64::try_from(NAMED).unwrap_or(20))
        .select((
            proposals::uid,
            dossiers::code,
            procedure_versions::name,
            proposals::due_at,
            proposals::proposed_due_at,
        ))
        .load(conn)?;
    let line = |(uid, code, procedure, due_at, proposed): ProposalRow| Proposal {
        code,
        procedure,
        due_at: due_at.and_utc(),
        proposed_due_at: proposed.and_utc(),
        url: format!("/api/v1/proposals/{uid}"),
    };
    Ok(rows.into_iter().map(line).collect())
}
