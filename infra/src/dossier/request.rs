//! What may be asked of a dossier, before rights and rules have had their say.

use chrono::{DateTime, Utc};
use domain::dossier::{Action, Outcome};
use domain::text::{Note, Title};

use super::papers::PaperTick;

/// A command as somebody sends it: people by their public ids, reasons as they were typed.
#[derive(Debug, Clone)]
pub enum Request {
    Accept {
        papers: Vec<PaperTick>,
    },
    Refuse {
        reason: Note,
    },
    RequestSupplement {
        missing: Vec<(Title, Note)>,
        reason: Option<Note>,
    },
    ReceiveSupplement {
        papers: Vec<PaperTick>,
        note: Option<Note>,
    },
    Extend {
        reason: Note,
    },
    RequestPayment {
        amount_vnd: i64,
        purpose: Title,
    },
    ConfirmPayment {
        receipt: Option<Title>,
        note: Option<Note>,
    },
    Forward {
        to: String,
        note: Option<Note>,
    },
    Assign {
        to: String,
        reason: Option<Note>,
    },
    SendBack {
        to: Option<String>,
        reason: Note,
    },
    Resolve {
        outcome: Outcome,
        reason: Option<Note>,
    },
    ReturnResult {
        way: &'static str,
        recipient: Title,
        note: Option<Note>,
    },
    Withdraw {
        reason: Note,
    },
    Stop {
        reason: Note,
        legal_ground: Title,
    },
    Reappoint {
        reason: Note,
        due_at: DateTime<Utc>,
    },
    CorrectResult {
        to: Option<String>,
        reason: Note,
    },
}

impl Request {
    pub fn action(&self) -> Action {
        match self {
            Self::Accept { .. } => Action::Accept,
            Self::Refuse { .. } => Action::Refuse,
            Self::RequestSupplement { .. } => Action::RequestSupplement,
            Self::ReceiveSupplement { .. } => Action::ReceiveSupplement,
            Self::Extend { .. } => Action::Extend,
            Self::RequestPayment { .. } => Action::RequestPayment,
            Self::ConfirmPayment { .. } => Action::ConfirmPayment,
            Self::Forward { .. } => Action::Forward,
            Self::Assign { .. } => Action::Assign,
            Self::SendBack { .. } => Action::SendBack,
            Self::Resolve { .. } => Action::Resolve,
            Self::ReturnResult { .. } => Action::ReturnResult,
            Self::Withdraw { .. } => Action::Withdraw,
            Self::Stop { .. } => Action::Stop,
            Self::Reappoint { .. } => Action::Reappoint,
            Self::CorrectResult { .. } => Action::CorrectResult,
        }
    }

    pub(super) fn reason(&self) -> String {
        let note = match self {
            Self::Refuse { reason }
            | Self::Extend { reason }
            | Self::SendBack { reason, .. }
            | Self::Withdraw { reason }
            | Self::Stop { reason, .. }
            | Self::Reappoint { reason, .. }
            | Self::CorrectResult { reason, .. } => Some(reason),
            Self::RequestSupplement { reason, .. }
            | Self::Assign { reason, .. }
            | Self::Resolve { reason, .. } => reason.as_ref(),
            Self::ReceiveSupplement { note, .. }
            | Self::ConfirmPayment { note, .. }
            | Self::Forward { note, .. }
            | Self::ReturnResult { note, .. } => note.as_ref(),
            Self::Accept { .. } | Self::RequestPayment { .. } => None,
        };
        note.map(|note| note.as_str().to_owned())
            .unwrap_or_default()
    }
}
