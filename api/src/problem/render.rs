//! A problem as a response: RFC 9457 members, headers, words of one language.

use actix_web::HttpResponse;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_LANGUAGE, CONTENT_TYPE, RETRY_AFTER};
use domain::lang::Lang;
use serde::Serialize;
use serde_json::{Map, Value};

use super::Problem;

/// The media type of RFC 9457.
pub(super) const PROBLEM_JSON: &str = "application/problem+json";

/// The wire shape of every error.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = Problem)]
pub struct ProblemBody<'a> {
    /// Reference to the page that explains this error.
    #[serde(rename = "type")]
    #[schema(rename = "type", example = "/errors/invalid_input")]
    kind: String,
    /// Short title in the language of the answer.
    #[schema(example = "Dữ liệu không hợp lệ")]
    title: &'a str,
    /// HTTP status.
    #[schema(example = 422)]
    status: u16,
    /// What exactly is wrong this time.
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<&'a str>,
    /// Path of the request.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "/api/v1/dossiers")]
    instance: Option<&'a str>,
    /// Stable name of the error.
    #[schema(example = "invalid_input")]
    code: &'a str,
    /// Name of this request in the log.
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<&'a str>,
    /// All faults of the input.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    errors: Vec<FaultBody<'a>>,
    /// Members of this error alone, such as `state` and `allowed_actions`.
    #[serde(flatten)]
    #[schema(ignore)]
    extra: &'a Map<String, Value>,
}

/// The wire shape of one fault.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = FieldFault)]
pub struct FaultBody<'a> {
    /// Path of the field, empty for the whole body.
    #[schema(example = "papers[2].copies")]
    field: &'a str,
    /// Stable name of the fault.
    #[schema(example = "wrong_type")]
    code: &'a str,
    /// The fault in words.
    #[schema(example = "Sai kiểu: cần số nguyên.")]
    message: &'a str,
}

/// The whole answer; path and request id are known only to `edge`.
pub(super) fn response(
    problem: &Problem,
    lang: Lang,
    instance: Option<&str>,
    request_id: Option<&str>,
) -> HttpResponse {
    let inner = &problem.0;
    let mut answer = HttpResponse::build(problem.status());
    answer
        .insert_header((CONTENT_TYPE, PROBLEM_JSON))
        .insert_header((CONTENT_LANGUAGE, lang.pick("vi", "en")))
        .insert_header((CACHE_CONTROL, "no-store"));
    if let Some(seconds) = inner.retry_after {
        answer.insert_header((RETRY_AFTER, seconds));
    }
    for (name, value) in &inner.headers {
        answer.insert_header((*name, value.as_str()));
    }
    let body = body(problem, lang, instance, request_id);
    answer.body(serde_json::to_vec(&body).unwrap_or_default())
}

fn body<'a>(
    problem: &'a Problem,
    lang: Lang,
    instance: Option<&'a str>,
    request_id: Option<&'a str>,
) -> ProblemBody<'a> {
    let inner = &problem.0;
    let errors = inner.errors.iter().map(|fault| FaultBody {
        field: &fault.field,
        code: fault.code,
        message: fault.message.pick(lang),
    });
    ProblemBody {
        kind: format!("/errors/{}", inner.entry.code),
        title: lang.pick(inner.entry.title_vi, inner.entry.title_en),
        status: inner.entry.status,
        detail: inner.detail.as_ref().map(|words| words.pick(lang)),
        instance,
        code: inner.entry.code,
        request_id,
        errors: errors.collect(),
        extra: &inner.extra,
    }
}

impl Problem {
    /// The problem as a value inside another answer, such as an item of a batch.
    pub fn as_json(&self, lang: Lang) -> Value {
        serde_json::to_value(body(self, lang, None, None)).unwrap_or_default()
    }
}
