//! A worker that is killed: nothing is lost, and at most one mail a kill is sent twice, under the
//! same Message-ID.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::TimeDelta;
use infra::clock::{Clock as _, SteppedClock};
use infra::db::{Db, DbSettings};
use infra::env::Env;
use infra::notification::Letterhead;
use infra::notification::delivery::{Post, SmtpMailer, SmtpSettings, deliver_due};

use super::{FROM, MailServer, deliver, letter, post_to, put};
use crate::support::{World, at};

const DATABASE: &str = "MOTCUA_TEST_DELIVER_FROM";
const SERVER: &str = "MOTCUA_TEST_DELIVER_TO";
const JOURNAL: &str = "MOTCUA_TEST_DELIVER_JOURNAL";
const NOW: &str = "MOTCUA_TEST_DELIVER_AT";

/// How often the worker is killed; more where somebody wants to be surer.
fn kills() -> usize {
    let asked = std::env::var("MOTCUA_TEST_KILLS").ok();
    asked.and_then(|text| text.parse().ok()).unwrap_or(5)
}

/// The worker: this very program, started again by the test below with a database and a server.
/// Without them, as in any other run, there is nothing to do.
#[test]
fn the_worker_that_the_next_tests_kill() {
    let (Ok(database), Ok(server)) = (std::env::var(DATABASE), std::env::var(SERVER)) else {
        return;
    };
    let now = at(&std::env::var(NOW).expect("a moment"));
    let db = Db::open(&DbSettings::new(&database)).expect("the database");
    let env = Env::new(Arc::new(SteppedClock::at(now)));
    let mailer =
        SmtpMailer::new(SmtpSettings::parse(&server).expect("a server")).expect("a mailer");
    let head = Letterhead::new(FROM, None, "http://motcua.example").expect("a letterhead");
    let post = Post::new(db, env, Arc::new(mailer), Arc::new(head));
    let post = match std::env::var(JOURNAL) {
        Ok(folder) => post.with_journal(Path::new(&folder)).expect("a journal"),
        Err(_) => post,
    };
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime")
        .block_on(async {
            deliver_due(&post, &|| true).await.expect("a run");
        });
}

/// Starts the worker, and kills it once it has sent `after` mails; gives what it sent.
fn run_and_kill(
    world: &World,
    server: &MailServer,
    journal: Option<&Path>,
    after: usize,
) -> Vec<String> {
    let now = domain::time::to_local(world.clock.now()).format("%Y-%m-%d %H:%M:%S");
    let mut child = Command::new(std::env::current_exe().expect("this program"))
        .args([
            "--exact",
            "notification::crash::the_worker_that_the_next_tests_kill",
        ])
        .env(DATABASE, world.database_url())
        .env(SERVER, server.url())
        .env(NOW, now.to_string())
        .envs(journal.map(|folder| (JOURNAL, folder)))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("a worker");
    let mut sent = ids(&server.mails(after));
    child.kill().expect("SIGKILL");
    child.wait().expect("its end");
    // What was on its way when it died arrives within moments; a connection that broke sends
    // nothing more.
    let quiet = Instant::now() + Duration::from_millis(500);
    while Instant::now() < quiet {
        sent.extend(ids(&server.rest()));
        std::thread::yield_now();
    }
    sent
}

fn ids(mails: &[serde_json::Value]) -> Vec<String> {
    mails
        .iter()
        .map(|mail| {
            mail["message_id"]
                .as_str()
                .expect("a Message-ID")
                .to_owned()
        })
        .collect()
}

/// Kills a worker again and again, then lets another finish.
async fn kill_and_finish(world: World, journal: Option<&Path>) {
    let (server, kills) = (MailServer::brief(), kills());
    let mails = kills * 60 + 100;
    let letters = (0..mails).map(|n| letter(&format!("m{n}"), &format!("n{n}@example.vn")));
    put(&world, letters.collect());
    let mut times: BTreeMap<String, usize> = BTreeMap::new();
    for kill in 0..kills {
        for id in run_and_kill(&world, &server, journal, 5 + kill * 7 % 23) {
            *times.entry(id).or_default() += 1;
        }
        // The lease of what the dead one held ends.
        world.pass(TimeDelta::seconds(121));
    }
    let before = times.values().sum::<usize>();
    let mut post = post_to(&world, &server);
    if let Some(folder) = journal {
        post = post.with_journal(folder).expect("a journal");
    }
    let last = deliver(&post).await;
    assert!(
        before < mails,
        "all was sent before the last kill: {before}"
    );
    let expected = usize::try_from(last.sent).unwrap();
    for id in ids(&server.mails(expected)) {
        *times.entry(id).or_default() += 1;
    }
    assert_eq!(times.len(), mails, "some were lost");
    let twice: usize = times.values().map(|count| count - 1).sum();
    assert!(twice <= kills, "{twice} sent twice by {kills} kills");
}

both! {
    async fn a_killed_worker_loses_nothing_and_sends_at_most_one_mail_twice(world) {
        let folder = tempfile::tempdir().unwrap();
        kill_and_finish(world, Some(folder.path())).await;
    }

    async fn so_does_one_without_a_journal(world) {
        kill_and_finish(world, None).await;
    }
}
