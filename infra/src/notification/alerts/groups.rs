//! Alerts put together for a letter: by rung, with totals per department and the oldest first.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use domain::notification::ladder::{About, Rung, When};
use domain::time::local_date;

use super::PROPOSED;
use super::counts::{count_by, named_counts};
use super::directory::Directory;
use super::ladders::Ladders;
use super::sections::Sections;
use crate::db::Conn;
use crate::db::schema::{alerts, dossiers, procedure_versions, staff};
use crate::error::Error;
use crate::notification::ListOf;
use crate::notification::letters::{DossierLine, Group};

/// Dossiers that a letter names of each group; the rest is in the total and in the list.
pub(super) const NAMED: usize = 20;

/// An alert beside the dossier as it stands now.
#[derive(Debug, Clone, Queryable)]
pub(super) struct AlertNow {
    pub id: i64,
    pub dossier_id: i64,
    pub office_id: i64,
    rung: String,
    about: String,
    due_at: NaiveDateTime,
    pub staff_id: i64,
    state: String,
    due_at_now: Option<NaiveDateTime>,
    step_due_at_now: Option<NaiveDateTime>,
    sort_due_at_now: NaiveDateTime,
    department_id: Option<i64>,
}

macro_rules! columns {
    () => {
        (
            alerts::id,
            alerts::dossier_id,
            alerts::office_id,
            alerts::rung,
            alerts::about,
            alerts::due_at,
            alerts::staff_id,
            dossiers::state,
            dossiers::due_at,
            dossiers::step_due_at,
            dossiers::sort_due_at,
            dossiers::department_id,
        )
    };
}

impl AlertNow {
    /// The alerts of these batches. One that was dropped is told by another batch, if at all.
    pub(super) fn of_batches(conn: &mut Conn, batches: &[i64]) -> Result<Vec<Self>, Error> {
        let told = alerts::table
            .inner_join(dossiers::table)
            .filter(alerts::dropped_at.is_null())
            .order((alerts::due_at, alerts::dossier_id, alerts::id))
            .select(columns!());
        Ok(match *batches {
            // Nearly always one. Where PostgreSQL saw which, it would plan anew for each, which takes
            // five times as long as to read it.
            [batch] => {
                let unseen = diesel::select(batch.into_sql::<BigInt>()).single_value();
                told.filter(alerts::batch_id.nullable().eq(unseen))
                    .load(conn)?
            }
            _ => told
                .filter(alerts::batch_id.eq_any(batches.to_vec()))
                .load(conn)?,
        })
    }

    pub(super) fn of_ids(conn: &mut Conn, ids: &[i64]) -> Result<Vec<Self>, Error> {
        Ok(alerts::table
            .inner_join(dossiers::table)
            .filter(alerts::id.eq_any(ids.to_vec()))
            .order(alerts::id)
            .select(columns!())
            .load(conn)?)
    }

    /// Whether there is still reason for it: open, the clock running, towards the same date.
    pub(super) fn is_wanted(&self) -> bool {
        match About::parse(&self.about) {
            Some(About::Due) => self.runs() && self.due_at_now == Some(self.due_at),
            // Else the next step began, or this one anew.
            Some(About::Step) => self.runs() && self.step_due_at_now == Some(self.due_at),
            Some(About::Answer) => self.state == "submitted" && self.sort_due_at_now == self.due_at,
            None => false,
        }
    }

    /// Whether it is to be told now: also its rung is still on the ladder. A warning that comes
    /// late is one all the same: nobody else tells whoever has the dossier.
    pub(super) fn is_to_be_told(&self, directory: &Directory, ladders: &Ladders) -> bool {
        let rung = || rung_of(directory, ladders, self.office_id, &self.rung);
        self.is_wanted() && (self.is_proposal() || rung().is_some_and(|rung| rung.enabled))
    }

    fn runs(&self) -> bool {
        matches!(self.state.as_str(), "accepted" | "processing")
    }

    fn is_proposal(&self) -> bool {
        self.rung == PROPOSED
    }

    /// Whether the dossier is in the list of those that are late, whatever the alert is about.
    fn is_late(&self, now: DateTime<Utc>) -> bool {
        let late = |due_at: NaiveDateTime| due_at < now.naive_utc();
        self.runs() && self.due_at_now.is_some_and(late)
    }
}

