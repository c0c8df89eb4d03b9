//! The working hours of the staff: nothing is sent to them outside.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use crate::calendar;
use crate::db::Conn;
use crate::db::schema::offices;
use crate::env::Env;
use crate::error::Error;

/// `at` when the office works then, else its next opening. An office without a calendar, and a
/// mail of no office, wait for nothing.
pub(super) fn within(
    conn: &mut Conn,
    env: &Env,
    office_id: Option<i64>,
    at: DateTime<Utc>,
) -> Result<DateTime<Utc>, Error> {
    let Some(office_id) = office_id else {
        return Ok(at);
    };
    let path: String = offices::table
        .find(office_id)
        .select(offices::path)
        .first(conn)?;
    match calendar::in_force_by_path(conn, env, &path) {
        Ok((_, calendar)) if calendar.is_working_time(at) => Ok(at),
        Ok((_, calendar)) => Ok(calendar.next_opening(at).max(at)),
        Err(Error::Refused("no_calendar")) => Ok(at),
        Err(error) => Err(error),
    }
}
