//! Headers: language, version, retry key, trace, addresses before proxies, bearer tokens.

use std::net::SocketAddr;
use std::sync::LazyLock;

use actix_web::dev::Payload;
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::test::TestRequest;
use actix_web::{FromRequest, HttpRequest};
use api::http::{IfMatch, Limits, PerMinute, Retry, etag};
use api::input::Fingerprint;
use api::problem::{RequestTrace, language_of};
use chrono::{DateTime, Utc};
use infra::auth::{Keys, Tokens};
use std::net::IpAddr;

use crate::bodies::renders;
use crate::bytes::lines;

/// One line of the input for each.
const NAMES: [&str; 7] = [
    "accept-language",
    "if-match",
    "idempotency-key",
    "x-request-id",
    "traceparent",
    "x-forwarded-for",
    "authorization",
];

pub(crate) fn run(data: &[u8]) {
    let (values, rest) = lines::<7>(data);
    let mut request = TestRequest::default().peer_addr(peer(rest));
    for (name, value) in NAMES.iter().zip(values) {
        if let Ok(value) = HeaderValue::from_bytes(value)
            && !value.is_empty()
        {
            request = request.append_header((HeaderName::from_static(name), value));
        }
    }
    let request = request.to_http_request();
    let _ = language_of(request.headers());
    precondition(&request);
    retry(&request);
    trace(&request);
    address(&request);
    token(values[6]);
}

fn peer(rest: &[u8]) -> SocketAddr {
    let text = std::str::from_utf8(rest).unwrap_or_default();
    let default = || SocketAddr::from(([10, 0, 0, 1], 4_000));
    text.trim().parse().unwrap_or_else(|_| default())
}

/// A version that reads is the one of the tag that it makes.
fn precondition(request: &HttpRequest) {
    let read =
        |request: &HttpRequest| IfMatch::from_request(request, &mut Payload::None).into_inner();
    match read(request) {
        Ok(seen) => {
            let tag = ("if-match", etag(seen.0));
            let again = TestRequest::default().insert_header(tag).to_http_request();
            assert_eq!(read(&again).ok(), Some(seen));
        }
        Err(problem) => renders(&problem),
    }
}

fn retry(request: &HttpRequest) {
    match Retry::from_request(request, &mut Payload::None).into_inner() {
        Ok(retry) => drop(format!("{retry:?} {}", Fingerprint::of(b"x"))),
        Err(problem) => renders(&problem),
    }
}

/// Whatever was sent, the names in the log and in the answer are harmless.
fn trace(request: &HttpRequest) {
    let trace = RequestTrace::from_headers(request.headers());
    let id = trace.request_id;
    assert!((1..=64).contains(&id.len()));
    assert!(HeaderValue::from_str(&id).is_ok());
    assert!(!id.contains(char::is_whitespace));
    if let Some(trace) = trace.trace_id {
        assert_eq!(trace.len(), 32);
        assert!(trace.bytes().all(|byte| byte.is_ascii_hexdigit()));
    }
}

/// Nobody but a trusted proxy says whose request it is, however its own address is written.
fn address(request: &HttpRequest) {
    static STRICT: LazyLock<Limits> =
        LazyLock::new(|| Limits::new(PerMinute::default(), Vec::new()));
    static BEHIND: LazyLock<Limits> = LazyLock::new(|| {
        let nets = ["10.0.0.0/8", "fd00::/8"].map(|net| net.parse().expect("a network"));
        Limits::new(PerMinute::default(), nets.to_vec())
    });
    let counted = |limits: &Limits| api::fuzzing::counted_address(limits, request);
    let peer = request
        .peer_addr()
        .expect("it was given")
        .ip()
        .to_canonical();
    let (alone, behind) = (counted(&STRICT), counted(&BEHIND));
    let (trusted, named) = match peer {
        IpAddr::V4(v4) => {
            assert_eq!(alone, peer);
            (v4.octets()[0] == 10, alone)
        }
        IpAddr::V6(v6) => {
            assert!(alone.is_ipv6());
            (v6.octets()[0] == 0xfd, alone)
        }
    };
    let forwarded = request.headers().get("x-forwarded-for");
    let forwarded = forwarded.and_then(|value| value.to_str().ok()?.trim().parse::<IpAddr>().ok());
    match forwarded {
        Some(IpAddr::V4(client)) if trusted => assert_eq!(behind, IpAddr::V4(client)),
        _ if !trusted => assert_eq!(behind, named),
        _ => {}
    }
}

/// No token but one that was signed here is taken.
fn token(header: &[u8]) {
    static TOKENS: LazyLock<Tokens> = LazyLock::new(|| {
        let scratch = std::env::var_os("MOTCUA_FUZZ_SCRATCH").expect("a folder for the keys");
        let folder = std::path::Path::new(&scratch).join("motcua-fuzz-keys");
        let keys = Keys::open(&folder).expect("the folder takes keys");
        Tokens::new(keys, "http://motcua.example")
    });
    let text = String::from_utf8_lossy(header);
    let token = text.split_once(' ').map_or(&*text, |(_, token)| token);
    let now: DateTime<Utc> = DateTime::from_timestamp(1_790_000_000, 0).expect("a moment");
    let fault = TOKENS.verify(now, token).expect_err("nobody signed it");
    assert!(!fault.code().is_empty());
}
