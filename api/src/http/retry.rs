//! `Idempotency-Key`: a retry does nothing twice.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use domain::auth::{Actor, Principal};
use infra::idempotency::Key;

use crate::input::Fingerprint;
use crate::problem::{Problem, catalogue};

/// The retry key of a request, if it has one.
#[derive(Debug, Clone)]
pub struct Retry {
    key: Option<String>,
    /// Method and path.
    target: String,
}

impl Retry {
    /// The key under which the answer is kept. A connected system must send one.
    pub fn key(self, who: &Principal, body: &Fingerprint) -> Result<Option<Key>, Problem> {
        match (self.key, who.actor) {
            (None, Actor::Client(_)) => Err(Problem::new(catalogue::IDEMPOTENCY_KEY_REQUIRED)),
            (None, _) => Ok(None),
            (Some(key), _) => Ok(Some(Key {
                principal: who.uid.clone(),
                key,
                fingerprint: Fingerprint::of(format!("{} {body}", self.target).as_bytes())
                    .to_string(),
            })),
        }
    }
}

impl FromRequest for Retry {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(read(request))
    }
}

fn read(request: &HttpRequest) -> Result<Retry, Problem> {
    let target = format!("{} {}", request.method(), request.path());
    let mut given = request.headers().get_all("idempotency-key");
    let Some(header) = given.next() else {
        return Ok(Retry { key: None, target });
    };
    let key = header.to_str().unwrap_or_default().trim();
    let right = (1..=255).contains(&key.len())
        && key
            .bytes()
            .all(|byte| byte.is_ascii_graphic() || byte == b' ');
    if !right || given.next().is_some() {
        return Err(Problem::new(catalogue::BAD_IDEMPOTENCY_KEY));
    }
    Ok(Retry {
        key: Some(key.to_owned()),
        target,
    })
}
