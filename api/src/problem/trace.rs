//! Who is who in the log: request id and W3C trace context.

use actix_web::http::header::{HeaderMap, HeaderName};
use actix_web::{HttpMessage, HttpRequest};

pub(super) const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");

/// The names under which a request stands in every log line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestTrace {
    /// Answered as `X-Request-Id`.
    pub request_id: String,
    /// 32 hexadecimal digits of the caller's `traceparent`, where there was a valid one.
    pub trace_id: Option<String>,
}

impl RequestTrace {
    /// Takes the caller's names where they are well formed, else makes a request id.
    pub fn from_headers(headers: &HeaderMap) -> Self {
        let text = |name: &HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
        let request_id = text(&X_REQUEST_ID).filter(|id| is_request_id(id));
        Self {
            request_id: request_id.map_or_else(infra::ids::new_uid, str::to_owned),
            trace_id: text(&TRACEPARENT).and_then(trace_id).map(str::to_owned),
        }
    }
}

/// The names of a request that passed [`super::edge`].
pub fn trace_of(request: &HttpRequest) -> Option<RequestTrace> {
    request.extensions().get::<RequestTrace>().cloned()
}

fn is_request_id(id: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    (1..=64).contains(&id.len()) && id.bytes().all(allowed)
}

/// The trace id of a `traceparent`; later versions may append parts, version ff is forbidden.
fn trace_id(header: &str) -> Option<&str> {
    let mut parts = header.trim().split('-');
    let [version, trace, parent, flags] =
        [parts.next()?, parts.next()?, parts.next()?, parts.next()?];
    let well_formed = is_hex(version, 2)
        && version != "ff"
        && is_hex(trace, 32)
        && is_hex(parent, 16)
        && is_hex(flags, 2)
        && (version != "00" || parts.next().is_none());
    let named = trace.bytes().any(|byte| byte != b'0') && parent.bytes().any(|byte| byte != b'0');
    (well_formed && named).then_some(trace)
}

fn is_hex(text: &str, length: usize) -> bool {
    text.len() == length
        && text
            .bytes()
            .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}
