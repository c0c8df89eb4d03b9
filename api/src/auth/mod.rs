//! Signing in, sessions, one's own account, connected systems and their tokens.

pub mod clients;
pub mod dto;
pub mod handlers;
pub mod oauth;
#[cfg(test)]
mod tests;
pub mod view;

use actix_web::web::{ServiceConfig, delete, get, post, resource};

/// The operations of this feature, for the OpenAPI document.
#[derive(Debug, utoipa::OpenApi)]
#[openapi(paths(
    handlers::login,
    handlers::refresh,
    handlers::logout,
    handlers::change_password,
    handlers::me,
    clients::list,
    clients::create,
    clients::read,
    clients::rotate_secret,
    clients::retire,
    oauth::token,
    oauth::jwks
))]
pub struct Docs;

/// Mounts every route of this feature.
pub fn routes(config: &mut ServiceConfig) {
    let at = |path: &str| resource(format!("/api/v1/{path}"));
    config
        .service(at("auth/login").route(post().to(handlers::login)))
        .service(at("auth/refresh").route(post().to(handlers::refresh)))
        .service(at("auth/logout").route(post().to(handlers::logout)))
        .service(at("auth/password").route(post().to(handlers::change_password)))
        .service(at("auth/me").route(get().to(handlers::me)))
        .service(
            at("clients")
                .route(get().to(clients::list))
                .route(post().to(clients::create)),
        )
        .service(
            at("clients/{id}")
                .route(get().to(clients::read))
                .route(delete().to(clients::retire)),
        )
        .service(at("clients/{id}/rotate-secret").route(post().to(clients::rotate_secret)))
        .service(resource("/oauth/token").route(post().to(oauth::token)))
        .service(resource("/.well-known/jwks.json").route(get().to(oauth::jwks)));
}
