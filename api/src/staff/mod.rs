//! Staff and their stand-ins over HTTP.

pub mod dto;
pub mod handlers;
pub mod stand_ins;

use actix_web::web::{ServiceConfig, delete, get, post, put};

/// Mounts every route of this feature.
pub fn routes(config: &mut ServiceConfig) {
    const PERSON: &str = "/api/v1/staff/{id}";
    const ABSENCES: &str = "/api/v1/staff/{id}/stand-ins";
    const ABSENCE: &str = "/api/v1/stand-ins/{id}";
    config
        .route("/api/v1/staff", get().to(handlers::list))
        .route("/api/v1/staff", post().to(handlers::create))
        .route(PERSON, get().to(handlers::read))
        .route(PERSON, put().to(handlers::change))
        .route(PERSON, delete().to(handlers::retire))
        .route("/api/v1/staff/{id}/restore", post().to(handlers::restore))
        .route(
            "/api/v1/staff/{id}/reset-password",
            post().to(handlers::reset),
        )
        .route(ABSENCES, get().to(stand_ins::list))
        .route(ABSENCES, post().to(stand_ins::create))
        .route(ABSENCE, get().to(stand_ins::read))
        .route(ABSENCE, delete().to(stand_ins::cancel));
}
