//! Taking dossiers in, one by one and in batches.

use std::sync::Arc;

use actix_web::web;
use infra::db::Conn;
use infra::db::dialect::savepoint;
use infra::dossier::{Detail, Draft, Intake, read_taken, take_in};
use infra::env::Env;

use super::dto::{BatchAction, BatchInput, BatchItemInput, DossierInput};
use super::view::{BatchItemView, BatchView, DossierDetail};
use crate::app::Service;
use crate::http::{Caller, Reply, Retry, created, ok};
use crate::input::{Body, read_value};
use crate::problem::{Problem, ProblemBody};

#[utoipa::path(post, path = "/api/v1/dossiers/register", operation_id = "registerDossier", tag = "dossiers",
    summary = "Tiếp nhận hồ sơ tại quầy",
    description = "At the counter: submit and accept in one. Every required paper must be among the papers.",
    security(("bearer" = [])),
    params(("Idempotency-Key" = Option<String>, Header, description = "Same key and body: the stored answer again. Required from connected systems.", max_length = 255)),
    request_body(content = DossierInput, example = json!({"office": "H29.23", "procedure": "1.004873", "applicant": {"name": "Người nộp hồ sơ", "phone": "0912345678"}, "papers": [{"number": 1}, {"number": 3}]})),
    responses(
        (status = 201, description = "Accepted; the due date is fixed", body = DossierDetail, headers(("Location" = String, description = "The dossier"), ("ETag" = String, description = "Its version"))),
        (status = 403, description = "Not a clerk of this office", body = ProblemBody<'static>, content_type = "application/problem+json"),
        (status = 409, description = "The office has no calendar, or the retry key is in flight", body = ProblemBody<'static>, content_type = "application/problem+json"),
        (status = 422, description = "Every fault of the input", body = ProblemBody<'static>, content_type = "application/problem+json"),
    ))]
pub async fn register(
    service: web::Data<Service>,
    caller: Caller,
    retry: Retry,
    body: Body<DossierInput>,
) -> Result<Reply, Problem> {
    intake(service, caller, retry, body, Intake::Register).await
}

#[utoipa::path(post, path = "/api/v1/dossiers", operation_id = "submitDossier", tag = "dossiers",
    summary = "Nộp hồ sơ chờ tiếp nhận",
    description = "Handed in online, by post or by another system: the desk answers within 8 working hours.",
    security(("bearer" = []), ("client" = [])),
    params(("Idempotency-Key" = Option<String>, Header, description = "Same key and body: the stored answer again. Required from connected systems.", max_length = 255)),
    request_body(content = DossierInput, example = json!({"office": "H29.23", "procedure": "1.004873", "channel": "post", "applicant": {"name": "Người nộp hồ sơ"}})),
    responses(
        (status = 201, description = "Submitted", body = DossierDetail, headers(("Location" = String, description = "The dossier"), ("ETag" = String, description = "Its version"))),
        (status = 403, description = "Not a clerk or connected system of this office", body = ProblemBody<'static>, content_type = "application/problem+json"),
        (status = 409, description = "The office has no calendar, or the retry key is in flight", body = ProblemBody<'static>, content_type = "application/problem+json"),
        (status = 422, description = "Every fault of the input", body = ProblemBody<'static>, content_type = "application/problem+json"),
    ))]
pub async fn submit(
    service: web::Data<Service>,
    caller: Caller,
    retry: Retry,
    body: Body<DossierInput>,
) -> Result<Reply, Problem> {
    intake(service, caller, retry, body, Intake::Submit).await
}

async fn intake(
    service: web::Data<Service>,
    caller: Caller,
    retry: Retry,
    body: Body<DossierInput>,
    intake: Intake,
) -> Result<Reply, Problem> {
    let who = caller.who();
    let lang = caller.lang;
    let key = retry.key(&who, body.fingerprint())?;
    let new = body.into_inner().into_new(is_client(&caller));
    let url = Arc::clone(&service.public_url);
    let draft = Draft::of(&service.env, &who, intake, &new);
    let job = move |conn: &mut Conn, env: &Env| {
        let taken = take_in(conn, env, &who, intake, &new, draft)?;
        read_taken(conn, env, &who, taken, lang)
    };
    let show = move |detail: Detail| {
        let place = format!("/api/v1/dossiers/{}", detail.summary.code);
        let view = DossierDetail::of(detail, &url, lang);
        created(place, Some(view.summary.version), &view)
    };
    Ok(Reply(service.write_once_then(key, job, show).await?))
}

fn is_client(caller: &Caller) -> bool {
    matches!(caller.principal.actor, domain::auth::Actor::Client(_))
}

#[utoipa::path(post, path = "/api/v1/dossiers:batch", operation_id = "batchDossiers", tag = "dossiers",
    summary = "Nộp hoặc tiếp nhận nhiều hồ sơ",
    description = "Each item has its own result; one bad item spoils no other.",
    security(("bearer" = []), ("client" = [])),
    params(("Idempotency-Key" = Option<String>, Header, description = "Same key and body: the stored answer again. Required from connected systems.", max_length = 255)),
    request_body(content = BatchInput, example = json!({"items": [{"action": "submit", "dossier": {"office": "H29.23", "procedure": "1.004873", "applicant": {"name": "Người nộp hồ sơ"}}}]})),
    responses(
        (status = 200, description = "The results, in the order of the items", body = BatchView),
        (status = 409, description = "The retry key is in flight", body = ProblemBody<'static>, content_type = "application/problem+json"),
        (status = 422, description = "The batch itself is not valid", body = ProblemBody<'static>, content_type = "application/problem+json"),
    ))]
pub async fn batch(
    service: web::Data<Service>,
    caller: Caller,
    retry: Retry,
    body: Body<BatchInput>,
) -> Result<Reply, Problem> {
    let who = caller.who();
    let lang = caller.lang;
    let connected = is_client(&caller);
    let key = retry.key(&who, body.fingerprint())?;
    let items: Vec<_> = body.into_inner().items.0;
    let url = Arc::clone(&service.public_url);
    let answer = service
        .write_once(key, move |conn, env| {
            let mut results = Vec::with_capacity(items.len());
            for (index, item) in items.iter().enumerate() {
                let done = match read_value::<BatchItemInput>(&item.0) {
                    Err(problem) => Err(problem),
                    Ok(item) => {
                        let intake = match item.action {
                            BatchAction::Register => Intake::Register,
                            BatchAction::Submit => Intake::Submit,
                        };
                        let new = item.dossier.into_new(connected);
                        let taken = savepoint(conn, |conn| {
                            let taken = take_in(conn, env, &who, intake, &new, None)?;
                            read_taken(conn, env, &who, taken, lang)
                        });
                        match taken {
                            // Nothing more can be stored, so nothing before must seem to be.
                            Err(infra::error::Error::Unavailable(cause)) => {
                                return Err(cause.into());
                            }
                            other => other.map_err(Problem::from),
                        }
                    }
                };
                results.push(match done {
                    Ok(detail) => BatchItemView {
                        index,
                        status: 201,
                        dossier: Some(DossierDetail::of(detail, &url, lang)),
                        problem: None,
                    },
                    Err(problem) => BatchItemView {
                        index,
                        status: problem.status().as_u16(),
                        dossier: None,
                        problem: Some(problem.as_json(lang)),
                    },
                });
            }
            let succeeded = results
                .iter()
                .filter(|result| result.dossier.is_some())
                .count();
            let failed = results.len().saturating_sub(succeeded);
            ok(&BatchView {
                results,
                succeeded,
                failed,
            })
        })
        .await?;
    Ok(Reply(answer))
}
