//! The due date as a fold over the changes of a term, in the order in which they happened.

use chrono::{DateTime, Months, NaiveTime, Utc};

use super::calendar::Calendar;
use super::fault::TermFault;
use super::limit::TimeLimit;
use super::moment::{Day, LAST_DAY, date_of, day_of, split};
use super::term::{Change, Due, Term, Then};

/// Where the term stands after some of its changes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Standing {
    /// Start of the current run, moved into working time.
    pub(super) effective: DateTime<Utc>,
    /// The end before it rolls to a working day; calendar days and months move from here.
    pub(super) nominal: Day,
    /// The day that `due` ends, or lies on.
    pub(super) day: Day,
    pub(super) due: DateTime<Utc>,
    pub(super) hand_set: bool,
}

/// What an explanation needs to know of the way to the due date.
#[derive(Debug, Default)]
pub(super) struct Trail {
    /// Where the current run began, when that was not the receipt.
    pub(super) restarted_at: Option<DateTime<Utc>>,
    /// Stops of the current run that gave time back.
    pub(super) stops: Vec<(DateTime<Utc>, DateTime<Utc>)>,
    /// Extensions of the current run: the day each began after, and how it counts.
    pub(super) extensions: Vec<(Day, TimeLimit)>,
}

pub(super) struct Fold<'a> {
    term: &'a Term,
    calendar: &'a Calendar,
    trail: Option<&'a mut Trail>,
}

impl<'a> Fold<'a> {
    pub(super) fn new(term: &'a Term, calendar: &'a Calendar) -> Self {
        Self {
            term,
            calendar,
            trail: None,
        }
    }

    pub(super) fn with_trail(mut self, trail: &'a mut Trail) -> Self {
        self.trail = Some(trail);
        self
    }

    /// The term must be valid. Each step is bounded, so the year 9999 is noticed before anything overflows.
    pub(super) fn run(mut self) -> Result<Standing, TermFault> {
        let mut standing = within_time(self.start(self.term.received_at))?;
        for (index, change) in self.term.changes.iter().enumerate() {
            standing = within_time(self.apply(standing, index, change)?)?;
        }
        Ok(standing)
    }

    fn apply(
        &mut self,
        now: Standing,
        index: usize,
        change: &Change,
    ) -> Result<Standing, TermFault> {
        Ok(match *change {
            // Late stays late: a stop begun after the due date changes nothing.
            Change::Stop { from, .. } if from > now.due => now,
            Change::Stop {
                to,
                then: Then::Restart,
                ..
            } => self.restart(now, index, to)?,
            Change::Stop {
                from,
                to,
                then: Then::Resume,
            } => match self.term.limit {
                TimeLimit::SameDay { .. } if !now.hand_set => self.restart(now, index, to)?,
                _ => self.resume(now, from, to),
            },
            Change::Extend { limit } => self.extend(now, limit),
            Change::SetByHand { due_at } => Standing {
                hand_set: true,
                ..self.moved_to(now, due_at)
            },
            Change::Keep { due_at } if due_at > now.due => self.moved_to(now, due_at),
            Change::Keep { .. } => now,
        })
    }

    /// The whole term, counted from one moment.
    fn start(&self, at: DateTime<Utc>) -> Standing {
        let calendar = self.calendar;
        let effective = calendar.effective(at);
        let (day, time) = split(effective);
        let now = Standing {
            effective,
            nominal: day,
            day,
            due: effective,
            hand_set: false,
        };
        match self.term.limit {
            // Here alone the day of receipt can be the due day (a "same day" that may be met).
            TimeLimit::SameDay { cutoff } => {
                let late = time > micros_of(cutoff);
                self.due_on(now, calendar.nth_after(day, late.into()))
            }
            limit => self.lengthened(now, limit),
        }
    }

