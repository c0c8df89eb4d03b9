//! The migrations that are built into the program.

use std::collections::BTreeMap;

use diesel::backend::Backend;
use diesel::connection::{AnsiTransactionManager, SimpleConnection as _};
use diesel::migration::{MigrationSource, Result as MigrationResult};
use diesel::pg::Pg;
use diesel::result::QueryResult;
use diesel::sql_types::{BigInt, Text};
use diesel::sqlite::Sqlite;
use diesel::{QueryableByName, RunQueryDsl as _, sql_query};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use super::connection::Conn;
use super::error::OpenError;

const SQLITE: EmbeddedMigrations = embed_migrations!("../migrations/sqlite");
const POSTGRES: EmbeddedMigrations = embed_migrations!("../migrations/postgres");

/// Any number that nothing else locks.
const LOCK: i64 = 0x6d6f_7463_7561;

/// Version to name, oldest first.
type Names = BTreeMap<String, String>;

/// Applies what is missing. Two servers that start at once take turns, and the second finds
/// nothing left to do.
pub(super) fn apply(conn: &mut Conn) -> Result<Vec<String>, OpenError> {
    lock(conn).map_err(failed)?;
    // Judged under the lock: the other server may be the newer one.
    let pending = pending(conn)?;
    if !pending.is_empty() {
        run(conn).map_err(failed)?;
    }
    if let Conn::Sqlite(inner) = conn {
        use diesel::connection::TransactionManager as _;
        AnsiTransactionManager::commit_transaction(inner).map_err(failed)?;
    }
    Ok(pending)
}

/// SQLite: one transaction around all of them. PostgreSQL: a lock of the session, which ends
/// with the connection; a migration may take longer than a request.
fn lock(conn: &mut Conn) -> QueryResult<()> {
    match conn {
        Conn::Sqlite(inner) => {
            AnsiTransactionManager::begin_transaction_sql(inner, "BEGIN IMMEDIATE")
        }
        Conn::Postgres(inner) => inner.batch_execute(&format!(
            "SET statement_timeout = 0; SET lock_timeout = '60s'; SELECT pg_advisory_lock({LOCK})"
        )),
    }
}

fn run(conn: &mut Conn) -> MigrationResult<()> {
    match conn {
        Conn::Sqlite(inner) => inner.run_pending_migrations(SQLITE).map(|_| ()),
        Conn::Postgres(inner) => inner.run_pending_migrations(POSTGRES).map(|_| ()),
    }
}

/// Names what is missing, oldest first.
pub(super) fn pending(conn: &mut Conn) -> Result<Vec<String>, OpenError> {
    let mut known = known(conn)?;
    for version in applied(conn)? {
        if known.remove(&version).is_none() {
            return Err(OpenError::DatabaseNewer { version });
        }
    }
    Ok(known.into_values().collect())
}

/// Fails when the database has a migration that this program does not know.
///
/// # Errors
/// [`OpenError::DatabaseNewer`] then, and when the database cannot be asked.
pub fn refuse_newer(conn: &mut Conn) -> Result<(), OpenError> {
    pending(conn).map(|_| ())
}

fn known(conn: &Conn) -> Result<Names, OpenError> {
    match conn {
        Conn::Sqlite(_) => names::<Sqlite>(&SQLITE),
        Conn::Postgres(_) => names::<Pg>(&POSTGRES),
    }
    .map_err(failed)
}

fn names<DB: Backend>(source: &impl MigrationSource<DB>) -> MigrationResult<Names> {
    let mut names = Names::new();
    for migration in source.migrations()? {
        let name = migration.name();
        names.insert(name.version().to_string(), name.to_string());
    }
    Ok(names)
}

/// The migrations that a database has, newest first. Without creating the table: a look must not
/// change a database.
///
/// # Errors
/// When the database cannot be asked.
pub fn applied(conn: &mut Conn) -> Result<Vec<String>, OpenError> {
    versions(conn).map_err(failed)
}

fn versions(conn: &mut Conn) -> QueryResult<Vec<String>> {
    let has_table = match conn {
        Conn::Sqlite(_) => {
            "SELECT COUNT(*) AS n FROM sqlite_master WHERE name = '__diesel_schema_migrations'"
        }
        Conn::Postgres(_) => "SELECT COUNT(to_regclass('__diesel_schema_migrations')) AS n",
    };
    if sql_query(has_table).get_result::<Count>(conn)?.n == 0 {
        return Ok(Vec::new());
    }
    let versions = "SELECT version FROM __diesel_schema_migrations ORDER BY version DESC";
    let rows: Vec<Applied> = sql_query(versions).load(conn)?;
    Ok(rows.into_iter().map(|row| row.version).collect())
}

fn failed(error: impl ToString) -> OpenError {
    OpenError::Migration {
        reason: error.to_string(),
    }
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    n: i64,
}

#[derive(QueryableByName)]
struct Applied {
    #[diesel(sql_type = Text)]
    version: String,
}
