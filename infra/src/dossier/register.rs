//! Taking a dossier in: submit, register at the counter, and their shared checks.

use std::sync::Arc;

use chrono::NaiveDate;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Date, Text};
use domain::auth::{Principal, Role};
use domain::dossier::{Dossier, Rules};
use domain::notification::Deed as Told;
use domain::text::{
    Address, AgencyCode, DossierCode, Email, IdNumber, PersonName, Phone, ProcedureCode, Title,
};

use super::draft::Draft;
use super::in_force::{InForce, OfficeRow, Wanted, in_force};
use super::intake_rows::IntakeRows;
use super::papers::PaperTick;
use super::rows::{DossierRow, StepRow};
use super::store::{Deed, Loaded, next_event};
use super::summary::{Named, Names};
use crate::db::Conn;
use crate::db::hot::{Hot, named};
use crate::env::Env;
use crate::error::{Error, Fault};
use crate::notification::applicant::tell;

/// Who applies.
#[derive(Debug, Clone)]
pub struct Applicant {
    /// `person` or `organisation`.
    pub kind: &'static str,
    pub name: PersonName,
    pub id_number: Option<IdNumber>,
    pub phone: Option<Phone>,
    pub email: Option<Email>,
    pub address: Option<Address>,
}

/// A dossier as it is handed in.
#[derive(Debug, Clone)]
pub struct NewDossier {
    pub office: AgencyCode,
    pub procedure: ProcedureCode,
    /// `in_person`, `post`, `online` or `ward_client`.
    pub channel: &'static str,
    pub applicant: Applicant,
    pub submitter_name: Option<PersonName>,
    /// What it is about; the procedure's name when absent.
    pub matter: Option<Title>,
    pub papers: Vec<PaperTick>,
    pub sets: u32,
    /// `in_person`, `post` or `online`.
    pub result_way: &'static str,
    pub result_address: Option<Address>,
}

/// Whether the desk accepts at once, or the dossier waits for its answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Intake {
    Submit,
    Register,
}

/// A dossier that was just taken in, with what is needed to show it.
#[derive(Debug)]
pub struct Taken {
    pub(super) loaded: Loaded,
    pub(super) names: Names,
    pub(super) step: Option<StepRow>,
}

impl Taken {
    pub fn code(&self) -> &str {
        &self.loaded.row.code
    }
}

/// Takes a dossier in. On `Register` it is accepted in the same moment. `draft` is what was put
/// together of it beforehand, if anything was.
pub fn take_in(
    conn: &mut Conn,
    env: &Env,
    who: &Principal,
    intake: Intake,
    new: &NewDossier,
    draft: Option<Draft>,
) -> Result<Taken, Error> {
    let now = env.now();
    let wanted = Wanted::by(who, new, now);
    let next = next_number(conn, &new.office, wanted.on)?;
    let may = |office: &OfficeRow| check_rights(who, intake, &office.path);
    let draft = match draft.filter(|draft| draft.holds((next.mark, wanted.on))) {
        Some(draft) => {
            may(&draft.found.office)?;
            draft
        }
        None => {
            let found = in_force(conn, env, &wanted, next.mark, may)?;
            let mark = (next.mark, wanted.on);
            Draft::compose(who, intake, new, mark, found, now)?
        }
    };
    let Draft {
        found,
        dossier,
        rules,
        row,
        step,
        words,
        detail,
        now,
        ..
    } = draft;
    let code = code_of(&new.office, wanted.on, &next)?;
    let mut row = DossierRow {
        code: code.as_str().to_owned(),
        ..row
    };
    let action = match intake {
        Intake::Register => "register",
        Intake::Submit => "submit",
    };
    let deed = Deed {
        detail,
        ..Deed::of(who, action)
    };
    let event = next_event(&mut row.progress, &row.code, "", &deed, now)?;
    let rows = IntakeRows {
        dossier: row,
        event,
        step,
        words,
    };
    let id = rows.write(conn)?;
    let taken = taken(id, rows, &found, dossier, rules, who, new);
    let (row, dossier) = (&taken.loaded.row, &taken.loaded.dossier);
    tell(conn, env, row, Told::TakenIn, None, dossier, "")?;
    Ok(taken)
}

