//! Procedures over HTTP: the register, and what of it is public.

pub mod dto;
pub mod handlers;
pub mod public;
pub mod view;

use actix_web::web::{ServiceConfig, delete, get, post, put, resource};

/// The operations of this feature.
#[derive(Debug, utoipa::OpenApi)]
#[openapi(paths(
    handlers::list,
    handlers::create,
    handlers::read,
    handlers::read_version,
    handlers::add_version,
    handlers::replace_version,
    handlers::retire,
    handlers::restore,
    public::list,
    public::read,
))]
pub struct Docs;

/// Mounts every route of this feature.
pub fn routes(config: &mut ServiceConfig) {
    let at = |path: &str| resource(format!("/api/v1/{path}"));
    config
        .service(
            at("procedures")
                .route(get().to(handlers::list))
                .route(post().to(handlers::create)),
        )
        .service(
            at("procedures/{code}")
                .route(get().to(handlers::read))
                .route(delete().to(handlers::retire)),
        )
        .service(at("procedures/{code}/restore").route(post().to(handlers::restore)))
        .service(at("procedures/{code}/versions").route(post().to(handlers::add_version)))
        .service(
            at("procedures/{code}/versions/{effective_from}")
                .route(get().to(handlers::read_version))
                .route(put().to(handlers::replace_version)),
        )
        .service(at("public/procedures").route(get().to(public::list)))
        .service(at("public/procedures/{code}").route(get().to(public::read)));
}
