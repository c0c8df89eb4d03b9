//! All of an intake but its number, which only the database knows: put together before its
//! transaction, so that nobody waits for it there.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};
use domain::auth::{Actor, Principal};
use domain::dossier::{Dossier, Handover, Moment, Rules};
use domain::text::{Title, fold};
use domain::time::local_date;

use super::in_force::{InForce, Wanted};
use super::papers::{check_required, tick};
use super::register::{Intake, NewDossier, name_entries};
use super::rows::{DossierRow, Paper, Progress, StepRow, StoredApplicant};
use super::store::{rules_of, step_row};
use crate::env::Env;
use crate::error::Error;
use crate::ids;

/// The mark of the registers, and the day.
type Mark = (i64, NaiveDate);

/// A dossier as it will be, without its code and all that hangs on it.
#[derive(Debug)]
pub struct Draft {
    /// By which rules: when the registers have changed since, it is put together anew.
    mark: Mark,
    pub(super) now: DateTime<Utc>,
    pub(super) found: Arc<InForce>,
    pub(super) dossier: Dossier,
    pub(super) rules: Rules,
    pub(super) row: DossierRow,
    pub(super) step: Option<StepRow>,
    pub(super) words: Vec<String>,
    pub(super) detail: serde_json::Value,
}

impl Draft {
    /// Of what is to be taken in, by the rules that were in force at the last intake; none where
    /// they are not known, or something is wrong: the intake itself finds out and says it.
    pub fn of(env: &Env, who: &Principal, intake: Intake, new: &NewDossier) -> Option<Self> {
        let now = env.now();
        let wanted = Wanted::by(who, new, now);
        let (mark, found) = env.in_force.newest(&wanted)?;
        Self::compose(who, intake, new, mark, found, now).ok()
    }

    /// Whether it is of this day, and by the registers as they are.
    pub(super) fn holds(&self, mark: Mark) -> bool {
        self.mark == mark
    }

    pub(super) fn compose(
        who: &Principal,
        intake: Intake,
        new: &NewDossier,
        mark: Mark,
        found: Arc<InForce>,
        now: DateTime<Utc>,
    ) -> Result<Self, Error> {
        let papers = tick(&found.procedure.papers, &[], &new.papers)?;
        let dossier = start(who, intake, &papers, &found, now)?;
        let row = new_row(who, new, &found, &papers, &dossier, now)?;
        let rules = rules_of(&found.procedure);
        let step = dossier.step().map(|step| StepRow {
            number: 1,
            ..step_row(step, &rules, now)
        });
        Ok(Self {
            mark,
            now,
            words: words_of(&row.applicant_name),
            detail: intake_detail(new, &dossier),
            found,
            dossier,
            rules,
            row,
            step,
        })
    }
}

impl Wanted {
    pub(super) fn by(who: &Principal, new: &NewDossier, now: DateTime<Utc>) -> Self {
        Self {
            office: new.office.clone(),
            procedure: new.procedure.clone(),
            on: local_date(now),
            department: who.department_id,
        }
    }
}

fn start(
    who: &Principal,
    intake: Intake,
    papers: &[Paper],
    rules: &InForce,
    now: DateTime<Utc>,
) -> Result<Dossier, Error> {
    let started = match (intake, who.actor) {
        (Intake::Register, Actor::Staff(holder)) => {
            check_required(papers)?;
            let clerk = Handover {
                holder,
                department: who.department_id,
            };
            let pinned = rules_of(&rules.procedure);
            let moment = Moment {
                now,
                calendar: &rules.calendar,
                rules: &pinned,
            };
            Dossier::register(clerk, &moment)
        }
        (Intake::Register, _) => return Err(Error::Forbidden),
        (Intake::Submit, _) => Dossier::submit(now, &rules.calendar),
    };
    started.map_err(|refusal| Error::Internal(format!("a new dossier was refused: {refusal}")))
}

fn new_row(
    who: &Principal,
    new: &NewDossier,
    rules: &InForce,
    papers: &[Paper],
    dossier: &Dossier,
    now: DateTime<Utc>,
) -> Result<DossierRow, Error> {
    let progress = Progress::start(dossier, rules.calendar_version, papers, now)?;
    let applicant = &new.applicant;
    let stored = StoredApplicant {
        kind: applicant.kind.to_owned(),
        address: applicant
            .address
            .as_ref()
            .map(|text| text.as_str().to_owned()),
        email: applicant
            .email
            .as_ref()
            .map(|text| text.as_str().to_owned()),
        submitter_name: new
            .submitter_name
            .as_ref()
            .map(|text| text.as_str().to_owned()),
        sets: new.sets,
        result_way: new.result_way.to_owned(),
        result_address: new
            .result_address
            .as_ref()
            .map(|text| text.as_str().to_owned()),
    };
    let (created_by, client_id) = match who.actor {
        Actor::Staff(id) => (Some(id), None),
        Actor::Client(id) => (None, Some(id)),
        Actor::System => (None, None),
    };
    let matter = new
        .matter
        .as_ref()
        .map_or(rules.procedure.name.as_str(), Title::as_str);
    Ok(DossierRow {
        id: 0,
        code: String::new(),
        office_id: rules.office.id,
        procedure_version_id: rules.procedure_version,
        channel: new.channel.to_owned(),
        client_id,
        created_by,
        applicant: serde_json::to_string(&stored)?,
        applicant_name: applicant.name.as_str().to_owned(),
        id_number: applicant
            .id_number
            .as_ref()
            .map(|text| text.as_str().to_owned()),
        phone: applicant
            .phone
            .as_ref()
            .map(|text| text.as_str().to_owned()),
        matter: matter.to_owned(),
        lookup_key: ids::new_lookup_key(),
        submitted_at: now.naive_utc(),
        progress,
    })
}

fn intake_detail(new: &NewDossier, dossier: &Dossier) -> serde_json::Value {
    let mut detail = serde_json::json!({
        "procedure": new.procedure.as_str(),
        "channel": new.channel,
    });
    if let (Some(promise), Some(map)) = (&dossier.promise, detail.as_object_mut()) {
        map.insert(
            "due_at".to_owned(),
            domain::time::to_rfc3339(promise.due_at).into(),
        );
    }
    detail
}

/// Every run of words at the end of the name, so that any of its words can be searched for.
fn words_of(name: &str) -> Vec<String> {
    let folded = fold(name);
    let distinct: BTreeSet<&str> = name_entries(&folded).collect();
    distinct.into_iter().map(str::to_owned).collect()
}
