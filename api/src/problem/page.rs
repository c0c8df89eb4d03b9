//! The page that `type` points at: what an error means and what to do.

use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_SECURITY_POLICY, X_CONTENT_TYPE_OPTIONS};
use actix_web::{HttpResponse, web};

use super::catalogue::{self, Entry};

/// Mounts `GET /errors/{code}`.
pub fn routes(config: &mut web::ServiceConfig) {
    config.service(web::resource("/errors/{code}").route(web::get().to(error_page)));
}

/// A small page, Vietnamese first, without script or style.
pub async fn error_page(code: web::Path<String>) -> HttpResponse {
    match catalogue::find(&code) {
        Some(entry) => html(StatusCode::OK, entry),
        None => html(StatusCode::NOT_FOUND, catalogue::NOT_FOUND),
    }
}

/// All words come from the catalogue, so nothing foreign needs escaping.
fn html(status: StatusCode, entry: &Entry) -> HttpResponse {
    let Entry {
        code,
        status: number,
        title_vi,
        title_en,
        help_vi,
        help_en,
    } = entry;
    let page = format!(
        "<!doctype html>\n<html lang=\"vi\">\n<head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\"><title>{title_vi}</title></head>\n\
         <body>\n<main>\n<h1>{title_vi}</h1>\n<p>{help_vi}</p>\n\
         <section lang=\"en\">\n<h2>{title_en}</h2>\n<p>{help_en}</p>\n</section>\n\
         <p><code>{code}</code> · HTTP {number}</p>\n</main>\n</body>\n</html>\n"
    );
    HttpResponse::build(status)
        .content_type("text/html; charset=utf-8")
        .insert_header((
            CONTENT_SECURITY_POLICY,
            "default-src 'none'; frame-ancestors 'none'",
        ))
        .insert_header((X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .body(page)
}
