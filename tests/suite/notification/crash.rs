//! A worker that is killed: nothing is lost, and at most one mail a kill is sent twice, under the
//! same Message-ID.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::TimeDelta;
use infra::clock::SteppedClock;
use infra::db::{Db, DbSettings};
use infra::env::Env;
use infra::notification::delivery::deliver_due;

use super::worker::{Orders, ids, last_of};
use super::{MailServer, deliver, letter, put};
use crate::support::{World, kills, tell};

/// The worker that is killed.
#[test]
fn the_worker_that_the_next_tests_kill() {
    let Some(orders) = Orders::given() else {
        return;
    };
    let db = Db::open(&DbSettings::new(&orders.database)).expect("the database");
    let env = Env::new(Arc::new(SteppedClock::at(orders.now)));
    let post = orders.post(&db, &env);
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime")
        .block_on(async {
            deliver_due(&post, &|| true).await.expect("a run");
        });
}

/// Starts the worker, and kills it once it has sent `after` mails; gives what it sent.
fn run_and_kill(orders: &Orders, server: &MailServer, after: usize) -> Vec<String> {
    let mut child = orders.start("notification::crash::the_worker_that_the_next_tests_kill");
    let mut sent = ids(&server.mails(after));
    child.kill().expect("SIGKILL");
    child.wait().expect("its end");
    sent.extend(last_of(server));
    sent
}

/// Kills a worker again and again, then lets another finish.
async fn kill_and_finish(world: World, journal: bool) {
    let (server, kills) = (MailServer::brief(), kills());
    let mails = kills * 60 + 100;
    let letters = (0..mails).map(|n| letter(&format!("m{n}"), &format!("n{n}@example.vn")));
    put(&world, letters.collect());
    let mut times: BTreeMap<String, usize> = BTreeMap::new();
    for kill in 0..kills {
        let orders = Orders::on(&world, &server, journal);
        for id in run_and_kill(&orders, &server, 5 + kill * 7 % 23) {
            *times.entry(id).or_default() += 1;
        }
        // The lease of what the dead one held ends.
        world.pass(TimeDelta::seconds(121));
    }
    let before = times.values().sum::<usize>();
    let orders = Orders::on(&world, &server, journal);
    let last = deliver(&orders.post(&world.service.db, &world.service.env)).await;
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
    tell(&format!(
        "{:?}, journal {journal}: {kills} kills, {mails} mails, {twice} sent twice",
        world.which
    ));
    assert!(twice <= kills, "{twice} sent twice by {kills} kills");
}

both! {
    async fn a_killed_worker_loses_nothing_and_sends_at_most_one_mail_twice(world) {
        kill_and_finish(world, true).await;
    }

    async fn so_does_one_without_a_journal(world) {
        kill_and_finish(world, false).await;
    }
}
