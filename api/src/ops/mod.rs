//! Operations: is it alive, is it ready, how does it fare.

pub mod handlers;
mod metrics;
mod state;

pub use metrics::{Metrics, measure};
pub use state::Ops;

use actix_web::web::{ServiceConfig, get, head, resource};

/// The operations of this feature, for the OpenAPI document.
#[derive(Debug, utoipa::OpenApi)]
#[openapi(paths(handlers::healthz, handlers::readyz, handlers::metrics))]
pub struct Docs;

/// Mounts every route of this feature. Probes of load balancers like to ask with HEAD.
pub fn routes(config: &mut ServiceConfig) {
    config
        .service(
            resource("/healthz")
                .route(get().to(handlers::healthz))
                .route(head().to(handlers::healthz)),
        )
        .service(
            resource("/readyz")
                .route(get().to(handlers::readyz))
                .route(head().to(handlers::readyz)),
        )
        .service(resource("/metrics").route(get().to(handlers::metrics)));
}
