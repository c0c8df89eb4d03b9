//! What clients read about calendars and recomputations.

use std::collections::BTreeMap;

use domain::deadline::CalendarSpec;
use domain::time::to_rfc3339;
use infra::calendar::queries::{CalendarDetail, CalendarSummary, CalendarVersion};
use infra::calendar::recompute::Progress;
use infra::calendar::{CalendarJson, YearJson};
use serde::Serialize;
use utoipa::ToSchema;

/// A date with sessions of its own.
#[derive(Debug, Serialize, ToSchema)]
pub struct SpecialView {
    #[schema(example = json!(["07:30-11:30"]))]
    pub sessions: Vec<String>,
    pub reason: String,
}

/// The days off and on of one year, by date.
#[derive(Debug, Serialize, ToSchema)]
pub struct YearView {
    pub closed: BTreeMap<String, String>,
    pub make_up: BTreeMap<String, String>,
    pub special: BTreeMap<String, SpecialView>,
}

impl From<YearJson> for YearView {
    fn from(year: YearJson) -> Self {
        let texts = |days: BTreeMap<_, _>| -> BTreeMap<String, String> {
            days.into_iter()
                .map(|(date, text): (chrono::NaiveDate, _)| (date.to_string(), text))
                .collect()
        };
        Self {
            closed: texts(year.closed),
            make_up: texts(year.make_up),
            special: (year.special.into_iter())
                .map(|(date, day)| {
                    let view = SpecialView {
                        sessions: day.sessions,
                        reason: day.reason,
                    };
                    (date.to_string(), view)
                })
                .collect(),
        }
    }
}

/// The rules of a calendar.
#[derive(Debug, Serialize, ToSchema)]
pub struct RulesView {
    /// Sessions by `monday` to `sunday`; a day without any is left out.
    #[schema(example = json!({"monday": ["07:30-11:30", "13:00-17:00"]}))]
    pub weekly: BTreeMap<String, Vec<String>>,
    /// By year; a year that is a key has its holidays loaded.
    pub years: BTreeMap<String, YearView>,
}

impl From<&CalendarSpec> for RulesView {
    fn from(spec: &CalendarSpec) -> Self {
        let json = CalendarJson::from(spec);
        let years = json.years.into_iter();
        Self {
            weekly: json.weekly,
            years: years
                .map(|(year, days)| (year.to_string(), days.into()))
                .collect(),
        }
    }
}

/// A calendar with its rules as they stand.
#[derive(Debug, Serialize, ToSchema)]
pub struct CalendarView {
    #[schema(format = "uuid")]
    pub id: String,
    pub name: String,
    #[serde(flatten)]
    pub rules: RulesView,
    /// Counts the changes of the rules from 1.
    pub number: i64,
    #[schema(format = "date-time")]
    pub changed_at: String,
    #[schema(format = "date-time")]
    pub retired_at: Option<String>,
    pub version: i64,
    /// Id of the recount of open dossiers that this change began.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = "uuid")]
    pub recomputation: Option<String>,
}

impl From<CalendarDetail> for CalendarView {
    fn from(detail: CalendarDetail) -> Self {
        Self {
            rules: RulesView::from(&detail.spec),
            id: detail.uid,
            name: detail.name,
            number: detail.number,
            changed_at: to_rfc3339(detail.changed_at),
            retired_at: detail.retired_at.map(to_rfc3339),
            version: detail.version,
            recomputation: detail.recomputation,
        }
    }
}

/// A calendar in a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct CalendarItem {
    #[schema(format = "uuid")]
    pub id: String,
    pub name: String,
    #[schema(format = "date-time")]
    pub retired_at: Option<String>,
    pub version: i64,
}

impl From<CalendarSummary> for CalendarItem {
    fn from(summary: CalendarSummary) -> Self {
        Self {
            id: summary.uid,
            name: summary.name,
            retired_at: summary.retired_at.map(to_rfc3339),
            version: summary.version,
        }
    }
}

/// A page of calendars.
#[derive(Debug, Serialize, ToSchema)]
pub struct CalendarPage {
    pub items: Vec<CalendarItem>,
    pub next_cursor: Option<String>,
}

/// The rules of a calendar at one time.
#[derive(Debug, Serialize, ToSchema)]
pub struct CalendarVersionView {
    pub number: i64,
    #[schema(format = "date-time")]
    pub created_at: String,
    #[serde(flatten)]
    pub rules: RulesView,
}

impl From<CalendarVersion> for CalendarVersionView {
    fn from(version: CalendarVersion) -> Self {
        Self {
            number: version.number,
            created_at: to_rfc3339(version.created_at),
            rules: RulesView::from(&version.spec),
        }
    }
}

/// A page of versions.
#[derive(Debug, Serialize, ToSchema)]
pub struct CalendarVersionPage {
    pub items: Vec<CalendarVersionView>,
    pub next_cursor: Option<String>,
}

/// How far the recount of open dossiers after a change of a calendar is.
#[derive(Debug, Serialize, ToSchema)]
pub struct RecomputationView {
    #[schema(format = "uuid")]
    pub id: String,
    /// Id of the calendar that changed.
    #[schema(format = "uuid")]
    pub calendar: String,
    /// `waiting`, `running` or `done`.
    #[schema(example = "running")]
    pub status: String,
    /// Open dossiers when the calendar changed.
    pub total: i64,
    /// Looked at so far; those that ended meanwhile are left out.
    pub done: i64,
    /// Of these, with a date that moved.
    pub moved: i64,
    /// Of these, skipped because their record contradicts itself.
    pub failed: i64,
    #[schema(format = "date-time")]
    pub created_at: String,
    #[schema(format = "date-time")]
    pub finished_at: Option<String>,
}

impl From<Progress> for RecomputationView {
    fn from(progress: Progress) -> Self {
        Self {
            id: progress.uid,
            calendar: progress.calendar,
            status: progress.status,
            total: progress.total,
            done: progress.done,
            moved: progress.moved,
            failed: progress.failed,
            created_at: to_rfc3339(progress.created_at),
            finished_at: progress.finished_at.map(to_rfc3339),
        }
    }
}

/// A page of recomputations.
#[derive(Debug, Serialize, ToSchema)]
pub struct RecomputationPage {
    pub items: Vec<RecomputationView>,
    pub next_cursor: Option<String>,
}
