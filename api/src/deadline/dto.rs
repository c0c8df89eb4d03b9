//! What anybody sends to have a due date counted.

use chrono::{DateTime, Utc};
use domain::deadline::{Change, Term, TermFault, Then, TimeLimit};
use domain::lang::Lang;
use domain::text::AgencyCode;
use serde_json::Value;

use super::TimeLimitInput;
use crate::input::{Fault, Faults, FromJson, Path};
use crate::problem::FieldFault;
use crate::{input, word_enum};

/// Stops in one question; no dossier has as many.
const MAX_STOPS: usize = 50;

word_enum! {
    /// What the clock does when a stop ends: it goes on, or starts again from zero.
    pub enum ThenInput { Resume = "resume", Restart = "restart" }
}

input! {
    /// A time in which the clock stood still (tạm dừng).
    pub struct StopInput {
        #[schema(value_type = String, format = "date-time", example = "2026-03-04T10:00:00+07:00")]
        pub from: DateTime<Utc>,
        #[schema(value_type = String, format = "date-time", example = "2026-03-06T10:00:00+07:00")]
        pub to: DateTime<Utc>,
        pub then: ThenInput,
    }
}

/// The stops in the order of time, 50 at most.
#[derive(Debug, Default)]
pub struct Stops(Vec<StopInput>);

impl FromJson for Stops {
    fn from_json(value: &Value, at: &Path<'_>, faults: &mut Faults) -> Option<Self> {
        if value
            .as_array()
            .is_some_and(|items| items.len() > MAX_STOPS)
        {
            let vi = format!("Quá nhiều phần tử: nhiều nhất {MAX_STOPS}.");
            let en = format!("Too many elements: at most {MAX_STOPS}.");
            faults.push(at, Fault::new("too_many", vi, en));
            return None;
        }
        Vec::from_json(value, at, faults).map(Self)
    }
}

input! {
    /// A receipt, a time limit and the stops, by the calendar of an office.
    pub struct PreviewInput {
        /// Mã định danh của cơ quan, whose calendar counts.
        #[schema(value_type = String, example = "H29.23")]
        pub office: AgencyCode,
        #[schema(value_type = String, format = "date-time", example = "2026-03-02T09:00:00+07:00")]
        pub received_at: DateTime<Utc>,
        #[schema(value_type = TimeLimitInput)]
        pub time_limit: TimeLimit,
        /// In the order of time.
        #[schema(value_type = Option<Vec<StopInput>>, max_items = 50)]
        pub stops: Option<Stops>,
    }
}

impl PreviewInput {
    /// The office and the term.
    pub fn into_parts(self) -> (AgencyCode, Term) {
        let mut term = Term::new(self.time_limit, self.received_at);
        for stop in self.stops.unwrap_or_default().0 {
            let then = match stop.then {
                ThenInput::Resume => Then::Resume,
                ThenInput::Restart => Then::Restart,
            };
            term = term.with(Change::Stop {
                from: stop.from,
                to: stop.to,
                then,
            });
        }
        (self.office, term)
    }
}

/// A fault of the term at its field of [`PreviewInput`].
pub fn field_fault(fault: &TermFault) -> FieldFault {
    let field = match (fault, fault.change()) {
        (TermFault::ReceiptOutOfRange, _) => "received_at".to_owned(),
        (TermFault::StopEndsBeforeItBegins { change }, _) => format!("stops[{change}].to"),
        (_, Some(change)) => format!("stops[{change}].from"),
        (_, None) => "time_limit".to_owned(),
    };
    FieldFault::new(
        field,
        fault.code(),
        fault.text(Lang::Vi),
        fault.text(Lang::En),
    )
}
