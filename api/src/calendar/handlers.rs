//! The register of calendars, and the recounts that its changes begin.

use actix_web::{HttpRequest, HttpResponse, web};
use infra::calendar::actions::{
    self, CalendarInput, YearInput, change_calendar, create_calendar, restore_calendar,
    retire_calendar,
};
use infra::calendar::queries::{self, CalendarDetail};
use infra::error::Error;
use infra::idempotency::Answer;
use uuid::Uuid;

use super::dto::{CalendarBody, CalendarQuery, NewestQuery, YearDaysInput, read_year};
use super::view::{
    CalendarItem, CalendarPage, CalendarVersionPage, CalendarVersionView, CalendarView,
    RecomputationPage, RecomputationView,
};
use crate::app::Service;
use crate::http::{
    Caller, ChangeProblems, CreateProblems, IfMatch, ListProblems, ReadProblems, Reply, Retry,
    created, listed, page_limit, versioned,
};
use crate::input::{Body, Faults, Fingerprint, Path, Query, path_value};
use crate::problem::Problem;

#[utoipa::path(get, path = "/api/v1/calendars", operation_id = "listCalendars", tag = "calendars",
    summary = "Danh sách lịch làm việc",
    description = "Everybody who signed in may read calendars.",
    security(("bearer" = []), ("client" = [])),
    params(CalendarQuery),
    responses((status = 200, description = "A page of calendars, the oldest first", body = CalendarPage), ListProblems))]
pub async fn list(
    service: web::Data<Service>,
    request: HttpRequest,
    _: Caller,
    query: Query<CalendarQuery>,
) -> Result<HttpResponse, Problem> {
    let query = query.0;
    let limit = page_limit(query.limit)?;
    let retired = query.retired.unwrap_or_default();
    let page = service
        .read(move |conn, _| queries::list(conn, retired, query.cursor.as_deref(), limit))
        .await?;
    Ok(listed(&request, page, None, CalendarItem::from))
}

#[utoipa::path(post, path = "/api/v1/calendars", operation_id = "createCalendar", tag = "calendars",
    summary = "Thêm lịch làm việc",
    description = "Any administrator may: a calendar binds nobody until an office takes it.",
    security(("bearer" = [])),
    params(("Idempotency-Key" = Option<String>, Header, description = "Same key and body: the stored answer again.", max_length = 255)),
    request_body(content = CalendarBody, example = json!({"name": "Lịch làm việc của phường", "weekly": {"monday": ["07:30-11:30", "13:00-17:00"], "tuesday": ["07:30-11:30", "13:00-17:00"]}, "years": {"2026": {"closed": {"2026-01-01": "Tết Dương lịch"}}}})),
    responses(
        (status = 201, description = "The calendar", body = CalendarView, headers(("Location" = String, description = "The calendar"), ("ETag" = String, description = "Its version"))),
        CreateProblems))]
pub async fn create(
    service: web::Data<Service>,
    caller: Caller,
    retry: Retry,
    body: Body<CalendarBody>,
) -> Result<Reply, Problem> {
    let who = caller.who();
    let key = retry.key(&who, body.fingerprint())?;
    let input = CalendarInput::from(body.into_inner());
    let answer = service
        .write_once(key, move |conn, env| {
            let detail = create_calendar(conn, env, &who, &input)?;
            let place = format!("/api/v1/calendars/{}", detail.uid);
            created(place, Some(detail.version), &CalendarView::from(detail))
        })
        .await?;
    Ok(Reply(answer))
}

#[utoipa::path(get, path = "/api/v1/calendars/{id}", operation_id = "readCalendar", tag = "calendars",
    summary = "Xem lịch làm việc",
    description = "With its rules as they stand.",
    security(("bearer" = []), ("client" = [])),
    params(("id" = Uuid, Path, description = "Id of the calendar")),
    responses(
        (status = 200, description = "The calendar", body = CalendarView, headers(("ETag" = String, description = "Its version"))),
        ReadProblems))]
pub async fn read(
    service: web::Data<Service>,
    _: Caller,
    id: web::Path<String>,
) -> Result<Reply, Problem> {
    let uid = uid(&id)?;
    let detail = service
        .read(move |conn, _| queries::get(conn, &uid))
        .await?;
    reply(detail)
}

