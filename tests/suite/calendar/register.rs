//! Calendars: made, changed, filled year by year, retired.

use serde_json::json;

use super::{calendar, of_the_ward, path};
use crate::support::Staff;

both! {
    async fn a_calendar_is_made_read_changed_retired_and_restored(world) {
        let staff = Staff::of(&world);
        let body = calendar(&json!({ "2026-12-31": "Nghỉ cuối năm" }));
        let made = staff.admin.post("/api/v1/calendars", &body).await.expect(201);
        let place = made.header("location").to_owned();
        let seen = staff.clerk.get(&place).await.expect(200);
        assert_eq!(seen.json, made.json);
        assert_eq!((seen.etag(), seen.at("number")), ("\"1\"", &json!(1)));
        assert_eq!(seen.at("weekly"), &body["weekly"]);
        assert_eq!(seen.at("years.2026.closed"), &body["years"]["2026"]["closed"]);

        let mut changed = body.clone();
        changed["weekly"]["saturday"] = json!(["07:30-11:30"]);
        let now = staff.admin.put(&place, "\"1\"", &changed).await.expect(200);
        assert_eq!((now.etag(), now.at("number")), ("\"2\"", &json!(2)));
        assert_eq!(now.header("link"), format!("</api/v1/recomputations/{}>; rel=\"status\"", now.text("recomputation")));
        staff.admin.put(&place, "\"1\"", &body).await.problem(412, "stale_version");

        let versions = staff.inspector.get(&format!("{place}/versions")).await.expect(200);
        assert_eq!(versions.each("number"), ["2", "1"]);

        let retired = staff.admin.delete(&place, "\"2\"").await.expect(200);
        assert_eq!(retired.text("retired_at"), world.time());
        let list = staff.admin.get("/api/v1/calendars?retired=true").await.expect(200);
        assert_eq!(list.each("id"), [made.text("id")]);
        let restore = crate::support::send(
            staff.admin.request(reqwest::Method::POST, &format!("{place}/restore")).header("if-match", "\"3\""),
        );
        assert!(restore.await.expect(200).at("retired_at").is_null());
    }

    async fn a_year_is_imported_as_the_reference_data_write_it(world) {
        let staff = Staff::of(&world);
        let seen = of_the_ward(&staff.admin).await;
        let place = format!("{}/years/2028", path(seen.text("id")));
        let year = json!({
            "closed": { "2028-01-03": "Nghỉ bù Tết Dương lịch" },
            "make_up": { "2028-01-08": "Làm bù" },
            "special": { "2028-01-25": { "sessions": ["07:30-11:30"], "reason": "Nghỉ sớm" } },
            "certainty": "remembered",
        });
        let now = staff.admin.put(&place, seen.etag(), &year).await.expect(200);
        for list in ["closed", "make_up", "special"] {
            assert_eq!(now.at(&format!("years.2028.{list}")), &year[list], "{list}");
        }
        assert_eq!(now.at("years.2027"), seen.at("years.2027"));
        // The same again is no change of the rules.
        let again = staff.admin.put(&place, now.etag(), &year).await.expect(200);
        assert_eq!((again.at("number"), again.at("recomputation")), (now.at("number"), &json!(null)));
        let wrong = json!({ "closed": { "2027-01-03": "Năm khác" } });
        let refused = staff.admin.put(&place, again.etag(), &wrong).await;
        refused.fault("closed.2027-01-03", "date_not_in_year");
        let absurd = format!("{}/years/20288", path(seen.text("id")));
        staff.admin.put(&absurd, again.etag(), &year).await.problem(404, "not_found");
    }

    async fn every_fault_of_a_calendar_is_named_at_once(world) {
        let staff = Staff::of(&world);
        let body = json!({
            "name": "\u{0}",
            "weekly": { "monday": ["11:30-07:30", "25:00-26:00", "7h30"], "funday": [] },
            "years": {
                "26": {},
                "2026": { "closed": { "2026-02-30": "Không có", "2027-01-01": "Năm khác" } },
            },
            "colour": "red",
        });
        let refused = staff.admin.post("/api/v1/calendars", &body).await;
        let refused = refused.problem(422, "invalid_input");
        for (field, code) in [
            ("name", "control_character"),
            ("weekly.monday[0]", "session_empty"),
            ("weekly.monday[1]", "bad_time"),
            ("weekly.monday[2]", "bad_format"),
            ("weekly.funday", "unknown_field"),
            ("years.26", "bad_format"),
            ("years.2026.closed.2026-02-30", "bad_date"),
            ("colour", "unknown_field"),
        ] {
            refused.clone().fault(field, code);
        }
        let mut idle = calendar(&json!({}));
        idle["weekly"] = json!({});
        idle["years"]["2026"]["make_up"] = json!({ "2026-01-10": "Làm bù" });
        let refused = staff.admin.post("/api/v1/calendars", &idle).await;
        refused.fault("weekly", "no_working_time");
    }

    async fn a_calendar_in_use_is_changed_only_by_who_administers_its_offices_and_not_retired(world) {
        let staff = Staff::of(&world);
        let seen = of_the_ward(&staff.clerk).await;
        let place = path(seen.text("id"));
        let body = calendar(&json!({}));
        for other in [&staff.clerk, &staff.manager, &staff.inspector] {
            other.put(&place, seen.etag(), &body).await.problem(403, "forbidden");
            other.delete(&place, seen.etag()).await.problem(403, "forbidden");
            other.post("/api/v1/calendars", &body).await.problem(403, "forbidden");
        }
        let in_use = staff.admin.delete(&place, seen.etag()).await.problem(409, "in_use");
        assert_eq!(in_use.text("used_by"), "offices");
        staff.admin.get(&path("019a9e5e-7c1b-7d35-9f7c-2c4f6a1d0b11")).await.problem(404, "not_found");
        staff.admin.get(&path("1")).await.problem(404, "not_found");
        world.visitor().get(&place).await.problem(401, "unauthenticated");
        assert_eq!(of_the_ward(&staff.clerk).await.json, seen.json);
    }
}
