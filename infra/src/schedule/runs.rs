//! Beginning and ending runs: the unique key of a run is what makes it happen once.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use diesel::backend::Backend;
use diesel::prelude::*;
use diesel::serialize::ToSql;
use diesel::sql_types::{BigInt, HasSqlType, Nullable, Text, Timestamp};
use domain::auth::Principal;
use domain::schedule::{Last, Outcome};
use serde_json::json;

use super::queries::may_ask;
use super::report::Report;
use super::rows::{Cause, Run, RunRow, attempt, last};
use crate::audit::audit;
use crate::db::Conn;
use crate::db::hot::{Hot, on_either};
use crate::db::schema::job_runs;
use crate::env::Env;
use crate::error::Error;
use crate::ids::new_uid;

/// How long the runs are kept that did nothing: there are thousands a day.
const IDLE_KEPT: TimeDelta = TimeDelta::days(2);
/// And all others.
const KEPT: TimeDelta = TimeDelta::days(400);

/// What is known of a job.
#[derive(Debug, Clone, Default)]
pub struct Standing {
    /// From when the job is known; none when it was never seen.
    pub since: Option<DateTime<Utc>>,
    /// The newest run that began. One from the time of a wrong clock in the future does not count.
    pub last: Option<Last>,
    /// Whether a run has begun and not ended: it runs somewhere, or its server died.
    pub open: bool,
    /// The oldest run that somebody asked for.
    pub asked: Option<i64>,
    pub last_ok: Option<DateTime<Utc>>,
}

/// Looks at one job, or at all, as far as they are known, by name; decides nothing. One question,
/// since every server asks it again and again.
pub fn standings(
    conn: &mut Conn,
    env: &Env,
    only: Option<&str>,
) -> Result<HashMap<String, Standing>, Error> {
    let now = env.now();
    let rows: Vec<StandingRow> = on_either!(conn, load, question(now, only))?;
    let named = |row: StandingRow| Ok((row.name.clone(), row.standing(now)?));
    rows.into_iter().map(named).collect()
}

/// One column of the newest run that began. Four small questions of one index: a join with the
/// runs would have PostgreSQL read all of them.
macro_rules! of_last {
    ($statement:expr, $now:expr, $column:literal, $($then:tt)+) => {
        $statement.bind::<Timestamp, _>(
            $now,
            concat!(
                " AND r.started_at IS NOT NULL ORDER BY r.scheduled_for DESC, r.attempt DESC \
                 LIMIT 1) AS ",
                $column,
                $($then)+
            ),
        )
    };
}

macro_rules! last {
    ($column:literal) => {
        concat!(
            ", (SELECT r.",
            $column,
            " FROM job_runs r WHERE r.job = j.name AND r.scheduled_for <= "
        )
    };
}

fn question<DB>(now: DateTime<Utc>, only: Option<&str>) -> Hot<'_, DB>
where
    DB: Backend + HasSqlType<Text> + HasSqlType<Timestamp>,
    str: ToSql<Text, DB>,
    NaiveDateTime: ToSql<Timestamp, DB>,
{
    let now = now.naive_utc();
    let statement = Hot::sql(concat!("SELECT j.name, j.since", last!("scheduled_for")));
    let statement = of_last!(statement, now, "scheduled_for", last!("attempt"));
    let statement = of_last!(statement, now, "attempt", last!("outcome"));
    let statement = of_last!(statement, now, "outcome", last!("finished_at"));
    let statement = of_last!(
        statement,
        now,
        "finished_at",
        ", (SELECT r.finished_at FROM job_runs r WHERE r.job = j.name AND r.outcome = 'ok' \
          ORDER BY r.scheduled_for DESC, r.attempt DESC LIMIT 1) AS last_ok, \
         (SELECT COUNT(*) FROM job_runs r WHERE r.job = j.name AND r.finished_at IS NULL \
          AND r.started_at IS NOT NULL) AS open, \
         (SELECT MIN(r.id) FROM job_runs r WHERE r.job = j.name AND r.finished_at IS NULL \
          AND r.started_at IS NULL) AS asked FROM jobs j WHERE "
    );
    statement
        .bind::<Nullable<Text>, _>(only, " IS NULL OR j.name = ")
        .bind::<Nullable<Text>, _>(only, "")
}

