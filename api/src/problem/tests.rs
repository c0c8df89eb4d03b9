//! Problems over HTTP: words, headers, request ids, and actix's own errors.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::as_conversions,
    clippy::panic,
    reason = "a test may fail loudly"
)]

use std::collections::HashSet;

use actix_web::http::header::{ACCEPT_LANGUAGE, HeaderMap};
use actix_web::middleware::from_fn;
use actix_web::{App, HttpRequest, HttpResponse, error, test as http, web};
use domain::lang::Lang;
use serde_json::{Value, json};

use super::*;

const TRACE: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

/// Every way to fail, behind the edge.
async fn answer(request: http::TestRequest) -> (u16, HeaderMap, String) {
    let conflict = || async {
        Err::<HttpResponse, _>(Problem::state_conflict("resolved", &["return_result"]))
    };
    let broken = || async { Err::<HttpResponse, _>(Problem::internal("password of the database")) };
    let foreign =
        || async { Err::<HttpResponse, _>(error::ErrorInternalServerError("secret inside")) };
    let stale = || async { Err::<HttpResponse, _>(Problem::stale_version("\"7\"")) };
    let away = || async { Err::<HttpResponse, _>(Problem::new(catalogue::DATABASE_UNAVAILABLE)) };
    let own = || async { HttpResponse::BadRequest().json(json!({"error": "invalid_client"})) };
    let trace = |request: HttpRequest| async move {
        trace_of(&request).unwrap().trace_id.unwrap_or_default()
    };
    let number = |_: web::Path<u32>| async { "number" };
    let app = http::init_service(
        App::new()
            .wrap(from_fn(edge))
            .configure(routes)
            .service(web::resource("/conflict").route(web::get().to(conflict)))
            .service(web::resource("/broken").route(web::get().to(broken)))
            .service(web::resource("/foreign").route(web::get().to(foreign)))
            .service(web::resource("/stale").route(web::get().to(stale)))
            .service(web::resource("/away").route(web::get().to(away)))
            .service(web::resource("/own").route(web::get().to(own)))
            .service(web::resource("/trace").route(web::get().to(trace)))
            .service(web::resource("/number/{number}").route(web::get().to(number))),
    );
    let response = http::call_service(&app.await, request.to_request()).await;
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    (
        status,
        headers,
        String::from_utf8(http::read_body(response).await.to_vec()).unwrap(),
    )
}

fn get(path: &str) -> http::TestRequest {
    http::TestRequest::get().uri(path)
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    headers
        .get(name)
        .map_or("", |value| value.to_str().unwrap())
}

#[actix_web::test]
async fn a_problem_knows_its_request_and_speaks_vietnamese() {
    let request = get("/conflict?key=ABC234").insert_header(("X-Request-Id", "desk-1.a_b"));
    let (status, headers, body) = answer(request).await;
    assert_eq!(status, 409);
    assert_eq!(header(&headers, "content-type"), "application/problem+json");
    assert_eq!(header(&headers, "content-language"), "vi");
    assert_eq!(header(&headers, "x-request-id"), "desk-1.a_b");
    assert_eq!(
        serde_json::from_str::<Value>(&body).unwrap(),
        json!({
            "type": "/errors/state_conflict", "title": "Trạng thái không cho phép", "status": 409,
            "instance": "/conflict", "code": "state_conflict", "request_id": "desk-1.a_b",
            "state": "resolved", "allowed_actions": ["return_result"],
        })
    );
}

#[actix_web::test]
async fn a_reader_of_english_gets_english() {
    let (_, headers, body) =
        answer(get("/conflict").insert_header((ACCEPT_LANGUAGE, "en-GB, vi;q=0.5"))).await;
    assert_eq!(header(&headers, "content-language"), "en");
    assert!(body.contains("The state does not allow this"));
}

#[actix_web::test]
async fn a_server_error_tells_nothing_of_the_inside() {
    for path in ["/broken", "/foreign"] {
        let (status, _, body) = answer(get(path)).await;
        assert_eq!(status, 500);
        assert!(
            body.contains("internal_error")
                && !body.contains("secret")
                && !body.contains("password"),
            "{body}"
        );
    }
}

#[actix_web::test]
async fn actix_own_errors_become_problems_and_keep_their_headers() {
    let cases = [
        (get("/nowhere"), 404, "not_found"),
        (
            http::TestRequest::post().uri("/conflict"),
            405,
            "method_not_allowed",
        ),
        (get("/number/x"), 404, "not_found"),
    ];
    for (request, expected, code) in cases {
        let (status, headers, body) = answer(request).await;
        assert_eq!(
            (status, header(&headers, "content-type")),
            (expected, "application/problem+json")
        );
        assert_eq!(serde_json::from_str::<Value>(&body).unwrap()["code"], code);
        assert_eq!(header(&headers, "x-request-id").len(), 36);
        assert_eq!(status == 405, header(&headers, "allow") == "GET");
    }
}

