//! What hangs on a dossier: comments and attachments.

use std::sync::Arc;
use std::time::Duration;

use actix_multipart::Multipart;
use actix_web::http::header::{
    CONTENT_TYPE, Charset, ContentDisposition, DispositionParam, DispositionType, ExtendedValue,
};
use actix_web::{HttpRequest, HttpResponse, web};
use domain::text::{DossierCode, Title};
use futures_util::StreamExt as _;
use infra::db::Unavailable;
use infra::dossier::{
    MAX_ATTACHMENT_BYTES, add_attachment, add_comment, find_attachment, list_attachments,
    list_comments, may_attach, sniff,
};
use tokio::sync::Semaphore;
use utoipa::ToSchema;
use uuid::Uuid;

use super::dto::{CommentInput, PageQuery};
use super::view::{AttachmentPage, AttachmentView, CommentPage, CommentView};
use crate::app::Service;
use crate::http::{Caller, Reply, Retry, created, listed, page_limit};
use crate::input::{Body, Fingerprint, Query, path_value};
use crate::problem::{FieldFault, Problem, ProblemBody, catalogue};

#[utoipa::path(post, path = "/api/v1/dossiers/{code}/comments", operation_id = "addComment", tag = "dossiers",
    summary = "Thêm ý kiến trao đổi",
    description = "Among the staff; never shown to the public.",
    security(("bearer" = [])),
    params(("code" = String, Path, description = "Mã hồ sơ (dossier code)", example = "H29.23-261120-0001"),
        ("Idempotency-Key" = Option<String>, Header, description = "Same key and body: the stored answer again.", max_length = 255)),
    request_body(content = CommentInput, example = json!({"text": "Đã gọi điện cho người nộp"})),
    responses(
        (status = 201, description = "The comment", body = CommentView),
        (status = 403, description = "Inspectors and administrators write nothing", body = ProblemBody<'static>, content_type = "application/problem+json"),
        (status = 404, description = "Not there, or not yours to know", body = ProblemBody<'static>, content_type = "application/problem+json"),
        (status = 409, description = "The retry key is in flight", body = ProblemBody<'static>, content_type = "application/problem+json"),
        (status = 422, description = "Every fault of the input", body = ProblemBody<'static>, content_type = "application/problem+json"),
    ))]
pub async fn comment(
    service: web::Data<Service>,
    caller: Caller,
    code: web::Path<String>,
    retry: Retry,
    body: Body<CommentInput>,
) -> Result<Reply, Problem> {
    let code: DossierCode = path_value(&code)?;
    let who = caller.who();
    let key = retry.key(&who, body.fingerprint())?;
    let input = body.into_inner();
    let answer = service
        .write_once(key, move |conn, env| {
            let comment = add_comment(conn, env, &who, code.as_str(), &input.text)?;
            let place = format!("/api/v1/dossiers/{}/comments", code.as_str());
            created(place, None, &CommentView::from(comment))
        })
        .await?;
    Ok(Reply(answer))
}

#[utoipa::path(get, path = "/api/v1/dossiers/{code}/comments", operation_id = "listComments", tag = "dossiers",
    summary = "Ý kiến trao đổi",
    description = "Oldest first.",
    security(("bearer" = [])),
    params(("code" = String, Path, description = "Mã hồ sơ (dossier code)", example = "H29.23-261120-0001"), PageQuery),
    responses(
        (status = 200, description = "A page of comments", body = CommentPage),
        (status = 403, description = "Not for connected systems", body = ProblemBody<'static>, content_type = "application/problem+json"),
        (status = 404, description = "Not there, or not yours to know", body = ProblemBody<'static>, content_type = "application/problem+json"),
    ))]
pub async fn comments(
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
            list_comments(conn, env, &who, code.as_str(), limit, cursor.as_deref())
        })
        .await?;
    Ok(listed(&request, page, None, CommentView::from))
}

/// The form of an upload.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "only its schema is used")]
pub struct UploadForm {
    /// The file: at most 20 MiB.
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
}

