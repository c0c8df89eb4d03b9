//! What anybody with a code may know of a dossier, in one question to the database as a rule.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, Text, Timestamp};
use domain::text::DossierCode;

use super::public::PublicStep;
use crate::db::Conn;
use crate::db::hot::{Hot, named};
use crate::db::schema::{offices, procedure_versions, procedures};
use crate::db::stamp::{self, Stamp};
use crate::env::Env;
use crate::error::Error;

/// No column that names a person is read.
#[derive(Queryable)]
pub(super) struct Glance {
    office_id: i64,
    pub procedure_version_id: i64,
    pub calendar_version_id: i64,
    pub lookup_key: String,
    pub submitted_at: Stamp,
    pub received_at: Option<Stamp>,
    pub due_at: Option<Stamp>,
    pub rules_state: String,
    /// Of the registers, as it was when the dossier was read.
    mark: i64,
    steps: Option<String>,
}

type Columns = (
    BigInt,
    BigInt,
    BigInt,
    Text,
    Timestamp,
    Nullable<Timestamp>,
    Nullable<Timestamp>,
    Text,
    BigInt,
    Nullable<Text>,
);

/// What the office and the procedure of a dossier are called.
#[derive(Debug)]
pub(crate) struct RegisterNames {
    pub office_code: String,
    pub office_name: String,
    pub procedure_code: String,
}

/// The steps that were passed come as a JSON list, so that they cost no second round trip. They are
/// put in order here: SQLite would make a table on the side for it at each look-up.
macro_rules! glance_sql {
    ($steps:literal) => {
        concat!(
            "SELECT d.office_id, d.procedure_version_id, d.calendar_version_id, d.lookup_key, \
             d.submitted_at, d.received_at, d.due_at, d.rules_state, \
             (SELECT mark FROM register_mark) AS mark, (",
            $steps,
            ") AS steps FROM dossiers d WHERE d.code = "
        )
    };
}

const ON_SQLITE: &str = glance_sql!(
    "SELECT json_group_array(json_array(s.number, s.name, s.entered_at, s.left_at)) \
     FROM dossier_steps s WHERE s.dossier_id = d.id AND s.step_index >= -1"
);

const ON_POSTGRES: &str = glance_sql!(
    "SELECT json_agg(json_build_array(s.number, s.name, s.entered_at, s.left_at))::text \
     FROM dossier_steps s WHERE s.dossier_id = d.id AND s.step_index >= -1"
);

impl Glance {
    pub(super) fn at(conn: &mut Conn, code: &DossierCode) -> Result<Option<Self>, Error> {
        let code = code.as_str();
        let found = match conn {
            Conn::Sqlite(lite) => {
                let question = Hot::sql(ON_SQLITE).bind::<Text, _>(code, "");
                named!(question.in_order::<Columns>()).get_result(lite)
            }
            Conn::Postgres(pg) => {
                let question = Hot::sql(ON_POSTGRES).bind::<Text, _>(code, "");
                named!(question.in_order::<Columns>()).get_result(pg)
            }
        };
        let found = found.optional()?;
        Ok(found)
    }

    /// They seldom change; three more tables to join cost a look-up more than to know that they
    /// did not.
    pub(super) fn named(&self, conn: &mut Conn, env: &Env) -> Result<Arc<RegisterNames>, Error> {
        let of = (self.office_id, self.procedure_version_id);
        if let Some(known) = env.named.find(self.mark, &of) {
            return Ok(known);
        }
        let (office_code, office_name) = offices::table
            .find(self.office_id)
            .select((offices::code, offices::name))
            .first(conn)?;
        let procedure_code = procedure_versions::table
            .inner_join(procedures::table)
            .filter(procedure_versions::id.eq(self.procedure_version_id))
            .select(procedures::code)
            .first(conn)?;
        let named = Arc::new(RegisterNames {
            office_code,
            office_name,
            procedure_code,
        });
        env.named.keep(self.mark, of, &named);
        Ok(named)
    }

    pub(super) fn steps(&self) -> Result<Vec<PublicStep>, Error> {
        let Some(steps) = &self.steps else {
            return Ok(Vec::new());
        };
        let mut steps: Vec<(i64, String, String, Option<String>)> = serde_json::from_str(steps)?;
        steps.sort_unstable_by_key(|step| step.0);
        steps
            .into_iter()
            .map(|(_, name, entered_at, left_at)| {
                Ok(PublicStep {
                    name,
                    entered_at: moment(&entered_at)?,
                    left_at: left_at.as_deref().map(moment).transpose()?,
                })
            })
            .collect()
    }
}

fn moment(text: &str) -> Result<DateTime<Utc>, Error> {
    stamp::parse(text)
        .map(|at| at.and_utc())
        .ok_or_else(|| Error::Internal(format!("a stored time reads {text}")))
}
