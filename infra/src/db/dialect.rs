//! The few places where the two databases differ, behind one name each.

use chrono::NaiveDateTime;
use diesel::connection::{AnsiTransactionManager, Connection, SimpleConnection as _};
use diesel::result::{DatabaseErrorKind, Error, QueryResult};
use diesel::sql_types::{BigInt, Bool, Text};
use diesel::{QueryableByName, RunQueryDsl as _};

use super::connection::Conn;
use super::hot::Hot;
use super::stamp;

/// Shared by every write on PostgreSQL from its first moment to its end; whoever takes it alone
/// knows that no write is under way.
const WRITES: i64 = 0x6d6f_7463_7561_0001;
/// How long such a one waits, in milliseconds; new writes wait behind it.
const WRITES_WAIT_MS: u32 = 1_000;

/// Which database a connection leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Sqlite,
    Postgres,
}

/// Which database this connection leads to.
pub fn kind(conn: &Conn) -> Kind {
    match conn {
        Conn::Sqlite(_) => Kind::Sqlite,
        Conn::Postgres(_) => Kind::Postgres,
    }
}

/// Begins the transaction of a write. On PostgreSQL its place in the order of writes comes with it,
/// in the same round trip; on SQLite there is one writer.
///
/// # Errors
/// When the database fails, or the lock timeout of the connection passes.
pub(super) fn begin_write(conn: &mut Conn) -> QueryResult<()> {
    match conn {
        // The write lock at once, so that no job finds out half-way that it cannot have it.
        Conn::Sqlite(lite) => {
            AnsiTransactionManager::begin_transaction_sql(lite, "BEGIN IMMEDIATE")
        }
        Conn::Postgres(pg) => AnsiTransactionManager::begin_transaction_sql(
            pg,
            &format!("BEGIN; SELECT pg_advisory_xact_lock_shared({WRITES})"),
        ),
    }
}

/// Runs `job`, which only reads, when all writes that are under way have ended and before another
/// begins. As short as can be, since writers wait for it.
///
/// # Errors
/// Those of `job`; when writes take longer than a second, PostgreSQL gives up, and
/// [`super::classify`] says that it is busy.
pub(super) fn settled<T, E, F>(conn: &mut Conn, job: F) -> Result<T, E>
where
    F: FnOnce(&mut Conn) -> Result<T, E>,
    E: From<Error>,
{
    if matches!(conn, Conn::Sqlite(_)) {
        // Its readers see what was committed, in that order.
        return job(conn);
    }
    conn.transaction(|conn| {
        alone(conn)?;
        job(conn)
    })
}

/// Waits, within a write, until all others that are under way have ended; those to come begin when
/// it has. To be called before any other lock is taken, since another write may wait for that.
///
/// # Errors
/// As [`lock_exclusive`], after a second.
pub fn alone(conn: &mut Conn) -> QueryResult<()> {
    lock_exclusive(conn, WRITES, WRITES_WAIT_MS)
}

/// Runs `job` so that its failure leaves the transaction around it usable; PostgreSQL would
/// otherwise refuse every statement after a failed one.
///
/// # Errors
/// Those of `job`, whose changes are undone then. When the database undid the whole transaction by
/// itself, as SQLite does on a full disk, that it is away: what is done after it would be kept
/// alone, so nobody may go on.
pub fn savepoint<T, E, F>(conn: &mut Conn, job: F) -> Result<T, E>
where
    F: FnOnce(&mut Conn) -> Result<T, E>,
    E: From<Error>,
{
    let before = depth(conn);
    let result = conn.transaction(job);
    if result.is_err() && depth(conn) != before {
        return Err(Error::BrokenTransactionManager.into());
    }
    result
}

/// How many transactions are open inside each other; none in doubt or outside of all.
pub(super) fn depth(conn: &mut Conn) -> Option<u32> {
    use diesel::connection::TransactionManager as _;

    let status = <Conn as Connection>::TransactionManager::transaction_manager_status_mut(conn);
    status.transaction_depth().ok().flatten().map(u32::from)
}

