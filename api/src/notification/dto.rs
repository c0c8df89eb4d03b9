//! What administrators send and read about mails.

use chrono::{DateTime, Utc};
use domain::notification::Kind;
use domain::text::{DossierCode, LetterSource};
use domain::time::to_rfc3339;
use infra::error::Fault;
use infra::notification::mails::{Attempt, MailDetail, MailFilter, MailSummary};
use infra::notification::muted::MutedAddress;
use infra::notification::own_templates::TemplateDetail;
use infra::notification::templates::{Rendered, Source};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{enum_words, input, query, word_enum};

word_enum! {
    /// Tình trạng thư: chờ gửi; đã gửi; để riêng vì không gửi được; không còn cần; địa chỉ đang bị chặn.
    pub enum MailState {
        Waiting = "waiting",
        Sent = "sent",
        SetAside = "set_aside",
        Moot = "moot",
        Muted = "muted",
    }
}

enum_words!(Kind {
    "applicant_received" => Kind::ApplicantReceived,
    "applicant_supplement" => Kind::ApplicantSupplement,
    "applicant_payment" => Kind::ApplicantPayment,
    "applicant_apology" => Kind::ApplicantApology,
    "applicant_due_date_moved" => Kind::ApplicantDueDateMoved,
    "applicant_result" => Kind::ApplicantResult,
    "applicant_stopped" => Kind::ApplicantStopped,
    "staff_alert" => Kind::StaffAlert,
    "staff_digest" => Kind::StaffDigest,
    "staff_weekly" => Kind::StaffWeekly,
    "staff_monthly" => Kind::StaffMonthly,
});

/// Loại thư.
#[derive(Debug, Clone, Copy, ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum MailKind {
    ApplicantReceived,
    ApplicantSupplement,
    ApplicantPayment,
    ApplicantApology,
    ApplicantDueDateMoved,
    ApplicantResult,
    ApplicantStopped,
    StaffAlert,
    StaffDigest,
    StaffWeekly,
    StaffMonthly,
}

query! {
    /// Which mails.
    pub struct MailQuery {
        pub state: Option<MailState>,
        #[param(value_type = Option<MailKind>)]
        pub kind: Option<Kind>,
        /// Of one dossier, by its code.
        #[param(value_type = Option<String>, example = "H29.23-261120-0001")]
        pub dossier: Option<DossierCode>,
        #[param(minimum = 1, maximum = 200)]
        pub limit: Option<u32>,
        /// From `next_cursor` or the `Link` header. The newest first.
        pub cursor: Option<String>,
    }
}

impl MailQuery {
    pub fn filter(&self) -> MailFilter {
        MailFilter {
            state: self.state.map(MailState::as_str),
            kind: self.kind,
            dossier: self.dossier.as_ref().map(ToString::to_string),
        }
    }
}

query! {
    /// Where the list goes on.
    pub struct MutedQuery {
        #[param(minimum = 1, maximum = 200)]
        pub limit: Option<u32>,
        /// From `next_cursor` or the `Link` header. The newest first.
        pub cursor: Option<String>,
    }
}

input! {
    /// Which of the mails that were set aside go back into the queue.
    pub struct ReplayInput {
        /// All kinds when absent.
        #[schema(value_type = Option<MailKind>)]
        pub kind: Option<Kind>,
        /// Those that were written then or later, such as since the mail server failed; however old
        /// when absent.
        #[schema(value_type = Option<String>, format = "date-time", example = "2026-11-20T07:00:00+07:00")]
        pub since: Option<DateTime<Utc>>,
    }
}

input! {
    /// The three parts of a template, in the language of Jinja.
    pub struct TemplateInput {
        #[schema(value_type = String, min_length = 1, max_length = 30_000)]
        pub subject: LetterSource,
        #[schema(value_type = String, min_length = 1, max_length = 30_000)]
        pub html: LetterSource,
        #[schema(value_type = String, min_length = 1, max_length = 30_000)]
        pub text: LetterSource,
    }
}

impl From<TemplateInput> for Source {
    fn from(input: TemplateInput) -> Self {
        Self {
            subject: input.subject.into_string(),
            html: input.html.into_string(),
            text: input.text.into_string(),
        }
    }
}

/// A mail, without what it says.
#[derive(Debug, Serialize, ToSchema)]
pub struct MailView {
    #[schema(format = "uuid")]
    pub id: String,
    #[schema(value_type = MailKind)]
    pub kind: String,
    #[schema(value_type = MailState)]
    pub state: String,
    /// The first letter and the host.
    #[schema(example = "n***@example.vn")]
    pub to_masked: String,
    #[schema(example = "H29.23")]
    pub office: Option<String>,
    #[schema(example = "H29.23-261120-0001")]
    pub dossier: Option<String>,
    pub attempts: i64,
    #[schema(format = "date-time")]
    pub created_at: String,
    #[schema(format = "date-time")]
    pub not_before: String,
    /// While it waits.
    #[schema(format = "date-time")]
    pub next_attempt_at: Option<String>,
    #[schema(format = "date-time")]
    pub sent_at: Option<String>,
    /// What the mail server answered last, its codes alone.
    #[schema(example = "RCPT: 550 5.1.1")]
    pub last_error: Option<String>,
}

