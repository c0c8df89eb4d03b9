//! Every due date explains itself: the days counted, and those skipped with the reason.

use chrono::{DateTime, NaiveDate, Utc};

use super::calendar::{Calendar, DayOff};
use super::fault::TermFault;
use super::fold::{Fold, Standing, Trail};
use super::limit::TimeLimit;
use super::moment::{Day, MICROS_PER_DAY, date_of, join, split};
use super::term::{Due, Term};
use crate::lang::Lang;

/// An explanation lists at most so many days, counted and skipped together.
pub const MAX_DAYS_LISTED: usize = 10_000;

/// Why a day did not count.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum SkipReason {
    /// Civil Code Art. 147.
    DayOfReceipt,
    Weekend,
    /// With the name of the holiday or swap.
    Closed(String),
    /// The clock stood still.
    Stopped,
    /// Came in after the last session, or no working time of the term falls on it.
    OutsideHours,
    /// A same-day dossier that came in too late in the day.
    AfterCutoff,
    /// The term later started again from zero.
    Restarted,
}

/// A day that did not count.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Skipped {
    pub date: NaiveDate,
    pub reason: SkipReason,
}

/// The days from receipt to due day, each either counted or skipped, in order.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Explanation {
    pub due: Due,
    pub counted: Vec<NaiveDate>,
    pub skipped: Vec<Skipped>,
    /// The term has more than [`MAX_DAYS_LISTED`] days; the later ones are not listed.
    pub truncated: bool,
}

impl SkipReason {
    /// Stable word for clients.
    pub fn code(&self) -> &'static str {
        match self {
            Self::DayOfReceipt => "day_of_receipt",
            Self::Weekend => "weekend",
            Self::Closed(_) => "closed",
            Self::Stopped => "stopped",
            Self::OutsideHours => "outside_hours",
            Self::AfterCutoff => "after_cutoff",
            Self::Restarted => "restarted",
        }
    }

    pub fn text(&self, lang: Lang) -> String {
        let (vi, en) = match self {
            Self::DayOfReceipt => (
                "ngày tiếp nhận không tính",
                "the day of receipt is not counted",
            ),
            Self::Weekend => ("ngày nghỉ hằng tuần", "weekly day off"),
            Self::Closed(reason) if reason.is_empty() => ("ngày nghỉ", "closed"),
            Self::Closed(reason) => {
                return lang.pick(format!("ngày nghỉ: {reason}"), format!("closed: {reason}"));
            }
            Self::Stopped => ("tạm dừng tính thời hạn", "the clock was stopped"),
            Self::OutsideHours => ("ngoài giờ làm việc", "outside working hours"),
            Self::AfterCutoff => (
                "tiếp nhận sau giờ chốt trong ngày",
                "received after the day's cut-off",
            ),
            Self::Restarted => (
                "thời hạn được tính lại từ đầu",
                "the term started again from zero",
            ),
        };
        lang.pick(vi, en).into()
    }
}

impl Term {
    /// The due date and how it came about, day by day.
    pub fn explain(&self, calendar: &Calendar) -> Result<Explanation, Vec<TermFault>> {
        let faults = self.validate();
        if !faults.is_empty() {
            return Err(faults);
        }
        let mut trail = Trail::default();
        let standing = Fold::new(self, calendar)
            .with_trail(&mut trail)
            .run()
            .map_err(|fault| vec![fault])?;
        let mut teller = Teller::new(self, calendar, &trail, standing);
        let mut explanation = Explanation {
            due: standing.due(calendar),
            counted: Vec::new(),
            skipped: Vec::new(),
            truncated: false,
        };
        for (listed, day) in (split(self.received_at).0..=standing.day).enumerate() {
            if listed == MAX_DAYS_LISTED {
                explanation.truncated = true;
                break;
            }
            let date = date_of(day);
            match teller.why_skipped(day) {
                None => explanation.counted.push(date),
                Some(reason) => explanation.skipped.push(Skipped { date, reason }),
            }
        }
        Ok(explanation)
    }
}

/// Judges the days of a term one after the other.
struct Teller<'a> {
    term: &'a Term,
    calendar: &'a Calendar,
    trail: &'a Trail,
    standing: Standing,
    /// Day on which the current run came in, before it was moved into working time.
    run: Day,
    /// Day of the effective moment.
    received: Day,
    /// Stopped days that fell on days which do not count anyway, and so free later ones.
    owed: i64,
}

impl<'a> Teller<'a> {
    fn new(term: &'a Term, calendar: &'a Calendar, trail: &'a Trail, standing: Standing) -> Self {
        let run = split(trail.restarted_at.unwrap_or(term.received_at)).0;
        let received = split(standing.effective).0;
        let mut teller = Self {
            term,
            calendar,
            trail,
            standing,
            run,
            received,
            owed: 0,
        };
        teller.owed = match term.limit {
            TimeLimit::WorkingDays(_) => i64::from(teller.stopped_at_close(received)),
            TimeLimit::CalendarDays(_) | TimeLimit::Months(_) => {
                teller.dates_stopped_until(received)
            }
            TimeLimit::WorkingHours(_) | TimeLimit::SameDay { .. } => 0,
        };
        teller
    }

