//! What clients send about dossiers.

use chrono::{DateTime, NaiveDate, Utc};
use domain::dossier::{Outcome, State};
use domain::text::{
    Address, AgencyCode, Email, IdNumber, Note, PersonName, Phone, ProcedureCode, Title,
};
use infra::dossier::{Applicant, NewDossier, PaperTick, Request};
use uuid::Uuid;

use crate::input::{Between, Raw, Some1};
use crate::{enum_words, input, query, word_enum};

enum_words!(Outcome { "approved" => Outcome::Approved, "declined" => Outcome::Declined });
enum_words!(State {
    "submitted" => State::Submitted,
    "accepted" => State::Accepted,
    "refused" => State::Refused,
    "processing" => State::Processing,
    "awaiting_supplement" => State::AwaitingSupplement,
    "awaiting_payment" => State::AwaitingPayment,
    "withdrawn" => State::Withdrawn,
    "stopped" => State::Stopped,
    "resolved" => State::Resolved,
    "returned" => State::Returned,
});

word_enum! {
    /// Người nộp: cá nhân hay tổ chức.
    pub enum ApplicantKind { Person = "person", Organisation = "organisation" }
}

word_enum! {
    /// How a dossier comes in.
    pub enum Channel {
        InPerson = "in_person",
        Post = "post",
        Online = "online",
        WardClient = "ward_client",
    }
}

word_enum! {
    /// How a result goes out.
    pub enum Way { InPerson = "in_person", Post = "post", Online = "online" }
}

word_enum! {
    /// Which open dossiers: by their due date.
    pub enum When {
        Overdue = "overdue",
        Today = "today",
        NextWorkingDay = "next_working_day",
        All = "all",
    }
}

word_enum! {
    /// Mức độ hài lòng chung.
    pub enum Satisfaction {
        Unsatisfied = "unsatisfied",
        Satisfied = "satisfied",
        VerySatisfied = "very_satisfied",
    }
}

input! {
    /// Who applies.
    pub struct ApplicantInput {
        /// `person` when absent.
        pub kind: Option<ApplicantKind>,
        #[schema(value_type = String, min_length = 1, max_length = 200, example = "Người nộp hồ sơ")]
        pub name: PersonName,
        /// Identity card, passport or tax code.
        #[schema(value_type = Option<String>, example = "001200000001")]
        pub id_number: Option<IdNumber>,
        #[schema(value_type = Option<String>, example = "0912345678")]
        pub phone: Option<Phone>,
        #[schema(value_type = Option<String>, format = "email")]
        pub email: Option<Email>,
        #[schema(value_type = Option<String>, max_length = 500)]
        pub address: Option<Address>,
    }
}

input! {
    /// A paper that was handed in: one of the procedure's by number, or a further one by name.
    pub struct PaperInput {
        /// Place among the papers of the procedure, from 1.
        #[schema(value_type = Option<u32>, minimum = 1, example = 1)]
        pub number: Option<Between<1, 1000>>,
        #[schema(value_type = Option<String>, max_length = 300)]
        pub name: Option<Title>,
        #[schema(value_type = Option<u32>, maximum = 1000, example = 1)]
        pub originals: Option<Between<0, 1000>>,
        #[schema(value_type = Option<u32>, maximum = 1000)]
        pub certified: Option<Between<0, 1000>>,
        #[schema(value_type = Option<u32>, maximum = 1000)]
        pub copies: Option<Between<0, 1000>>,
    }
}

input! {
    /// A dossier as it is handed in.
    pub struct DossierInput {
        #[schema(value_type = String, example = "H29.23")]
        pub office: AgencyCode,
        #[schema(value_type = String, example = "1.004873")]
        pub procedure: ProcedureCode,
        /// `in_person` when absent; a ward client's is always `ward_client`.
        pub channel: Option<Channel>,
        pub applicant: ApplicantInput,
        /// Who brought it, when it was not the applicant.
        #[schema(value_type = Option<String>, max_length = 200)]
        pub submitter_name: Option<PersonName>,
        /// What it is about; the name of the procedure when absent.
        #[schema(value_type = Option<String>, max_length = 300)]
        pub matter: Option<Title>,
        /// Every required paper must be among them when the desk accepts.
        pub papers: Option<Vec<PaperInput>>,
        /// Number of sets; 1 when absent.
        #[schema(value_type = Option<u32>, minimum = 1, maximum = 100)]
        pub sets: Option<Between<1, 100>>,
        /// `in_person` when absent.
        pub result_way: Option<Way>,
        #[schema(value_type = Option<String>, max_length = 500)]
        pub result_address: Option<Address>,
    }
}

