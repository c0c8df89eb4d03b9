//! The rules once more, written from their description: days are walked one by one, and minutes too.

use chrono::{DateTime, Datelike, Days, Months, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta};
use domain::deadline::{CalendarSpec, Change, Due, Session, Term, Then, TimeLimit};
use domain::time::{from_local, to_local};

pub(crate) struct Model<'a> {
    spec: &'a CalendarSpec,
}

/// What is known of the due date so far, all in local time.
#[derive(Clone)]
struct State {
    effective: NaiveDateTime,
    due: NaiveDateTime,
    due_day: NaiveDate,
    /// For calendar days and months: the end before it moved off a day without work.
    end: NaiveDate,
    hand_set: bool,
}

impl<'a> Model<'a> {
    pub(crate) fn new(spec: &'a CalendarSpec) -> Self {
        Self { spec }
    }

    pub(crate) fn due(&self, term: &Term) -> Due {
        let mut state = self.fresh(&term.limit, to_local(term.received_at));
        let mut extensions: Vec<TimeLimit> = Vec::new();
        for change in &term.changes {
            match *change {
                Change::Stop { from, to, then } => {
                    let (from, to) = (to_local(from), to_local(to));
                    if from > state.due {
                        continue;
                    }
                    let counts_again =
                        matches!(term.limit, TimeLimit::SameDay { .. }) && !state.hand_set;
                    if then == Then::Restart || counts_again {
                        state = self.again(&term.limit, &extensions, to, &state);
                    } else {
                        state = self.resumed(&term.limit, from, to, &state);
                    }
                }
                Change::Extend { limit } => {
                    extensions.push(limit);
                    state = self.extended(&limit, &state);
                }
                Change::SetByHand { due_at } => {
                    state = self.exactly(to_local(due_at), &state);
                    state.hand_set = true;
                }
                Change::Keep { due_at } => {
                    if to_local(due_at) > state.due {
                        state = self.exactly(to_local(due_at), &state);
                    }
                }
            }
        }
        let mut provisional = false;
        let first = state.effective.date().year().min(state.due_day.year());
        for year in first..=state.due_day.year() {
            provisional |= !self.spec.years.contains(&year);
        }
        Due {
            due_at: from_local(state.due),
            due_day: state.due_day,
            provisional,
            effective_at: from_local(state.effective),
            hand_set: state.hand_set,
        }
    }

    fn fresh(&self, limit: &TimeLimit, received: NaiveDateTime) -> State {
        let effective = self.effective(received);
        let day = effective.date();
        match *limit {
            TimeLimit::WorkingDays(n) => self.at_close(self.working_day_after(day, n), effective),
            TimeLimit::CalendarDays(n) => self.rolled(day + Days::new(n.into()), effective),
            TimeLimit::Months(n) => self.rolled(day + Months::new(n), effective),
            TimeLimit::WorkingHours(n) => {
                let due = self.add_time(effective, TimeDelta::hours(n.into()));
                self.at_instant(due, effective)
            }
            TimeLimit::SameDay { cutoff } if effective.time() <= cutoff => {
                self.at_close(day, effective)
            }
            TimeLimit::SameDay { .. } => self.at_close(self.working_day_after(day, 1), effective),
        }
    }

    fn again(
        &self,
        limit: &TimeLimit,
        extensions: &[TimeLimit],
        at: NaiveDateTime,
        old: &State,
    ) -> State {
        let mut state = self.fresh(limit, at);
        for extension in extensions {
            state = self.extended(extension, &state);
        }
        if old.due > state.due {
            let effective = state.effective;
            state = old.clone();
            state.effective = effective;
        }
        state
    }

