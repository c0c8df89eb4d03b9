//! The outermost middleware: request id, trace span, access log, and errors as problem details.

use std::time::Instant;

use actix_web::body::{BodySize, EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::error::InternalError;
use actix_web::http::header::{ALLOW, CONTENT_SECURITY_POLICY, HeaderMap, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage, HttpResponse};
use domain::lang::Lang;
use tracing::Instrument;

use super::trace::X_REQUEST_ID;
use super::{Problem, RequestTrace, catalogue, language_of, render};

/// What an answer needs to know of its request.
struct Asked {
    method: Method,
    path: String,
    lang: Lang,
    trace: RequestTrace,
}

/// Wrap it outermost: `App::new().wrap(actix_web::middleware::from_fn(edge))`.
pub async fn edge<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B>>, Error> {
    let started = Instant::now();
    let asked = Asked {
        method: request.method().clone(),
        path: request.path().to_owned(),
        lang: language_of(request.headers()),
        trace: RequestTrace::from_headers(request.headers()),
    };
    request.extensions_mut().insert(asked.trace.clone());
    let span = tracing::info_span!(
        "request",
        request_id = %asked.trace.request_id,
        trace_id = asked.trace.trace_id.as_deref(),
    );
    async {
        let outcome = next.call(request).await;
        answer(outcome, &asked, started)
    }
    .instrument(span)
    .await
}

fn answer<B: MessageBody + 'static>(
    outcome: Result<ServiceResponse<B>, Error>,
    asked: &Asked,
    started: Instant,
) -> Result<ServiceResponse<EitherBody<B>>, Error> {
    match outcome {
        Ok(response) => {
            let mut response = as_problem(response, asked);
            name_it(response.headers_mut(), asked);
            let route = || response.request().match_pattern();
            log_access(asked, route, response.status(), started);
            Ok(response)
        }
        // A middleware gave up before there was a response: it must be rendered here all the same.
        Err(error) => {
            let problem = problem_of(&error.error_response(), Some(&error));
            log_cause(&problem);
            log_access(asked, || None, problem.status(), started);
            let mut response = rendered(&problem, asked);
            name_it(response.headers_mut(), asked);
            Err(InternalError::from_response(problem, response).into())
        }
    }
}

/// Renders problems with what the request says, and actix's own bare errors likewise.
/// An answer with a body of its own choosing (a page, an OAuth error) stays as it is.
fn as_problem<B: MessageBody + 'static>(
    response: ServiceResponse<B>,
    asked: &Asked,
) -> ServiceResponse<EitherBody<B>> {
    let inner = response.response();
    let failed = inner.status().is_client_error() || inner.status().is_server_error();
    let known = inner.extensions().get::<Problem>().is_some();
    let bare = inner.error().is_some()
        || matches!(inner.body().size(), BodySize::None | BodySize::Sized(0));
    if !(known || (failed && bare)) {
        return response.map_into_left_body();
    }
    let problem = problem_of(inner, inner.error());
    log_cause(&problem);
    let mut answer = rendered(&problem, asked);
    keep_headers(inner.headers(), answer.headers_mut());
    response.into_response(answer).map_into_right_body()
}

/// The problem inside a response, or the one that its bare status stands for.
fn problem_of<B>(response: &HttpResponse<B>, error: Option<&Error>) -> Problem {
    if let Some(problem) = response.extensions().get::<Problem>() {
        return problem.clone();
    }
    let entry = match response.status() {
        StatusCode::NOT_FOUND => catalogue::NOT_FOUND,
        StatusCode::METHOD_NOT_ALLOWED => catalogue::METHOD_NOT_ALLOWED,
        StatusCode::INTERNAL_SERVER_ERROR => catalogue::INTERNAL_ERROR,
        status => by_status(status),
    };
    match error {
        Some(error) => Problem::new(entry).cause(error),
        None => Problem::new(entry),
    }
}

fn by_status(status: StatusCode) -> &'static catalogue::Entry {
    let generic = if status.is_client_error() {
        catalogue::BAD_REQUEST
    } else {
        catalogue::INTERNAL_ERROR
    };
    let same = |entry: &&&'static catalogue::Entry| entry.status() == status;
    let usual = [
        catalogue::BAD_REQUEST,
        catalogue::UNAUTHENTICATED,
        catalogue::FORBIDDEN,
        catalogue::RATE_LIMITED,
        catalogue::INVALID_INPUT,
    ];
    let found = usual.iter().find(same).copied();
    found
        .or(catalogue::CATALOGUE.iter().find(same).copied())
        .unwrap_or(generic)
}

fn rendered(problem: &Problem, asked: &Asked) -> HttpResponse {
    render::response(
        problem,
        asked.lang,
        Some(&asked.path),
        Some(&asked.trace.request_id),
    )
}

/// What inner middlewares said about the answer (limits, CORS, `Allow`) still holds;
/// what described the body that is gone does not.
fn keep_headers(from: &HeaderMap, to: &mut HeaderMap) {
    for (name, value) in from {
        let of_the_body = name != CONTENT_SECURITY_POLICY
            && (name.as_str().starts_with("content-") || name == "transfer-encoding");
        if !of_the_body && (name == ALLOW || !to.contains_key(name)) {
            to.append(name.clone(), value.clone());
        }
    }
}

fn name_it(headers: &mut HeaderMap, asked: &Asked) {
    if let Ok(value) = HeaderValue::from_str(&asked.trace.request_id) {
        headers.insert(X_REQUEST_ID, value);
    }
}

/// The inside of a server error is for the log alone.
fn log_cause(problem: &Problem) {
    if problem.status().is_server_error() {
        let cause = problem.0.cause.as_deref().unwrap_or("");
        tracing::error!(code = problem.code(), cause, "request failed");
    }
}

/// One line a request: the route's pattern, which is put together where the line is written only,
/// never the path with its codes, nor the query.
fn log_access(
    asked: &Asked,
    route: impl Fn() -> Option<String>,
    status: StatusCode,
    started: Instant,
) {
    tracing::info!(
        target: "access",
        method = %asked.method,
        route = route().as_deref().unwrap_or("-"),
        status = status.as_u16(),
        ms = started.elapsed().as_secs_f64() * 1000.0,
        "answered"
    );
}
