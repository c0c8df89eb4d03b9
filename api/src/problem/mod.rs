//! Errors as RFC 9457 problem details.

pub mod catalogue;
mod edge;
mod fault;
mod language;
mod page;
mod render;
#[cfg(test)]
mod tests;
mod trace;

use std::fmt;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, ResponseError};
use domain::lang::Lang;
use serde_json::{Map, Value};

pub use catalogue::{CATALOGUE, Entry};
pub use edge::edge;
pub use fault::{FieldFault, Words};
pub use language::language_of;
pub use page::{error_page, routes};
pub use render::{FaultBody, ProblemBody};
pub use trace::{RequestTrace, trace_of};

/// What a handler answers when it cannot do what was asked. The words, `instance` and `request_id`
/// are filled in by [`edge`], which knows the request.
#[derive(Clone)]
pub struct Problem(Box<Inner>);

#[derive(Clone)]
struct Inner {
    entry: &'static Entry,
    detail: Option<Words>,
    errors: Vec<FieldFault>,
    extra: Map<String, Value>,
    retry_after: Option<u32>,
    headers: Vec<(&'static str, String)>,
    cause: Option<String>,
}

impl Problem {
    /// A problem of the catalogue.
    pub fn new(entry: &'static Entry) -> Self {
        Self(Box::new(Inner {
            entry,
            detail: None,
            errors: Vec::new(),
            extra: Map::new(),
            retry_after: entry.retry_after(),
            headers: Vec::new(),
            cause: None,
        }))
    }

    /// A problem by its stable code, as a domain error names it; a code that the catalogue
    /// lacks is our own fault and becomes an internal error.
    pub fn by_code(code: &str) -> Self {
        match catalogue::find(code) {
            Some(entry) => Self::new(entry),
            None => Self::internal(format!("code {code} is not in the catalogue")),
        }
    }

    /// Our own fault: the cause goes to the log and never to the client.
    pub fn internal(cause: impl fmt::Display) -> Self {
        Self::new(catalogue::INTERNAL_ERROR).cause(cause)
    }

    /// Not there, or not yours to know.
    pub fn not_found() -> Self {
        Self::new(catalogue::NOT_FOUND)
    }

    /// Known to you, but not yours to do.
    pub fn forbidden() -> Self {
        Self::new(catalogue::FORBIDDEN)
    }

    /// No credentials, or none that hold.
    pub fn unauthenticated() -> Self {
        Self::new(catalogue::UNAUTHENTICATED).header("www-authenticate", "Bearer")
    }

    /// The state does not allow the action: answers with it and the actions that are allowed.
    pub fn state_conflict(state: &str, allowed_actions: &[&str]) -> Self {
        Self::new(catalogue::STATE_CONFLICT)
            .with("state", state)
            .with("allowed_actions", allowed_actions)
    }

    /// `If-Match` named another version than the `current` ETag (with its quotes).
    pub fn stale_version(current: impl Into<String>) -> Self {
        Self::new(catalogue::STALE_VERSION).etag(current)
    }

    /// Too many requests; try again after so many seconds.
    pub fn rate_limited(retry_after: u32) -> Self {
        Self::new(catalogue::RATE_LIMITED).retry_after(retry_after)
    }

    /// Readable input with faults.
    pub fn invalid_input(errors: Vec<FieldFault>) -> Self {
        Self::new(catalogue::INVALID_INPUT).errors(errors)
    }

    /// What exactly is wrong this time, for people; nothing personal.
    pub fn detail(mut self, vi: impl Into<Text>, en: impl Into<Text>) -> Self {
        self.0.detail = Some(Words::new(vi, en));
        self
    }

    /// The faults of the input.
    pub fn errors(mut self, errors: Vec<FieldFault>) -> Self {
        self.0.errors = errors;
        self
    }

    /// An extension member, such as `state`.
    pub fn with(mut self, member: &str, value: impl serde::Serialize) -> Self {
        if let Ok(value) = serde_json::to_value(value) {
            self.0.extra.insert(member.to_owned(), value);
        }
        self
    }

    /// Seconds after which to try again.
    pub fn retry_after(mut self, seconds: u32) -> Self {
        self.0.retry_after = Some(seconds);
        self
    }

    /// The current version, quotes included.
    pub fn etag(self, current: impl Into<String>) -> Self {
        self.header("etag", current)
    }

    /// Another response header.
    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.0.headers.push((name, value.into()));
        self
    }

    /// What happened inside, for the log alone.
    pub fn cause(mut self, cause: impl fmt::Display) -> Self {
        self.0.cause = Some(cause.to_string());
        self
    }

    /// The stable code.
    pub fn code(&self) -> &'static str {
        self.0.entry.code
    }

    /// The HTTP status.
    pub fn status(&self) -> StatusCode {
        self.0.entry.status()
    }

    /// What exactly is wrong this time.
    pub fn detail_words(&self) -> Option<&Words> {
        self.0.detail.as_ref()
    }

    /// The faults of the input.
    pub fn field_faults(&self) -> &[FieldFault] {
        &self.0.errors
    }
}

/// One wording, fixed or made.
pub type Text = std::borrow::Cow<'static, str>;

impl fmt::Debug for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Problem")
            .field("code", &self.code())
            .field("cause", &self.0.cause)
            .finish()
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl std::error::Error for Problem {}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        self.status()
    }

    /// A complete answer in the default language; `edge` replaces it by one that knows the request.
    fn error_response(&self) -> HttpResponse {
        let mut response = render::response(self, Lang::Vi, None, None);
        response.extensions_mut().insert(self.clone());
        response
    }
}
