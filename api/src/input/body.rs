//! The JSON body of a request.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::error::PayloadError;
use actix_web::http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, HeaderMap};
use actix_web::{FromRequest, HttpRequest};
use futures_util::StreamExt;
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::problem::{Problem, catalogue};

use super::{Faults, FromJson, Path, read_json};

/// Most bytes of a JSON body.
pub const BODY_LIMIT: usize = 1024 * 1024;
/// A client that trickles its body holds a connection no longer than this.
const PATIENCE: Duration = Duration::from_secs(30);

/// The bytes of a body that is no JSON, within the same bounds.
#[derive(Debug)]
pub struct RawBody(pub Vec<u8>);

impl FromRequest for RawBody {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let request = request.clone();
        let payload = payload.take();
        Box::pin(async move { read_bytes(request.headers(), payload).await.map(Self) })
    }
}

/// What a JSON body says, with the fingerprint of its bytes. `Body<Option<T>>` may be left out.
#[derive(Debug)]
pub struct Body<T>(pub T, pub Fingerprint);

impl<T> Body<T> {
    /// Tells two bodies apart, for `Idempotency-Key`.
    pub fn fingerprint(&self) -> &Fingerprint {
        &self.1
    }

    /// What it says.
    pub fn into_inner(self) -> T {
        self.0
    }
}

/// SHA-256 of the bytes of a body, shown in hexadecimal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Fingerprint([u8; 32]);

impl Fingerprint {
    /// Of these bytes.
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    /// The 32 bytes.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl<T: FromJson + 'static> FromRequest for Body<T> {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let request = request.clone();
        let payload = payload.take();
        Box::pin(async move {
            let bytes = read_bytes(request.headers(), payload).await?;
            let value = read_body(request.headers(), &bytes)?;
            Ok(Self(value, Fingerprint::of(&bytes)))
        })
    }
}

fn read_body<T: FromJson>(headers: &HeaderMap, bytes: &[u8]) -> Result<T, Problem> {
    if bytes.is_empty() {
        let absent = T::absent(&Path::Root, &mut Faults::new());
        return absent.ok_or_else(|| Problem::new(catalogue::BODY_MISSING));
    }
    check_media_type(headers)?;
    read_value(&read_json(bytes)?)
}

/// Reads a whole JSON value, or names all its faults. Also for one item of a batch.
pub fn read_value<T: FromJson>(value: &Value) -> Result<T, Problem> {
    let mut faults = Faults::new();
    match T::from_json(value, &Path::Root, &mut faults) {
        Some(read) if faults.is_empty() => Ok(read),
        _ => Err(faults.into()),
    }
}

/// `application/json`, in UTF-8, not compressed (which also keeps compression bombs out).
fn check_media_type(headers: &HeaderMap) -> Result<(), Problem> {
    let encoded = headers
        .get(CONTENT_ENCODING)
        .is_some_and(|value| value != "identity");
    let media_type = headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or("");
    if !encoded && is_json(media_type) {
        return Ok(());
    }
    Err(Problem::new(catalogue::UNSUPPORTED_MEDIA_TYPE).header("accept", "application/json"))
}

fn is_json(media_type: &str) -> bool {
    let mut parts = media_type.split(';').map(str::trim);
    let json = parts
        .next()
        .is_some_and(|essence| essence.eq_ignore_ascii_case("application/json"));
    json && parts.all(|parameter| {
        let (name, value) = parameter.split_once('=').unwrap_or((parameter, "utf-8"));
        !name.eq_ignore_ascii_case("charset")
            || value.trim_matches('"').eq_ignore_ascii_case("utf-8")
    })
}

async fn read_bytes(headers: &HeaderMap, payload: Payload) -> Result<Vec<u8>, Problem> {
    let announced = headers
        .get(CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok()?.parse().ok());
    if announced.is_some_and(|length: usize| length > BODY_LIMIT) {
        return Err(Problem::new(catalogue::PAYLOAD_TOO_LARGE));
    }
    match actix_web::rt::time::timeout(PATIENCE, collect(payload)).await {
        Ok(bytes) => bytes,
        Err(_) => Err(Problem::new(catalogue::REQUEST_TIMEOUT)),
    }
}

async fn collect(mut payload: Payload) -> Result<Vec<u8>, Problem> {
    let mut bytes = Vec::new();
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(broken_off)?;
        if bytes.len() + chunk.len() > BODY_LIMIT {
            return Err(Problem::new(catalogue::PAYLOAD_TOO_LARGE));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

fn broken_off(error: PayloadError) -> Problem {
    match error {
        PayloadError::Overflow => Problem::new(catalogue::PAYLOAD_TOO_LARGE),
        _ => Problem::new(catalogue::UNREADABLE_JSON).detail(
            "Nội dung bị cắt cụt khi truyền.",
            "The body broke off on its way.",
        ),
    }
}
