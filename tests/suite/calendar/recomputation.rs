//! A holiday announced late, over HTTP.

use serde_json::{Value, json};

use super::{of_the_ward, path};
use crate::support::{MARITAL_STATUS, Staff, registered, resolved};

/// Closes Friday 20 November 2026 beside what is closed already.
async fn announce(staff: &Staff) -> String {
    let seen = of_the_ward(&staff.admin).await;
    let mut year: Value = seen.at("years.2026").clone();
    year["closed"]["2026-11-20"] = "Nghỉ đột xuất".into();
    let place = format!("{}/years/2026", path(seen.text("id")));
    let now = staff
        .admin
        .put(&place, seen.etag(), &year)
        .await
        .expect(200);
    format!("/api/v1/recomputations/{}", now.text("recomputation"))
}

both! {
    async fn a_holiday_announced_late_moves_the_promise_and_tells_the_applicant(world) {
        let staff = Staff::of(&world);
        let open = registered(&staff.clerk, MARITAL_STATUS).await;
        let ended = resolved(&staff, MARITAL_STATUS).await;
        let before = staff.clerk.dossier(&open).await.expect(200);
        assert_eq!(before.text("due_at"), "2026-11-25T17:00:00+07:00");
        let progress = announce(&staff).await;
        let waiting = staff.manager.get(&progress).await.expect(200);
        assert_eq!((waiting.text("status"), waiting.at("total")), ("waiting", &json!(1)));

        world.now("2026-11-19 09:30");
        world.tick();
        let done = staff.manager.get(&progress).await.expect(200);
        assert_eq!(done.text("status"), "done");
        assert_eq!(
            (done.at("done"), done.at("moved"), done.at("failed")),
            (&json!(1), &json!(1), &json!(0))
        );
        assert_eq!(done.text("finished_at"), world.time());

        let after = staff.clerk.dossier(&open).await.expect(200);
        assert_eq!(after.text("due_at"), "2026-11-26T17:00:00+07:00");
        assert_eq!(after.text("due_at_original"), "2026-11-25T17:00:00+07:00");
        let events = staff.clerk.get(&format!("/api/v1/dossiers/{open}/events")).await.expect(200);
        let moved = events.json["items"].as_array().unwrap().last().unwrap().clone();
        assert_eq!(moved["action"], "due_date_moved");
        assert_eq!(moved["detail"]["due_at_before"], "2026-11-25T17:00:00+07:00");
        assert_eq!(moved["detail"]["due_at"], "2026-11-26T17:00:00+07:00");
        assert_eq!(staff.clerk.dossier(&ended).await.text("due_at"), "2026-11-25T17:00:00+07:00");
        let public = world.visitor().get(&format!("/api/v1/public/dossiers/{open}")).await.expect(200);
        assert_eq!(public.text("due_at"), "2026-11-26T17:00:00+07:00");
        assert!(world.verify().1.is_empty());

        // Once more changes nothing, and there is one recomputation to be listed.
        world.tick();
        assert_eq!(staff.clerk.dossier(&open).await.etag(), after.etag());
        let list = staff.inspector.get("/api/v1/recomputations").await.expect(200);
        assert_eq!(list.each("id"), [done.text("id")]);
    }

    async fn a_date_that_a_manager_set_stays(world) {
        let staff = Staff::of(&world);
        let code = registered(&staff.clerk, MARITAL_STATUS).await;
        let body = json!({ "due_at": "2026-12-01T17:00:00+07:00", "reason": "Cần xác minh thêm" });
        staff.manager.act(&code, "reappoint", body).await.expect(200);
        announce(&staff).await;
        world.tick();
        let after = staff.clerk.dossier(&code).await.expect(200);
        assert_eq!(after.text("due_at"), "2026-12-01T17:00:00+07:00");
    }
}
