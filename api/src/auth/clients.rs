//! The register of connected systems (ward clients), for administrators of their offices.

use actix_web::{HttpRequest, HttpResponse, web};
use infra::auth::{
    ClientDetail, ClientFilter, NewClient, client_detail, create_client, list_clients,
    retire_client, rotate_client_secret,
};
use uuid::Uuid;

use super::dto::{ClientInput, ClientsQuery};
use super::view::{ClientPage, ClientView, ClientWithSecret};
use crate::app::Service;
use crate::http::{
    Caller, IfMatch, Reply, Retry, created, etag, listed, no_content, page_limit, versioned,
};
use crate::input::{Body, Fingerprint, Query, path_value};
use crate::problem::{Problem, ProblemBody};

#[utoipa::path(get, path = "/api/v1/clients", operation_id = "listClients", tag = "clients",
    summary = "Danh sách hệ thống kết nối",
    description = "Those of the offices that the caller administers, in the order in which they were made.",
    security(("bearer" = [])),
    params(ClientsQuery),
    responses(
        (status = 200, description = "A page", body = ClientPage, headers(("Link" = Option<String>, description = "rel=\"next\""))),
        (status = 403, description = "Not an administrator", body = ProblemBody<'static>, content_type = "application/problem+json"),
    ))]
pub async fn list(
    service: web::Data<Service>,
    request: HttpRequest,
    caller: Caller,
    query: Query<ClientsQuery>,
) -> Result<HttpResponse, Problem> {
    let query = query.0;
    let limit = page_limit(query.limit)?;
    let filter = ClientFilter {
        office: query.office,
        retired: query.retired.unwrap_or(false),
    };
    let (who, cursor) = (caller.who(), query.cursor);
    let page = service
        .read(move |conn, _| list_clients(conn, &who, &filter, cursor.as_deref(), limit))
        .await?;
    Ok(listed(&request, page, None, ClientView::from))
}

