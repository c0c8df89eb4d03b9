//! Digests and reports: who of the heads and managers gets one when.

use std::collections::{BTreeMap, BTreeSet};

use chrono::Datelike as _;

use crate::year::time::{At, DayNumber, date_of, day_of, number};
use crate::year::ward::OFFICE;

use super::tell::Alert;
use super::{Span, World};

/// Whether there must be a mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Must {
    No,
    /// The pages leave it open.
    May,
    Yes,
}

/// Digests by addressee and day, with the step at which they are made.
pub type Digests = BTreeMap<(i64, DayNumber), (At, Must)>;

/// What there is to say on a morning, by department; none for the ward as a whole.
type Sections = BTreeMap<(DayNumber, Option<i64>), Must>;

/// Collects dossier by dossier.
pub struct Mornings<'a> {
    world: &'a World<'a>,
    /// The first working step of each working day.
    steps: BTreeMap<DayNumber, At>,
    sections: Sections,
    alerts: BTreeSet<(DayNumber, i64)>,
    /// The first acceptance of all.
    first_accepted: Option<At>,
}

impl<'a> Mornings<'a> {
    pub fn new(world: &'a World<'a>) -> Self {
        let mut steps = BTreeMap::new();
        for day in world.plan.first..=world.plan.last {
            let calendar = world.calendars.at(day * crate::year::time::DAY + 1);
            let step = calendar.opening(day).and_then(|at| world.working_step(at));
            if let Some(step) = step.filter(|step| day_of(*step) == day) {
                steps.insert(day, step);
            }
        }
        Self {
            world,
            steps,
            sections: Sections::new(),
            alerts: BTreeSet::new(),
            first_accepted: None,
        }
    }

    pub fn add(&mut self, spans: &[Span], alerts: &[Alert]) {
        for alert in alerts.iter().filter(|alert| alert.in_digest) {
            self.alerts.insert((day_of(alert.at), alert.to));
        }
        let accepted = spans
            .iter()
            .find(|span| span.due.is_some())
            .map(|span| span.from);
        let earlier = accepted.into_iter().chain(self.first_accepted).min();
        self.first_accepted = earlier;
        for span in spans.iter().filter(|span| span.is_open()) {
            let Some(due) = &span.due else { continue };
            let last = if span.to == At::MAX {
                self.world.plan.last
            } else {
                day_of(span.to)
            };
            for (day, step) in self.steps.range(day_of(span.from)..=last) {
                if span.from < *step && *step <= span.to {
                    let says = self.says(span, due.date, *day, *step);
                    for place in [None, span.department] {
                        let one = self.sections.entry((*day, place)).or_insert(Must::No);
                        *one = (*one).max(says);
                    }
                }
            }
        }
    }

    /// Late by now, due today, or due until the end of the next working day.
    fn says(&self, span: &Span, due: At, day: DayNumber, step: At) -> Must {
        let next = self.world.calendars.at(step).working_day(day, 1);
        let soon = step <= due && day_of(due) <= next;
        match span.stopped {
            Some(since) if due < step && since > due => Must::Yes,
            // Its clock stood still in time.
            Some(_) if soon => Must::May,
            Some(_) => Must::No,
            None if due < step || soon => Must::Yes,
            None => Must::No,
        }
    }

    fn section(&self, day: DayNumber, place: Option<i64>) -> Must {
        self.sections
            .get(&(day, place))
            .copied()
            .unwrap_or(Must::No)
    }

    pub fn digests(&self) -> Digests {
        let mut digests = Digests::new();
        for (day, step) in &self.steps {
            for person in &self.world.ward.people {
                let head = person.is("head", OFFICE);
                let manager = person.roles.iter().any(|(role, _)| role == "manager");
                if !head && !manager {
                    continue;
                }
                let mut says = Must::No;
                if head {
                    says = says.max(self.section(*day, person.department));
                }
                if person.is("manager", OFFICE) {
                    says = says.max(self.section(*day, None));
                }
                let to = self.world.addressee(person.id, *step);
                if self.alerts.contains(&(*day, to)) {
                    says = Must::Yes;
                }
                let one = digests.entry((to, *day)).or_insert((*step, Must::No));
                one.1 = one.1.max(says);
            }
        }
        digests
    }

    /// Reports by addressee and the first day of their span, with the step at which they are made.
    pub fn reports(&self, weekly: bool) -> BTreeMap<(i64, DayNumber), At> {
        let mut reports = BTreeMap::new();
        let begins = |day: DayNumber| {
            let date = date_of(day);
            if weekly {
                date.weekday().num_days_from_monday() == 0
            } else {
                date.day() == 1
            }
        };
        for day in (self.world.plan.first..=self.world.plan.last).filter(|day| begins(*day)) {
            let begun = day * crate::year::time::DAY;
            let counted = self.first_accepted.is_some_and(|first| first < begun);
            let Some((_, step)) = self.steps.range(day..).next() else {
                continue;
            };
            if !counted {
                continue;
            }
            let past = if weekly {
                day - 7
            } else {
                number(last_month(date_of(day)))
            };
            for person in &self.world.ward.people {
                if person.roles.iter().any(|(role, _)| role == "manager") {
                    reports.insert((self.world.addressee(person.id, *step), past), *step);
                }
            }
        }
        reports
    }
}

fn last_month(date: chrono::NaiveDate) -> chrono::NaiveDate {
    date.checked_sub_months(chrono::Months::new(1))
        .expect("a date")
}
