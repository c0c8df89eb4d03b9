//! Mails over HTTP: the outbox, addresses that bounce, templates; and the worker that delivers.

pub mod alerts;
pub mod dto;
pub mod handlers;
pub mod templates;
mod worker;

use actix_web::web::{ServiceConfig, delete, get, post, put, resource};

pub use worker::{Ending, Worker};

/// The operations of this feature, for the OpenAPI document.
#[derive(Debug, utoipa::OpenApi)]
#[openapi(paths(
    handlers::list,
    handlers::read,
    handlers::replay,
    handlers::replay_all,
    handlers::muted,
    handlers::lift,
    templates::read,
    templates::change,
    templates::remove,
    templates::preview,
))]
pub struct Docs;

/// Mounts every route of this feature.
pub fn routes(config: &mut ServiceConfig) {
    let at = |path: &str| resource(format!("/api/v1/{path}"));
    config
        .service(at("mails").route(get().to(handlers::list)))
        .service(at("mails/replay").route(post().to(handlers::replay_all)))
        .service(at("mails/{id}").route(get().to(handlers::read)))
        .service(at("mails/{id}/replay").route(post().to(handlers::replay)))
        .service(at("mail-addresses").route(get().to(handlers::muted)))
        .service(at("mail-addresses/{id}/lift").route(post().to(handlers::lift)))
        .service(
            at("mail-templates/{office}/{name}")
                .route(get().to(templates::read))
                .route(put().to(templates::change))
                .route(delete().to(templates::remove)),
        )
        .service(at("mail-templates/{office}/{name}/preview").route(post().to(templates::preview)));
}
