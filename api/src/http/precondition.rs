//! `If-Match`: a change names the version that its author has seen.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::header::IF_MATCH;
use actix_web::{FromRequest, HttpRequest};

use crate::problem::{Problem, catalogue};

/// The version that the client has seen. `*` is not taken: it would overwrite unseen changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IfMatch(pub i64);

impl FromRequest for IfMatch {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(read(request))
    }
}

fn read(request: &HttpRequest) -> Result<IfMatch, Problem> {
    let missing = || Problem::new(catalogue::PRECONDITION_REQUIRED);
    let header = request.headers().get(IF_MATCH).ok_or_else(missing)?;
    let text = header.to_str().unwrap_or_default().trim();
    if text == "*" {
        return Err(missing());
    }
    // Proxies that compress may weaken a tag; the version in it is the same.
    let tag = text.strip_prefix("W/").unwrap_or(text);
    // A tag that we never gave matches nothing.
    let version = tag.trim_matches('"').parse().unwrap_or(-1);
    Ok(IfMatch(version))
}
