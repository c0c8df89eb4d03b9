//! Dossiers over HTTP: intake, commands, lists, the record, and the public look-up.

mod call;
pub mod commands;
pub mod desk;
pub mod dto;
pub mod handlers;
pub mod public;
pub mod view;

use actix_web::web::{ServiceConfig, get, post};

/// Mounts every route of this feature.
pub fn routes(config: &mut ServiceConfig) {
    const ONE: &str = "/api/v1/dossiers/{code}";
    let command = |verb: &str| format!("{ONE}/{verb}");
    config
        .route("/api/v1/dossiers", get().to(handlers::list))
        .route("/api/v1/dossiers", post().to(handlers::submit))
        .route("/api/v1/dossiers:batch", post().to(handlers::batch))
        .route("/api/v1/dossiers/register", post().to(handlers::register))
        .route("/api/v1/worklists/mine", get().to(handlers::mine))
        .route("/api/v1/worklists/department", get().to(handlers::department))
        .route("/api/v1/worklists/due", get().to(handlers::due))
        .route("/api/v1/events", get().to(handlers::feed))
        .route(ONE, get().to(handlers::read))
        .route(&command("events"), get().to(handlers::events))
        .route(&command("due_date"), get().to(handlers::due_date))
        .route(&command("comments"), get().to(desk::comments))
        .route(&command("comments"), post().to(desk::comment))
        .route(&command("attachments"), get().to(desk::attachments))
        .route(&command("attachments"), post().to(desk::attach))
        .route(&command("attachments/{id}"), get().to(desk::download))
        .route(&command("accept"), post().to(commands::accept))
        .route(&command("refuse"), post().to(commands::refuse))
        .route(&command("request_supplement"), post().to(commands::request_supplement))
        .route(&command("receive_supplement"), post().to(commands::receive_supplement))
        .route(&command("extend"), post().to(commands::extend))
        .route(&command("request_payment"), post().to(commands::request_payment))
        .route(&command("confirm_payment"), post().to(commands::confirm_payment))
        .route(&command("forward"), post().to(commands::forward))
        .route(&command("assign"), post().to(commands::assign))
        .route(&command("send_back"), post().to(commands::send_back))
        .route(&command("resolve"), post().to(commands::resolve))
        .route(&command("return_result"), post().to(commands::return_result))
        .route(&command("withdraw"), post().to(commands::withdraw))
        .route(&command("stop"), post().to(commands::stop))
        .route(&command("reappoint"), post().to(commands::reappoint))
        .route(&command("correct_result"), post().to(commands::correct_result))
        .route("/api/v1/public/dossiers/{code}", get().to(public::look_up_dossier))
        .route("/api/v1/public/dossiers/{code}/rating", post().to(public::rate_service));
}