impl DossierInput {
    /// As the action takes it; `connected` is another office's system.
    pub fn into_new(self, connected: bool) -> NewDossier {
        let channel = self.channel.unwrap_or(Channel::InPerson);
        let channel = if connected {
            Channel::WardClient
        } else {
            channel
        };
        let applicant = self.applicant;
        NewDossier {
            office: self.office,
            procedure: self.procedure,
            channel: channel.as_str(),
            applicant: Applicant {
                kind: applicant.kind.unwrap_or(ApplicantKind::Person).as_str(),
                name: applicant.name,
                id_number: applicant.id_number,
                phone: applicant.phone,
                email: applicant.email,
                address: applicant.address,
            },
            submitter_name: self.submitter_name,
            matter: self.matter,
            papers: ticks(self.papers),
            sets: self.sets.map_or(1, Between::small),
            result_way: self.result_way.unwrap_or(Way::InPerson).as_str(),
            result_address: self.result_address,
        }
    }
}

fn ticks(papers: Option<Vec<PaperInput>>) -> Vec<PaperTick> {
    papers
        .unwrap_or_default()
        .into_iter()
        .map(|paper| PaperTick {
            number: paper.number.map(Between::small),
            name: paper.name,
            originals: paper.originals.map_or(0, Between::small),
            certified: paper.certified.map_or(0, Between::small),
            copies: paper.copies.map_or(0, Between::small),
        })
        .collect()
}

word_enum! {
    /// What a batch does with an item: the counter registers, others submit.
    pub enum BatchAction { Register = "register", Submit = "submit" }
}

input! {
    /// An item of a batch.
    pub struct BatchItemInput {
        pub action: BatchAction,
        pub dossier: DossierInput,
    }
}

input! {
    /// Up to 500 dossiers at once, each with its own result.
    pub struct BatchInput {
        #[schema(value_type = Vec<BatchItemInput>, min_items = 1, max_items = 500)]
        pub items: Some1<Raw, 500>,
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

query! {
    /// Filters of the register of dossiers; newest first, or by name when `name` is given.
    pub struct ListQuery {
        /// This office and those below it.
        #[param(value_type = Option<String>)]
        pub office: Option<AgencyCode>,
        #[param(value_type = Option<String>)]
        pub procedure: Option<ProcedureCode>,
        /// Comma-separated states.
        #[param(value_type = Option<String>, example = "accepted,processing")]
        pub state: Option<Vec<State>>,
        #[param(value_type = Option<String>)]
        pub holder: Option<Uuid>,
        #[param(value_type = Option<String>)]
        pub department: Option<Uuid>,
        /// A code, an ID number, a phone number, or words of the applicant's name with or
        /// without diacritics.
        pub q: Option<String>,
        /// The exact code.
        #[param(value_type = Option<String>)]
        pub code: Option<domain::text::DossierCode>,
        /// Words of the applicant's name, with or without diacritics.
        pub name: Option<String>,
        #[param(value_type = Option<String>)]
        pub id_number: Option<IdNumber>,
        #[param(value_type = Option<String>)]
        pub phone: Option<Phone>,
        #[param(value_type = Option<String>, format = "date")]
        pub received_from: Option<NaiveDate>,
        #[param(value_type = Option<String>, format = "date")]
        pub received_to: Option<NaiveDate>,
        #[param(value_type = Option<String>)]
        pub channel: Option<Channel>,
        /// 50 unless asked, 200 at most.
        #[param(minimum = 1, maximum = 200)]
        pub limit: Option<u32>,
        pub cursor: Option<String>,
        /// `capped` counts to 10,000 at most.
        #[param(value_type = Option<String>, example = "capped")]
        pub count: Option<Count>,
    }
}

word_enum! {
    /// Whether a list also counts.
    pub enum Count { Capped = "capped" }
}

query! {
    /// A page of a work list; soonest due date first.
    pub struct WorkQuery {
        #[param(minimum = 1, maximum = 200)]
        pub limit: Option<u32>,
        pub cursor: Option<String>,
        #[param(value_type = Option<String>, example = "capped")]
        pub count: Option<Count>,
    }
}

query! {
    /// Which due dossiers; soonest due date first.
    pub struct DueQuery {
        /// `overdue` when absent.
        #[param(value_type = Option<String>, example = "overdue")]
        pub when: Option<When>,
        /// This office and those below it.
        #[param(value_type = Option<String>)]
        pub office: Option<AgencyCode>,
        #[param(minimum = 1, maximum = 200)]
        pub limit: Option<u32>,
        pub cursor: Option<String>,
        #[param(value_type = Option<String>, example = "capped")]
        pub count: Option<Count>,
    }
}

query! {
    /// A page.
    pub struct PageQuery {
        #[param(minimum = 1, maximum = 200)]
        pub limit: Option<u32>,
        pub cursor: Option<String>,
    }
}

query! {
    /// Where to read on.
    pub struct FeedQuery {
        /// The last number that was read; 0 for the beginning.
        #[param(minimum = 0)]
        pub after: Option<u64>,
        #[param(minimum = 1, maximum = 200)]
        pub limit: Option<u32>,
    }
}

query! {
    /// The look-up key, for the applicant's view.
    pub struct KeyQuery {
        #[param(value_type = Option<String>, min_length = 6, max_length = 6)]
        pub key: Option<String>,
    }
}
