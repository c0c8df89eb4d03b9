//! Hostile input over HTTP: the extractors, and arbitrary bytes.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::as_conversions,
    clippy::panic,
    reason = "a test may fail loudly"
)]

use actix_web::body::MessageBody;
use actix_web::dev::ServiceResponse;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::middleware::from_fn;
use actix_web::{App, HttpResponse, test as http, web};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::tests::{Everything, Listing, Paper, whole};
use super::*;
use crate::problem::edge;

async fn answer_of(request: http::TestRequest) -> ServiceResponse<impl MessageBody> {
    let everything = |body: Body<Everything>| async move {
        HttpResponse::Ok().body(body.fingerprint().to_string())
    };
    let optional = |body: Body<Option<Paper>>| async move {
        HttpResponse::Ok().body(body.0.is_some().to_string())
    };
    let listing =
        |query: Query<Listing>| async move { HttpResponse::Ok().body(format!("{:?}", query.0)) };
    let app = http::init_service(
        App::new()
            .wrap(from_fn(edge))
            .service(web::resource("/everything").route(web::post().to(everything)))
            .service(web::resource("/optional").route(web::post().to(optional)))
            .service(web::resource("/listing").route(web::get().to(listing))),
    );
    http::call_service(&app.await, request.to_request()).await
}

/// Status, code, and the codes of the faults.
async fn answer(request: http::TestRequest) -> (u16, Value) {
    let response = answer_of(request).await;
    let status = response.status().as_u16();
    let problem = response
        .headers()
        .get(CONTENT_TYPE)
        .is_some_and(|kind| kind == "application/problem+json");
    let body = http::read_body(response).await;
    assert!(problem || status == 200, "{status}: {body:?}");
    (
        status,
        serde_json::from_slice(&body)
            .unwrap_or_else(|_| Value::String(String::from_utf8(body.to_vec()).unwrap())),
    )
}

fn post(path: &str, kind: &'static str, body: impl Into<web::Bytes>) -> http::TestRequest {
    http::TestRequest::post()
        .uri(path)
        .insert_header((CONTENT_TYPE, kind))
        .set_payload(body)
}

#[actix_web::test]
async fn the_body_extractor_answers_each_fault_with_its_status() {
    let right = whole().to_string();
    let (status, fingerprint) = answer(post(
        "/everything",
        "application/json; charset=UTF-8",
        right.clone(),
    ))
    .await;
    assert_eq!(
        (status, fingerprint.as_str().unwrap()),
        (200, Fingerprint::of(right.as_bytes()).to_string().as_str())
    );
    let cases: Vec<(http::TestRequest, u16, &str)> = vec![
        (
            post("/everything", "text/plain", "{}"),
            415,
            "unsupported_media_type",
        ),
        (
            post("/everything", "application/json; charset=utf-16", "{}"),
            415,
            "unsupported_media_type",
        ),
        (
            post("/everything", "application/json", "{}")
                .insert_header(("Content-Encoding", "gzip")),
            415,
            "unsupported_media_type",
        ),
        (
            http::TestRequest::post()
                .uri("/everything")
                .set_payload("{}"),
            415,
            "unsupported_media_type",
        ),
        (
            http::TestRequest::post().uri("/everything"),
            400,
            "body_missing",
        ),
        (
            post("/everything", "application/json", ""),
            400,
            "body_missing",
        ),
        (
            post("/everything", "application/json", "{"),
            400,
            "unreadable_json",
        ),
        (
            post("/everything", "application/json", "[]"),
            422,
            "invalid_input",
        ),
        (
            post("/everything", "application/json", "{}"),
            422,
            "invalid_input",
        ),
        (
            post(
                "/everything",
                "application/json",
                vec![b' '; BODY_LIMIT + 1],
            ),
            413,
            "payload_too_large",
        ),
        (
            post("/everything", "application/json", "{}")
                .insert_header(("Content-Length", "99999999")),
            413,
            "payload_too_large",
        ),
    ];
    for (request, status, code) in cases {
        let (got, body) = answer(request).await;
        assert_eq!((got, body["code"].as_str()), (status, Some(code)), "{body}");
    }
    assert_eq!(
        answer(http::TestRequest::post().uri("/optional")).await,
        (200, json!(false))
    );
    assert_eq!(
        answer(post("/optional", "application/json", "{\"copies\":1}")).await,
        (200, json!(true))
    );
}

