//! Holds what the service told against what the model says, mail by mail.

mod alerts;
mod others;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::time::Instant;

use infra::db::Db;

use crate::year::drive::Kill;
use crate::year::links::message_id;
use crate::year::model::calendar::Calendars;
use crate::year::model::oversight::Mornings;
use crate::year::model::tell::{Alert, alerts};
use crate::year::model::{Span, World, spans};
use crate::year::plan::Plan;
use crate::year::record::{AlertRow, History, MailRow, alert_rows, bad_runs, histories, mail_rows};
use crate::year::sink::Got;
use crate::year::time::{At, DayNumber, day_of, number, on, show};
use crate::year::ward::{Absence, Ward};

/// A mail that could not be delivered at its step has come by the end of so many days after it; of
/// working days where it is to the staff, since those wait for one.
const PATIENCE: u64 = 2;
/// Mails whose fate a killed process alone knew of, when another took them over before it was back.
const AT_ONCE: usize = 8;
/// A group names no more dossiers than these.
const NAMED: usize = 20;

/// What a year leaves to compare.
pub struct Told<'a> {
    pub plan: &'a Plan,
    pub ward: &'a Ward,
    pub absences: &'a [Absence],
    pub calendars: Calendars,
    pub steps: Vec<At>,
    pub kills: &'a [Kill],
    /// Codes of dossiers with the addresses of their applicants.
    pub addresses: HashMap<String, String>,
    pub mails: Vec<Got>,
}

/// A dossier with all that the model says of it.
struct Known {
    history: History,
    spans: Vec<Span>,
    alerts: Vec<Alert>,
}

type AlertKey<'a> = (i64, &'a str, i64, At, i64);

struct Comparison<'a> {
    told: &'a Told<'a>,
    world: World<'a>,
    known: HashMap<i64, Known>,
    rows: Vec<AlertRow>,
    mails: HashMap<i64, MailRow>,
    /// By Message-ID, in the order of arrival.
    arrived: HashMap<&'a str, Vec<&'a Got>>,
    disturbed: BTreeSet<At>,
    differences: Vec<String>,
    counts: BTreeMap<&'static str, u64>,
}

/// What was counted, and what differs.
pub fn compare(db: &Db, told: &Told<'_>) -> (Vec<String>, Vec<String>) {
    let begun = Instant::now();
    let world = World {
        plan: told.plan,
        ward: told.ward,
        absences: told.absences,
        calendars: &told.calendars,
        steps: &told.steps,
    };
    let mut mornings = Mornings::new(&world);
    let mut known = HashMap::new();
    for history in histories(db) {
        let procedure = |one: &&super::ward::Procedure| one.code == history.procedure;
        let procedure = told
            .ward
            .procedures
            .iter()
            .find(procedure)
            .expect("a procedure");
        let spans = spans(&world, &history);
        let alerts = alerts(&world, procedure, &spans);
        mornings.add(&spans, &alerts);
        let id = history.id;
        known.insert(
            id,
            Known {
                history,
                spans,
                alerts,
            },
        );
    }
    let modelled = begun.elapsed();
    let mut arrived: HashMap<&str, Vec<&Got>> = HashMap::new();
    for got in &told.mails {
        arrived.entry(&got.id).or_default().push(got);
    }
    let down = |at: &&At| day_of(**at) == told.plan.smtp_down;
    let disturbed = told.kills.iter().map(|kill| kill.at);
    // A run that failed is tried again; what it kept back shows in the mails.
    let (differences, failed) = bad_runs(db);
    let mut comparison = Comparison {
        told,
        disturbed: disturbed
            .chain(told.steps.iter().filter(down).copied())
            .collect(),
        world: World { ..world },
        known,
        rows: alert_rows(db),
        mails: mail_rows(db).into_iter().map(|row| (row.id, row)).collect(),
        arrived,
        differences,
        counts: BTreeMap::from([("runs of jobs that failed", u64::try_from(failed).unwrap())]),
    };
    comparison.alerts();
    comparison.alert_mails();
    comparison.digests(&mornings);
    comparison.reports(&mornings);
    comparison.letters();
    comparison.no_other();
    let counts = comparison
        .counts
        .iter()
        .map(|(what, count)| format!("{what}: {count}"));
    let mut lines: Vec<String> = counts.collect();
    lines.push(format!(
        "the model took {modelled:.1?}, the comparison {:.1?}",
        begun.elapsed()
    ));
    (lines, comparison.differences)
}

