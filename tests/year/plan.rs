//! What happens in a year apart from the dossiers: steps of the clock, faults, absences, holidays.

use super::chance::{Dice, between, per_mille, pick};
use super::model::calendar::Calendar;
use super::time::{At, DAY, DayNumber, HOUR, MINUTE, SECOND, day_of, on};
use super::ward::{Absence, Ward};

/// How large a year is.
#[derive(Debug, Clone)]
pub struct Plan {
    pub seed: u64,
    pub first: DayNumber,
    pub last: DayNumber,
    pub dossiers_a_day: u64,
    /// Minutes between two steps of the clock while the office works.
    pub every: i64,
    /// One step in so many kills a server.
    pub kill_once_in: u64,
    /// Applicants with an address, of a thousand.
    pub with_email: u64,
    /// The day on which the mail server refuses everything.
    pub smtp_down: DayNumber,
    /// Announced on the evening of the first day: whether the second is worked.
    pub announced: Vec<(DayNumber, DayNumber, bool)>,
    /// When the chains of events are walked.
    pub chains: &'static str,
}

impl Plan {
    /// The instants at which the servers look, with the year's calendar as it was known before.
    pub fn steps(&self) -> Vec<At> {
        let mut dice = Dice::of(self.seed, 1);
        let calendar = Calendar::reference();
        let mut steps = Vec::new();
        for day in self.first..=self.last {
            steps.push(on(day, 0, 15));
            // Most mornings to the second, some not.
            let late = if per_mille(&mut dice, 300) {
                7 * SECOND
            } else {
                0
            };
            steps.push(on(day, 7, 30) + late);
            let worked = calendar.is_working_day(day)
                || self
                    .announced
                    .iter()
                    .any(|(_, on, worked)| *worked && *on == day);
            let mut at = on(day, 7, 30);
            while worked && at + self.every * MINUTE < on(day, 17, 0) {
                at += self.every * MINUTE;
                let noon = on(day, 11, 30)..on(day, 13, 0);
                // Not at the same minute each day; the end of the day is met closely.
                let moved = at + between(&mut dice, 0, 240) * SECOND;
                if !noon.contains(&at) && moved < on(day, 17, 0) {
                    steps.push(moved);
                }
            }
            steps.push(on(day, 18, 0));
        }
        steps
    }

    /// The last day on which mails go to the staff.
    pub fn last_working_day(&self) -> DayNumber {
        let calendars = self.calendars();
        let (_, calendar) = calendars.last().expect("one");
        let mut days = (self.first..=self.last).rev();
        days.find(|day| calendar.is_working_day(*day))
            .unwrap_or(self.first)
    }

    /// When another calendar comes into force, and which.
    pub fn calendars(&self) -> Vec<(At, Calendar)> {
        let mut calendars = vec![(on(self.first, 0, 0) - DAY, Calendar::reference())];
        for (told, day, worked) in &self.announced {
            let newest = &calendars.last().expect("one").1;
            let next = if *worked {
                newest.worked_on(*day)
            } else {
                newest.closed_on(*day)
            };
            calendars.push((on(*told, 17, 40), next));
        }
        calendars
    }

    /// Who is away when, and who stands in; nobody twice at once.
    pub fn absences(&self, ward: &Ward) -> Vec<Absence> {
        let mut dice = Dice::of(self.seed, 2);
        let mut absences: Vec<Absence> = Vec::new();
        for person in &ward.people {
            let mut at = on(self.first, 0, 0) + between(&mut dice, 1, 25) * DAY;
            while day_of(at) < self.last {
                let from = at + between(&mut dice, 0, 18) * HOUR + 13 * MINUTE;
                let to = from + between(&mut dice, 4, 120) * HOUR;
                let near = |other: &&super::ward::Person| {
                    other.id != person.id && other.department == person.department
                };
                let mut near: Vec<_> = ward.people.iter().filter(near).collect();
                if near.is_empty() || per_mille(&mut dice, 100) {
                    near = ward
                        .people
                        .iter()
                        .filter(|other| other.id != person.id)
                        .collect();
                }
                absences.push(Absence {
                    absent: person.id,
                    stand_in: pick(&mut dice, &near).id,
                    from,
                    to,
                });
                at = to + between(&mut dice, 10, 60) * DAY;
            }
        }
        absences.sort_by_key(|absence| absence.from);
        absences
    }
}
