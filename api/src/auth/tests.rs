//! Accounts over HTTP, in process.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::as_conversions,
    clippy::panic,
    reason = "a test may fail loudly"
)]

use std::sync::Arc;

use actix_web::http::header::HeaderMap;
use actix_web::test::{TestRequest, call_service, init_service, read_body};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{TimeDelta, TimeZone as _, Utc};
use domain::auth::Role;
use domain::text::{AgencyCode, Login, PersonName, Title};
use infra::auth::{FirstAdministrator, Keys, Kind, Tokens, password};
use infra::clock::SteppedClock;
use infra::db::{Db, DbSettings};
use infra::env::Env;
use infra::files::Files;
use infra::staff::{NewStaff, RoleInput, StaffInput};
use serde_json::{Value, json};

use crate::app::Service;
use crate::http::{Limits, PerMinute};

const PASSWORD: &str = "mật khẩu đủ dài";

/// A service with the administrator `admin` over the city H1, and `clerk`, who still has the
/// password that somebody else chose.
struct House {
    service: Service,
    clock: SteppedClock,
    _folder: tempfile::TempDir,
}

/// An answer: status, headers, body.
struct Said(u16, HeaderMap, Value);

impl Said {
    fn header(&self, name: &str) -> &str {
        self.1.get(name).map_or("", |value| value.to_str().unwrap())
    }

    fn code(&self) -> &str {
        self.2["code"].as_str().unwrap_or_default()
    }

    fn text(&self, member: &str) -> String {
        self.2[member]
            .as_str()
            .unwrap_or_else(|| panic!("no {member} in {}", self.2))
            .to_owned()
    }
}

fn house() -> House {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    let clock = SteppedClock::at(Utc.with_ymd_and_hms(2026, 11, 20, 1, 0, 0).unwrap());
    let env = Env::new(Arc::new(clock.clone()));
    let db = Db::open(&DbSettings::new(format!(
        "sqlite://{}/motcua.db",
        path.display()
    )))
    .unwrap();
    db.migrate().unwrap();
    let tokens = Tokens::new(
        Keys::open(&path.join("keys")).unwrap(),
        "http://motcua.example",
    );
    let files = Files::in_folder(&path.join("files")).unwrap();
    let limits = Limits::new(PerMinute::default(), Vec::new());
    let service = Service::new(
        db,
        env,
        Arc::new(tokens),
        files,
        limits,
        "http://motcua.example",
    );
    people(&service);
    House {
        service,
        clock,
        _folder: folder,
    }
}

fn people(service: &Service) {
    let hash = password::hash(PASSWORD).unwrap();
    let city = AgencyCode::parse("H1").unwrap();
    let input = FirstAdministrator {
        login: Login::parse("admin").unwrap(),
        display_name: PersonName::parse("Quản trị").unwrap(),
        password_hash: hash.clone(),
        office_code: city.clone(),
        office_name: Title::parse("Thành phố").unwrap(),
    };
    let clerk = NewStaff {
        login: Login::parse("clerk").unwrap(),
        input: StaffInput {
            display_name: PersonName::parse("Cán bộ tiếp nhận").unwrap(),
            email: None,
            office: city.clone(),
            department: None,
            roles: vec![RoleInput {
                role: Role::Clerk,
                office: city,
            }],
        },
        password_hash: hash,
    };
    let env = service.env.clone();
    service
        .db
        .write_blocking(move |conn| {
            let uid = infra::auth::create_first_administrator(conn, &env, &input)?;
            let who = infra::auth::load_principal(conn, &env, &uid, Kind::Staff)?.unwrap();
            infra::staff::create_staff(conn, &env, &who, &clerk).map(drop)
        })
        .unwrap();
}

impl House {
    async fn send(&self, request: TestRequest) -> Said {
        let app = init_service(crate::server::app(self.service.clone())).await;
        let response = call_service(&app, request.to_request()).await;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let body = read_body(response).await;
        Said(
            status,
            headers,
            serde_json::from_slice(&body).unwrap_or(Value::Null),
        )
    }

    async fn post(&self, path: &str, token: Option<&str>, body: Value) -> Said {
        self.send(signed(TestRequest::post().uri(path), token).set_json(body))
            .await
    }

    async fn get(&self, path: &str, token: &str) -> Said {
        self.send(signed(TestRequest::get().uri(path), Some(token)))
            .await
    }

    async fn try_login(&self, login: &str, password: &str) -> Said {
        self.post(
            "/api/v1/auth/login",
            None,
            json!({"login": login, "password": password}),
        )
        .await
    }

    async fn login(&self, login: &str) -> Said {
        let said = self.try_login(login, PASSWORD).await;
        assert_eq!(said.0, 200, "{}", said.2);
        said
    }