impl Comparison<'_> {
    fn differs(&mut self, line: String) {
        self.differences.push(line);
    }

    fn count(&mut self, what: &'static str) {
        *self.counts.entry(what).or_default() += 1;
    }

    fn login(&self, person: i64) -> &str {
        &self.told.ward.person(person).login
    }

    fn name(&self, key: &AlertKey<'_>) -> String {
        let (dossier, rung, occurrence, due, person) = key;
        let code = &self.known[dossier].history.code;
        format!(
            "{code} {rung}/{occurrence} of {} for {}",
            show(*due),
            self.login(*person)
        )
    }

    /// What became of a dossier, for whoever looks into a difference.
    fn story(&self, dossier: i64) -> String {
        let known = &self.known[&dossier];
        let mut story = String::new();
        for event in &known.history.events {
            let mut detail = event.detail.clone();
            if let Some(map) = detail.as_object_mut() {
                map.retain(|name, _| {
                    name.starts_with("due") || name.contains("_due_") || name == "to"
                });
            }
            let at = show(event.at);
            story += &format!("\n    {at} {} -> {} {detail}", event.action, event.to);
        }
        story
    }

    /// The arrival of a mail that was first to be delivered at a step; what differs is noted.
    fn arrival(&mut self, mail: &MailRow, step: At) -> Option<Got> {
        let got = self.arrived.get(message_id(&mail.key).as_str());
        let Some(got) = got.map(|got| got[0].clone()) else {
            self.differs(format!(
                "{} of {} never came, {}",
                mail.key,
                show(step),
                mail.state
            ));
            return None;
        };
        let late = self.disturbed.contains(&step)
            && got.at > step
            && got.at <= self.patience_after(step, mail.staff.is_some());
        if got.at != step && !late {
            let line = format!("{} of {} came at {}", mail.key, show(step), show(got.at));
            self.differs(line);
        }
        if late {
            self.count("mails that came late after a fault");
        }
        if mail.staff.is_some() && !self.told.calendars.at(got.at).works(got.at) {
            self.differs(format!(
                "{} came after hours, at {}",
                mail.key,
                show(got.at)
            ));
        }
        if got.to != mail.to {
            self.differs(format!(
                "{} came to {}, not to {}",
                mail.key, got.to, mail.to
            ));
        }
        Some(got)
    }

    /// Until when what a fault kept back at a step may come.
    fn patience_after(&self, step: At, to_staff: bool) -> At {
        let mut left = PATIENCE;
        let mut day = day_of(step);
        while left > 0 {
            day += 1;
            let morning = on(day, 0, 0);
            let works = self.told.calendars.at(morning).is_working_day(day);
            left -= u64::from(works || !to_staff);
        }
        on(day + 1, 0, 0)
    }

    fn of_kind(&self, kind: &str) -> Vec<MailRow> {
        let mut rows: Vec<MailRow> = self
            .mails
            .values()
            .filter(|row| row.kind == kind)
            .cloned()
            .collect();
        rows.sort_by_key(|row| row.id);
        rows
    }

    /// Nothing else came, nothing is left over, and no more came twice than kills can explain.
    fn no_other(&mut self) {
        let ids: HashSet<String> = self
            .mails
            .values()
            .map(|row| message_id(&row.key))
            .collect();
        let linked: HashSet<i64> = self.rows.iter().filter_map(|row| row.mail).collect();
        let mut lines = Vec::new();
        let mut twice = 0;
        for (id, got) in &self.arrived {
            twice += got.len() - 1;
            if !ids.contains(*id) {
                lines.push(format!("{id} to {} is no mail of the outbox", got[0].to));
            }
        }
        for row in self.mails.values() {
            if !matches!(row.state.as_str(), "sent" | "moot") {
                lines.push(format!("{} is {} in the end", row.key, row.state));
            }
            // Alerts of a mail that was found moot are told anew, in another, when there is reason
            // again. It never came then, or a dead server had sent it: at a step with a kill.
            let arrived = self.arrived.get(message_id(&row.key).as_str());
            let excused = match arrived {
                None => row.state == "moot",
                Some(got) => self.disturbed.contains(&got[0].at),
            };
            if row.kind == "staff_alert" && !linked.contains(&row.id) && !excused {
                let came = arrived.map_or("never".to_owned(), |got| show(got[0].at));
                lines.push(format!(
                    "{} tells of nothing: {}, came {came}",
                    row.key, row.state
                ));
            }
        }
        let back = |kill: &Kill| if kill.back > kill.at { AT_ONCE } else { 1 };
        let most: usize = self.told.kills.iter().map(back).sum();
        if twice > most {
            lines.push(format!(
                "{twice} mails came twice; the kills explain {most}"
            ));
        }
        self.differences.append(&mut lines);
        self.counts.insert(
            "mails that came",
            u64::try_from(self.told.mails.len()).unwrap(),
        );
        self.counts
            .insert("mails that came twice", u64::try_from(twice).unwrap());
    }
}

/// The date at the end of a key.
fn last_date(key: &str) -> DayNumber {
    let text = key.rsplit('/').next().unwrap_or_default();
    number(text.parse().expect("a date"))
}
