//! A calendar as people write it, and its check and compilation into prefix sums.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use chrono::{Datelike, NaiveDate, Weekday};

use super::calendar::Calendar;
use super::moment::{Day, day_of, weekday_of};
use super::ordinal::Ordinal;
use super::session::Session;
use crate::lang::Lang;

const YEARS: std::ops::RangeInclusive<i32> = 1990..=2199;
const MAX_EXCEPTIONS: usize = 20_000;

/// A date with sessions of its own (ngày làm việc theo giờ riêng).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpecialDay {
    pub sessions: Vec<Session>,
    pub reason: String,
}

/// A working calendar (lịch làm việc) as it is kept and edited.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CalendarSpec {
    /// Monday to Sunday.
    pub weekly: [Vec<Session>; 7],
    /// Closed dates with the reason (ngày nghỉ lễ, hoán đổi).
    pub closed: BTreeMap<NaiveDate, String>,
    /// Days off that are worked, with the reason (ngày làm bù).
    pub make_up: BTreeMap<NaiveDate, String>,
    pub special: BTreeMap<NaiveDate, SpecialDay>,
    /// Years whose holidays are known; dates that touch others are provisional.
    pub years: BTreeSet<i32>,
}

/// Why a calendar is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CalendarFault {
    NoWorkingTime,
    WeeklySessionsOverlap { weekday: Weekday },
    SpecialSessionsOverlap { date: NaiveDate },
    SpecialWithoutSessions { date: NaiveDate },
    ListedTwice { date: NaiveDate },
    DateOutOfRange { date: NaiveDate },
    TooManyExceptions { count: usize },
}

impl CalendarFault {
    /// Stable word for clients.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoWorkingTime => "no_working_time",
            Self::WeeklySessionsOverlap { .. } | Self::SpecialSessionsOverlap { .. } => {
                "sessions_overlap"
            }
            Self::SpecialWithoutSessions { .. } => "special_without_sessions",
            Self::ListedTwice { .. } => "date_listed_twice",
            Self::DateOutOfRange { .. } => "date_out_of_range",
            Self::TooManyExceptions { .. } => "too_many_exceptions",
        }
    }

    pub fn text(&self, lang: Lang) -> String {
        match self {
            Self::NoWorkingTime => lang.pick(
                "lịch không có giờ làm việc nào trong tuần".into(),
                "a calendar with no working time".into(),
            ),
            Self::WeeklySessionsOverlap { weekday } => lang.pick(
                format!(
                    "các buổi làm việc của {} chồng lên nhau hoặc sai thứ tự",
                    vietnamese(*weekday)
                ),
                format!("sessions on {weekday} overlap or are out of order"),
            ),
            Self::SpecialSessionsOverlap { date } => lang.pick(
                format!("các buổi làm việc của ngày {date} chồng lên nhau hoặc sai thứ tự"),
                format!("sessions of {date} overlap or are out of order"),
            ),
            Self::SpecialWithoutSessions { date } => lang.pick(
                format!("ngày {date} không có buổi làm việc nào: hãy ghi là ngày nghỉ"),
                format!("{date} has no sessions: list it as closed"),
            ),
            Self::ListedTwice { date } => lang.pick(
                format!("ngày {date} được ghi ở hai danh sách"),
                format!("{date} is in two of closed, make-up and special"),
            ),
            Self::DateOutOfRange { date } => lang.pick(
                format!("ngày {date} nằm ngoài các năm 1990–2199"),
                format!("{date} is outside the years 1990 to 2199"),
            ),
            Self::TooManyExceptions { count } => lang.pick(
                format!("{count} ngày ngoại lệ, tối đa {MAX_EXCEPTIONS}"),
                format!("{count} exception dates, at most {MAX_EXCEPTIONS}"),
            ),
        }
    }
}

impl fmt::Display for CalendarFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text(Lang::En))
    }
}

impl std::error::Error for CalendarFault {}

fn vietnamese(weekday: Weekday) -> &'static str {
    match weekday {
        Weekday::Mon => "thứ Hai",
        Weekday::Tue => "thứ Ba",
        Weekday::Wed => "thứ Tư",
        Weekday::Thu => "thứ Năm",
        Weekday::Fri => "thứ Sáu",
        Weekday::Sat => "thứ Bảy",
        Weekday::Sun => "Chủ nhật",
    }
}