#[utoipa::path(put, path = "/api/v1/calendars/{id}", operation_id = "changeCalendar", tag = "calendars",
    summary = "Sửa lịch làm việc",
    description = "Replaces name and rules. Other rules are a new version, and the due dates of open dossiers are counted again in the background: to later or equal dates only. Only for who administers every office that counts by it.",
    security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "Id of the calendar"),
        ("If-Match" = String, Header, description = "ETag of the version that you have seen", example = "\"1\"")),
    request_body(content = CalendarBody, example = json!({"name": "Lịch làm việc của phường", "weekly": {"monday": ["07:30-11:30", "13:00-17:00"]}, "years": {"2026": {"closed": {"2026-01-01": "Tết Dương lịch"}}}})),
    responses(
        (status = 200, description = "The calendar after the change", body = CalendarView, headers(("ETag" = String, description = "The new version"), ("Link" = Option<String>, description = "The recount of open dossiers, rel=status"))),
        ChangeProblems))]
pub async fn change(
    service: web::Data<Service>,
    caller: Caller,
    id: web::Path<String>,
    IfMatch(version): IfMatch,
    body: Body<CalendarBody>,
) -> Result<Reply, Problem> {
    let (uid, who) = (uid(&id)?, caller.who());
    let input = CalendarInput::from(body.into_inner());
    let detail = service
        .write(move |conn, env| change_calendar(conn, env, &who, &uid, version, &input))
        .await?;
    service.wake_jobs();
    reply(detail)
}

#[utoipa::path(put, path = "/api/v1/calendars/{id}/years/{year}", operation_id = "importCalendarYear", tag = "calendars",
    summary = "Nạp ngày nghỉ, ngày làm bù của một năm",
    description = "What the government announced for one year takes the place of what was known of it; the year counts as loaded.",
    security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "Id of the calendar"),
        ("year" = i32, Path, description = "Năm", example = 2026),
        ("If-Match" = String, Header, description = "ETag of the version that you have seen", example = "\"1\"")),
    request_body(content = YearDaysInput, example = json!({"closed": {"2026-01-01": "Tết Dương lịch"}, "make_up": {"2026-01-10": "Làm bù cho 2/1"}, "special": {"2026-02-13": {"sessions": ["07:30-11:30"], "reason": "Nghỉ sớm"}}})),
    responses(
        (status = 200, description = "The calendar after the change", body = CalendarView, headers(("ETag" = String, description = "The new version"), ("Link" = Option<String>, description = "The recount of open dossiers, rel=status"))),
        ChangeProblems))]
pub async fn import_year(
    service: web::Data<Service>,
    caller: Caller,
    place: web::Path<(String, String)>,
    IfMatch(version): IfMatch,
    body: Body<YearDaysInput>,
) -> Result<Reply, Problem> {
    let (id, year) = place.into_inner();
    let (uid, who) = (uid(&id)?, caller.who());
    let year = read_year(&year).map_err(|_| Problem::not_found())?;
    let input = of_year(body.into_inner(), year)?;
    let detail = service
        .write(move |conn, env| actions::import_year(conn, env, &who, &uid, version, year, &input))
        .await?;
    service.wake_jobs();
    reply(detail)
}

fn of_year(input: YearDaysInput, year: i32) -> Result<YearInput, Problem> {
    let mut faults = Faults::new();
    input.check(year, &Path::Root, &mut faults);
    if faults.is_empty() {
        Ok(input.into())
    } else {
        Err(faults.into())
    }
}

#[utoipa::path(delete, path = "/api/v1/calendars/{id}", operation_id = "retireCalendar", tag = "calendars",
    summary = "Ngừng dùng lịch làm việc",
    description = "Refused while offices name it as their own.",
    security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "Id of the calendar"),
        ("If-Match" = String, Header, description = "ETag of the version that you have seen", example = "\"1\"")),
    responses(
        (status = 200, description = "The calendar, retired", body = CalendarView, headers(("ETag" = String, description = "The new version"))),
        ChangeProblems))]
pub async fn retire(
    service: web::Data<Service>,
    caller: Caller,
    id: web::Path<String>,
    IfMatch(version): IfMatch,
) -> Result<Reply, Problem> {
    let (uid, who) = (uid(&id)?, caller.who());
    let detail = service
        .write(move |conn, env| retire_calendar(conn, env, &who, &uid, version))
        .await?;
    reply(detail)
}

