//! What every operation can answer besides what it names itself: the errors common to all.

use serde_json::{Value, json};
use utoipa::openapi::header::HeaderBuilder;
use utoipa::openapi::path::{Operation, ParameterIn, PathItem};
use utoipa::openapi::response::{Response, ResponseBuilder};
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::security::SecurityRequirement;
use utoipa::openapi::{Content, OpenApi, Ref, RefOr};

use crate::problem::{CATALOGUE, Entry, catalogue};

const PROBLEM_JSON: &str = "application/problem+json";

/// Every operation of a path with its method.
pub(super) fn operations(item: &PathItem) -> impl Iterator<Item = (&'static str, &Operation)> {
    [
        ("get", &item.get),
        ("put", &item.put),
        ("post", &item.post),
        ("delete", &item.delete),
        ("patch", &item.patch),
    ]
    .into_iter()
    .filter_map(|(method, operation)| Some((method, operation.as_ref()?)))
}

fn operations_mut(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    let all = [
        &mut item.get,
        &mut item.put,
        &mut item.post,
        &mut item.delete,
        &mut item.patch,
    ];
    all.into_iter().flatten()
}

/// Adds the common errors, and to every error its shape and an example.
pub(super) fn complete(document: &mut OpenApi) {
    for (path, item) in &mut document.paths.paths {
        for operation in operations_mut(item) {
            if let Some(description) = &mut operation.description {
                *description = description.trim().to_owned();
            }
            for entry in common_errors(path, operation) {
                let responses = &mut operation.responses.responses;
                responses
                    .entry(entry.status.to_string())
                    .or_insert_with(|| RefOr::T(Response::new(about(entry))));
            }
            for (status, response) in &mut operation.responses.responses {
                if let RefOr::T(response) = response {
                    as_problem(status, path, response);
                }
            }
        }
    }
}

fn about(entry: &Entry) -> String {
    format!("{} · {}", entry.title_vi, entry.title_en)
}

/// The errors that come from how the operation is asked, not from what it does.
fn common_errors(path: &str, operation: &Operation) -> Vec<&'static Entry> {
    let header = |name: &str| has_parameter(operation, |kind, own| is_header(kind) && own == name);
    let mut errors = vec![catalogue::INTERNAL_ERROR, catalogue::DATABASE_UNAVAILABLE];
    if operation.request_body.is_some() {
        errors.extend([
            catalogue::UNREADABLE_JSON,
            catalogue::REQUEST_TIMEOUT,
            catalogue::PAYLOAD_TOO_LARGE,
            catalogue::UNSUPPORTED_MEDIA_TYPE,
        ]);
    }
    if has_parameter(operation, |kind, _| matches!(kind, ParameterIn::Query)) {
        errors.push(catalogue::INVALID_PARAMETER);
    }
    if header("If-Match") {
        errors.extend([catalogue::STALE_VERSION, catalogue::PRECONDITION_REQUIRED]);
    }
    if header("Idempotency-Key") {
        errors.extend([
            catalogue::BAD_IDEMPOTENCY_KEY,
            catalogue::REQUEST_IN_FLIGHT,
            catalogue::IDEMPOTENCY_KEY_REUSED,
        ]);
    }
    if is_secured(operation) {
        errors.push(catalogue::UNAUTHENTICATED);
    } else if path.starts_with("/api/") || path.starts_with("/oauth/") {
        errors.push(catalogue::RATE_LIMITED);
    }
    errors
}

fn is_header(kind: &ParameterIn) -> bool {
    matches!(kind, ParameterIn::Header)
}

fn has_parameter(operation: &Operation, test: impl Fn(&ParameterIn, &str) -> bool) -> bool {
    let parameters = operation.parameters.iter().flatten();
    parameters.into_iter().any(|parameter| match parameter {
        RefOr::T(parameter) => test(&parameter.parameter_in, &parameter.name),
        RefOr::Ref(_) => false,
    })
}

/// Whether a token is needed: one requirement at least, and none of them empty.
pub(super) fn is_secured(operation: &Operation) -> bool {
    let none = SecurityRequirement::default();
    let required = operation.security.as_deref().unwrap_or_default();
    !required.is_empty() && !required.contains(&none)
}

/// Gives an error answer the shared shape, unless it has a shape of its own.
fn as_problem(status: &str, path: &str, response: &mut Response) {
    let Some(entry) = entry_of(status) else {
        return;
    };
    if response.content.is_empty() {
        let schema = Ref::from_schema_name("Problem");
        let content = RefOr::T(Content::new(Some(schema)));
        response.content.insert(PROBLEM_JSON.to_owned(), content);
    }
    if let Some(RefOr::T(content)) = response.content.get_mut(PROBLEM_JSON)
        && content.example.is_none()
        && content.examples.is_empty()
    {
        content.example = Some(example(entry, path));
    }
    if matches!(entry.status, 429 | 503) && !response.headers.contains_key("Retry-After") {
        *response = with_retry_after(std::mem::take(response));
    }
}

fn with_retry_after(response: Response) -> Response {
    let seconds = ObjectBuilder::new().schema_type(Type::Integer).build();
    let header = HeaderBuilder::new()
        .schema(Some(seconds))
        .description(Some("Seconds after which to try again"))
        .build();
    ResponseBuilder::from(response)
        .header("Retry-After", header)
        .build()
}

/// The error that stands for a status in examples: the most usual one.
fn entry_of(status: &str) -> Option<&'static Entry> {
    let usual = [
        catalogue::INVALID_PARAMETER,
        catalogue::UNAUTHENTICATED,
        catalogue::FORBIDDEN,
        catalogue::STATE_CONFLICT,
        catalogue::INVALID_INPUT,
        catalogue::RATE_LIMITED,
        catalogue::DATABASE_UNAVAILABLE,
    ];
    let number: u16 = status.parse().ok().filter(|number| *number >= 400)?;
    let same = |entry: &&&'static Entry| entry.status == number;
    let found = usual.iter().find(same).copied();
    found.or(CATALOGUE.iter().find(same).copied())
}

fn example(entry: &Entry, path: &str) -> Value {
    let mut problem = json!({
        "type": format!("/errors/{}", entry.code),
        "title": entry.title_vi,
        "status": entry.status,
        "instance": path,
        "code": entry.code,
        "request_id": "019a9e5e-7c1b-7d35-9f7c-2c4f6a1d0b11",
    });
    if let Some(members) = problem.as_object_mut() {
        match entry.status {
            422 => {
                let fault = json!({"field": "office", "code": "required", "message": "Bắt buộc."});
                members.insert("errors".to_owned(), json!([fault]));
            }
            409 if entry.code == catalogue::STATE_CONFLICT.code => {
                members.insert("state".to_owned(), json!("processing"));
                members.insert("allowed_actions".to_owned(), json!(["forward", "resolve"]));
            }
            _ => {}
        }
    }
    problem
}
