//! Backup and restore by the program itself, beside a service that works.

mod many;
mod refusals;
mod under_way;

use std::path::{Path, PathBuf};

use crate::support::{Database, Ended, Which, World, ended, pg_tool, program};

/// Backs the world up as the runbook says, into a new folder.
async fn back_up(world: &World, to: &Path) -> Ended {
    let mut command = world.program();
    command.arg("backup").arg("--to").arg(to);
    if world.which == Which::Postgres {
        command.arg("--dump").arg(dump(world, to).await);
    }
    ended(command).await
}

async fn dump(world: &World, beside: &Path) -> PathBuf {
    let file = beside.with_extension("dump");
    let mut command = pg_tool("pg_dump");
    command
        .arg("--format=custom")
        .arg(format!("--file={}", file.display()))
        .arg(format!("--dbname={}", world.database().url));
    ended(command).await.expect(0);
    file
}

/// Brings a backup back into a new database as the runbook says, and gives what the program said.
async fn bring_back(database: &Database, folder: &Path, from: &Path) -> Ended {
    let owner;
    let mut database = database;
    if database.url.starts_with("postgres") {
        owner = database.of_its_owner();
        database = &owner;
        let mut command = pg_tool("pg_restore");
        command
            .args(["--no-owner", "--exit-on-error"])
            .arg(format!("--dbname={}", database.url))
            .arg(from.join("motcua.dump"));
        ended(command).await.expect(0);
    }
    restore(database, folder, from).await
}

async fn restore(database: &Database, folder: &Path, from: &Path) -> Ended {
    let mut command = program(database, folder);
    command.arg("restore").arg("--from").arg(from);
    ended(command).await
}
