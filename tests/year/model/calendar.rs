//! Working time for the second model: it walks days and sessions, one after the other.

use serde_json::Value;

use crate::year::time::{At, DAY, DayNumber, MINUTE, date_of, day, day_of};

/// The days that this model knows.
const FIRST: (i32, u32, u32) = (2025, 11, 1);
const DAYS: usize = 900;

/// A calendar as it stood from one instant to the next.
#[derive(Clone)]
pub struct Calendar {
    first: DayNumber,
    days: Vec<Vec<(At, At)>>,
}

impl Calendar {
    /// The reference calendar of the demo ward.
    pub fn reference() -> Self {
        let json: Value =
            serde_json::from_str(include_str!("../../../infra/data/calendar-vn.json")).unwrap();
        let first = day(FIRST.0, FIRST.1, FIRST.2);
        let mut calendar = Self {
            first,
            days: vec![Vec::new(); DAYS],
        };
        for number in first..first + i64::try_from(DAYS).unwrap() {
            let date = date_of(number);
            let year = &json["years"][date.format("%Y").to_string()];
            let name = date.format("%Y-%m-%d").to_string();
            let closed = year["closed"].get(&name).is_some();
            let make_up = year["make_up"].get(&name).is_some();
            let weekday = date.format("%A").to_string().to_lowercase();
            let sessions = &json["weekly_hours_default"][&weekday];
            if !closed && (sessions.is_array() || make_up) {
                calendar.open(number);
            }
        }
        calendar
    }

    fn open(&mut self, day: DayNumber) {
        let at = |hour: i64, minute: i64| day * DAY + (hour * 60 + minute) * MINUTE;
        let place = usize::try_from(day - self.first).unwrap();
        self.days[place] = vec![(at(7, 30), at(11, 30)), (at(13, 0), at(17, 0))];
    }

    /// The same with one day more on which nobody works.
    pub fn closed_on(&self, day: DayNumber) -> Self {
        let mut next = self.clone();
        next.days[usize::try_from(day - self.first).unwrap()].clear();
        next
    }

    /// The same with one day more that is worked.
    pub fn worked_on(&self, day: DayNumber) -> Self {
        let mut next = self.clone();
        next.open(day);
        next
    }

    pub fn sessions(&self, day: DayNumber) -> &[(At, At)] {
        let place = usize::try_from(day - self.first).expect("a day that the model knows");
        self.days.get(place).expect("a day that the model knows")
    }

    pub fn is_working_day(&self, day: DayNumber) -> bool {
        !self.sessions(day).is_empty()
    }

    pub fn works(&self, at: At) -> bool {
        let within = |(from, to): &(At, At)| *from <= at && at < *to;
        self.sessions(day_of(at)).iter().any(within)
    }

    pub fn opening(&self, day: DayNumber) -> Option<At> {
        self.sessions(day).first().map(|(from, _)| *from)
    }

    pub fn close(&self, day: DayNumber) -> Option<At> {
        self.sessions(day).last().map(|(_, to)| *to)
    }

    /// The nth working day after (or before) a day.
    pub fn working_day(&self, from: DayNumber, n: i64) -> DayNumber {
        let (mut day, mut left) = (from, n.abs());
        while left > 0 {
            day += n.signum();
            left -= i64::from(self.is_working_day(day));
        }
        day
    }

    /// This day when it is worked, else the next that is.
    pub fn on_or_after(&self, mut day: DayNumber) -> DayNumber {
        while !self.is_working_day(day) {
            day += 1;
        }
        day
    }

    /// Moved into working time.
    pub fn working_from(&self, at: At) -> At {
        let mut day = day_of(at);
        loop {
            if let Some((from, _)) = self.sessions(day).iter().find(|(_, to)| at < *to) {
                return at.max(*from);
            }
            day += 1;
        }
    }

    /// When so much has been worked since `from`; what ends with a session stays at its close.
    pub fn add_work(&self, from: At, time: At) -> At {
        let (mut at, mut left) = (self.working_from(from), time);
        loop {
            let (_, to) = *self.session_at(at);
            if left <= to - at {
                return at + left;
            }
            left -= to - at;
            at = self.working_from(to);
        }
    }

    fn session_at(&self, at: At) -> &(At, At) {
        let sessions = self.sessions(day_of(at));
        let found = sessions.iter().find(|(from, to)| *from <= at && at < *to);
        found.expect("a working instant")
    }

    /// The latest working instant from which so much is worked until `date`.
    pub fn back_work(&self, date: At, time: At) -> At {
        let (mut day, mut left) = (day_of(date), time);
        loop {
            for (from, to) in self.sessions(day).iter().rev() {
                let to = (*to).min(date);
                if to <= *from {
                    continue;
                }
                if left <= to - from && left > 0 {
                    return to - left;
                }
                left -= to - from;
            }
            day -= 1;
        }
    }

    /// How much is worked between two instants.
    pub fn worked(&self, from: At, to: At) -> At {
        let mut sum = 0;
        for day in day_of(from)..=day_of(to) {
            for (open, close) in self.sessions(day) {
                sum += ((*close).min(to) - (*open).max(from)).max(0);
            }
        }
        sum
    }

    /// On how many working days the closing instant lies in `from < close <= to`.
    pub fn closes(&self, from: At, to: At) -> i64 {
        let within = |day: &DayNumber| {
            let close = self.close(*day);
            close.is_some_and(|close| from < close && close <= to)
        };
        i64::try_from((day_of(from)..=day_of(to)).filter(within).count()).unwrap()
    }

    /// The day that an instant ends: midnight belongs to the day before where that works so long.
    pub fn day_ended_by(&self, at: At) -> DayNumber {
        let before = day_of(at) - 1;
        if at.rem_euclid(DAY) == 0 && self.close(before) == Some(at) {
            before
        } else {
            day_of(at)
        }
    }
}

/// The calendars of a year with the instants from which they were in force.
pub struct Calendars(pub Vec<(At, Calendar)>);

impl Calendars {
    /// The one in force at an instant; what changed at the instant itself counts after it.
    pub fn at(&self, at: At) -> &Calendar {
        let newest = self.0.iter().rev().find(|(from, _)| *from < at);
        &newest.unwrap_or(&self.0[0]).1
    }

    /// The instants at which another came into force.
    pub fn changes(&self) -> impl Iterator<Item = At> {
        self.0.iter().skip(1).map(|(from, _)| *from)
    }
}
