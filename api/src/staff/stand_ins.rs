//! Stand-ins of a person for a period.

use actix_web::{HttpRequest, HttpResponse, web};
use infra::staff::{
    NewStandIn, StandInDetail, cancel_stand_in, create_stand_in, list_stand_ins, read_stand_in,
};
use uuid::Uuid;

use super::dto::{StandInInput, StandInPage, StandInQuery, StandInView};
use crate::app::Service;
use crate::http::{
    Caller, CreateProblems, ListProblems, ReadProblems, Reply, Retry, created, listed, ok,
    page_limit,
};
use crate::input::{Body, Query, path_value};
use crate::problem::Problem;

#[utoipa::path(get, path = "/api/v1/staff/{id}/stand-ins", operation_id = "listStandIns", tag = "staff",
    summary = "Các lần ủy quyền",
    description = "Past, present and coming ones, for whoever may see the absent person.",
    security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "Id of the absent person"), StandInQuery),
    responses((status = 200, description = "A page of stand-ins, newest first", body = StandInPage), ListProblems))]
pub async fn list(
    service: web::Data<Service>,
    request: HttpRequest,
    caller: Caller,
    id: web::Path<String>,
    query: Query<StandInQuery>,
) -> Result<HttpResponse, Problem> {
    let id: Uuid = path_value(&id)?;
    let limit = page_limit(query.0.limit)?;
    let (who, cursor) = (caller.who(), query.0.cursor);
    let page = service
        .read(move |conn, _| list_stand_ins(conn, &who, &id.to_string(), limit, cursor.as_deref()))
        .await?;
    Ok(listed(&request, page, None, StandInView::from))
}

#[utoipa::path(post, path = "/api/v1/staff/{id}/stand-ins", operation_id = "createStandIn", tag = "staff",
    summary = "Ủy quyền cho người khác",
    description = "By the person, or a manager or an administrator over their office and all that their roles reach. Periods of one person do not overlap.",
    security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "Id of the absent person"),
        ("Idempotency-Key" = Option<String>, Header, description = "Same key and body: the stored answer again.", max_length = 255)),
    request_body(content = StandInInput, example = json!({"stand_in": "0192f3c4-5d6e-7f80-9a1b-2c3d4e5f6071", "from": "2026-11-23T07:30:00+07:00", "to": "2026-11-27T17:00:00+07:00", "reason": "Nghỉ phép"})),
    responses(
        (status = 201, description = "The stand-in", body = StandInView, headers(("Location" = String, description = "The stand-in"))),
        CreateProblems))]
pub async fn create(
    service: web::Data<Service>,
    caller: Caller,
    id: web::Path<String>,
    retry: Retry,
    body: Body<StandInInput>,
) -> Result<Reply, Problem> {
    let id: Uuid = path_value(&id)?;
    let who = caller.who();
    let key = retry.key(&who, body.fingerprint())?;
    let new = NewStandIn::from(body.into_inner());
    let colleague = new.stand_in.clone();
    let answer = service
        .write_once(key, move |conn, env| {
            let made = create_stand_in(conn, env, &who, &id.to_string(), &new)?;
            created(
                format!("/api/v1/stand-ins/{}", made.uid),
                None,
                &StandInView::from(made),
            )
        })
        .await?;
    service.principals.invalidate(&colleague);
    Ok(Reply(answer))
}

#[utoipa::path(get, path = "/api/v1/stand-ins/{id}", operation_id = "readStandIn", tag = "staff",
    summary = "Xem ủy quyền",
    description = "For whoever may see the absent person.",
    security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "Stand-in id")),
    responses((status = 200, description = "The stand-in", body = StandInView), ReadProblems))]
pub async fn read(
    service: web::Data<Service>,
    caller: Caller,
    id: web::Path<String>,
) -> Result<Reply, Problem> {
    let id: Uuid = path_value(&id)?;
    let who = caller.who();
    reply(
        service
            .read(move |conn, _| read_stand_in(conn, &who, &id.to_string()))
            .await?,
    )
}

#[utoipa::path(delete, path = "/api/v1/stand-ins/{id}", operation_id = "cancelStandIn", tag = "staff",
    summary = "Hủy ủy quyền",
    description = "Drops a coming one, or ends a running one now. Once cancelled it stays so: again changes nothing.",
    security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "Stand-in id")),
    responses(
        (status = 200, description = "The stand-in, cancelled", body = StandInView),
        (status = 409, description = "It is over already"),
        ReadProblems))]
pub async fn cancel(
    service: web::Data<Service>,
    caller: Caller,
    id: web::Path<String>,
) -> Result<Reply, Problem> {
    let id: Uuid = path_value(&id)?;
    let who = caller.who();
    let detail = service
        .write(move |conn, env| cancel_stand_in(conn, env, &who, &id.to_string()))
        .await?;
    service.principals.invalidate(&detail.stand_in.0);
    reply(detail)
}

fn reply(detail: StandInDetail) -> Result<Reply, Problem> {
    Ok(Reply(ok(&StandInView::from(detail))?))
}
