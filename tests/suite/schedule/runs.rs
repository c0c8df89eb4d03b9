//! By the clock: each job at its time, what was missed once, and no lateness that hangs on a job.

use super::runs_of;
use crate::support::{BIRTH, MARITAL_STATUS, Staff, registered};

both! {
    async fn a_job_runs_at_its_time_and_once(world) {
        world.run_due();
        assert_eq!(runs_of(&world, "verify_chains"), Vec::new(), "not before its time");
        world.now("2026-11-20 00:14:59.999999");
        world.run_due();
        assert_eq!(runs_of(&world, "verify_chains"), Vec::new());
        world.now("2026-11-20 00:15");
        world.run_due();
        world.run_due();
        let runs = runs_of(&world, "verify_chains");
        assert_eq!(runs.len(), 1, "{runs:?}");
        assert!(runs[0].is("2026-11-20 00:15", 1, "ok"), "{runs:?}");
    }

    async fn three_nights_without_a_server_are_caught_up_once(world) {
        world.run_due();
        world.now("2026-11-23 09:00:30");
        let world = world.restart();
        world.run_due();
        let nights = runs_of(&world, "verify_chains");
        assert_eq!(nights.len(), 1, "{nights:?}");
        assert!(nights[0].is("2026-11-23 00:15", 1, "ok"), "{nights:?}");
        let minutes = runs_of(&world, "lapse");
        assert_eq!(minutes.len(), 1, "the first is forgotten by now: {minutes:?}");
        assert!(minutes[0].is("2026-11-23 09:00", 1, "ok"), "{minutes:?}");
        assert_eq!(world.run_due(), 0, "nothing is left");
    }

    async fn a_minute_brings_each_job_of_the_minute_once(world) {
        world.run_due();
        for minute in 1..=4 {
            world.now(&format!("2026-11-19 08:{minute:02}"));
            assert_eq!(world.run_due(), 3, "lapse, alerts and recompute");
            assert_eq!(world.run_due(), 0);
        }
        assert_eq!(runs_of(&world, "lapse").len(), 5);
    }

    async fn a_clock_that_was_years_ahead_stops_no_job(world) {
        world.now("2031-01-01 08:00");
        world.run_due();
        world.now("2026-11-19 08:00");
        world.run_due();
        world.now("2026-11-20 00:15");
        world.run_due();
        assert!(runs_of(&world, "verify_chains")[0].is("2026-11-20 00:15", 1, "ok"));
        assert!(runs_of(&world, "lapse").iter().any(|run| run.is("2026-11-20 00:15", 1, "ok")));
    }

    async fn lateness_shows_without_any_job_having_run(world) {
        let staff = Staff::of(&world);
        let code = registered(&staff.clerk, BIRTH).await;
        registered(&staff.clerk, MARITAL_STATUS).await;
        world.now("2026-11-19 17:00:01");
        let late = staff.clerk.get("/api/v1/worklists/due?when=overdue&count=capped").await.expect(200);
        assert_eq!((late.each("code"), &late.json["count"]), (vec![code.clone()], &1.into()));
        let public = world.visitor().get(&format!("/api/v1/public/dossiers/{code}")).await.expect(200);
        assert_eq!(public.at("timeliness.late"), true, "{public:?}");
        assert_eq!(runs_of(&world, "lapse"), Vec::new());
    }

    async fn runs_that_did_nothing_are_forgotten_and_the_newest_stays(world) {
        for day in 19..=27 {
            for hour in ["08:00", "09:20"] {
                world.now(&format!("2026-11-{day} {hour}"));
                world.run_due();
            }
        }
        let runs = runs_of(&world, "lapse");
        assert!((4..=8).contains(&runs.len()), "{runs:?}");
        assert!(runs.last().unwrap().is("2026-11-27 09:20", 1, "ok"));
        world.meddle("DELETE FROM job_runs WHERE job = 'purge' AND did > 0");
        world.now("2027-11-27 09:20");
        world.run_due();
        world.now("2027-11-27 09:21");
        world.run_due();
        assert!(!runs_of(&world, "lapse").is_empty());
    }
}
