//! Which rungs of a dossier are told to whom, and when: the ladder walked span by span.

use std::collections::HashSet;

use crate::year::time::{At, day_of};
use crate::year::ward::Procedure;

use super::calendar::Calendar;
use super::rungs::{About, LADDER, Rung, Who};
use super::spans::{Dated, end_of};
use super::{Span, World};

/// Under which managers are told of a proposed apology.
pub const PROPOSED: &str = "apology_proposed";

/// One person is told of one rung, once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alert {
    pub rung: &'static str,
    pub occurrence: i64,
    pub due: At,
    pub person: i64,
    pub at: At,
    /// Who is written to.
    pub to: i64,
    /// Within the morning's digest, not beside it.
    pub in_digest: bool,
}

type Key = (&'static str, i64, At, i64);

/// What a dossier gives to tell.
pub fn alerts(world: &World<'_>, procedure: &Procedure, spans: &[Span]) -> Vec<Alert> {
    let mut told = Teller {
        world,
        procedure,
        keys: HashSet::new(),
        proposed: HashSet::new(),
        alerts: Vec::new(),
    };
    for span in spans {
        told.span(span);
    }
    told.alerts
}

struct Teller<'a> {
    world: &'a World<'a>,
    procedure: &'a Procedure,
    keys: HashSet<Key>,
    proposed: HashSet<At>,
    alerts: Vec<Alert>,
}

/// A rung that fires at a step.
#[derive(Clone, Copy)]
struct Firing {
    at: At,
    deliver: At,
}

impl Teller<'_> {
    fn span(&mut self, span: &Span) {
        let calendar = self.world.calendars.at(span.to);
        let mut warned = None;
        let mut looks = Vec::new();
        for rung in &LADDER {
            let Some(dated) = rung.dated(span, calendar) else {
                continue;
            };
            let every = rung.every();
            for times in 0.. {
                let occurrence = times * every.unwrap_or(0);
                let Some(firing) = self.fires(rung, &dated, occurrence, span, calendar) else {
                    break;
                };
                let next = every.and_then(|days| rung.falls(&dated, occurrence + days, calendar));
                let passed = next.is_some_and(|next| next <= firing.at);
                let late = rung.warns() && (firing.at > dated.date || firing.deliver > dated.date);
                // Also a warning that comes too late was a reason to look.
                looks.push(firing);
                if !passed && !late {
                    self.tell(rung, occurrence, dated.date, span, firing, calendar);
                    if rung.about == About::Due && rung.warns() {
                        warned = Some((firing, dated.date));
                    }
                }
                if every.is_none() {
                    break;
                }
            }
        }
        if let Some((firing, date)) = warned {
            // What falls first is what the look is for.
            looks.sort_unstable_by_key(|look| (look.at, look.deliver));
            looks.dedup_by_key(|look| look.at);
            // Looked at again with every other rung of this span until the date.
            let again = |look: &Firing| firing.at <= look.at && look.at <= date;
            for Firing { at, deliver } in looks.into_iter().filter(again) {
                // It could not be told before the moment for which this look was planned.
                let deliver = firing.deliver.max(deliver);
                self.propose(span, Firing { at, deliver }, date, calendar);
            }
        }
    }

    /// At which step of the span an occurrence fires.
    fn fires(
        &self,
        rung: &Rung,
        dated: &Dated,
        occurrence: i64,
        span: &Span,
        calendar: &Calendar,
    ) -> Option<Firing> {
        let moment = rung.falls(dated, occurrence, calendar)?;
        let deliver = calendar.working_from(moment.max(span.from));
        let at = self.world.working_step(deliver.max(span.from + 1))?;
        if at > span.to {
            return None;
        }
        let today = day_of(at);
        let deliver = if day_of(deliver) < today {
            calendar.opening(today).expect("a working day")
        } else {
            deliver
        };
        Some(Firing { at, deliver })
    }

    fn tell(
        &mut self,
        rung: &Rung,
        occurrence: i64,
        due: At,
        span: &Span,
        firing: Firing,
        calendar: &Calendar,
    ) {
        let mut meant: Vec<i64> = rung
            .to
            .iter()
            .flat_map(|who| self.people(*who, span))
            .collect();
        if meant.is_empty() {
            meant = self.people(Who::Manager, span);
        }
        for person in meant {
            self.tell_one((rung.name, occurrence, due, person), firing, calendar);
        }
    }

    fn tell_one(&mut self, key: Key, firing: Firing, calendar: &Calendar) {
        let (rung, occurrence, due, person) = key;
        if !self.keys.insert(key) {
            return;
        }
        let at = firing.at;
        let one = self.world.ward.person(person);
        let oversees = one
            .roles
            .iter()
            .any(|(role, _)| role == "head" || role == "manager");
        let opening = calendar.opening(day_of(at));
        let first = opening.and_then(|opening| self.world.working_step(opening)) == Some(at);
        self.alerts.push(Alert {
            rung,
            occurrence,
            due,
            person,
            at,
            to: self.world.addressee(person, at),
            in_digest: oversees && first && Some(firing.deliver) == opening,
        });
    }

    fn people(&self, who: Who, span: &Span) -> Vec<i64> {
        let ward = self.world.ward;
        let ids = |people: Vec<&crate::year::ward::Person>| {
            people.into_iter().map(|person| person.id).collect()
        };
        match who {
            Who::Holder => span.holder.into_iter().collect(),
            Who::Clerks => ids(ward.holding("clerk")),
            Who::Manager => ids(ward.holding("manager")),
            Who::ParentManager => ids(ward.parent_managers()),
            Who::Head => {
                let mut heads = ward.holding("head");
                heads
                    .retain(|head| span.department.is_some() && head.department == span.department);
                ids(heads)
            }
        }
    }

    /// An apology, when the open steps no longer fit.
    fn propose(&mut self, span: &Span, firing: Firing, due: At, calendar: &Calendar) {
        let step = span.step.as_ref().expect("a step");
        let mut end = step.dated.date.max(firing.at);
        for next in &self.procedure.steps[step.next..] {
            end = end_of(next.budget, end - 1, calendar);
        }
        if span.reappointed || end <= due || !self.proposed.insert(due) {
            return;
        }
        for manager in self.people(Who::Manager, span) {
            self.tell_one((PROPOSED, 0, due, manager), firing, calendar);
        }
    }
}

/// Whether a dossier still runs towards the date of an alert at an instant.
pub fn stands(spans: &[Span], rung: &str, due: At, at: At) -> bool {
    let now = spans.iter().find(|span| span.from < at && at <= span.to);
    now.is_some_and(|span| match LADDER.iter().find(|one| one.name == rung) {
        Some(one) if one.about == About::Answer => {
            span.state == "submitted" && span.answer == Some(due)
        }
        Some(one) if one.about == About::Step => {
            span.runs()
                && span
                    .step
                    .as_ref()
                    .is_some_and(|step| step.dated.date == due)
        }
        _ => span.runs() && span.due.as_ref().is_some_and(|promise| promise.date == due),
    })
}
