//! The deadline calculator.

use actix_web::{HttpRequest, HttpResponse, web};
use infra::calendar::queries::of_office;

use super::dto::{PreviewInput, field_fault};
use crate::app::Service;
use crate::dossier::view::DueDateView;
use crate::http::{Asker, Limit};
use crate::input::Body;
use crate::problem::{Problem, ProblemBody};

#[utoipa::path(post, path = "/api/v1/deadlines/preview", operation_id = "previewDeadline", tag = "deadlines",
    summary = "Tính thử ngày hẹn trả",
    description = "For clerks and other systems, without an account; nothing is stored. The answer names every day that counts and why the others do not.",
    security(()),
    request_body(content = PreviewInput, example = json!({"office": "H29.23", "received_at": "2026-03-02T09:00:00+07:00", "time_limit": {"unit": "working_days", "amount": 5}, "stops": [{"from": "2026-03-04T10:00:00+07:00", "to": "2026-03-06T10:00:00+07:00", "then": "resume"}]})),
    responses(
        (status = 200, description = "The due date and its explanation", body = DueDateView),
        (status = 422, description = "Every fault of the input; an unknown office is one", body = ProblemBody<'static>, content_type = "application/problem+json"),
        (status = 429, description = "Too many requests", body = ProblemBody<'static>, content_type = "application/problem+json"),
    ))]
pub async fn preview(
    service: web::Data<Service>,
    request: HttpRequest,
    asker: Asker,
    body: Body<PreviewInput>,
) -> Result<HttpResponse, Problem> {
    let granted = service.limits.check(Limit::Preview, &request)?;
    let (office, term) = body.into_inner().into_parts();
    let calendar = service
        .read(move |conn, env| of_office(conn, env, office.as_str()))
        .await?;
    let explained = term.explain(&calendar);
    let explanation = explained
        .map_err(|faults| Problem::invalid_input(faults.iter().map(field_fault).collect()))?;
    let view = DueDateView::of(explanation, asker.lang);
    Ok(granted.on(HttpResponse::Ok().json(view)))
}
