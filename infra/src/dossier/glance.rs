//! What anybody with a code may know of a dossier, in one question to the database.

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::pg::{Pg, PgValue};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, Text, Timestamp};
use diesel::sqlite::{Sqlite, SqliteValue};
use domain::text::DossierCode;

use super::public::PublicStep;
use crate::db::Conn;
use crate::db::hot::Hot;
use crate::error::Error;

/// No column that names a person is read.
#[derive(QueryableByName)]
pub(super) struct Glance {
    #[diesel(sql_type = BigInt)]
    pub procedure_version_id: i64,
    #[diesel(sql_type = BigInt)]
    pub calendar_version_id: i64,
    #[diesel(sql_type = Text)]
    pub lookup_key: String,
    #[diesel(sql_type = Timestamp)]
    pub submitted_at: Stored,
    #[diesel(sql_type = Nullable<Timestamp>)]
    pub received_at: Option<Stored>,
    #[diesel(sql_type = Nullable<Timestamp>)]
    pub due_at: Option<Stored>,
    #[diesel(sql_type = Text)]
    pub rules_state: String,
    #[diesel(sql_type = Text)]
    pub office_code: String,
    #[diesel(sql_type = Text)]
    pub office_name: String,
    #[diesel(sql_type = Text)]
    pub procedure_code: String,
    #[diesel(sql_type = Nullable<Text>)]
    steps: Option<String>,
}

/// The steps that were passed come as a JSON list, so that they cost no second round trip. They are
/// put in order here: SQLite would make a table on the side for it at each look-up.
macro_rules! glance_sql {
    ($steps:literal) => {
        concat!(
            "SELECT d.procedure_version_id, d.calendar_version_id, d.lookup_key, d.submitted_at, \
             d.received_at, d.due_at, d.rules_state, o.code AS office_code, \
             o.name AS office_name, p.code AS procedure_code, (",
            $steps,
            ") AS steps FROM dossiers d JOIN offices o ON o.id = d.office_id \
             JOIN procedure_versions v ON v.id = d.procedure_version_id \
             JOIN procedures p ON p.id = v.procedure_id WHERE d.code = "
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
            Conn::Sqlite(lite) => Hot::sql(ON_SQLITE)
                .bind::<Text, _>(code, "")
                .get_result(lite),
            Conn::Postgres(pg) => Hot::sql(ON_POSTGRES)
                .bind::<Text, _>(code, "")
                .get_result(pg),
        };
        let found = found.optional()?;
        Ok(found)
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

/// A time as the row has it. SQLite has text, for which diesel tries one format after the other:
/// a twentieth of a look-up.
#[derive(Debug, Clone, Copy, FromSqlRow)]
pub(super) struct Stored(pub DateTime<Utc>);

impl FromSql<Timestamp, Sqlite> for Stored {
    fn from_sql(mut value: SqliteValue<'_, '_, '_>) -> deserialize::Result<Self> {
        let at = match read(value.read_text()) {
            Some(at) => at,
            None => FromSql::<Timestamp, Sqlite>::from_sql(value)?,
        };
        Ok(Self(at.and_utc()))
    }
}

impl FromSql<Timestamp, Pg> for Stored {
    fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
        let at = <NaiveDateTime as FromSql<Timestamp, Pg>>::from_sql(value)?;
        Ok(Self(at.and_utc()))
    }
}

/// A stored time as text: SQLite keeps a space between date and time, PostgreSQL's JSON has a T.
fn moment(text: &str) -> Result<DateTime<Utc>, Error> {
    let at = match read(text) {
        Some(at) => at,
        None => text
            .replacen(' ', "T", 1)
            .parse()
            .map_err(|fault| Error::Internal(format!("a stored time reads {text}: {fault}")))?,
    };
    Ok(at.and_utc())
}

/// Digits at fixed places, as both databases write them: a general reader costs several times as
/// much, and is asked only where this one reads nothing.
fn read(text: &str) -> Option<NaiveDateTime> {
    let number = |from: usize, to: usize| text.get(from..to)?.parse::<u32>().ok();
    let year = text.get(..4)?.parse().ok()?;
    let date = NaiveDate::from_ymd_opt(year, number(5, 7)?, number(8, 10)?)?;
    let fraction = match text.get(19..)? {
        "" => 0,
        rest => nanoseconds(rest.strip_prefix('.')?)?,
    };
    let (hour, minute, second) = (number(11, 13)?, number(14, 16)?, number(17, 19)?);
    date.and_hms_nano_opt(hour, minute, second, fraction)
}

/// The digits after the point of a second.
fn nanoseconds(digits: &str) -> Option<u32> {
    let more = 9_usize.checked_sub(digits.len())?;
    let all = digits.bytes().all(|digit| digit.is_ascii_digit());
    let count: u32 = digits.parse().ok().filter(|_| all)?;
    count.checked_mul(10_u32.checked_pow(u32::try_from(more).ok()?)?)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail loudly")]
    use super::{moment, read};

    #[test]
    fn stored_times_read_as_the_general_reader_reads_them() {
        for text in [
            "2026-11-29 00:21:10.146517",
            "2026-11-29T00:21:10.1",
            "2026-02-28 23:59:59",
            "2026-11-29 00:21:10.000000001",
        ] {
            let general = text.replacen(' ', "T", 1).parse().unwrap();
            assert_eq!(read(text), Some(general), "{text}");
        }
    }

    #[test]
    fn what_is_no_time_is_an_error() {
        for text in [
            "",
            "2026-11-29",
            "2026-13-01 00:00:00",
            "2026-11-29 24:00:00",
            "hôm nay, lúc chín giờ",
        ] {
            assert!(moment(text).is_err(), "{text}");
        }
    }
}
