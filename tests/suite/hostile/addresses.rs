//! Addresses, query strings and headers that no honest client sends.

use super::probe::Probe;
use crate::document::resolve;

/// Parameters that the document does not know, known ones twice, and values that mean nothing.
pub async fn every_parameter(probe: &mut Probe<'_, '_>) {
    let known: Vec<_> = probe.operation.parameters("query").collect();
    let Some(first) = known
        .first()
        .and_then(|parameter| parameter["name"].as_str())
    else {
        return;
    };
    let twice = format!("{first}=1&{first}=1");
    for (what, query) in [
        ("an unknown parameter", "khong_co=1"),
        ("an unknown parameter without a value", "khong_co"),
        ("a parameter in another case", "LIMIT=1"),
        ("a parameter as a list", "limit[]=1"),
        ("a parameter twice", twice.as_str()),
    ] {
        ask(probe, what, query).await;
    }
    for parameter in known {
        let name = parameter["name"].as_str().expect("a name");
        for wrong in wrong_values(name, resolve(&parameter["schema"])) {
            ask(
                probe,
                &format!("{name}={wrong:.40}"),
                &format!("{name}={wrong}"),
            )
            .await;
        }
    }
    let many: Vec<String> = (0..500).map(|number| format!("p{number}=1")).collect();
    ask(probe, "500 parameters", &many.join("&")).await;
}

async fn ask(probe: &mut Probe<'_, '_>, what: &str, query: &str) {
    let mut row = probe.row.clone();
    row.call.path = format!(
        "{}?{query}",
        row.call.path.split('?').next().unwrap_or_default()
    );
    let request = row
        .call
        .bare(row.right.as_ref(), &probe.stage.world.visitor());
    // A wrong key is as good as an unknown dossier: nobody learns which it was.
    let hidden = probe.operation.id == "lookUpDossier" && query.starts_with("key=");
    let statuses: &[u16] = if hidden { &[400, 404] } else { &[400, 414] };
    let answer = probe.must_fail(what, request, statuses).await;
    let named = answer.json["errors"]
        .as_array()
        .is_some_and(|faults| !faults.is_empty());
    let of_its_own = ["bad_cursor", "uri_too_long", "not_found"];
    if !named && !of_its_own.contains(&answer.at("code").as_str().unwrap_or_default()) {
        probe.fault(what, "the parameter is not named", &answer);
    }
}

/// Values in the spelling of a query string.
fn wrong_values(name: &str, schema: &serde_json::Value) -> Vec<String> {
    let mut wrong: Vec<String> = vec![
        "%00".into(),
        "%ff".into(),
        "%zz".into(),
        "a%E2%80%AEb".into(),
    ];
    let typed = |kind: &str| schema["type"] == kind || schema["type"][0] == kind;
    let words = schema["enum"].is_array();
    match schema["format"].as_str() {
        Some("date") => {
            wrong.extend(["2026-02-30", "hom-nay", "2026-11-20T00:00:00Z"].map(String::from))
        }
        Some("uuid") => wrong.extend(["x", "0192f3c4"].map(String::from)),
        _ if typed("integer") => {
            wrong.extend(["x", "1.5", "-1", "99999999999999999999", "1e3", ""].map(String::from))
        }
        _ if typed("boolean") => wrong.extend(["yes", "1", "TRUE"].map(String::from)),
        _ if words => wrong.extend(["khong_co", ""].map(String::from)),
        _ => wrong.push("x".repeat(5000)),
    }
    if name == "limit" {
        wrong.extend(["0", "201"].map(String::from));
    }
    if name == "cursor" {
        wrong.extend(["x", "AAAA", "eyJhIjoxfQ", "'; DROP TABLE dossiers; --"].map(String::from));
    }
    wrong
}

/// Names of things that cannot exist, in the place of each parameter of the path.
pub async fn every_name(probe: &mut Probe<'_, '_>) {
    let pattern = probe.operation.path;
    let real: Vec<String> = probe
        .row
        .call
        .path
        .split('?')
        .next()
        .unwrap_or_default()
        .split('/')
        .map(String::from)
        .collect();
    for (index, part) in pattern.split('/').enumerate() {
        if !part.starts_with('{') {
            continue;
        }
        for wrong in [
            "x",
            "%00",
            "%ff",
            "%E2%80%AE",
            "..%2f..%2fetc%2fpasswd",
            "%27%20OR%201=1--",
            "99999999999999999999",
            "-1",
            "H29.23-260230-0001",
            "00000000-0000-0000-0000-000000000000",
            &"9".repeat(3000),
        ] {
            let mut parts = real.clone();
            parts[index] = wrong.to_owned();
            let mut call = probe.row.call.clone();
            call.path = parts.join("/");
            let call_by = probe.row.right.clone();
            let request = call.bare(call_by.as_ref(), &probe.stage.world.visitor());
            let request = match &call.payload {
                crate::authorization::Payload::Json(body) => request.json(body),
                _ => request,
            };
            let answer = probe.send(request).await;
            let statuses: &[u16] = if wrong == "%ff" {
                &[400, 404]
            } else {
                &[404, 422]
            };
            let what = format!("{wrong:.40} for {part}");
            if !statuses.contains(&answer.status)
                || answer.header("content-type") != "application/problem+json"
            {
                probe.fault(&what, "no 404", &answer);
            }
        }
    }
}

/// Headers that cannot be right.
pub async fn every_header(probe: &mut Probe<'_, '_>) {
    let names: Vec<&str> = probe
        .operation
        .parameters("header")
        .filter_map(|header| header["name"].as_str())
        .collect();
    if names.contains(&"If-Match") {
        if_match(probe).await;
    }
    if names.contains(&"Idempotency-Key") {
        let long = "k".repeat(256);
        for wrong in ["", "  ", "khóa", "a\tb", long.as_str()] {
            let request = with_body(probe).header("idempotency-key", wrong.as_bytes());
            probe
                .must_fail(&format!("Idempotency-Key {wrong:.20?}"), request, &[400])
                .await;
        }
        let request = with_body(probe)
            .header("idempotency-key", "a")
            .header("idempotency-key", "b");
        probe
            .must_fail("two Idempotency-Keys", request, &[400])
            .await;
    }
}

async fn if_match(probe: &mut Probe<'_, '_>) {
    let seen = probe.row.call.if_match.take();
    let request = with_body(probe);
    probe.must_fail("no If-Match", request, &[428]).await;
    for wrong in [
        "*",
        "",
        "x",
        "\"x\"",
        "\"-1\"",
        "\"99999999999999999999\"",
        "\"0\"",
        "\"1\", \"2\"",
        "W/\"999\"",
    ] {
        let request = with_body(probe).header("if-match", wrong);
        probe
            .must_fail(&format!("If-Match {wrong}"), request, &[412, 428])
            .await;
    }
    probe.row.call.if_match = seen;
}

fn with_body(probe: &Probe<'_, '_>) -> reqwest::RequestBuilder {
    match &probe.row.call.payload {
        crate::authorization::Payload::Json(body) => probe.request().json(body),
        _ => probe.request(),
    }
}