    fn resumed(
        &self,
        limit: &TimeLimit,
        from: NaiveDateTime,
        to: NaiveDateTime,
        old: &State,
    ) -> State {
        let mut state = match limit {
            TimeLimit::WorkingDays(_) | TimeLimit::SameDay { .. } => {
                let mut closings = 0;
                let mut day = from.date() - Days::new(1);
                while day <= to.date() {
                    if self
                        .close(day)
                        .is_some_and(|close| from < close && close <= to)
                    {
                        closings += 1;
                    }
                    day = day + Days::new(1);
                }
                if closings == 0 {
                    return old.clone();
                }
                self.at_close(self.working_day_after(old.due_day, closings), old.effective)
            }
            TimeLimit::CalendarDays(_) | TimeLimit::Months(_) => {
                let days = (to.date() - from.date()).num_days();
                if days == 0 {
                    return old.clone();
                }
                self.rolled(old.end + TimeDelta::days(days), old.effective)
            }
            TimeLimit::WorkingHours(_) => {
                let lost = self.time_between(from, to);
                if lost.is_zero() {
                    return old.clone();
                }
                self.at_instant(self.add_time(old.due, lost), old.effective)
            }
        };
        if state.due < old.due {
            return old.clone();
        }
        state.hand_set = old.hand_set;
        state
    }

    fn extended(&self, by: &TimeLimit, old: &State) -> State {
        let mut state = match *by {
            TimeLimit::WorkingDays(n) => {
                self.at_close(self.working_day_after(old.due_day, n), old.effective)
            }
            TimeLimit::CalendarDays(n) => self.rolled(old.end + Days::new(n.into()), old.effective),
            TimeLimit::Months(n) => self.rolled(old.end + Months::new(n), old.effective),
            TimeLimit::WorkingHours(n) => {
                let due = self.add_time(old.due, TimeDelta::hours(n.into()));
                self.at_instant(due, old.effective)
            }
            TimeLimit::SameDay { .. } => panic!("no extension"),
        };
        state.hand_set = old.hand_set;
        state
    }

    fn exactly(&self, due: NaiveDateTime, old: &State) -> State {
        let mut state = self.at_instant(due, old.effective);
        state.hand_set = old.hand_set;
        state
    }

    fn at_close(&self, day: NaiveDate, effective: NaiveDateTime) -> State {
        State {
            effective,
            due: self.close(day).unwrap(),
            due_day: day,
            end: day,
            hand_set: false,
        }
    }

    fn rolled(&self, end: NaiveDate, effective: NaiveDateTime) -> State {
        let mut day = end;
        while !self.is_working_day(day) {
            day = day + Days::new(1);
        }
        let mut state = self.at_close(day, effective);
        state.end = end;
        state
    }

    fn at_instant(&self, due: NaiveDateTime, effective: NaiveDateTime) -> State {
        let yesterday = due.date() - Days::new(1);
        let day = if self.close(yesterday) == Some(due) {
            yesterday
        } else {
            due.date()
        };
        State {
            effective,
            due,
            due_day: day,
            end: day,
            hand_set: false,
        }
    }

    // The calendar.

    fn sessions(&self, date: NaiveDate) -> Vec<Session> {
        let weekly = &self.spec.weekly[date.weekday().num_days_from_monday() as usize];
        if let Some(special) = self.spec.special.get(&date) {
            special.sessions.clone()
        } else if self.spec.closed.contains_key(&date) {
            Vec::new()
        } else if self.spec.make_up.contains_key(&date) && weekly.is_empty() {
            let minutes = |day: &Vec<Session>| -> i32 {
                day.iter()
                    .map(|session| i32::from(session.end()) - i32::from(session.start()))
                    .sum()
            };
            let most = self.spec.weekly.iter().map(minutes).max().unwrap();
            self.spec
                .weekly
                .iter()
                .find(|day| minutes(day) == most)
                .unwrap()
                .clone()
        } else {
            weekly.clone()
        }
    }

    pub(crate) fn is_working_day(&self, date: NaiveDate) -> bool {
        !self.sessions(date).is_empty()
    }

