//! Calendars and recomputations over HTTP.

pub mod dto;
pub mod handlers;
pub mod view;

use actix_web::web::{ServiceConfig, delete, get, post, put, resource};

/// The operations of this feature.
#[derive(Debug, utoipa::OpenApi)]
#[openapi(paths(
    handlers::list,
    handlers::create,
    handlers::read,
    handlers::change,
    handlers::import_year,
    handlers::retire,
    handlers::restore,
    handlers::versions,
    handlers::recomputations,
    handlers::recomputation,
))]
pub struct Docs;

/// Mounts every route of this feature.
pub fn routes(config: &mut ServiceConfig) {
    let at = |path: &str| resource(format!("/api/v1/{path}"));
    config
        .service(
            at("calendars")
                .route(get().to(handlers::list))
                .route(post().to(handlers::create)),
        )
        .service(
            at("calendars/{id}")
                .route(get().to(handlers::read))
                .route(put().to(handlers::change))
                .route(delete().to(handlers::retire)),
        )
        .service(at("calendars/{id}/restore").route(post().to(handlers::restore)))
        .service(at("calendars/{id}/versions").route(get().to(handlers::versions)))
        .service(at("calendars/{id}/years/{year}").route(put().to(handlers::import_year)))
        .service(at("recomputations").route(get().to(handlers::recomputations)))
        .service(at("recomputations/{id}").route(get().to(handlers::recomputation)));
}
