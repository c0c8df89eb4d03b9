//! What the time machine needs of the demo's database: a mark, and where the time stood still.

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::dsl::{exists, max, select};
use diesel::prelude::*;

use crate::db::Conn;
use crate::db::schema::{dossier_events, dossiers, job_runs, marks};
use crate::env::Env;
use crate::error::Error;

const MARK: &str = "time_machine";

/// Whether this database was made under the time machine: its times are made up.
pub fn is_time_machine(conn: &mut Conn) -> Result<bool, Error> {
    Ok(select(exists(marks::table.find(MARK))).get_result(conn)?)
}

/// Marks a database whose times are made up.
pub fn mark_time_machine(conn: &mut Conn, env: &Env) -> Result<(), Error> {
    diesel::insert_into(marks::table)
        .values((
            marks::name.eq(MARK),
            marks::value.eq(env.now().to_rfc3339()),
        ))
        .execute(conn)?;
    Ok(())
}

/// The newest moment of which the database knows: earlier than that no clock may begin.
pub fn newest_moment(conn: &mut Conn) -> Result<Option<DateTime<Utc>>, Error> {
    let event: Option<NaiveDateTime> = dossier_events::table
        .select(max(dossier_events::at))
        .first(conn)?;
    let begun: Option<NaiveDateTime> = job_runs::table
        .select(max(job_runs::started_at))
        .first(conn)?;
    let ended: Option<NaiveDateTime> = job_runs::table
        .select(max(job_runs::finished_at))
        .first(conn)?;
    Ok([event, begun, ended]
        .into_iter()
        .flatten()
        .max()
        .map(|at| at.and_utc()))
}

/// How many dossiers are open, and how many of these are late.
pub fn open_and_late(conn: &mut Conn, env: &Env) -> Result<(i64, i64), Error> {
    let open = || dossiers::table.filter(dossiers::ended_at.is_null());
    let all = open().count().get_result(conn)?;
    let late = open()
        .filter(dossiers::late_after.lt(env.now().naive_utc()))
        .count()
        .get_result(conn)?;
    Ok((all, late))
}
