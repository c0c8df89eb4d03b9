//! Procedures (thủ tục hành chính): papers, fees, time limit and route, by effective date.

mod check;

use chrono::NaiveDate;

pub use check::ProcedureFault;

use crate::auth::Role;
use crate::deadline::TimeLimit;

/// One version of a procedure; a dossier keeps the one in force at its receipt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProcedureVersion {
    pub name: String,
    /// Lĩnh vực.
    pub field: String,
    pub effective_from: NaiveDate,
    pub time_limit: TimeLimit,
    /// The extra limit that `extend` may add once, such as for verification.
    pub extra_limit: Option<TimeLimit>,
    pub papers: Vec<PaperRule>,
    pub fees: Vec<Fee>,
    /// Quy trình nội bộ; never empty.
    pub route: Vec<StepRule>,
    pub legal_basis: Vec<String>,
    pub note: Option<String>,
    /// Whether the applicant pays while the dossier is worked on, which stops the clock.
    pub payment_stage: bool,
}

/// A paper that the procedure asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaperRule {
    pub name: String,
    pub originals: u32,
    pub copies: u32,
    pub required: bool,
    pub form: Option<String>,
}

/// A fee in whole đồng.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fee {
    pub amount_vnd: i64,
    pub per: String,
    /// `in_person` or `online`; both when absent.
    pub channel: Option<String>,
    pub note: Option<String>,
}

/// A step of the route: the department by its code, the role, and the time budget.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepRule {
    pub name: String,
    pub department: String,
    pub role: Role,
    pub budget: TimeLimit,
}
