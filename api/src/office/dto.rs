//! What clients send and read about offices and departments.

use std::collections::BTreeMap;

use domain::deadline::Session;
use domain::office::{self, DeskHours, DeskHoursFault};
use domain::text::{Address, AgencyCode, Phone, Title, UnitCode};
use domain::time::to_rfc3339;
use infra::office::{DepartmentDetail, OfficeDetail, OfficeFilter, OfficeInput};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::input::{Fault, Faults, FromJson, FromText, Path};
use crate::{input, json_by_text, query, word_enum};

word_enum! {
    /// Loại cơ quan: tỉnh, thành phố; xã, phường; sở, ngành.
    pub enum OfficeKind { City = "city", Ward = "ward", Department = "department" }
}

impl From<OfficeKind> for office::OfficeKind {
    fn from(kind: OfficeKind) -> Self {
        match kind {
            OfficeKind::City => Self::City,
            OfficeKind::Ward => Self::Ward,
            OfficeKind::Department => Self::Department,
        }
    }
}

/// A session as it is written, such as `07:30-11:30`.
#[derive(Debug)]
pub struct DeskSession(Session);

impl FromText for DeskSession {
    fn from_text(raw: &str) -> Result<Self, Fault> {
        Session::parse(raw)
            .map(Self)
            .map_err(|_| Fault::bad_format("07:30-11:30"))
    }
}
json_by_text!(DeskSession);

input! {
    /// When the reception desk is open (giờ tiếp nhận), by day of the week. For people to read:
    /// deadlines are counted by the calendar.
    pub struct DeskWeek {
        #[schema(value_type = Option<Vec<String>>, example = json!(["07:30-11:30", "13:00-17:00"]))]
        pub monday: Option<Vec<DeskSession>>,
        #[schema(value_type = Option<Vec<String>>)]
        pub tuesday: Option<Vec<DeskSession>>,
        #[schema(value_type = Option<Vec<String>>)]
        pub wednesday: Option<Vec<DeskSession>>,
        #[schema(value_type = Option<Vec<String>>)]
        pub thursday: Option<Vec<DeskSession>>,
        #[schema(value_type = Option<Vec<String>>)]
        pub friday: Option<Vec<DeskSession>>,
        #[schema(value_type = Option<Vec<String>>)]
        pub saturday: Option<Vec<DeskSession>>,
        #[schema(value_type = Option<Vec<String>>)]
        pub sunday: Option<Vec<DeskSession>>,
    }
}

/// Desk hours whose sessions stand in order.
#[derive(Debug)]
pub struct DeskHoursInput(DeskHours);

impl FromJson for DeskHoursInput {
    fn from_json(value: &Value, at: &Path<'_>, faults: &mut Faults) -> Option<Self> {
        let week = DeskWeek::from_json(value, at, faults)?;
        let days = [
            week.monday,
            week.tuesday,
            week.wednesday,
            week.thursday,
            week.friday,
            week.saturday,
            week.sunday,
        ];
        let sessions = days.map(|day| day.into_iter().flatten().map(|one| one.0).collect());
        match DeskHours::new(sessions) {
            Ok(hours) => Some(Self(hours)),
            Err(wrong) => {
                for fault in wrong {
                    let (weekday, fault) = words_of(fault);
                    faults.push(&at.field(weekday), fault);
                }
                None
            }
        }
    }
}

fn words_of(fault: DeskHoursFault) -> (&'static str, Fault) {
    match fault {
        DeskHoursFault::Unsorted { weekday } => (
            weekday,
            Fault::new(
                "unsorted",
                "Các buổi phải theo thứ tự và không chồng lên nhau.",
                "Sessions must be in order and must not overlap.",
            ),
        ),
        DeskHoursFault::TooMany { weekday } => (
            weekday,
            Fault::new("too_many", "Quá nhiều buổi.", "Too many sessions."),
        ),
    }
}

input! {
    /// An office to be added.
    pub struct NewOfficeInput {
        /// Mã định danh; it never changes.
        #[schema(value_type = String, example = "H29.25")]
        pub code: AgencyCode,
        #[schema(value_type = String, min_length = 1, max_length = 300, example = "Ủy ban nhân dân phường")]
        pub name: Title,
        pub kind: OfficeKind,
        /// Required, but for the first office of all.
        #[schema(value_type = Option<String>, example = "H29")]
        pub parent: Option<AgencyCode>,
        /// Id of its own calendar; without one its parent's holds.
        pub calendar: Option<Uuid>,
        #[schema(value_type = Option<DeskWeek>)]
        pub desk_hours: Option<DeskHoursInput>,
        #[schema(value_type = Option<String>, max_length = 500)]
        pub address: Option<Address>,
        #[schema(value_type = Option<String>, example = "02363123456")]
        pub phone: Option<Phone>,
    }
}

impl NewOfficeInput {
    pub fn into_parts(self) -> (AgencyCode, OfficeInput) {
        let input = OfficeInput {
            name: self.name,
            kind: self.kind.into(),
            parent: self.parent,
            calendar: self.calendar.map(|id| id.to_string()),
            desk_hours: self.desk_hours.map(|hours| hours.0).unwrap_or_default(),
            address: self.address,
            phone: self.phone,
        };
        (self.code, input)
    }
}

input! {
    /// Everything about an office but its code; what is left out is emptied.
    pub struct OfficeChangeInput {
        #[schema(value_type = String, min_length = 1, max_length = 300, example = "Ủy ban nhân dân phường")]
        pub name: Title,
        pub kind: OfficeKind,
        /// Another parent moves the office with all below it.
        #[schema(value_type = Option<String>, example = "H29")]
        pub parent: Option<AgencyCode>,
        /// Id of its own calendar; without one its parent's holds.
        pub calendar: Option<Uuid>,
        #[schema(value_type = Option<DeskWeek>)]
        pub desk_hours: Option<DeskHoursInput>,
        #[schema(value_type = Option<String>, max_length = 500)]
        pub address: Option<Address>,
        #[schema(value_type = Option<String>, example = "02363123456")]
        pub phone: Option<Phone>,
    }
}

