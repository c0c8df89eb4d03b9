//! Databases of former versions, kept as text, are taken over by the present one.

mod dump;
mod facts;
mod made;
mod taken_over;

use std::path::PathBuf;

use crate::support::{Database, Which};
use facts::Facts;

/// The folder of all versions, each in a folder by its name.
fn fixtures() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures")
}

/// A database of one version, and what the tests know of it.
struct Fixture {
    version: String,
    sql: String,
    facts: Facts,
}

fn word(which: Which) -> &'static str {
    match which {
        Which::Sqlite => "sqlite",
        Which::Postgres => "postgres",
    }
}

impl Fixture {
    fn read(version: &str, which: Which) -> Self {
        let folder = fixtures().join(version);
        let text = |name: String| {
            let path = folder.join(name);
            std::fs::read_to_string(&path)
                .unwrap_or_else(|error| panic!("{}: {error}", path.display()))
        };
        Self {
            version: version.to_owned(),
            sql: text(format!("{}.sql", word(which))),
            facts: Facts::parse(&text(format!("{}.json", word(which)))),
        }
    }

    /// Only where nothing is yet: what a released version made is not made again by a later one.
    fn write_new(&self, which: Which) {
        let folder = fixtures().join(&self.version);
        std::fs::create_dir_all(&folder).expect("a folder");
        for (end, text) in [("sql", &self.sql), ("json", &self.facts.to_text())] {
            let path = folder.join(format!("{}.{end}", word(which)));
            if !path.exists() {
                std::fs::write(path, text).expect("a file that can be written");
            }
        }
    }

    fn database(&self, which: Which, folder: &std::path::Path) -> Database {
        Database::of_sql(which, folder, &self.sql)
    }
}

/// Names of the versions that left a database.
fn versions() -> Vec<String> {
    let entries = std::fs::read_dir(fixtures()).expect("tests/fixtures");
    let mut names: Vec<String> = entries
        .map(|entry| {
            entry
                .expect("an entry")
                .file_name()
                .to_string_lossy()
                .into_owned()
        })
        .filter(|name| name.starts_with('v'))
        .collect();
    names.sort_unstable();
    names
}

#[test]
fn every_release_of_the_changelog_left_a_database_on_both_sides() {
    let changelog = fixtures().join("../../CHANGELOG.md");
    let changelog = std::fs::read_to_string(changelog).expect("the changelog");
    let mut released: Vec<String> = changelog
        .lines()
        .filter_map(|line| line.strip_prefix("## ["))
        .filter_map(|rest| rest.split(']').next())
        .filter(|name| *name != "Unreleased")
        .map(|name| format!("v{name}"))
        .collect();
    // The first, whatever the changelog calls it.
    released.push("v0.1.0".to_owned());
    for version in released {
        for name in ["sqlite.sql", "sqlite.json", "postgres.sql", "postgres.json"] {
            let path = fixtures().join(&version).join(name);
            assert!(
                path.is_file(),
                "{version}/{name} is missing: see CONTRIBUTING.md"
            );
        }
    }
}
