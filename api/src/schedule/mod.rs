//! What happens by itself: jobs by the clock, each run once over all servers, and what they came to.

mod bell;
mod cron;
pub mod dto;
pub mod handlers;
mod job;
mod jobs;
mod runner;
mod threads;
mod timetable;

pub use bell::{Bell, Health};
pub use cron::{Cron, CronFault};
pub use job::{First, Job, JobContext, Lane};
pub use jobs::JOBS;
pub use runner::{run_all_now, run_due};
pub use threads::Jobs;
pub use timetable::{OFF, Timetable};

use actix_web::web::{ServiceConfig, get, post, resource};

/// The operations of this feature.
#[derive(Debug, utoipa::OpenApi)]
#[openapi(paths(handlers::list, handlers::runs, handlers::run_now, handlers::day_roots))]
pub struct Docs;

/// Mounts every route of this feature.
pub fn routes(config: &mut ServiceConfig) {
    let at = |path: &str| resource(format!("/api/v1/{path}"));
    config
        .service(at("jobs").route(get().to(handlers::list)))
        .service(at("jobs/{name}/runs").route(get().to(handlers::runs)))
        .service(at("jobs/{name}/run").route(post().to(handlers::run_now)))
        .service(at("day-roots").route(get().to(handlers::day_roots)));
}