/// The dossiers of some alerts, each once; proposed apologies are counted apart.
pub(super) fn dossiers_of(alerts: &[AlertNow]) -> BTreeSet<i64> {
    alerts
        .iter()
        .filter(|alert| !alert.is_proposal())
        .map(|alert| alert.dossier_id)
        .collect()
}

/// The offices of the apologies that some alerts propose.
pub(super) fn proposing(alerts: &[AlertNow]) -> BTreeSet<i64> {
    let proposals = alerts.iter().filter(|alert| alert.is_proposal());
    proposals.map(|alert| alert.office_id).collect()
}

/// The alerts by rung, the worst first.
pub(super) fn groups(
    conn: &mut Conn,
    directory: &Directory,
    ladders: &Ladders,
    alerts: &[AlertNow],
    now: DateTime<Utc>,
) -> Result<Vec<Group>, Error> {
    // By the ladder of each one's office: rungs of one name may be different ones.
    let mut by_rung: BTreeMap<Described<'_>, Vec<&AlertNow>> = BTreeMap::new();
    for alert in alerts.iter().filter(|alert| !alert.is_proposal()) {
        let described = described(directory, ladders, alert);
        by_rung.entry(described).or_default().push(alert);
    }
    let mut found = Vec::new();
    for (described, mut alerts) in by_rung {
        // Of two people meant, as by a stand-in's mail, the dossier is one all the same.
        let mut seen = BTreeSet::new();
        alerts.retain(|alert| seen.insert(alert.dossier_id));
        let oldest: Vec<i64> = alerts
            .iter()
            .take(NAMED)
            .map(|alert| alert.dossier_id)
            .collect();
        let dates: HashMap<i64, Judged> = alerts
            .iter()
            .take(NAMED)
            .map(|alert| (alert.dossier_id, Judged::of(alert.due_at, now)))
            .collect();
        let places = alerts.iter().map(|one| (one.office_id, one.department_id));
        let counted = count_by(places);
        found.push(Group {
            rung: described.name.to_owned(),
            title: described.title.to_owned(),
            count: u64::try_from(alerts.len()).unwrap_or(u64::MAX),
            departments: named_counts(directory, counted),
            dossiers: lines(conn, directory, &oldest, &dates)?,
        });
    }
    Ok(found)
}

/// A rung as a letter shows it, in the order of a letter: what is late before what is not, the
/// latest first; the promise before the answer, the answer before the step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Described<'a> {
    weight: (u8, i64, u8),
    name: &'a str,
    title: &'a str,
}

/// A rung by its name, on the ladder of an office.
fn rung_of<'a>(
    directory: &Directory,
    ladders: &'a Ladders,
    office: i64,
    name: &str,
) -> Option<&'a Rung> {
    let path = directory
        .offices
        .get(&office)
        .map_or("", |office| office.path.as_str());
    ladders.of(path).rungs.iter().find(|rung| rung.name == name)
}

fn described<'a>(
    directory: &Directory,
    ladders: &'a Ladders,
    alert: &'a AlertNow,
) -> Described<'a> {
    let name = alert.rung.as_str();
    let Some(rung) = rung_of(directory, ladders, alert.office_id, name) else {
        return Described {
            weight: (2, 0, 0),
            name,
            title: name,
        };
    };
    let (late, by) = match rung.when {
        When::Late { working_days, .. } => (0, -i64::from(working_days)),
        When::LateHours { .. } => (0, 0),
        When::Before { .. } | When::BeforeHours { .. } | When::Used { .. } => (1, 0),
    };
    let about = match rung.about {
        About::Due => 0,
        About::Answer => 1,
        About::Step => 2,
    };
    Described {
        weight: (late, by, about),
        name,
        title: &rung.title,
    }
}

/// Dossiers as letters name them, each read once for all letters of one moment: the same one is
/// told to its specialist, to the head and to the managers.
#[derive(Debug, Default)]
pub(super) struct Named(Mutex<HashMap<i64, NamedDossier>>);

#[derive(Debug, Clone)]
struct NamedDossier {
    code: String,
    office: i64,
    procedure: String,
    department: Option<i64>,
    holder: Option<String>,
}

type NamedRow = (i64, String, i64, String, Option<i64>, Option<i64>);