impl From<OfficeChangeInput> for OfficeInput {
    fn from(input: OfficeChangeInput) -> Self {
        Self {
            name: input.name,
            kind: input.kind.into(),
            parent: input.parent,
            calendar: input.calendar.map(|id| id.to_string()),
            desk_hours: input.desk_hours.map(|hours| hours.0).unwrap_or_default(),
            address: input.address,
            phone: input.phone,
        }
    }
}

query! {
    /// Which offices.
    pub struct OfficeQuery {
        /// Offices right below the one with this code.
        #[param(value_type = Option<String>, example = "H29")]
        pub parent: Option<AgencyCode>,
        pub kind: Option<OfficeKind>,
        /// Part of the name, diacritics or not, or the head of the code.
        #[param(value_type = Option<String>, max_length = 300)]
        pub q: Option<Title>,
        /// Only retired ones instead of only active ones.
        pub retired: Option<bool>,
        #[param(minimum = 1, maximum = 200)]
        pub limit: Option<u32>,
        /// From `next_cursor` or the `Link` header. Sorted by code.
        pub cursor: Option<String>,
    }
}

impl OfficeQuery {
    pub fn filter(&self) -> OfficeFilter {
        OfficeFilter {
            parent: self.parent.as_ref().map(ToString::to_string),
            kind: self.kind.map(office::OfficeKind::from),
            q: self.q.as_ref().map(ToString::to_string),
            retired: self.retired.unwrap_or_default(),
        }
    }
}

/// An office.
#[derive(Debug, Serialize, ToSchema)]
pub struct OfficeView {
    #[schema(example = "H29.23")]
    pub code: String,
    #[schema(example = "Ủy ban nhân dân phường")]
    pub name: String,
    #[schema(value_type = OfficeKind)]
    pub kind: &'static str,
    /// Code of the office above.
    #[schema(example = "H29")]
    pub parent: Option<String>,
    /// Id of its own calendar; without one its parent's holds.
    pub calendar: Option<String>,
    /// Sessions by day of the week; days without any are left out.
    #[schema(value_type = BTreeMap<String, Vec<String>>, example = json!({"monday": ["07:30-11:30", "13:00-17:00"]}))]
    pub desk_hours: BTreeMap<&'static str, Vec<String>>,
    pub address: Option<String>,
    pub phone: Option<String>,
    #[schema(format = "date-time")]
    pub retired_at: Option<String>,
    pub version: i64,
}

impl From<OfficeDetail> for OfficeView {
    fn from(detail: OfficeDetail) -> Self {
        let desk_hours = detail
            .desk_hours
            .days()
            .filter(|(_, sessions)| !sessions.is_empty())
            .map(|(day, sessions)| (day, sessions.iter().map(ToString::to_string).collect()))
            .collect();
        let office = detail.office;
        Self {
            code: office.code,
            name: office.name,
            kind: detail.kind.as_str(),
            parent: detail.parent,
            calendar: detail.calendar,
            desk_hours,
            address: office.address,
            phone: office.phone,
            retired_at: office.retired_at.map(|at| to_rfc3339(at.and_utc())),
            version: office.version,
        }
    }
}

/// A page of offices.
#[derive(Debug, Serialize, ToSchema)]
pub struct OfficePage {
    pub items: Vec<OfficeView>,
    pub next_cursor: Option<String>,
}

input! {
    /// A department to be added.
    pub struct NewDepartmentInput {
        /// Short name by which routes of procedures point to it; it never changes.
        #[schema(value_type = String, pattern = "^[a-z0-9_]{1,40}$", example = "tu_phap")]
        pub code: UnitCode,
        #[schema(value_type = String, min_length = 1, max_length = 300, example = "Tư pháp - Hộ tịch")]
        pub name: Title,
    }
}

input! {
    /// Everything about a department but its code.
    pub struct DepartmentChangeInput {
        #[schema(value_type = String, min_length = 1, max_length = 300, example = "Tư pháp - Hộ tịch")]
        pub name: Title,
    }
}

query! {
    /// Which departments.
    pub struct DepartmentQuery {
        /// Only retired ones instead of only active ones.
        pub retired: Option<bool>,
        #[param(minimum = 1, maximum = 200)]
        pub limit: Option<u32>,
        /// From `next_cursor` or the `Link` header. Sorted by code.
        pub cursor: Option<String>,
    }
}

/// A department of an office.
#[derive(Debug, Serialize, ToSchema)]
pub struct DepartmentView {
    #[schema(format = "uuid")]
    pub id: String,
    /// Code of its office.
    #[schema(example = "H29.23")]
    pub office: String,
    #[schema(example = "tu_phap")]
    pub code: String,
    #[schema(example = "Tư pháp - Hộ tịch")]
    pub name: String,
    #[schema(format = "date-time")]
    pub retired_at: Option<String>,
    pub version: i64,
}

impl From<DepartmentDetail> for DepartmentView {
    fn from(detail: DepartmentDetail) -> Self {
        let row = detail.department;
        Self {
            id: row.uid,
            office: detail.office,
            code: row.code,
            name: row.name,
            retired_at: row.retired_at.map(|at| to_rfc3339(at.and_utc())),
            version: row.version,
        }
    }
}

/// A page of departments.
#[derive(Debug, Serialize, ToSchema)]
pub struct DepartmentPage {
    pub items: Vec<DepartmentView>,
    pub next_cursor: Option<String>,
}
