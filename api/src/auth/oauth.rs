//! OAuth 2.0 for connected systems: the client credentials grant, and our public keys.

use actix_web::http::StatusCode;
use actix_web::http::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap};
use actix_web::{HttpRequest, HttpResponse, web};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use infra::auth::{Kind, client_by_secret};
use utoipa::ToSchema;

use super::view::{JwkView, JwksView, OAuthError, TokenView};
use crate::app::Service;
use crate::http::Limit;
use crate::input::{RawBody, decode};
use crate::problem::{Problem, ProblemBody};

/// Ours has three short fields.
const MAX_FORM: usize = 8 * 1024;

/// The form of a token request (RFC 6749, section 4.4.2).
#[derive(Debug, ToSchema)]
pub struct TokenRequest {
    #[schema(example = "client_credentials")]
    pub grant_type: String,
    /// Unless it is in an `Authorization: Basic` header.
    #[schema(example = "0192f3c4-5d6e-7f80-9a1b-2c3d4e5f6071")]
    pub client_id: Option<String>,
    /// Unless it is in an `Authorization: Basic` header.
    #[schema(
        format = "password",
        example = "q0TDY3bXh8oVv1mZr1rWc2l6bX5m6nJt0h2Jm7u5c1A"
    )]
    pub client_secret: Option<String>,
}

#[utoipa::path(post, path = "/oauth/token", operation_id = "issueToken", tag = "auth",
    summary = "Cấp mã truy cập cho hệ thống kết nối",
    description = "Client credentials grant of RFC 6749: the client names itself by HTTP Basic or in the form, not by both. There are no scopes: a token may do what its office's connected systems may.",
    security(()),
    request_body(content = TokenRequest, content_type = "application/x-www-form-urlencoded", example = json!({"grant_type": "client_credentials", "client_id": "0192f3c4-5d6e-7f80-9a1b-2c3d4e5f6071", "client_secret": "q0TDY3bXh8oVv1mZr1rWc2l6bX5m6nJt0h2Jm7u5c1A"})),
    responses(
        (status = 200, description = "An access token", body = TokenView, headers(("Cache-Control" = String, description = "no-store"))),
        (status = 400, description = "`invalid_request`, `unsupported_grant_type` or `invalid_scope`", body = OAuthError),
        (status = 401, description = "`invalid_client`: unknown, retired, or the secret is wrong", body = OAuthError),
        (status = 429, description = "Too many attempts from this address", body = ProblemBody<'static>, content_type = "application/problem+json"),
    ))]
pub async fn token(
    service: web::Data<Service>,
    request: HttpRequest,
    RawBody(form): RawBody,
) -> Result<HttpResponse, Problem> {
    let granted = service.limits.check(Limit::Login, &request)?;
    let asked = match read_request(request.headers(), &form) {
        Ok(asked) => asked,
        Err(refusal) => return Ok(granted.on(refusal.response())),
    };
    let basic = asked.basic;
    let known = service
        .read(move |conn, _| client_by_secret(conn, &asked.id, &asked.secret))
        .await?;
    let answer = match known {
        Some(uid) => token_answer(&service, &uid)?,
        None => Refusal::client(basic).response(),
    };
    Ok(granted.on(answer))
}

#[utoipa::path(get, path = "/.well-known/jwks.json", operation_id = "readKeys", tag = "auth",
    summary = "Khóa công khai",
    description = "Public keys for checking access tokens. Keep them for some minutes, and ask again when a token names a key that you do not know.",
    security(()),
    responses(
        (status = 200, description = "A JSON Web Key Set", body = JwksView, headers(("Cache-Control" = String, description = "public, max-age=300"))),
    ))]
pub async fn jwks(service: web::Data<Service>) -> HttpResponse {
    let keys = service.tokens.public_keys(service.env.sign_in_now());
    HttpResponse::Ok()
        .insert_header(("cache-control", "public, max-age=300"))
        .json(JwksView {
            keys: keys.into_iter().map(JwkView::from).collect(),
        })
}

fn token_answer(service: &Service, uid: &str) -> Result<HttpResponse, Problem> {
    let access = service
        .tokens
        .issue(service.env.sign_in_now(), uid, Kind::Client, None)?;
    Ok(HttpResponse::Ok()
        .insert_header(("cache-control", "no-store"))
        .insert_header(("pragma", "no-cache"))
        .json(TokenView {
            access_token: access.token,
            token_type: "Bearer",
            expires_in: access.expires_in,
        }))
}

/// A token request that can be read; whether the secret is right is not known yet.
pub(crate) struct Asked {
    pub(crate) id: String,
    pub(crate) secret: String,
    pub(crate) basic: bool,
}

