//! The register of offices.

use actix_web::{HttpRequest, HttpResponse, web};
use domain::text::AgencyCode;
use infra::office::{
    OfficeDetail, OfficeInput, change_office, create_office, list_offices, read_office,
    restore_office, retire_office,
};

use super::dto::{NewOfficeInput, OfficeChangeInput, OfficePage, OfficeQuery, OfficeView};
use crate::app::Service;
use crate::http::{
    Caller, ChangeProblems, CreateProblems, IfMatch, ListProblems, ReadProblems, Reply, Retry,
    created, listed, page_limit, versioned,
};
use crate::input::{Body, Fingerprint, Query, path_value};
use crate::problem::Problem;

#[utoipa::path(get, path = "/api/v1/offices", operation_id = "listOffices", tag = "offices",
    summary = "Danh sách cơ quan",
    description = "Everybody who signed in may read offices.",
    security(("bearer" = []), ("client" = [])),
    params(OfficeQuery),
    responses((status = 200, description = "A page of offices by code", body = OfficePage), ListProblems))]
pub async fn list(
    service: web::Data<Service>,
    request: HttpRequest,
    _: Caller,
    query: Query<OfficeQuery>,
) -> Result<HttpResponse, Problem> {
    let limit = page_limit(query.0.limit)?;
    let (filter, cursor) = (query.0.filter(), query.0.cursor);
    let page = service
        .read(move |conn, _| list_offices(conn, &filter, limit, cursor.as_deref()))
        .await?;
    Ok(listed(&request, page, None, OfficeView::from))
}

#[utoipa::path(post, path = "/api/v1/offices", operation_id = "createOffice", tag = "offices",
    summary = "Thêm cơ quan",
    description = "Below an office that the caller administers.",
    security(("bearer" = [])),
    params(("Idempotency-Key" = Option<String>, Header, description = "Same key and body: the stored answer again.", max_length = 255)),
    request_body(content = NewOfficeInput, example = json!({"code": "H29.25", "name": "Ủy ban nhân dân phường", "kind": "ward", "parent": "H29", "desk_hours": {"monday": ["07:30-11:30", "13:00-17:00"]}})),
    responses(
        (status = 201, description = "The office", body = OfficeView, headers(("Location" = String, description = "The office"), ("ETag" = String, description = "Its version"))),
        CreateProblems))]
pub async fn create(
    service: web::Data<Service>,
    caller: Caller,
    retry: Retry,
    body: Body<NewOfficeInput>,
) -> Result<Reply, Problem> {
    let who = caller.who();
    let key = retry.key(&who, body.fingerprint())?;
    let (code, input) = body.into_inner().into_parts();
    let answer = service
        .write_once(key, move |conn, env| {
            let detail = create_office(conn, env, &who, &code, &input)?;
            let version = Some(detail.office.version);
            created(
                format!("/api/v1/offices/{code}"),
                version,
                &OfficeView::from(detail),
            )
        })
        .await?;
    Ok(Reply(answer))
}

#[utoipa::path(get, path = "/api/v1/offices/{code}", operation_id = "readOffice", tag = "offices",
    summary = "Xem cơ quan",
    description = "By its code.",
    security(("bearer" = []), ("client" = [])),
    params(("code" = String, Path, description = "Mã định danh cơ quan (agency code)", example = "H29.23")),
    responses(
        (status = 200, description = "The office", body = OfficeView, headers(("ETag" = String, description = "Its version"))),
        ReadProblems))]
pub async fn read(
    service: web::Data<Service>,
    _: Caller,
    code: web::Path<String>,
) -> Result<Reply, Problem> {
    let code: AgencyCode = path_value(&code)?;
    let detail = service
        .read(move |conn, _| read_office(conn, code.as_str()))
        .await?;
    reply(detail)
}

