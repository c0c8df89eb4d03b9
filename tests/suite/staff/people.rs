//! Who works where, as what, and who may see or change it.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{MARITAL_STATUS, Staff, registered, send};

fn place(uid: &str) -> String {
    format!("/api/v1/staff/{uid}")
}

/// A specialist's entry turned into the one of a clerk.
fn as_clerk() -> Value {
    json!({
        "display_name": "Đã đổi việc",
        "office": "H29.23",
        "roles": [{"role": "clerk", "office": "H29.23"}],
    })
}

both! {
    async fn administrators_see_all_of_an_entry_and_colleagues_what_forwarding_needs(world) {
        let staff = Staff::of(&world);
        let path = place(&staff.justice.uid);
        let whole = staff.admin.get(&path).await.expect(200);
        assert_eq!(whole.text("login"), "chuyenvien.tuphap");
        assert_eq!(whole.at("demo"), &json!(true));
        let brief = staff.clerk.get(&path).await.expect(200);
        assert_eq!(brief.text("display_name"), whole.text("display_name"));
        assert_eq!(brief.text("department.code"), "tu_phap");
        assert_eq!(brief.at("roles"), &json!([{"role": "specialist", "office": "H29.23"}]));
        for hidden in ["login", "email", "must_change_password", "demo", "one_time_password"] {
            assert!(brief.json.get(hidden).is_none(), "{hidden}");
        }
        staff.stranger.get(&path).await.problem(404, "not_found");
        staff.admin.get(&place("abc")).await.problem(404, "not_found");
    }

    async fn colleagues_find_whom_to_forward_to(world) {
        let staff = Staff::of(&world);
        let found = |query: &'static str| {
            let clerk = staff.clerk.clone();
            async move { clerk.get(&format!("/api/v1/staff?{query}")).await.expect(200).each("id") }
        };
        assert_eq!(found("role=manager").await, [staff.manager.uid.as_str()]);
        assert_eq!(found("q=can%20bo%20tiep%20nhan").await, [staff.clerk.uid.as_str()]);
        assert_eq!(found("office=H29.24").await, Vec::<String>::new());
        assert_eq!(found("q=chuyenvien").await, Vec::<String>::new(), "logins are not for all");
        let first = staff.clerk.get("/api/v1/staff?limit=10").await.expect(200);
        let cursor = first.text("next_cursor");
        let second = staff.clerk.get(&format!("/api/v1/staff?limit=10&cursor={cursor}")).await;
        assert_eq!(first.each("id").len() + second.each("id").len(), 13);
    }

    async fn connected_systems_read_offices_but_no_staff(world) {
        let staff = Staff::of(&world);
        let body = json!({"name": "Phần mềm", "office": "H29.23"});
        let made = staff.admin.post("/api/v1/clients", &body).await.expect(201);
        let system = crate::support::Client::of_system(&world, made.text("id"));
        system.get("/api/v1/offices/H29").await.expect(200);
        system.get("/api/v1/staff").await.problem(403, "forbidden");
        system.get(&place(&staff.clerk.uid)).await.problem(404, "not_found");
    }

    async fn a_change_of_roles_holds_from_the_next_request_on(world) {
        let staff = Staff::of(&world);
        let path = place(&staff.justice.uid);
        let dossier = crate::support::handed_in(MARITAL_STATUS);
        let register = "/api/v1/dossiers/register";
        staff.justice.post(register, &dossier).await.problem(403, "forbidden");
        let changed = staff.admin.put(&path, "\"1\"", &as_clerk()).await.expect(200);
        assert_eq!((changed.etag(), changed.at("department")), ("\"2\"", &Value::Null));
        staff.justice.post(register, &dossier).await.expect(201);
        staff.admin.put(&path, "\"1\"", &as_clerk()).await.problem(412, "stale_version");
        staff.clerk.put(&path, "\"2\"", &as_clerk()).await.problem(403, "forbidden");
    }

    async fn who_holds_dossiers_stays_and_who_left_is_out_at_once(world) {
        let staff = Staff::of(&world);
        registered(&staff.clerk, MARITAL_STATUS).await;
        let held = staff.admin.delete(&place(&staff.clerk.uid), "\"1\"").await;
        let held = held.problem(409, "in_use");
        assert_eq!((held.text("used_by"), held.at("count")), ("open_dossiers", &json!(1)));
        let path = place(&staff.land.uid);
        staff.land.get("/api/v1/auth/me").await.expect(200);
        staff.admin.delete(&path, "\"1\"").await.expect(200);
        staff.land.get("/api/v1/auth/me").await.problem(401, "unauthenticated");
        let restore = staff.admin.request(Method::POST, &format!("{path}/restore"));
        send(restore.header("if-match", "\"2\"")).await.expect(200);
        staff.land.get("/api/v1/auth/me").await.expect(200);
        let last = staff.admin.delete(&place(&staff.admin.uid), "\"1\"").await;
        last.problem(409, "last_administrator");
    }

    async fn every_fault_of_a_person_is_named_at_once(world) {
        let admin = Staff::of(&world).admin;
        let wrong = json!({
            "login": "Có Dấu",
            "email": "không phải",
            "office": "H29.23",
            "roles": [{"role": "ward_client", "office": "H29.23"}, {"role": "clerk"}],
        });
        let answer = admin.post("/api/v1/staff", &wrong).await;
        let answer = answer.fault("login", "bad_format").fault("email", "bad_format");
        let answer = answer.fault("display_name", "required");
        answer.fault("roles[0].role", "unknown_word").fault("roles[1].office", "required");
        let lost = json!({
            "login": "moi", "display_name": "Người mới", "office": "H29.23",
            "department": "0192f3c4-5d6e-7f80-9a1b-2c3d4e5f6071",
            "roles": [{"role": "clerk", "office": "H77"}],
        });
        let answer = admin.post("/api/v1/staff", &lost).await;
        let answer = answer.fault("roles[0].office", "unknown_office");
        answer.fault("department", "unknown_department");
    }
}