pub(crate) fn read_request(headers: &HeaderMap, form: &[u8]) -> Result<Asked, Refusal> {
    let form = read_form(headers, form)?;
    match form.get("grant_type")? {
        None => return Err(Refusal::request("grant_type is missing.")),
        Some("client_credentials") => {}
        Some(_) => {
            return Err(Refusal::new(
                "unsupported_grant_type",
                "Only client_credentials.",
            ));
        }
    }
    if form
        .get("scope")?
        .is_some_and(|scope| !scope.trim().is_empty())
    {
        return Err(Refusal::new("invalid_scope", "There are no scopes."));
    }
    let in_form = (form.get("client_id")?, form.get("client_secret")?);
    match (headers.get(AUTHORIZATION), in_form) {
        (Some(header), (id, None)) => {
            let asked = read_basic(header.to_str().unwrap_or_default())?;
            match id {
                Some(id) if id != asked.id => Err(Refusal::request("Two different clients.")),
                _ => Ok(asked),
            }
        }
        (Some(_), (_, Some(_))) => Err(Refusal::request(
            "Name the client by Basic or in the form, not by both.",
        )),
        (None, (Some(id), Some(secret))) => Ok(Asked {
            id: id.to_owned(),
            secret: secret.to_owned(),
            basic: false,
        }),
        (None, _) => Err(Refusal::client(false)),
    }
}

/// Both halves are form-encoded before they are joined (RFC 6749, section 2.3.1).
fn read_basic(header: &str) -> Result<Asked, Refusal> {
    let read = || {
        let (scheme, rest) = header.split_once(' ')?;
        let right = scheme.eq_ignore_ascii_case("basic");
        let text = String::from_utf8(STANDARD.decode(rest.trim()).ok()?).ok()?;
        let (id, secret) = text.split_once(':').filter(|_| right)?;
        Some(Asked {
            id: decode(id)?,
            secret: decode(secret)?,
            basic: true,
        })
    };
    read().ok_or_else(|| Refusal::client(true))
}

#[derive(Debug)]
struct Form(Vec<(String, String)>);

impl Form {
    /// One field; a field that comes twice is refused, an unknown one is ignored, as the RFC says.
    fn get(&self, name: &str) -> Result<Option<&str>, Refusal> {
        let mut found = self.0.iter().filter(|(known, _)| known == name);
        match (found.next(), found.next()) {
            (_, Some(_)) => Err(Refusal::request("A field is repeated.")),
            (first, None) => Ok(first.map(|(_, value)| value.as_str())),
        }
    }
}

fn read_form(headers: &HeaderMap, form: &[u8]) -> Result<Form, Refusal> {
    let media_type = headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok()?.split(';').next())
        .unwrap_or_default();
    if !media_type
        .trim()
        .eq_ignore_ascii_case("application/x-www-form-urlencoded")
    {
        return Err(Refusal::request("Send application/x-www-form-urlencoded."));
    }
    if form.len() > MAX_FORM {
        return Err(Refusal::request("The form is too long."));
    }
    let text = std::str::from_utf8(form).map_err(|_| Refusal::request("The form is no UTF-8."))?;
    let pairs = text.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        decode(name).zip(decode(value))
    });
    let pairs: Option<Vec<_>> = pairs.collect();
    pairs
        .map(Form)
        .ok_or_else(|| Refusal::request("The form is not well encoded."))
}

/// Why no token is given.
#[derive(Debug)]
pub(crate) struct Refusal {
    body: OAuthError,
    status: StatusCode,
    /// Whether to ask for Basic, because the client tried it.
    challenge: bool,
}

impl Refusal {
    fn new(error: &'static str, error_description: &'static str) -> Self {
        Self {
            body: OAuthError {
                error,
                error_description,
            },
            status: StatusCode::BAD_REQUEST,
            challenge: false,
        }
    }

    fn request(description: &'static str) -> Self {
        Self::new("invalid_request", description)
    }

    fn client(challenge: bool) -> Self {
        let description = "The client is unknown or its secret is wrong.";
        Self {
            status: StatusCode::UNAUTHORIZED,
            challenge,
            ..Self::new("invalid_client", description)
        }
    }

    pub(crate) fn response(&self) -> HttpResponse {
        let mut response = HttpResponse::build(self.status);
        response.insert_header(("cache-control", "no-store"));
        if self.challenge {
            response.insert_header(("www-authenticate", "Basic realm=\"motcua\""));
        }
        response.json(&self.body)
    }
}
