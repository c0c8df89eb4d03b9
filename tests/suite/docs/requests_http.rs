//! `docs/requests.http`, run whole and in order.

use std::collections::BTreeMap;

use super::http_file::{HttpFile, Request, for_jetbrains};
use super::resolve::filled;
use super::{of_repository, read};
use crate::support::Answer;

const FILE: &str = "docs/requests.http";
const DERIVED: &str = "docs/requests.jetbrains.http";

both! {
    async fn every_ready_request_answers_as_it_says(world) {
        let mut file = HttpFile::parse(&read(FILE));
        file.variables.insert("host".to_owned(), world.base());
        let mut answers = BTreeMap::new();
        for request in &file.requests {
            let answer = send(request, &file.variables, &answers).await;
            let expected = request.expect.unwrap_or_else(|| panic!("“{}” expects nothing", request.title));
            assert_eq!(answer.status, expected, "“{}”: {answer:?}", request.title);
            if let Some(name) = &request.name {
                let before = answers.insert(name.clone(), answer);
                assert!(before.is_none(), "two requests are named {name}");
            }
        }
        assert!(answers.len() > 10, "the file was read, all of it");
        assert_eq!(world.verify().1, Vec::new());
    }
}

async fn send(
    request: &Request,
    variables: &BTreeMap<String, String>,
    answers: &BTreeMap<String, Answer>,
) -> Answer {
    let fill = |text: &str| filled(text, variables, answers);
    let method = request.method.parse().expect("a method");
    let mut builder = reqwest::Client::new().request(method, fill(&request.url));
    for (name, value) in &request.headers {
        builder = builder.header(name, fill(value));
    }
    if !request.body.is_empty() {
        builder = builder.body(fill(&request.body));
    }
    let response = builder
        .send()
        .await
        .unwrap_or_else(|error| panic!("“{}”: {error}", request.title));
    Answer::of(response).await
}

#[test]
fn the_requests_for_jetbrains_are_those_for_vs_code() {
    let made = for_jetbrains(&read(FILE));
    if std::env::var_os("MOTCUA_WRITE").is_some() {
        std::fs::write(of_repository(DERIVED), made).expect("a file that can be written");
        return;
    }
    let same = read(DERIVED) == made;
    assert!(
        same,
        "{DERIVED} is old: run this test with MOTCUA_WRITE=1, and look at the difference"
    );
}

#[test]
fn both_clients_find_the_same_address_and_password_at_the_top() {
    let (ours, theirs) = (
        HttpFile::parse(&read(FILE)),
        HttpFile::parse(&read(DERIVED)),
    );
    assert_eq!(ours.variables, theirs.variables);
    assert_eq!(ours.variables.len(), 2);
}

#[test]
fn a_comment_variable_header_and_body_are_told_apart() {
    let file = HttpFile::parse(
        "@a = 1\n### One\n# expect 201\n# @name one\nPOST {{a}}/x\nB: c:d\n\n{\n\n}\n\n### Only words\n\n### Two\nGET y\n",
    );
    let [one, two] = file.requests.as_slice() else {
        panic!("two requests");
    };
    assert_eq!(
        (one.title.as_str(), one.name.as_deref(), one.expect),
        ("One", Some("one"), Some(201))
    );
    assert_eq!((one.method.as_str(), one.url.as_str()), ("POST", "{{a}}/x"));
    assert_eq!(one.headers, [("B".to_owned(), "c:d".to_owned())]);
    assert_eq!(one.body, "{\n\n}");
    assert_eq!(
        (two.url.as_str(), two.expect, two.body.as_str()),
        ("y", None, "")
    );
    assert_eq!(file.variables["a"], "1");
}
