//! What clients and the public read about procedures.

use std::collections::HashMap;

use chrono::NaiveDate;
use domain::lang::Lang;
use domain::procedure::{Fee, PaperRule, StepRule};
use domain::time::to_rfc3339;
use infra::procedure::queries::{ProcedureDetail, ProcedureSummary, VersionSummary};
use serde::Serialize;
use utoipa::ToSchema;

use super::dto::{FeeChannel, StepRole};
use crate::deadline::TimeLimitView;

/// A paper that the procedure asks for.
#[derive(Debug, Serialize, ToSchema)]
pub struct PaperRuleView {
    /// By this number papers are ticked at intake.
    #[schema(example = 1)]
    pub number: usize,
    pub name: String,
    pub originals: u32,
    pub copies: u32,
    pub required: bool,
    pub form: Option<String>,
}

fn papers(rules: &[PaperRule]) -> Vec<PaperRuleView> {
    let view = |(number, rule): (usize, &PaperRule)| PaperRuleView {
        number,
        name: rule.name.clone(),
        originals: rule.originals,
        copies: rule.copies,
        required: rule.required,
        form: rule.form.clone(),
    };
    (1..).zip(rules).map(view).collect()
}

/// A fee in whole đồng.
#[derive(Debug, Serialize, ToSchema)]
pub struct FeeView {
    #[schema(example = 5000)]
    pub amount_vnd: i64,
    pub per: String,
    /// Both when null.
    #[schema(value_type = Option<FeeChannel>)]
    pub channel: Option<String>,
    pub note: Option<String>,
}

impl From<&Fee> for FeeView {
    fn from(fee: &Fee) -> Self {
        Self {
            amount_vnd: fee.amount_vnd,
            per: fee.per.clone(),
            channel: fee.channel.clone(),
            note: fee.note.clone(),
        }
    }
}

/// A step of the route.
#[derive(Debug, Serialize, ToSchema)]
pub struct StepRuleView {
    pub name: String,
    #[schema(example = "tu_phap")]
    pub department: String,
    #[schema(value_type = StepRole)]
    pub role: &'static str,
    pub budget: TimeLimitView,
}

impl StepRuleView {
    fn of(rule: &StepRule, lang: Lang) -> Self {
        Self {
            name: rule.name.clone(),
            department: rule.department.clone(),
            role: rule.role.as_str(),
            budget: TimeLimitView::of(rule.budget, lang),
        }
    }
}

/// A version by name.
#[derive(Debug, Serialize, ToSchema)]
pub struct VersionItem {
    pub effective_from: NaiveDate,
    pub name: String,
    #[schema(format = "date-time")]
    pub created_at: String,
}

impl From<&VersionSummary> for VersionItem {
    fn from(version: &VersionSummary) -> Self {
        Self {
            effective_from: version.effective_from,
            name: version.name.clone(),
            created_at: to_rfc3339(version.created_at),
        }
    }
}

/// A procedure with one version whole.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProcedureView {
    #[schema(example = "1.001193")]
    pub code: String,
    pub name: String,
    pub field: String,
    pub effective_from: NaiveDate,
    /// Whether this version is in force on the day that was asked for.
    pub in_force: bool,
    /// From this day on no dossier is taken.
    pub retired_from: Option<NaiveDate>,
    pub version: i64,
    pub time_limit: TimeLimitView,
    pub extra_limit: Option<TimeLimitView>,
    pub papers: Vec<PaperRuleView>,
    pub fees: Vec<FeeView>,
    pub route: Vec<StepRuleView>,
    pub legal_basis: Vec<String>,
    pub note: Option<String>,
    pub payment_stage: bool,
    /// All versions, the oldest first.
    pub versions: Vec<VersionItem>,
}