#[utoipa::path(post, path = "/api/v1/dossiers/{code}/attachments", operation_id = "addAttachment", tag = "dossiers",
    summary = "Đính kèm tệp",
    description = "One file in the part `file`. Its type is told by its content; PDF, images, Word, Excel, OpenDocument and ZIP are taken, at most 20 MiB.",
    security(("bearer" = []), ("client" = [])),
    params(("code" = String, Path, description = "Mã hồ sơ (dossier code)", example = "H29.23-261120-0001"),
        ("Idempotency-Key" = Option<String>, Header, description = "Same key and file: the stored answer again. Required from connected systems.", max_length = 255)),
    request_body(content = UploadForm, content_type = "multipart/form-data"),
    responses(
        (status = 201, description = "The attachment", body = AttachmentView),
        (status = 403, description = "Not yours to do", body = ProblemBody<'static>, content_type = "application/problem+json"),
        (status = 404, description = "Not there, or not yours to know", body = ProblemBody<'static>, content_type = "application/problem+json"),
        (status = 409, description = "The retry key is in flight", body = ProblemBody<'static>, content_type = "application/problem+json"),
        (status = 422, description = "No file, or one without a name", body = ProblemBody<'static>, content_type = "application/problem+json"),
    ))]
pub async fn attach(
    service: web::Data<Service>,
    caller: Caller,
    code: web::Path<String>,
    retry: Retry,
    form: Multipart,
) -> Result<Reply, Problem> {
    let code: DossierCode = path_value(&code)?;
    let who = caller.who();
    // Before a byte is stored: what nobody may point at would lie there for ever.
    let (asker, asked) = (Arc::clone(&who), code.clone());
    service
        .read(move |conn, env| may_attach(conn, env, &asker, asked.as_str()))
        .await?;
    let place = tokio::time::timeout(UPLOAD_TURN, UPLOADS.acquire()).await;
    let _place = place
        .map_err(|_| infra::error::Error::from(Unavailable::QueueFull))?
        .map_err(Problem::internal)?;
    let upload = tokio::time::timeout(UPLOAD_TIME, read_upload(form))
        .await
        .map_err(|_| Problem::new(catalogue::REQUEST_TIMEOUT))??;
    let key = retry.key(&who, &Fingerprint::of(&upload.bytes))?;
    let sniffed =
        sniff(&upload.bytes).ok_or_else(|| Problem::new(catalogue::UNSUPPORTED_FILE_TYPE))?;
    let size = i64::try_from(upload.bytes.len()).map_err(Problem::internal)?;
    // The bytes first: a row must never point at nothing. Bytes without a row harm nobody.
    let sha256 = service
        .files
        .put(upload.bytes)
        .await
        .map_err(Problem::internal)?;
    let name = upload.name;
    let answer = service
        .write_once(key, move |conn, env| {
            let code = code.as_str();
            let done = add_attachment(conn, env, &who, code, &name, &sniffed, size, &sha256)?;
            let place = format!("/api/v1/dossiers/{code}/attachments/{}", done.uid);
            created(place, None, &AttachmentView::from(done))
        })
        .await?;
    Ok(Reply(answer))
}

/// Uploads that are held in memory at once, by all clients.
static UPLOADS: Semaphore = Semaphore::const_new(16);
/// So long an upload waits for its turn.
const UPLOAD_TURN: Duration = Duration::from_secs(10);
/// And may take: the largest file by a line of 2 Mbit/s.
const UPLOAD_TIME: Duration = Duration::from_secs(100);

pub(crate) struct Upload {
    pub(crate) name: Title,
    pub(crate) bytes: Vec<u8>,
}

pub(crate) async fn read_upload(mut form: Multipart) -> Result<Upload, Problem> {
    let broken = || Problem::new(catalogue::BAD_MULTIPART);
    let part = form.next().await.ok_or_else(|| fault("file", "required"))?;
    let mut part = part.map_err(|_| broken())?;
    if part.name() != Some("file") {
        return Err(fault("file", "unknown_field"));
    }
    let name = part
        .content_disposition()
        .and_then(|disposition| disposition.get_filename())
        .and_then(|name| Title::parse(name).ok())
        .ok_or_else(|| fault("file", "file_name"))?;
    let mut bytes = Vec::new();
    while let Some(piece) = part.next().await {
        let piece = piece.map_err(|_| broken())?;
        if bytes.len().saturating_add(piece.len()) > MAX_ATTACHMENT_BYTES {
            return Err(Problem::new(catalogue::PAYLOAD_TOO_LARGE));
        }
        bytes.extend_from_slice(&piece);
    }
    drop(part);
    match form.next().await {
        None => Ok(Upload { name, bytes }),
        Some(Ok(_)) => Err(fault("file", "one_file")),
        Some(Err(_)) => Err(broken()),
    }
}

fn fault(field: &'static str, code: &'static str) -> Problem {
    Problem::invalid_input(vec![FieldFault::new(
        field,
        code,
        "Cần đúng một phần tên “file” có tên tệp.",
        "Exactly one part named “file” with a file name is needed.",
    )])
}

#[utoipa::path(get, path = "/api/v1/dossiers/{code}/attachments", operation_id = "listAttachments", tag = "dossiers",
    summary = "Tệp đính kèm",
    description = "Oldest first.",
    security(("bearer" = []), ("client" = [])),
    params(("code" = String, Path, description = "Mã hồ sơ (dossier code)", example = "H29.23-261120-0001"), PageQuery),
    responses(
        (status = 200, description = "A page of attachments", body = AttachmentPage),
        (status = 404, description = "Not there, or not yours to know", body = ProblemBody<'static>, content_type = "application/problem+json"),
    ))]
pub async fn attachments(
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
            list_attachments(conn, env, &who, code.as_str(), limit, cursor.as_deref())
        })
        .await?;
    Ok(listed(&request, page, None, AttachmentView::from))
}

