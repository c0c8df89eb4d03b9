//! A time limit on the wire: a unit, an amount or a cut-off.

use chrono::NaiveTime;
use domain::deadline::{LimitFault, TimeLimit};
use domain::lang::Lang;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::input::{Fault, Faults, FromJson, Path};
use crate::{input, word_enum};

word_enum! {
    /// Ngày làm việc, ngày, tháng, giờ làm việc, trong ngày.
    pub enum Unit {
        WorkingDays = "working_days",
        CalendarDays = "calendar_days",
        Months = "months",
        WorkingHours = "working_hours",
        SameDay = "same_day",
    }
}

input! {
    /// Thời hạn giải quyết: how long something may take.
    pub struct TimeLimitInput {
        pub unit: Unit,
        /// Required but for `same_day`, which takes none: up to 3650 days, 120 months, 8760 hours.
        #[schema(minimum = 1, maximum = 8760, example = 5)]
        pub amount: Option<u32>,
        /// Only for `same_day`: what is received later counts from the next working day. 15:00
        /// when absent.
        #[schema(value_type = Option<String>, pattern = "^[0-9]{2}:[0-9]{2}$", example = "15:00")]
        pub cutoff: Option<NaiveTime>,
    }
}

impl FromJson for TimeLimit {
    fn from_json(value: &Value, at: &Path<'_>, faults: &mut Faults) -> Option<Self> {
        let input = TimeLimitInput::from_json(value, at, faults)?;
        match Self::new(input.unit.as_str(), input.amount, input.cutoff) {
            Ok(limit) => Some(limit),
            Err(found) => {
                for fault in found {
                    faults.push(&at.field(fault.field()), words(fault));
                }
                None
            }
        }
    }
}

fn words(fault: LimitFault) -> Fault {
    Fault::new(fault.code(), fault.text(Lang::Vi), fault.text(Lang::En))
}

/// A time limit with its words.
#[derive(Debug, Serialize, ToSchema)]
pub struct TimeLimitView {
    #[schema(value_type = Unit)]
    pub unit: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = 5)]
    pub amount: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cutoff: Option<String>,
    #[schema(example = "5 ngày làm việc")]
    pub text: String,
}

impl TimeLimitView {
    pub fn of(limit: TimeLimit, lang: Lang) -> Self {
        Self {
            unit: limit.unit(),
            amount: limit.amount(),
            cutoff: limit.cutoff().map(|time| time.format("%H:%M").to_string()),
            text: limit.text(lang),
        }
    }
}
