//! The register of procedures.

use actix_web::{HttpRequest, HttpResponse, web};
use chrono::NaiveDate;
use domain::lang::Lang;
use domain::text::ProcedureCode;
use infra::procedure::actions::{self, create_procedure, restore_procedure, retire_procedure};
use infra::procedure::queries::{self, ProcedureDetail};

use super::dto::{
    FromQuery, NewProcedureInput, NewVersionInput, OnQuery, ProcedureQuery, VersionChangeInput,
};
use super::view::{ProcedureItem, ProcedurePage, ProcedureView};
use crate::app::Service;
use crate::http::{
    Caller, ChangeProblems, CreateProblems, IfMatch, ListProblems, ReadProblems, Reply, Retry,
    created, listed, page_limit, versioned,
};
use crate::input::{Body, Fingerprint, Query, path_value};
use crate::problem::Problem;

#[utoipa::path(get, path = "/api/v1/procedures", operation_id = "listProcedures", tag = "procedures",
    summary = "Danh sách thủ tục hành chính",
    description = "Everybody who signed in may read procedures.",
    security(("bearer" = []), ("client" = [])),
    params(ProcedureQuery),
    responses((status = 200, description = "A page of procedures by code", body = ProcedurePage), ListProblems))]
pub async fn list(
    service: web::Data<Service>,
    request: HttpRequest,
    _: Caller,
    query: Query<ProcedureQuery>,
) -> Result<HttpResponse, Problem> {
    let limit = page_limit(query.0.limit)?;
    let (filter, cursor) = (query.0.filter(), query.0.cursor);
    let page = service
        .read(move |conn, env| queries::list(conn, env, &filter, cursor.as_deref(), limit))
        .await?;
    Ok(listed(&request, page, None, ProcedureItem::from))
}

#[utoipa::path(post, path = "/api/v1/procedures", operation_id = "createProcedure", tag = "procedures",
    summary = "Thêm thủ tục hành chính",
    description = "With its first version, which may be in force already. Procedures hold for every office, so an administrator of a root office keeps them.",
    security(("bearer" = [])),
    params(("Idempotency-Key" = Option<String>, Header, description = "Same key and body: the stored answer again.", max_length = 255)),
    request_body(content = NewProcedureInput, example = json!({"code": "2.009999", "effective_from": "2026-01-01", "name": "Cấp bản sao trích lục", "field": "Hộ tịch", "time_limit": {"unit": "working_days", "amount": 3}, "papers": [{"name": "Tờ khai", "originals": 1, "copies": 0, "required": true}], "fees": [{"amount_vnd": 8000, "per": "bản sao"}], "route": [{"name": "Thẩm định", "department": "tu_phap", "role": "specialist", "budget": {"unit": "working_days", "amount": 2}}, {"name": "Ký duyệt", "department": "lanh_dao", "role": "manager", "budget": {"unit": "working_hours", "amount": 4}}], "legal_basis": ["Luật Hộ tịch 2014"]})),
    responses(
        (status = 201, description = "The procedure", body = ProcedureView, headers(("Location" = String, description = "The procedure"), ("ETag" = String, description = "Its version"))),
        CreateProblems))]
pub async fn create(
    service: web::Data<Service>,
    caller: Caller,
    retry: Retry,
    body: Body<NewProcedureInput>,
) -> Result<Reply, Problem> {
    let (who, lang) = (caller.who(), caller.lang);
    let key = retry.key(&who, body.fingerprint())?;
    let input = body.into_inner();
    let (code, from) = (input.code.clone(), input.effective_from);
    let version = input.into_version(from);
    let answer = service
        .write_once(key, move |conn, env| {
            let detail = create_procedure(conn, env, &who, code.as_str(), &version)?;
            let view = ProcedureView::of(&detail, lang);
            created(
                format!("/api/v1/procedures/{code}"),
                Some(detail.version),
                &view,
            )
        })
        .await?;
    Ok(Reply(answer))
}

#[utoipa::path(get, path = "/api/v1/procedures/{code}", operation_id = "readProcedure", tag = "procedures",
    summary = "Xem thủ tục hành chính",
    description = "The version in force on a day, or else the next one, and all versions by name.",
    security(("bearer" = []), ("client" = [])),
    params(("code" = String, Path, description = "Mã thủ tục hành chính (procedure code)", example = "1.001193"), OnQuery),
    responses(
        (status = 200, description = "The procedure", body = ProcedureView, headers(("ETag" = String, description = "Its version"))),
        ReadProblems))]
