//! Checks that hold for every operation of the document.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may fail loudly"
)]

use std::collections::BTreeSet;

use serde_json::Value;

use super::{complete, document, json};

fn each(mut check: impl FnMut(&str, &Value)) {
    let document: Value = serde_json::from_str(&json().unwrap()).unwrap();
    for (path, item) in document["paths"].as_object().unwrap() {
        for method in ["get", "put", "post", "delete", "patch"] {
            if let Some(operation) = item.get(method) {
                check(&format!("{method} {path}"), operation);
            }
        }
    }
}

#[test]
fn every_operation_has_a_name_of_its_own_a_summary_a_known_tag_and_says_who_may_call_it() {
    let document = document();
    let tags: BTreeSet<_> = document
        .tags
        .unwrap()
        .into_iter()
        .map(|tag| tag.name)
        .collect();
    let mut names = BTreeSet::new();
    each(|operation, value| {
        let name = value["operationId"].as_str().unwrap().to_owned();
        assert!(names.insert(name.clone()), "{operation}: {name} is taken");
        assert!(
            value["summary"]
                .as_str()
                .is_some_and(|text| !text.is_empty()),
            "{operation}"
        );
        assert!(
            value["security"]
                .as_array()
                .is_some_and(|all| !all.is_empty()),
            "{operation}"
        );
        for tag in value["tags"].as_array().unwrap() {
            assert!(
                tags.contains(tag.as_str().unwrap()),
                "{operation}: tag {tag}"
            );
        }
    });
}

#[test]
fn every_error_has_the_shape_of_a_problem_with_an_example_and_a_body_has_one_too() {
    each(|operation, value| {
        for (status, response) in value["responses"].as_object().unwrap() {
            let failed = status.parse::<u16>().unwrap() >= 400;
            if failed && operation != "post /oauth/token" {
                let problem = &response["content"]["application/problem+json"];
                assert!(problem["schema"].is_object(), "{operation} {status}");
                assert!(problem["example"].is_object(), "{operation} {status}");
            }
        }
        if let Some(body) = value["requestBody"]["content"].as_object() {
            // A file has no example that JSON could show.
            for (kind, content) in body
                .iter()
                .filter(|(kind, _)| *kind != "multipart/form-data")
            {
                let shown = content["example"].is_null() && content["examples"].is_null();
                assert!(!shown, "{operation}: no example of {kind}");
            }
        }
    });
}

#[test]
fn every_reference_leads_somewhere() {
    fn refs(value: &Value, found: &mut BTreeSet<String>) {
        match value {
            Value::Object(members) => {
                if let Some(target) = members.get("$ref").and_then(Value::as_str) {
                    found.insert(target.to_owned());
                }
                members.values().for_each(|member| refs(member, found));
            }
            Value::Array(items) => items.iter().for_each(|item| refs(item, found)),
            _ => {}
        }
    }
    let document: Value = serde_json::from_str(&json().unwrap()).unwrap();
    let mut found = BTreeSet::new();
    refs(&document, &mut found);
    for target in found {
        let pointer = target.strip_prefix('#').unwrap();
        assert!(document.pointer(pointer).is_some(), "{target}");
    }
}

#[test]
fn what_needs_a_token_says_that_it_can_answer_401() {
    let document = document();
    for (path, item) in &document.paths.paths {
        for (method, operation) in complete::operations(item) {
            let named = operation.responses.responses.contains_key("401");
            assert!(named || !complete::is_secured(operation), "{method} {path}");
        }
    }
}
