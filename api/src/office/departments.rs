//! The register of departments.

use actix_web::{HttpRequest, HttpResponse, web};
use domain::text::AgencyCode;
use infra::office::{
    DepartmentDetail, change_department, create_department, list_departments, read_department,
    restore_department, retire_department,
};
use uuid::Uuid;

use super::dto::{
    DepartmentChangeInput, DepartmentPage, DepartmentQuery, DepartmentView, NewDepartmentInput,
};
use crate::app::Service;
use crate::http::{
    Caller, ChangeProblems, CreateProblems, IfMatch, ListProblems, ReadProblems, Reply, Retry,
    created, listed, page_limit, versioned,
};
use crate::input::{Body, Fingerprint, Query, path_value};
use crate::problem::Problem;

#[utoipa::path(get, path = "/api/v1/offices/{code}/departments", operation_id = "listDepartments", tag = "offices",
    summary = "Danh sách phòng chuyên môn",
    description = "Everybody who signed in may read departments.",
    security(("bearer" = []), ("client" = [])),
    params(("code" = String, Path, description = "Mã định danh cơ quan (agency code)", example = "H29.23"), DepartmentQuery),
    responses((status = 200, description = "A page of departments by code", body = DepartmentPage), ListProblems))]
pub async fn list(
    service: web::Data<Service>,
    request: HttpRequest,
    _: Caller,
    code: web::Path<String>,
    query: Query<DepartmentQuery>,
) -> Result<HttpResponse, Problem> {
    let code: AgencyCode = path_value(&code)?;
    let limit = page_limit(query.0.limit)?;
    let (retired, cursor) = (query.0.retired.unwrap_or_default(), query.0.cursor);
    let page = service
        .read(move |conn, _| {
            list_departments(conn, code.as_str(), retired, limit, cursor.as_deref())
        })
        .await?;
    Ok(listed(&request, page, None, DepartmentView::from))
}

#[utoipa::path(post, path = "/api/v1/offices/{code}/departments", operation_id = "createDepartment", tag = "offices",
    summary = "Thêm phòng chuyên môn",
    description = "In an office that the caller administers.",
    security(("bearer" = [])),
    params(("code" = String, Path, description = "Mã định danh cơ quan (agency code)", example = "H29.23"),
        ("Idempotency-Key" = Option<String>, Header, description = "Same key and body: the stored answer again.", max_length = 255)),
    request_body(content = NewDepartmentInput, example = json!({"code": "noi_vu", "name": "Phòng Nội vụ"})),
    responses(
        (status = 201, description = "The department", body = DepartmentView, headers(("Location" = String, description = "The department"), ("ETag" = String, description = "Its version"))),
        CreateProblems))]
pub async fn create(
    service: web::Data<Service>,
    caller: Caller,
    code: web::Path<String>,
    retry: Retry,
    body: Body<NewDepartmentInput>,
) -> Result<Reply, Problem> {
    let office: AgencyCode = path_value(&code)?;
    let who = caller.who();
    let key = retry.key(&who, body.fingerprint())?;
    let NewDepartmentInput { code, name } = body.into_inner();
    let answer = service
        .write_once(key, move |conn, env| {
            let made = create_department(conn, env, &who, office.as_str(), &code, &name)?;
            let place = format!("/api/v1/departments/{}", made.department.uid);
            created(
                place,
                Some(made.department.version),
                &DepartmentView::from(made),
            )
        })
        .await?;
    Ok(Reply(answer))
}

#[utoipa::path(get, path = "/api/v1/departments/{id}", operation_id = "readDepartment", tag = "offices",
    summary = "Xem phòng chuyên môn",
    description = "By its id.",
    security(("bearer" = []), ("client" = [])),
    params(("id" = Uuid, Path, description = "Department id")),
    responses(
        (status = 200, description = "The department", body = DepartmentView, headers(("ETag" = String, description = "Its version"))),
        ReadProblems))]
pub async fn read(
    service: web::Data<Service>,
    _: Caller,
    id: web::Path<String>,
) -> Result<Reply, Problem> {
    let id: Uuid = path_value(&id)?;
    reply(
        service
            .read(move |conn, _| read_department(conn, &id.to_string()))
            .await?,
    )
}

#[utoipa::path(put, path = "/api/v1/departments/{id}", operation_id = "changeDepartment", tag = "offices",
    summary = "Sửa phòng chuyên môn",
    description = "Renames it. Its code stays, since routes of procedures name it.",
    security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "Department id"),
        ("If-Match" = String, Header, description = "ETag of the version that you have seen", example = "\"1\"")),
    request_body(content = DepartmentChangeInput, example = json!({"name": "Tư pháp - Hộ tịch"})),
    responses(
        (status = 200, description = "The department after the change", body = DepartmentView, headers(("ETag" = String, description = "The new version"))),
        ChangeProblems))]
pub async fn change(
    service: web::Data<Service>,
    caller: Caller,
    id: web::Path<String>,
    IfMatch(version): IfMatch,
    body: Body<DepartmentChangeInput>,
) -> Result<Reply, Problem> {
    let id: Uuid = path_value(&id)?;
    let (who, name) = (caller.who(), body.into_inner().name);
    let detail = service
        .write(move |conn, env| change_department(conn, env, &who, &id.to_string(), version, &name))
        .await?;
    reply(detail)
}

#[utoipa::path(delete, path = "/api/v1/departments/{id}", operation_id = "retireDepartment", tag = "offices",
    summary = "Ngừng hoạt động phòng chuyên môn",
    description = "Refused while it has open dossiers or active staff.",
    security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "Department id"),
        ("If-Match" = String, Header, description = "ETag of the version that you have seen", example = "\"1\"")),
    responses(
        (status = 200, description = "The department, retired", body = DepartmentView, headers(("ETag" = String, description = "The new version"))),
        ChangeProblems))]
pub async fn retire(
    service: web::Data<Service>,
    caller: Caller,
    id: web::Path<String>,
    IfMatch(version): IfMatch,
) -> Result<Reply, Problem> {
    let id: Uuid = path_value(&id)?;
    let who = caller.who();
    let detail = service
        .write(move |conn, env| retire_department(conn, env, &who, &id.to_string(), version))
        .await?;
    reply(detail)
}

#[utoipa::path(post, path = "/api/v1/departments/{id}/restore", operation_id = "restoreDepartment", tag = "offices",
    summary = "Khôi phục phòng chuyên môn",
    description = "Undoes a retirement.",
    security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "Department id"),
        ("If-Match" = String, Header, description = "ETag of the version that you have seen", example = "\"2\""),
        ("Idempotency-Key" = Option<String>, Header, description = "Same key: the stored answer again.", max_length = 255)),
    responses(
        (status = 200, description = "The department, active", body = DepartmentView, headers(("ETag" = String, description = "The new version"))),
        ChangeProblems))]
pub async fn restore(
    service: web::Data<Service>,
    caller: Caller,
    id: web::Path<String>,
    IfMatch(version): IfMatch,
    retry: Retry,
) -> Result<Reply, Problem> {
    let id: Uuid = path_value(&id)?;
    let who = caller.who();
    let key = retry.key(&who, &Fingerprint::of(b""))?;
    let answer = service
        .write_once(key, move |conn, env| {
            let detail = restore_department(conn, env, &who, &id.to_string(), version)?;
            versioned(detail.department.version, &DepartmentView::from(detail))
        })
        .await?;
    Ok(Reply(answer))
}

fn reply(detail: DepartmentDetail) -> Result<Reply, Problem> {
    let version = detail.department.version;
    Ok(Reply(versioned(version, &DepartmentView::from(detail))?))
}
