//! Ladders, alerts and proposals: parse, call the action, show.

use actix_web::{HttpRequest, HttpResponse, web};
use domain::notification::ladder::Ladder;
use domain::text::AgencyCode;
use infra::notification::alerts::{self, Decision, LadderView, ProposalView};
use uuid::Uuid;

use super::dto::{AlertQuery, LadderInput, ProposalQuery, SignInput};
use super::view::{AlertItem, AlertLadder, AlertPage, ProposalItem, ProposalPage};
use crate::app::Service;
use crate::http::{
    Caller, ChangeProblems, IfMatch, ListProblems, ReadProblems, Reply, Retry, listed, page_limit,
    versioned,
};
use crate::input::{Body, Fingerprint, Query, path_value};
use crate::problem::Problem;

#[utoipa::path(get, path = "/api/v1/offices/{code}/alert-ladder", operation_id = "readAlertLadder", tag = "notifications",
    summary = "Thang cảnh báo của cơ quan",
    description = "The ladder that counts for the office: its own, or that of the nearest office above, or the built-in one. The ETag is that of its own, \"1\" where it never had one. `warnings` names rungs that can never fire because a procedure in force is too short for them by now.",
    security(("bearer" = [])),
    params(("code" = String, Path, description = "Mã định danh cơ quan (agency code)", example = "H29.23")),
    responses((status = 200, description = "The ladder", body = AlertLadder, headers(("ETag" = String, description = "The version of the office's own ladder"))), ReadProblems))]
pub async fn read_ladder(
    service: web::Data<Service>,
    caller: Caller,
    code: web::Path<String>,
) -> Result<Reply, Problem> {
    let code: AgencyCode = path_value(&code)?;
    let who = caller.who();
    let ladder = service
        .read(move |conn, env| alerts::read_ladder(conn, env, &who, code.as_str()))
        .await?;
    ladder_reply(ladder)
}

#[utoipa::path(put, path = "/api/v1/offices/{code}/alert-ladder", operation_id = "replaceAlertLadder", tag = "notifications",
    summary = "Đặt thang cảnh báo riêng của cơ quan",
    description = "Counts at once for the open dossiers of the office and of those below it that have no ladder of their own. A rung that could never fire for a procedure in force is refused with the reason.",
    security(("bearer" = [])),
    params(("code" = String, Path, description = "Mã định danh cơ quan (agency code)", example = "H29.23"),
        ("If-Match" = String, Header, description = "ETag of the ladder that you have seen", example = "\"1\"")),
    request_body(content = LadderInput, example = json!({"rungs": [{"name": "due_soon", "title": "Hồ sơ sắp đến hạn trả kết quả", "about": "due", "when": {"kind": "before", "working_days": 1, "short": {"under_days": 2, "percent": 80}}, "to": ["holder", "head"]}]})),
    responses((status = 200, description = "The ladder", body = AlertLadder, headers(("ETag" = String, description = "The new version"))), ChangeProblems))]
pub async fn replace_ladder(
    service: web::Data<Service>,
    caller: Caller,
    code: web::Path<String>,
    IfMatch(version): IfMatch,
    body: Body<LadderInput>,
) -> Result<Reply, Problem> {
    let code: AgencyCode = path_value(&code)?;
    let (who, ladder) = (caller.who(), Ladder::from(body.into_inner()));
    let ladder = service
        .write(move |conn, env| {
            alerts::replace_ladder(conn, env, &who, code.as_str(), version, &ladder)
        })
        .await?;
    ladder_reply(ladder)
}

#[utoipa::path(delete, path = "/api/v1/offices/{code}/alert-ladder", operation_id = "deleteAlertLadder", tag = "notifications",
    summary = "Bỏ thang cảnh báo riêng của cơ quan",
    description = "The ladder of the office above counts again, or the built-in one.",
    security(("bearer" = [])),
    params(("code" = String, Path, description = "Mã định danh cơ quan (agency code)", example = "H29.23"),
        ("If-Match" = String, Header, description = "ETag of the ladder that you have seen", example = "\"1\"")),
    responses((status = 200, description = "The ladder that counts now", body = AlertLadder, headers(("ETag" = String, description = "The new version"))), ChangeProblems))]
pub async fn delete_ladder(
    service: web::Data<Service>,
    caller: Caller,
    code: web::Path<String>,
    IfMatch(version): IfMatch,
) -> Result<Reply, Problem> {
    let code: AgencyCode = path_value(&code)?;
    let who = caller.who();
    let ladder = service
        .write(move |conn, env| alerts::delete_ladder(conn, env, &who, code.as_str(), version))
        .await?;
    ladder_reply(ladder)
}

fn ladder_reply(ladder: LadderView) -> Result<Reply, Problem> {
    let version = ladder.version;
    Ok(Reply(versioned(version, &AlertLadder::from(ladder))?))
}

#[utoipa::path(get, path = "/api/v1/alerts", operation_id = "listAlerts", tag = "notifications",
    summary = "Các cảnh báo đã gửi",
    description = "Every rung that fired for dossiers of one's offices, with the person meant and the mail: for managers, inspectors and administrators.",
    security(("bearer" = [])),
    params(AlertQuery),
    responses((status = 200, description = "A page of alerts, the newest first", body = AlertPage), ListProblems))]
