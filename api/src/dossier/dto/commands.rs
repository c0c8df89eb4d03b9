//! What clients send to do something with a dossier.

use chrono::{DateTime, Utc};
use domain::dossier::Outcome;
use domain::text::{Note, Title};
use infra::dossier::Request;
use uuid::Uuid;

use super::Way;
use super::intake::{PaperInput, ticks};
use crate::input::{Between, Some1};
use crate::{input, word_enum};

word_enum! {
    /// Mức độ hài lòng chung.
    pub enum Satisfaction {
        Unsatisfied = "unsatisfied",
        Satisfied = "satisfied",
        VerySatisfied = "very_satisfied",
    }
}

input! {
    /// Papers that lie on the desk now, beside those ticked before.
    pub struct AcceptInput {
        pub papers: Option<Vec<PaperInput>>,
    }
}

impl AcceptInput {
    pub fn into_request(self) -> Request {
        Request::Accept {
            papers: ticks(self.papers),
        }
    }
}

input! {
    /// A reason, shown to the applicant where the law wants it.
    pub struct ReasonInput {
        #[schema(value_type = String, min_length = 1, max_length = 4000, example = "Lý do cụ thể")]
        pub reason: Note,
    }
}

input! {
    /// A paper that is missing, and why it is needed.
    pub struct MissingPaperInput {
        #[schema(value_type = String, max_length = 300)]
        pub name: Title,
        #[schema(value_type = String, max_length = 4000)]
        pub reason: Note,
    }
}

input! {
    /// Every paper that is missing, in one request.
    pub struct SupplementInput {
        #[schema(value_type = Vec<MissingPaperInput>, min_items = 1, max_items = 50)]
        pub missing: Some1<MissingPaperInput, 50>,
        #[schema(value_type = Option<String>, max_length = 4000)]
        pub reason: Option<Note>,
    }
}

impl SupplementInput {
    pub fn into_request(self) -> Request {
        Request::RequestSupplement {
            missing: self
                .missing
                .0
                .into_iter()
                .map(|paper| (paper.name, paper.reason))
                .collect(),
            reason: self.reason,
        }
    }
}

input! {
    /// The papers that were brought.
    pub struct SupplementReceiptInput {
        pub papers: Option<Vec<PaperInput>>,
        #[schema(value_type = Option<String>, max_length = 4000)]
        pub note: Option<Note>,
    }
}

impl SupplementReceiptInput {
    pub fn into_request(self) -> Request {
        Request::ReceiveSupplement {
            papers: ticks(self.papers),
            note: self.note,
        }
    }
}

input! {
    /// What the applicant has to pay.
    pub struct PaymentInput {
        /// Whole đồng.
        #[schema(value_type = i64, minimum = 1, maximum = 100000000000i64, example = 28000)]
        pub amount_vnd: Between<1, 100_000_000_000>,
        #[schema(value_type = String, max_length = 300, example = "Lệ phí đăng ký biến động")]
        pub purpose: Title,
    }
}

input! {
    /// The payment came in.
    pub struct PaymentReceiptInput {
        /// Number of the receipt.
        #[schema(value_type = Option<String>, max_length = 300)]
        pub receipt: Option<Title>,
        #[schema(value_type = Option<String>, max_length = 4000)]
        pub note: Option<Note>,
    }
}

impl PaymentReceiptInput {
    pub fn into_request(self) -> Request {
        Request::ConfirmPayment {
            receipt: self.receipt,
            note: self.note,
        }
    }
}

input! {
    /// To whom the dossier goes: one person with the role of the next step, in its department.
    pub struct ForwardInput {
        #[schema(value_type = String, format = "uuid")]
        pub to: Uuid,
        #[schema(value_type = Option<String>, max_length = 4000)]
        pub note: Option<Note>,
    }
}

impl ForwardInput {
    pub fn into_request(self) -> Request {
        Request::Forward {
            to: self.to.to_string(),
            note: self.note,
        }
    }
}

