//! A holiday announced late moves open dossiers, to a later date only.

use serde_json::{Value, json};

use crate::support::{
    Answer, Client, LAND, MARITAL_STATUS, Staff, World, in_appraisal, registered, resolved,
};

/// The calendar of the city, which its wards inherit.
async fn calendar(admin: &Client) -> Answer {
    let list = admin.get("/api/v1/calendars").await.expect(200);
    let id = list.each("id").remove(0);
    admin
        .get(&format!("/api/v1/calendars/{id}"))
        .await
        .expect(200)
}

/// Closes a date of 2026, or opens it again, beside all that was known; gives the recount's id.
async fn announce(admin: &Client, date: &str, reason: Option<&str>) -> String {
    let calendar = calendar(admin).await;
    let mut closed = calendar.at("years.2026.closed").clone();
    match reason {
        Some(reason) => closed[date] = reason.into(),
        None => drop(closed.as_object_mut().unwrap().remove(date)),
    }
    let year = json!({ "closed": closed, "make_up": calendar.at("years.2026.make_up") });
    let path = format!("/api/v1/calendars/{}/years/2026", calendar.text("id"));
    let changed = admin.put(&path, calendar.etag(), &year).await.expect(200);
    let id = changed.text("recomputation").to_owned();
    assert!(
        changed
            .header("link")
            .contains(&format!("/api/v1/recomputations/{id}"))
    );
    id
}

async fn progress(admin: &Client, id: &str) -> Value {
    admin
        .get(&format!("/api/v1/recomputations/{id}"))
        .await
        .expect(200)
        .json
}

async fn due(staff: &Staff, code: &str) -> String {
    staff
        .clerk
        .dossier(code)
        .await
        .expect(200)
        .text("due_at")
        .to_owned()
}

async fn closed_and_recounted(world: &World, admin: &Client, date: &str) -> Value {
    let id = announce(admin, date, Some("Nghỉ đột xuất")).await;
    world.tick();
    progress(admin, &id).await
}

both! {
    async fn a_late_holiday_moves_open_dossiers_in_the_background(world) {
        let staff = Staff::of(&world);
        let open = registered(&staff.clerk, MARITAL_STATUS).await;
        let done = resolved(&staff, MARITAL_STATUS).await;
        let hand_set = in_appraisal(&staff, MARITAL_STATUS).await;
        let apology = json!({ "reason": "Xác minh", "due_at": "2026-11-27T17:00:00+07:00" });
        staff.manager.act(&hand_set, "reappoint", apology).await.expect(200);

        let id = announce(&staff.admin, "2026-11-23", Some("Nghỉ đột xuất")).await;
        let waiting = progress(&staff.admin, &id).await;
        assert_eq!((&waiting["status"], &waiting["done"]), (&json!("waiting"), &json!(0)));
        assert_eq!(due(&staff, &open).await, "2026-11-25T17:00:00+07:00");
        world.tick();
        let after = progress(&staff.admin, &id).await;
        assert_eq!((&after["status"], &after["failed"]), (&json!("done"), &json!(0)), "{after}");
        assert_eq!(after["done"], after["total"]);
        assert_eq!(due(&staff, &open).await, "2026-11-26T17:00:00+07:00");
        assert_eq!(due(&staff, &done).await, "2026-11-25T17:00:00+07:00");
        assert_eq!(due(&staff, &hand_set).await, "2026-11-27T17:00:00+07:00");

        let record = staff.clerk.get(&format!("/api/v1/dossiers/{open}/events")).await.expect(200);
        let event = record.at("items").as_array().unwrap().last().unwrap();
        assert_eq!(event["action"], "due_date_moved");
        assert_eq!(event["detail"]["due_at_before"], "2026-11-25T17:00:00+07:00");
        assert_eq!(event["detail"]["due_at"], "2026-11-26T17:00:00+07:00");
        let seen = staff.clerk.dossier(&open).await.expect(200);
        assert_eq!(seen.text("due_at_original"), "2026-11-25T17:00:00+07:00");
        let path = format!("/api/v1/public/dossiers/{open}?key={}", seen.text("lookup_key"));
        let own = world.visitor().get(&path).await.expect(200);
        assert_eq!(own.text("own.due_date_changes.0.due_at"), "2026-11-26T17:00:00+07:00");
        assert_eq!(world.verify().1, Vec::new());
    }

    async fn a_second_run_changes_nothing(world) {
        let staff = Staff::of(&world);
        registered(&staff.clerk, MARITAL_STATUS).await;
        closed_and_recounted(&world, &staff.admin, "2026-11-23").await;
        let events = world.verify().0;
        world.tick();
        world.meddle("UPDATE recomputations SET status = 'waiting', done = 0, last_dossier_id = 0");
        world.tick();
        assert_eq!(world.verify(), (events, Vec::new()));
    }

    async fn a_holiday_taken_back_leaves_the_later_date(world) {
        let staff = Staff::of(&world);
        let code = registered(&staff.clerk, MARITAL_STATUS).await;
        closed_and_recounted(&world, &staff.admin, "2026-11-23").await;
        announce(&staff.admin, "2026-11-23", None).await;
        world.tick();
        assert_eq!(due(&staff, &code).await, "2026-11-26T17:00:00+07:00");
        // What comes in from now on is counted as if it had never been.
        let fresh = registered(&staff.clerk, MARITAL_STATUS).await;
        assert_eq!(due(&staff, &fresh).await, "2026-11-25T17:00:00+07:00");
    }

    async fn a_recount_goes_on_where_a_stopped_server_left_it(world) {
        let staff = Staff::of(&world);
        let one = registered(&staff.clerk, LAND).await;
        let two = registered(&staff.clerk, LAND).await;
        let id = announce(&staff.admin, "2026-11-23", Some("Nghỉ đột xuất")).await;
        let world = world.restart();
        let staff = Staff::of(&world);
        world.tick();
        for code in [&one, &two] {
            assert_eq!(due(&staff, code).await, "2026-12-07T17:00:00+07:00");
        }
        let after = progress(&staff.admin, &id).await;
        assert_eq!((&after["total"], &after["moved"]), (&json!(2), &json!(2)));
    }

    async fn only_an_administrator_of_all_its_offices_changes_a_calendar(world) {
        let staff = Staff::of(&world);
        let seen = calendar(&staff.clerk).await;
        let path = format!("/api/v1/calendars/{}/years/2026", seen.text("id"));
        let year = json!({ "closed": {} });
        for other in [&staff.clerk, &staff.manager, &staff.inspector] {
            other.put(&path, seen.etag(), &year).await.problem(403, "forbidden");
        }
        staff.admin.put(&path, "\"99\"", &year).await.problem(412, "stale_version");
        let wrong = json!({ "closed": { "2027-01-01": "Tết" } });
        let refused = staff.admin.put(&path, seen.etag(), &wrong).await;
        refused.fault("closed.2027-01-01", "date_not_in_year");
    }
}