#[actix_web::test]
async fn an_answer_of_its_own_shape_stays_as_it_is() {
    let (status, headers, body) = answer(get("/own")).await;
    assert_eq!(
        (status, body.as_str()),
        (400, r#"{"error":"invalid_client"}"#)
    );
    assert_eq!(header(&headers, "content-type"), "application/json");
}

#[actix_web::test]
async fn etag_and_retry_after_come_along() {
    let (status, headers, _) = answer(get("/stale")).await;
    assert_eq!((status, header(&headers, "etag")), (412, "\"7\""));
    let (status, headers, _) = answer(get("/away")).await;
    assert_eq!((status, header(&headers, "retry-after")), (503, "1"));
}

#[actix_web::test]
async fn request_ids_and_trace_ids_are_taken_only_when_well_formed() {
    for id in ["", "a b", "a\u{e9}", "a/b", &"x".repeat(65)] {
        let (_, headers, _) = answer(get("/trace").insert_header(("x-request-id", id))).await;
        assert_eq!(header(&headers, "x-request-id").len(), 36, "{id}");
    }
    let zero = format!("00-{}-00f067aa0ba902b7-01", "0".repeat(32));
    let long = format!("{TRACE}-00");
    let later = format!("{}-more", TRACE.replacen("00", "01", 1));
    let cases = [
        (TRACE, true),
        (&later, true),
        (&long, false),
        (&zero, false),
        ("00-4bf9-00f0-01", false),
        ("", false),
    ];
    for (traceparent, taken) in cases {
        let (_, _, body) = answer(get("/trace").insert_header(("traceparent", traceparent))).await;
        assert_eq!(
            body == "4bf92f3577b34da6a3ce929d0e0e4736",
            taken,
            "{traceparent}"
        );
    }
}

#[actix_web::test]
async fn every_error_has_a_page() {
    for entry in CATALOGUE {
        let (status, headers, body) = answer(get(&format!("/errors/{}", entry.code))).await;
        assert_eq!(
            (status, header(&headers, "content-type")),
            (200, "text/html; charset=utf-8")
        );
        assert!(body.contains(entry.title_vi) && body.contains(entry.help_en));
    }
    let (status, headers, body) = answer(get("/errors/%3Cscript%3E")).await;
    assert_eq!(
        (status, header(&headers, "content-type")),
        (404, "text/html; charset=utf-8")
    );
    assert!(!body.contains("script"));
}

#[test]
fn codes_are_unique_snake_case_and_well_described() {
    let mut seen = HashSet::new();
    for entry in CATALOGUE {
        assert!(seen.insert(entry.code), "{}", entry.code);
        assert!(
            entry
                .code
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte == b'_'),
            "{}",
            entry.code
        );
        assert!((400..600).contains(&entry.status));
        let words = [entry.title_vi, entry.title_en, entry.help_vi, entry.help_en];
        assert!(
            words
                .iter()
                .all(|text| !text.is_empty() && !text.contains(['<', '&'])),
            "{}",
            entry.code
        );
    }
    assert_eq!(Problem::by_code("no_such_code").code(), "internal_error");
    assert_eq!(Problem::by_code("in_use").status().as_u16(), 409);
}

#[test]
fn the_language_follows_the_weights() {
    let cases = [
        ("", Lang::Vi),
        ("en", Lang::En),
        ("vi, en", Lang::Vi),
        ("en, vi", Lang::En),
        ("en;q=0.3, vi;q=0.8", Lang::Vi),
        ("fr, en;q=0.1", Lang::En),
        ("fr", Lang::Vi),
        ("*", Lang::Vi),
        ("en;q=0", Lang::Vi),
        ("en;q=2", Lang::Vi),
        ("en-US,en;q=0.9", Lang::En),
        ("en;q=0.9999, vi;q=0.1", Lang::Vi),
        (";;;,,=", Lang::Vi),
    ];
    for (value, lang) in cases {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT_LANGUAGE, value.parse().unwrap());
        assert_eq!(language_of(&headers), lang, "{value}");
    }
}

#[actix_web::test]
async fn a_middleware_that_gives_up_is_answered_like_a_handler() {
    async fn gatekeeper(
        _: actix_web::dev::ServiceRequest,
        _: actix_web::middleware::Next<impl actix_web::body::MessageBody>,
    ) -> Result<actix_web::dev::ServiceResponse, actix_web::Error> {
        Err(Problem::unauthenticated().into())
    }
    let app = http::init_service(App::new().wrap(from_fn(gatekeeper)).wrap(from_fn(edge))).await;
    let request = get("/x")
        .insert_header((ACCEPT_LANGUAGE, "en"))
        .to_request();
    let error = http::try_call_service(&app, request).await.unwrap_err();
    let response = error.error_response();
    let headers = response.headers();
    assert_eq!(response.status().as_u16(), 401);
    assert_eq!(header(headers, "www-authenticate"), "Bearer");
    assert_eq!(header(headers, "content-language"), "en");
    assert_eq!(header(headers, "x-request-id").len(), 36);
}
