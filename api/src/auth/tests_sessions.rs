//! People sign in, stay, choose a password and leave.

use actix_web::test::TestRequest;
use chrono::TimeDelta;
use serde_json::{Value, json};

use super::{PASSWORD, Said, house};

#[actix_web::test]
async fn signing_in_gives_tokens_that_say_who_one_is() {
    let house = house();
    let said = house.login("admin").await;
    assert_eq!(said.header("cache-control"), "no-store");
    assert!(said.header("ratelimit").starts_with("\"login\";r="));
    assert_eq!(
        (&said.2["token_type"], &said.2["expires_in"]),
        (&json!("Bearer"), &json!(600))
    );
    assert_eq!(said.2["refresh_expires_at"], "2026-11-20T20:00:00+07:00");
    let me = house
        .get("/api/v1/auth/me", &said.text("access_token"))
        .await;
    assert_eq!(me.0, 200);
    assert_eq!(
        (&me.2["login"], &me.2["kind"]),
        (&json!("admin"), &json!("staff"))
    );
    assert_eq!(me.2["office"], json!({"code": "H1", "name": "Thành phố"}));
    assert_eq!(me.2["roles"][0]["role"], "administrator");
}

#[actix_web::test]
async fn an_unknown_name_and_a_wrong_password_look_alike() {
    let house = house();
    let unknown = house.try_login("nobody", PASSWORD).await;
    let wrong = house.try_login("admin", "không phải mật khẩu").await;
    let without_id = |said: &Said| {
        let mut body = said.2.clone();
        body["request_id"] = Value::Null;
        body
    };
    assert_eq!((unknown.0, unknown.code()), (401, "bad_credentials"));
    assert_eq!(without_id(&unknown), without_id(&wrong));
    assert_eq!(unknown.header("www-authenticate"), "Bearer");
}

#[actix_web::test]
async fn a_locked_name_says_when_to_come_back() {
    let house = house();
    for _ in 0..5 {
        assert_eq!(house.try_login("admin", "không phải mật khẩu").await.0, 401);
    }
    let locked = house.try_login("admin", PASSWORD).await;
    assert_eq!(
        (locked.0, locked.code(), locked.header("retry-after")),
        (429, "account_locked", "900")
    );
}

#[actix_web::test]
async fn attempts_are_limited_by_address_too() {
    let house = house();
    let mut codes = Vec::new();
    for number in 0..22 {
        codes.push(
            house
                .try_login(&format!("name-{number}"), "không phải mật khẩu")
                .await
                .code()
                .to_owned(),
        );
    }
    assert_eq!(codes[0], "bad_credentials");
    assert_eq!(codes[21], "rate_limited");
}

#[actix_web::test]
async fn faults_of_a_login_are_all_named_and_nothing_is_tried() {
    let house = house();
    let said = house
        .post(
            "/api/v1/auth/login",
            None,
            json!({"login": "Ả", "extra": 1}),
        )
        .await;
    assert_eq!(said.0, 422);
    let fields: Vec<_> = said.2["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|fault| fault["field"].clone())
        .collect();
    for field in ["login", "password", "extra"] {
        assert!(fields.contains(&json!(field)), "{fields:?}");
    }
}

#[actix_web::test]
async fn a_session_is_refreshed_once_a_token_and_ends_by_reuse_and_by_signing_out() {
    let house = house();
    let refresh = async |token: &str| {
        house
            .post(
                "/api/v1/auth/refresh",
                None,
                json!({"refresh_token": token}),
            )
            .await
    };
    let first = house.login("admin").await.text("refresh_token");
    let second = refresh(&first).await;
    assert_eq!(second.0, 200);
    let reused = refresh(&first).await;
    assert_eq!((reused.0, reused.code()), (401, "session_ended"));
    assert_eq!(refresh(&second.text("refresh_token")).await.0, 401);

    let other = house.login("admin").await.text("refresh_token");
    for _ in 0..2 {
        let out = house
            .post("/api/v1/auth/logout", None, json!({"refresh_token": other}))
            .await;
        assert_eq!(out.0, 204);
    }
    assert_eq!(refresh(&other).await.0, 401);
}

#[actix_web::test]
async fn access_tokens_expire_and_say_so() {
    let house = house();
    let token = house.admin().await;
    house.clock.advance(TimeDelta::seconds(631));
    let late = house.get("/api/v1/auth/me", &token).await;
    assert_eq!((late.0, late.code()), (401, "token_expired"));
    assert!(late.header("www-authenticate").contains("invalid_token"));
    assert_eq!(
        house.get("/api/v1/auth/me", "garbage").await.code(),
        "unauthenticated"
    );
    let none = house.send(TestRequest::get().uri("/api/v1/auth/me")).await;
    assert_eq!((none.0, none.code()), (401, "unauthenticated"));
}

#[actix_web::test]
async fn with_a_given_password_only_choosing_ones_own_is_open() {
    let house = house();
    let said = house.login("clerk").await;
    assert_eq!(said.2["must_change_password"], true);
    let token = said.text("access_token");
    let me = house.get("/api/v1/auth/me", &token).await;
    assert_eq!((me.0, &me.2["must_change_password"]), (200, &json!(true)));
    let refused = house.get("/api/v1/clients", &token).await;
    assert_eq!(
        (refused.0, refused.code()),
        (403, "password_change_required")
    );

    let body = json!({"current_password": PASSWORD, "new_password": "mật khẩu tự chọn"});
    assert_eq!(
        house
            .post("/api/v1/auth/password", Some(&token), body)
            .await
            .0,
        204
    );
    let open = house.get("/api/v1/clients", &token).await;
    assert_eq!(
        (open.0, open.code()),
        (403, "forbidden"),
        "the right is missing, not the password"
    );
    assert_eq!(house.try_login("clerk", PASSWORD).await.0, 401);
    assert_eq!(
        house.try_login("clerk", "mật khẩu tự chọn").await.2["must_change_password"],
        false
    );
}

#[actix_web::test]
async fn a_new_password_must_be_long_and_new_and_the_present_one_right() {
    let house = house();
    let token = house.admin().await;
    let fault = async |current: &str, new: &str| {
        let body = json!({"current_password": current, "new_password": new});
        let said = house
            .post("/api/v1/auth/password", Some(&token), body)
            .await;
        assert_eq!(said.0, 422, "{}", said.2);
        let fault = &said.2["errors"][0];
        (
            fault["field"].as_str().unwrap().to_owned(),
            fault["code"].as_str().unwrap().to_owned(),
        )
    };
    assert_eq!(
        fault(PASSWORD, "ngắn").await,
        ("new_password".into(), "too_short".into())
    );
    assert_eq!(
        fault(PASSWORD, PASSWORD).await,
        ("new_password".into(), "same_password".into())
    );
    let wrong = fault("không phải mật khẩu", "mật khẩu tự chọn").await;
    assert_eq!(wrong, ("current_password".into(), "wrong_password".into()));
}
