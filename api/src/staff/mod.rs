//! Staff and their stand-ins over HTTP.

pub mod dto;
pub mod handlers;
pub mod stand_ins;

use actix_web::web::{ServiceConfig, delete, get, post, put, resource};

/// The operations of this feature, for the OpenAPI document.
#[derive(Debug, utoipa::OpenApi)]
#[openapi(paths(
    handlers::list,
    handlers::create,
    handlers::read,
    handlers::change,
    handlers::retire,
    handlers::restore,
    handlers::reset,
    stand_ins::list,
    stand_ins::create,
    stand_ins::read,
    stand_ins::cancel
))]
pub struct Docs;

/// Mounts every route of this feature.
pub fn routes(config: &mut ServiceConfig) {
    config
        .service(
            resource("/api/v1/staff")
                .route(get().to(handlers::list))
                .route(post().to(handlers::create)),
        )
        .service(
            resource("/api/v1/staff/{id}")
                .route(get().to(handlers::read))
                .route(put().to(handlers::change))
                .route(delete().to(handlers::retire)),
        )
        .service(resource("/api/v1/staff/{id}/restore").route(post().to(handlers::restore)))
        .service(resource("/api/v1/staff/{id}/reset-password").route(post().to(handlers::reset)))
        .service(
            resource("/api/v1/staff/{id}/stand-ins")
                .route(get().to(stand_ins::list))
                .route(post().to(stand_ins::create)),
        )
        .service(
            resource("/api/v1/stand-ins/{id}")
                .route(get().to(stand_ins::read))
                .route(delete().to(stand_ins::cancel)),
        );
}
