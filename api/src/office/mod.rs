//! Offices and departments over HTTP.

pub mod departments;
pub mod dto;
pub mod handlers;

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
    departments::list,
    departments::create,
    departments::read,
    departments::change,
    departments::retire,
    departments::restore
))]
pub struct Docs;

/// Mounts every route of this feature.
pub fn routes(config: &mut ServiceConfig) {
    config
        .service(
            resource("/api/v1/offices")
                .route(get().to(handlers::list))
                .route(post().to(handlers::create)),
        )
        .service(
            resource("/api/v1/offices/{code}")
                .route(get().to(handlers::read))
                .route(put().to(handlers::change))
                .route(delete().to(handlers::retire)),
        )
        .service(resource("/api/v1/offices/{code}/restore").route(post().to(handlers::restore)))
        .service(
            resource("/api/v1/offices/{code}/departments")
                .route(get().to(departments::list))
                .route(post().to(departments::create)),
        )
        .service(
            resource("/api/v1/departments/{id}")
                .route(get().to(departments::read))
                .route(put().to(departments::change))
                .route(delete().to(departments::retire)),
        )
        .service(
            resource("/api/v1/departments/{id}/restore").route(post().to(departments::restore)),
        );
}
