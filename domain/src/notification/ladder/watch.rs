//! What of a dossier the ladder looks at: the dates that its clock runs towards.

use chrono::{DateTime, TimeDelta, Utc};

use crate::deadline::{Calendar, Change, Term, Then, TimeLimit};
use crate::dossier::{Dossier, Life, Refusal, StepAt};
use crate::time::truncate_micros;

/// Working hours in which the desk answers.
const ANSWER_HOURS: u32 = 8;

/// A date that the clock runs towards.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Target {
    /// The last instant that is in time.
    pub due_at: DateTime<Utc>,
    /// From when the time counts: the beginning, or the last restart, moved into working time.
    pub start: DateTime<Utc>,
    /// Working time that the clock stood still since then.
    pub stopped: TimeDelta,
    pub limit: TimeLimit,
    /// What an extension added to it.
    pub extended_by: Option<TimeLimit>,
    /// A person set the date: the limit says nothing about it.
    pub hand_set: bool,
}

/// The dates of one dossier; all absent where the clock stands still or the case has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Watch {
    pub step: Option<Target>,
    pub due: Option<Target>,
    pub answer: Option<Target>,
}

impl Watch {
    pub fn of(dossier: &Dossier, calendar: &Calendar) -> Result<Self, Refusal> {
        match &dossier.life {
            Life::Submitted { answer_by } => Ok(Self {
                answer: Some(answer(*answer_by, calendar)),
                ..Self::default()
            }),
            Life::Accepted { desk: step } | Life::Processing { step } => Ok(Self {
                step: Some(step_target(step, calendar)?),
                due: promised(dossier, calendar)?,
                answer: None,
            }),
            _ => Ok(Self::default()),
        }
    }

    /// Whether there is anything to watch.
    pub fn is_idle(&self) -> bool {
        *self == Self::default()
    }
}

fn answer(answer_by: DateTime<Utc>, calendar: &Calendar) -> Target {
    let hours = TimeDelta::hours(ANSWER_HOURS.into());
    Target {
        due_at: answer_by,
        start: calendar.before_working_time(answer_by, hours),
        stopped: TimeDelta::zero(),
        limit: TimeLimit::WorkingHours(ANSWER_HOURS),
        extended_by: None,
        hand_set: false,
    }
}

fn step_target(step: &StepAt, calendar: &Calendar) -> Result<Target, Refusal> {
    match &step.term {
        Some(term) => of_term(term, step.due_at, false, calendar),
        // The desk hands over on the same day.
        None => Ok(Target {
            due_at: step.due_at,
            start: calendar.effective(step.entered_at),
            stopped: TimeDelta::zero(),
            limit: TimeLimit::WorkingHours(1),
            extended_by: None,
            hand_set: false,
        }),
    }
}

fn promised(dossier: &Dossier, calendar: &Calendar) -> Result<Option<Target>, Refusal> {
    let (Some(term), Some(promise)) = (&dossier.term, &dossier.promise) else {
        return Ok(None);
    };
    of_term(term, promise.due_at, promise.hand_set, calendar).map(Some)
}

fn of_term(
    term: &Term,
    due_at: DateTime<Utc>,
    hand_set: bool,
    calendar: &Calendar,
) -> Result<Target, Refusal> {
    let start = truncate_micros(term.due(calendar)?.effective_at);
    let stopped = term
        .changes
        .iter()
        .filter_map(|change| match change {
            Change::Stop {
                from,
                to,
                then: Then::Resume,
            } if *to > start && *from <= due_at => {
                Some(calendar.working_time_between((*from).max(start), *to))
            }
            _ => None,
        })
        .fold(TimeDelta::zero(), |sum, stop| sum + stop);
    // At most once (the rules of a dossier see to it).
    let extended_by = term.changes.iter().find_map(|change| match change {
        Change::Extend { limit } => Some(*limit),
        _ => None,
    });
    Ok(Target {
        due_at,
        start,
        stopped,
        limit: term.limit,
        extended_by,
        hand_set,
    })
}
