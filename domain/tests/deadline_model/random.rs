//! Random calendars and terms, with the awkward ones made likely.

use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveTime, TimeDelta, Utc};
use domain::deadline::{
    Calendar, CalendarSpec, Change, Session, SpecialDay, Term, Then, TimeLimit,
};
use domain::time::from_local;

/// Where the choices come from: a seed here, the bytes of a fuzzer in `tests/fuzz`.
pub(crate) trait Choices {
    /// `0..n`
    fn below(&mut self, n: u64) -> u64;
}

/// Makes whatever the choices lead to.
pub(crate) struct Random<C = SplitMix64>(pub(crate) C);

/// Small, and the same on every machine.
pub(crate) struct SplitMix64(u64);

impl Choices for SplitMix64 {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % n
    }
}

const MICROS_PER_DAY: u64 = 86_400_000_000;

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(SplitMix64(seed))
    }
}

impl<C: Choices> Random<C> {
    /// `0..n`
    pub(crate) fn below(&mut self, n: u64) -> u64 {
        self.0.below(n)
    }

    fn one_in(&mut self, n: u64) -> bool {
        self.below(n) == 0
    }

    fn pick<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len() as u64) as usize]
    }

    pub(crate) fn calendar(&mut self) -> CalendarSpec {
        let mut spec = CalendarSpec::default();
        match self.below(5) {
            0 => {
                for day in spec.weekly.iter_mut().take(5) {
                    *day = sessions("07:30-11:30 13:00-17:00");
                }
            }
            // One day a week, perhaps half of it.
            1 => {
                let day = self.below(7) as usize;
                let texts = [
                    "08:00-12:00",
                    "13:00-17:00",
                    "07:30-11:30 13:00-17:00",
                    "20:00-24:00",
                ];
                spec.weekly[day] = sessions(self.pick(&texts));
            }
            // Half days here and there.
            2 => {
                for day in spec.weekly.iter_mut().take(6) {
                    let texts = ["07:30-11:30", "13:00-17:00", "07:30-11:30 13:00-17:00"];
                    *day = sessions(self.pick(&texts));
                }
            }
            // Nights: sessions that touch midnight on either side.
            3 => {
                for day in &mut spec.weekly {
                    let texts = [
                        "",
                        "00:00-06:00",
                        "18:00-24:00",
                        "00:00-24:00",
                        "00:00-01:00 23:00-24:00",
                    ];
                    *day = sessions(self.pick(&texts));
                }
                spec.weekly[self.below(7) as usize] = sessions("22:00-24:00");
            }
            _ => {
                for day in 0..7 {
                    spec.weekly[day] = if self.one_in(3) {
                        Vec::new()
                    } else {
                        self.sessions()
                    };
                }
                let day = self.below(7) as usize;
                spec.weekly[day] = self.sessions();
            }
        }
        self.exceptions(&mut spec);
        let years = if self.one_in(4) {
            2024..=2024 + self.below(5) as i32
        } else {
            2024..=2027
        };
        spec.years.extend(years);
        spec
    }

    fn sessions(&mut self) -> Vec<Session> {
        let mut marks: Vec<u16> = (0..2 + 2 * self.below(3))
            .map(|_| self.below(1_441) as u16)
            .collect();
        marks.sort_unstable();
        let mut sessions: Vec<Session> = marks
            .chunks(2)
            .filter_map(|pair| Session::new(pair[0], pair[1]).ok())
            .collect();
        if sessions.is_empty() {
            sessions.push(Session::new(600, 601).unwrap());
        }
        sessions
    }

    fn exceptions(&mut self, spec: &mut CalendarSpec) {
        // Tết: a long run of days off, with days worked before or after it.
        for year in 2024..=2027 {
            let start = day(year, 1, 20) + Days::new(self.below(30));
            for offset in 0..self.below(10) {
                spec.closed.insert(start + Days::new(offset), "Tết".into());
            }
        }
        let wide = self.one_in(10);
        for _ in 0..self.below(60) {
            let date = if wide {
                day(1990, 1, 1) + Days::new(self.below(209 * 365))
            } else {
                day(2023, 12, 1) + Days::new(self.below(1_500))
            };
            if spec.closed.contains_key(&date)
                || spec.make_up.contains_key(&date)
                || spec.special.contains_key(&date)
            {
                continue;
            }
            match self.below(4) {
                0 | 1 => drop(spec.closed.insert(date, "Nghỉ".into())),
                2 => drop(spec.make_up.insert(date, "Làm bù".into())),
                _ => {
                    let sessions = self.sessions();
                    let reason = String::new();
                    spec.special.insert(date, SpecialDay { sessions, reason });
                }
            }
        }
    }

    /// Mostly in the years with holidays, often at a year's end, at times far outside the window.
    pub(crate) fn instant(&mut self, spec: &CalendarSpec) -> DateTime<Utc> {
        let date = match self.below(10) {
            0 | 1 => day(2001, 1, 1) + Days::new(self.below(139 * 365)),
            2 | 3 => day(2023 + self.below(6) as i32, 12, 26) + Days::new(self.below(12)),
            4 => day(2024 + self.below(4) as i32, 1, 20) + Days::new(self.below(40)),
            _ => day(2024, 1, 1) + Days::new(self.below(1_461)),
        };
        self.moment_of(spec, date)
    }

    fn moment_of(&mut self, spec: &CalendarSpec, date: NaiveDate) -> DateTime<Utc> {
        let weekly = &spec.weekly[date.weekday().num_days_from_monday() as usize];
        let sessions = spec
            .special
            .get(&date)
            .map_or(weekly, |special| &special.sessions);
        let micros = match self.below(8) {
            // The edges of sessions, and a microsecond to either side.
            0..=2 if !sessions.is_empty() => {
                let session = self.pick(sessions);
                let edge = self.pick(&[session.start(), session.end()]);
                i64::from(edge) * 60_000_000 + self.below(3) as i64 - 1
            }
            3 => self.below(MICROS_PER_DAY) as i64,
            4 => 0,
            _ => self.below(1_440) as i64 * 60_000_000,
        };
        from_local(date.and_time(NaiveTime::MIN) + TimeDelta::microseconds(micros))
    }

    pub(crate) fn term(&mut self, spec: &CalendarSpec, calendar: &Calendar) -> Term {
        let received_at = self.instant(spec);
        let mut term = Term::new(self.limit(true), received_at);
        let mut free_from = received_at;
        let changes = if self.one_in(4) { 0 } else { self.below(5) };
        for _ in 0..changes {
            let change = self.change(spec, calendar, &term, &mut free_from);
            term.changes.push(change);
        }
        term
    }

    pub(crate) fn limit(&mut self, same_day: bool) -> TimeLimit {
        match self.below(if same_day { 12 } else { 10 }) {
            0..=3 => TimeLimit::WorkingDays(1 + self.amount(60)),
            4 | 5 => TimeLimit::CalendarDays(1 + self.amount(90)),
            6 | 7 => TimeLimit::Months(1 + self.amount(24)),
            8 | 9 => TimeLimit::WorkingHours(1 + self.amount(40)),
            _ => {
                let hour = self.pick(&[0, 9, 15, 15, 15, 23]);
                let cutoff = NaiveTime::from_hms_opt(hour, 0, 0).unwrap();
                TimeLimit::SameDay { cutoff }
            }
        }
    }

    fn amount(&mut self, most: u64) -> u32 {
        let most = if self.one_in(2) { 5 } else { most };
        self.below(most) as u32
    }

    fn change(
        &mut self,
        spec: &CalendarSpec,
        calendar: &Calendar,
        term: &Term,
        free_from: &mut DateTime<Utc>,
    ) -> Change {
        match self.below(10) {
            0 => Change::Extend {
                limit: self.limit(false),
            },
            1 => Change::SetByHand {
                due_at: self.later(spec, term.received_at, 80),
            },
            2 => Change::Keep {
                due_at: self.later(spec, term.received_at, 80),
            },
            _ => {
                let due = term.due(calendar).unwrap().due_at;
                // Now and then exactly at the due date or just after it.
                let nearby = due + TimeDelta::microseconds(self.below(2) as i64);
                let from = if self.one_in(8) && nearby >= *free_from && nearby < limit_of_time() {
                    nearby
                } else {
                    self.later(spec, *free_from, 12)
                };
                let to = if self.one_in(10) {
                    from
                } else {
                    self.later(spec, from, 25)
                };
                *free_from = to;
                let then = if self.one_in(3) {
                    Then::Restart
                } else {
                    Then::Resume
                };
                Change::Stop { from, to, then }
            }
        }
    }

    /// Some moment within so many days, not before `at`.
    pub(crate) fn later(
        &mut self,
        spec: &CalendarSpec,
        at: DateTime<Utc>,
        days: u64,
    ) -> DateTime<Utc> {
        let days = if self.one_in(2) { 3 } else { days };
        let date = domain::time::local_date(at) + Days::new(self.below(days));
        self.moment_of(spec, date).max(at)
    }
}

fn limit_of_time() -> DateTime<Utc> {
    from_local(day(2149, 1, 1).and_time(NaiveTime::MIN))
}

fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).unwrap()
}

fn sessions(text: &str) -> Vec<Session> {
    text.split_whitespace()
        .map(|text| Session::parse(text).unwrap())
        .collect()
}
