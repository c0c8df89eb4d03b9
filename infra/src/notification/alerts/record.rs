//! Writing down what the looks brought: one statement for many rows, each only as long as its
//! dossier stands as it was seen.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Nullable, Text, Timestamp};
use diesel::{PgConnection, SqliteConnection};

use super::look::{Seen, Telling, WatchedRow};
use super::proposing::{propose, withdraw};
use crate::db::dialect::{self, instant_literal, text_literal};
use crate::db::hot::Hot;
use crate::db::schema::{alert_batches, dossiers};
use crate::db::{Conn, Kind};
use crate::error::Error;
use crate::ids::new_uid;

/// Alerts are written and put into mails by one at a time: the keys would keep two sweeps from
/// telling twice, but a batch that one fills while another makes its mail would lose what came last.
const LOCK: i64 = 0x6d6f_7463_7561_0004;
const LOCK_TIMEOUT_MS: u32 = 5_000;

/// Waits until no other sweep writes alerts or puts them into mails, until the end of the
/// transaction.
pub(super) fn lock(conn: &mut Conn) -> Result<(), Error> {
    Ok(dialect::lock_exclusive(conn, LOCK, LOCK_TIMEOUT_MS)?)
}

/// Marks the run in the keys of its batches: one batch, and so one mail, a run and recipient.
#[derive(Debug, Clone)]
pub(super) struct Run {
    pub key: String,
    pub now: DateTime<Utc>,
}

impl Run {
    pub(super) fn begin(now: DateTime<Utc>) -> Self {
        Self {
            key: new_uid(),
            now,
        }
    }

    fn batch_key(&self, telling: &Telling) -> String {
        let via = via(telling);
        format!("{}/{}/{via}", self.key, telling.addressee)
    }
}

fn via(telling: &Telling) -> &'static str {
    if telling.by_digest { "digest" } else { "mail" }
}

/// Writes alerts, proposals and the next look of some dossiers; gives how many alerts are new.
pub(super) fn record(
    conn: &mut Conn,
    run: &Run,
    looked: &[(WatchedRow, Seen)],
) -> Result<usize, Error> {
    lock(conn)?;
    let mut run = run;
    let fresh = Run::begin(run.now);
    if !open_batches(conn, run, looked)? {
        // Another server took this one for dead and made mails of what it had.
        run = &fresh;
        open_batches(conn, run, looked)?;
    }
    let fired = insert_alerts(conn, run, looked)?;
    propose(conn, run.now, looked)?;
    withdraw(conn, run.now, looked)?;
    set_next_look(conn, looked)?;
    Ok(fired)
}

/// False when there is one among them that takes no more alerts.
fn open_batches(conn: &mut Conn, run: &Run, looked: &[(WatchedRow, Seen)]) -> Result<bool, Error> {
    let kind = dialect::kind(conn);
    let batches: BTreeMap<String, &Telling> = looked
        .iter()
        .flat_map(|(_, seen)| &seen.tellings)
        .map(|telling| (run.batch_key(telling), telling))
        .collect();
    if batches.is_empty() {
        return Ok(true);
    }
    let rows: Vec<String> = batches
        .iter()
        .map(|(key, telling)| {
            format!(
                "({}, {}, '{}', 'open', {})",
                text_literal(key),
                telling.addressee,
                via(telling),
                instant(kind, run.now),
            )
        })
        .collect();
    let sql = format!(
        "INSERT INTO alert_batches (key, addressee_id, via, state, opened_at) VALUES {} \
         ON CONFLICT (key) DO NOTHING",
        rows.join(", ")
    );
    let known = batches.len() > diesel::sql_query(sql).execute(conn)?;
    if !known {
        return Ok(true);
    }
    let taken: i64 = alert_batches::table
        .filter(alert_batches::key.eq_any(batches.into_keys()))
        .filter(
            alert_batches::state
                .ne("open")
                .or(alert_batches::mail_id.is_not_null()),
        )
        .count()
        .get_result(conn)?;
    Ok(taken == 0)
}

fn insert_alerts(
    conn: &mut Conn,
    run: &Run,
    looked: &[(WatchedRow, Seen)],
) -> Result<usize, Error> {
    let told: Vec<(&WatchedRow, &Telling)> = looked
        .iter()
        .flat_map(|(row, seen)| seen.tellings.iter().map(move |telling| (row, telling)))
        .collect();
    if told.is_empty() {
        return Ok(0);
    }
    match conn {
        Conn::Sqlite(lite) => insert_literal(lite, run, &told),
        Conn::Postgres(pg) => insert_arrays(pg, run, &told),
    }
}