pub async fn list(
    service: web::Data<Service>,
    request: HttpRequest,
    caller: Caller,
    query: Query<AlertQuery>,
) -> Result<HttpResponse, Problem> {
    let limit = page_limit(query.0.limit)?;
    let (who, filter, cursor) = (caller.who(), query.0.filter(), query.0.cursor);
    let page = service
        .read(move |conn, _| alerts::list_alerts(conn, &who, &filter, cursor.as_deref(), limit))
        .await?;
    Ok(listed(&request, page, None, AlertItem::from))
}

#[utoipa::path(get, path = "/api/v1/proposals", operation_id = "listProposals", tag = "notifications",
    summary = "Đề xuất xin lỗi và hẹn lại",
    description = "Apologies that wait for a signature, of one's offices: for managers, who decide, inspectors and administrators.",
    security(("bearer" = [])),
    params(ProposalQuery),
    responses((status = 200, description = "A page of proposals, the newest first", body = ProposalPage), ListProblems))]
pub async fn proposals(
    service: web::Data<Service>,
    request: HttpRequest,
    caller: Caller,
    query: Query<ProposalQuery>,
) -> Result<HttpResponse, Problem> {
    let limit = page_limit(query.0.limit)?;
    let (who, all, cursor) = (caller.who(), query.0.all.unwrap_or(false), query.0.cursor);
    let page = service
        .read(move |conn, _| alerts::list_proposals(conn, &who, all, cursor.as_deref(), limit))
        .await?;
    Ok(listed(&request, page, None, ProposalItem::from))
}

#[utoipa::path(get, path = "/api/v1/proposals/{id}", operation_id = "readProposal", tag = "notifications",
    summary = "Xem đề xuất xin lỗi và hẹn lại",
    description = "The ETag is the dossier's: a signature names it.",
    security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "Id of the proposal")),
    responses((status = 200, description = "The proposal", body = ProposalItem, headers(("ETag" = String, description = "The dossier's version"))), ReadProblems))]
pub async fn proposal(
    service: web::Data<Service>,
    caller: Caller,
    id: web::Path<String>,
) -> Result<Reply, Problem> {
    let id: Uuid = path_value(&id)?;
    let who = caller.who();
    let proposal = service
        .read(move |conn, _| alerts::read_proposal(conn, &who, &id.to_string()))
        .await?;
    Ok(Reply(shown(proposal)?))
}

#[utoipa::path(post, path = "/api/v1/proposals/{id}/sign", operation_id = "signProposal", tag = "notifications",
    summary = "Ký xin lỗi và hẹn lại",
    description = "By a manager: the dossier is re-appointed, once, and the applicant gets the apology with the new date. Date and reason stay as proposed where they are left out.",
    security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "Id of the proposal"),
        ("If-Match" = String, Header, description = "The dossier's version, as the proposal's ETag", example = "\"3\""),
        ("Idempotency-Key" = Option<String>, Header, description = "Same key and body: the stored answer again.", max_length = 255)),
    request_body(content = SignInput, example = json!({"reason": "Hồ sơ cần xác minh thêm."})),
    responses((status = 200, description = "The proposal, signed", body = ProposalItem, headers(("ETag" = String, description = "The dossier's new version"))), ChangeProblems))]
pub async fn sign(
    service: web::Data<Service>,
    caller: Caller,
    id: web::Path<String>,
    IfMatch(version): IfMatch,
    retry: Retry,
    body: Body<SignInput>,
) -> Result<Reply, Problem> {
    let id: Uuid = path_value(&id)?;
    let who = caller.who();
    let key = retry.key(&who, body.fingerprint())?;
    let decision = Decision::from(body.into_inner());
    let answer = service
        .write_once(key, move |conn, env| {
            let id = id.to_string();
            shown(alerts::sign_proposal(
                conn, env, &who, &id, version, &decision,
            )?)
        })
        .await?;
    Ok(Reply(answer))
}

#[utoipa::path(post, path = "/api/v1/proposals/{id}/dismiss", operation_id = "dismissProposal", tag = "notifications",
    summary = "Bỏ đề xuất xin lỗi và hẹn lại",
    description = "By a manager. The dossier may still be re-appointed by hand.",
    security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "Id of the proposal"),
        ("Idempotency-Key" = Option<String>, Header, description = "Same key: the stored answer again.", max_length = 255)),
    responses((status = 200, description = "The proposal, dismissed", body = ProposalItem), ReadProblems,
        (status = 409, description = "It is decided, or moot")))]
pub async fn dismiss(
    service: web::Data<Service>,
    caller: Caller,
    id: web::Path<String>,
    retry: Retry,
) -> Result<Reply, Problem> {
    let id: Uuid = path_value(&id)?;
    let who = caller.who();
    let key = retry.key(&who, &Fingerprint::of(b""))?;
    let answer = service
        .write_once(key, move |conn, env| {
            shown(alerts::dismiss_proposal(conn, env, &who, &id.to_string())?)
        })
        .await?;
    Ok(Reply(answer))
}

fn shown(proposal: ProposalView) -> Result<infra::idempotency::Answer, infra::error::Error> {
    let version = proposal.version;
    versioned(version, &ProposalItem::from(proposal))
}
