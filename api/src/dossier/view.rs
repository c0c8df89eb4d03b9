//! What clients read about dossiers.

use chrono::{DateTime, NaiveDate, Utc};
use domain::deadline::Explanation;
use domain::dossier::Timeliness;
use domain::lang::Lang;
use domain::time::to_rfc3339;
use infra::dossier::{
    ApplicantView, Attachment, Comment, Detail, EventView, FeedItem, Named, OwnView, Paper,
    Payment, PublicDossier, StepView, Summary, Supplement, outcome_text,
};
use serde::Serialize;
use utoipa::ToSchema;

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

/// The step at which a dossier lies.
#[derive(Debug, Serialize, ToSchema)]
pub struct PresentStepView {
    /// Place in the route from 1; 0 is the desk.
    pub number: usize,
    pub of: usize,
    pub name: String,
    #[schema(format = "date-time")]
    pub due_at: String,
}

/// A dossier in a list. ID number and phone are masked to their last 3 characters.
#[derive(Debug, Serialize, ToSchema)]
pub struct DossierSummary {
    #[schema(example = "H29.23-261120-0001")]
    pub code: String,
    pub version: i64,
    pub office: NamedView,
    pub procedure: NamedView,
    pub applicant_name: String,
    pub id_number_masked: Option<String>,
    pub phone_masked: Option<String>,
    pub channel: String,
    pub matter: String,
    pub state: StateView,
    pub outcome: Option<&'static str>,
    #[schema(format = "date-time")]
    pub submitted_at: String,
    #[schema(format = "date-time")]
    pub received_at: Option<String>,
    #[schema(format = "date-time")]
    pub due_at_original: Option<String>,
    #[schema(format = "date-time")]
    pub due_at: Option<String>,
    /// Counted with a year whose holidays are not loaded.
    pub provisional: bool,
    pub timeliness: TimelinessView,
    pub step: Option<PresentStepView>,
    pub holder: Option<NamedView>,
    pub department: Option<NamedView>,
    #[schema(format = "date-time")]
    pub ended_at: Option<String>,
}

impl DossierSummary {
    pub fn of(summary: Summary, lang: Lang) -> Self {
        Self {
            code: summary.code,
            version: summary.version,
            office: summary.office.into(),
            procedure: summary.procedure.into(),
            applicant_name: summary.applicant_name,
            id_number_masked: summary.id_number_masked,
            phone_masked: summary.phone_masked,
            channel: summary.channel,
            matter: summary.matter,
            state: StateView::of(summary.state, lang),
            outcome: summary.outcome.map(|outcome| outcome.as_str()),
            submitted_at: time(summary.submitted_at),
            received_at: time_opt(summary.received_at),
            due_at_original: time_opt(summary.due_at_original),
            due_at: time_opt(summary.due_at),
            provisional: summary.provisional,
            timeliness: summary.timeliness.into(),
            step: summary.step.map(|step| PresentStepView {
                number: step.number,
                of: step.of,
                name: step.name,
                due_at: time(step.due_at),
            }),
            holder: summary.holder.map(NamedView::from),
            department: summary.department.map(NamedView::from),
            ended_at: time_opt(summary.ended_at),
        }
    }
}

/// The applicant; masked for readers who do not handle the dossier.
#[derive(Debug, Serialize, ToSchema)]
pub struct ApplicantDetail {
    pub masked: bool,
    pub kind: String,
    pub name: String,
    pub id_number: Option<String>,
    pub phone: Option<String>,
    pub email: Option<String>,
    pub address: Option<String>,
    pub submitter_name: Option<String>,
    pub sets: u32,
    pub result_way: String,
    pub result_address: Option<String>,
}

impl From<ApplicantView> for ApplicantDetail {
    fn from(view: ApplicantView) -> Self {
        Self {
            masked: view.masked,
            kind: view.kind,
            name: view.name,
            id_number: view.id_number,
            phone: view.phone,
            email: view.email,
            address: view.address,
            submitter_name: view.submitter_name,
            sets: view.sets,
            result_way: view.result_way,
            result_address: view.result_address,
        }
    }
}

/// A paper as ticked at intake.
#[derive(Debug, Serialize, ToSchema)]
pub struct PaperView {
    pub number: Option<u32>,
    pub name: String,
    pub required: bool,
    pub received: bool,
    pub originals: u32,
    pub certified: u32,
    pub copies: u32,
}

impl From<Paper> for PaperView {
    fn from(paper: Paper) -> Self {
        Self {
            number: paper.number,
            name: paper.name,
            required: paper.required,
            received: paper.received,
            originals: paper.originals,
            certified: paper.certified,
            copies: paper.copies,
        }
    }
}

