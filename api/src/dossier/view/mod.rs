//! What clients read about dossiers.

mod detail;
mod public;
mod record;
mod summary;

use chrono::{DateTime, Utc};
use domain::dossier::Timeliness;
use domain::lang::Lang;
use domain::time::to_rfc3339;
use infra::dossier::Named;
use serde::Serialize;
use utoipa::ToSchema;

pub use self::detail::*;
pub use self::public::*;
pub use self::record::*;
pub use self::summary::*;

fn time(at: DateTime<Utc>) -> String {
    to_rfc3339(at)
}

fn time_opt(at: Option<DateTime<Utc>>) -> Option<String> {
    at.map(to_rfc3339)
}

/// A code or public id with the name that people read.
#[derive(Debug, Serialize, ToSchema)]
pub struct NamedView {
    pub id: String,
    pub name: String,
}

impl From<Named> for NamedView {
    fn from(named: Named) -> Self {
        Self {
            id: named.key,
            name: named.name,
        }
    }
}

/// A state with its words and its code on the national portal.
#[derive(Debug, Serialize, ToSchema)]
pub struct StateView {
    #[schema(example = "processing")]
    pub code: &'static str,
    #[schema(example = "Đang xử lý")]
    pub text: &'static str,
    #[schema(example = 4)]
    pub portal_code: u8,
}

impl StateView {
    fn of(state: domain::dossier::State, lang: Lang) -> Self {
        Self {
            code: state.as_str(),
            text: state.text(lang),
            portal_code: state.portal_code(),
        }
    }
}

/// How a dossier stands to its promise, computed at this moment.
#[derive(Debug, Serialize, ToSchema)]
pub struct TimelinessView {
    /// `not_started`, `within_term`, `overdue`, `early`, `on_time` or `late`.
    #[schema(example = "within_term")]
    pub code: &'static str,
    pub late: bool,
    /// Working minutes past the due date.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub late_working_minutes: Option<i64>,
    /// Working days past the due date.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub late_working_days: Option<i64>,
}

impl From<Timeliness> for TimelinessView {
    fn from(timeliness: Timeliness) -> Self {
        let lateness = timeliness.lateness();
        Self {
            code: timeliness.as_str(),
            late: timeliness.is_late(),
            late_working_minutes: lateness.map(|late| late.working_time.num_minutes()),
            late_working_days: lateness.map(|late| late.working_days),
        }
    }
}
