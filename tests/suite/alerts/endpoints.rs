//! The ladder of an office over HTTP, and what was told.

use serde_json::{Value, json};

use super::{Post, addresses, sweep_at, told};
use crate::procedure;
use crate::support::{LAND, MARITAL_STATUS, Staff, in_appraisal, send};

const LADDER: &str = "/api/v1/offices/H29.23/alert-ladder";

fn two_days_before() -> Value {
    json!({ "rungs": [{
        "name": "due_soon", "title": "Sắp đến hạn", "about": "due",
        "when": { "kind": "before", "working_days": 2, "short": { "under_days": 3, "percent": 50 } },
        "to": ["manager"],
    }] })
}

both! {
    async fn an_office_has_its_own_ladder_or_that_above_it(world) {
        let staff = Staff::of(&world);
        let built_in = staff.clerk.get(LADDER).await.expect(200);
        assert_eq!(built_in.etag(), "\"1\"");
        assert_eq!(built_in.at("from"), &Value::Null);
        assert_eq!(built_in.at("rungs").as_array().unwrap().len(), 6);
        // What is read can be sent back.
        let same = json!({ "rungs": built_in.at("rungs") });
        let city = "/api/v1/offices/H29/alert-ladder";
        let of_city = staff.admin.put(city, "\"1\"", &same).await.expect(200);
        assert_eq!((of_city.text("from"), of_city.etag()), ("H29", "\"2\""));
        assert_eq!(staff.clerk.get(LADDER).await.expect(200).text("from"), "H29");
        let own = staff.admin.put(LADDER, "\"1\"", &two_days_before()).await.expect(200);
        assert_eq!((own.text("from"), own.etag()), ("H29.23", "\"2\""));
        staff.admin.put(LADDER, "\"1\"", &same).await.problem(412, "stale_version");
        staff.manager.put(LADDER, "\"2\"", &same).await.problem(403, "forbidden");
        let gone = staff.admin.delete(LADDER, "\"2\"").await.expect(200);
        assert_eq!((gone.text("from"), gone.etag()), ("H29", "\"3\""));
    }

    async fn a_rung_that_could_never_fire_is_refused_with_the_reason(world) {
        let staff = Staff::of(&world);
        let mut ladder = two_days_before();
        ladder["rungs"][0]["when"] = json!({ "kind": "before", "working_days": 5 });
        let refused = staff.admin.put(LADDER, "\"1\"", &ladder).await;
        let refused = refused.fault("rungs[0].when", "never_fires");
        assert!(format!("{refused:?}").contains("1.004873"), "{refused:?}");
        ladder["rungs"][0]["when"] = json!({ "kind": "late", "percent": 5 });
        let refused = staff.admin.put(LADDER, "\"1\"", &ladder).await;
        let refused = refused.fault("rungs[0].when.percent", "not_of_kind");
        refused.fault("rungs[0].when.working_days", "required");
        ladder["rungs"][0]["when"] = json!({ "kind": "late", "working_days": 0 });
        ladder["rungs"][0]["name"] = "apology_proposed".into();
        staff.admin.put(LADDER, "\"1\"", &ladder).await.fault("rungs[0].name", "reserved");
    }

    async fn a_procedure_that_becomes_too_short_is_told_where_the_ladder_is_read(world) {
        let staff = Staff::of(&world);
        let mut ladder = two_days_before();
        ladder["rungs"][0]["when"] =
            json!({ "kind": "before", "working_days": 8, "short": { "under_days": 8, "percent": 50 } });
        let set = staff.admin.put(LADDER, "\"1\"", &ladder).await.expect(200);
        assert_eq!(set.at("warnings"), &Value::Null);
        let mut shorter = procedure::from("2026-11-23", "Đất đai, rút ngắn");
        shorter["time_limit"]["amount"] = 8.into();
        let versions = format!("{}/versions", procedure::path(LAND));
        let add = staff.admin.request(reqwest::Method::POST, &versions).header("if-match", "\"1\"");
        send(add.json(&shorter)).await.expect(201);
        assert_eq!(staff.clerk.get(LADDER).await.expect(200).at("warnings"), &Value::Null);
        world.now("2026-11-23 08:00");
        let seen = staff.clerk.get(LADDER).await.expect(200);
        assert_eq!(seen.text("warnings.0.field"), "rungs[0].when");
        assert_eq!(seen.text("warnings.0.code"), "never_fires");
        assert!(seen.text("warnings.0.text").contains(LAND), "{seen:?}");
        assert!(seen.text("warnings.0.text_en").contains("8 working days"), "{seen:?}");
    }

    async fn a_changed_ladder_counts_for_open_dossiers(world) {
        addresses(&world);
        let staff = Staff::of(&world);
        in_appraisal(&staff, MARITAL_STATUS).await;
        let mut post = Post::default();
        sweep_at(&world, "2026-11-19 09:00");
        staff.admin.put(LADDER, "\"1\"", &two_days_before()).await.expect(200);
        sweep_at(&world, "2026-11-19 09:01");
        assert_eq!(told(&post.new_mails(&world)), Vec::<String>::new());
        // Two working days before Wednesday, with the holiday on Tuesday: Friday.
        sweep_at(&world, "2026-11-20 07:30");
        assert_eq!(told(&post.new_mails(&world)), ["staff_digest lanhdao due_soon 1"]);
    }

    async fn what_was_told_is_listed_page_by_page(world) {
        addresses(&world);
        let staff = Staff::of(&world);
        let code = in_appraisal(&staff, MARITAL_STATUS).await;
        sweep_at(&world, "2026-11-23 07:30");
        let list = staff.inspector.get(&format!("/api/v1/alerts?dossier={code}")).await.expect(200);
        assert_eq!(list.at("items").as_array().unwrap().len(), 2, "{list:?}");
        assert!(list.each("state").iter().all(|state| state == "mailed"), "{list:?}");
        assert!(list.each("mail_state").iter().all(|state| state == "waiting"), "{list:?}");
        for (mail, alert) in [("sent", "mailed"), ("set_aside", "set_aside"), ("muted", "muted"), ("moot", "moot")] {
            world.meddle(&format!("UPDATE mails SET state = '{mail}'"));
            let list = staff.inspector.get(&format!("/api/v1/alerts?dossier={code}&state={alert}")).await.expect(200);
            assert_eq!((list.each("state"), list.each("mail_state")), (vec![alert.to_owned(); 2], vec![mail.to_owned(); 2]));
        }
        let first = staff.inspector.get("/api/v1/alerts?limit=1").await.expect(200);
        let cursor = first.text("next_cursor");
        let rest = staff.inspector.get(&format!("/api/v1/alerts?limit=1&cursor={cursor}")).await;
        assert_eq!(rest.expect(200).at("items").as_array().unwrap().len(), 1);
        staff.clerk.get("/api/v1/alerts").await.problem(403, "forbidden");
        staff.admin.get("/api/v1/alerts?cursor=x").await.problem(400, "bad_cursor");
    }
}