impl Named {
    /// Those of these dossiers that there are.
    fn of(
        &self,
        conn: &mut Conn,
        directory: &Directory,
        ids: &[i64],
    ) -> Result<HashMap<i64, NamedDossier>, Error> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut unknown = ids.to_vec();
        unknown.retain(|id| !known.contains_key(id));
        if !unknown.is_empty() {
            known.extend(read(conn, directory, unknown)?);
        }
        let found = |id: &i64| known.get(id).map(|dossier| (*id, dossier.clone()));
        Ok(ids.iter().filter_map(found).collect())
    }
}

fn read(
    conn: &mut Conn,
    directory: &Directory,
    ids: Vec<i64>,
) -> Result<Vec<(i64, NamedDossier)>, Error> {
    let rows: Vec<NamedRow> = dossiers::table
        .inner_join(procedure_versions::table)
        .filter(dossiers::id.eq_any(ids))
        .select((
            dossiers::id,
            dossiers::code,
            dossiers::office_id,
            procedure_versions::name,
            dossiers::department_id,
            dossiers::holder_id,
        ))
        .load(conn)?;
    // Who left the service is in no directory.
    let mut gone: Vec<i64> = rows.iter().filter_map(|row| row.5).collect();
    gone.retain(|id| !directory.people.contains_key(id));
    let gone: HashMap<i64, String> = if gone.is_empty() {
        HashMap::new()
    } else {
        let names = staff::table.filter(staff::id.eq_any(gone));
        let names = names.select((staff::id, staff::display_name));
        names.load::<(i64, String)>(conn)?.into_iter().collect()
    };
    let name = |id: i64| {
        let here = directory.people.get(&id).map(|person| &person.name);
        here.or_else(|| gone.get(&id)).cloned()
    };
    let named = |(id, code, office, procedure, department, holder): NamedRow| {
        let holder = holder.and_then(name);
        let dossier = NamedDossier {
            code,
            office,
            procedure,
            department,
            holder,
        };
        (id, dossier)
    };
    Ok(rows.into_iter().map(named).collect())
}

/// By which date a dossier is judged, and when.
#[derive(Debug, Clone, Copy)]
pub(super) struct Judged {
    pub due_at: DateTime<Utc>,
    pub at: DateTime<Utc>,
}

impl Judged {
    pub(super) fn of(due_at: NaiveDateTime, at: DateTime<Utc>) -> Self {
        Self {
            due_at: due_at.and_utc(),
            at,
        }
    }
}

/// Dossiers as a letter to the staff names them, in the order given.
pub(super) fn lines(
    conn: &mut Conn,
    directory: &Directory,
    ids: &[i64],
    dates: &HashMap<i64, Judged>,
) -> Result<Vec<DossierLine>, Error> {
    let mut named = directory.named.of(conn, directory, ids)?;
    let line = |id: &i64| {
        let judged = *dates.get(id)?;
        let dossier = named.remove(id)?;
        let department = dossier.department;
        Some(DossierLine {
            url: dossier_url(&dossier.code),
            code: dossier.code,
            procedure: dossier.procedure,
            office: directory.office_named(dossier.office),
            department: department.and_then(|id| directory.departments.get(&id).cloned()),
            holder: dossier.holder,
            due_at: judged.due_at,
            lateness_days: lateness_days(directory, dossier.office, judged),
        })
    };
    Ok(ids.iter().filter_map(line).collect())
}

/// Where a dossier is read, below the public address of the service.
pub(super) fn dossier_url(code: &str) -> String {
    format!("/api/v1/dossiers/{code}")
}

/// Where all dossiers of these alerts and sections are listed: among those that are late where
/// there are no others. Proposed apologies do not count: each has a link of its own.
pub(super) fn list_url(alerts: &[AlertNow], sections: &Sections, now: DateTime<Utc>) -> String {
    let told = || alerts.iter().filter(|alert| !alert.is_proposal());
    let late = sections.overdue.count > 0 || told().any(|alert| alert.is_late(now));
    let others = sections.due_today.count + sections.due_next.count > 0
        || told().any(|alert| !alert.is_late(now));
    let list = match (late, others) {
        (true, false) => ListOf::Overdue,
        _ => ListOf::All,
    };
    list.path()
}

fn lateness_days(directory: &Directory, office: i64, judged: Judged) -> u64 {
    let Judged { due_at, at } = judged;
    let days = directory.calendar(office).map_or(0, |calendar| {
        calendar.working_days_between(calendar.due_day(due_at), local_date(at))
    });
    if at > due_at {
        u64::try_from(days).unwrap_or(0)
    } else {
        0
    }
}
