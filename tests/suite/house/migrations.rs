//! Migrations: the same on both databases, and each with a way back.

use std::collections::BTreeMap;

use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::Text;
use infra::db::Conn;

use super::{files, root};

/// Migration name to what it holds, for one database.
fn migrations(database: &str) -> BTreeMap<String, Vec<String>> {
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let folder = format!("migrations/{database}/");
    for file in files() {
        let inner = file
            .path
            .strip_prefix(&folder)
            .and_then(|path| path.split_once('/'));
        if let Some((name, file)) = inner {
            found
                .entry(name.to_owned())
                .or_default()
                .push(file.to_owned());
        }
    }
    found
}

#[test]
fn both_databases_have_the_same_migrations_each_with_a_way_there_and_back() {
    let sqlite = migrations("sqlite");
    assert_eq!(sqlite, migrations("postgres"));
    assert!(!sqlite.is_empty());
    for (name, files) in sqlite {
        assert_eq!(files, ["down.sql", "up.sql"], "{name}");
    }
}

fn sql(database: &str, name: &str, way: &str) -> String {
    let path = root()
        .join("migrations")
        .join(database)
        .join(name)
        .join(way);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

const SQLITE_SCHEMA: &str = "SELECT type || ' ' || name || ': ' || coalesce(sql, '') AS line \
    FROM sqlite_master WHERE name NOT LIKE '\\_\\_diesel%' ESCAPE '\\' AND name NOT LIKE 'sqlite%' \
    ORDER BY 1";

const POSTGRES_SCHEMA: &str = "SELECT line FROM ( \
    SELECT 'column ' || table_name || '.' || column_name || ' ' || data_type || ' ' \
      || is_nullable || ' ' || coalesce(column_default, '') AS line \
      FROM information_schema.columns WHERE table_schema = 'public' \
    UNION ALL SELECT 'index ' || indexdef FROM pg_indexes WHERE schemaname = 'public' \
    UNION ALL SELECT 'constraint ' || conrelid::regclass || ' ' || pg_get_constraintdef(oid) \
      FROM pg_constraint WHERE connamespace = 'public'::regnamespace \
    UNION ALL SELECT 'trigger ' || pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal \
    UNION ALL SELECT 'function ' || proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace \
    ) AS everything WHERE line NOT LIKE '%diesel%' ORDER BY line";

/// Tables, columns, indexes, constraints, triggers.
fn schema(conn: &mut Conn) -> Vec<String> {
    let query = match conn {
        Conn::Sqlite(_) => SQLITE_SCHEMA,
        Conn::Postgres(_) => POSTGRES_SCHEMA,
    };
    let lines: Vec<Line> = sql_query(query).load(conn).expect("the schema");
    lines.into_iter().map(|one| one.line).collect()
}

both! {
    /// On a database with the demo ward in it, so that the way back is tried with rows in place.
    async fn every_migration_goes_back_and_there_again(world) {
        let database = match world.which {
            crate::support::Which::Sqlite => "sqlite",
            crate::support::Which::Postgres => "postgres",
        };
        let names: Vec<String> = migrations(database).into_keys().collect();
        let before = world.read(|conn| Ok(schema(conn)));
        assert!(before.len() > 30, "{before:?}");
        for name in names.iter().rev() {
            world.meddle(&sql(database, name, "down.sql"));
        }
        assert_eq!(world.read(|conn| Ok(schema(conn))), Vec::<String>::new());
        for name in &names {
            world.meddle(&sql(database, name, "up.sql"));
        }
        assert_eq!(world.read(|conn| Ok(schema(conn))), before);
    }
}
