//! Programs run as processes of their own: `motcua` itself, and the tools of PostgreSQL.

use std::fmt;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::Database;

/// `motcua` on a database, with the rest of its data in a folder.
pub fn program(database: &Database, folder: &Path) -> Command {
    let mut command = program_alone();
    command
        .env("MOTCUA_DATABASE_URL", &database.url)
        .env("MOTCUA_DATA_DIR", folder)
        .env("MOTCUA_LOG", "warn");
    command
}

/// `motcua` without any settings, whatever the environment of the suite holds.
pub fn program_alone() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_motcua-under-test"));
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("MOTCUA_") {
            command.env_remove(name);
        }
    }
    command
}

/// A tool of the same PostgreSQL as the test server.
pub fn pg_tool(name: &str) -> Command {
    let folder = std::env::var_os("MOTCUA_TEST_PG_BIN")
        .expect("MOTCUA_TEST_PG_BIN: run the suite by tests/run or tests/with-postgres");
    Command::new(PathBuf::from(folder).join(name))
}

/// How a process ended, and what it said.
pub struct Ended {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

impl Ended {
    /// Fails with all that was said unless it ended with this status.
    #[track_caller]
    pub fn expect(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{self:?}");
        self
    }
}

impl fmt::Debug for Ended {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}\n{}\n{}", self.code, self.out, self.err)
    }
}

/// Runs a process to its end, while the tasks of the test go on.
pub async fn ended(mut command: Command) -> Ended {
    let output = tokio::task::spawn_blocking(move || command.output());
    let output = output.await.expect("a thread").expect("a program");
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    Ended {
        code: output.status.code(),
        out: text(output.stdout),
        err: text(output.stderr),
    }
}
