//! A dossier for those who handle it, its due date explained, and the results of a batch.

use chrono::NaiveDate;
use domain::deadline::Explanation;
use domain::lang::Lang;
use infra::dossier::{ApplicantView, Detail, Paper, Payment, StepView, Supplement};
use serde::Serialize;
use utoipa::ToSchema;

use super::{DossierSummary, NamedView, TimelinessView, time, time_opt};

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
