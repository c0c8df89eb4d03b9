//! The figures of form II.06 for a period that is over, by field; the same whenever they are run.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, Text, Timestamp};
use domain::dossier::Promise;
use domain::time::from_local;

use super::past::overdue_then;
use crate::db::dialect::{instant_literal, kind};
use crate::db::schema::dossiers;
use crate::db::{Conn, Kind};
use crate::dossier::DossierRow;
use crate::error::Error;

/// Whole days at UTC+7, from the first through the last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period {
    pub first: NaiveDate,
    pub last: NaiveDate,
}

impl Period {
    /// The first instant of the period.
    pub fn start(self) -> DateTime<Utc> {
        from_local(self.first.and_time(NaiveTime::MIN))
    }

    /// The first instant after it.
    pub fn end(self) -> DateTime<Utc> {
        let after = self.last.succ_opt().unwrap_or(self.last);
        from_local(after.and_time(NaiveTime::MIN))
    }
}

/// One row of the form. The numbers in brackets are those of its columns.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Figures {
    /// (4), also by other offices' systems.
    pub online: u64,
    /// (5)
    pub in_person: u64,
    /// (6) In progress when the period began.
    pub carried_over: u64,
    /// (8)
    pub early: u64,
    /// (9)
    pub on_time: u64,
    /// (10)
    pub late: u64,
    /// (11) In progress when it ended.
    pub in_progress: u64,
    /// (13)
    pub overdue: u64,
}

impl Figures {
    /// (3)
    pub fn received(&self) -> u64 {
        self.online + self.in_person + self.carried_over
    }

    /// (7)
    pub fn resolved(&self) -> u64 {
        self.early + self.on_time + self.late
    }

    /// (12)
    pub fn within(&self) -> u64 {
        self.in_progress.saturating_sub(self.overdue)
    }

    /// Whether everything that came in is accounted for: (3) = (7) + (11).
    pub fn adds_up(&self) -> bool {
        self.received() == self.resolved() + self.in_progress
    }

    /// On-time share × 20 [Decision 766/QĐ-TTg]; none when nothing was resolved.
    pub fn score(&self) -> Option<f64> {
        let counts = |count: u64| u32::try_from(count).ok().map(f64::from);
        let resolved = counts(self.resolved()).filter(|resolved| *resolved > 0.0)?;
        Some(counts(self.early + self.on_time)? / resolved * 20.0)
    }

    #[must_use]
    pub fn plus(self, other: &Self) -> Self {
        Self {
            online: self.online + other.online,
            in_person: self.in_person + other.in_person,
            carried_over: self.carried_over + other.carried_over,
            early: self.early + other.early,
            on_time: self.on_time + other.on_time,
            late: self.late + other.late,
            in_progress: self.in_progress + other.in_progress,
            overdue: self.overdue + other.overdue,
        }
    }
}

#[derive(Debug, QueryableByName)]
struct Row {
    #[diesel(sql_type = Text)]
    field: String,
    #[diesel(sql_type = BigInt)]
    online: i64,
    #[diesel(sql_type = BigInt)]
    in_person: i64,
    #[diesel(sql_type = BigInt)]
    carried_over: i64,
    #[diesel(sql_type = BigInt)]
    early: i64,
    #[diesel(sql_type = BigInt)]
    on_time: i64,
    #[diesel(sql_type = BigInt)]
    late: i64,
    #[diesel(sql_type = BigInt)]
    in_progress: i64,
    #[diesel(sql_type = BigInt)]
    overdue: i64,
}

/// The figures of these offices by field.
///
/// Received is what was accepted: what was refused, or withdrawn before, is not in (3). How a
/// case was judged, and whether it was late when the period ended, is by the date of the rules,
/// which a re-appointment does not move. What has changed since the period ended is counted
/// from the record of events as it stood then.
pub fn figures(
    conn: &mut Conn,
    offices: &[i64],
    period: Period,
) -> Result<BTreeMap<String, Figures>, Error> {
    if offices.is_empty() {
        return Ok(BTreeMap::new());
    }
    let sql = counting(kind(conn), offices, period);
    let rows: Vec<Row> = diesel::sql_query(sql).load(conn)?;
    let count = |count: i64| u64::try_from(count).unwrap_or(0);
    let mut found: BTreeMap<String, Figures> = BTreeMap::new();
    for row in rows {
        let figures = Figures {
            online: count(row.online),
            in_person: count(row.in_person),
            carried_over: count(row.carried_over),
            early: count(row.early),
            on_time: count(row.on_time),
            late: count(row.late),
            in_progress: count(row.in_progress),
            overdue: count(row.overdue),
        };
        let sum = found.entry(row.field).or_default();
        *sum = sum.plus(&figures);
    }
    for (field, overdue) in overdue_then(conn, offices, period)? {
        found.entry(field).or_default().overdue += overdue;
    }
    Ok(found)
}

/// Whether anything was handed in before the end of the period. Until a month has passed there is
/// nothing to count, which is sooner seen than counted.
pub fn is_after_the_first(conn: &mut Conn, period: Period) -> Result<bool, Error> {
    let first: Option<NaiveDateTime> = dossiers::table
        .order(dossiers::id)
        .select(dossiers::submitted_at)
        .first(conn)
        .optional()?;
    Ok(first.is_some_and(|first| first < period.end().naive_utc()))
}