    async fn admin(&self) -> String {
        self.login("admin").await.text("access_token")
    }

    async fn client(&self, admin: &str) -> Said {
        self.post(
            "/api/v1/clients",
            Some(admin),
            json!({"name": "Phần mềm", "office": "H1"}),
        )
        .await
    }

    async fn token(&self, form: &str, basic: Option<String>) -> Said {
        let mut request = TestRequest::post()
            .uri("/oauth/token")
            .insert_header(("content-type", "application/x-www-form-urlencoded"))
            .set_payload(form.to_owned());
        if let Some(basic) = basic {
            request = request.insert_header(("authorization", basic));
        }
        self.send(request).await
    }
}

fn signed(request: TestRequest, token: Option<&str>) -> TestRequest {
    match token {
        Some(token) => request.insert_header(("authorization", format!("Bearer {token}"))),
        None => request,
    }
}

fn basic(id: &str, secret: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{id}:{secret}")))
}

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

#[actix_web::test]
async fn a_connected_system_is_made_shown_rotated_and_retired() {
    let house = house();
    let admin = house.admin().await;
    let made = house.client(&admin).await;
    assert_eq!(
        (made.0, made.header("etag"), made.header("cache-control")),
        (201, "\"1\"", "no-store")
    );
    let (id, secret) = (made.text("id"), made.text("secret"));
    let place = format!("/api/v1/clients/{id}");
    assert_eq!(made.header("location"), place);

    let shown = house.get(&place, &admin).await;
    assert_eq!((shown.0, shown.header("etag")), (200, "\"1\""));
    assert_eq!(shown.2.get("secret"), None);
    let list = house.get("/api/v1/clients?limit=1", &admin).await;
    assert_eq!(list.2["items"][0]["id"], json!(id));

    let rotate = |version: &'static str| {
        signed(
            TestRequest::post().uri(&format!("{place}/rotate-secret")),
            Some(&admin),
        )
        .insert_header(("if-match", version))
    };
    let unseen = house
        .post(&format!("{place}/rotate-secret"), Some(&admin), json!({}))
        .await;
    assert_eq!((unseen.0, unseen.code()), (428, "precondition_required"));
    let rotated = house.send(rotate("\"1\"")).await;
    assert_eq!((rotated.0, rotated.header("etag")), (200, "\"2\""));
    assert_ne!(rotated.text("secret"), secret);
    let stale = house.send(rotate("\"1\"")).await;
    assert_eq!((stale.0, stale.header("etag")), (412, "\"2\""));

    let retire = || {
        signed(TestRequest::delete().uri(&place), Some(&admin)).insert_header(("if-match", "\"2\""))
    };
    assert_eq!(house.send(retire()).await.0, 204);
    assert_eq!(
        house.get("/api/v1/clients", &admin).await.2["items"],
        json!([])
    );
    assert_eq!(
        house.get("/api/v1/clients?retired=true", &admin).await.2["items"][0]["id"],
        json!(id)
    );
    assert_eq!(house.get("/api/v1/clients/not-an-id", &admin).await.0, 404);
}

#[actix_web::test]
async fn a_retry_of_making_a_client_makes_no_second_and_does_not_show_the_secret_again() {
    let house = house();
    let admin = house.admin().await;
    let request = || {
        signed(TestRequest::post().uri("/api/v1/clients"), Some(&admin))
            .insert_header(("idempotency-key", "k1"))
            .set_json(json!({"name": "Phần mềm", "office": "H1"}))
    };
    let (first, again) = (house.send(request()).await, house.send(request()).await);
    assert!(!first.text("secret").is_empty());
    assert_eq!(
        (again.0, again.header("idempotency-replayed")),
        (201, "true")
    );
    assert_eq!(again.text("id"), first.text("id"));
    assert_eq!(again.2.get("secret"), None, "it is stored nowhere");
}

#[actix_web::test]
async fn a_connected_system_gets_a_token_by_basic_or_by_the_form() {
    let house = house();
    let made = house.client(&house.admin().await).await;
    let (id, secret) = (made.text("id"), made.text("secret"));
    let by_basic = house
        .token("grant_type=client_credentials", Some(basic(&id, &secret)))
        .await;
    assert_eq!(
        (by_basic.0, by_basic.header("cache-control")),
        (200, "no-store")
    );
    let form = format!("grant_type=client_credentials&client_id={id}&client_secret={secret}");
    let by_form = house.token(&form, None).await;
    assert_eq!(
        (&by_form.2["token_type"], &by_form.2["expires_in"]),
        (&json!("Bearer"), &json!(600))
    );
    for said in [by_basic, by_form] {
        let me = house
            .get("/api/v1/auth/me", &said.text("access_token"))
            .await;
        assert_eq!(
            (&me.2["kind"], &me.2["id"], &me.2["login"]),
            (&json!("client"), &json!(id), &Value::Null)
        );
        assert_eq!(me.2["roles"][0]["role"], "ward_client");
    }
}