fn taken(
    id: i64,
    rows: IntakeRows,
    found: &InForce,
    dossier: Dossier,
    rules: Rules,
    who: &Principal,
    new: &NewDossier,
) -> Taken {
    let held_by_caller = dossier.step().is_some();
    let names = Names {
        office: Named {
            key: new.office.as_str().to_owned(),
            name: found.office.name.clone(),
        },
        procedure: Named {
            key: new.procedure.as_str().to_owned(),
            name: found.procedure.name.as_str().to_owned(),
        },
        holder: held_by_caller.then(|| Named {
            key: who.uid.clone(),
            name: who.name.clone(),
        }),
        department: found.department.clone().filter(|_| held_by_caller),
    };
    Taken {
        loaded: Loaded {
            row: DossierRow { id, ..rows.dossier },
            office_path: found.office.path.clone(),
            dossier,
            rules,
            procedure: Arc::clone(&found.procedure),
            calendar: Arc::clone(&found.calendar),
        },
        names,
        step: rows.step,
    }
}

fn check_rights(who: &Principal, intake: Intake, office_path: &str) -> Result<(), Error> {
    let may = match intake {
        Intake::Register => who.has(Role::Clerk, office_path),
        Intake::Submit => who.has_any(&[Role::Clerk, Role::WardClient], office_path),
    };
    if may { Ok(()) } else { Err(Error::Forbidden) }
}

#[derive(diesel::QueryableByName)]
struct Next {
    #[diesel(sql_type = BigInt)]
    last: i64,
    /// The mark of the registers.
    #[diesel(sql_type = BigInt)]
    mark: i64,
}

macro_rules! one_more {
    () => {
        ", 1) ON CONFLICT (agency, day) DO UPDATE SET last = code_counters.last + 1"
    };
}

macro_rules! next {
    () => {
        "last, (SELECT mark FROM register_mark) AS mark"
    };
}

/// Takes the next number of the agency and day, in the transaction of its dossier: one that is
/// rolled back is given again, so none is skipped. The lock of the counter is held to the commit.
fn next_number(conn: &mut Conn, agency: &AgencyCode, day: NaiveDate) -> Result<Next, Error> {
    const COUNT: &str = "INSERT INTO code_counters (agency, day, last) VALUES (";
    match conn {
        // For RETURNING it would make a table in memory each time.
        Conn::Sqlite(lite) => {
            let counted = Hot::sql(COUNT)
                .bind::<Text, _>(agency.as_str(), ", ")
                .bind::<Date, _>(day, one_more!());
            named!(counted).execute(lite)?;
            let next = Hot::sql(concat!(
                "SELECT ",
                next!(),
                " FROM code_counters WHERE agency = "
            ))
            .bind::<Text, _>(agency.as_str(), " AND day = ")
            .bind::<Date, _>(day, "");
            Ok(named!(next).get_result(lite)?)
        }
        Conn::Postgres(pg) => {
            let next = Hot::sql(COUNT)
                .bind::<Text, _>(agency.as_str(), ", ")
                .bind::<Date, _>(day, concat!(one_more!(), " RETURNING ", next!()));
            Ok(named!(next).get_result(pg)?)
        }
    }
}

fn code_of(agency: &AgencyCode, day: NaiveDate, next: &Next) -> Result<DossierCode, Error> {
    let sequence = u64::try_from(next.last)
        .map_err(|_| Error::Internal(format!("code counter of {agency} is negative")))?;
    DossierCode::new(agency, day, sequence)
        .map_err(|fault| Error::Internal(format!("code of {agency}: {fault:?}")))
}

/// A long name of an organisation is findable by its first words, not by all of them.
const MAX_NAME_WORDS: usize = 12;

/// What the index of names holds of a folded name: every run of words at its end.
pub(crate) fn name_entries(folded: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(folded), |words| {
        words.split_once(' ').map(|(_, rest)| rest)
    })
    .filter(|words| !words.is_empty())
    .take(MAX_NAME_WORDS)
}

/// A list of faults found at one field.
pub(crate) fn fault(field: String, code: &'static str, vi: &str, en: &str) -> Fault {
    Fault::new(field, code, vi, en)
}