#[derive(QueryableByName)]
struct StandingRow {
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Timestamp)]
    since: NaiveDateTime,
    #[diesel(sql_type = Nullable<Timestamp>)]
    scheduled_for: Option<NaiveDateTime>,
    #[diesel(sql_type = Nullable<BigInt>)]
    attempt: Option<i64>,
    #[diesel(sql_type = Nullable<Text>)]
    outcome: Option<String>,
    #[diesel(sql_type = Nullable<Timestamp>)]
    finished_at: Option<NaiveDateTime>,
    #[diesel(sql_type = Nullable<Timestamp>)]
    last_ok: Option<NaiveDateTime>,
    #[diesel(sql_type = BigInt)]
    open: i64,
    #[diesel(sql_type = Nullable<BigInt>)]
    asked: Option<i64>,
}

impl StandingRow {
    fn standing(self, now: DateTime<Utc>) -> Result<Standing, Error> {
        let last = match (self.scheduled_for, self.attempt) {
            (Some(at), Some(attempt)) => Some(last(
                at,
                attempt,
                self.outcome.as_deref(),
                self.finished_at,
            )?),
            _ => None,
        };
        Ok(Standing {
            since: Some(self.since.and_utc()).filter(|since| *since <= now),
            last,
            open: self.open > 0,
            asked: self.asked,
            last_ok: self.last_ok.map(|at| at.and_utc()),
        })
    }
}

/// Notes that a job is known from now on. What was noted by a clock in the future is put right.
pub fn first_seen(conn: &mut Conn, env: &Env, job: &str) -> Result<(), Error> {
    diesel::sql_query(
        "INSERT INTO jobs (name, since) VALUES ($1, $2) \
         ON CONFLICT (name) DO UPDATE SET since = \
           CASE WHEN jobs.since > excluded.since THEN excluded.since ELSE jobs.since END",
    )
    .bind::<Text, _>(job)
    .bind::<Timestamp, _>(env.now().naive_utc())
    .execute(conn)?;
    Ok(())
}

/// The run that should begin.
#[derive(Debug, Clone, Copy)]
pub enum Begin {
    /// A new row.
    New {
        scheduled_for: DateTime<Utc>,
        cause: Cause,
    },
    /// One that was asked for.
    Asked(i64),
}

/// A run that is this server's to do.
#[derive(Debug, Clone, Copy)]
pub struct Begun {
    pub id: i64,
    pub scheduled_for: DateTime<Utc>,
    pub attempt: u32,
}

/// Marks a run as begun; none when another server was faster. Only under the job's lock.
pub fn begin(
    conn: &mut Conn,
    env: &Env,
    job: &str,
    which: Begin,
    server: &str,
) -> Result<Option<Begun>, Error> {
    match which {
        Begin::Asked(id) => begin_asked(conn, env, id, server),
        Begin::New {
            scheduled_for,
            cause,
        } => {
            let made = insert(conn, env, job, scheduled_for, cause, Some(server))?;
            Ok(made.map(|made| Begun {
                id: made.id,
                scheduled_for,
                attempt: attempt(made.attempt),
            }))
        }
    }
}

fn begin_asked(conn: &mut Conn, env: &Env, id: i64, server: &str) -> Result<Option<Begun>, Error> {
    let taken = diesel::update(job_runs::table.find(id))
        .filter(job_runs::started_at.is_null())
        .set((
            job_runs::started_at.eq(env.now().naive_utc()),
            job_runs::server.eq(server),
        ))
        .execute(conn)?;
    if taken == 0 {
        return Ok(None);
    }
    let row = run_row(conn, id)?;
    Ok(Some(Begun {
        id,
        scheduled_for: row.scheduled_for.and_utc(),
        attempt: attempt(row.attempt),
    }))
}

/// The next attempt of a scheduled moment; none when somebody else inserts it right now.
fn insert(
    conn: &mut Conn,
    env: &Env,
    job: &str,
    scheduled_for: DateTime<Utc>,
    cause: Cause,
    server: Option<&str>,
) -> Result<Option<MadeRow>, Error> {
    let scheduled_for = scheduled_for.naive_utc();
    let started_at = server.map(|_| env.now().naive_utc());
    let made: QueryResult<MadeRow> = on_either!(
        conn,
        get_result,
        Hot::sql(
            "INSERT INTO job_runs (uid, job, scheduled_for, cause, server, started_at, attempt) \
             SELECT ",
        )
        .bind::<Text, _>(new_uid(), ", ")
        .bind::<Text, _>(job, ", ")
        .bind::<Timestamp, _>(scheduled_for, ", ")
        .bind::<Text, _>(cause.as_str(), ", ")
        .bind::<Text, _>(server.unwrap_or_default(), ", ")
        .bind::<Nullable<Timestamp>, _>(
            started_at,
            ", COALESCE(MAX(attempt), 0) + 1 FROM job_runs WHERE job = ",
        )
        .bind::<Text, _>(job, " AND scheduled_for = ")
        .bind::<Timestamp, _>(
            scheduled_for,
            " ON CONFLICT DO NOTHING RETURNING id, attempt",
        )
    );
    Ok(made.optional()?)
}

