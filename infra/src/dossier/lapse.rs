//! The passing of time: supplements that did not come within 15 days end their dossiers.

use diesel::prelude::*;

use super::command::lapse;
use crate::db::schema::dossiers;
use crate::db::{Conn, Db, dialect};
use crate::env::Env;
use crate::error::Error;

/// Ends every dossier whose time for a supplement is over, each in its own savepoint: one
/// that does not go is logged and left, the rest goes on. Gives how many ended.
pub fn lapse_due(conn: &mut Conn, env: &Env, batch: i64) -> Result<usize, Error> {
    let now = env.now().naive_utc();
    let codes: Vec<String> = dossiers::table
        .filter(dossiers::lapse_at.lt(now))
        .order((dossiers::lapse_at, dossiers::id))
        .limit(batch)
        .select(dossiers::code)
        .load(conn)?;
    let mut ended = 0usize;
    for code in codes {
        match dialect::savepoint(conn, |conn| lapse(conn, env, &code)) {
            Ok(()) => ended = ended.saturating_add(1),
            Err(Error::Unavailable(cause)) => return Err(cause.into()),
            Err(error) => tracing::error!(%code, %error, "a dossier could not lapse"),
        }
    }
    Ok(ended)
}

/// All of them, batch by batch, so that no clerk waits behind a long transaction.
pub fn lapse_all(db: &Db, env: &Env) -> Result<usize, Error> {
    const BATCH: i64 = 100;
    let mut total = 0usize;
    loop {
        let env = env.clone();
        let ended = db.write_blocking(move |conn| lapse_due(conn, &env, BATCH))?;
        total = total.saturating_add(ended);
        if ended == 0 {
            return Ok(total);
        }
    }
}
