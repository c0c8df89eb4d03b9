//! The second model: what the pages of the documentation demand, worked out slowly from the log.

pub mod calendar;
pub mod letters;
pub mod oversight;
mod rungs;
mod spans;
pub mod tell;

pub use spans::{Span, spans};

use super::plan::Plan;
use super::time::At;
use super::ward::{Absence, Ward};
use calendar::Calendars;

/// Everything that decides beside the log.
pub struct World<'a> {
    pub plan: &'a Plan,
    pub ward: &'a Ward,
    pub absences: &'a [Absence],
    pub calendars: &'a Calendars,
    /// The instants at which the servers looked.
    pub steps: &'a [At],
}

impl World<'_> {
    /// Who is written to in the place of somebody: their stand-in, one level deep.
    pub fn addressee(&self, person: i64, at: At) -> i64 {
        let away = |one: &&Absence| one.absent == person && one.from <= at && at < one.to;
        let found = self.absences.iter().find(away);
        found.map_or(person, |absence| absence.stand_in)
    }

    /// The first step at or after an instant.
    pub fn step_from(&self, at: At) -> Option<usize> {
        let place = self.steps.partition_point(|step| *step < at);
        (place < self.steps.len()).then_some(place)
    }

    /// The first step at or after an instant at which the office works.
    pub fn working_step(&self, at: At) -> Option<At> {
        let place = self.step_from(at)?;
        let works = |step: &&At| self.calendars.at(**step).works(**step);
        self.steps[place..].iter().find(works).copied()
    }

    /// When the service counted again after a calendar changed: with the step after it.
    pub fn counted_again(&self, changed: At) -> At {
        self.step_from(changed + 1)
            .map_or(At::MAX, |place| self.steps[place])
    }
}
