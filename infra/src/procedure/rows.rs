//! Rows of procedures, and the JSON in which a version is stored.

use chrono::{NaiveDate, NaiveDateTime, NaiveTime};
use diesel::prelude::*;
use domain::auth::Role;
use domain::deadline::TimeLimit;
use domain::procedure::{Fee, PaperRule, ProcedureVersion, StepRule};
use serde::{Deserialize, Serialize};

use crate::db::schema::{procedure_versions, procedures};
use crate::error::Error;

#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = procedures)]
pub(crate) struct ProcedureRow {
    pub id: i64,
    pub code: String,
    pub retired_from: Option<NaiveDate>,
    pub version: i64,
}

/// A version without its rules, as lists show it.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = procedure_versions)]
pub(crate) struct VersionRow {
    pub id: i64,
    pub procedure_id: i64,
    pub effective_from: NaiveDate,
    pub name: String,
    pub field: String,
    pub created_at: NaiveDateTime,
}

/// A version of a procedure as it is stored, and as seed files write it: name, field and
/// effective date have columns of their own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProcedureJson {
    pub name: String,
    pub field: String,
    pub time_limit: LimitJson,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extra_limit: Option<LimitJson>,
    #[serde(default)]
    pub papers: Vec<PaperJson>,
    #[serde(default)]
    pub fees: Vec<FeeJson>,
    pub route: Vec<StepJson>,
    #[serde(default)]
    pub legal_basis: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    #[serde(default)]
    pub payment_stage: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LimitJson {
    pub unit: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<u32>,
    /// `HH:MM`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cutoff: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaperJson {
    pub name: String,
    pub originals: u32,
    pub copies: u32,
    pub required: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub form: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FeeJson {
    pub amount_vnd: i64,
    pub per: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepJson {
    pub name: String,
    pub department: String,
    pub role: String,
    pub budget: LimitJson,
}

impl From<&ProcedureVersion> for ProcedureJson {
    fn from(version: &ProcedureVersion) -> Self {
        Self {
            name: version.name.clone(),
            field: version.field.clone(),
            time_limit: version.time_limit.into(),
            extra_limit: version.extra_limit.map(LimitJson::from),
            papers: version.papers.iter().map(PaperJson::from).collect(),
            fees: version.fees.iter().map(FeeJson::from).collect(),
            route: version.route.iter().map(StepJson::from).collect(),
            legal_basis: version.legal_basis.clone(),
            note: version.note.clone(),
            payment_stage: version.payment_stage,
        }
    }
}

impl ProcedureJson {
    /// The version that takes effect on `effective_from`.
    ///
    /// # Errors
    /// [`Error::Internal`] when a limit or a role does not read.
    pub fn version(self, effective_from: NaiveDate) -> Result<ProcedureVersion, Error> {
        Ok(ProcedureVersion {
            name: self.name,
            field: self.field,
            effective_from,
            time_limit: self.time_limit.limit()?,
            extra_limit: self.extra_limit.map(|limit| limit.limit()).transpose()?,
            papers: self.papers.into_iter().map(PaperRule::from).collect(),
            fees: self.fees.into_iter().map(Fee::from).collect(),
            route: self
                .route
                .into_iter()
                .map(StepJson::rule)
                .collect::<Result<_, _>>()?,
            legal_basis: self.legal_basis,
            note: self.note,
            payment_stage: self.payment_stage,
        })
    }
}

impl From<TimeLimit> for LimitJson {
    fn from(limit: TimeLimit) -> Self {
        Self {
            unit: limit.unit().to_owned(),
            amount: limit.amount(),
            cutoff: limit.cutoff().map(|time| time.format("%H:%M").to_string()),
        }
    }
}

impl LimitJson {
    fn limit(&self) -> Result<TimeLimit, Error> {
        let time = |text: &String| {
            NaiveTime::parse_from_str(text, "%H:%M")
                .map_err(|fault| Error::Internal(format!("stored cut-off {text}: {fault}")))
        };
        let cutoff = self.cutoff.as_ref().map(time).transpose()?;
        TimeLimit::new(&self.unit, self.amount, cutoff)
            .map_err(|faults| Error::Internal(format!("stored time limit: {faults:?}")))
    }
}

impl StepJson {
    fn rule(self) -> Result<StepRule, Error> {
        let role = Role::parse(&self.role)
            .ok_or_else(|| Error::Internal(format!("stored role {}", self.role)))?;
        let budget = self.budget.limit()?;
        Ok(StepRule {
            name: self.name,
            department: self.department,
            role,
            budget,
        })
    }
}

impl From<&StepRule> for StepJson {
    fn from(rule: &StepRule) -> Self {
        Self {
            name: rule.name.clone(),
            department: rule.department.clone(),
            role: rule.role.as_str().to_owned(),
            budget: rule.budget.into(),
        }
    }
}

impl From<&PaperRule> for PaperJson {
    fn from(rule: &PaperRule) -> Self {
        Self {
            name: rule.name.clone(),
            originals: rule.originals,
            copies: rule.copies,
            required: rule.required,
            form: rule.form.clone(),
        }
    }
}

impl From<PaperJson> for PaperRule {
    fn from(json: PaperJson) -> Self {
        Self {
            name: json.name,
            originals: json.originals,
            copies: json.copies,
            required: json.required,
            form: json.form,
        }
    }
}

impl From<&Fee> for FeeJson {
    fn from(fee: &Fee) -> Self {
        Self {
            amount_vnd: fee.amount_vnd,
            per: fee.per.clone(),
            channel: fee.channel.clone(),
            note: fee.note.clone(),
        }
    }
}

impl From<FeeJson> for Fee {
    fn from(json: FeeJson) -> Self {
        Self {
            amount_vnd: json.amount_vnd,
            per: json.per,
            channel: json.channel,
            note: json.note,
        }
    }
}

/// Reads the rules of a version as they are stored.
pub(crate) fn from_text(text: &str, effective_from: NaiveDate) -> Result<ProcedureVersion, Error> {
    serde_json::from_str::<ProcedureJson>(text)?.version(effective_from)
}

pub(crate) fn to_text(version: &ProcedureVersion) -> Result<String, Error> {
    Ok(serde_json::to_string(&ProcedureJson::from(version))?)
}