/// Closed cases by one index, open ones by another: what was closed before the period is never
/// looked at. `overdue` counts what has not changed since the period ended.
fn counting(kind: Kind, offices: &[i64], period: Period) -> String {
    let start = instant_literal(kind, Some(period.start().naive_utc()));
    let end = instant_literal(kind, Some(period.end().naive_utc()));
    let offices = in_list(offices);
    let columns = "received_at, closed_at, channel, judgement, late_after_by_rules, \
                   procedure_version_id, id, event_count";
    let sum = |condition: &str| {
        format!("CAST(coalesce(sum(CASE WHEN {condition} THEN 1 ELSE 0 END), 0) AS BIGINT)")
    };
    let came = |channels: &str| {
        sum(&format!(
            "received_at >= {start} AND channel IN ({channels})"
        ))
    };
    let closed = |judgement: &str| sum(&format!("closed_at < {end} AND judgement = '{judgement}'"));
    format!(
        "WITH counted AS ( \
           SELECT {columns} FROM dossiers \
           WHERE office_id IN ({offices}) AND received_at < {end} \
             AND closed_at IS NOT NULL AND closed_at >= {start} \
           UNION ALL \
           SELECT {columns} FROM dossiers \
           WHERE office_id IN ({offices}) AND received_at < {end} \
             AND ended_at IS NULL AND closed_at IS NULL) \
         SELECT procedure_versions.field AS field, \
           {online} AS online, {in_person} AS in_person, {carried} AS carried_over, \
           {early} AS early, {on_time} AS on_time, {late} AS late, \
           {in_progress} AS in_progress, {overdue} AS overdue \
         FROM counted \
         JOIN procedure_versions ON procedure_versions.id = counted.procedure_version_id \
         GROUP BY procedure_versions.field",
        online = came("'online', 'ward_client'"),
        in_person = came("'in_person', 'post'"),
        carried = sum(&format!("received_at < {start}")),
        early = closed("early"),
        on_time = closed("on_time"),
        late = closed("late"),
        in_progress = sum(&format!("closed_at IS NULL OR closed_at >= {end}")),
        overdue = sum(&format!(
            "closed_at IS NULL AND late_after_by_rules < {end} AND {}",
            unchanged_since(&end, "counted")
        )),
    )
}

/// The last event of a dossier lies before an instant.
pub(super) fn unchanged_since(end: &str, of: &str) -> String {
    format!(
        "EXISTS (SELECT 1 FROM dossier_events WHERE dossier_events.dossier_id = {of}.id \
         AND dossier_events.number = {of}.event_count AND dossier_events.at < {end})"
    )
}

pub(super) fn in_list(ids: &[i64]) -> String {
    let texts: Vec<String> = ids.iter().map(i64::to_string).collect();
    texts.join(", ")
}

/// A case that was closed late, or is late.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LateOne {
    pub id: i64,
    /// The date of the rules.
    pub due_at: DateTime<Utc>,
    /// Its first end; none while it goes on.
    pub ended_at: Option<DateTime<Utc>>,
}

/// How many cases of each office and department; of none those that nobody holds.
pub type ByDepartment = BTreeMap<(i64, Option<i64>), u64>;

/// The cases that were closed late in the period, or are late since then: how many of each
/// department, and the first of them, the oldest date first.
pub fn late_ones(
    conn: &mut Conn,
    offices: &[i64],
    period: Period,
    named: i64,
) -> Result<(ByDepartment, Vec<LateOne>), Error> {
    let (start, end) = (period.start().naive_utc(), period.end().naive_utc());
    let of_period = || {
        dossiers::table
            .filter(dossiers::office_id.eq_any(offices.to_vec()))
            .filter(
                dossiers::judgement
                    .eq("late")
                    .and(dossiers::closed_at.ge(start))
                    .and(dossiers::closed_at.lt(end))
                    .or(dossiers::ended_at
                        .is_null()
                        .and(dossiers::late_after_by_rules.lt(end)))
                    .assume_not_null(),
            )
    };
    let counts: Vec<(i64, Option<i64>, i64)> = of_period()
        .group_by((dossiers::office_id, dossiers::department_id))
        .select((
            dossiers::office_id,
            dossiers::department_id,
            diesel::dsl::count_star(),
        ))
        .load(conn)?;
    let oldest: Vec<DossierRow> = of_period()
        .order((
            diesel::dsl::sql::<Nullable<Timestamp>>("coalesce(late_after_by_rules, due_at)"),
            dossiers::id,
        ))
        .limit(named)
        .select(DossierRow::as_select())
        .load(conn)?;
    let mut oldest: Vec<LateOne> = oldest.iter().filter_map(late_one).collect();
    oldest.sort_by_key(|one| (one.due_at, one.id));
    let counts = counts.into_iter().map(|(office, department, count)| {
        ((office, department), u64::try_from(count).unwrap_or(0))
    });
    Ok((counts.collect(), oldest))
}

/// None where nothing was promised. One whose rules do not read is judged by what lists show.
fn late_one(row: &DossierRow) -> Option<LateOne> {
    let progress = &row.progress;
    let columns = (progress.closed_at, progress.due_at);
    let judged = progress.dossier().ok().and_then(|dossier| {
        let due_at = dossier.promise.as_ref().map(Promise::by_rules);
        match dossier.judged_end() {
            Some((ended_at, due_at)) => Some((Some(ended_at), due_at)),
            None => due_at.map(|due_at| (None, due_at)),
        }
    });
    let (ended_at, due_at) = judged.or_else(|| {
        let (closed_at, due_at) = columns;
        Some((closed_at.map(|at| at.and_utc()), due_at?.and_utc()))
    })?;
    Some(LateOne {
        id: row.id,
        due_at,
        ended_at,
    })
}