#[utoipa::path(post, path = "/api/v1/clients", operation_id = "createClient", tag = "clients",
    summary = "Thêm hệ thống kết nối",
    description = "Makes a connected system; its secret is in this answer and nowhere else.",
    security(("bearer" = [])),
    params(("Idempotency-Key" = Option<String>, Header, description = "Same key and body: the stored answer again, without the secret.", max_length = 255)),
    request_body(content = ClientInput, example = json!({"name": "Phần mềm một cửa phường", "office": "H29.23"})),
    responses(
        (status = 201, description = "Made", body = ClientWithSecret, headers(("Location" = String, description = "The connected system"), ("ETag" = String, description = "Its version"))),
        (status = 403, description = "Not an administrator of this office", body = ProblemBody<'static>, content_type = "application/problem+json"),
        (status = 409, description = "The retry key is in flight", body = ProblemBody<'static>, content_type = "application/problem+json"),
        (status = 422, description = "Every fault of the input", body = ProblemBody<'static>, content_type = "application/problem+json"),
    ))]
pub async fn create(
    service: web::Data<Service>,
    caller: Caller,
    retry: Retry,
    body: Body<ClientInput>,
) -> Result<Reply, Problem> {
    let who = caller.who();
    let key = retry.key(&who, body.fingerprint())?;
    let ClientInput { name, office } = body.into_inner();
    let answer = service
        .write_once_revealing(key, "secret", move |conn, env| {
            let (client, secret) = create_client(conn, env, &who, &NewClient { name, office })?;
            let place = format!("/api/v1/clients/{}", client.uid);
            let version = client.version;
            Ok((
                created(place, Some(version), &without_secret(client))?,
                Some(secret),
            ))
        })
        .await?;
    Ok(Reply(answer))
}

#[utoipa::path(get, path = "/api/v1/clients/{id}", operation_id = "readClient", tag = "clients",
    summary = "Xem hệ thống kết nối",
    description = "One connected system.",
    security(("bearer" = [])),
    params(("id" = String, Path, description = "Its client_id", example = "0192f3c4-5d6e-7f80-9a1b-2c3d4e5f6071")),
    responses(
        (status = 200, description = "The connected system", body = ClientView, headers(("ETag" = String, description = "Its version"))),
        (status = 403, description = "Not an administrator", body = ProblemBody<'static>, content_type = "application/problem+json"),
        (status = 404, description = "Not there, or of an office that the caller does not administer", body = ProblemBody<'static>, content_type = "application/problem+json"),
    ))]
pub async fn read(
    service: web::Data<Service>,
    caller: Caller,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let uid = path_value::<Uuid>(&id)?.to_string();
    let who = caller.who();
    let client = service
        .read(move |conn, _| client_detail(conn, &who, &uid))
        .await?;
    Ok(HttpResponse::Ok()
        .insert_header(("etag", etag(client.version)))
        .json(ClientView::from(client)))
}

#[utoipa::path(post, path = "/api/v1/clients/{id}/rotate-secret", operation_id = "rotateClientSecret", tag = "clients",
    summary = "Đổi khóa bí mật",
    description = "The old secret is good no longer; tokens it got live on for at most 10 minutes.",
    security(("bearer" = [])),
    params(
        ("id" = String, Path, description = "Its client_id", example = "0192f3c4-5d6e-7f80-9a1b-2c3d4e5f6071"),
        ("If-Match" = String, Header, description = "The version that was seen", example = "\"1\""),
        ("Idempotency-Key" = Option<String>, Header, description = "Same key: the stored answer again, without the secret.", max_length = 255),
    ),
    responses(
        (status = 200, description = "The new secret", body = ClientWithSecret, headers(("ETag" = String, description = "Its version"))),
        (status = 403, description = "Not an administrator", body = ProblemBody<'static>, content_type = "application/problem+json"),
        (status = 404, description = "Not there, or of an office that the caller does not administer", body = ProblemBody<'static>, content_type = "application/problem+json"),
        (status = 409, description = "Retired, or the retry key is in flight", body = ProblemBody<'static>, content_type = "application/problem+json"),
        (status = 412, description = "Another version by now", body = ProblemBody<'static>, content_type = "application/problem+json"),
        (status = 428, description = "If-Match is missing", body = ProblemBody<'static>, content_type = "application/problem+json"),
    ))]
pub async fn rotate_secret(
    service: web::Data<Service>,
    caller: Caller,
    retry: Retry,
    seen: IfMatch,
    id: web::Path<String>,
) -> Result<Reply, Problem> {
    let uid = path_value::<Uuid>(&id)?.to_string();
    let who = caller.who();
    let key = retry.key(&who, &Fingerprint::of(b""))?;
    let answer = service
        .write_once_revealing(key, "secret", move |conn, env| {
            let (client, secret) = rotate_client_secret(conn, env, &who, &uid, Some(seen.0))?;
            Ok((
                versioned(client.version, &without_secret(client))?,
                Some(secret),
            ))
        })
        .await?;
    Ok(Reply(answer))
}

#[utoipa::path(delete, path = "/api/v1/clients/{id}", operation_id = "retireClient", tag = "clients",
    summary = "Ngừng hệ thống kết nối",
    description = "It gets no more tokens, and those it has are refused.",
    security(("bearer" = [])),
    params(
        ("id" = String, Path, description = "Its client_id", example = "0192f3c4-5d6e-7f80-9a1b-2c3d4e5f6071"),
        ("If-Match" = String, Header, description = "The version that was seen", example = "\"1\""),
    ),
    responses(
        (status = 204, description = "Retired"),
        (status = 403, description = "Not an administrator", body = ProblemBody<'static>, content_type = "application/problem+json"),
        (status = 404, description = "Not there, or of an office that the caller does not administer", body = ProblemBody<'static>, content_type = "application/problem+json"),
        (status = 409, description = "Retired already", body = ProblemBody<'static>, content_type = "application/problem+json"),
        (status = 412, description = "Another version by now", body = ProblemBody<'static>, content_type = "application/problem+json"),
        (status = 428, description = "If-Match is missing", body = ProblemBody<'static>, content_type = "application/problem+json"),
    ))]
pub async fn retire(
    service: web::Data<Service>,
    caller: Caller,
    seen: IfMatch,
    id: web::Path<String>,
) -> Result<Reply, Problem> {
    let uid = path_value::<Uuid>(&id)?.to_string();
    let who = caller.who();
    let retired = uid.clone();
    service
        .write(move |conn, env| retire_client(conn, env, &who, &retired, Some(seen.0)))
        .await?;
    service.principals.invalidate(&uid);
    Ok(Reply(no_content()))
}

fn without_secret(client: ClientDetail) -> ClientWithSecret {
    ClientWithSecret {
        client: client.into(),
        secret: None,
    }
}
