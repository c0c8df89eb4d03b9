//! A city with fifty wards, made over the API as an administrator would make it.

use std::io::{Error, Result};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Command, Stdio};

use reqwest::Client;
use serde_json::{Value, json};

pub const WARDS: usize = 50;
const PROCEDURE: &str = "2.009999";
const PASSWORD: &str = "mật khẩu đo tải";

/// The first administrator, before the service runs.
pub fn administrator(program: &Path, data: &Path, database: &str) -> Result<()> {
    use std::io::Write as _;
    let mut child = Command::new(program)
        .args(["create-admin", "--login", "quantri", "--office-code", "H29"])
        .args(["--office-name", "Thành phố đo tải", "--password-stdin"])
        .env("MOTCUA_DATABASE_URL", database)
        .env("MOTCUA_DATA_DIR", data)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()?;
    if let Some(mut stdin) = child.stdin.take() {
        writeln!(stdin, "{PASSWORD}")?;
    }
    match child.wait()?.success() {
        true => Ok(()),
        false => Err(Error::other("create-admin failed")),
    }
}

/// Somebody who talks to the service.
pub struct Api {
    http: Client,
    base: String,
    token: String,
}

impl Api {
    pub async fn sign_in(address: SocketAddr, login: &str, password: &str) -> Result<Self> {
        let mut api = Self {
            http: Client::new(),
            base: format!("http://{address}"),
            token: String::new(),
        };
        let session = api
            .post(
                "/api/v1/auth/login",
                &json!({"login": login, "password": password}),
            )
            .await?;
        api.token = text(&session, "access_token")?;
        Ok(api)
    }

    pub async fn administrator(address: SocketAddr) -> Result<Self> {
        Self::sign_in(address, "quantri", PASSWORD).await
    }

    pub async fn clerk(address: SocketAddr) -> Result<Self> {
        Self::sign_in(address, "tiepnhan", PASSWORD).await
    }

    pub fn token(&self) -> &str {
        &self.token
    }

    pub async fn post(&self, path: &str, body: &Value) -> Result<Value> {
        let request = self.http.post(format!("{}{path}", self.base)).json(body);
        let answer = request.bearer_auth(&self.token).send().await;
        let answer = answer.map_err(Error::other)?;
        let (status, text) = (answer.status(), answer.text().await.map_err(Error::other)?);
        if !status.is_success() {
            return Err(Error::other(format!("POST {path}: {status} {text}")));
        }
        Ok(serde_json::from_str(&text).unwrap_or_default())
    }
}

fn text(value: &Value, key: &str) -> Result<String> {
    let found = value[key].as_str().map(str::to_owned);
    found.ok_or_else(|| Error::other(format!("no {key} in an answer")))
}

pub fn ward(number: usize) -> String {
    format!("H29.{}", 100 + number)
}

/// Calendar, wards, one procedure, and a clerk over all wards.
pub async fn city(address: SocketAddr) -> Result<()> {
    let admin = Api::administrator(address).await?;
    let day = json!(["07:30-11:30", "13:00-17:00"]);
    let weekly =
        json!({"monday": day, "tuesday": day, "wednesday": day, "thursday": day, "friday": day});
    let calendar = admin
        .post(
            "/api/v1/calendars",
            &json!({"name": "Lịch đo tải", "weekly": weekly, "years": {}}),
        )
        .await?;
    let calendar = text(&calendar, "id")?;
    for number in 0..WARDS {
        let ward = json!({
            "code": ward(number), "name": format!("Phường {number}"), "kind": "ward",
            "parent": "H29", "calendar": calendar,
        });
        admin.post("/api/v1/offices", &ward).await?;
    }
    admin.post("/api/v1/procedures", &procedure()).await?;
    let once = "mật khẩu dùng một lần";
    let clerk = json!({
        "login": "tiepnhan", "display_name": "Cán bộ tiếp nhận", "office": "H29",
        "roles": [{"role": "clerk", "office": "H29"}], "password": once,
    });
    admin.post("/api/v1/staff", &clerk).await?;
    let clerk = Api::sign_in(address, "tiepnhan", once).await?;
    let own = json!({"current_password": once, "new_password": PASSWORD});
    clerk.post("/api/v1/auth/password", &own).await?;
    Ok(())
}

fn procedure() -> Value {
    json!({
        "code": PROCEDURE, "effective_from": "2024-01-01", "field": "Hộ tịch",
        "name": "Xác nhận tình trạng hôn nhân", "legal_basis": ["Luật Hộ tịch 2014"],
        "fees": [{"amount_vnd": 8000, "per": "bản"}],
        "papers": [{"name": "Tờ khai", "originals": 1, "copies": 0, "required": true},
                   {"name": "Giấy tờ tùy thân", "originals": 0, "copies": 1, "required": true}],
        "route": [
            {"name": "Thẩm định", "role": "specialist", "department": "tu_phap", "budget": {"unit": "working_days", "amount": 2}},
            {"name": "Ký duyệt", "role": "manager", "department": "lanh_dao", "budget": {"unit": "working_hours", "amount": 4}}],
        "time_limit": {"unit": "working_days", "amount": 3},
    })
}

/// What a clerk sends for one applicant, who gives no e-mail address: a mail is a row that the
/// limits do not write.
pub fn dossier(ward_number: usize) -> Value {
    json!({
        "office": ward(ward_number), "procedure": PROCEDURE,
        "applicant": {
            "name": "Người Nộp Hồ Sơ", "id_number": "001200000001", "phone": "0912345678",
            "address": "Tổ 1, phường (minh họa)",
        },
        "papers": [{"number": 1, "originals": 1}, {"number": 2, "copies": 1}],
    })
}