impl ProcedureView {
    pub fn of(detail: &ProcedureDetail, lang: Lang) -> Self {
        let rules = &detail.rules;
        Self {
            code: detail.code.clone(),
            name: rules.name.clone(),
            field: rules.field.clone(),
            effective_from: rules.effective_from,
            in_force: detail.in_force,
            retired_from: detail.retired_from,
            version: detail.version,
            time_limit: TimeLimitView::of(rules.time_limit, lang),
            extra_limit: rules
                .extra_limit
                .map(|limit| TimeLimitView::of(limit, lang)),
            papers: papers(&rules.papers),
            fees: rules.fees.iter().map(FeeView::from).collect(),
            route: rules
                .route
                .iter()
                .map(|rule| StepRuleView::of(rule, lang))
                .collect(),
            legal_basis: rules.legal_basis.clone(),
            note: rules.note.clone(),
            payment_stage: rules.payment_stage,
            versions: detail.versions.iter().map(VersionItem::from).collect(),
        }
    }
}

/// A procedure in a list, by the version in force or else the next one.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProcedureItem {
    #[schema(example = "1.001193")]
    pub code: String,
    pub name: String,
    pub field: String,
    pub effective_from: NaiveDate,
    pub in_force: bool,
    pub retired_from: Option<NaiveDate>,
    pub version: i64,
}

impl From<ProcedureSummary> for ProcedureItem {
    fn from(summary: ProcedureSummary) -> Self {
        Self {
            code: summary.code,
            name: summary.name,
            field: summary.field,
            effective_from: summary.effective_from,
            in_force: summary.in_force,
            retired_from: summary.retired_from,
            version: summary.version,
        }
    }
}

/// A page of procedures.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProcedurePage {
    pub items: Vec<ProcedureItem>,
    pub next_cursor: Option<String>,
}

/// A procedure in the public list.
#[derive(Debug, Serialize, ToSchema)]
pub struct PublicProcedureItem {
    #[schema(example = "1.001193")]
    pub code: String,
    pub name: String,
    pub field: String,
}

impl From<ProcedureSummary> for PublicProcedureItem {
    fn from(summary: ProcedureSummary) -> Self {
        Self {
            code: summary.code,
            name: summary.name,
            field: summary.field,
        }
    }
}

/// A page of public procedures.
#[derive(Debug, Serialize, ToSchema)]
pub struct PublicProcedurePage {
    pub items: Vec<PublicProcedureItem>,
    pub next_cursor: Option<String>,
}

/// A step as the public sees it: a department, no person.
#[derive(Debug, Serialize, ToSchema)]
pub struct PublicRouteStep {
    pub name: String,
    #[schema(example = "Tư pháp - Hộ tịch")]
    pub department: String,
    pub budget: TimeLimitView,
}

/// A procedure in force, for whoever wants to hand something in.
#[derive(Debug, Serialize, ToSchema)]
pub struct PublicProcedureView {
    #[schema(example = "1.001193")]
    pub code: String,
    pub name: String,
    pub field: String,
    pub effective_from: NaiveDate,
    pub time_limit: TimeLimitView,
    pub extra_limit: Option<TimeLimitView>,
    pub papers: Vec<PaperRuleView>,
    pub fees: Vec<FeeView>,
    pub steps: Vec<PublicRouteStep>,
    pub legal_basis: Vec<String>,
    pub note: Option<String>,
    pub payment_stage: bool,
}

impl PublicProcedureView {
    /// `departments` names the departments by their codes.
    pub fn of(detail: &ProcedureDetail, departments: &HashMap<String, String>, lang: Lang) -> Self {
        let rules = &detail.rules;
        let step = |rule: &StepRule| PublicRouteStep {
            name: rule.name.clone(),
            department: departments
                .get(&rule.department)
                .unwrap_or(&rule.department)
                .clone(),
            budget: TimeLimitView::of(rule.budget, lang),
        };
        Self {
            code: detail.code.clone(),
            name: rules.name.clone(),
            field: rules.field.clone(),
            effective_from: rules.effective_from,
            time_limit: TimeLimitView::of(rules.time_limit, lang),
            extra_limit: rules
                .extra_limit
                .map(|limit| TimeLimitView::of(limit, lang)),
            papers: papers(&rules.papers),
            fees: rules.fees.iter().map(FeeView::from).collect(),
            steps: rules.route.iter().map(step).collect(),
            legal_basis: rules.legal_basis.clone(),
            note: rules.note.clone(),
            payment_stage: rules.payment_stage,
        }
    }
}