    pub(crate) fn close(&self, date: NaiveDate) -> Option<NaiveDateTime> {
        let last = self.sessions(date).last().copied()?;
        Some(date.and_time(NaiveTime::MIN) + TimeDelta::minutes(last.end().into()))
    }

    pub(crate) fn is_working(&self, at: NaiveDateTime) -> bool {
        let sessions = self.sessions(at.date());
        let mut minutes = open_minutes(at.date(), &sessions);
        minutes.any(|minute| minute <= micros(at) && micros(at) < minute + MINUTE)
    }

    /// Minute by minute until the office is open.
    pub(crate) fn effective(&self, at: NaiveDateTime) -> NaiveDateTime {
        if self.is_working(at) {
            return at;
        }
        let mut day = at.date();
        loop {
            let open = open_minutes(day, &self.sessions(day)).find(|minute| *minute >= micros(at));
            if let Some(minute) = open {
                return moment(minute);
            }
            day = day + Days::new(1);
        }
    }

    pub(crate) fn next_opening(&self, at: NaiveDateTime) -> NaiveDateTime {
        let mut day = at.date();
        loop {
            for session in self.sessions(day) {
                let start =
                    day.and_time(NaiveTime::MIN) + TimeDelta::minutes(session.start().into());
                if start > at {
                    return start;
                }
            }
            day = day + Days::new(1);
        }
    }

    pub(crate) fn working_day_after(&self, date: NaiveDate, n: u32) -> NaiveDate {
        let (mut day, mut left) = (date, n);
        while left > 0 {
            day = day + Days::new(1);
            left -= u32::from(self.is_working_day(day));
        }
        day
    }

    pub(crate) fn working_day_before(&self, date: NaiveDate, n: u32) -> NaiveDate {
        let (mut day, mut left) = (date, n);
        while left > 0 {
            day = day - Days::new(1);
            left -= u32::from(self.is_working_day(day));
        }
        day
    }

    pub(crate) fn add_time(&self, at: NaiveDateTime, time: TimeDelta) -> NaiveDateTime {
        let (mut left, mut day) = (time.num_microseconds().unwrap(), at.date());
        if left <= 0 {
            return at;
        }
        loop {
            for minute in open_minutes(day, &self.sessions(day)) {
                let (start, end) = (minute.max(micros(at)), minute + MINUTE);
                if start < end {
                    if left <= end - start {
                        return moment(start + left);
                    }
                    left -= end - start;
                }
            }
            day = day + Days::new(1);
        }
    }

    pub(crate) fn time_between(&self, from: NaiveDateTime, to: NaiveDateTime) -> TimeDelta {
        let (mut sum, mut day) = (0, from.date());
        while day <= to.date() {
            for minute in open_minutes(day, &self.sessions(day)) {
                let (start, end) = (minute.max(micros(from)), (minute + MINUTE).min(micros(to)));
                if start < end {
                    sum += end - start;
                }
            }
            day = day + Days::new(1);
        }
        TimeDelta::microseconds(sum)
    }
}

const MINUTE: i64 = 60_000_000;

/// Plain integers, because the walk over minutes is long.
fn micros(at: NaiveDateTime) -> i64 {
    at.and_utc().timestamp_micros()
}

fn moment(micros: i64) -> NaiveDateTime {
    DateTime::from_timestamp_micros(micros).unwrap().naive_utc()
}

/// The starts of the minutes of a day that are worked; sessions begin and end on whole minutes.
fn open_minutes(day: NaiveDate, sessions: &[Session]) -> impl Iterator<Item = i64> {
    let midnight = micros(day.and_time(NaiveTime::MIN));
    let minutes = if sessions.is_empty() { 0..0 } else { 0..1_440 };
    minutes
        .filter(|minute| {
            sessions
                .iter()
                .any(|session| session.start() <= *minute && *minute < session.end())
        })
        .map(move |minute| midnight + i64::from(minute) * MINUTE)
}