/// A paper that is missing.
#[derive(Debug, Serialize, ToSchema)]
pub struct MissingPaperView {
    pub name: String,
    pub reason: String,
}

/// Papers that were asked for, and the last day to bring them.
#[derive(Debug, Serialize, ToSchema)]
pub struct SupplementView {
    #[schema(format = "date-time")]
    pub since: String,
    #[schema(format = "date-time")]
    pub until: String,
    pub missing: Vec<MissingPaperView>,
}

impl From<Supplement> for SupplementView {
    fn from(supplement: Supplement) -> Self {
        Self {
            since: time(supplement.since),
            until: time(supplement.lapse_at),
            missing: supplement
                .missing
                .into_iter()
                .map(|paper| MissingPaperView {
                    name: paper.name,
                    reason: paper.reason,
                })
                .collect(),
        }
    }
}

/// What the applicant has to pay, in whole đồng.
#[derive(Debug, Serialize, ToSchema)]
pub struct PaymentView {
    #[schema(format = "date-time")]
    pub since: String,
    pub amount_vnd: i64,
    pub purpose: String,
}

impl From<Payment> for PaymentView {
    fn from(payment: Payment) -> Self {
        Self {
            since: time(payment.since),
            amount_vnd: payment.amount_vnd,
            purpose: payment.purpose,
        }
    }
}

/// A hand-over: who had the dossier, from when to when, and until when it was due.
#[derive(Debug, Serialize, ToSchema)]
pub struct HandoverView {
    pub number: i64,
    /// Place in the route from 1; 0 is the desk.
    pub step: i64,
    pub name: String,
    pub holder: Option<NamedView>,
    pub department: Option<NamedView>,
    #[schema(format = "date-time")]
    pub entered_at: String,
    #[schema(format = "date-time")]
    pub due_at: String,
    #[schema(format = "date-time")]
    pub left_at: Option<String>,
}

impl From<StepView> for HandoverView {
    fn from(step: StepView) -> Self {
        Self {
            number: step.number,
            step: step.step,
            name: step.name,
            holder: step.holder.map(NamedView::from),
            department: step.department.map(NamedView::from),
            entered_at: time(step.entered_at),
            due_at: time(step.due_at),
            left_at: time_opt(step.left_at),
        }
    }
}

/// A dossier, whole for those who handle it.
#[derive(Debug, Serialize, ToSchema)]
pub struct DossierDetail {
    #[serde(flatten)]
    pub summary: DossierSummary,
    pub applicant: ApplicantDetail,
    pub papers: Vec<PaperView>,
    /// The key printed on the receipt; only for those who handle the dossier.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lookup_key: Option<String>,
    /// The public look-up with the key, as the QR code of the receipt opens it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lookup_url: Option<String>,
    /// Judged by the date before any re-appointment, as reports do.
    pub timeliness_by_original: TimelinessView,
    pub extended: bool,
    pub reappointed: bool,
    pub corrected: bool,
    /// Until when the desk must answer a submission.
    #[schema(format = "date-time")]
    pub answer_by: Option<String>,
    pub supplement: Option<SupplementView>,
    pub payment: Option<PaymentView>,
    pub steps: Vec<HandoverView>,
    /// What the reader may do now.
    pub allowed_actions: Vec<&'static str>,
}

impl DossierDetail {
    pub fn of(detail: Detail, public_url: &str, lang: Lang) -> Self {
        let summary = DossierSummary::of(detail.summary, lang);
        let lookup_url = detail.lookup_key.as_ref().map(|key| {
            format!(
                "{public_url}/api/v1/public/dossiers/{}?key={key}",
                summary.code
            )
        });
        Self {
            summary,
            applicant: detail.applicant.into(),
            papers: detail.papers.into_iter().map(PaperView::from).collect(),
            lookup_key: detail.lookup_key,
            lookup_url,
            timeliness_by_original: detail.timeliness_by_original.into(),
            extended: detail.extended,
            reappointed: detail.reappointed,
            corrected: detail.corrected,
            answer_by: time_opt(detail.answer_by),
            supplement: detail.supplement.map(SupplementView::from),
            payment: detail.payment.map(PaymentView::from),
            steps: detail.steps.into_iter().map(HandoverView::from).collect(),
            allowed_actions: detail
                .allowed
                .into_iter()
                .map(|action| action.as_str())
                .collect(),
        }
    }
}

/// An event of the record, chained to the one before by its hash.
#[derive(Debug, Serialize, ToSchema)]
pub struct EventBody {
    pub number: i64,
    #[schema(format = "date-time")]
    pub at: String,
    /// Who acted; absent for the service itself.
    pub actor: Option<String>,
    /// For whom a stand-in acted.
    pub on_behalf_of: Option<String>,
    #[schema(example = "forward")]
    pub action: String,
    pub from: Option<String>,
    pub to: String,
    pub reason: Option<String>,
    #[schema(value_type = Object)]
    pub detail: serde_json::Value,
    pub previous_hash: String,
    pub hash: String,
}

