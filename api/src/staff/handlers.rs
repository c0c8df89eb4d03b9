//! The register of staff.

use actix_web::{HttpRequest, HttpResponse, web};
use domain::auth::{Principal, Role};
use domain::text::Password;
use infra::auth::password;
use infra::ids::new_password;
use infra::staff::{
    NewStaff, StaffDetail, StaffInput, change_staff, create_staff, list_staff, read_staff,
    reset_password, restore_staff, retire_staff,
};
use uuid::Uuid;

use super::dto::{NewStaffInput, StaffChangeInput, StaffPage, StaffQuery, StaffView};
use crate::app::Service;
use crate::http::{
    Caller, ChangeProblems, CreateProblems, IfMatch, ListProblems, ReadProblems, Reply, Retry,
    created, listed, page_limit, versioned,
};
use crate::input::{Body, Fingerprint, Query, path_value};
use crate::problem::Problem;

/// The member of an answer that shows a password once.
const ONE_TIME: &str = "one_time_password";

#[utoipa::path(get, path = "/api/v1/staff", operation_id = "listStaff", tag = "staff",
    summary = "Danh sách cán bộ",
    description = "The people of the caller's own office, of the offices that their roles reach, and below: whole for administrators, names and roles for colleagues who look for whom to forward to.",
    security(("bearer" = [])),
    params(StaffQuery),
    responses((status = 200, description = "A page of people by name", body = StaffPage), ListProblems))]
pub async fn list(
    service: web::Data<Service>,
    request: HttpRequest,
    caller: Caller,
    query: Query<StaffQuery>,
) -> Result<HttpResponse, Problem> {
    let limit = page_limit(query.0.limit)?;
    let (who, filter, cursor) = (caller.who(), query.0.filter(), query.0.cursor);
    let page = service
        .read(move |conn, _| list_staff(conn, &who, &filter, limit, cursor.as_deref()))
        .await?;
    Ok(listed(&request, page, None, StaffView::from))
}

#[utoipa::path(post, path = "/api/v1/staff", operation_id = "createStaff", tag = "staff",
    summary = "Thêm cán bộ",
    description = "By an administrator of the office and of every office of the roles that are given.",
    security(("bearer" = [])),
    params(("Idempotency-Key" = Option<String>, Header, description = "Same key and body: the stored answer again, without the password.", max_length = 255)),
    request_body(content = NewStaffInput, example = json!({"login": "chuyenvien.noivu", "display_name": "Chuyên viên Nội vụ", "office": "H29.23", "roles": [{"role": "specialist", "office": "H29.23"}]})),
    responses(
        (status = 201, description = "The person, with the one-time password when one was made", body = StaffView, headers(("Location" = String, description = "The person"), ("ETag" = String, description = "Its version"))),
        CreateProblems))]
pub async fn create(
    service: web::Data<Service>,
    caller: Caller,
    retry: Retry,
    body: Body<NewStaffInput>,
) -> Result<Reply, Problem> {
    let who = caller.who();
    let key = retry.key(&who, body.fingerprint())?;
    let (login, input, chosen) = body.into_inner().into_parts();
    let (password_hash, made) = hashed(&who, chosen).await?;
    let new = NewStaff {
        login,
        input,
        password_hash,
    };
    let answer = service
        .write_once_revealing(key, ONE_TIME, move |conn, env| {
            let detail = create_staff(conn, env, &who, &new)?;
            let place = format!("/api/v1/staff/{}", detail.person.uid);
            let version = Some(detail.person.version);
            Ok((created(place, version, &StaffView::from(detail))?, made))
        })
        .await?;
    Ok(Reply(answer))
}

#[utoipa::path(get, path = "/api/v1/staff/{id}", operation_id = "readStaff", tag = "staff",
    summary = "Xem cán bộ",
    description = "As much of it as the caller may see.",
    security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "Person id")),
    responses(
        (status = 200, description = "The person", body = StaffView, headers(("ETag" = String, description = "Its version"))),
        ReadProblems))]
pub async fn read(
    service: web::Data<Service>,
    caller: Caller,
    id: web::Path<String>,
) -> Result<Reply, Problem> {
    let id: Uuid = path_value(&id)?;
    let who = caller.who();
    reply(
        service
            .read(move |conn, _| read_staff(conn, &who, &id.to_string()))
            .await?,
    )
}

#[utoipa::path(put, path = "/api/v1/staff/{id}", operation_id = "changeStaff", tag = "staff",
    summary = "Sửa cán bộ",
    description = "Replaces everything but login and password. The last administrator of the root stays one.",
    security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "Person id"),
        ("If-Match" = String, Header, description = "ETag of the version that you have seen", example = "\"1\"")),
    request_body(content = StaffChangeInput, example = json!({"display_name": "Chuyên viên Nội vụ", "office": "H29.23", "roles": [{"role": "specialist", "office": "H29.23"}]})),
    responses(
        (status = 200, description = "The person after the change", body = StaffView, headers(("ETag" = String, description = "The new version"))),
        ChangeProblems))]
