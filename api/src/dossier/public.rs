//! For citizens, without an account: looking a dossier up, and rating the service.

use actix_web::http::header::{CACHE_CONTROL, ContentType, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, web};
use domain::text::{DossierCode, LookupKey};
use infra::dossier::{look_up, rate};

use super::dto::{KeyQuery, RatingInput};
use super::view::PublicDossierView;
use crate::app::Service;
use crate::http::{Asker, Limit};
use crate::input::{Body, Query};
use crate::problem::{Problem, ProblemBody, catalogue};

#[utoipa::path(get, path = "/api/v1/public/dossiers/{code}", operation_id = "lookUpDossier", tag = "public",
    summary = "Tra cứu hồ sơ",
    description = "By the code alone: where the dossier stands, no person. With the key of the receipt: also what is missing, what to pay, apologies and where to fetch the result.",
    security(()),
    params(("code" = String, Path, description = "Mã hồ sơ (dossier code)", example = "H29.23-261120-0001"), KeyQuery),
    responses(
        (status = 200, description = "Where the dossier stands", body = PublicDossierView),
        (status = 404, description = "Unknown code or wrong key", body = ProblemBody<'static>, content_type = "application/problem+json"),
        (status = 429, description = "Too many requests", body = ProblemBody<'static>, content_type = "application/problem+json"),
    ))]
pub async fn look_up_dossier(
    service: web::Data<Service>,
    request: HttpRequest,
    asker: Asker,
    code: web::Path<String>,
    query: Query<KeyQuery>,
) -> Result<HttpResponse, Problem> {
    service.limits.check_guessing(&request)?;
    let granted = service.limits.check(Limit::LookUp, &request)?;
    // A key that is no key at all goes the same way as a wrong one.
    let given = query.0.key.is_some();
    let key = query.0.key.and_then(|key| LookupKey::parse(&key).ok());
    let code = DossierCode::parse(&code).ok();
    let found = service
        .read_briefly(move |conn, env| match (code, given && key.is_none()) {
            (Some(code), false) => look_up(conn, env, &code, key.as_ref()),
            (Some(code), true) => {
                look_up(conn, env, &code, None).and(Err(infra::error::Error::NotFound))
            }
            (None, _) => Err(infra::error::Error::NotFound),
        })
        .await;
    let found = missed(&service, &request, found)?;
    // With room for most, so that it does not grow step by step.
    let mut body = Vec::with_capacity(2048);
    serde_json::to_writer(&mut body, &PublicDossierView::of(found, asker.lang))
        .map_err(Problem::internal)?;
    let answer = HttpResponse::Ok()
        .insert_header((CACHE_CONTROL, HeaderValue::from_static("no-store")))
        .content_type(ContentType::json())
        .body(body);
    Ok(granted.on(answer))
}

/// Counts a miss, so that guessing ends.
fn missed<T>(
    service: &Service,
    request: &HttpRequest,
    found: Result<T, Problem>,
) -> Result<T, Problem> {
    if let Err(problem) = &found
        && problem.code() == catalogue::NOT_FOUND.code
    {
        service.limits.missed(request)?;
    }
    found
}

#[utoipa::path(post, path = "/api/v1/public/dossiers/{code}/rating", operation_id = "rateService", tag = "public",
    summary = "Đánh giá sự phục vụ",
    description = "Once, by the applicant, when the dossier is resolved.",
    security(()),
    params(("code" = String, Path, description = "Mã hồ sơ (dossier code)", example = "H29.23-261120-0001")),
    request_body(content = RatingInput, example = json!({"key": "ABC234", "level": "satisfied"})),
    responses(
        (status = 204, description = "Thank you"),
        (status = 404, description = "Unknown code or wrong key", body = ProblemBody<'static>, content_type = "application/problem+json"),
        (status = 409, description = "Not resolved yet, or rated before", body = ProblemBody<'static>, content_type = "application/problem+json"),
        (status = 422, description = "Every fault of the input", body = ProblemBody<'static>, content_type = "application/problem+json"),
        (status = 429, description = "Too many requests", body = ProblemBody<'static>, content_type = "application/problem+json"),
    ))]
pub async fn rate_service(
    service: web::Data<Service>,
    request: HttpRequest,
    code: web::Path<String>,
    body: Body<RatingInput>,
) -> Result<HttpResponse, Problem> {
    service.limits.check_guessing(&request)?;
    let granted = service.limits.check(Limit::LookUp, &request)?;
    let code = DossierCode::parse(&code).ok();
    let input = body.into_inner();
    let rated = service
        .write(move |conn, env| {
            let code = code.ok_or(infra::error::Error::NotFound)?;
            let comment = input.comment.as_ref().map(domain::text::Note::as_str);
            rate(conn, env, &code, &input.key, input.level.as_str(), comment)
        })
        .await;
    missed(&service, &request, rated)?;
    Ok(granted.on(HttpResponse::NoContent().finish()))
}
