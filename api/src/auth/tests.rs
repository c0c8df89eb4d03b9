//! Accounts over HTTP, in process.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::as_conversions,
    clippy::panic,
    reason = "a test may fail loudly"
)]

#[path = "tests_clients.rs"]
mod clients;
#[path = "tests_sessions.rs"]
mod sessions;

use std::sync::Arc;

use actix_web::http::header::HeaderMap;
use actix_web::test::{TestRequest, call_service, init_service, read_body};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{TimeZone as _, Utc};
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