pub async fn read(
    service: web::Data<Service>,
    caller: Caller,
    code: web::Path<String>,
    query: Query<OnQuery>,
) -> Result<Reply, Problem> {
    let code: ProcedureCode = path_value(&code)?;
    let on = query.0.on;
    let detail = service
        .read(move |conn, env| queries::get(conn, env, code.as_str(), on))
        .await?;
    reply(&detail, caller.lang)
}

#[utoipa::path(get, path = "/api/v1/procedures/{code}/versions/{effective_from}", operation_id = "readProcedureVersion", tag = "procedures",
    summary = "Xem một phiên bản của thủ tục",
    description = "One version whole.",
    security(("bearer" = []), ("client" = [])),
    params(("code" = String, Path, description = "Mã thủ tục hành chính (procedure code)", example = "1.001193"),
        ("effective_from" = String, Path, description = "The day on which it takes effect", format = "date", example = "2024-01-01")),
    responses(
        (status = 200, description = "The procedure with this version", body = ProcedureView, headers(("ETag" = String, description = "Its version"))),
        ReadProblems))]
pub async fn read_version(
    service: web::Data<Service>,
    caller: Caller,
    place: web::Path<(String, String)>,
) -> Result<Reply, Problem> {
    let (code, from) = version_place(&place)?;
    let detail = service
        .read(move |conn, env| queries::get_version(conn, env, code.as_str(), from))
        .await?;
    reply(&detail, caller.lang)
}

#[utoipa::path(post, path = "/api/v1/procedures/{code}/versions", operation_id = "addProcedureVersion", tag = "procedures",
    summary = "Thêm phiên bản của thủ tục",
    description = "After the latest version, and not before today where dossiers exist: these keep theirs.",
    security(("bearer" = [])),
    params(("code" = String, Path, description = "Mã thủ tục hành chính (procedure code)", example = "1.001193"),
        ("If-Match" = String, Header, description = "ETag of the version that you have seen", example = "\"1\""),
        ("Idempotency-Key" = Option<String>, Header, description = "Same key and body: the stored answer again.", max_length = 255)),
    request_body(content = NewVersionInput, example = json!({"effective_from": "2027-01-01", "name": "Đăng ký khai sinh", "field": "Hộ tịch", "time_limit": {"unit": "same_day", "cutoff": "15:00"}, "route": [{"name": "Thẩm định", "department": "tu_phap", "role": "specialist", "budget": {"unit": "working_hours", "amount": 4}}]})),
    responses(
        (status = 201, description = "The procedure with the new version", body = ProcedureView, headers(("Location" = String, description = "The version"), ("ETag" = String, description = "The procedure's version"))),
        ChangeProblems))]
pub async fn add_version(
    service: web::Data<Service>,
    caller: Caller,
    code: web::Path<String>,
    retry: Retry,
    IfMatch(expected): IfMatch,
    body: Body<NewVersionInput>,
) -> Result<Reply, Problem> {
    let code: ProcedureCode = path_value(&code)?;
    let (who, lang) = (caller.who(), caller.lang);
    let key = retry.key(&who, body.fingerprint())?;
    let input = body.into_inner();
    let from = input.effective_from;
    let version = input.into_version(from);
    let answer = service
        .write_once(key, move |conn, env| {
            let detail = actions::add_version(conn, env, &who, code.as_str(), expected, &version)?;
            let place = format!("/api/v1/procedures/{code}/versions/{from}");
            created(
                place,
                Some(detail.version),
                &ProcedureView::of(&detail, lang),
            )
        })
        .await?;
    Ok(Reply(answer))
}

