//! Filling in what a request refers to: variables of the file, and parts of earlier answers.

use std::collections::BTreeMap;

use serde_json::Value;

use super::http_file::references;
use crate::support::Answer;

/// Replaces every reference; one that leads nowhere fails the test.
pub(super) fn filled(
    text: &str,
    variables: &BTreeMap<String, String>,
    answers: &BTreeMap<String, Answer>,
) -> String {
    let mut text = text.to_owned();
    for reference in references(&text) {
        let value = match variables.get(&reference) {
            Some(value) => value.clone(),
            None => of_answer(&reference, answers),
        };
        text = text.replace(&format!("{{{{{reference}}}}}"), &value);
    }
    text
}

/// `name.response.headers.Header`, or `name.response.body.$.path[0].to`.
fn of_answer(reference: &str, answers: &BTreeMap<String, Answer>) -> String {
    let (name, part) = reference
        .split_once(".response.")
        .unwrap_or_else(|| panic!("no variable {reference}"));
    let answer = answers
        .get(name)
        .unwrap_or_else(|| panic!("{reference}: no answer before"));
    match part
        .split_once('.')
        .unwrap_or_else(|| panic!("{reference}: which part?"))
    {
        ("headers", header) => {
            let value = answer.header(header);
            assert!(!value.is_empty(), "{reference}: no such header");
            value.to_owned()
        }
        ("body", path) => match at(&answer.json, path) {
            Some(Value::String(text)) => text.clone(),
            Some(Value::Null) | None => panic!("{reference}: nothing there in {answer:?}"),
            Some(value) => value.to_string(),
        },
        _ => panic!("{reference}: neither body nor headers"),
    }
}

/// The part of JSONPath that both clients understand: members and indices.
fn at<'a>(json: &'a Value, path: &str) -> Option<&'a Value> {
    let path = path.strip_prefix('$')?.replace('[', ".").replace(']', "");
    let parts = path.split('.').filter(|part| !part.is_empty());
    let mut found = json;
    for part in parts {
        found = match part.parse::<usize>() {
            Ok(index) => found.get(index)?,
            Err(_) => found.get(part)?,
        };
    }
    Some(found)
}