input! {
    /// Who takes the present step over.
    pub struct AssignInput {
        #[schema(value_type = String, format = "uuid")]
        pub to: Uuid,
        #[schema(value_type = Option<String>, max_length = 4000)]
        pub reason: Option<Note>,
    }
}

impl AssignInput {
    pub fn into_request(self) -> Request {
        Request::Assign {
            to: self.to.to_string(),
            reason: self.reason,
        }
    }
}

input! {
    /// Back to the step before; to the one who had it unless another is named.
    pub struct SendBackInput {
        #[schema(value_type = Option<String>, format = "uuid")]
        pub to: Option<Uuid>,
        #[schema(value_type = String, min_length = 1, max_length = 4000)]
        pub reason: Note,
    }
}

impl SendBackInput {
    pub fn into_request(self) -> Request {
        Request::SendBack {
            to: self.to.map(|to| to.to_string()),
            reason: self.reason,
        }
    }
}

input! {
    /// The result. A declined one carries a reason.
    pub struct ResolveInput {
        #[schema(value_type = String, example = "approved")]
        pub outcome: Outcome,
        #[schema(value_type = Option<String>, max_length = 4000)]
        pub reason: Option<Note>,
    }
}

input! {
    /// How the result went out, and to whom.
    pub struct ReturnInput {
        pub way: Way,
        #[schema(value_type = String, max_length = 300)]
        pub recipient: Title,
        #[schema(value_type = Option<String>, max_length = 4000)]
        pub note: Option<Note>,
    }
}

impl ReturnInput {
    pub fn into_request(self) -> Request {
        Request::ReturnResult {
            way: self.way.as_str(),
            recipient: self.recipient,
            note: self.note,
        }
    }
}

input! {
    /// Why, and on which legal ground.
    pub struct StopDossierInput {
        #[schema(value_type = String, min_length = 1, max_length = 4000)]
        pub reason: Note,
        #[schema(value_type = String, min_length = 1, max_length = 300)]
        pub legal_ground: Title,
    }
}

impl PaymentInput {
    pub fn into_request(self) -> Request {
        Request::RequestPayment {
            amount_vnd: self.amount_vnd.0,
            purpose: self.purpose,
        }
    }
}

impl ResolveInput {
    pub fn into_request(self) -> Request {
        Request::Resolve {
            outcome: self.outcome,
            reason: self.reason,
        }
    }
}

impl StopDossierInput {
    pub fn into_request(self) -> Request {
        Request::Stop {
            reason: self.reason,
            legal_ground: self.legal_ground,
        }
    }
}

input! {
    /// The apology and the new date, in the working time of the office.
    pub struct ReappointInput {
        #[schema(value_type = String, min_length = 1, max_length = 4000)]
        pub reason: Note,
        #[schema(value_type = String, format = "date-time", example = "2026-12-01T17:00:00+07:00")]
        pub due_at: DateTime<Utc>,
    }
}

impl ReappointInput {
    pub fn into_request(self) -> Request {
        Request::Reappoint {
            reason: self.reason,
            due_at: self.due_at,
        }
    }
}

input! {
    /// What was wrong with the result; to the one who resolved it unless another is named.
    pub struct CorrectInput {
        #[schema(value_type = Option<String>, format = "uuid")]
        pub to: Option<Uuid>,
        #[schema(value_type = String, min_length = 1, max_length = 4000)]
        pub reason: Note,
    }
}

impl CorrectInput {
    pub fn into_request(self) -> Request {
        Request::CorrectResult {
            to: self.to.map(|to| to.to_string()),
            reason: self.reason,
        }
    }
}

input! {
    /// A comment among the staff.
    pub struct CommentInput {
        #[schema(value_type = String, min_length = 1, max_length = 4000)]
        pub text: Note,
    }
}

input! {
    /// How the applicant liked the service.
    pub struct RatingInput {
        /// The look-up key on the receipt.
        #[schema(value_type = String, min_length = 6, max_length = 6)]
        pub key: domain::text::LookupKey,
        pub level: Satisfaction,
        #[schema(value_type = Option<String>, max_length = 4000)]
        pub comment: Option<Note>,
    }
}
