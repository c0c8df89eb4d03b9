//! The sweep: looks at every dossier whose moment has come, and has mails made of what fires.

use chrono::NaiveDateTime;
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Nullable, Timestamp};

use super::batches::{DigestTime, compose_open, hand_over_stale};
use super::digest::go_on_with_digests;
use super::house::House;
use super::look::{Seen, Sight, WatchedRow};
use super::record::{Run, record, relook};
use crate::db::schema::{alert_relooks, dossiers};
use crate::db::{Conn, Db, Kind, dialect};
use crate::env::Env;
use crate::error::Error;
use crate::schedule::Report;

/// Dossiers in one write. On SQLite every intake waits behind it; on PostgreSQL none does, and
/// each write costs its way to the server and to the disk.
fn batch(db: &Db) -> i64 {
    match db.kind() {
        Kind::Sqlite => 100,
        Kind::Postgres => 1000,
    }
}
/// A dossier that could not be looked at is tried again after this.
const TRY_AGAIN_HOURS: i64 = 1;

/// Looks at what is due, records what fires, and makes one mail for each recipient.
///
/// Safe to run at any time, on any number of servers, and to break off anywhere: an alert is
/// told once by its key, and what was recorded without a mail gets one at the next run.
pub fn sweep(db: &Db, env: &Env, go_on: &dyn Fn() -> bool) -> Result<Report, Error> {
    sweep_beside(db, env, &|_| None, go_on)
}

/// [`sweep`] beside a digest whose time is known: what waits for it waits until then.
pub fn sweep_beside(
    db: &Db,
    env: &Env,
    digest_at: DigestTime<'_>,
    go_on: &dyn Fn() -> bool,
) -> Result<Report, Error> {
    let mut report = look_round(db, env, go_on)?;
    let house = House::default();
    hand_over_stale(db, env, &house, digest_at)?;
    compose_open(db, env, &house, &mut report, go_on)?;
    go_on_with_digests(db, env, &house, &mut report, go_on)?;
    Ok(report)
}

/// Notes the offices whose calendar or ladder does not read, each once a run.
pub(super) fn name_faults<'a>(
    faults: impl Iterator<Item = &'a (String, &'static str)>,
    report: &mut Report,
) {
    for (what, why) in faults {
        if !report.named().iter().any(|one| one.what == *what) {
            report.skip(what, *why);
        }
    }
}

/// The looks alone. The next dossiers are looked at while the last are written down.
pub(super) fn look_round(db: &Db, env: &Env, go_on: &dyn Fn() -> bool) -> Result<Report, Error> {
    relook_offices(db, go_on)?;
    let mut report = Report::default();
    let mut sight: Option<Sight> = None;
    let run = Run::begin(env.now());
    let batch = batch(db);
    let mut after = None;
    std::thread::scope(|scope| {
        let mut writing = None;
        loop {
            if after.is_none() {
                // From the first again: what is being written down is not to be seen as due.
                report.add(written(writing.take())?);
            }
            let due = db.read_blocking(|conn| due_rows(conn, run.now.naive_utc(), after, batch))?;
            if due.is_empty() && after.is_some() {
                after = None;
                continue;
            }
            if due.is_empty() || !go_on() {
                report.add(written(writing.take())?);
                return Ok(report);
            }
            // After the last, what changed while it was looked at is still due: from the first
            // again.
            let full = i64::try_from(due.len()) == Ok(batch);
            let last = due.last().filter(|_| full);
            after = last.and_then(|row| Some((row.next_look_at?, row.id)));
            let sight = match &mut sight {
                Some(sight) => sight,
                none => {
                    let loaded = db.read_blocking(|conn| Sight::load(conn, env))?;
                    name_faults(loaded.house.faults(), &mut report);
                    none.insert(loaded)
                }
            };
            let looked = db.read_blocking(|conn| look_at(conn, env, sight, due, &mut report))?;
            report.add(written(writing.take())?);
            let run = run.clone();
            writing = Some(
                scope.spawn(move || db.write_blocking(move |conn| record(conn, &run, &looked))),
            );
        }
    })
}

type Writing<'scope> = std::thread::ScopedJoinHandle<'scope, Result<usize, Error>>;

/// How many alerts were new in what was being written down, once it is.
fn written(writing: Option<Writing<'_>>) -> Result<usize, Error> {
    writing.map_or(Ok(0), |writing| {
        let broken = |_| Error::Internal("alerts could not be written down".to_owned());
        writing.join().unwrap_or_else(|panic| Err(broken(panic)))
    })
}

/// The next that are due. Those before `after` have been looked at; PostgreSQL would walk over
/// what their index entries leave behind with every batch.
fn due_rows(
    conn: &mut Conn,
    now: NaiveDateTime,
    after: Option<(NaiveDateTime, i64)>,
    batch: i64,
) -> Result<Vec<WatchedRow>, Error> {
    let mut due = dossiers::table
        .filter(dossiers::next_look_at.le(now))
        .order((dossiers::next_look_at, dossiers::id))
        .limit(batch)
        .select(WatchedRow::as_select())
        .into_boxed();
    if let Some((at, id)) = after {
        let behind = sql::<Nullable<Bool>>("(dossiers.next_look_at, dossiers.id) > (")
            .bind::<Timestamp, _>(at)
            .sql(", ")
            .bind::<BigInt, _>(id)
            .sql(")");
        due = due.filter(behind);
    }
    dialect::in_index_order(conn, |conn| Ok(due.load(conn)?))
}

/// One broken dossier never stops the rest; a database that is away does.
fn look_at(
    conn: &mut Conn,
    env: &Env,
    sight: &Sight,
    due: Vec<WatchedRow>,
    report: &mut Report,
) -> Result<Vec<(WatchedRow, Seen)>, Error> {
    let mut looked = Vec::with_capacity(due.len());
    for row in due {
        let seen = match sight.look(conn, env, &row) {
            Ok(seen) => seen,
            Err(Error::Unavailable(cause)) => return Err(cause.into()),
            Err(error) => {
                tracing::error!(code = %row.code, %error, "a dossier could not be looked at");
                report.skip(&row.code, error.word());
                Seen {
                    next: Some(sight.now + chrono::TimeDelta::hours(TRY_AGAIN_HOURS)),
                    ..Seen::default()
                }
            }
        };
        looked.push((row, seen));
    }
    Ok(looked)
}

/// Spreads what a changed ladder or calendar asks for over the dossiers, batch by batch.
fn relook_offices(db: &Db, go_on: &dyn Fn() -> bool) -> Result<(), Error> {
    let batch = batch(db);
    while go_on() && db.write_blocking(move |conn| relook_some(conn, batch))? {}
    Ok(())
}

fn relook_some(conn: &mut Conn, batch: i64) -> Result<bool, Error> {
    let waiting: Option<(i64, i64, NaiveDateTime, i64)> = alert_relooks::table
        .order(alert_relooks::id)
        .select((
            alert_relooks::id,
            alert_relooks::office_id,
            alert_relooks::at,
            alert_relooks::last_dossier_id,
        ))
        .first(conn)
        .optional()?;
    let Some((id, office, at, after)) = waiting else {
        return Ok(false);
    };
    match relook(conn, office, after, at, batch)? {
        Some(last) => {
            diesel::update(alert_relooks::table.find(id))
                .set(alert_relooks::last_dossier_id.eq(last))
                .execute(conn)?;
        }
        None => {
            diesel::delete(alert_relooks::table.find(id)).execute(conn)?;
        }
    }
    Ok(true)
}