/// What comes before the rows that were told, and a bracket that is closed after them.
macro_rules! with_told {
    () => {
        "WITH told (dossier_id, version, look, rung, about, occurrence, due_at, staff_id, key, \
           fell_at, deliver_at, fired_at) AS ("
    };
}

/// What follows the rows that were told. What was dropped was not told, so its key does not stand
/// in the way. `WHERE TRUE`: SQLite would else read ON CONFLICT as part of the join.
macro_rules! insert_told {
    () => {
        "INSERT INTO alerts (dossier_id, office_id, rung, about, occurrence, due_at, staff_id, \
           batch_id, fell_at, deliver_at, fired_at) \
         SELECT told.dossier_id, dossiers.office_id, told.rung, told.about, told.occurrence, \
           told.due_at, told.staff_id, alert_batches.id, told.fell_at, told.deliver_at, \
           told.fired_at \
         FROM told \
         JOIN dossiers ON dossiers.id = told.dossier_id AND dossiers.version = told.version \
           AND dossiers.next_look_at = told.look \
         JOIN alert_batches ON alert_batches.key = told.key \
         WHERE TRUE ON CONFLICT (dossier_id, rung, occurrence, due_at, staff_id) DO UPDATE \
         SET batch_id = excluded.batch_id, office_id = excluded.office_id, \
           fell_at = excluded.fell_at, deliver_at = excluded.deliver_at, \
           fired_at = excluded.fired_at, dropped_at = NULL \
         WHERE alerts.dropped_at IS NOT NULL"
    };
}

fn insert_literal(
    lite: &mut SqliteConnection,
    run: &Run,
    told: &[(&WatchedRow, &Telling)],
) -> Result<usize, Error> {
    let at = |at: DateTime<Utc>| instant(Kind::Sqlite, at);
    let fired_at = at(run.now);
    let rows: Vec<String> = told
        .iter()
        .map(|(row, telling)| {
            format!(
                "({}, {}, {}, {}, '{}', {}, {}, {}, {}, {}, {}, {})",
                row.id,
                row.version,
                instant_literal(Kind::Sqlite, row.next_look_at),
                text_literal(&telling.rung),
                telling.about.as_str(),
                telling.occurrence,
                at(telling.due_at),
                telling.meant,
                text_literal(&run.batch_key(telling)),
                at(telling.fell_at),
                at(telling.deliver_at),
                fired_at,
            )
        })
        .collect();
    let sql = format!(
        concat!(with_told!(), "VALUES {}) ", insert_told!()),
        rows.join(", ")
    );
    Ok(diesel::sql_query(sql).execute(lite)?)
}

/// With arrays instead of literals, which PostgreSQL would parse and plan one by one.
fn insert_arrays(
    pg: &mut PgConnection,
    run: &Run,
    told: &[(&WatchedRow, &Telling)],
) -> Result<usize, Error> {
    let numbers = |of: fn(&WatchedRow, &Telling) -> i64| -> Vec<i64> {
        told.iter().map(|(row, telling)| of(row, telling)).collect()
    };
    let instants = |of: fn(&Telling) -> DateTime<Utc>| -> Vec<NaiveDateTime> {
        let at = |(_, telling): &(&WatchedRow, &Telling)| of(telling).naive_utc();
        told.iter().map(at).collect()
    };
    let looks: Vec<Option<NaiveDateTime>> = told.iter().map(|(row, _)| row.next_look_at).collect();
    let rungs: Vec<&str> = told.iter().map(|(_, telling)| &*telling.rung).collect();
    let about: Vec<&str> = told
        .iter()
        .map(|(_, telling)| telling.about.as_str())
        .collect();
    let keys: Vec<String> = told
        .iter()
        .map(|(_, telling)| run.batch_key(telling))
        .collect();
    let statement: Hot<'_, Pg> = Hot::sql(concat!(with_told!(), "SELECT *, "))
        .bind::<Timestamp, _>(run.now.naive_utc(), "::timestamp FROM unnest(")
        .bind::<Array<BigInt>, _>(numbers(|row, _| row.id), ", ")
        .bind::<Array<BigInt>, _>(numbers(|row, _| row.version), ", ")
        .bind::<Array<Nullable<Timestamp>>, _>(looks, ", ")
        .bind::<Array<Text>, _>(rungs, ", ")
        .bind::<Array<Text>, _>(about, ", ")
        .bind::<Array<BigInt>, _>(numbers(|_, telling| telling.occurrence.into()), ", ")
        .bind::<Array<Timestamp>, _>(instants(|telling| telling.due_at), ", ")
        .bind::<Array<BigInt>, _>(numbers(|_, telling| telling.meant), ", ")
        .bind::<Array<Text>, _>(keys, ", ")
        .bind::<Array<Timestamp>, _>(instants(|telling| telling.fell_at), ", ")
        .bind::<Array<Timestamp>, _>(
            instants(|telling| telling.deliver_at),
            concat!(")) ", insert_told!()),
        );
    Ok(statement.execute(pg)?)
}

