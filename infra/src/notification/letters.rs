//! What each letter says: the content that is stored with a mail, in shapes of our own.

use chrono::{DateTime, NaiveDate, Utc};
use domain::notification::{Kind, News};
use serde::{Deserialize, Serialize};

use super::scrub::hide_id_numbers;

/// A letter by its kind. It is put into words when a worker takes it, from this and from how the
/// dossier stands then.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Letter {
    ApplicantReceived(Received),
    ApplicantSupplement(Supplement),
    ApplicantPayment(Payment),
    ApplicantApology(Apology),
    ApplicantDueDateMoved(DueDateMoved),
    ApplicantResult(ResultReady),
    ApplicantStopped(Stopped),
    StaffAlert(Alert),
    StaffDigest(Digest),
    StaffWeekly(Report),
    StaffMonthly(Report),
}

/// Handed in, or accepted when there is a due date. The key is read from the dossier.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Received {
    pub due_at: Option<DateTime<Utc>>,
    /// When the desk has answered at the latest.
    pub answer_by: Option<DateTime<Utc>>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Supplement {
    pub missing: Vec<MissingPaper>,
    pub last_day: DateTime<Utc>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MissingPaper {
    pub name: String,
    pub reason: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Payment {
    pub amount_vnd: i64,
    pub purpose: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Apology {
    pub reason: String,
    pub due_at_before: DateTime<Utc>,
    pub due_at: DateTime<Utc>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DueDateMoved {
    /// `calendar`, `extended`, `supplement_received` or `payment_confirmed`.
    pub cause: String,
    pub due_at_before: DateTime<Utc>,
    pub due_at: DateTime<Utc>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ResultReady {
    /// `approved` or `declined`.
    pub outcome: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Stopped {
    /// `refused`, `stopped`, `lapsed` or `withdrawn`.
    pub ending: String,
    pub reason: String,
}

/// To whom of the staff a letter speaks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recipient {
    pub name: String,
    /// For whom the recipient stands in.
    pub absent_person: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfficeName {
    pub name: String,
    pub code: String,
}

/// The alerts of one run for one recipient.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Alert {
    pub recipient: Recipient,
    pub office: OfficeName,
    /// The worst first: the subject line names the first.
    pub groups: Vec<Group>,
    /// Dossiers in the groups, each counted once.
    #[serde(default)]
    pub total: u64,
    pub list_url: String,
    /// The most urgent first, at most 20.
    #[serde(default)]
    pub proposals: Vec<Proposal>,
    /// How many there are in all.
    #[serde(default)]
    pub proposal_count: u64,
}

/// The dossiers of one rung, or of one section of the digest.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Group {
    /// The rung, or `overdue`, `due_today`, `due_next` in a digest.
    pub rung: String,
    pub title: String,
    /// How many there are in all.
    pub count: u64,
    pub departments: Vec<DepartmentCount>,
    /// The oldest first, at most 20.
    pub dossiers: Vec<DossierLine>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DepartmentCount {
    /// Where the letter tells of several offices: departments bear the same names in each.
    #[serde(default)]
    pub office: Option<String>,
    pub name: String,
    pub count: u64,
}

/// A dossier in a letter to the staff: no personal data of the applicant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DossierLine {
    pub code: String,
    pub procedure: String,
    /// Where the letter tells of several.
    #[serde(default)]
    pub office: Option<String>,
    pub department: Option<String>,
    pub holder: Option<String>,
    pub due_at: DateTime<Utc>,
    /// Working days late; 0 when it is not.
    pub lateness_days: u64,
    pub url: String,
}

/// An apology with a new date that waits for the manager's signature.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proposal {
    #[serde(default)]
    pub id: String,
    pub code: String,
    pub procedure: String,
    /// Where the letter tells of several.
    #[serde(default)]
    pub office: Option<String>,
    pub due_at: DateTime<Utc>,
    pub proposed_due_at: DateTime<Utc>,
    pub url: String,
}

/// The morning's overview of a head or a manager.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Digest {
    pub recipient: Recipient,
    pub office: OfficeName,
    pub day: NaiveDate,
    /// Alerts that fell outside working hours, the worst first.
    pub groups: Vec<Group>,
    pub overdue: Group,
    pub due_today: Group,
    pub due_next: Group,
    /// Dossiers in the groups and sections, each counted once.
    #[serde(default)]
    pub total: u64,
    /// The most urgent first, at most 20.
    #[serde(default)]
    pub proposals: Vec<Proposal>,
    /// How many there are in all.
    #[serde(default)]
    pub proposal_count: u64,
    /// The record's fingerprint of the day before, kept outside the database by being mailed.
    #[serde(default)]
    pub chain_root: Option<ChainRoot>,
    pub list_url: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChainRoot {
    pub day: NaiveDate,
    pub hash: String,
    pub events: u64,
}

/// The figures of a week or a month (form II.06).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Report {
    pub recipient: Recipient,
    pub office: OfficeName,
    pub from: NaiveDate,
    pub to: NaiveDate,
    /// One a field or procedure.
    pub rows: Vec<Figures>,
    pub total: Figures,
    /// On-time share × 20; none when nothing was resolved.
    pub score: Option<f64>,
    /// The oldest late ones, at most 20.
    pub late: Group,
    pub list_url: String,
}

/// A row of form II.06: received = online + in person + carried over = resolved + in progress.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Figures {
    pub name: String,
    pub received: u64,
    pub online: u64,
    pub in_person: u64,
    pub carried_over: u64,
    pub resolved: u64,
    pub early: u64,
    pub on_time: u64,
    pub late: u64,
    pub in_progress: u64,
    pub within: u64,
    pub overdue: u64,
}

impl Letter {
    pub fn kind(&self) -> Kind {
        match self {
            Self::ApplicantReceived(_) => Kind::ApplicantReceived,
            Self::ApplicantSupplement(_) => Kind::ApplicantSupplement,
            Self::ApplicantPayment(_) => Kind::ApplicantPayment,
            Self::ApplicantApology(_) => Kind::ApplicantApology,
            Self::ApplicantDueDateMoved(_) => Kind::ApplicantDueDateMoved,
            Self::ApplicantResult(_) => Kind::ApplicantResult,
            Self::ApplicantStopped(_) => Kind::ApplicantStopped,
            Self::StaffAlert(_) => Kind::StaffAlert,
            Self::StaffDigest(_) => Kind::StaffDigest,
            Self::StaffWeekly(_) => Kind::StaffWeekly,
            Self::StaffMonthly(_) => Kind::StaffMonthly,
        }
    }

    /// The letter that tells an applicant the news; `reason` is what the deed was given, and
    /// `id_number` theirs, which goes into no mail.
    pub fn of_news(news: News, reason: &str, id_number: Option<&str>) -> Self {
        let scrubbed = |text: &str| hide_id_numbers(text, id_number);
        let reason = scrubbed(reason);
        match news {
            News::Received { due_at, answer_by } => {
                Self::ApplicantReceived(Received { due_at, answer_by })
            }
            News::SupplementWanted { missing, last_day } => Self::ApplicantSupplement(Supplement {
                missing: missing
                    .into_iter()
                    .map(|paper| MissingPaper {
                        name: scrubbed(&paper.name),
                        reason: scrubbed(&paper.reason),
                    })
                    .collect(),
                last_day,
            }),
            News::PaymentWanted {
                amount_vnd,
                purpose,
            } => Self::ApplicantPayment(Payment {
                amount_vnd,
                purpose: scrubbed(&purpose),
            }),
            News::Apology {
                due_at_before,
                due_at,
            } => Self::ApplicantApology(Apology {
                reason,
                due_at_before,
                due_at,
            }),
            News::DueDateMoved {
                due_at_before,
                due_at,
                cause,
            } => Self::ApplicantDueDateMoved(DueDateMoved {
                cause: cause.as_str().to_owned(),
                due_at_before,
                due_at,
            }),
            News::ResultReady { outcome } => Self::ApplicantResult(ResultReady {
                outcome: outcome.as_str().to_owned(),
            }),
            News::Closed { ending } => Self::ApplicantStopped(Stopped {
                ending: ending.as_str().to_owned(),
                reason,
            }),
        }
    }
}
