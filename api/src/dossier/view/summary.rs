//! A dossier as it stands in a list.

use domain::lang::Lang;
use infra::dossier::Summary;
use serde::Serialize;
use utoipa::ToSchema;

use super::{NamedView, StateView, TimelinessView, time, time_opt};

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

/// A page of dossiers.
#[derive(Debug, Serialize, ToSchema)]
pub struct DossierPage {
    pub items: Vec<DossierSummary>,
    pub next_cursor: Option<String>,
    /// With `count=capped`: at most 10,000.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub count: Option<usize>,
}