/// A dossier that changed since it was read keeps the look that its change asked for.
macro_rules! set_seen {
    () => {
        "UPDATE dossiers SET next_look_at = seen.next FROM seen \
         WHERE dossiers.id = seen.id AND dossiers.version = seen.version \
           AND dossiers.next_look_at = seen.look"
    };
}

fn set_next_look(conn: &mut Conn, looked: &[(WatchedRow, Seen)]) -> Result<(), Error> {
    if looked.is_empty() {
        return Ok(());
    }
    let next = |seen: &Seen| seen.next.map(|at| at.naive_utc());
    match conn {
        Conn::Sqlite(lite) => {
            let rows: Vec<String> = looked
                .iter()
                .map(|(row, seen)| {
                    format!(
                        "({}, {}, {}, {})",
                        row.id,
                        row.version,
                        instant_literal(Kind::Sqlite, row.next_look_at),
                        instant_literal(Kind::Sqlite, next(seen)),
                    )
                })
                .collect();
            let sql = format!(
                concat!(
                    "WITH seen (id, version, look, next) AS (VALUES {}) ",
                    set_seen!()
                ),
                rows.join(", ")
            );
            diesel::sql_query(sql).execute(lite)?;
        }
        Conn::Postgres(pg) => {
            let ids: Vec<i64> = looked.iter().map(|(row, _)| row.id).collect();
            let versions: Vec<i64> = looked.iter().map(|(row, _)| row.version).collect();
            let looks: Vec<_> = looked.iter().map(|(row, _)| row.next_look_at).collect();
            let nexts: Vec<_> = looked.iter().map(|(_, seen)| next(seen)).collect();
            let statement: Hot<'_, Pg> =
                Hot::sql("WITH seen (id, version, look, next) AS (SELECT * FROM unnest(")
                    .bind::<Array<BigInt>, _>(ids, ", ")
                    .bind::<Array<BigInt>, _>(versions, ", ")
                    .bind::<Array<Nullable<Timestamp>>, _>(looks, ", ")
                    .bind::<Array<Nullable<Timestamp>>, _>(nexts, concat!(")) ", set_seen!()));
            statement.execute(pg)?;
        }
    }
    Ok(())
}

pub(super) fn instant(kind: Kind, at: DateTime<Utc>) -> String {
    instant_literal(kind, Some(at.naive_utc()))
}

/// Has some dossiers of an office looked at again; gives the last of them.
pub(super) fn relook(
    conn: &mut Conn,
    office: i64,
    after: i64,
    at: NaiveDateTime,
    batch: i64,
) -> Result<Option<i64>, Error> {
    let ids: Vec<i64> = dossiers::table
        .filter(dossiers::office_id.eq(office))
        .filter(dossiers::id.gt(after))
        .filter(dossiers::ended_at.is_null())
        .order(dossiers::id)
        .limit(batch)
        .select(dossiers::id)
        .load(conn)?;
    let last = ids.last().copied();
    look_soon(conn, &ids, at)?;
    Ok(last)
}

/// Has these dossiers looked at, unless they are to be sooner anyway or nothing runs.
pub(super) fn look_soon(conn: &mut Conn, ids: &[i64], at: NaiveDateTime) -> Result<(), Error> {
    if ids.is_empty() {
        return Ok(());
    }
    let earlier = dossiers::table
        .filter(dossiers::id.eq_any(ids.to_vec()))
        .filter(dossiers::state.eq_any(["submitted", "accepted", "processing"]))
        .filter(
            dossiers::next_look_at
                .is_null()
                .or(dossiers::next_look_at.gt(at)),
        );
    diesel::update(earlier)
        .set(dossiers::next_look_at.eq(at))
        .execute(conn)?;
    Ok(())
}
