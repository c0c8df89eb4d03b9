//! Answers: JSON bodies with their ETag and Location, fresh or kept for a retry.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::CONTENT_TYPE;
use infra::error::Error;
use infra::idempotency::Answer;
use serde::Serialize;

/// The entity tag of a version.
pub fn etag(version: i64) -> String {
    format!("\"{version}\"")
}

fn with_body(
    status: u16,
    headers: Vec<(String, String)>,
    view: &impl Serialize,
) -> Result<Answer, Error> {
    Ok(Answer {
        status,
        headers,
        body: serde_json::to_string(view)?,
        replayed: false,
    })
}

/// 201 with the place of the new thing, and its version where it has one.
pub fn created(
    location: String,
    version: Option<i64>,
    view: &impl Serialize,
) -> Result<Answer, Error> {
    let mut headers = vec![("location".to_owned(), location)];
    headers.extend(version.map(|version| ("etag".to_owned(), etag(version))));
    with_body(201, headers, view)
}

/// 202 for what will be done soon.
pub fn accepted(view: &impl Serialize) -> Result<Answer, Error> {
    with_body(202, Vec::new(), view)
}

/// 200 with the version after the change.
pub fn versioned(version: i64, view: &impl Serialize) -> Result<Answer, Error> {
    with_body(200, vec![("etag".to_owned(), etag(version))], view)
}

/// 200.
pub fn ok(view: &impl Serialize) -> Result<Answer, Error> {
    with_body(200, Vec::new(), view)
}

/// 200 for an answer that nobody may keep on the way.
pub fn ok_uncached(view: &impl Serialize) -> Result<Answer, Error> {
    with_body(
        200,
        vec![("cache-control".to_owned(), "no-store".to_owned())],
        view,
    )
}

/// 204.
pub fn no_content() -> Answer {
    Answer {
        status: 204,
        headers: Vec::new(),
        body: String::new(),
        replayed: false,
    }
}

/// Sends an answer out.
pub(super) fn send(answer: Answer) -> HttpResponse {
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::OK);
    let mut response = HttpResponse::build(status);
    for (name, value) in answer.headers {
        response.insert_header((name, value));
    }
    if answer.replayed {
        response.insert_header(("idempotency-replayed", "true"));
    }
    if answer.body.is_empty() {
        return response.finish();
    }
    response.insert_header((CONTENT_TYPE, "application/json"));
    response.body(answer.body)
}

/// An [`Answer`] as a handler gives it back.
#[derive(Debug)]
pub struct Reply(pub Answer);

impl actix_web::Responder for Reply {
    type Body = actix_web::body::BoxBody;

    fn respond_to(self, _: &actix_web::HttpRequest) -> HttpResponse {
        send(self.0)
    }
}
