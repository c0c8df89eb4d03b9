//! What clients send about calendars: the shape in which they are stored.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use chrono::{Datelike, NaiveDate};
use domain::deadline::{CalendarSpec, Session, SpecialDay};
use domain::text::Title;
use infra::calendar::actions::{CalendarInput, YearInput};
use serde_json::Value;

use crate::input::{Fault, Faults, FromJson, FromText, Path, wrong_type};
use crate::{input, json_by_text, query};

/// As the domain bounds exception dates.
const YEARS: RangeInclusive<i32> = 1990..=2149;

impl FromText for Session {
    fn from_text(raw: &str) -> Result<Self, Fault> {
        use domain::deadline::SessionFault::{Empty, OutsideTheDay, Unreadable};
        Self::parse(raw).map_err(|fault| match fault {
            Unreadable => Fault::bad_format("07:30-11:30"),
            OutsideTheDay => Fault::new(
                "bad_time",
                "Giờ từ 00:00 đến 24:00.",
                "Times are 00:00 to 24:00.",
            ),
            Empty => Fault::new(
                "session_empty",
                "Giờ kết thúc phải sau giờ bắt đầu.",
                "A session ends after it starts.",
            ),
        })
    }
}
json_by_text!(Session);

input! {
    /// Working sessions (buổi làm việc) by day of the week, each in order; a day that is left
    /// out is not worked.
    pub struct WeekInput {
        #[schema(value_type = Option<Vec<String>>, example = json!(["07:30-11:30", "13:00-17:00"]))]
        pub monday: Option<Vec<Session>>,
        #[schema(value_type = Option<Vec<String>>)]
        pub tuesday: Option<Vec<Session>>,
        #[schema(value_type = Option<Vec<String>>)]
        pub wednesday: Option<Vec<Session>>,
        #[schema(value_type = Option<Vec<String>>)]
        pub thursday: Option<Vec<Session>>,
        #[schema(value_type = Option<Vec<String>>)]
        pub friday: Option<Vec<Session>>,
        #[schema(value_type = Option<Vec<String>>)]
        pub saturday: Option<Vec<Session>>,
        #[schema(value_type = Option<Vec<String>>)]
        pub sunday: Option<Vec<Session>>,
    }
}

impl From<WeekInput> for [Vec<Session>; 7] {
    fn from(week: WeekInput) -> Self {
        [
            week.monday,
            week.tuesday,
            week.wednesday,
            week.thursday,
            week.friday,
            week.saturday,
            week.sunday,
        ]
        .map(Option::unwrap_or_default)
    }
}

input! {
    /// A date with sessions of its own (ngày làm việc theo giờ riêng).
    pub struct SpecialInput {
        #[schema(value_type = Vec<String>, min_items = 1, example = json!(["07:30-11:30"]))]
        pub sessions: Vec<Session>,
        #[schema(value_type = Option<String>, max_length = 300)]
        pub reason: Option<Title>,
    }
}

input! {
    /// What the government announced for one year. Keys are dates of that year.
    pub struct YearDaysInput {
        /// Closed dates with the reason (ngày nghỉ lễ, hoán đổi).
        #[schema(value_type = Option<BTreeMap<String, String>>, example = json!({"2026-01-01": "Tết Dương lịch"}))]
        pub closed: Option<BTreeMap<NaiveDate, Title>>,
        /// Days off that are worked (ngày làm bù).
        #[schema(value_type = Option<BTreeMap<String, String>>, example = json!({"2026-01-10": "Làm bù cho 2/1"}))]
        pub make_up: Option<BTreeMap<NaiveDate, Title>>,
        #[schema(value_type = Option<BTreeMap<String, SpecialInput>>)]
        pub special: Option<BTreeMap<NaiveDate, SpecialInput>>,
        /// A remark of whoever made the file; it is not kept.
        #[schema(value_type = Option<String>, max_length = 300)]
        pub certainty: Option<Title>,
    }
}

impl YearDaysInput {
    /// Names every date that lies in another year.
    pub fn check(&self, year: i32, at: &Path<'_>, faults: &mut Faults) {
        let dates = |list: &Option<BTreeMap<NaiveDate, Title>>| -> Vec<NaiveDate> {
            list.iter().flat_map(|days| days.keys().copied()).collect()
        };
        let special = self
            .special
            .iter()
            .flat_map(|days| days.keys().copied())
            .collect();
        let lists = [
            ("closed", dates(&self.closed)),
            ("make_up", dates(&self.make_up)),
            ("special", special),
        ];
        for (name, dates) in lists {
            let list = at.field(name);
            for date in dates.into_iter().filter(|date| date.year() != year) {
                faults.push(&list.field(&date.to_string()), not_in_year(year));
            }
        }
    }
}

