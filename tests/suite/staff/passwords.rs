//! Passwords that administrators give: shown once, for one time.

use serde_json::{Value, json};

use crate::support::{Answer, Staff, World};

fn new_person() -> Value {
    json!({
        "login": "chuyenvien.moi",
        "display_name": "Chuyên viên mới",
        "office": "H29.23",
        "roles": [{"role": "specialist", "office": "H29.23"}],
    })
}

async fn sign_in(world: &World, login: &str, password: &str) -> Answer {
    let body = json!({"login": login, "password": password});
    world.visitor().post("/api/v1/auth/login", &body).await
}

both! {
    async fn a_made_password_is_shown_once_and_must_be_changed(world) {
        let staff = Staff::of(&world);
        let made = staff.admin.post_once("k1", "/api/v1/staff", &new_person()).await.expect(201);
        let password = made.text("one_time_password");
        assert_eq!(made.header("cache-control"), "no-store");
        let again = staff.admin.post_once("k1", "/api/v1/staff", &new_person()).await.expect(201);
        assert_eq!(again.text("id"), made.text("id"));
        assert!(again.json.get("one_time_password").is_none(), "no copy is kept");
        let session = sign_in(&world, "chuyenvien.moi", password).await.expect(200);
        assert_eq!(session.at("must_change_password"), &json!(true));
        let person = world.staff("chuyenvien.moi");
        person.get("/api/v1/offices").await.problem(403, "password_change_required");
        let own = json!({"current_password": password, "new_password": "mật khẩu tự chọn"});
        assert!(person.post("/api/v1/auth/password", &own).await.status < 300);
        person.get("/api/v1/offices").await.expect(200);
        sign_in(&world, "chuyenvien.moi", password).await.problem(401, "bad_credentials");
    }

    async fn a_chosen_password_is_long_enough_and_never_comes_back(world) {
        let staff = Staff::of(&world);
        let mut new = new_person();
        new["password"] = "ngắn".into();
        staff.admin.post("/api/v1/staff", &new).await.fault("password", "too_short");
        new["password"] = "mật khẩu đủ dài".into();
        let made = staff.admin.post("/api/v1/staff", &new).await.expect(201);
        assert!(!made.body().contains("mật khẩu"));
        sign_in(&world, "chuyenvien.moi", "mật khẩu đủ dài").await.expect(200);
        staff.clerk.post("/api/v1/staff", &new).await.problem(403, "forbidden");
    }

    async fn a_reset_ends_the_old_password_and_lifts_a_lock(world) {
        let staff = Staff::of(&world);
        for _ in 0..5 {
            sign_in(&world, "tiepnhan", "sai mật khẩu rồi").await;
        }
        sign_in(&world, "tiepnhan", "sai mật khẩu rồi").await.problem(429, "account_locked");
        let path = format!("/api/v1/staff/{}/reset-password", staff.clerk.uid);
        staff.manager.post(&path, &json!({})).await.problem(403, "forbidden");
        staff.stranger.post(&path, &json!({})).await.problem(403, "forbidden");
        let reset = staff.admin.post(&path, &json!({})).await.expect(200);
        assert_eq!((reset.etag(), reset.at("must_change_password")), ("\"2\"", &json!(true)));
        let password = reset.text("one_time_password");
        sign_in(&world, "tiepnhan", password).await.expect(200);
        staff.clerk.get("/api/v1/offices").await.problem(403, "password_change_required");
    }
}
