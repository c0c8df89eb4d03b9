//! What can be read of the jobs, and asking for a run.

use serde_json::Value;

use super::runs_of;
use crate::support::Staff;

both! {
    async fn the_jobs_tell_their_times_and_their_last_runs(world) {
        let staff = Staff::of(&world);
        world.now("2026-11-19 08:00:30");
        world.run_due();
        let list = staff.inspector.get("/api/v1/jobs").await.expect(200);
        let jobs = list.at("items").as_array().unwrap();
        let job = |name: &str| jobs.iter().find(|job| job["name"] == name).unwrap().clone();
        let lapse = job("lapse");
        assert_eq!(lapse["cron"], "* * * * *");
        assert_eq!(lapse["time_zone"], "Asia/Ho_Chi_Minh");
        assert_eq!(lapse["next_run"], "2026-11-19T08:01:00+07:00");
        assert_eq!(lapse["runs"][0]["state"], "ok");
        assert_eq!(lapse["runs"][0]["cause"], "schedule");
        assert_eq!(lapse["runs"][0]["finished_at"], "2026-11-19T08:00:30+07:00");
        assert!(lapse["runs"][0]["duration_ms"].is_i64());
        let nightly = job("verify_chains");
        assert_eq!(nightly["next_run"], "2026-11-20T00:15:00+07:00");
        assert_eq!((nightly["lane"].as_str(), nightly["runs"].as_array().map(Vec::len)), (Some("long"), Some(0)));
    }

    async fn runs_are_listed_page_by_page(world) {
        let staff = Staff::of(&world);
        for minute in 0..7 {
            world.now(&format!("2026-11-19 08:{minute:02}"));
            world.run_due();
        }
        let mut path = "/api/v1/jobs/lapse/runs?limit=3".to_owned();
        let mut seen = Vec::new();
        loop {
            let page = staff.admin.get(&path).await.expect(200);
            seen.extend(page.each("scheduled_for"));
            match page.json["next_cursor"].as_str() {
                Some(cursor) => path = format!("/api/v1/jobs/lapse/runs?limit=3&cursor={cursor}"),
                None => break,
            }
        }
        assert_eq!(seen.len(), 7);
        assert!(seen.is_sorted_by(|one, next| one > next), "{seen:?}");
        staff.admin.get("/api/v1/jobs/lapse/runs?cursor=x").await.problem(400, "bad_cursor");
        staff.admin.get("/api/v1/jobs/nothing/runs").await.problem(404, "not_found");
    }

    async fn an_administrator_runs_a_job_now(world) {
        let staff = Staff::of(&world);
        world.run_due();
        let path = "/api/v1/jobs/verify_chains/run";
        let asked = staff.admin.post_once("a", path, &Value::Null).await.expect(202);
        assert_eq!((asked.text("state"), asked.text("cause")), ("waiting", "person"));
        let again = staff.admin.post_once("a", path, &Value::Null).await.expect(202);
        assert_eq!(again.header("idempotency-replayed"), "true");
        let other = staff.admin.post_once("b", path, &Value::Null).await.expect(202);
        assert_eq!(other.text("id"), asked.text("id"), "one that waits is enough");
        world.run_due();
        world.run_due();
        let runs = runs_of(&world, "verify_chains");
        assert_eq!(runs.len(), 1, "{runs:?}");
        let told = staff.admin.get("/api/v1/jobs/verify_chains/runs").await.expect(200);
        assert_eq!((told.text("items.0.id"), told.text("items.0.state")), (asked.text("id"), "ok"));
        staff.inspector.post(path, &Value::Null).await.problem(403, "forbidden");
        staff.admin.post("/api/v1/jobs/nothing/run", &Value::Null).await.problem(404, "not_found");
        // The night comes all the same.
        world.now("2026-11-20 00:15");
        world.run_due();
        assert_eq!(runs_of(&world, "verify_chains").len(), 2);
    }

    async fn the_metrics_count_runs_and_tell_the_next(world) {
        world.run_due();
        world.now("2026-11-19 08:01");
        world.run_due();
        let text = world.visitor().get("/metrics").await.expect(200).body();
        for line in [
            "motcua_job_runs_total{job=\"lapse\",outcome=\"ok\"} 2",
            "motcua_job_last_success_timestamp_seconds{job=\"lapse\"} 1795050060",
            "motcua_job_next_run_timestamp_seconds{job=\"verify_chains\"} 1795108500",
            "motcua_job_last_skipped{job=\"lapse\"} 0",
            "motcua_job_last_duration_seconds{job=\"lapse\"} ",
        ] {
            assert!(text.contains(line), "{line} in\n{text}");
        }
    }
}