impl CalendarSpec {
    /// Everything that is wrong with the calendar; empty when it compiles.
    pub fn faults(&self) -> Vec<CalendarFault> {
        let mut faults = Vec::new();
        if self.weekly.iter().all(Vec::is_empty) {
            faults.push(CalendarFault::NoWorkingTime);
        }
        let mut weekday = Weekday::Mon;
        for sessions in &self.weekly {
            if !in_order(sessions) {
                faults.push(CalendarFault::WeeklySessionsOverlap { weekday });
            }
            weekday = weekday.succ();
        }
        let count = self.closed.len() + self.make_up.len() + self.special.len();
        if count > MAX_EXCEPTIONS {
            // Naming each of them as well would answer a flood with a flood.
            faults.push(CalendarFault::TooManyExceptions { count });
            return faults;
        }
        self.date_faults(&mut faults);
        faults
    }

    fn date_faults(&self, faults: &mut Vec<CalendarFault>) {
        let mut dates: Vec<NaiveDate> = self.exceptions().collect();
        dates.sort_unstable();
        let mut before = None;
        for &date in &dates {
            if before == Some(date) {
                faults.push(CalendarFault::ListedTwice { date });
            } else if !YEARS.contains(&date.year()) {
                faults.push(CalendarFault::DateOutOfRange { date });
            }
            before = Some(date);
        }
        // A date in all three lists is one fault, not two.
        faults.dedup();
        for (&date, special) in &self.special {
            if special.sessions.is_empty() {
                faults.push(CalendarFault::SpecialWithoutSessions { date });
            }
            if !in_order(&special.sessions) {
                faults.push(CalendarFault::SpecialSessionsOverlap { date });
            }
        }
    }

    fn exceptions(&self) -> impl Iterator<Item = NaiveDate> {
        (self.closed.keys())
            .chain(self.make_up.keys())
            .chain(self.special.keys())
            .copied()
    }

    /// The sessions of the fullest weekday, the earliest where several are equally full.
    fn fullest(&self) -> &[Session] {
        let mut best: &[Session] = &[];
        for sessions in &self.weekly {
            if total(sessions) > total(best) {
                best = sessions;
            }
        }
        best
    }
}

/// Sessions may touch but neither overlap nor go back.
fn in_order(sessions: &[Session]) -> bool {
    sessions
        .iter()
        .zip(sessions.iter().skip(1))
        .all(|(first, second)| first.end() <= second.start())
}

fn total(sessions: &[Session]) -> u16 {
    sessions.iter().map(|session| session.minutes()).sum()
}

impl Calendar {
    /// Checks the calendar and builds the sums that make every later question quick.
    ///
    /// Time and memory grow with the span of days between the first and the last exception.
    pub fn compile(spec: &CalendarSpec) -> Result<Self, Vec<CalendarFault>> {
        let faults = spec.faults();
        if !faults.is_empty() {
            return Err(faults);
        }
        let first = spec.exceptions().min().map_or(0, day_of);
        let end = spec.exceptions().max().map_or(0, |date| day_of(date) + 1);
        let mut shapes: Vec<Vec<Session>> = spec.weekly.to_vec();
        let window = window(spec, first, end, &mut shapes);
        let shape = |index: &u16| {
            shapes
                .get(usize::from(*index))
                .map_or(&[][..], Vec::as_slice)
        };
        let days = Ordinal::new(
            spec.weekly.each_ref().map(|day| u16::from(!day.is_empty())),
            first,
            window
                .iter()
                .map(|index| u16::from(!shape(index).is_empty())),
        );
        let minutes = Ordinal::new(
            spec.weekly.each_ref().map(|day| total(day)),
            first,
            window.iter().map(|index| total(shape(index))),
        );
        Ok(Self {
            shapes,
            first,
            window,
            days,
            minutes,
            closed: spec.closed.clone(),
            years: spec.years.iter().copied().collect(),
        })
    }
}