/// Runs `job`, which only reads, so that all its statements see the same state.
///
/// Inside a write it is a savepoint: on SQLite the writer is alone and sees one state anyway,
/// on PostgreSQL each statement then sees what was committed when it began.
///
/// # Errors
/// Those of `job`.
pub fn snapshot<T, E, F>(conn: &mut Conn, job: F) -> Result<T, E>
where
    F: FnOnce(&mut Conn) -> Result<T, E>,
    E: From<Error>,
{
    reading(conn, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", job)
}

/// Runs `job`, which only reads, so that PostgreSQL walks an index in the order that is asked for
/// and does not gather its entries first: only then does it mark those that lead nowhere any more,
/// and passes over them the next time. For the beginning of an index that rows leave again and again,
/// where else each read follows every entry since the last vacuum. Inside an open transaction nothing
/// is set.
///
/// # Errors
/// Those of `job`.
pub fn in_index_order<T, E, F>(conn: &mut Conn, job: F) -> Result<T, E>
where
    F: FnOnce(&mut Conn) -> Result<T, E>,
    E: From<Error>,
{
    reading(
        conn,
        "BEGIN READ ONLY; SET LOCAL enable_bitmapscan = off",
        job,
    )
}

/// Runs `job` in a transaction that begins with `begin` on PostgreSQL; inside an open one, and on
/// SQLite, in one as any other.
fn reading<T, E, F>(conn: &mut Conn, begin: &str, job: F) -> Result<T, E>
where
    F: FnOnce(&mut Conn) -> Result<T, E>,
    E: From<Error>,
{
    let begun = match conn {
        Conn::Sqlite(_) => Err(Error::AlreadyInTransaction),
        Conn::Postgres(pg) => AnsiTransactionManager::begin_transaction_sql(pg, begin),
    };
    match begun {
        Ok(()) => finish(conn, job),
        Err(Error::AlreadyInTransaction) => conn.transaction(job),
        Err(error) => Err(error.into()),
    }
}

fn finish<T, E, F>(conn: &mut Conn, job: F) -> Result<T, E>
where
    F: FnOnce(&mut Conn) -> Result<T, E>,
    E: From<Error>,
{
    use diesel::connection::TransactionManager as _;
    type Manager = <Conn as Connection>::TransactionManager;

    let result = job(conn);
    // Nothing was written; an open transaction makes the pool drop the connection.
    match Manager::rollback_transaction(conn) {
        Ok(()) => result,
        Err(error) => result.and(Err(error.into())),
    }
}

/// An instant as a literal, for statements that carry many rows; `NULL` for none.
pub fn instant_literal(kind: Kind, at: Option<NaiveDateTime>) -> String {
    let text = at.map(stamp::written);
    match (kind, text) {
        (Kind::Sqlite, Some(text)) => format!("'{text}'"),
        (Kind::Sqlite, None) => "NULL".to_owned(),
        (Kind::Postgres, Some(text)) => format!("TIMESTAMP '{text}'"),
        // A bare NULL in the first row would make the column a text.
        (Kind::Postgres, None) => "CAST(NULL AS TIMESTAMP)".to_owned(),
    }
}

/// A text as a literal.
pub fn text_literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// Whether a row with the same key was there already.
pub fn is_unique_violation(error: &Error) -> bool {
    matches!(
        error,
        Error::DatabaseError(DatabaseErrorKind::UniqueViolation, _)
    )
}

/// Takes a lock until the end of the transaction, unless another transaction has it. On SQLite
/// the writer is alone, so it is always free.
///
/// # Errors
/// When the database fails.
pub fn try_lock(conn: &mut Conn, key: i64) -> QueryResult<bool> {
    match conn {
        Conn::Sqlite(_) => Ok(true),
        Conn::Postgres(pg) => Hot::sql("SELECT pg_try_advisory_xact_lock(")
            .bind::<BigInt, _>(key, ") AS locked")
            .get_result::<Locked>(pg)
            .map(|row| row.locked),
    }
}

/// Takes a lock until it is given back or the connection ends, unless another session has it. A
/// session that has it takes it once more. On SQLite the caller's process is alone.
///
/// # Errors
/// When the database fails.
pub(crate) fn try_lock_session(conn: &mut Conn, key: i64) -> QueryResult<bool> {
    match conn {
        Conn::Sqlite(_) => Ok(true),
        Conn::Postgres(pg) => Hot::sql("SELECT pg_try_advisory_lock(")
            .bind::<BigInt, _>(key, ") AS locked")
            .get_result::<Locked>(pg)
            .map(|row| row.locked),
    }
}

/// Gives back a lock of [`try_lock_session`]; false when this session does not hold it.
///
/// # Errors
/// When the database fails.
pub(crate) fn unlock_session(conn: &mut Conn, key: i64) -> QueryResult<bool> {
    match conn {
        Conn::Sqlite(_) => Ok(true),
        Conn::Postgres(pg) => Hot::sql("SELECT pg_advisory_unlock(")
            .bind::<BigInt, _>(key, ") AS locked")
            .get_result::<Locked>(pg)
            .map(|row| row.locked),
    }
}

/// Lets the database find out within 15 seconds that the machine at our end of this connection
/// is gone, and never end it for being idle: the locks of the jobs hang on it. By default it
/// would wait for two hours.
///
/// # Errors
/// When the database fails.
pub(crate) fn notice_death_soon(conn: &mut Conn) -> QueryResult<()> {
    let Conn::Postgres(pg) = conn else {
        return Ok(());
    };
    pg.batch_execute(
        "SET tcp_keepalives_idle = 5; SET tcp_keepalives_interval = 5; \
         SET tcp_keepalives_count = 2; \
         SELECT set_config(name, '0', false) FROM pg_settings WHERE name = 'idle_session_timeout'",
    )
}

#[derive(QueryableByName)]
struct Locked {
    #[diesel(sql_type = Bool)]
    locked: bool,
}

/// Waits until no other transaction changes this dossier, and keeps others waiting until the end
/// of this one. On SQLite the writer is alone.
///
/// # Errors
/// When the database fails, or the lock timeout of the connection passes.
pub fn lock_dossier(conn: &mut Conn, code: &str) -> QueryResult<()> {
    match conn {
        Conn::Sqlite(_) => Ok(()),
        Conn::Postgres(pg) => Hot::sql("SELECT id FROM dossiers WHERE code = ")
            .bind::<Text, _>(code, " FOR UPDATE")
            .execute(pg)
            .map(|_| ()),
    }
}

/// Waits at most `timeout_ms` for a lock that nobody else has, until the end of the transaction.
///
/// # Errors
/// When the database fails or the time passes; PostgreSQL then refuses the rest of the
/// transaction, and [`super::classify`] says that it is busy.
pub fn lock_exclusive(conn: &mut Conn, key: i64, timeout_ms: u32) -> QueryResult<()> {
    let Conn::Postgres(pg) = conn else {
        return Ok(());
    };
    // 0 would mean for ever. One round trip; the timeout of the session is put back.
    let timeout_ms = timeout_ms.max(1);
    pg.batch_execute(&format!(
        "SELECT set_config('motcua.lock_timeout', current_setting('lock_timeout'), true); \
         SET LOCAL lock_timeout = {timeout_ms}; \
         SELECT pg_advisory_xact_lock({key}); \
         SELECT set_config('lock_timeout', current_setting('motcua.lock_timeout'), true)"
    ))
}
