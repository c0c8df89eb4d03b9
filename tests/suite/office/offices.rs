//! Offices: read by everybody who signed in, kept by administrators.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{MARITAL_STATUS, Staff, registered, send};

const NEW: &str = "/api/v1/offices/H29.25";

fn new_office() -> Value {
    json!({
        "code": "H29.25",
        "name": "Ủy ban nhân dân phường thứ ba",
        "kind": "ward",
        "parent": "H29",
        "desk_hours": {"monday": ["07:30-11:30", "13:00-17:00"], "saturday": ["07:30-11:30"]},
        "phone": "0236 312 3456",
    })
}

both! {
    async fn an_office_is_added_read_changed_retired_and_restored(world) {
        let admin = Staff::of(&world).admin;
        let made = admin.post("/api/v1/offices", &new_office()).await.expect(201);
        assert_eq!((made.header("location"), made.etag()), (NEW, "\"1\""));
        let read = admin.get(NEW).await.expect(200);
        assert_eq!((read.etag(), &read.json), (made.etag(), &made.json));
        assert_eq!(read.text("phone"), "02363123456");
        assert_eq!(read.words("desk_hours.saturday"), ["07:30-11:30"]);
        assert!(read.at("desk_hours.sunday").is_null());

        let change = json!({"name": "Tên mới", "kind": "ward", "parent": "H29.23"});
        let changed = admin.put(NEW, "\"1\"", &change).await.expect(200);
        assert_eq!((changed.etag(), changed.text("parent")), ("\"2\"", "H29.23"));
        assert!(changed.at("phone").is_null(), "what is left out is emptied");
        admin.put(NEW, "\"1\"", &change).await.problem(412, "stale_version");

        let retired = admin.delete(NEW, "\"2\"").await.expect(200);
        assert_eq!(retired.text("retired_at"), world.time());
        admin.put(NEW, "\"3\"", &change).await.problem(409, "retired");
        let restore = admin.request(Method::POST, &format!("{NEW}/restore"));
        let restored = send(restore.header("if-match", "\"3\"")).await.expect(200);
        assert!(restored.at("retired_at").is_null());
    }

    async fn a_change_without_a_version_is_refused(world) {
        let admin = Staff::of(&world).admin;
        admin.post("/api/v1/offices", &new_office()).await.expect(201);
        for method in [Method::PUT, Method::DELETE] {
            let change = json!({"name": "Tên mới", "kind": "ward", "parent": "H29"});
            let bare = send(admin.request(method, NEW).json(&change)).await;
            bare.problem(428, "precondition_required");
        }
        let bare = admin.post(&format!("{NEW}/restore"), &json!({})).await;
        bare.problem(428, "precondition_required");
        assert_eq!(admin.get(NEW).await.etag(), "\"1\"");
    }

    async fn the_same_request_again_adds_nothing(world) {
        let admin = Staff::of(&world).admin;
        let first = admin.post_once("k1", "/api/v1/offices", &new_office()).await.expect(201);
        let again = admin.post_once("k1", "/api/v1/offices", &new_office()).await.expect(201);
        assert_eq!(again.header("idempotency-replayed"), "true");
        assert_eq!((again.json, again.headers["location"].clone()), (first.json, first.headers["location"].clone()));
        admin.post("/api/v1/offices", &new_office()).await.problem(409, "already_exists");
    }

    async fn every_fault_of_an_office_is_named_at_once(world) {
        let admin = Staff::of(&world).admin;
        let wrong = json!({
            "code": "h29.25",
            "kind": "village",
            "parent": "H29",
            "desk_hours": {"monday": ["13:00-17:00", "07:30-11:30"], "tuesday": ["7-11"], "funday": []},
            "colour": "red",
        });
        let answer = admin.post("/api/v1/offices", &wrong).await;
        let answer = answer.fault("code", "bad_format");
        let answer = answer.fault("name", "required").fault("kind", "unknown_word");
        let answer = answer.fault("desk_hours.tuesday[0]", "bad_format");
        let answer = answer.fault("desk_hours.funday", "unknown_field");
        answer.fault("colour", "unknown_field");
        let mut unsorted = new_office();
        unsorted["desk_hours"] = json!({"monday": ["13:00-17:00", "07:30-11:30"]});
        let answer = admin.post("/api/v1/offices", &unsorted).await;
        answer.fault("desk_hours.monday", "unsorted");
        let mut lost = new_office();
        lost["calendar"] = json!("0192f3c4-5d6e-7f80-9a1b-2c3d4e5f6071");
        admin.post("/api/v1/offices", &lost).await.fault("calendar", "unknown_calendar");
    }

    async fn only_administrators_over_the_place_keep_offices(world) {
        let staff = Staff::of(&world);
        for other in [&staff.clerk, &staff.manager, &staff.inspector, &staff.stranger] {
            other.post("/api/v1/offices", &new_office()).await.problem(403, "forbidden");
            other.delete("/api/v1/offices/H29.23", "\"1\"").await.problem(403, "forbidden");
            other.get("/api/v1/offices/H29.24").await.expect(200);
        }
        world.visitor().get("/api/v1/offices").await.problem(401, "unauthenticated");
        staff.admin.get("/api/v1/offices/H99").await.problem(404, "not_found");
        staff.admin.get("/api/v1/offices/x y").await.problem(404, "not_found");
        let patch = send(staff.admin.request(Method::PATCH, "/api/v1/offices/H29")).await;
        assert_eq!(patch.problem(405, "method_not_allowed").header("allow"), "GET, PUT, DELETE");
    }

    async fn an_office_in_use_is_not_retired_and_the_answer_says_by_what(world) {
        let staff = Staff::of(&world);
        registered(&staff.clerk, MARITAL_STATUS).await;
        let used = staff.admin.delete("/api/v1/offices/H29.23", "\"1\"").await;
        let used = used.problem(409, "in_use");
        assert_eq!((used.text("used_by"), used.at("count")), ("open_dossiers", &json!(1)));
    }

    async fn offices_are_listed_page_by_page_and_found_by_name(world) {
        let clerk = Staff::of(&world).clerk;
        let first = clerk.get("/api/v1/offices?limit=2").await.expect(200);
        assert_eq!(first.each("code"), ["H29", "H29.23"]);
        let link = first.header("link").to_owned();
        let next = link.strip_prefix('<').and_then(|link| link.strip_suffix(">; rel=\"next\""));
        let second = clerk.get(next.expect("a next page")).await.expect(200);
        assert_eq!((second.each("code"), second.header("link")), (vec!["H29.24".to_owned()], ""));
        let found = clerk.get("/api/v1/offices?q=phuong%20thu%20hai&kind=ward&parent=H29").await;
        assert_eq!(found.expect(200).each("code"), ["H29.24"]);
        clerk.get("/api/v1/offices?colour=red").await.problem(400, "unknown_parameter");
        clerk.get("/api/v1/offices?limit=201").await.problem(400, "invalid_parameter");
        clerk.get("/api/v1/offices?cursor=abc").await.problem(400, "bad_cursor");
    }

    async fn a_move_changes_at_once_what_roles_reach(world) {
        let staff = Staff::of(&world);
        let admin = &staff.admin;
        admin.post("/api/v1/offices", &new_office()).await.expect(201);
        let ward_admin = json!({
            "login": "quantri.phuong", "display_name": "Quản trị phường", "office": "H29.23",
            "roles": [{"role": "administrator", "office": "H29.23"}],
        });
        admin.post("/api/v1/staff", &ward_admin).await.expect(201);
        world.meddle("UPDATE staff SET must_change_password = FALSE");
        let ward_admin = world.staff("quantri.phuong");
        let change = json!({"name": "Tên mới", "kind": "ward", "parent": "H29.23"});
        ward_admin.put(NEW, "\"1\"", &change).await.problem(403, "forbidden");
        admin.put(NEW, "\"1\"", &change).await.expect(200);
        ward_admin.put(NEW, "\"2\"", &change).await.expect(200);
    }
}
