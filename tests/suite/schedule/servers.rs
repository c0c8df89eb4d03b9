//! Several servers on one database: each run once, and a server that dies hands over.

use chrono::TimeDelta;
use infra::schedule::{Begin, Begun, Cause, Turnstile, begin};

use super::runs_of;
use crate::support::{MARITAL_STATUS, Staff, Which, World, at, in_appraisal, run_due};

/// A server that took the lock of a job, noted the run, and gets no further.
fn begun(world: &World, job: &'static str, scheduled_for: &str) -> (Turnstile, Begun) {
    let service = world.second_server();
    let mut turnstile = Turnstile::new(&service.db);
    assert!(turnstile.enter(job).expect("the lock"));
    let env = service.env.clone();
    let which = Begin::New {
        scheduled_for: at(scheduled_for),
        cause: Cause::Schedule,
    };
    let begun = service
        .db
        .write_blocking(move |conn| begin(conn, &env, job, which, "other"))
        .expect("a run");
    (turnstile, begun.expect("nobody else's"))
}

both! {
    /// On SQLite only one process ever runs jobs, so there is nothing to share.
    async fn two_servers_run_each_job_exactly_once(world) {
        if world.which == Which::Sqlite {
            return;
        }
        let staff = Staff::of(&world);
        let code = in_appraisal(&staff, MARITAL_STATUS).await;
        world.now("2026-11-20 10:00");
        let missing = serde_json::json!({ "missing": [{ "name": "Giấy tờ", "reason": "Cần" }] });
        staff.justice.act(&code, "request_supplement", missing).await.expect(200);
        let servers = [world.service.clone(), world.second_server(), world.second_server()];
        // The first look makes the jobs known.
        run_due(&servers[0]);
        // Over the midnight before the day on which the supplement lapses, and past that.
        for step in 0..45 {
            world.clock.set(at("2026-12-07 00:10") + TimeDelta::minutes(25 * step));
            std::thread::scope(|scope| {
                for server in &servers {
                    scope.spawn(|| run_due(server));
                }
            });
        }
        // The idle runs of November are forgotten by then.
        for (job, expected) in [("lapse", 45), ("recompute", 45), ("verify_chains", 2)] {
            let runs = runs_of(&world, job);
            assert!(runs.iter().all(|run| run.attempt == 1), "{job}: {runs:?}");
            assert!(runs.iter().all(|run| run.outcome.as_deref() == Some("ok")), "{job}: {runs:?}");
            assert_eq!(runs.len(), expected, "{job}: {runs:?}");
        }
        let lapsed: i64 = runs_of(&world, "lapse").iter().map(|run| run.did).sum();
        assert_eq!(lapsed, 1);
        assert_eq!(world.verify().1, Vec::new());
    }

    async fn what_runs_on_one_server_is_left_alone_by_the_others(world) {
        if world.which == Which::Sqlite {
            return;
        }
        world.run_due();
        world.now("2026-11-20 00:15");
        let (mut busy, _) = begun(&world, "verify_chains", "2026-11-20 00:15");
        world.run_due();
        world.now("2026-11-21 00:15");
        world.run_due();
        assert_eq!(runs_of(&world, "verify_chains").len(), 1, "it still runs over there");
        assert!(busy.holds());
        busy.leave("verify_chains");
    }

    async fn a_server_that_dies_over_a_job_hands_over_within_thirty_seconds(world) {
        world.run_due();
        world.now("2026-11-20 00:15");
        let (dying, _) = begun(&world, "verify_chains", "2026-11-20 00:15");
        if world.which == Which::Postgres {
            world.run_due();
            assert_eq!(runs_of(&world, "verify_chains").len(), 1, "it still runs over there");
        }
        // The end of the process is the end of its connection.
        drop(dying);
        world.now("2026-11-20 00:15:10");
        world.run_due();
        let runs = runs_of(&world, "verify_chains");
        assert_eq!(runs.len(), 2, "{runs:?}");
        assert!(runs[0].is("2026-11-20 00:15", 1, "abandoned"), "{runs:?}");
        assert!(runs[1].is("2026-11-20 00:15", 2, "ok"), "{runs:?}");
    }

    async fn a_server_whose_connection_is_cut_notices_that_it_lost_its_job(world) {
        if world.which == Which::Sqlite {
            return;
        }
        world.run_due();
        world.now("2026-11-20 00:15");
        let (mut cut_off, late) = begun(&world, "verify_chains", "2026-11-20 00:15");
        world.meddle("SELECT pg_terminate_backend(pid) FROM pg_locks \
                      WHERE locktype = 'advisory' AND pid <> pg_backend_pid() \
                      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())");
        world.now("2026-11-20 00:15:10");
        world.run_due();
        assert!(runs_of(&world, "verify_chains")[1].is("2026-11-20 00:15", 2, "ok"));
        // What the first server writes down afterwards changes nothing.
        let env = world.service.env.clone();
        let ended = infra::schedule::Ended {
            outcome: domain::schedule::Outcome::Ok,
            took: std::time::Duration::ZERO,
            report: infra::schedule::Report::of(7),
            error: None,
        };
        let written = world.service.db.write_blocking(move |conn| {
            infra::schedule::finish(conn, &env, late.id, &ended)
        });
        assert!(!written.expect("an answer"));
        assert!(runs_of(&world, "verify_chains")[0].is("2026-11-20 00:15", 1, "abandoned"));
        assert!(cut_off.enter("verify_chains").expect("a new connection"));
    }

    async fn a_run_that_brings_down_five_servers_waits_for_its_next_time(world) {
        world.run_due();
        world.now("2026-11-20 00:15");
        for _ in 0..5 {
            drop(begun(&world, "verify_chains", "2026-11-20 00:15"));
        }
        world.run_due();
        let runs = runs_of(&world, "verify_chains");
        assert_eq!(runs.len(), 5);
        assert!(runs.iter().all(|run| run.outcome.as_deref() == Some("abandoned")), "{runs:?}");
        world.now("2026-11-21 00:15");
        world.run_due();
        assert!(runs_of(&world, "verify_chains")[5].is("2026-11-21 00:15", 1, "ok"));
    }
}
