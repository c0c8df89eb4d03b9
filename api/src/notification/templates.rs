//! Templates of letters that an office has of its own.

use std::sync::Arc;

use actix_web::web;
use domain::notification::Kind;
use domain::text::AgencyCode;
use infra::notification::own_templates::{
    TemplateDetail, change_template, prove_template, read_template, remove_template,
};
use infra::notification::templates::Source;

use super::dto::{MailKind, PreviewView, TemplateInput, TemplateView};
use crate::app::Service;
use crate::http::{
    Caller, ChangeProblems, CreateProblems, IfMatch, ReadProblems, Reply, ok, versioned,
};
use crate::input::{Body, path_value};
use crate::problem::Problem;

fn place(path: &(String, String)) -> Result<(AgencyCode, Kind), Problem> {
    Ok((path_value(&path.0)?, path_value(&path.1)?))
}

fn reply(detail: TemplateDetail) -> Result<Reply, Problem> {
    let version = detail.version;
    Ok(Reply(versioned(version, &TemplateView::from(detail))?))
}

#[utoipa::path(get, path = "/api/v1/mail-templates/{office}/{name}", operation_id = "readMailTemplate", tag = "mails",
    summary = "Xem mẫu thư",
    description = "The template that holds for an office: its own, that of the nearest office above it, or the built-in one. `warnings` says what is wrong by now with one of an office's own, which was proven by the samples of its day; where it breaks, the built-in one is used.",
    security(("bearer" = [])),
    params(("office" = String, Path, description = "Mã định danh cơ quan (agency code)", example = "H29.23"),
        ("name" = MailKind, Path, description = "Kind of letter", example = "applicant_received")),
    responses(
        (status = 200, description = "The template", body = TemplateView, headers(("ETag" = String, description = "Version of the office's own; 1 before its first change"))),
        ReadProblems))]
pub async fn read(
    service: web::Data<Service>,
    caller: Caller,
    path: web::Path<(String, String)>,
) -> Result<Reply, Problem> {
    let ((office, kind), who) = (place(&path)?, caller.who());
    let detail = service
        .read(move |conn, _| read_template(conn, &who, office.as_str(), kind))
        .await?;
    reply(detail)
}

#[utoipa::path(put, path = "/api/v1/mail-templates/{office}/{name}", operation_id = "changeMailTemplate", tag = "mails",
    summary = "Đặt mẫu thư riêng",
    description = "For the office and those below it, from the next mail on. A template that does not render every sample is refused with the place of the fault. Templates are in the language of Jinja; `layout.html`, `applicant.html`, `staff.html` and `parts.html` (and the same as `.txt`) can be extended and imported.",
    security(("bearer" = [])),
    params(("office" = String, Path, description = "Mã định danh cơ quan (agency code)", example = "H29.23"),
        ("name" = MailKind, Path, description = "Kind of letter", example = "applicant_received"),
        ("If-Match" = String, Header, description = "ETag of the version that you have seen", example = "\"1\"")),
    request_body(content = TemplateInput, example = json!({"subject": "Hồ sơ {{ dossier.code }}", "html": "<p>Kính gửi {{ dossier.applicant }}</p>", "text": "Kính gửi {{ dossier.applicant }}"})),
    responses(
        (status = 200, description = "The template", body = TemplateView, headers(("ETag" = String, description = "The new version"))),
        ChangeProblems))]
pub async fn change(
    service: web::Data<Service>,
    caller: Caller,
    path: web::Path<(String, String)>,
    IfMatch(version): IfMatch,
    body: Body<TemplateInput>,
) -> Result<Reply, Problem> {
    let ((office, kind), who) = (place(&path)?, caller.who());
    let source = Source::from(body.into_inner());
    let (prover, place) = (Arc::clone(&who), office.clone());
    let (proven, _) = service
        .read(move |conn, _| prove_template(conn, &prover, place.as_str(), kind, source))
        .await?;
    let detail = service
        .write(move |conn, env| {
            change_template(conn, env, &who, office.as_str(), kind, version, &proven)
        })
        .await?;
    reply(detail)
}

#[utoipa::path(delete, path = "/api/v1/mail-templates/{office}/{name}", operation_id = "removeMailTemplate", tag = "mails",
    summary = "Bỏ mẫu thư riêng",
    description = "The template of the next office above holds again, or the built-in one, which is the answer.",
    security(("bearer" = [])),
    params(("office" = String, Path, description = "Mã định danh cơ quan (agency code)", example = "H29.23"),
        ("name" = MailKind, Path, description = "Kind of letter", example = "applicant_received"),
        ("If-Match" = String, Header, description = "ETag of the version that you have seen", example = "\"1\"")),
    responses(
        (status = 200, description = "The template that holds now", body = TemplateView, headers(("ETag" = String, description = "The new version of the office's own"))),
        ChangeProblems))]
pub async fn remove(
    service: web::Data<Service>,
    caller: Caller,
    path: web::Path<(String, String)>,
    IfMatch(version): IfMatch,
) -> Result<Reply, Problem> {
    let ((office, kind), who) = (place(&path)?, caller.who());
    let detail = service
        .write(move |conn, env| remove_template(conn, env, &who, office.as_str(), kind, version))
        .await?;
    reply(detail)
}

#[utoipa::path(post, path = "/api/v1/mail-templates/{office}/{name}/preview", operation_id = "previewMailTemplate", tag = "mails",
    summary = "Xem thử mẫu thư",
    description = "How a template would read, filled with a sample. Nothing is stored.",
    security(("bearer" = [])),
    params(("office" = String, Path, description = "Mã định danh cơ quan (agency code)", example = "H29.23"),
        ("name" = MailKind, Path, description = "Kind of letter", example = "applicant_received")),
    request_body(content = TemplateInput, example = json!({"subject": "Hồ sơ {{ dossier.code }}", "html": "<p>Kính gửi {{ dossier.applicant }}</p>", "text": "Kính gửi {{ dossier.applicant }}"})),
    responses((status = 200, description = "The letter", body = PreviewView), CreateProblems))]
pub async fn preview(
    service: web::Data<Service>,
    caller: Caller,
    path: web::Path<(String, String)>,
    body: Body<TemplateInput>,
) -> Result<Reply, Problem> {
    let ((office, kind), who) = (place(&path)?, caller.who());
    let source = Source::from(body.into_inner());
    let (_, rendered) = service
        .read(move |conn, _| prove_template(conn, &who, office.as_str(), kind, source))
        .await?;
    Ok(Reply(ok(&PreviewView::from(rendered))?))
}
