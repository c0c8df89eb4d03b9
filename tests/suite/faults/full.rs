//! A disk that takes no more, for the embedded database: a limit on the size of files stands in for it.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use infra::clock::{Clock as _, SystemClock};

use super::process::{Process, is_ready, serve};
use super::proofs::Kept;
use crate::support::{
    Database, MARITAL_STATUS, Staff, Visitor, Which, World, ended, handed_in, registered,
};

const REGISTER: &str = "/api/v1/dossiers/register";

/// The service, told to take a write that is refused as an error and not as a signal.
fn without_the_signal(database: &Database, folder: &Path) -> Command {
    let inner = serve(database, folder);
    let mut outer = Command::new("bash");
    outer
        .args(["-c", "trap '' XFSZ; exec \"$0\" \"$@\""])
        .arg(inner.get_program())
        .args(inner.get_args());
    for (name, value) in inner.get_envs() {
        match value {
            Some(value) => outer.env(name, value),
            None => outer.env_remove(name),
        };
    }
    outer
}

/// Lets no file of a running process grow beyond a size; the hard limit stays.
async fn limit(process: &Process, size: &str) {
    let mut command = Command::new("prlimit");
    command
        .arg(format!("--pid={}", process.id()))
        .arg(format!("--fsize={size}:"));
    ended(command).await.expect(0);
}

#[test]
fn a_disk_that_takes_no_more_is_answered_503_and_its_return_is_noticed_without_a_restart() {
    World::run(Which::Sqlite, async |world| {
        let which = world.which;
        world.clock.set(SystemClock.now());
        let clerk = Staff::of(&world).clerk;
        let (database, folder) = world.close();
        database.in_earnest();
        let mut process = Process::spawn(without_the_signal(&database, folder.path()));
        let patience = Instant::now() + Duration::from_secs(30);
        let address = process.serves_by(patience).address();
        let base = format!("http://{address}");
        let clerk = clerk.at(&base);
        let anybody = Visitor::new(base, reqwest::Client::new());

        let before = registered(&clerk, MARITAL_STATUS).await;
        limit(&process, "4096").await;
        for _ in 0..3 {
            let refused = clerk.post(REGISTER, &handed_in(MARITAL_STATUS)).await;
            // A limit on files is an I/O error, which a full disk is not: it tells less.
            let refused = refused.problem(503, "outcome_unknown");
            assert_ne!(refused.header("retry-after"), "");
            // Whoever only looks something up is served.
            clerk.dossier(&before).await.expect(200);
            anybody.get("/healthz").await.expect(200);
            assert!(!is_ready(address), "ready, though it cannot write");
        }
        limit(&process, "unlimited").await;
        let after = registered(&clerk, MARITAL_STATUS).await;
        assert_ne!(after, before);
        assert!(is_ready(address), "it writes, and is not ready");
        assert!(process.lives(), "another process answered");
        drop(process.kill());
        let world = World::begin(which, database, folder);
        let kept = Kept::of(&world);
        kept.proves_codes();
        kept.proves_wholeness();
        assert!(world.verify().1.is_empty());
    });
}
