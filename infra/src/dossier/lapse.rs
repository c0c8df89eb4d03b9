//! The passing of time: supplements that did not come within 15 days end their dossiers.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::command::lapse;
use crate::db::schema::dossiers;
use crate::db::{Conn, Db, dialect};
use crate::env::Env;
use crate::error::Error;
use crate::schedule::Report;

/// Dossiers in one transaction: short enough that no clerk waits long behind it.
const BATCH: i64 = 100;

/// A place in the order in which dossiers lapse.
type Place = (NaiveDateTime, i64);

/// Ends every dossier whose time for a supplement is over, batch by batch: one that does not go
/// is named in the report and left, the rest goes on. Stops early when `go_on` says so.
pub fn lapse_all(db: &Db, env: &Env, go_on: &dyn Fn() -> bool) -> Result<Report, Error> {
    let mut report = Report::default();
    let mut after = None;
    while go_on() {
        let env = env.clone();
        let (batch, next) = db.write_blocking(move |conn| lapse_due(conn, &env, after))?;
        report.merge(batch);
        if next.is_none() {
            break;
        }
        after = next;
    }
    Ok(report)
}

/// The next batch, each dossier in its own savepoint, and the place after which to go on.
fn lapse_due(
    conn: &mut Conn,
    env: &Env,
    after: Option<Place>,
) -> Result<(Report, Option<Place>), Error> {
    let mut query = dossiers::table
        .filter(dossiers::lapse_at.lt(env.now().naive_utc()))
        .into_boxed();
    // Those that would not go are behind this place, and keep nobody else from going.
    if let Some((at, id)) = after {
        let later = dossiers::lapse_at.gt(at);
        let same = dossiers::lapse_at.eq(at).and(dossiers::id.gt(id));
        query = query.filter(later.or(same));
    }
    let rows: Vec<(Option<NaiveDateTime>, i64, String)> = query
        .order((dossiers::lapse_at, dossiers::id))
        .limit(BATCH)
        .select((dossiers::lapse_at, dossiers::id, dossiers::code))
        .load(conn)?;
    let full = i64::try_from(rows.len()).is_ok_and(|count| count >= BATCH);
    let next = rows
        .last()
        .and_then(|(at, id, _)| at.map(|at| (at, *id)))
        .filter(|_| full);
    let mut report = Report::default();
    for (_, _, code) in rows {
        match dialect::savepoint(conn, |conn| lapse(conn, env, &code)) {
            Ok(()) => report.add(1),
            Err(Error::Unavailable(cause)) => return Err(cause.into()),
            Err(error) => {
                tracing::error!(%code, %error, "a dossier could not lapse");
                report.skip(code, error.word());
            }
        }
    }
    Ok((report, next))
}
