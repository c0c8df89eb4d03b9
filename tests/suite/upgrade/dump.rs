//! A database as a text that people can read and a test can load.

use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::Text;
use infra::db::Conn;

use crate::support::{Which, World, ended, pg_tool};

pub async fn dump(world: &World) -> String {
    match world.which {
        Which::Sqlite => world.read(|conn| Ok(sqlite(conn))),
        Which::Postgres => postgres(world).await,
    }
}

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

fn lines(conn: &mut Conn, sql: &str) -> Vec<String> {
    let lines: Vec<Line> = sql_query(sql).load(conn).expect("lines");
    lines.into_iter().map(|one| one.line).collect()
}

/// Tables, their rows, then indexes and triggers, which would be in the way of the rows.
fn sqlite(conn: &mut Conn) -> String {
    let of = |kind: &str| {
        format!(
            "SELECT sql AS line FROM sqlite_master WHERE sql IS NOT NULL \
             AND name NOT LIKE 'sqlite%' AND type {kind} ORDER BY rowid"
        )
    };
    let mut text = vec!["PRAGMA foreign_keys = OFF".to_owned(), "BEGIN".to_owned()];
    text.extend(lines(conn, &of("= 'table'")));
    let tables = "SELECT name AS line FROM sqlite_master WHERE type = 'table' \
        AND (name NOT LIKE 'sqlite%' OR name = 'sqlite_sequence') ORDER BY rowid";
    for table in lines(conn, tables) {
        let columns = format!(
            "SELECT group_concat('quote(\"' || name || '\")', ' || '', '' || ') AS line \
             FROM pragma_table_info('{table}')"
        );
        let columns = lines(conn, &columns).remove(0);
        let rows = format!(
            "SELECT 'INSERT INTO \"{table}\" VALUES (' || {columns} || ')' AS line FROM \"{table}\""
        );
        text.extend(lines(conn, &rows));
    }
    text.extend(lines(conn, &of("<> 'table'")));
    text.push("COMMIT".to_owned());
    text.join(";\n") + ";\n"
}

/// By the tool of PostgreSQL, without what belongs to its own shell or to one version of it.
async fn postgres(world: &World) -> String {
    let mut command = pg_tool("pg_dump");
    command
        .args([
            "--inserts",
            "--no-owner",
            "--no-privileges",
            "--no-comments",
        ])
        .arg(format!("--dbname={}", world.database().url));
    let said = ended(command).await.expect(0).out;
    let kept = said.lines().filter(|line| {
        let passing = ["--", "\\", "SET ", "SELECT pg_catalog.set_config"];
        !line.is_empty() && !passing.iter().any(|start| line.starts_with(start))
    });
    kept.map(|line| format!("{line}\n")).collect()
}