/// For each day of `first..end` the index of its sessions among `shapes`, which grows as needed.
fn window(spec: &CalendarSpec, first: Day, end: Day, shapes: &mut Vec<Vec<Session>>) -> Vec<u16> {
    let mut window: Vec<u16> = (first..end)
        .map(|day| u16::try_from(weekday_of(day)).unwrap_or_default())
        .collect();
    let mut set = |date: &NaiveDate, index: u16| {
        let slot = usize::try_from(day_of(*date) - first).ok();
        if let Some(slot) = slot.and_then(|slot| window.get_mut(slot)) {
            *slot = index;
        }
    };
    let closed = add(shapes, Vec::new());
    for date in spec.closed.keys() {
        set(date, closed);
    }
    let make_up = add(shapes, spec.fullest().to_vec());
    for date in spec.make_up.keys() {
        let weekday = weekday_of(day_of(*date));
        // A make-up date that is worked anyway keeps the sessions it has.
        if shapes.get(weekday).is_none_or(Vec::is_empty) {
            set(date, make_up);
        }
    }
    for (date, special) in &spec.special {
        set(date, add(shapes, special.sessions.clone()));
    }
    window
}

fn add(shapes: &mut Vec<Vec<Session>>, sessions: Vec<Session>) -> u16 {
    let index = u16::try_from(shapes.len()).unwrap_or(u16::MAX);
    shapes.push(sessions);
    index
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail loudly")]
    use super::*;

    fn date(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn sessions(text: &str) -> Vec<Session> {
        text.split(' ')
            .map(|s| Session::parse(s).unwrap())
            .collect()
    }

    #[test]
    fn a_calendar_with_no_working_time_is_refused() {
        let mut spec = CalendarSpec::default();
        // One worked date does not make a week: the term would never end.
        let special = SpecialDay {
            sessions: sessions("08:00-09:00"),
            reason: String::new(),
        };
        spec.special.insert(date("2026-01-01"), special);
        let faults = Calendar::compile(&spec).unwrap_err();
        assert_eq!(faults, [CalendarFault::NoWorkingTime]);
        assert_eq!(
            faults.first().unwrap().to_string(),
            "a calendar with no working time"
        );
    }

    #[test]
    fn all_faults_of_a_calendar_are_named_at_once() {
        let mut spec = CalendarSpec::default();
        let [monday, tuesday, ..] = &mut spec.weekly;
        *monday = sessions("13:00-17:00 07:30-11:30");
        *tuesday = sessions("07:30-11:30 11:00-12:00");
        let twice = date("2026-05-01");
        spec.closed.insert(twice, String::new());
        spec.make_up.insert(twice, String::new());
        let special = |sessions| SpecialDay {
            sessions,
            reason: String::new(),
        };
        spec.special.insert(twice, special(Vec::new()));
        let overlap = date("2026-05-02");
        spec.special
            .insert(overlap, special(sessions("08:00-10:00 09:00-11:00")));
        let (early, late) = (date("1989-12-31"), date("2200-01-01"));
        spec.closed.insert(early, String::new());
        spec.closed.insert(late, String::new());
        assert_eq!(
            Calendar::compile(&spec).unwrap_err(),
            [
                CalendarFault::WeeklySessionsOverlap {
                    weekday: Weekday::Mon
                },
                CalendarFault::WeeklySessionsOverlap {
                    weekday: Weekday::Tue
                },
                CalendarFault::DateOutOfRange { date: early },
                CalendarFault::ListedTwice { date: twice },
                CalendarFault::DateOutOfRange { date: late },
                CalendarFault::SpecialWithoutSessions { date: twice },
                CalendarFault::SpecialSessionsOverlap { date: overlap },
            ]
        );
    }

    #[test]
    fn too_many_exceptions_are_refused() {
        let mut spec = CalendarSpec::default();
        let [monday, ..] = &mut spec.weekly;
        *monday = sessions("08:00-09:00");
        let dates = date("2000-01-01").iter_days().take(20_001);
        spec.closed.extend(dates.map(|date| (date, String::new())));
        assert_eq!(
            Calendar::compile(&spec).unwrap_err(),
            [CalendarFault::TooManyExceptions { count: 20_001 }]
        );
    }

    #[test]
    fn a_calendar_can_be_shared_between_threads() {
        fn shared<T: Send + Sync>() {}
        shared::<Calendar>();
    }

    #[test]
    fn sessions_that_touch_are_in_order() {
        assert!(in_order(&sessions("07:30-11:30 11:30-12:00")));
    }
}
