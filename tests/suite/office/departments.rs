//! Departments of an office.

use reqwest::Method;
use serde_json::json;

use crate::support::{Staff, send};

const UNITS: &str = "/api/v1/offices/H29.23/departments";

both! {
    async fn a_department_is_added_renamed_retired_and_restored(world) {
        let admin = Staff::of(&world).admin;
        let body = json!({"code": "noi_vu", "name": "Phòng Nội vụ"});
        let made = admin.post(UNITS, &body).await.expect(201);
        let place = made.header("location").to_owned();
        assert_eq!(admin.get(&place).await.expect(200).json, made.json);
        admin.post(UNITS, &body).await.problem(409, "already_exists");
        let name = json!({"name": "Phòng Nội vụ và Lao động"});
        let renamed = admin.put(&place, "\"1\"", &name).await.expect(200);
        assert_eq!((renamed.text("code"), renamed.etag()), ("noi_vu", "\"2\""));
        admin.put(&place, "\"1\"", &name).await.problem(412, "stale_version");
        let code = json!({"name": "Phòng", "code": "khac"});
        admin.put(&place, "\"2\"", &code).await.fault("code", "unknown_field");
        admin.delete(&place, "\"2\"").await.expect(200);
        assert!(!admin.get(UNITS).await.each("code").contains(&"noi_vu".to_owned()));
        let retired = admin.get(&format!("{UNITS}?retired=true")).await;
        assert_eq!(retired.each("code"), ["noi_vu"]);
        let restore = admin.request(Method::POST, &format!("{place}/restore"));
        send(restore.header("if-match", "\"3\"")).await.expect(200);
    }

    async fn everybody_reads_departments_and_only_administrators_keep_them(world) {
        let staff = Staff::of(&world);
        let listed = staff.stranger.get(&format!("{UNITS}?limit=3")).await.expect(200);
        assert_eq!(listed.each("code"), ["cu_tru", "kinh_te", "lanh_dao"]);
        let place = format!("/api/v1/departments/{}", listed.text("items.0.id"));
        let body = json!({"code": "noi_vu", "name": "Phòng Nội vụ"});
        for other in [&staff.clerk, &staff.manager, &staff.inspector, &staff.stranger] {
            other.post(UNITS, &body).await.problem(403, "forbidden");
            other.delete(&place, "\"1\"").await.problem(403, "forbidden");
        }
        staff.admin.post("/api/v1/offices/H99/departments", &body).await.problem(404, "not_found");
        let used = staff.admin.delete(&place, "\"1\"").await.problem(409, "in_use");
        assert_eq!((used.text("used_by"), used.at("count")), ("active_staff", &json!(2)));
    }
}
