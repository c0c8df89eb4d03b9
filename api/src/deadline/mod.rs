//! Due dates for anybody: the calculator, and time limits as they are written.

pub mod dto;
pub mod handlers;
mod limit;

pub use limit::{TimeLimitInput, TimeLimitView};

use actix_web::web::{ServiceConfig, post, resource};

/// The operations of this feature.
#[derive(Debug, utoipa::OpenApi)]
#[openapi(paths(handlers::preview,))]
pub struct Docs;

/// Mounts every route of this feature.
pub fn routes(config: &mut ServiceConfig) {
    config.service(resource("/api/v1/deadlines/preview").route(post().to(handlers::preview)));
}
