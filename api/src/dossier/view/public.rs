//! A dossier as anybody with its code sees it, and what its applicant sees with the key.

use domain::lang::Lang;
use infra::dossier::{OwnView, PublicDossier, outcome_text};
use serde::Serialize;
use utoipa::ToSchema;

use super::{NamedView, PaymentView, StateView, SupplementView, TimelinessView, time, time_opt};

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
