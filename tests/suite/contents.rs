//! Everything that a database holds, as text, so that a test can see that nothing changed.

use std::collections::BTreeMap;

use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::Text;
use infra::db::Conn;

use crate::support::World;

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

/// Every table with every row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contents(BTreeMap<String, String>);

/// Wrong passwords are counted on purpose.
const COUNTED: &[&str] = &["login_failures"];

impl Contents {
    pub fn of(world: &World) -> Self {
        world.read(|conn| Ok(Self::read(conn)))
    }

    fn read(conn: &mut Conn) -> Self {
        let tables = match conn {
            Conn::Sqlite(_) => {
                "SELECT name AS line FROM sqlite_master WHERE type = 'table' \
                AND name NOT LIKE 'sqlite%'"
            }
            Conn::Postgres(_) => {
                "SELECT tablename::text AS line FROM pg_tables \
                WHERE schemaname = 'public'"
            }
        };
        let kept = |table: &String| !COUNTED.contains(&table.as_str());
        let tables = lines(conn, tables).into_iter().filter(kept);
        let mut found = BTreeMap::new();
        for table in tables {
            let rows = rows_of(conn, &table);
            found.insert(table, rows);
        }
        assert!(found.len() > 15, "{:?}", found.keys());
        Self(found)
    }

    /// Tables that differ, with the lengths before and after.
    pub fn differences(&self, later: &Self) -> Vec<String> {
        let differs = |(table, rows): (&String, &String)| {
            let after = later.0.get(table).map(String::as_str).unwrap_or_default();
            (after != rows).then(|| format!("{table}: {}", changed(rows, after)))
        };
        self.0.iter().filter_map(differs).collect()
    }
}

/// The lines of `after` that `before` lacks.
fn changed(before: &str, after: &str) -> String {
    let old: Vec<&str> = before.lines().collect();
    let new: Vec<&str> = after.lines().filter(|line| !old.contains(line)).collect();
    new.join(" | ").chars().take(600).collect()
}

fn rows_of(conn: &mut Conn, table: &str) -> String {
    let query = match conn {
        Conn::Sqlite(_) => {
            let columns = format!("SELECT name AS line FROM pragma_table_info('{table}')");
            let quoted = lines(conn, &columns)
                .into_iter()
                .map(|name| format!("quote(\"{name}\")"));
            let row = quoted.collect::<Vec<_>>().join(" || ',' || ");
            format!("SELECT {row} AS line FROM \"{table}\" ORDER BY 1")
        }
        Conn::Postgres(_) => format!("SELECT t::text AS line FROM \"{table}\" AS t ORDER BY 1"),
    };
    lines(conn, &query).join("\n")
}

fn lines(conn: &mut Conn, query: &str) -> Vec<String> {
    let found: Vec<Line> = sql_query(query).load(conn).expect("the contents");
    found.into_iter().map(|one| one.line).collect()
}
