//! What a database holds, as far as a backup must know.

use std::collections::BTreeMap;

use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::{BigInt, Text};

use super::error::BackupError;
use crate::db::schema::attachments;
use crate::db::{Conn, applied_migrations, dialect};

/// What a database holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Contents {
    /// Oldest first.
    pub(super) migrations: Vec<String>,
    /// By table; empty on PostgreSQL, whose present rows are not those of its dump.
    pub(super) rows: BTreeMap<String, i64>,
    /// SHA-256 of every attachment, each once.
    pub(super) attachments: Vec<String>,
}

pub(super) fn contents(conn: &mut Conn) -> Result<Contents, BackupError> {
    let mut migrations = applied_migrations(conn)?;
    migrations.reverse();
    if migrations.is_empty() {
        return Ok(Contents {
            migrations,
            rows: BTreeMap::new(),
            attachments: Vec::new(),
        });
    }
    let named = attachments::table
        .select(attachments::sha256)
        .distinct()
        .order(attachments::sha256)
        .load(conn)?;
    let rows = match dialect::kind(conn) {
        dialect::Kind::Sqlite => rows(conn)?,
        dialect::Kind::Postgres => BTreeMap::new(),
    };
    Ok(Contents {
        migrations,
        rows,
        attachments: named,
    })
}

fn rows(conn: &mut Conn) -> Result<BTreeMap<String, i64>, BackupError> {
    let tables: Vec<Table> = sql_query(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%' \
         ORDER BY name",
    )
    .load(conn)?;
    let mut rows = BTreeMap::new();
    for Table { name } in tables {
        let quoted = name.replace('"', "\"\"");
        let count = format!("SELECT COUNT(*) AS n FROM \"{quoted}\"");
        let count: Count = sql_query(count).get_result(conn)?;
        rows.insert(name, count.n);
    }
    Ok(rows)
}

#[derive(QueryableByName)]
struct Table {
    #[diesel(sql_type = Text)]
    name: String,
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    n: i64,
}