#[utoipa::path(put, path = "/api/v1/procedures/{code}/versions/{effective_from}", operation_id = "replaceProcedureVersion", tag = "procedures",
    summary = "Sửa phiên bản chưa có hiệu lực",
    description = "Only before it takes effect.",
    security(("bearer" = [])),
    params(("code" = String, Path, description = "Mã thủ tục hành chính (procedure code)", example = "1.001193"),
        ("effective_from" = String, Path, description = "The day on which it takes effect", format = "date", example = "2027-01-01"),
        ("If-Match" = String, Header, description = "ETag of the version that you have seen", example = "\"1\"")),
    request_body(content = VersionChangeInput, example = json!({"name": "Đăng ký khai sinh", "field": "Hộ tịch", "time_limit": {"unit": "working_days", "amount": 1}, "route": [{"name": "Thẩm định", "department": "tu_phap", "role": "specialist", "budget": {"unit": "working_hours", "amount": 4}}]})),
    responses(
        (status = 200, description = "The procedure with the version", body = ProcedureView, headers(("ETag" = String, description = "The procedure's new version"))),
        ChangeProblems))]
pub async fn replace_version(
    service: web::Data<Service>,
    caller: Caller,
    place: web::Path<(String, String)>,
    IfMatch(expected): IfMatch,
    body: Body<VersionChangeInput>,
) -> Result<Reply, Problem> {
    let (code, from) = version_place(&place)?;
    let (who, version) = (caller.who(), body.into_inner().into_version(from));
    let detail = service
        .write(move |conn, env| {
            actions::replace_version(conn, env, &who, code.as_str(), expected, &version)
        })
        .await?;
    reply(&detail, caller.lang)
}

#[utoipa::path(delete, path = "/api/v1/procedures/{code}", operation_id = "retireProcedure", tag = "procedures",
    summary = "Bãi bỏ thủ tục hành chính",
    description = "From a day on; open dossiers keep their version.",
    security(("bearer" = [])),
    params(("code" = String, Path, description = "Mã thủ tục hành chính (procedure code)", example = "1.001193"), FromQuery,
        ("If-Match" = String, Header, description = "ETag of the version that you have seen", example = "\"1\"")),
    responses(
        (status = 200, description = "The procedure, retired", body = ProcedureView, headers(("ETag" = String, description = "The new version"))),
        ChangeProblems))]
pub async fn retire(
    service: web::Data<Service>,
    caller: Caller,
    code: web::Path<String>,
    query: Query<FromQuery>,
    IfMatch(expected): IfMatch,
) -> Result<Reply, Problem> {
    let code: ProcedureCode = path_value(&code)?;
    let (who, from) = (caller.who(), query.0.from);
    let detail = service
        .write(move |conn, env| retire_procedure(conn, env, &who, code.as_str(), expected, from))
        .await?;
    reply(&detail, caller.lang)
}

#[utoipa::path(post, path = "/api/v1/procedures/{code}/restore", operation_id = "restoreProcedure", tag = "procedures",
    summary = "Khôi phục thủ tục hành chính",
    description = "Takes back that it was retired.",
    security(("bearer" = [])),
    params(("code" = String, Path, description = "Mã thủ tục hành chính (procedure code)", example = "1.001193"),
        ("If-Match" = String, Header, description = "ETag of the version that you have seen", example = "\"1\""),
        ("Idempotency-Key" = Option<String>, Header, description = "Same key: the stored answer again.", max_length = 255)),
    responses(
        (status = 200, description = "The procedure", body = ProcedureView, headers(("ETag" = String, description = "The new version"))),
        ChangeProblems))]
pub async fn restore(
    service: web::Data<Service>,
    caller: Caller,
    code: web::Path<String>,
    retry: Retry,
    IfMatch(expected): IfMatch,
) -> Result<Reply, Problem> {
    let code: ProcedureCode = path_value(&code)?;
    let (who, lang) = (caller.who(), caller.lang);
    let key = retry.key(&who, &Fingerprint::of(b""))?;
    let answer = service
        .write_once(key, move |conn, env| {
            let detail = restore_procedure(conn, env, &who, code.as_str(), expected)?;
            versioned(detail.version, &ProcedureView::of(&detail, lang))
        })
        .await?;
    Ok(Reply(answer))
}

fn version_place((code, from): &(String, String)) -> Result<(ProcedureCode, NaiveDate), Problem> {
    Ok((path_value(code)?, path_value(from)?))
}

fn reply(detail: &ProcedureDetail, lang: Lang) -> Result<Reply, Problem> {
    Ok(Reply(versioned(
        detail.version,
        &ProcedureView::of(detail, lang),
    )?))
}