#[actix_web::test]
async fn the_token_endpoint_refuses_in_the_words_of_the_rfc() {
    let house = house();
    let made = house.client(&house.admin().await).await;
    let (id, secret) = (made.text("id"), made.text("secret"));
    let right = Some(basic(&id, &secret));
    let grant = "grant_type=client_credentials";
    let cases = [
        ("", right.clone(), 400, "invalid_request"),
        (
            "grant_type=password",
            right.clone(),
            400,
            "unsupported_grant_type",
        ),
        (
            "grant_type=client_credentials&grant_type=client_credentials",
            right.clone(),
            400,
            "invalid_request",
        ),
        (
            "grant_type=client_credentials&scope=all",
            right.clone(),
            400,
            "invalid_scope",
        ),
        (
            "grant_type=client_credentials&client_secret=x",
            right,
            400,
            "invalid_request",
        ),
        ("grant_type=%zz", None, 400, "invalid_request"),
        (grant, None, 401, "invalid_client"),
        (grant, Some(basic(&id, "wrong")), 401, "invalid_client"),
        (
            grant,
            Some(basic("nobody%00", &secret)),
            401,
            "invalid_client",
        ),
        (grant, Some("Basic !!!".to_owned()), 401, "invalid_client"),
        (grant, Some("Bearer x".to_owned()), 401, "invalid_client"),
    ];
    for (form, authorization, status, error) in cases {
        let tried_basic = authorization.is_some();
        let said = house.token(form, authorization).await;
        assert_eq!(
            (said.0, &said.2["error"]),
            (status, &json!(error)),
            "{form}"
        );
        assert_eq!(said.header("content-type"), "application/json");
        assert!(!said.text("error_description").is_empty());
        if status == 401 {
            assert_eq!(
                said.header("www-authenticate").starts_with("Basic"),
                tried_basic
            );
        }
    }
    let json = house
        .post(
            "/oauth/token",
            None,
            json!({"grant_type": "client_credentials"}),
        )
        .await;
    assert_eq!((json.0, &json.2["error"]), (400, &json!("invalid_request")));
}

#[actix_web::test]
async fn a_retired_system_gets_no_token_and_the_ones_it_has_are_refused() {
    let house = house();
    let admin = house.admin().await;
    let made = house.client(&admin).await;
    let (id, secret) = (made.text("id"), made.text("secret"));
    let token = house
        .token("grant_type=client_credentials", Some(basic(&id, &secret)))
        .await
        .text("access_token");
    assert_eq!(house.get("/api/v1/auth/me", &token).await.0, 200);
    let password = json!({"current_password": PASSWORD, "new_password": "mật khẩu tự chọn"});
    assert_eq!(
        house
            .post("/api/v1/auth/password", Some(&token), password)
            .await
            .code(),
        "forbidden"
    );
    let retire = signed(
        TestRequest::delete().uri(&format!("/api/v1/clients/{id}")),
        Some(&admin),
    )
    .insert_header(("if-match", "\"1\""));
    assert_eq!(house.send(retire).await.0, 204);
    assert_eq!(house.get("/api/v1/auth/me", &token).await.0, 401);
    assert_eq!(
        house
            .token("grant_type=client_credentials", Some(basic(&id, &secret)))
            .await
            .0,
        401
    );
}

#[actix_web::test]
async fn the_public_keys_check_our_tokens() {
    use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
    let house = house();
    let token = house.admin().await;
    let keys = house
        .send(TestRequest::get().uri("/.well-known/jwks.json"))
        .await;
    assert_eq!(
        (keys.0, keys.header("cache-control")),
        (200, "public, max-age=300")
    );
    let key = &keys.2["keys"][0];
    for (member, value) in [
        ("kty", "OKP"),
        ("crv", "Ed25519"),
        ("use", "sig"),
        ("alg", "EdDSA"),
    ] {
        assert_eq!(key[member], value);
    }
    assert_eq!(key.get("d"), None, "never the private half");
    assert_eq!(
        decode_header(&token).unwrap().kid.as_deref(),
        key["kid"].as_str()
    );
    let mut rules = Validation::new(Algorithm::EdDSA);
    rules.set_audience(&["motcua"]);
    rules.validate_exp = false;
    let public = DecodingKey::from_ed_components(key["x"].as_str().unwrap()).unwrap();
    let claims = decode::<Value>(&token, &public, &rules).unwrap().claims;
    assert_eq!(claims["iss"], "http://motcua.example");
}