impl From<MailSummary> for MailView {
    fn from(mail: MailSummary) -> Self {
        Self {
            id: mail.uid,
            kind: mail.kind,
            state: mail.state,
            to_masked: mail.to_masked,
            office: mail.office,
            dossier: mail.dossier,
            attempts: mail.attempts,
            created_at: to_rfc3339(mail.created_at),
            not_before: to_rfc3339(mail.not_before),
            next_attempt_at: mail.next_attempt_at.map(to_rfc3339),
            sent_at: mail.sent_at.map(to_rfc3339),
            last_error: mail.last_error,
        }
    }
}

/// An attempt to send.
#[derive(Debug, Serialize, ToSchema)]
pub struct AttemptView {
    pub number: i64,
    #[schema(format = "date-time")]
    pub at: String,
    /// `sent`, `temporary`, `permanent`, `bounced` or `broken`.
    pub outcome: String,
    #[schema(example = "RCPT: 450 4.7.1")]
    pub detail: String,
}

impl From<Attempt> for AttemptView {
    fn from(attempt: Attempt) -> Self {
        Self {
            number: attempt.number,
            at: to_rfc3339(attempt.at),
            outcome: attempt.outcome,
            detail: attempt.detail,
        }
    }
}

/// A mail with its attempts, the first one first.
#[derive(Debug, Serialize, ToSchema)]
pub struct MailDetailView {
    #[serde(flatten)]
    pub mail: MailView,
    pub tried: Vec<AttemptView>,
}

impl From<MailDetail> for MailDetailView {
    fn from(detail: MailDetail) -> Self {
        Self {
            mail: detail.mail.into(),
            tried: detail.attempts.into_iter().map(AttemptView::from).collect(),
        }
    }
}

/// A page of mails.
#[derive(Debug, Serialize, ToSchema)]
pub struct MailPage {
    pub items: Vec<MailView>,
    pub next_cursor: Option<String>,
}

/// How many mails went back into the queue.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReplayedView {
    /// At most 1000 at a time.
    #[schema(example = 12)]
    pub replayed: usize,
}

/// An address that refused three mails in a row and gets none for now.
#[derive(Debug, Serialize, ToSchema)]
pub struct MutedAddressView {
    #[schema(format = "uuid")]
    pub id: String,
    #[schema(example = "n***@example.vn")]
    pub address_masked: String,
    /// The office whose mail was refused first.
    #[schema(example = "H29.23")]
    pub office: Option<String>,
    #[schema(example = 3)]
    pub bounces: i64,
    #[schema(format = "date-time")]
    pub muted_at: String,
}

impl From<MutedAddress> for MutedAddressView {
    fn from(address: MutedAddress) -> Self {
        Self {
            id: address.uid,
            address_masked: address.address_masked,
            office: address.office,
            bounces: address.bounces,
            muted_at: to_rfc3339(address.muted_at),
        }
    }
}

/// A page of muted addresses.
#[derive(Debug, Serialize, ToSchema)]
pub struct MutedAddressPage {
    pub items: Vec<MutedAddressView>,
    pub next_cursor: Option<String>,
}

/// The template that holds for an office.
#[derive(Debug, Serialize, ToSchema)]
pub struct TemplateView {
    #[schema(value_type = MailKind)]
    pub name: &'static str,
    #[schema(example = "H29.23")]
    pub office: String,
    /// The office whose template it is; none for the built-in one.
    #[schema(example = "H29.23")]
    pub from_office: Option<String>,
    pub subject: String,
    pub html: String,
    pub text: String,
    /// Counts the changes of the office's own, removals too; 1 before the first.
    pub version: i64,
    #[schema(format = "date-time")]
    pub updated_at: Option<String>,
    /// What is wrong by now with an office's template, so that letters may be written by the
    /// built-in one; looked for by GET alone, and absent where there is nothing.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<TemplateWarning>,
}

/// Why a template that was taken once would be refused now.
#[derive(Debug, Serialize, ToSchema)]
pub struct TemplateWarning {
    #[schema(example = "text")]
    pub field: String,
    #[schema(example = "bad_template")]
    pub code: &'static str,
    pub text: String,
    pub text_en: String,
}

impl From<Fault> for TemplateWarning {
    fn from(fault: Fault) -> Self {
        Self {
            field: fault.field,
            code: fault.code,
            text: fault.vi,
            text_en: fault.en,
        }
    }
}

impl From<TemplateDetail> for TemplateView {
    fn from(detail: TemplateDetail) -> Self {
        Self {
            name: detail.kind.as_str(),
            office: detail.office,
            from_office: detail.from,
            subject: detail.source.subject,
            html: detail.source.html,
            text: detail.source.text,
            version: detail.version,
            updated_at: detail.updated_at.map(to_rfc3339),
            warnings: detail.warnings.into_iter().map(Into::into).collect(),
        }
    }
}

/// A template filled with a sample.
#[derive(Debug, Serialize, ToSchema)]
pub struct PreviewView {
    pub subject: String,
    pub html: String,
    pub text: String,
}

impl From<Rendered> for PreviewView {
    fn from(rendered: Rendered) -> Self {
        Self {
            subject: rendered.subject,
            html: rendered.html,
            text: rendered.text,
        }
    }
}