#[actix_web::test]
async fn the_query_extractor_names_unknown_repeated_and_bad_parameters() {
    let get = |query: &str| http::TestRequest::get().uri(&format!("/listing?{query}"));
    let (status, _) = answer(get("office=H29&limit=5&channel=counter,online&q=Nguy%E1%BB%85n+V%C4%83n&since=2026-11-20T08:00:00+07:00")).await;
    assert_eq!(status, 200);
    let cases = [
        (
            "office=H29&lmit=5&x=1",
            "unknown_parameter",
            vec!["lmit unknown_parameter", "x unknown_parameter"],
        ),
        (
            "office=H29&limit=5&limit=6",
            "invalid_parameter",
            vec!["limit duplicate_parameter"],
        ),
        (
            "limit=-1&channel=counter,fax",
            "invalid_parameter",
            vec![
                "limit out_of_range",
                "channel unknown_word",
                "office required",
            ],
        ),
        (
            "office=H29&limit=5x",
            "invalid_parameter",
            vec!["limit bad_format"],
        ),
        (
            "office=%FF",
            "invalid_parameter",
            vec!["office bad_encoding", "office required"],
        ),
        (
            "office=%0",
            "invalid_parameter",
            vec!["office bad_encoding", "office required"],
        ),
        (
            "office=a%00b",
            "invalid_parameter",
            vec!["office control_character"],
        ),
        ("office=", "invalid_parameter", vec!["office required"]),
    ];
    for (query, code, expected) in cases {
        let (status, body) = answer(get(query)).await;
        assert_eq!(
            (status, body["code"].as_str()),
            (400, Some(code)),
            "{query}"
        );
        let list = body["errors"].as_array().unwrap().iter();
        let got: Vec<_> = list
            .map(|fault| {
                format!(
                    "{} {}",
                    fault["field"].as_str().unwrap(),
                    fault["code"].as_str().unwrap()
                )
            })
            .collect();
        assert_eq!(got, expected, "{query}");
    }
}

proptest! {
    #[test]
    fn arbitrary_bytes_never_panic_nor_make_a_server_error(
        body in prop_oneof![
            proptest::collection::vec(any::<u8>(), 0..200),
            "[\\[\\]{}:,\"\\\\a-z0-9 .eu+-]{0,80}".prop_map(String::into_bytes),
            json_like().prop_map(|value| value.to_string().into_bytes()),
        ],
        query in "[a-z=&%+0-9A-F,]{0,60}",
    ) {
        actix_web::rt::System::new().block_on(async {
            let (status, _) = answer(post("/everything", "application/json", body)).await;
            assert!(matches!(status, 200 | 400 | 422), "{status}");
            let (status, _) = answer(http::TestRequest::get().uri(&format!("/listing?{query}"))).await;
            assert!(matches!(status, 200 | 400), "{status}");
        });
    }
}

/// Objects with the right names and wrong values.
fn json_like() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        "[0-9TZ:+.-]{0,30}".prop_map(Value::from),
    ];
    let tree = leaf.prop_recursive(4, 30, 5, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            proptest::collection::btree_map("[a-z]{1,6}", inner, 0..5)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    });
    let name = proptest::sample::select(vec![
        "name",
        "id_number",
        "channel",
        "received_at",
        "date",
        "papers",
        "days",
        "amount",
    ]);
    proptest::collection::btree_map(name.prop_map(str::to_owned), tree, 0..8)
        .prop_map(|map| Value::Object(map.into_iter().collect()))
}
