//! Reading a dossier, its record and its due date; and the feed of events.

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, web};
use domain::text::DossierCode;
use infra::dossier::{
    events_after, explain_due_date, list_events, newest_event, read_dossier, read_dossier_recorded,
};

use infra::error::Error;

use super::dto::{FeedQuery, PageQuery};
use super::view::{DossierDetail, DueDateView, EventBody, EventPage, Feed, FeedEvent};
use crate::app::Service;
use crate::http::{Caller, etag, listed, page_limit};
use crate::input::{Query, path_value};
use crate::problem::{Problem, ProblemBody};

#[utoipa::path(get, path = "/api/v1/dossiers/{code}", operation_id = "readDossier", tag = "dossiers",
    summary = "Xem hồ sơ",
    description = "Whole for those who handle it, masked for others of the office. Readings of whole personal data by inspectors and administrators are recorded.",
    security(("bearer" = []), ("client" = [])),
    params(("code" = String, Path, description = "Mã hồ sơ (dossier code)", example = "H29.23-261120-0001")),
    responses(
        (status = 200, description = "The dossier", body = DossierDetail, headers(("ETag" = String, description = "Its version, for If-Match"))),
        (status = 404, description = "Not there, or not yours to know", body = ProblemBody<'static>, content_type = "application/problem+json"),
    ))]
pub async fn read(
    service: web::Data<Service>,
    caller: Caller,
    code: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let code: DossierCode = path_value(&code)?;
    let (who, lang) = (caller.who(), caller.lang);
    let (first, second) = (code.clone(), Arc::clone(&who));
    let seen = service
        .read(move |conn, env| read_dossier(conn, env, &second, first.as_str(), lang))
        .await?;
    let detail = match seen {
        Some(detail) => detail,
        None => {
            service
                .write(move |conn, env| read_dossier_recorded(conn, env, &who, code.as_str(), lang))
                .await?
        }
    };
    let version = detail.summary.version;
    Ok(HttpResponse::Ok()
        .insert_header(("etag", etag(version)))
        .insert_header(("cache-control", "no-store"))
        .json(DossierDetail::of(detail, &service.public_url, lang)))
}

#[utoipa::path(get, path = "/api/v1/dossiers/{code}/events", operation_id = "listDossierEvents", tag = "dossiers",
    summary = "Nhật ký hồ sơ",
    description = "The record of a dossier, oldest first, each event chained to the one before.",
    security(("bearer" = []), ("client" = [])),
    params(("code" = String, Path, description = "Mã hồ sơ (dossier code)", example = "H29.23-261120-0001"), PageQuery),
    responses(
        (status = 200, description = "A page of events", body = EventPage),
        (status = 404, description = "Not there, or not yours to know", body = ProblemBody<'static>, content_type = "application/problem+json"),
    ))]
pub async fn events(
    service: web::Data<Service>,
    request: HttpRequest,
    caller: Caller,
    code: web::Path<String>,
    query: Query<PageQuery>,
) -> Result<HttpResponse, Problem> {
    let code: DossierCode = path_value(&code)?;
    let limit = page_limit(query.0.limit)?;
    let (who, cursor) = (caller.who(), query.0.cursor);
    let page = service
        .read(move |conn, env| {
            list_events(conn, env, &who, code.as_str(), limit, cursor.as_deref())
        })
        .await?;
    Ok(listed(&request, page, None, EventBody::from))
}

#[utoipa::path(get, path = "/api/v1/dossiers/{code}/due_date", operation_id = "explainDueDate", tag = "dossiers",
    summary = "Giải thích ngày hẹn trả",
    description = "The days that were counted, and those that were skipped with the reason.",
    security(("bearer" = []), ("client" = [])),
    params(("code" = String, Path, description = "Mã hồ sơ (dossier code)", example = "H29.23-261120-0001")),
    responses(
        (status = 200, description = "The due date, explained", body = DueDateView),
        (status = 404, description = "Not there, or not yours to know", body = ProblemBody<'static>, content_type = "application/problem+json"),
        (status = 409, description = "Not accepted yet", body = ProblemBody<'static>, content_type = "application/problem+json"),
    ))]
pub async fn due_date(
    service: web::Data<Service>,
    caller: Caller,
    code: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let code: DossierCode = path_value(&code)?;
    let who = caller.who();
    let explained = service
        .read(move |conn, env| explain_due_date(conn, env, &who, code.as_str()))
        .await?;
    Ok(HttpResponse::Ok().json(DueDateView::of(explained, caller.lang)))
}

#[utoipa::path(get, path = "/api/v1/events", operation_id = "readEventFeed", tag = "events",
    summary = "Luồng sự kiện",
    description = "Everything that happened to the dossiers that you may see: ordered and without gaps.",
    security(("bearer" = []), ("client" = [])), params(FeedQuery),
    responses((status = 200, description = "Read on from next_after", body = Feed)))]
pub async fn feed(
    service: web::Data<Service>,
    caller: Caller,
    query: Query<FeedQuery>,
) -> Result<HttpResponse, Problem> {
    let limit = i64::try_from(page_limit(query.0.limit)?).unwrap_or(i64::MAX);
    let after = i64::try_from(query.0.after.unwrap_or(0)).unwrap_or(i64::MAX);
    let end: Result<i64, Error> = service.db.read_settled(newest_event).await;
    let end = end?;
    let who = caller.who();
    let (items, next_after) = service
        .read(move |conn, _| events_after(conn, &who, after, end, limit))
        .await?;
    let events = items.into_iter().map(FeedEvent::from).collect();
    Ok(HttpResponse::Ok().json(Feed { events, next_after }))
}
