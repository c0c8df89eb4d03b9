//! Measures intake, look-up, lists and memory against the limits of the same machine, in one
//! run, and prints a table. See the README beside it.

mod fill;
mod http;
mod limits;
mod process;
mod rows;
mod scenario;
mod setup;
mod table;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

/// How long and how often.
#[derive(Clone)]
pub struct Plan {
    /// The program of the service.
    pub program: PathBuf,
    /// A PostgreSQL server with durable settings.
    pub postgres: Option<String>,
    pub runs: usize,
    pub time: Duration,
    pub warm_up: Duration,
    pub dossiers: usize,
    /// Only scenarios whose name contains this.
    pub only: Option<String>,
}

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let first = arguments.next();
    let outcome = match first.as_deref() {
        Some("constant") => constant(arguments),
        Some("quick") => scenario::all(&plan(1, 2, 100_000, arguments.next())),
        Some("full") | None => scenario::all(&plan(3, 8, 1_000_000, arguments.next())),
        Some(_) => {
            eprintln!("motcua-load [full|quick] [SCENARIO]");
            return ExitCode::from(64);
        }
    };
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(70)
        }
    }
}

fn plan(runs: usize, seconds: u64, dossiers: usize, only: Option<String>) -> Plan {
    Plan {
        program: std::env::var_os("MOTCUA_PROGRAM")
            .map_or("target/release/motcua".into(), PathBuf::from),
        postgres: std::env::var("MOTCUA_TEST_POSTGRES_URL").ok(),
        runs,
        time: Duration::from_secs(seconds),
        warm_up: Duration::from_secs(1),
        dossiers,
        only,
    }
}

fn constant(mut arguments: impl Iterator<Item = String>) -> std::io::Result<bool> {
    let usage = || std::io::Error::other("constant PORT FILE");
    let port = arguments
        .next()
        .and_then(|port| port.parse().ok())
        .ok_or_else(usage)?;
    let body = std::fs::read(arguments.next().ok_or_else(usage)?)?;
    limits::constant(port, body)?;
    Ok(true)
}