    /// `None` for a day that counts.
    fn why_skipped(&mut self, day: Day) -> Option<SkipReason> {
        if day < self.run {
            return Some(SkipReason::Restarted);
        }
        if day < self.received {
            return Some(self.day_off(day).unwrap_or(SkipReason::OutsideHours));
        }
        match self.limit_on(day) {
            TimeLimit::SameDay { .. } if day == self.received => {
                (self.standing.day > day).then(|| self.held_over(day))
            }
            TimeLimit::WorkingHours(_) => self.in_hours(day),
            _ if day == self.received => Some(SkipReason::DayOfReceipt),
            TimeLimit::WorkingDays(_) | TimeLimit::SameDay { .. } => self.in_working_days(day),
            TimeLimit::CalendarDays(_) | TimeLimit::Months(_) => self.in_calendar_days(day),
        }
    }

    /// The measure in which a day is counted: that of the extension that covers it, else of the term.
    fn limit_on(&self, day: Day) -> TimeLimit {
        let mut covering = self.trail.extensions.iter().rev();
        covering
            .find(|(after, _)| *after < day)
            .map_or(self.term.limit, |&(_, limit)| limit)
    }

    fn day_off(&self, day: Day) -> Option<SkipReason> {
        self.calendar
            .day_off_reason(date_of(day))
            .map(|reason| match reason {
                DayOff::Weekend => SkipReason::Weekend,
                DayOff::Closed(name) => SkipReason::Closed(name.to_owned()),
            })
    }

    /// Why a same-day dossier was not due on the day it came in.
    fn held_over(&self, day: Day) -> SkipReason {
        let (_, time) = split(self.standing.effective);
        let cutoff = self.term.limit.cutoff().unwrap_or_default();
        let within = (cutoff - chrono::NaiveTime::MIN).num_microseconds();
        if within.is_some_and(|cutoff| time <= cutoff) {
            // Due later all the same: a new date, a promise or a stop holds it.
            if self.stopped_at_close(day) {
                SkipReason::Stopped
            } else {
                SkipReason::DayOfReceipt
            }
        } else {
            SkipReason::AfterCutoff
        }
    }

    fn in_working_days(&mut self, day: Day) -> Option<SkipReason> {
        self.day_off(day).or_else(|| {
            let stopped = self.stopped_at_close(day) || self.settle();
            stopped.then_some(SkipReason::Stopped)
        })
    }

    /// Days off count, except where the end rolls over them.
    fn in_calendar_days(&mut self, day: Day) -> Option<SkipReason> {
        let rolled = self.standing.nominal <= day && day < self.standing.day;
        if let Some(reason) = self.day_off(day).filter(|_| rolled) {
            return Some(reason);
        }
        let stopped = self.date_stopped(day) || self.settle();
        stopped.then_some(SkipReason::Stopped)
    }

    fn in_hours(&self, day: Day) -> Option<SkipReason> {
        let from = self.standing.effective.max(join(day, 0));
        let to = self.standing.due.min(join(day, MICROS_PER_DAY));
        let worked = self.worked(from, to);
        if worked == 0 {
            return Some(self.day_off(day).unwrap_or(SkipReason::OutsideHours));
        }
        let stops = self.trail.stops.iter();
        let stopped: i64 = stops
            .map(|stop| self.worked(stop.0.max(from), stop.1.min(to)))
            .sum();
        (stopped >= worked).then_some(SkipReason::Stopped)
    }

    fn worked(&self, from: DateTime<Utc>, to: DateTime<Utc>) -> i64 {
        self.calendar.working_micros(from, to).max(0)
    }

    fn settle(&mut self) -> bool {
        let owing = self.owed > 0;
        self.owed -= i64::from(owing);
        owing
    }

    fn stopped_at_close(&self, day: Day) -> bool {
        let close = self.calendar.closing_of(day);
        let mut stops = self.trail.stops.iter();
        !self.calendar.sessions(day).is_empty()
            && stops.any(|(from, to)| *from < close && close <= *to)
    }

    fn date_stopped(&self, day: Day) -> bool {
        let mut stops = self.trail.stops.iter();
        stops.any(|(from, to)| split(*from).0 < day && day <= split(*to).0)
    }

    fn dates_stopped_until(&self, day: Day) -> i64 {
        let stops = self.trail.stops.iter();
        stops
            .map(|(from, to)| (split(*to).0.min(day) - split(*from).0).max(0))
            .sum()
    }
}
