//! The working hours of the staff: nothing is sent to them outside.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use domain::deadline::Calendar;

use crate::calendar;
use crate::db::Conn;
use crate::env::Env;
use crate::error::Error;

/// `at` when the office works then, else its next opening. A mail of no office waits for nothing.
pub(super) fn within(
    conn: &mut Conn,
    env: &Env,
    office_id: Option<i64>,
    at: DateTime<Utc>,
) -> Result<DateTime<Utc>, Error> {
    let Some(office_id) = office_id else {
        return Ok(at);
    };
    let calendar = calendar_of(conn, env, office_id)?;
    Ok(opening(calendar.as_deref(), at))
}

/// The calendar of an office; none where it has none.
pub(super) fn calendar_of(
    conn: &mut Conn,
    env: &Env,
    office_id: i64,
) -> Result<Option<Arc<Calendar>>, Error> {
    match calendar::in_force(conn, env, office_id) {
        Ok((_, calendar)) => Ok(Some(calendar)),
        Err(Error::Refused("no_calendar")) => Ok(None),
        Err(error) => Err(error),
    }
}

/// The same by a calendar at hand; without one nothing is waited for.
pub(super) fn opening(calendar: Option<&Calendar>, at: DateTime<Utc>) -> DateTime<Utc> {
    match calendar {
        Some(calendar) if !calendar.is_working_time(at) => calendar.next_opening(at).max(at),
        _ => at,
    }
}
