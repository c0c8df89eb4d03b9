//! How ladders, alerts and proposals are shown.

use domain::notification::ladder::{Rung, When};
use domain::time::to_rfc3339;
use infra::error::Fault;
use infra::notification::alerts::{AlertView, LadderView, ProposalView};
use serde::Serialize;
use utoipa::ToSchema;

/// The ladder that counts for an office.
#[derive(Debug, Serialize, ToSchema)]
pub struct AlertLadder {
    #[schema(example = "H29.23")]
    pub office: String,
    /// The office that named it; absent for the built-in ladder.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// When the office's own ladder last changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub changed_at: Option<String>,
    pub rungs: Vec<RungView>,
    /// Rungs that can never fire for a procedure in force; absent where there are none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<LadderWarning>,
}

/// A rung that stays silent.
#[derive(Debug, Serialize, ToSchema)]
pub struct LadderWarning {
    #[schema(example = "rungs[1].when")]
    pub field: String,
    #[schema(example = "never_fires")]
    pub code: &'static str,
    pub text: String,
    pub text_en: String,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct RungView {
    #[schema(example = "due_soon")]
    pub name: String,
    pub title: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title_en: Option<String>,
    pub enabled: bool,
    #[schema(example = "due")]
    pub about: &'static str,
    pub when: WhenView,
    #[schema(example = json!(["holder", "head"]))]
    pub to: Vec<&'static str>,
}

#[derive(Debug, Default, Serialize, ToSchema)]
pub struct WhenView {
    #[schema(example = "before")]
    pub kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub working_days: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub working_hours: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub percent: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub every_days: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub short: Option<ShortView>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct ShortView {
    pub under_days: u32,
    pub percent: u32,
}

impl From<LadderView> for AlertLadder {
    fn from(view: LadderView) -> Self {
        Self {
            office: view.office,
            from: view.from,
            changed_at: view.changed_at.map(to_rfc3339),
            rungs: view.ladder.rungs.into_iter().map(RungView::from).collect(),
            warnings: view.warnings.into_iter().map(LadderWarning::from).collect(),
        }
    }
}

impl From<Fault> for LadderWarning {
    fn from(fault: Fault) -> Self {
        Self {
            field: fault.field,
            code: fault.code,
            text: fault.vi,
            text_en: fault.en,
        }
    }
}

impl From<Rung> for RungView {
    fn from(rung: Rung) -> Self {
        Self {
            name: rung.name,
            title: rung.title,
            title_en: rung.title_en,
            enabled: rung.enabled,
            about: rung.about.as_str(),
            when: rung.when.into(),
            to: rung.to.iter().map(|to| to.as_str()).collect(),
        }
    }
}

impl From<When> for WhenView {
    fn from(when: When) -> Self {
        let nothing = Self::default();
        match when {
            When::Before {
                working_days,
                short,
            } => Self {
                kind: "before",
                working_days: Some(working_days),
                short: short.map(|short| ShortView {
                    under_days: short.under_days,
                    percent: short.percent,
                }),
                ..nothing
            },
            When::BeforeHours { working_hours } => Self {
                kind: "before_hours",
                working_hours: Some(working_hours),
                ..nothing
            },
            When::Used { percent } => Self {
                kind: "used",
                percent: Some(percent),
                ..nothing
            },
            When::Late {
                working_days,
                every_days,
            } => Self {
                kind: "late",
                working_days: Some(working_days),
                every_days,
                ..nothing
            },
            When::LateHours { working_hours } => Self {
                kind: "late_hours",
                working_hours: Some(working_hours),
                ..nothing
            },
        }
    }
}

/// A rung that fired for one dossier, date and person.
#[derive(Debug, Serialize, ToSchema)]
pub struct AlertItem {
    #[schema(example = "H29.23-261120-0001")]
    pub dossier: String,
    pub office: String,
    #[schema(example = "overdue")]
    pub rung: String,
    #[schema(example = "due")]
    pub about: String,
    /// Counts repetitions from 0.
    pub occurrence: i64,
    /// The date that it was about.
    pub due_at: String,
    /// Id of the person meant.
    pub staff: String,
    /// Whether a stand-in was written to.
    pub to_stand_in: bool,
    /// `mail` or `digest`.
    pub via: String,
    /// When it fell by the rule.
    pub fell_at: String,
    /// The first working moment for it.
    pub deliver_at: String,
    pub fired_at: String,
    #[schema(example = "mailed")]
    pub state: &'static str,
    /// Id of the mail.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mail: Option<String>,
    /// State of the mail: `waiting`, `sent`, `set_aside`, `moot` or `muted`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "sent")]
    pub mail_state: Option<String>,
}

impl From<AlertView> for AlertItem {
    fn from(view: AlertView) -> Self {
        Self {
            due_at: to_rfc3339(view.due_at()),
            fell_at: to_rfc3339(view.fell_at()),
            deliver_at: to_rfc3339(view.deliver_at()),
            fired_at: to_rfc3339(view.fired_at()),
            state: view.state(),
            to_stand_in: view.to_stand_in(),
            dossier: view.dossier,
            office: view.office,
            rung: view.rung,
            about: view.about,
            occurrence: view.occurrence,
            staff: view.staff,
            via: view.via,
            mail: view.mail,
            mail_state: view.mail_state,
        }
    }
}

/// A page of alerts, the newest first.
#[derive(Debug, Serialize, ToSchema)]
pub struct AlertPage {
    pub items: Vec<AlertItem>,
    pub next_cursor: Option<String>,
}

/// A proposed apology with a new date (đề xuất xin lỗi và hẹn lại).
#[derive(Debug, Serialize, ToSchema)]
pub struct ProposalItem {
    pub id: String,
    #[schema(example = "H29.23-261120-0001")]
    pub dossier: String,
    pub office: String,
    pub procedure: String,
    /// The date as promised.
    pub due_at: String,
    /// The date that the budgets of the open steps allow.
    pub proposed_due_at: String,
    pub reason: String,
    /// `open`, `signed`, `dismissed`, or `moot` when the dossier ended, waits or has another date.
    #[schema(example = "open")]
    pub state: String,
    pub created_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decided_at: Option<String>,
    /// The dossier's version, which a signature names in `If-Match`.
    pub version: i64,
}

impl From<ProposalView> for ProposalItem {
    fn from(view: ProposalView) -> Self {
        Self {
            due_at: to_rfc3339(view.due_at()),
            proposed_due_at: to_rfc3339(view.proposed_due_at()),
            state: view.state().to_owned(),
            created_at: to_rfc3339(view.created_at()),
            decided_at: view.decided_at().map(to_rfc3339),
            id: view.uid,
            dossier: view.dossier,
            office: view.office,
            procedure: view.procedure,
            reason: view.reason,
            version: view.version,
        }
    }
}

/// A page of proposals, the newest first.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProposalPage {
    pub items: Vec<ProposalItem>,
    pub next_cursor: Option<String>,
}
