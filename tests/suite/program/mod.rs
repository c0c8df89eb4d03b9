//! The program as a process: how it starts, is asked for its health, and ends.

mod ending;
mod health;
mod letters;

use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::process::{Child, ChildStderr, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::support::program_alone;

/// A demo under way, on a port that the system chose. Dropping it kills it.
struct Demo {
    address: SocketAddr,
    child: Child,
    /// What it logs from now on.
    log: BufReader<ChildStderr>,
    folder: TempDir,
}

impl Demo {
    fn start() -> Self {
        Self::start_with(&[])
    }

    fn start_with(more: &[&str]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let mut child = program_alone()
            .args(["demo", "--listen", "127.0.0.1:0", "--data-dir"])
            .arg(folder.path())
            .args(more)
            .env("MOTCUA_LOG", "info")
            .env("MOTCUA_LOG_FORMAT", "json")
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program");
        let mut log = BufReader::new(child.stderr.take().expect("its log"));
        let serving = line_with(&mut log, "\"serving\"");
        let said: serde_json::Value = serde_json::from_str(&serving).expect("a line of JSON");
        let address = said["listen"].as_str().expect("an address");
        Self {
            address: address.parse().expect("an address"),
            child,
            log,
            folder,
        }
    }

    fn folder(&self) -> &std::path::Path {
        self.folder.path()
    }

    fn signal(&self, name: &str) {
        let mut kill = Command::new("bash");
        kill.args([
            "-c",
            "kill -s \"$0\" \"$1\"",
            name,
            &self.child.id().to_string(),
        ]);
        assert!(kill.status().expect("bash").success(), "no signal {name}");
    }

    /// Waits for the end, and tells whether it was a good one. The log is read meanwhile.
    fn end(&mut self) -> bool {
        let mut rest = String::new();
        std::io::Read::read_to_string(&mut self.log, &mut rest).expect("its log");
        self.child.wait().expect("an end").success()
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Reads the log up to a line that holds some words.
fn line_with(log: &mut BufReader<ChildStderr>, words: &str) -> String {
    let mut seen = String::new();
    loop {
        let mut line = String::new();
        let read = log.read_line(&mut line).expect("a log");
        assert!(read > 0, "it ended without {words}:\n{seen}");
        if line.contains(words) {
            return line;
        }
        seen.push_str(&line);
    }
}

/// Fails when something takes longer than it may.
#[track_caller]
fn within(limit: Duration, since: Instant, what: &str) {
    let took = since.elapsed();
    assert!(took < limit, "{what} took {took:?}");
}
