//! The register of dossiers, and the work lists.

use actix_web::{HttpRequest, HttpResponse, web};
use domain::text::{DossierCode, IdNumber, Phone};
use infra::dossier::{
    DueWhen, Filter, Listed, Paging, list_department, list_dossiers, list_due, list_mine,
};

use super::dto::{DueQuery, ListQuery, When, WorkQuery};
use super::view::{DossierPage, DossierSummary};
use crate::app::Service;
use crate::http::{Caller, listed, page_limit};
use crate::input::Query;
use crate::problem::Problem;

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
