//! Bodies that are no JSON, too much of it, or not announced as such.

use serde_json::Value;

use super::probe::Probe;

/// Bytes that cannot be read, and media types that are not taken.
pub async fn every_way(probe: &mut Probe<'_, '_>) {
    let body = probe.row.call.body().to_string();
    for (what, bytes) in unreadable(&body) {
        let request = probe
            .request()
            .header("content-type", "application/json")
            .body(bytes);
        let answer = probe.must_fail(what, request, &[400]).await;
        let code = answer.at("code").as_str().unwrap_or_default();
        if !["unreadable_json", "body_missing"].contains(&code) {
            probe.fault(what, "another code than expected", &answer);
        }
    }
    other_shapes(probe).await;
    media_types(probe, &body).await;
    let large = format!("{{\"khong_co\": \"{}\"}}", "x".repeat(1024 * 1024));
    let request = probe
        .request()
        .header("content-type", "application/json")
        .body(large);
    probe.must_fail("more than 1 MiB", request, &[413]).await;
    let blanks = format!("{}{body}", " ".repeat(1024 * 1024));
    let request = probe
        .request()
        .header("content-type", "application/json")
        .body(blanks);
    probe
        .must_fail("more than 1 MiB of blanks", request, &[413])
        .await;
}

fn unreadable(body: &str) -> Vec<(&'static str, Vec<u8>)> {
    let spoilt = |end: &[u8]| {
        let mut bytes = b"{\"khong_co\": \"".to_vec();
        bytes.extend_from_slice(end);
        bytes.extend_from_slice(b"\"}");
        bytes
    };
    let first = body.split(':').next().unwrap_or("{\"a\"");
    let cut = body
        .char_indices()
        .map(|(at, _)| at)
        .nth(body.chars().count() / 2)
        .unwrap_or(1);
    vec![
        ("an empty body", Vec::new()),
        ("blanks", b"  \n ".to_vec()),
        ("cut off", body.as_bytes()[..cut.max(1)].to_vec()),
        (
            "cut off at the end",
            body.as_bytes()[..body.len() - 1].to_vec(),
        ),
        ("two bodies", format!("{body}{body}").into_bytes()),
        (
            "a repeated key",
            format!("{first}: 1, {}", body.trim_start_matches('{')).into_bytes(),
        ),
        ("invalid UTF-8", spoilt(&[0xff, 0xfe])),
        ("an overlong character", spoilt(&[0xc0, 0xaf])),
        ("a surrogate in UTF-8", spoilt(&[0xed, 0xa0, 0x80])),
        ("a lone high surrogate", spoilt(br"\ud800")),
        ("a lone low surrogate", spoilt(br"\udc00x")),
        ("surrogates in the wrong order", spoilt(br"\udc00\ud800")),
        ("a raw line break in a text", spoilt(b"a\nb")),
        ("a raw NUL in a text", spoilt(b"a\0b")),
        (
            "UTF-16",
            body.encode_utf16().flat_map(u16::to_le_bytes).collect(),
        ),
        (
            "200 objects deep",
            format!("{}1{}", "{\"a\":".repeat(200), "}".repeat(200)).into_bytes(),
        ),
        ("100,000 lists deep", "[".repeat(100_000).into_bytes()),
        ("a number beyond all", b"{\"khong_co\": 1e400}".to_vec()),
        ("no number", b"{\"khong_co\": NaN}".to_vec()),
        ("a comment", format!("/* x */ {body}").into_bytes()),
        ("a trailing comma", b"{\"khong_co\": 1,}".to_vec()),
        ("single quotes", b"{'khong_co': 1}".to_vec()),
        ("a form", b"khong_co=1".to_vec()),
        ("XML", b"<?xml version=\"1.0\"?><a/>".to_vec()),
    ]
}

/// JSON, and not an object.
async fn other_shapes(probe: &mut Probe<'_, '_>) {
    for body in ["[]", "[{}]", "\"x\"", "1", "true", "null"] {
        let body: Value = serde_json::from_str(body).expect("JSON");
        let what = format!("{body} as the whole");
        let answer = probe.send_json(&body).await;
        if probe.is_problem(&what, &answer, &[422]) && answer.at("errors.0.field") != "" {
            probe.fault(&what, "the whole is not named", &answer);
        }
    }
}

async fn media_types(probe: &mut Probe<'_, '_>, body: &str) {
    let request = probe.request().body(body.to_owned());
    probe.must_fail("no media type", request, &[415]).await;
    for kind in [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/json;charset=latin1",
        "application/json; charset=utf-16",
        "application/jsonx",
        "application/merge-patch+json",
        "application/xml",
        "*/*",
        "json",
        "",
    ] {
        let request = probe
            .request()
            .header("content-type", kind)
            .body(body.to_owned());
        probe
            .must_fail(&format!("media type {kind:?}"), request, &[415])
            .await;
    }
    for coding in ["gzip", "deflate", "br", "x"] {
        let request = probe.request().header("content-encoding", coding);
        let request = request
            .header("content-type", "application/json")
            .body(body.to_owned());
        probe
            .must_fail(&format!("coding {coding}"), request, &[400, 415])
            .await;
    }
}
