//! What somebody asks to be done, with the data that the action needs.

use chrono::{DateTime, Utc};

use super::{Action, MissingPaper, Outcome};

/// A unit and the one person in it who becomes responsible.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Handover {
    pub holder: i64,
    pub department: Option<i64>,
}

/// A command on an existing dossier; reasons are kept in its event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Every required paper must have been ticked before.
    Accept {
        clerk: Handover,
    },
    Refuse,
    RequestSupplement {
        missing: Vec<MissingPaper>,
    },
    ReceiveSupplement,
    Lapse,
    Extend,
    RequestPayment {
        amount_vnd: i64,
        purpose: String,
    },
    ConfirmPayment,
    Forward {
        to: Handover,
    },
    Assign {
        to: Handover,
    },
    SendBack {
        to: Handover,
    },
    Resolve {
        outcome: Outcome,
    },
    ReturnResult,
    Withdraw,
    Stop,
    Reappoint {
        due_at: DateTime<Utc>,
    },
    CorrectResult {
        to: Handover,
    },
}

impl Command {
    pub fn action(&self) -> Action {
        match self {
            Self::Accept { .. } => Action::Accept,
            Self::Refuse => Action::Refuse,
            Self::RequestSupplement { .. } => Action::RequestSupplement,
            Self::ReceiveSupplement => Action::ReceiveSupplement,
            Self::Lapse => Action::Lapse,
            Self::Extend => Action::Extend,
            Self::RequestPayment { .. } => Action::RequestPayment,
            Self::ConfirmPayment => Action::ConfirmPayment,
            Self::Forward { .. } => Action::Forward,
            Self::Assign { .. } => Action::Assign,
            Self::SendBack { .. } => Action::SendBack,
            Self::Resolve { .. } => Action::Resolve,
            Self::ReturnResult => Action::ReturnResult,
            Self::Withdraw => Action::Withdraw,
            Self::Stop => Action::Stop,
            Self::Reappoint { .. } => Action::Reappoint,
            Self::CorrectResult { .. } => Action::CorrectResult,
        }
    }
}