fn not_in_year(year: i32) -> Fault {
    Fault::new(
        "date_not_in_year",
        format!("Ngày không thuộc năm {year}."),
        format!("Not a date of {year}."),
    )
}

impl From<YearDaysInput> for YearInput {
    fn from(input: YearDaysInput) -> Self {
        let texts = |days: Option<BTreeMap<NaiveDate, Title>>| {
            let days = days.unwrap_or_default().into_iter();
            days.map(|(date, reason)| (date, reason.into_string()))
                .collect()
        };
        let special = |day: SpecialInput| SpecialDay {
            sessions: day.sessions,
            reason: day.reason.map(Title::into_string).unwrap_or_default(),
        };
        let days = input.special.unwrap_or_default().into_iter();
        Self {
            closed: texts(input.closed),
            make_up: texts(input.make_up),
            special: days.map(|(date, day)| (date, special(day))).collect(),
        }
    }
}

/// Years whose holidays are known, each with its days.
#[derive(Debug, Default)]
pub struct Years(BTreeMap<i32, YearDaysInput>);

impl FromJson for Years {
    fn from_json(value: &Value, at: &Path<'_>, faults: &mut Faults) -> Option<Self> {
        let Value::Object(members) = value else {
            wrong_type(
                value,
                "đối tượng có khóa là năm",
                "an object keyed by years",
                at,
                faults,
            );
            return None;
        };
        let mut years = Some(BTreeMap::new());
        for (name, days) in members {
            let here = at.field(name);
            let year = read_year(name)
                .map_err(|fault| faults.push(&here, fault))
                .ok();
            let days = YearDaysInput::from_json(days, &here, faults);
            if let (Some(year), Some(days)) = (year, &days) {
                days.check(year, &here, faults);
            }
            match (year, days, &mut years) {
                (Some(year), Some(days), Some(years)) => drop(years.insert(year, days)),
                _ => years = None,
            }
        }
        years.map(Self)
    }
}

/// A year that a calendar can know.
pub fn read_year(text: &str) -> Result<i32, Fault> {
    let four = text.len() == 4 && text.bytes().all(|byte| byte.is_ascii_digit());
    let year = text.parse().ok().filter(|_| four);
    let year = year.ok_or_else(|| Fault::bad_format("2026"))?;
    if YEARS.contains(&year) {
        Ok(year)
    } else {
        Err(Fault::out_of_range(YEARS.start(), YEARS.end()))
    }
}

input! {
    /// A calendar (lịch làm việc) whole.
    pub struct CalendarBody {
        #[schema(value_type = String, min_length = 1, max_length = 300, example = "Lịch làm việc cơ quan nhà nước")]
        pub name: Title,
        pub weekly: WeekInput,
        /// By year. A year that is a key has its holidays loaded: dates that touch another year
        /// are provisional.
        #[schema(value_type = Option<BTreeMap<String, YearDaysInput>>)]
        pub years: Option<Years>,
    }
}

impl From<CalendarBody> for CalendarInput {
    fn from(body: CalendarBody) -> Self {
        let mut spec = CalendarSpec {
            weekly: body.weekly.into(),
            ..CalendarSpec::default()
        };
        for (year, days) in body.years.unwrap_or_default().0 {
            let days = YearInput::from(days);
            spec.years.insert(year);
            spec.closed.extend(days.closed);
            spec.make_up.extend(days.make_up);
            spec.special.extend(days.special);
        }
        Self {
            name: body.name,
            spec,
        }
    }
}

query! {
    /// Which calendars.
    pub struct CalendarQuery {
        /// Only retired ones instead of only active ones.
        pub retired: Option<bool>,
        #[param(minimum = 1, maximum = 200)]
        pub limit: Option<u32>,
        /// From `next_cursor` or the `Link` header. Sorted by age, the oldest first.
        pub cursor: Option<String>,
    }
}

query! {
    /// Which part of a list, the newest first.
    pub struct NewestQuery {
        #[param(minimum = 1, maximum = 200)]
        pub limit: Option<u32>,
        /// From `next_cursor` or the `Link` header.
        pub cursor: Option<String>,
    }
}