impl From<EventView> for EventBody {
    fn from(event: EventView) -> Self {
        Self {
            number: event.number,
            at: time(event.at),
            actor: event.actor,
            on_behalf_of: event.on_behalf_of,
            action: event.action,
            from: event.from,
            to: event.to,
            reason: event.reason,
            detail: event.detail,
            previous_hash: event.previous_hash,
            hash: event.hash,
        }
    }
}

/// An event in the feed: `id` is what to read on from.
#[derive(Debug, Serialize, ToSchema)]
pub struct FeedEvent {
    pub id: i64,
    pub dossier: String,
    pub event: EventBody,
}

impl From<FeedItem> for FeedEvent {
    fn from(item: FeedItem) -> Self {
        Self {
            id: item.number,
            dossier: item.dossier,
            event: item.event.into(),
        }
    }
}

/// A stretch of the feed. Read on from `next_after`, also when `events` is empty.
#[derive(Debug, Serialize, ToSchema)]
pub struct Feed {
    pub events: Vec<FeedEvent>,
    pub next_after: i64,
}

/// A comment among the staff.
#[derive(Debug, Serialize, ToSchema)]
pub struct CommentView {
    pub id: String,
    pub author: NamedView,
    pub text: String,
    #[schema(format = "date-time")]
    pub created_at: String,
}

impl From<Comment> for CommentView {
    fn from(comment: Comment) -> Self {
        Self {
            id: comment.uid,
            author: comment.author.into(),
            text: comment.text,
            created_at: time(comment.created_at),
        }
    }
}

/// A file of a dossier.
#[derive(Debug, Serialize, ToSchema)]
pub struct AttachmentView {
    pub id: String,
    pub name: String,
    /// Told by the content, not by the name.
    #[schema(example = "application/pdf")]
    pub media_type: String,
    /// Bytes.
    pub size: i64,
    pub sha256: String,
    #[schema(format = "date-time")]
    pub created_at: String,
}

impl From<Attachment> for AttachmentView {
    fn from(attachment: Attachment) -> Self {
        Self {
            id: attachment.uid,
            name: attachment.name,
            media_type: attachment.media_type,
            size: attachment.size,
            sha256: attachment.sha256,
            created_at: time(attachment.created_at),
        }
    }
}

/// A day that was not counted.
#[derive(Debug, Serialize, ToSchema)]
pub struct SkippedDay {
    #[schema(value_type = String, format = "date")]
    pub date: NaiveDate,
    /// Stable word.
    #[schema(example = "weekend")]
    pub code: &'static str,
    /// In words.
    pub reason: String,
}

/// A due date with the days counted and those skipped.
#[derive(Debug, Serialize, ToSchema)]
pub struct DueDateView {
    #[schema(format = "date-time")]
    pub due_at: String,
    /// Counted with a year whose holidays are not loaded.
    pub provisional: bool,
    #[schema(value_type = Vec<String>)]
    pub counted: Vec<NaiveDate>,
    pub skipped: Vec<SkippedDay>,
}

impl DueDateView {
    pub fn of(explanation: Explanation, lang: Lang) -> Self {
        Self {
            due_at: time(explanation.due.due_at),
            provisional: explanation.due.provisional,
            counted: explanation.counted,
            skipped: explanation
                .skipped
                .into_iter()
                .map(|day| SkippedDay {
                    date: day.date,
                    code: day.reason.code(),
                    reason: day.reason.text(lang),
                })
                .collect(),
        }
    }
}

/// A step that was passed or is under way.
#[derive(Debug, Serialize, ToSchema)]
pub struct PublicStepView {
    pub name: String,
    #[schema(format = "date-time")]
    pub entered_at: String,
    #[schema(format = "date-time")]
    pub left_at: Option<String>,
}

/// A dossier as anybody with its code sees it: no name, no number, no address.
#[derive(Debug, Serialize, ToSchema)]
pub struct PublicDossierView {
    pub code: String,
    pub procedure: NamedView,
    pub office: NamedView,
    pub state: StateView,
    #[schema(format = "date-time")]
    pub submitted_at: String,
    #[schema(format = "date-time")]
    pub received_at: Option<String>,
    #[schema(format = "date-time")]
    pub due_at: Option<String>,
    pub provisional: bool,
    pub timeliness: TimelinessView,
    pub steps: Vec<PublicStepView>,
    pub steps_total: usize,
    /// Only with the look-up key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub own: Option<ApplicantsView>,
}