#[utoipa::path(post, path = "/api/v1/calendars/{id}/restore", operation_id = "restoreCalendar", tag = "calendars",
    summary = "Dùng lại lịch làm việc",
    description = "Takes back that it was retired.",
    security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "Id of the calendar"),
        ("If-Match" = String, Header, description = "ETag of the version that you have seen", example = "\"1\""),
        ("Idempotency-Key" = Option<String>, Header, description = "Same key: the stored answer again.", max_length = 255)),
    responses(
        (status = 200, description = "The calendar", body = CalendarView, headers(("ETag" = String, description = "The new version"))),
        ChangeProblems))]
pub async fn restore(
    service: web::Data<Service>,
    caller: Caller,
    id: web::Path<String>,
    retry: Retry,
    IfMatch(version): IfMatch,
) -> Result<Reply, Problem> {
    let (uid, who) = (uid(&id)?, caller.who());
    let key = retry.key(&who, &Fingerprint::of(b""))?;
    let answer = service
        .write_once(key, move |conn, env| {
            answer(restore_calendar(conn, env, &who, &uid, version)?)
        })
        .await?;
    Ok(Reply(answer))
}

#[utoipa::path(get, path = "/api/v1/calendars/{id}/versions", operation_id = "listCalendarVersions", tag = "calendars",
    summary = "Các phiên bản của lịch làm việc",
    description = "What the rules were: every change is kept, and dossiers keep the version they were counted by.",
    security(("bearer" = []), ("client" = [])),
    params(("id" = Uuid, Path, description = "Id of the calendar"), NewestQuery),
    responses((status = 200, description = "A page of versions, the newest first", body = CalendarVersionPage), ListProblems))]
pub async fn versions(
    service: web::Data<Service>,
    request: HttpRequest,
    _: Caller,
    id: web::Path<String>,
    query: Query<NewestQuery>,
) -> Result<HttpResponse, Problem> {
    let (uid, query) = (uid(&id)?, query.0);
    let limit = page_limit(query.limit)?;
    let page = service
        .read(move |conn, _| queries::versions(conn, &uid, query.cursor.as_deref(), limit))
        .await?;
    Ok(listed(&request, page, None, CalendarVersionView::from))
}

#[utoipa::path(get, path = "/api/v1/recomputations", operation_id = "listRecomputations", tag = "calendars",
    summary = "Các lần tính lại ngày hẹn trả",
    description = "Each change of a calendar's rules began one.",
    security(("bearer" = []), ("client" = [])),
    params(NewestQuery),
    responses((status = 200, description = "A page of recomputations, the newest first", body = RecomputationPage), ListProblems))]
pub async fn recomputations(
    service: web::Data<Service>,
    request: HttpRequest,
    _: Caller,
    query: Query<NewestQuery>,
) -> Result<HttpResponse, Problem> {
    let query = query.0;
    let limit = page_limit(query.limit)?;
    let page = service
        .read(move |conn, _| queries::recomputations(conn, query.cursor.as_deref(), limit))
        .await?;
    Ok(listed(&request, page, None, RecomputationView::from))
}

#[utoipa::path(get, path = "/api/v1/recomputations/{id}", operation_id = "readRecomputation", tag = "calendars",
    summary = "Tiến độ tính lại ngày hẹn trả",
    description = "How far it is.",
    security(("bearer" = []), ("client" = [])),
    params(("id" = Uuid, Path, description = "Id of the recomputation")),
    responses((status = 200, description = "Its progress", body = RecomputationView), ReadProblems))]
pub async fn recomputation(
    service: web::Data<Service>,
    _: Caller,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let uid = uid(&id)?;
    let progress = service
        .read(move |conn, _| queries::progress(conn, &uid))
        .await?;
    Ok(HttpResponse::Ok().json(RecomputationView::from(progress)))
}

fn uid(raw: &str) -> Result<String, Problem> {
    path_value::<Uuid>(raw).map(|uid| uid.to_string())
}

fn reply(detail: CalendarDetail) -> Result<Reply, Problem> {
    Ok(Reply(answer(detail)?))
}

/// The calendar with its version, and the way to the recount that began.
fn answer(detail: CalendarDetail) -> Result<Answer, Error> {
    let begun = detail.recomputation.clone();
    let mut answer = versioned(detail.version, &CalendarView::from(detail))?;
    answer.headers.extend(begun.map(|uid| {
        (
            "link".to_owned(),
            format!("</api/v1/recomputations/{uid}>; rel=\"status\""),
        )
    }));
    Ok(answer)
}