    /// The end of the standing moved on by a limit; the day it stands on is not counted (Civil Code Art. 147).
    fn lengthened(&self, now: Standing, limit: TimeLimit) -> Standing {
        match limit {
            TimeLimit::WorkingDays(n) => {
                self.due_on(now, self.calendar.nth_after(now.day, n.into()))
            }
            TimeLimit::CalendarDays(n) => self.due_on(now, now.nominal + i64::from(n)),
            TimeLimit::Months(n) => self.due_on(now, months_after(now.nominal, n)),
            TimeLimit::WorkingHours(n) => {
                let micros = i64::from(n) * 3_600_000_000;
                self.moved_to(now, self.calendar.add_micros(now.due, micros))
            }
            // Refused by validation.
            TimeLimit::SameDay { .. } => now,
        }
    }

    fn extend(&mut self, now: Standing, limit: TimeLimit) -> Standing {
        if let Some(trail) = &mut self.trail {
            trail.extensions.push((now.day, limit));
        }
        self.lengthened(now, limit)
    }

    /// The whole term again and every extension granted so far, but never earlier than what was promised.
    fn restart(
        &mut self,
        now: Standing,
        index: usize,
        at: DateTime<Utc>,
    ) -> Result<Standing, TermFault> {
        if let Some(trail) = &mut self.trail {
            **trail = Trail {
                restarted_at: Some(at),
                ..Trail::default()
            };
        }
        let mut again = within_time(self.start(at))?;
        for change in self.term.changes.iter().take(index) {
            if let Change::Extend { limit } = *change {
                again = within_time(self.extend(again, limit))?;
            }
        }
        Ok(if now.due > again.due {
            Standing {
                effective: again.effective,
                ..now
            }
        } else {
            again
        })
    }

    /// Gives back the time that the clock stood still, in the measure of the term.
    fn resume(&mut self, now: Standing, from: DateTime<Utc>, to: DateTime<Utc>) -> Standing {
        let calendar = self.calendar;
        if let Some(trail) = &mut self.trail {
            trail.stops.push((from, to));
        }
        let moved = match self.term.limit {
            TimeLimit::WorkingDays(_) | TimeLimit::SameDay { .. } => {
                match calendar.closings_between(from, to) {
                    0 => now,
                    days => self.due_on(now, calendar.nth_after(now.day, days)),
                }
            }
            TimeLimit::CalendarDays(_) | TimeLimit::Months(_) => {
                match split(to).0 - split(from).0 {
                    0 => now,
                    days => self.due_on(now, now.nominal + days),
                }
            }
            TimeLimit::WorkingHours(_) => match calendar.working_micros(from, to) {
                0 => now,
                micros => self.moved_to(now, calendar.add_micros(now.due, micros)),
            },
        };
        if moved.due < now.due { now } else { moved }
    }

    /// Due at the close of this day, or of the next working day when it is a day off (Civil Code Art. 148.5).
    fn due_on(&self, now: Standing, nominal: Day) -> Standing {
        let day = self.calendar.roll(nominal);
        Standing {
            nominal,
            day,
            due: self.calendar.closing_of(day),
            ..now
        }
    }

    fn moved_to(&self, now: Standing, due: DateTime<Utc>) -> Standing {
        let day = self.calendar.day_ended_by(due);
        Standing {
            nominal: day,
            day,
            due,
            ..now
        }
    }
}

impl Standing {
    pub(super) fn due(self, calendar: &Calendar) -> Due {
        let start = split(self.effective).0;
        Due {
            due_at: self.due,
            due_day: date_of(self.day),
            provisional: !calendar.is_loaded_through(start.min(self.day), self.day),
            effective_at: self.effective,
            hand_set: self.hand_set,
        }
    }
}

fn within_time(standing: Standing) -> Result<Standing, TermFault> {
    if standing.day < LAST_DAY {
        Ok(standing)
    } else {
        Err(TermFault::DueTooFar)
    }
}

/// The same day number so many months on, or the month's last day.
fn months_after(day: Day, months: u32) -> Day {
    date_of(day)
        .checked_add_months(Months::new(months))
        .map_or(LAST_DAY, day_of)
}

fn micros_of(time: NaiveTime) -> i64 {
    (time - NaiveTime::MIN)
        .num_microseconds()
        .unwrap_or_default()
}