#[utoipa::path(get, path = "/api/v1/dossiers/{code}/attachments/{id}", operation_id = "downloadAttachment", tag = "dossiers",
    summary = "Tải tệp đính kèm",
    description = "Always as a download, never shown inside a page.",
    security(("bearer" = []), ("client" = [])),
    params(("code" = String, Path, description = "Mã hồ sơ (dossier code)", example = "H29.23-261120-0001"),
        ("id" = String, Path, description = "Attachment id", example = "0192f3c4-5d6e-7f80-9a1b-2c3d4e5f6071")),
    responses(
        (status = 200, description = "The bytes", body = Vec<u8>, content_type = "application/octet-stream"),
        (status = 403, description = "Personal data, masked for you", body = ProblemBody<'static>, content_type = "application/problem+json"),
        (status = 404, description = "Not there, or not yours to know", body = ProblemBody<'static>, content_type = "application/problem+json"),
    ))]
pub async fn download(
    service: web::Data<Service>,
    caller: Caller,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, Problem> {
    let (code, uid) = path.into_inner();
    let code: DossierCode = path_value(&code)?;
    let uid: Uuid = path_value(&uid)?;
    let (who, again, text) = (caller.who(), caller.who(), code.as_str().to_owned());
    let found = service
        .read(move |conn, env| find_attachment(conn, env, &who, &text, &uid.to_string(), false))
        .await?;
    let found = match found {
        Some(found) => Some(found),
        None => {
            service
                .write(move |conn, env| {
                    find_attachment(conn, env, &again, code.as_str(), &uid.to_string(), true)
                })
                .await?
        }
    };
    let found = found.ok_or_else(Problem::not_found)?;
    let pieces = service
        .files
        .get(&found.sha256)
        .await
        .map_err(Problem::internal)?;
    let pieces = pieces.map(|piece| piece.map(web::Bytes::from));
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, found.media_type))
        .insert_header(disposition(&found.name))
        .insert_header(("x-content-type-options", "nosniff"))
        .insert_header(("content-security-policy", "default-src 'none'; sandbox"))
        .insert_header(("cache-control", "private, no-store"))
        .insert_header(("etag", format!("\"{}\"", found.sha256)))
        .streaming(pieces))
}

pub(crate) fn disposition(name: &str) -> ContentDisposition {
    ContentDisposition {
        disposition: DispositionType::Attachment,
        parameters: vec![DispositionParam::FilenameExt(ExtendedValue {
            charset: Charset::Ext("UTF-8".to_owned()),
            language_tag: None,
            value: name.as_bytes().to_vec(),
        })],
    }
}
