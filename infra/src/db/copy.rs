//! Copies of the embedded database: made while it is in use, and looked into without a change.

use std::fs;
use std::io;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use diesel::result::QueryResult;
use diesel::sql_types::Text;
use diesel::{QueryableByName, RunQueryDsl as _, sql_query};

use super::connection::Conn;
use super::error::OpenError;
use super::sqlite;

/// Writes the database in `from` as it stands into a new file: every commit before this call is in
/// it, and writers go on meanwhile. The copy is on disk when this returns, for its owner alone.
///
/// # Errors
/// When there is no database in `from`, when `to` is there already, or when it cannot be written.
pub fn copy_embedded(from: &Path, to: &Path) -> Result<(), OpenError> {
    let at = |path: &Path| {
        let path = path.to_owned();
        move |source: io::Error| OpenError::File { path, source }
    };
    // To connect would make an empty database where there is none.
    fs::metadata(from).map_err(at(from))?;
    let file = fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(to)
        .map_err(at(to))?;
    let text = to.to_str().ok_or_else(|| OpenError::Connect {
        reason: "the path is not UTF-8".to_owned(),
    })?;
    let mut conn = sqlite::connect_writer(from)?;
    // One transaction of a reader: it holds up no writer. SQLite leaves the sync to its caller.
    sql_query("VACUUM INTO ?")
        .bind::<Text, _>(text)
        .execute(&mut conn)
        .map_err(|error| OpenError::Connect {
            reason: error.to_string(),
        })?;
    file.sync_all().map_err(at(to))
}

/// A connection to a copy that changes nothing of it, not even the header.
///
/// # Errors
/// When there is no such file, or no database in it.
pub fn look_into(path: &Path) -> Result<Conn, OpenError> {
    fs::metadata(path).map_err(|source| OpenError::File {
        path: path.to_owned(),
        source,
    })?;
    sqlite::connect_reader(path).map_err(|error| OpenError::Connect {
        reason: error.to_string(),
    })
}

/// What SQLite finds wrong with a database: pages, indexes, references. None when it is whole.
///
/// # Errors
/// When the database cannot be read.
pub fn shows_damage(conn: &mut Conn) -> QueryResult<Option<String>> {
    let integrity = "SELECT integrity_check AS line FROM pragma_integrity_check LIMIT 1";
    let found: Line = sql_query(integrity).get_result(conn)?;
    if found.line != "ok" {
        return Ok(Some(found.line));
    }
    let dangling = "SELECT 'a row of ' || \"table\" || ' names a missing row of ' || parent AS line \
        FROM pragma_foreign_key_check LIMIT 1";
    let found: Vec<Line> = sql_query(dangling).load(conn)?;
    Ok(found.into_iter().next().map(|line| line.line))
}

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}
