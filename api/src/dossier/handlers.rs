//! Taking dossiers in and reading them.

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, web};
use domain::text::{DossierCode, IdNumber, Phone};
use infra::db::dialect::{Kind, savepoint};
use infra::dossier::{
    DueWhen, Filter, Intake, Listed, Paging, events_after, explain_due_date, list_department,
    list_dossiers, list_due, list_events, list_mine, read_dossier, read_dossier_recorded, settled,
    take_in,
};

use super::dto::{
    BatchAction, BatchInput, BatchItemInput, DossierInput, DueQuery, FeedQuery, ListQuery,
    PageQuery, When, WorkQuery,
};
use super::view::{
    BatchItemView, BatchView, DossierDetail, DossierPage, DossierSummary, DueDateView, EventBody,
    EventPage, Feed, FeedEvent,
};
use crate::app::Service;
use crate::http::{Caller, Reply, Retry, created, etag, listed, ok, page_limit};
use crate::input::{Body, Query, path_value, read_value};
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
    let answer = service
        .write_once(key, move |conn, env| {
            let code = take_in(conn, env, &who, intake, &new)?;
            let detail = read_dossier_recorded(conn, env, &who, &code, lang)?;
            let view = DossierDetail::of(detail, &url, lang);
            created(
                format!("/api/v1/dossiers/{code}"),
                Some(view.summary.version),
                &view,
            )
        })
        .await?;
    Ok(Reply(answer))
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
                            let code = take_in(conn, env, &who, intake, &new)?;
                            read_dossier_recorded(conn, env, &who, &code, lang)
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

#[utoipa::path(get, path = "/api/v1/dossiers", operation_id = "listDossiers", tag = "dossiers",
    summary = "Danh sách và tìm kiếm hồ sơ",
    description = "The register: newest first; a search by name is in the order of names.",
    security(("bearer" = []), ("client" = [])),
    params(ListQuery),
    responses((status = 200, description = "A page; the next in Link rel=next", body = DossierPage)))]
pub async fn list(
    service: web::Data<Service>,
    request: HttpRequest,
    caller: Caller,
    query: Query<ListQuery>,
) -> Result<HttpResponse, Problem> {
    let query = query.0;
    let paging = paging(
        query.limit,
        query.cursor.clone(),
        query.count.is_some(),
        &caller,
    )?;
    let filter = filter(query);
    let who = caller.who();
    let found = service
        .read(move |conn, env| list_dossiers(conn, env, &who, &filter, &paging))
        .await?;
    Ok(shown(&request, found, &caller))
}

fn paging(
    limit: Option<u32>,
    cursor: Option<String>,
    count: bool,
    caller: &Caller,
) -> Result<Paging, Problem> {
    Ok(Paging {
        limit: page_limit(limit)?,
        cursor,
        count,
        lang: caller.lang,
    })
}

fn filter(query: ListQuery) -> Filter {
    let mut filter = Filter {
        office: query.office.map(|office| office.as_str().to_owned()),
        procedure: query
            .procedure
            .map(|procedure| procedure.as_str().to_owned()),
        states: query.state.unwrap_or_default(),
        holder: query.holder.map(|uid| uid.to_string()),
        department: query.department.map(|uid| uid.to_string()),
        code: query.code.map(|code| code.as_str().to_owned()),
        name: query.name,
        id_number: query.id_number.map(|number| number.as_str().to_owned()),
        phone: query.phone.map(|phone| phone.as_str().to_owned()),
        received_from: query.received_from,
        received_to: query.received_to,
        channel: query.channel.map(|channel| channel.as_str()),
    };
    if let Some(words) = query.q {
        search(&mut filter, &words);
    }
    filter
}

/// What was typed into the one search box: a code, a number, or a name.
fn search(filter: &mut Filter, words: &str) {
    let digits = words.chars().filter(char::is_ascii_digit).count();
    if let Ok(code) = DossierCode::parse(&words.trim().to_ascii_uppercase()) {
        filter.code = Some(code.as_str().to_owned());
    } else if words.trim().starts_with(['0', '+'])
        && (10..=11).contains(&digits)
        && let Ok(phone) = Phone::parse(words)
    {
        filter.phone = Some(phone.as_str().to_owned());
    } else if digits >= 6
        && let Ok(number) = IdNumber::parse(words)
    {
        filter.id_number = Some(number.as_str().to_owned());
    } else {
        filter.name = Some(words.to_owned());
    }
}