#[derive(QueryableByName)]
struct MadeRow {
    #[diesel(sql_type = BigInt)]
    id: i64,
    #[diesel(sql_type = BigInt)]
    attempt: i64,
}

fn run_row(conn: &mut Conn, id: i64) -> Result<RunRow, Error> {
    Ok(job_runs::table
        .find(id)
        .select(RunRow::as_select())
        .first(conn)?)
}

/// Closes the runs whose server died. Only under the job's lock. Gives how many there were.
pub fn abandon_open(conn: &mut Conn, env: &Env, job: &str) -> Result<usize, Error> {
    Ok(diesel::update(job_runs::table)
        .filter(job_runs::job.eq(job))
        .filter(job_runs::started_at.is_not_null())
        .filter(job_runs::finished_at.is_null())
        .set((
            job_runs::finished_at.eq(env.now().naive_utc()),
            job_runs::outcome.eq(Outcome::Abandoned.as_str()),
        ))
        .execute(conn)?)
}

/// How a run ended.
#[derive(Debug, Clone)]
pub struct Ended {
    pub outcome: Outcome,
    pub took: std::time::Duration,
    pub report: Report,
    /// A stable word, not the text of the error: that may quote what is stored.
    pub error: Option<&'static str>,
}

/// Writes down how a run ended; false when another server had taken it for abandoned.
pub fn finish(conn: &mut Conn, env: &Env, id: i64, ended: &Ended) -> Result<bool, Error> {
    let whole = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
    let took = i64::try_from(ended.took.as_millis()).unwrap_or(i64::MAX);
    let detail = ended.report.detail(ended.error).to_string();
    let written = on_either!(
        conn,
        execute,
        Hot::sql("UPDATE job_runs SET finished_at = ")
            .bind::<Timestamp, _>(env.now().naive_utc(), ", outcome = ")
            .bind::<Text, _>(ended.outcome.as_str(), ", took_ms = ")
            .bind::<BigInt, _>(took, ", did = ")
            .bind::<BigInt, _>(whole(ended.report.did), ", skipped = ")
            .bind::<BigInt, _>(whole(ended.report.skipped()), ", detail = ")
            .bind::<Text, _>(detail.as_str(), " WHERE id = ")
            .bind::<BigInt, _>(id, " AND finished_at IS NULL")
    )?;
    Ok(written == 1)
}

/// Lets a job run as soon as one of the servers sees it; a run that waits already is the one.
pub fn ask_for_run(conn: &mut Conn, env: &Env, who: &Principal, job: &str) -> Result<Run, Error> {
    may_ask(who)?;
    let waiting: Option<RunRow> = job_runs::table
        .filter(job_runs::job.eq(job))
        .filter(job_runs::started_at.is_null())
        .filter(job_runs::finished_at.is_null())
        .order(job_runs::id)
        .select(RunRow::as_select())
        .first(conn)
        .optional()?;
    let row = match waiting {
        Some(row) => row,
        None => {
            let made = insert(conn, env, job, env.now(), Cause::Person, None)?;
            run_row(conn, made.ok_or(Error::AlreadyExists)?.id)?
        }
    };
    audit(conn, env, who, "job.run", job, &json!({ "run": row.uid }))?;
    row.try_into()
}

/// Deletes runs that nobody needs any more, never the newest of a job. Gives how many.
pub fn purge_runs(conn: &mut Conn, env: &Env) -> Result<usize, Error> {
    let now = env.now();
    Ok(diesel::sql_query(
        "DELETE FROM job_runs WHERE finished_at IS NOT NULL \
         AND (finished_at < $1 OR (finished_at < $2 AND did = 0 AND skipped = 0 AND outcome = 'ok')) \
         AND id NOT IN (SELECT MAX(id) FROM job_runs GROUP BY job)",
    )
    .bind::<Timestamp, _>((now - KEPT).naive_utc())
    .bind::<Timestamp, _>((now - IDLE_KEPT).naive_utc())
    .execute(conn)?)
}

/// Names this process in the record of runs: the machine, the process, and a few letters, since
/// every container may be process 1 of a machine without a name.
pub fn server_name() -> String {
    let host = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    let host: String = host.trim().chars().take(60).collect();
    let some: String = new_uid().chars().rev().take(4).collect();
    format!("{host}/{}-{some}", std::process::id())
}