#[utoipa::path(put, path = "/api/v1/offices/{code}", operation_id = "changeOffice", tag = "offices",
    summary = "Sửa cơ quan",
    description = "Replaces everything but the code. Another parent moves the office with all below it.",
    security(("bearer" = [])),
    params(("code" = String, Path, description = "Mã định danh cơ quan (agency code)", example = "H29.23"),
        ("If-Match" = String, Header, description = "ETag of the version that you have seen", example = "\"1\"")),
    request_body(content = OfficeChangeInput, example = json!({"name": "Ủy ban nhân dân phường", "kind": "ward", "parent": "H29"})),
    responses(
        (status = 200, description = "The office after the change", body = OfficeView, headers(("ETag" = String, description = "The new version"))),
        ChangeProblems))]
pub async fn change(
    service: web::Data<Service>,
    caller: Caller,
    code: web::Path<String>,
    IfMatch(version): IfMatch,
    body: Body<OfficeChangeInput>,
) -> Result<Reply, Problem> {
    let code: AgencyCode = path_value(&code)?;
    let (who, input) = (caller.who(), OfficeInput::from(body.into_inner()));
    let detail = service
        .write(move |conn, env| change_office(conn, env, &who, code.as_str(), version, &input))
        .await?;
    // The office may hang elsewhere now, and with it what everybody's roles reach.
    service.principals.invalidate_all();
    reply(detail)
}

#[utoipa::path(delete, path = "/api/v1/offices/{code}", operation_id = "retireOffice", tag = "offices",
    summary = "Ngừng hoạt động cơ quan",
    description = "It keeps its code and its past. Refused while open dossiers, active staff, connected systems or offices below it exist.",
    security(("bearer" = [])),
    params(("code" = String, Path, description = "Mã định danh cơ quan (agency code)", example = "H29.23"),
        ("If-Match" = String, Header, description = "ETag of the version that you have seen", example = "\"1\"")),
    responses(
        (status = 200, description = "The office, retired", body = OfficeView, headers(("ETag" = String, description = "The new version"))),
        ChangeProblems))]
pub async fn retire(
    service: web::Data<Service>,
    caller: Caller,
    code: web::Path<String>,
    IfMatch(version): IfMatch,
) -> Result<Reply, Problem> {
    let code: AgencyCode = path_value(&code)?;
    let who = caller.who();
    let detail = service
        .write(move |conn, env| retire_office(conn, env, &who, code.as_str(), version))
        .await?;
    reply(detail)
}

#[utoipa::path(post, path = "/api/v1/offices/{code}/restore", operation_id = "restoreOffice", tag = "offices",
    summary = "Khôi phục cơ quan",
    description = "Undoes a retirement.",
    security(("bearer" = [])),
    params(("code" = String, Path, description = "Mã định danh cơ quan (agency code)", example = "H29.23"),
        ("If-Match" = String, Header, description = "ETag of the version that you have seen", example = "\"2\""),
        ("Idempotency-Key" = Option<String>, Header, description = "Same key: the stored answer again.", max_length = 255)),
    responses(
        (status = 200, description = "The office, active", body = OfficeView, headers(("ETag" = String, description = "The new version"))),
        ChangeProblems))]
pub async fn restore(
    service: web::Data<Service>,
    caller: Caller,
    code: web::Path<String>,
    IfMatch(version): IfMatch,
    retry: Retry,
) -> Result<Reply, Problem> {
    let code: AgencyCode = path_value(&code)?;
    let who = caller.who();
    let key = retry.key(&who, &Fingerprint::of(b""))?;
    let answer = service
        .write_once(key, move |conn, env| {
            let detail = restore_office(conn, env, &who, code.as_str(), version)?;
            versioned(detail.office.version, &OfficeView::from(detail))
        })
        .await?;
    Ok(Reply(answer))
}

fn reply(detail: OfficeDetail) -> Result<Reply, Problem> {
    let version = detail.office.version;
    Ok(Reply(versioned(version, &OfficeView::from(detail))?))
}
