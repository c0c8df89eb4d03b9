//! One broken dossier is recorded and skipped, and the rest goes on.

use api::schedule::{First, Job, JobContext, Lane, Timetable};
use infra::schedule::Report;
use serde_json::json;

use super::runs_of;
use crate::support::{MARITAL_STATUS, Staff, in_appraisal, run_due};

/// Between two jobs of the lane that do nothing but work.
static PANICS: [Job; 3] = [
    minutely("before", |_| Ok(Report::of(1))),
    minutely("panics", |_| panic!("as a job may")),
    minutely("after", |_| Ok(Report::of(1))),
];

const fn minutely(
    name: &'static str,
    run: fn(&JobContext<'_>) -> Result<Report, infra::error::Error>,
) -> Job {
    Job {
        name,
        cron: "* * * * *",
        may_be_off: false,
        lane: Lane::Quick,
        first: First::AtOnce,
        on_bell: false,
        run,
    }
}

both! {
    async fn a_job_that_panics_is_written_down_and_the_others_go_on(world) {
        let service = world.service.clone().with_timetable(Timetable::of(&PANICS));
        assert_eq!(run_due(&service), 3);
        for job in ["before", "after"] {
            let runs = runs_of(&world, job);
            assert!(runs[0].is("2026-11-19 08:00", 1, "ok") && runs[0].did == 1, "{runs:?}");
        }
        let runs = runs_of(&world, "panics");
        assert!(runs[0].is("2026-11-19 08:00", 1, "failed"), "{runs:?}");
        // The next minute comes for all of them.
        world.now("2026-11-19 08:01");
        assert_eq!(run_due(&service), 3);
        assert_eq!(runs_of(&world, "after").len(), 2);
        let detail: String = world.read(|conn| {
            use diesel::prelude::*;
            use infra::db::schema::job_runs;
            Ok(job_runs::table
                .filter(job_runs::job.eq("panics"))
                .order(job_runs::id)
                .select(job_runs::detail)
                .first(conn)?)
        });
        assert!(detail.contains("panic"), "{detail}");
    }

    async fn a_broken_dossier_is_recorded_and_the_others_lapse(world) {
        let staff = Staff::of(&world);
        let mut codes = Vec::new();
        for _ in 0..3 {
            let code = in_appraisal(&staff, MARITAL_STATUS).await;
            let missing = json!({ "missing": [{ "name": "Giấy tờ", "reason": "Cần" }] });
            staff.justice.act(&code, "request_supplement", missing).await.expect(200);
            codes.push(code);
        }
        world.meddle(&format!(
            "UPDATE dossiers SET papers = 'no list', rules_state = '{{}}' WHERE code = '{}'",
            codes[0]
        ));
        world.now("2026-12-08 08:00");
        world.run_due();
        let state = async |code: &str| {
            staff.clerk.get(&format!("/api/v1/dossiers/{code}")).await.expect(200).text("state.code").to_owned()
        };
        assert_eq!(state(&codes[1]).await, "stopped");
        assert_eq!(state(&codes[2]).await, "stopped");
        let runs = runs_of(&world, "lapse");
        assert!(runs[0].is("2026-12-08 08:00", 1, "ok"), "{runs:?}");
        assert_eq!((runs[0].did, runs[0].skipped), (2, 1));
        let told = staff.admin.get("/api/v1/jobs/lapse/runs").await.expect(200);
        assert_eq!(told.text("items.0.skipped_items.0.what"), codes[0]);
        assert_eq!(told.text("items.0.skipped_items.0.why"), "internal");
    }

    async fn more_broken_dossiers_than_a_batch_keep_nobody_from_lapsing(world) {
        let staff = Staff::of(&world);
        let missing = json!({ "missing": [{ "name": "Giấy tờ", "reason": "Cần" }] });
        let broken = in_appraisal(&staff, MARITAL_STATUS).await;
        staff.justice.act(&broken, "request_supplement", missing.clone()).await.expect(200);
        let good = in_appraisal(&staff, MARITAL_STATUS).await;
        staff.justice.act(&good, "request_supplement", missing).await.expect(200);
        let columns = columns(&world);
        world.meddle(&format!(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 130) \
             INSERT INTO dossiers (code, {columns}) \
             SELECT 'H29.23-261101-' || (1000 + i), {columns} FROM dossiers, n WHERE code = '{broken}'"
        ));
        world.meddle("UPDATE dossiers SET rules_state = '{}' WHERE code LIKE 'H29.23-261101-%'");
        world.meddle("UPDATE dossiers SET lapse_at = '2026-12-01 00:00:00' WHERE code LIKE 'H29.23-261101-%'");
        world.now("2026-12-08 08:00");
        world.run_due();
        let seen = staff.clerk.dossier(&good).await.expect(200);
        assert_eq!(seen.text("state.code"), "stopped");
        let runs = runs_of(&world, "lapse");
        assert_eq!((runs[0].did, runs[0].skipped), (2, 130));
        let told = staff.admin.get("/api/v1/jobs/lapse/runs").await.expect(200);
        let named = told.at("items.0.skipped_items").as_array().unwrap().len();
        assert_eq!((told.at("items.0.skipped"), named), (&json!(130), 100));
    }
}

/// All columns of a dossier but those that are its own.
fn columns(world: &crate::support::World) -> String {
    use diesel::RunQueryDsl as _;
    #[derive(diesel::QueryableByName)]
    struct Column {
        #[diesel(sql_type = diesel::sql_types::Text)]
        name: String,
    }
    let which = world.which;
    let found: Vec<Column> = world.read(move |conn| {
        let query = match which {
            crate::support::Which::Sqlite => "SELECT name FROM pragma_table_info('dossiers')",
            crate::support::Which::Postgres => {
                "SELECT column_name::text AS name FROM information_schema.columns \
                 WHERE table_name = 'dossiers'"
            }
        };
        Ok(diesel::sql_query(query).load(conn)?)
    });
    let names = found.into_iter().map(|column| column.name);
    let kept = names.filter(|name| name != "id" && name != "code");
    kept.collect::<Vec<_>>().join(", ")
}
