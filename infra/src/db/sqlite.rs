//! Files and connections of the embedded database.

use std::fs;
use std::io;
use std::path::Path;

use diesel::connection::{Connection as _, SimpleConnection as _};
use diesel::result::ConnectionError;
use diesel::sql_types::Text;
use diesel::{QueryableByName, RunQueryDsl as _, SqliteConnection, sql_query};

use super::connection::Conn;
use super::error::OpenError;

/// `busy_timeout` comes first: the next lines may have to wait for another process.
const COMMON: &str = "PRAGMA busy_timeout = 5000;
    PRAGMA foreign_keys = ON;
    PRAGMA temp_store = MEMORY;";

/// FULL: a commit is on disk before it is answered. The group commit pays for the sync.
/// Beyond 16,000 pages (64 MB) of log, which [`super::fold`] keeps it from, a commit folds it.
const WRITER: &str = "PRAGMA synchronous = FULL;
    PRAGMA cache_size = -16000;
    PRAGMA wal_autocheckpoint = 16000;
    PRAGMA journal_size_limit = 67108864;";

/// Each connection maps the file for itself, and what it has touched counts as its memory: only the
/// readers do, and only the beginning.
const READER: &str = "PRAGMA query_only = ON;
    PRAGMA mmap_size = 16777216;
    PRAGMA cache_size = -8000;";

/// Creates the file and its folder where they are missing; only the owner may open them.
pub(super) fn create_file(path: &Path) -> Result<(), OpenError> {
    let failed = |source: io::Error| OpenError::File {
        path: path.to_owned(),
        source,
    };
    if let Some(folder) = path.parent() {
        create_folder(folder).map_err(failed)?;
    }
    let mut options = fs::OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(path).map_err(failed)?;
    // A file that was there may have been copied in with wider rights; its log inherits them.
    #[cfg(unix)]
    file.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o600))
        .map_err(failed)?;
    drop(file);
    Ok(())
}

fn create_folder(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// A connection that may write.
pub(super) fn connect_writer(path: &Path) -> Result<Conn, OpenError> {
    let failed = |reason: String| OpenError::Connect { reason };
    let mut conn = establish(path).map_err(|error| failed(error.to_string()))?;
    conn.batch_execute(COMMON)
        .map_err(|error| failed(error.to_string()))?;
    let mode = sql_query("PRAGMA journal_mode = WAL")
        .get_result::<Mode>(&mut conn)
        .map_err(|error| failed(error.to_string()))?
        .journal_mode;
    if mode != "wal" {
        return Err(OpenError::NoWriteAheadLog { mode });
    }
    conn.batch_execute(WRITER)
        .map_err(|error| failed(error.to_string()))?;
    Ok(Conn::Sqlite(conn))
}

/// A connection that cannot write.
pub(super) fn connect_reader(path: &Path) -> Result<Conn, diesel::r2d2::Error> {
    let mut conn = establish(path)?;
    conn.batch_execute(COMMON)?;
    conn.batch_execute(READER)?;
    Ok(Conn::Sqlite(conn))
}

fn establish(path: &Path) -> Result<SqliteConnection, ConnectionError> {
    let text = path
        .to_str()
        .ok_or_else(|| ConnectionError::BadConnection("the path is not UTF-8".into()))?;
    SqliteConnection::establish(text)
}

#[derive(QueryableByName)]
struct Mode {
    #[diesel(sql_type = Text)]
    journal_mode: String,
}