pub async fn change(
    service: web::Data<Service>,
    caller: Caller,
    id: web::Path<String>,
    IfMatch(version): IfMatch,
    body: Body<StaffChangeInput>,
) -> Result<Reply, Problem> {
    let id = path_value::<Uuid>(&id)?.to_string();
    let (who, uid, input) = (
        caller.who(),
        id.clone(),
        StaffInput::from(body.into_inner()),
    );
    let detail = service
        .write(move |conn, env| change_staff(conn, env, &who, &uid, version, &input))
        .await?;
    service.principals.invalidate(&id);
    reply(detail)
}

#[utoipa::path(delete, path = "/api/v1/staff/{id}", operation_id = "retireStaff", tag = "staff",
    summary = "Cho cán bộ ngừng làm việc",
    description = "They can not sign in any more, and every session of theirs ends. Refused while they hold open dossiers (`count` tells how many), and for the last administrator of the root.",
    security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "Person id"),
        ("If-Match" = String, Header, description = "ETag of the version that you have seen", example = "\"1\"")),
    responses(
        (status = 200, description = "The person, retired", body = StaffView, headers(("ETag" = String, description = "The new version"))),
        ChangeProblems))]
pub async fn retire(
    service: web::Data<Service>,
    caller: Caller,
    id: web::Path<String>,
    IfMatch(version): IfMatch,
) -> Result<Reply, Problem> {
    let id = path_value::<Uuid>(&id)?.to_string();
    let (who, uid) = (caller.who(), id.clone());
    let detail = service
        .write(move |conn, env| retire_staff(conn, env, &who, &uid, version))
        .await?;
    service.principals.invalidate(&id);
    reply(detail)
}

#[utoipa::path(post, path = "/api/v1/staff/{id}/restore", operation_id = "restoreStaff", tag = "staff",
    summary = "Cho cán bộ làm việc lại",
    description = "Undoes a retirement: the password and the roles are as they were.",
    security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "Person id"),
        ("If-Match" = String, Header, description = "ETag of the version that you have seen", example = "\"2\""),
        ("Idempotency-Key" = Option<String>, Header, description = "Same key: the stored answer again.", max_length = 255)),
    responses(
        (status = 200, description = "The person, active", body = StaffView, headers(("ETag" = String, description = "The new version"))),
        ChangeProblems))]
pub async fn restore(
    service: web::Data<Service>,
    caller: Caller,
    id: web::Path<String>,
    IfMatch(version): IfMatch,
    retry: Retry,
) -> Result<Reply, Problem> {
    let id = path_value::<Uuid>(&id)?.to_string();
    let (who, uid) = (caller.who(), id.clone());
    let key = retry.key(&who, &Fingerprint::of(b""))?;
    let answer = service
        .write_once(key, move |conn, env| {
            let detail = restore_staff(conn, env, &who, &uid, version)?;
            versioned(detail.person.version, &StaffView::from(detail))
        })
        .await?;
    service.principals.invalidate(&id);
    Ok(Reply(answer))
}

#[utoipa::path(post, path = "/api/v1/staff/{id}/reset-password", operation_id = "resetPassword", tag = "staff",
    summary = "Đặt lại mật khẩu",
    description = "Makes a one-time password, shown once; lifts a lock on the login and ends every session.",
    security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "Person id"),
        ("Idempotency-Key" = Option<String>, Header, description = "Same key: the stored answer again, without the password.", max_length = 255)),
    responses(
        (status = 200, description = "The person with the one-time password", body = StaffView, headers(("ETag" = String, description = "The new version"))),
        CreateProblems))]
pub async fn reset(
    service: web::Data<Service>,
    caller: Caller,
    id: web::Path<String>,
    retry: Retry,
) -> Result<Reply, Problem> {
    let id = path_value::<Uuid>(&id)?.to_string();
    let (who, uid) = (caller.who(), id.clone());
    let key = retry.key(&who, &Fingerprint::of(b""))?;
    let (hash, made) = hashed(&who, None).await?;
    let answer = service
        .write_once_revealing(key, ONE_TIME, move |conn, env| {
            let detail = reset_password(conn, env, &who, &uid, &hash)?;
            let answer = versioned(detail.person.version, &StaffView::from(detail))?;
            Ok((answer, made))
        })
        .await?;
    service.principals.invalidate(&id);
    Ok(Reply(answer))
}

/// The hash of the chosen password, or of a new one, which is given along. Hashing is slow, so
/// it happens before the write, and only for those who may add anybody at all.
async fn hashed(
    who: &Principal,
    chosen: Option<Password>,
) -> Result<(String, Option<String>), Problem> {
    if !who.is(Role::Administrator) {
        return Err(Problem::forbidden());
    }
    let made = chosen.is_none().then(new_password);
    let text = match chosen {
        Some(password) => password.into_string(),
        None => made.clone().unwrap_or_default(),
    };
    let hash = password::slowly(move || password::hash(&text)).await?;
    Ok((hash, made))
}

fn reply(detail: StaffDetail) -> Result<Reply, Problem> {
    let version = detail.person.version;
    Ok(Reply(versioned(version, &StaffView::from(detail))?))
}
