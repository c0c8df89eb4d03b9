//! A server of databases that goes away under a service that works, and comes back.

use std::time::{Duration, Instant};

use infra::clock::{Clock as _, SystemClock};
use reqwest::Method;

use super::cluster::Cluster;
use super::desks::Post;
use super::process::{Process, is_ready, serve};
use super::proofs::Kept;
use crate::support::{
    Answer, Client, Database, MARITAL_STATUS, Staff, Visitor, Which, World, ended, handed_in,
    pg_tool, send,
};

/// From the server's return to the first answer.
const SECONDS: Duration = Duration::from_secs(15);

/// Until somebody waits for a lock.
const SOMEBODY_WAITS: &str = "DO $$ BEGIN \
    WHILE NOT EXISTS (SELECT 1 FROM pg_locks WHERE NOT granted) LOOP END LOOP; END $$";

fn register(key: &str) -> Post {
    Post {
        path: "/api/v1/dossiers/register".to_owned(),
        body: handed_in(MARITAL_STATUS),
        etag: None,
        key: Some(key.to_owned()),
    }
}

fn away(answer: Answer) {
    let answer = answer.problem(503, "database_unavailable");
    let seconds: u64 = answer.header("retry-after").parse().expect("seconds");
    assert!((1..=60).contains(&seconds), "{answer:?}");
}

#[test]
fn a_server_that_goes_away_is_answered_503_and_its_return_is_noticed_without_a_restart() {
    if Which::Postgres.is_left_out() {
        return;
    }
    let cluster = Cluster::start();
    let folder = tempfile::tempdir().expect("a folder");
    let database = Database::on_own_server(&cluster.url);
    World::begin(Which::Postgres, database, folder).live(async |world| {
        let which = world.which;
        world.clock.set(SystemClock.now());
        let clerk = Staff::of(&world).clerk;
        let (database, folder) = world.close();
        database.in_earnest();
        let mut process = Process::spawn(serve(&database, folder.path()));
        let patience = Instant::now() + Duration::from_secs(30);
        let address = process.serves_by(patience).address();
        let base = format!("http://{address}");
        let clerk = clerk.at(&base);
        let anybody = Visitor::new(base, reqwest::Client::new());

        let first = send(register("k1").to(&clerk)).await.expect(201);
        let (cluster, cut) = cut_off(cluster, &database, &clerk).await;
        away(cut);
        nothing_works_but_the_process(&clerk, &anybody, first.text("code")).await;
        let back = comes_back(cluster, &clerk).await;
        assert!(is_ready(address), "it answers, and is not ready");
        assert!(process.lives(), "another process answered");

        let again = send(register("k1").to(&clerk)).await.expect(201);
        assert_eq!(again.bytes, first.bytes);
        send(register("k2").to(&clerk)).await.expect(201);
        let seen = clerk.get("/api/v1/dossiers").await.each("code");
        assert_eq!(seen.len(), 3, "{seen:?}");
        drop(process.kill());
        let world = World::begin(which, database, folder);
        let kept = Kept::of(&world);
        kept.proves_codes();
        kept.proves_wholeness();
        assert!(world.verify().1.is_empty());
        drop(back);
    });
}

/// Stops the server while a request waits in it; gives what that request was answered.
async fn cut_off(mut cluster: Cluster, database: &Database, clerk: &Client) -> (Cluster, Answer) {
    let held = database.hold();
    let request = register("k2").to(clerk);
    let under_way = tokio::spawn(send(request));
    let mut waits = pg_tool("psql");
    waits
        .args(["--no-psqlrc", "--quiet", "--command", SOMEBODY_WAITS])
        .arg(format!("--dbname={}", database.url));
    ended(waits).await.expect(0);
    let stopped = tokio::task::spawn_blocking(move || {
        cluster.stop();
        cluster
    });
    let cluster = stopped.await.expect("a server that stops");
    drop(held);
    (cluster, under_way.await.expect("an answer"))
}

async fn nothing_works_but_the_process(clerk: &Client, anybody: &Visitor, code: &str) {
    for _ in 0..3 {
        away(send(register("k3").to(clerk)).await);
        away(clerk.dossier(code).await);
        away(clerk.get("/api/v1/dossiers").await);
        away(
            anybody
                .get(&format!("/api/v1/public/dossiers/{code}"))
                .await,
        );
        let ready = anybody.get("/readyz").await.problem(503, "not_ready");
        assert_eq!(ready.at("checks.database"), false, "{ready:?}");
        assert_ne!(ready.header("retry-after"), "");
        anybody.get("/healthz").await.expect(200);
    }
}

/// Starts the server, and asks until somebody answers; every answer before is a 503.
async fn comes_back(mut cluster: Cluster, clerk: &Client) -> Cluster {
    let started = tokio::task::spawn_blocking(move || {
        cluster.start_again();
        cluster
    });
    let cluster = started.await.expect("a server that starts");
    let since = Instant::now();
    loop {
        let answer = send(clerk.request(Method::GET, "/api/v1/dossiers")).await;
        if answer.status == 200 {
            break;
        }
        away(answer);
        let waited = since.elapsed();
        assert!(waited < SECONDS, "still away after {waited:?}");
    }
    send(register("k4").to(clerk)).await.expect(201);
    cluster
}
