//! The outbox and the addresses that bounce.

use actix_web::{HttpRequest, HttpResponse, web};
use infra::notification::mails::{Replay, list_mails, read_mail, replay_mail, replay_mails};
use infra::notification::muted::{lift_muted, list_muted};
use uuid::Uuid;

use super::dto::{
    MailDetailView, MailPage, MailQuery, MailView, MutedAddressPage, MutedAddressView, MutedQuery,
    ReplayInput, ReplayedView,
};
use crate::app::Service;
use crate::http::{
    Caller, CreateProblems, ListProblems, ReadProblems, Reply, Retry, listed, no_content, ok,
    page_limit,
};
use crate::input::{Body, Fingerprint, Query, path_value};
use crate::problem::Problem;

#[utoipa::path(get, path = "/api/v1/mails", operation_id = "listMails", tag = "mails",
    summary = "Danh sách thư gửi đi",
    description = "The outbox of the offices that the caller administers, the newest first; addresses are masked, and what a mail says is not shown.",
    security(("bearer" = [])),
    params(MailQuery),
    responses((status = 200, description = "A page of mails", body = MailPage), ListProblems))]
pub async fn list(
    service: web::Data<Service>,
    request: HttpRequest,
    caller: Caller,
    query: Query<MailQuery>,
) -> Result<HttpResponse, Problem> {
    let limit = page_limit(query.0.limit)?;
    let (who, filter, cursor) = (caller.who(), query.0.filter(), query.0.cursor);
    let page = service
        .read(move |conn, _| list_mails(conn, &who, &filter, limit, cursor.as_deref()))
        .await?;
    Ok(listed(&request, page, None, MailView::from))
}

#[utoipa::path(get, path = "/api/v1/mails/{id}", operation_id = "readMail", tag = "mails",
    summary = "Xem thư và các lần gửi",
    description = "One mail of the outbox with every attempt to send it, without what it says.",
    security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "Id of the mail")),
    responses((status = 200, description = "The mail", body = MailDetailView), ReadProblems))]
pub async fn read(
    service: web::Data<Service>,
    caller: Caller,
    id: web::Path<String>,
) -> Result<Reply, Problem> {
    let (uid, who): (Uuid, _) = (path_value(&id)?, caller.who());
    let detail = service
        .read(move |conn, _| read_mail(conn, &who, &uid.to_string()))
        .await?;
    Ok(Reply(ok(&MailDetailView::from(detail))?))
}

#[utoipa::path(post, path = "/api/v1/mails/{id}/replay", operation_id = "replayMail", tag = "mails",
    summary = "Gửi lại thư đã để riêng",
    description = "Puts a mail that was set aside or muted back into the queue, with all its attempts anew. It keeps its Message-ID.",
    security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "Id of the mail"),
        ("Idempotency-Key" = Option<String>, Header, description = "Same key: the stored answer again.", max_length = 255)),
    responses((status = 200, description = "The mail, waiting", body = MailDetailView), CreateProblems))]
pub async fn replay(
    service: web::Data<Service>,
    caller: Caller,
    id: web::Path<String>,
    retry: Retry,
) -> Result<Reply, Problem> {
    let (uid, who): (Uuid, _) = (path_value(&id)?, caller.who());
    let key = retry.key(&who, &Fingerprint::of(b""))?;
    let answer = service
        .write_once(key, move |conn, env| {
            let detail = replay_mail(conn, env, &who, &uid.to_string())?;
            ok(&MailDetailView::from(detail))
        })
        .await?;
    Ok(Reply(answer))
}

#[utoipa::path(post, path = "/api/v1/mails/replay", operation_id = "replayMails", tag = "mails",
    summary = "Gửi lại mọi thư đã để riêng",
    description = "Puts all mails that were set aside, of one kind or of all, back into the queue: the oldest first, a thousand at a time. Those to addresses that are muted stay until that is lifted.",
    security(("bearer" = [])),
    params(("Idempotency-Key" = Option<String>, Header, description = "Same key and body: the stored answer again.", max_length = 255)),
    request_body(content = ReplayInput, example = json!({"kind": "applicant_received", "since": "2026-11-20T07:00:00+07:00"})),
    responses((status = 200, description = "How many", body = ReplayedView), CreateProblems))]
pub async fn replay_all(
    service: web::Data<Service>,
    caller: Caller,
    retry: Retry,
    body: Body<ReplayInput>,
) -> Result<Reply, Problem> {
    let who = caller.who();
    let key = retry.key(&who, body.fingerprint())?;
    let ReplayInput { kind, since } = body.into_inner();
    let replay = Replay { kind, since };
    let answer = service
        .write_once(key, move |conn, env| {
            let replayed = replay_mails(conn, env, &who, replay)?;
            ok(&ReplayedView { replayed })
        })
        .await?;
    Ok(Reply(answer))
}

#[utoipa::path(get, path = "/api/v1/mail-addresses", operation_id = "listMutedAddresses", tag = "mails",
    summary = "Địa chỉ thư đang bị chặn",
    description = "Addresses that refused three mails in a row and get none until an administrator lifts it; the newest first, masked.",
    security(("bearer" = [])),
    params(MutedQuery),
    responses((status = 200, description = "A page of addresses", body = MutedAddressPage), ListProblems))]
pub async fn muted(
    service: web::Data<Service>,
    request: HttpRequest,
    caller: Caller,
    query: Query<MutedQuery>,
) -> Result<HttpResponse, Problem> {
    let limit = page_limit(query.0.limit)?;
    let (who, cursor) = (caller.who(), query.0.cursor);
    let page = service
        .read(move |conn, _| list_muted(conn, &who, limit, cursor.as_deref()))
        .await?;
    Ok(listed(&request, page, None, MutedAddressView::from))
}

#[utoipa::path(post, path = "/api/v1/mail-addresses/{id}/lift", operation_id = "liftMutedAddress", tag = "mails",
    summary = "Bỏ chặn địa chỉ thư",
    description = "Mails go to the address again. Those that were muted meanwhile are put back by replaying them.",
    security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "Id of the address"),
        ("Idempotency-Key" = Option<String>, Header, description = "Same key: the stored answer again.", max_length = 255)),
    responses((status = 204, description = "Lifted"), CreateProblems))]
pub async fn lift(
    service: web::Data<Service>,
    caller: Caller,
    id: web::Path<String>,
    retry: Retry,
) -> Result<Reply, Problem> {
    let (uid, who): (Uuid, _) = (path_value(&id)?, caller.who());
    let key = retry.key(&who, &Fingerprint::of(b""))?;
    let answer = service
        .write_once(key, move |conn, env| {
            lift_muted(conn, env, &who, &uid.to_string())?;
            Ok(no_content())
        })
        .await?;
    Ok(Reply(answer))
}
