//! Procedures for everybody: what to bring, what it costs, how long it takes and who works on it.

use actix_web::{HttpRequest, HttpResponse, web};
use domain::text::ProcedureCode;
use domain::time::local_date;
use infra::error::Error;
use infra::procedure::queries::{self, Filter};

use super::dto::PublicQuery;
use super::view::{PublicProcedureItem, PublicProcedurePage, PublicProcedureView};
use crate::app::Service;
use crate::http::{Asker, Limit, listed, page_limit};
use crate::input::{Query, path_value};
use crate::problem::{Problem, ProblemBody};

#[utoipa::path(get, path = "/api/v1/public/procedures", operation_id = "listPublicProcedures", tag = "public",
    summary = "Danh mục thủ tục hành chính",
    description = "Those in force today.",
    security(()),
    params(PublicQuery),
    responses(
        (status = 200, description = "A page of procedures by code", body = PublicProcedurePage),
        (status = 400, description = "A parameter or the cursor is not right", body = ProblemBody<'static>, content_type = "application/problem+json"),
        (status = 429, description = "Too many requests", body = ProblemBody<'static>, content_type = "application/problem+json"),
    ))]
pub async fn list(
    service: web::Data<Service>,
    request: HttpRequest,
    query: Query<PublicQuery>,
) -> Result<HttpResponse, Problem> {
    let granted = service.limits.check(Limit::LookUp, &request)?;
    let query = query.0;
    let limit = page_limit(query.limit)?;
    let filter = Filter {
        field: query.field.as_ref().map(ToString::to_string),
        q: query.q.as_ref().map(ToString::to_string),
        on: Some(local_date(service.env.now())),
        retired: false,
    };
    let page = service
        .read(move |conn, env| queries::list(conn, env, &filter, query.cursor.as_deref(), limit))
        .await?;
    Ok(granted.on(listed(&request, page, None, PublicProcedureItem::from)))
}

#[utoipa::path(get, path = "/api/v1/public/procedures/{code}", operation_id = "readPublicProcedure", tag = "public",
    summary = "Thành phần hồ sơ, phí, thời hạn và các bước của một thủ tục",
    description = "By its code, when it is in force today.",
    security(()),
    params(("code" = String, Path, description = "Mã thủ tục hành chính (procedure code)", example = "1.001193")),
    responses(
        (status = 200, description = "The procedure", body = PublicProcedureView),
        (status = 404, description = "No procedure with this code is in force", body = ProblemBody<'static>, content_type = "application/problem+json"),
        (status = 429, description = "Too many requests", body = ProblemBody<'static>, content_type = "application/problem+json"),
    ))]
pub async fn read(
    service: web::Data<Service>,
    request: HttpRequest,
    asker: Asker,
    code: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let granted = service.limits.check(Limit::LookUp, &request)?;
    let code: ProcedureCode = path_value(&code)?;
    let (detail, departments) = service
        .read(move |conn, env| {
            let detail = queries::get(conn, env, code.as_str(), None)?;
            if !detail.in_force {
                return Err(Error::NotFound);
            }
            let codes = detail
                .rules
                .route
                .iter()
                .map(|step| step.department.clone());
            let departments = queries::department_names(conn, codes.collect())?;
            Ok((detail, departments))
        })
        .await?;
    let view = PublicProcedureView::of(&detail, &departments, asker.lang);
    Ok(granted.on(HttpResponse::Ok().json(view)))
}
