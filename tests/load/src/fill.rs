//! Dossiers in bulk, copied from a real one by the database itself.

use std::io::{Error, Result};

use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use infra::db::Conn;
use infra::db::schema::{dossiers, offices};

/// Where to copy to, and how many.
pub struct Fill<'a> {
    pub ward: &'a str,
    pub count: usize,
}

const COLUMNS: &str = "code, office_id, procedure_version_id, calendar_version_id, channel, client_id, created_by, applicant, applicant_name, id_number, phone, matter, papers, lookup_key, state, version, submitted_at, received_at, due_at_original, due_at, sort_due_at, late_after, lapse_at, ended_at, holder_id, department_id, step_index, step_due_at, rules_state, event_count, last_hash";

/// Copies the newest dossier: of every ten one is open and late, one open and within its term,
/// the others are resolved. Each became due a minute before the one after it.
pub fn fill(conn: &mut Conn, fill: &Fill<'_>) -> Result<()> {
    let office: i64 = offices::table
        .filter(offices::code.eq(fill.ward))
        .select(offices::id)
        .first(conn)
        .map_err(Error::other)?;
    let sample: i64 = dossiers::table
        .select(diesel::dsl::min(dossiers::id))
        .first::<Option<i64>>(conn)
        .map_err(Error::other)?
        .ok_or_else(|| Error::other("no dossier to copy"))?;
    let (numbers, earlier, later) = match conn {
        Conn::Sqlite(_) => (
            format!(
                "WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {})",
                fill.count
            ),
            "strftime('%Y-%m-%d %H:%M:%f', 'now', '-' || n || ' minutes')",
            "strftime('%Y-%m-%d %H:%M:%f', 'now', '+' || n || ' minutes')",
        ),
        Conn::Postgres(_) => (
            format!(
                "WITH numbers AS (SELECT n FROM generate_series(1, {}) n)",
                fill.count
            ),
            "(now() AT TIME ZONE 'UTC' - n * interval '1 minute')",
            "(now() AT TIME ZONE 'UTC' + n * interval '1 minute')",
        ),
    };
    let state = "CASE WHEN n % 10 < 2 THEN 'accepted' ELSE 'resolved' END";
    let due = format!("CASE WHEN n % 10 = 1 THEN {later} ELSE {earlier} END");
    let late = format!("CASE n % 10 WHEN 0 THEN {earlier} WHEN 1 THEN {later} END");
    let ended = format!("CASE WHEN n % 10 > 1 THEN {earlier} END");
    let sql = format!(
        "{numbers} INSERT INTO dossiers ({COLUMNS}) SELECT '{}-240101-' || n, {office}, procedure_version_id, calendar_version_id, channel, client_id, created_by, applicant, applicant_name, NULL, NULL, matter, papers, lookup_key, {state}, version, submitted_at, received_at, due_at_original, {due}, {due}, {late}, NULL, {ended}, holder_id, department_id, step_index, step_due_at, rules_state, event_count, last_hash FROM numbers CROSS JOIN dossiers WHERE dossiers.id = {sample}",
        fill.ward
    );
    conn.batch_execute(&sql).map_err(Error::other)?;
    conn.batch_execute("ANALYZE").map_err(Error::other)
}
