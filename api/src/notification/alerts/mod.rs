//! The ladders of alerts, what was told, and proposed apologies over HTTP.

pub mod dto;
pub mod handlers;
pub mod view;

use actix_web::web::{ServiceConfig, delete, get, post, put, resource};

/// The operations of this feature, for the OpenAPI document.
#[derive(Debug, utoipa::OpenApi)]
#[openapi(paths(
    handlers::read_ladder,
    handlers::replace_ladder,
    handlers::delete_ladder,
    handlers::list,
    handlers::proposals,
    handlers::proposal,
    handlers::sign,
    handlers::dismiss
))]
pub struct Docs;

/// Mounts every route of this feature.
pub fn routes(config: &mut ServiceConfig) {
    config
        .service(
            resource("/api/v1/offices/{code}/alert-ladder")
                .route(get().to(handlers::read_ladder))
                .route(put().to(handlers::replace_ladder))
                .route(delete().to(handlers::delete_ladder)),
        )
        .service(resource("/api/v1/alerts").route(get().to(handlers::list)))
        .service(resource("/api/v1/proposals").route(get().to(handlers::proposals)))
        .service(resource("/api/v1/proposals/{id}").route(get().to(handlers::proposal)))
        .service(resource("/api/v1/proposals/{id}/sign").route(post().to(handlers::sign)))
        .service(resource("/api/v1/proposals/{id}/dismiss").route(post().to(handlers::dismiss)));
}
