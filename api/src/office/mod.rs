//! Offices and departments over HTTP.

pub mod departments;
pub mod dto;
pub mod handlers;

use actix_web::web::{ServiceConfig, delete, get, post, put};

/// Mounts every route of this feature.
pub fn routes(config: &mut ServiceConfig) {
    const OFFICE: &str = "/api/v1/offices/{code}";
    const UNITS: &str = "/api/v1/offices/{code}/departments";
    const UNIT: &str = "/api/v1/departments/{id}";
    config
        .route("/api/v1/offices", get().to(handlers::list))
        .route("/api/v1/offices", post().to(handlers::create))
        .route(OFFICE, get().to(handlers::read))
        .route(OFFICE, put().to(handlers::change))
        .route(OFFICE, delete().to(handlers::retire))
        .route(
            "/api/v1/offices/{code}/restore",
            post().to(handlers::restore),
        )
        .route(UNITS, get().to(departments::list))
        .route(UNITS, post().to(departments::create))
        .route(UNIT, get().to(departments::read))
        .route(UNIT, put().to(departments::change))
        .route(UNIT, delete().to(departments::retire))
        .route(
            "/api/v1/departments/{id}/restore",
            post().to(departments::restore),
        );
}
