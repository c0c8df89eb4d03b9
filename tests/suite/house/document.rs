//! The OpenAPI document: current, whole, and readable by generators.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{none, root};
use crate::document::{Operation, document, operations, resolve};

/// Operations that no client can ask wrongly. This list only ever gets shorter.
const CANNOT_BE_ASKED_WRONGLY: &[&str] = &["readHealth", "readKeys", "readReadiness"];

/// Errors of another standard: RFC 6749 gives the token endpoint a shape of its own.
const OTHER_ERRORS: &[&str] = &["issueToken"];

fn each(mut fault: impl FnMut(&Operation) -> Option<String>) -> Vec<String> {
    let name = |operation: &Operation| format!("{} {}", operation.method, operation.path);
    let all = operations();
    all.iter()
        .filter_map(|one| Some(format!("{}: {}", name(one), fault(one)?)))
        .collect()
}

#[test]
fn the_committed_document_is_the_one_that_the_code_makes() {
    let committed = std::fs::read_to_string(root().join("openapi/openapi.json"));
    let current = api::openapi::json().expect("the document");
    let same = committed.is_ok_and(|text| text == current);
    assert!(
        same,
        "run `cargo run -p motcua-openapi` and commit openapi/openapi.json"
    );
}

#[test]
fn it_is_openapi_3_1_and_every_reference_leads_somewhere() {
    let document = document();
    let version = document["openapi"].as_str().expect("a version");
    assert!(version.starts_with("3.1."), "{version}");
    let mut open = vec![document];
    let mut found = Vec::new();
    while let Some(value) = open.pop() {
        if let Some(target) = value.get("$ref").and_then(Value::as_str) {
            let there = target
                .strip_prefix('#')
                .and_then(|pointer| document.pointer(pointer));
            if there.is_none() {
                found.push(target.to_owned());
            }
        }
        match value {
            Value::Object(members) => open.extend(members.values()),
            Value::Array(items) => open.extend(items),
            _ => {}
        }
    }
    none("references that lead nowhere", &found);
}

#[test]
fn every_schema_is_used() {
    let text = serde_json::to_string(document()).expect("text");
    let schemas = document()["components"]["schemas"]
        .as_object()
        .expect("schemas");
    let unused = |name: &&String| !text.contains(&format!("\"#/components/schemas/{name}\""));
    let found: Vec<String> = schemas.keys().filter(unused).cloned().collect();
    none("schemas that nothing refers to", &found);
}

#[test]
fn every_operation_says_what_it_is_and_who_may_call_it() {
    let mut names = BTreeSet::new();
    let found = each(|one| {
        let text = |name: &str| {
            one.value[name]
                .as_str()
                .is_some_and(|text| text.trim().len() > 2)
        };
        let some = |name: &str| {
            one.value[name]
                .as_array()
                .is_some_and(|list| !list.is_empty())
        };
        let schemes = &document()["components"]["securitySchemes"];
        let known = one
            .schemes()
            .iter()
            .all(|scheme| schemes[*scheme].is_object());
        let right = names.insert(one.id.clone())
            && text("summary")
            && text("description")
            && some("tags")
            && some("security")
            && known;
        (!right).then(|| "operationId, summary, description, tag or security".to_owned())
    });
    none("operations that say too little", &found);
}

#[test]
fn every_operation_shows_an_example_and_every_error_is_a_problem() {
    let found = each(|one| {
        let shown = |content: &Value| {
            content["example"] != Value::Null || content["examples"] != Value::Null
        };
        let mut examples = 0;
        let mut client_errors = 0;
        if let Some(body) = one.value["requestBody"]["content"].as_object() {
            if !body.values().all(shown) && !body.contains_key("multipart/form-data") {
                return Some("no example of its body".to_owned());
            }
            examples += 1;
        }
        for (status, response) in one.value["responses"].as_object().expect("responses") {
            let response = resolve(response);
            let problem = &response["content"]["application/problem+json"];
            examples += usize::from(shown(problem));
            if !status.starts_with(['4', '5']) {
                continue;
            }
            client_errors += usize::from(status.starts_with('4'));
            let other = OTHER_ERRORS.contains(&one.id.as_str());
            let described = problem["schema"].is_object() && shown(problem);
            if !other && !described {
                return Some(format!("{status} is no problem with an example"));
            }
        }
        let unerring = CANNOT_BE_ASKED_WRONGLY.contains(&one.id.as_str());
        if (client_errors == 0) != unerring {
            return Some(format!("{client_errors} answers for a client's mistake"));
        }
        (examples == 0).then(|| "no example".to_owned())
    });
    none("operations without examples or errors", &found);
}

#[test]
fn what_an_operation_takes_decides_which_errors_it_names() {
    let found = each(|one| {
        let mut wanted: Vec<&str> = vec!["500", "503"];
        if one.is_secured() {
            wanted.push("401");
        }
        if one.json_body().is_some() {
            wanted.extend(["400", "413", "415", "422"]);
        }
        if one.parameters("query").next().is_some() {
            wanted.push("400");
        }
        if one
            .parameters("header")
            .any(|header| header["name"] == "If-Match")
        {
            wanted.extend(["412", "428"]);
        }
        let named = one.value["responses"].as_object().expect("responses");
        wanted.retain(|status| !named.contains_key(*status));
        (!wanted.is_empty()).then(|| wanted.join(", "))
    });
    none("errors that are not named", &found);
}

#[test]
fn parameters_of_a_path_are_those_in_its_braces() {
    let found = each(|one| {
        let in_path: BTreeSet<&str> = one
            .path
            .split('{')
            .skip(1)
            .filter_map(|rest| rest.split('}').next())
            .collect();
        let named: BTreeSet<&str> = one
            .parameters("path")
            .filter_map(|parameter| parameter["name"].as_str())
            .collect();
        (in_path != named).then(|| format!("{in_path:?} against {named:?}"))
    });
    none("path parameters", &found);
}