fn shown(request: &HttpRequest, found: Listed, caller: &Caller) -> HttpResponse {
    let lang = caller.lang;
    listed(request, found.page, found.count, |summary| {
        DossierSummary::of(summary, lang)
    })
}

#[utoipa::path(get, path = "/api/v1/worklists/mine", operation_id = "listMyWork", tag = "worklists",
    summary = "Việc của tôi",
    description = "Dossiers for which you are responsible, or somebody for whom you stand in.",
    security(("bearer" = [])), params(WorkQuery),
    responses((status = 200, description = "Soonest due date first", body = DossierPage)))]
pub async fn mine(
    service: web::Data<Service>,
    request: HttpRequest,
    caller: Caller,
    query: Query<WorkQuery>,
) -> Result<HttpResponse, Problem> {
    let query = query.0;
    let paging = paging(query.limit, query.cursor, query.count.is_some(), &caller)?;
    let who = caller.who();
    let found = service
        .read(move |conn, env| list_mine(conn, env, &who, &paging))
        .await?;
    Ok(shown(&request, found, &caller))
}

#[utoipa::path(get, path = "/api/v1/worklists/department", operation_id = "listDepartmentWork", tag = "worklists",
    summary = "Việc của phòng",
    description = "Open dossiers that lie in your department.",
    security(("bearer" = [])), params(WorkQuery),
    responses((status = 200, description = "Soonest due date first", body = DossierPage)))]
pub async fn department(
    service: web::Data<Service>,
    request: HttpRequest,
    caller: Caller,
    query: Query<WorkQuery>,
) -> Result<HttpResponse, Problem> {
    let query = query.0;
    let paging = paging(query.limit, query.cursor, query.count.is_some(), &caller)?;
    let who = caller.who();
    let found = service
        .read(move |conn, env| list_department(conn, env, &who, &paging))
        .await?;
    Ok(shown(&request, found, &caller))
}

#[utoipa::path(get, path = "/api/v1/worklists/due", operation_id = "listDueWork", tag = "worklists",
    summary = "Hồ sơ quá hạn và sắp đến hạn",
    description = "Overdue, due today, due on the next working day, or all open dossiers by due date.",
    security(("bearer" = [])), params(DueQuery),
    responses((status = 200, description = "Soonest due date first", body = DossierPage)))]
pub async fn due(
    service: web::Data<Service>,
    request: HttpRequest,
    caller: Caller,
    query: Query<DueQuery>,
) -> Result<HttpResponse, Problem> {
    let query = query.0;
    let paging = paging(query.limit, query.cursor, query.count.is_some(), &caller)?;
    let when = match query.when.unwrap_or(When::Overdue) {
        When::Overdue => DueWhen::Overdue,
        When::Today => DueWhen::Today,
        When::NextWorkingDay => DueWhen::NextWorkingDay,
        When::All => DueWhen::All,
    };
    let (who, office) = (caller.who(), query.office);
    let found = service
        .read(move |conn, env| {
            let office = office.as_ref().map(domain::text::AgencyCode::as_str);
            list_due(conn, env, &who, office, when, &paging)
        })
        .await?;
    Ok(shown(&request, found, &caller))
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
    // The lock that settles the order needs a transaction on PostgreSQL; SQLite needs none.
    let end = match service.db.kind() {
        Kind::Postgres => service.write(|conn, _| settled(conn)).await?,
        Kind::Sqlite => service.read(|conn, _| settled(conn)).await?,
    };
    let who = caller.who();
    let (items, next_after) = service
        .read(move |conn, _| events_after(conn, &who, after, end, limit))
        .await?;
    let events = items.into_iter().map(FeedEvent::from).collect();
    Ok(HttpResponse::Ok().json(Feed { events, next_after }))
}