/// What the applicant sees beside.
#[derive(Debug, Serialize, ToSchema)]
pub struct ApplicantsView {
    pub outcome: Option<&'static str>,
    pub outcome_text: Option<&'static str>,
    /// Why it was declined, refused or stopped.
    pub reason: Option<String>,
    pub supplement: Option<SupplementView>,
    pub payment: Option<PaymentView>,
    pub apology: Option<ApologyView>,
    pub due_date_changes: Vec<DueDateChangeView>,
    pub office_address: Option<String>,
    pub office_phone: Option<String>,
    /// Weekly hours in which the desk is open.
    #[schema(value_type = Object)]
    pub desk_hours: serde_json::Value,
    pub may_rate: bool,
    pub rating: Option<String>,
}

/// The apology for a re-appointment.
#[derive(Debug, Serialize, ToSchema)]
pub struct ApologyView {
    #[schema(format = "date-time")]
    pub at: String,
    pub reason: String,
    #[schema(format = "date-time")]
    pub due_at: Option<String>,
}

/// A move of the promised date.
#[derive(Debug, Serialize, ToSchema)]
pub struct DueDateChangeView {
    #[schema(format = "date-time")]
    pub at: String,
    pub action: String,
    #[schema(format = "date-time")]
    pub due_at_before: Option<String>,
    #[schema(format = "date-time")]
    pub due_at: Option<String>,
}

impl PublicDossierView {
    pub fn of(dossier: PublicDossier, lang: Lang) -> Self {
        Self {
            code: dossier.code,
            procedure: dossier.procedure.into(),
            office: dossier.office.into(),
            state: StateView::of(dossier.state, lang),
            submitted_at: time(dossier.submitted_at),
            received_at: time_opt(dossier.received_at),
            due_at: time_opt(dossier.due_at),
            provisional: dossier.provisional,
            timeliness: dossier.timeliness.into(),
            steps: dossier
                .steps
                .into_iter()
                .map(|step| PublicStepView {
                    name: step.name,
                    entered_at: time(step.entered_at),
                    left_at: time_opt(step.left_at),
                })
                .collect(),
            steps_total: dossier.steps_total,
            own: dossier.own.map(|own| ApplicantsView::of(own, lang)),
        }
    }
}

impl ApplicantsView {
    fn of(own: OwnView, lang: Lang) -> Self {
        Self {
            outcome: own.outcome.map(|outcome| outcome.as_str()),
            outcome_text: own.outcome.map(|outcome| outcome_text(outcome, lang)),
            reason: own.reason,
            supplement: own.supplement.map(SupplementView::from),
            payment: own.payment.map(PaymentView::from),
            apology: own.apology.map(|apology| ApologyView {
                at: time(apology.at),
                reason: apology.reason,
                due_at: apology.due_at,
            }),
            due_date_changes: own
                .due_date_changes
                .into_iter()
                .map(|change| DueDateChangeView {
                    at: time(change.at),
                    action: change.action,
                    due_at_before: change.due_at_before,
                    due_at: change.due_at,
                })
                .collect(),
            office_address: own.office_address,
            office_phone: own.office_phone,
            desk_hours: own.desk_hours,
            may_rate: own.may_rate,
            rating: own.rating,
        }
    }
}

/// What became of one item of a batch.
#[derive(Debug, Serialize, ToSchema)]
pub struct BatchItemView {
    /// Place in the batch from 0.
    pub index: usize,
    /// 201 or the status of the problem.
    pub status: u16,
    pub dossier: Option<DossierDetail>,
    /// A problem of the shape that this request alone would answer.
    #[schema(value_type = Option<Object>)]
    pub problem: Option<serde_json::Value>,
}

/// The results of a batch, in its order.
#[derive(Debug, Serialize, ToSchema)]
pub struct BatchView {
    pub results: Vec<BatchItemView>,
    pub succeeded: usize,
    pub failed: usize,
}

/// A page of dossiers.
#[derive(Debug, Serialize, ToSchema)]
pub struct DossierPage {
    pub items: Vec<DossierSummary>,
    pub next_cursor: Option<String>,
    /// With `count=capped`: at most 10,000.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub count: Option<usize>,
}

/// A page of events.
#[derive(Debug, Serialize, ToSchema)]
pub struct EventPage {
    pub items: Vec<EventBody>,
    pub next_cursor: Option<String>,
}

/// A page of comments.
#[derive(Debug, Serialize, ToSchema)]
pub struct CommentPage {
    pub items: Vec<CommentView>,
    pub next_cursor: Option<String>,
}

/// A page of attachments.
#[derive(Debug, Serialize, ToSchema)]
pub struct AttachmentPage {
    pub items: Vec<AttachmentView>,
    pub next_cursor: Option<String>,
}
