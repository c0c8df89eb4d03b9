//! The built-in ladder, and when each of its rungs falls.

use crate::year::time::{At, HOUR};

use super::Span;
use super::calendar::Calendar;
use super::spans::Dated;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum About {
    Due,
    Step,
    Answer,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    Holder,
    Head,
    Manager,
    ParentManager,
    Clerks,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// One working day before; of short terms when 80 of a hundred are used.
    DayBefore,
    HoursBefore(i64),
    /// As soon as it is late.
    Late,
    /// On the third working day, then every seven days.
    LateFor(i64, i64),
}

pub struct Rung {
    pub name: &'static str,
    pub about: About,
    pub when: When,
    pub to: &'static [Who],
}

pub const LADDER: [Rung; 6] = [
    Rung {
        name: "step_due_soon",
        about: About::Step,
        when: When::DayBefore,
        to: &[Who::Holder],
    },
    Rung {
        name: "due_soon",
        about: About::Due,
        when: When::DayBefore,
        to: &[Who::Holder, Who::Head],
    },
    Rung {
        name: "overdue",
        about: About::Due,
        when: When::Late,
        to: &[Who::Head, Who::Manager],
    },
    Rung {
        name: "long_overdue",
        about: About::Due,
        when: When::LateFor(3, 7),
        to: &[Who::Manager, Who::ParentManager],
    },
    Rung {
        name: "unanswered",
        about: About::Answer,
        when: When::HoursBefore(6),
        to: &[Who::Clerks],
    },
    Rung {
        name: "answer_overdue",
        about: About::Answer,
        when: When::Late,
        to: &[Who::Clerks, Who::Manager],
    },
];

impl Rung {
    pub fn warns(&self) -> bool {
        matches!(self.when, When::DayBefore | When::HoursBefore(_))
    }

    /// The date that it watches, while it is watched.
    pub fn dated(&self, span: &Span, calendar: &Calendar) -> Option<Dated> {
        match self.about {
            About::Due if span.runs() => span.due.clone(),
            About::Step if span.runs() => span.step.as_ref().map(|step| step.dated.clone()),
            About::Answer if span.state == "submitted" => {
                let date = span.answer?;
                Some(Dated {
                    date,
                    start: calendar.back_work(date, 8 * HOUR),
                    short: false,
                    by_hand: false,
                    same_day: false,
                    stops: Vec::new(),
                })
            }
            _ => None,
        }
    }

    /// When it falls for the time that comes so many days after the first; none when that would
    /// be before the start.
    pub fn falls(&self, dated: &Dated, occurrence: i64, calendar: &Calendar) -> Option<At> {
        let day = calendar.day_ended_by(dated.date);
        let open = |day| calendar.opening(day).expect("a working day");
        let at = match self.when {
            When::DayBefore if dated.short && !dated.by_hand => used(dated, 80, calendar)?,
            When::DayBefore => {
                let opening = open(calendar.working_day(day, -1));
                let squeezed = opening < dated.start && !dated.by_hand;
                match squeezed {
                    true => used(dated, 80, calendar)?,
                    false => opening,
                }
            }
            When::HoursBefore(hours) => calendar.back_work(dated.date, hours * HOUR),
            When::Late => dated.date + 1,
            When::LateFor(days, _) => {
                let first = calendar.working_day(day, days);
                open(calendar.on_or_after(first + occurrence))
            }
        };
        (at >= dated.start || dated.by_hand).then_some(at)
    }

    /// After how many days it falls again.
    pub fn every(&self) -> Option<i64> {
        match self.when {
            When::LateFor(_, every) => Some(every),
            _ => None,
        }
    }
}

/// The latest working instant from which what is left of the term after so much is worked.
fn used(dated: &Dated, percent: i64, calendar: &Calendar) -> Option<At> {
    let mut whole = calendar.worked(dated.start, dated.date);
    for (from, to) in &dated.stops {
        let (from, to) = ((*from).max(dated.start), (*to).min(dated.date));
        whole -= calendar.worked(from, to.max(from));
    }
    let left = whole / 100 * (100 - percent);
    (left > 0).then(|| calendar.back_work(dated.date, left))
}
