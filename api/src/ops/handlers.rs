//! The three questions that a probe asks.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::Service;
use crate::problem::{Problem, catalogue};

/// The process answers.
#[derive(Debug, Serialize, ToSchema)]
pub struct AliveView {
    #[schema(example = "ok")]
    pub status: &'static str,
}

/// Every part that a request needs is there.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReadyView {
    #[schema(example = "ok")]
    pub status: &'static str,
    /// The database answers.
    #[schema(example = true)]
    pub database: bool,
    /// The database has every migration of this program.
    #[schema(example = true)]
    pub migrations: bool,
    /// The background jobs run: `running`, `off` where they were not started, or `dead`.
    #[schema(example = "running")]
    pub jobs: &'static str,
}

#[utoipa::path(get, path = "/healthz", operation_id = "readHealth", tag = "operations",
    summary = "Dịch vụ còn chạy không",
    description = "Asks nothing but the process itself, so that a database that is away restarts nobody.",
    security(()),
    responses((status = 200, description = "The process answers", body = AliveView, example = json!({"status": "ok"}))))]
pub async fn healthz() -> HttpResponse {
    HttpResponse::Ok()
        .insert_header(("cache-control", "no-store"))
        .json(AliveView { status: "ok" })
}

#[utoipa::path(get, path = "/readyz", operation_id = "readReadiness", tag = "operations",
    summary = "Dịch vụ đã sẵn sàng phục vụ chưa",
    description = "Database, migrations, background jobs. A load balancer sends requests only to who is ready.",
    security(()),
    responses(
        (status = 200, description = "Ready", body = ReadyView,
            example = json!({"status": "ok", "database": true, "migrations": true, "jobs": "running"})),
        (status = 503, description = "Not ready: `checks` says which part is missing"),
    ))]
pub async fn readyz(service: web::Data<Service>) -> Result<HttpResponse, Problem> {
    let database = service.db.ping().await.is_ok();
    let migrations = database && migrated(&service).await;
    let jobs = service.ops.jobs.health();
    let view = |status| ReadyView {
        status,
        database,
        migrations,
        jobs: jobs.as_str(),
    };
    if database && migrations && jobs.is_well() {
        return Ok(HttpResponse::Ok()
            .insert_header(("cache-control", "no-store"))
            .json(view("ok")));
    }
    Err(Problem::new(catalogue::NOT_READY)
        .with("checks", view("not_ready"))
        .retry_after(5))
}

async fn migrated(service: &Service) -> bool {
    if service.ops.seen_migrated() {
        return true;
    }
    let db = service.db.clone();
    let pending = web::block(move || db.pending()).await;
    let none_missing = matches!(pending, Ok(Ok(missing)) if missing.is_empty());
    if none_missing {
        service.ops.set_migrated();
    }
    none_missing
}

#[utoipa::path(get, path = "/metrics", operation_id = "readMetrics", tag = "operations",
    summary = "Số đo cho Prometheus",
    description = "For this machine and the networks of `MOTCUA_METRICS_ALLOW`, asked directly: to everybody else, and through any proxy, there is nothing here.",
    security(()),
    responses(
        (status = 200, description = "Text format of Prometheus", body = String, content_type = "text/plain",
            example = json!("motcua_db_queue_depth 0\n")),
        (status = 404, description = "Not for this address"),
    ))]
pub async fn metrics(
    service: web::Data<Service>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    if !service.ops.may_read_metrics(&request) {
        return Err(Problem::not_found());
    }
    let metrics = service.ops.metrics.as_ref().map_err(Problem::internal)?;
    // A database that is away leaves the last numbers standing.
    if let Ok(queue) = service.read(infra::notification::delivery::queue).await {
        let now = service.env.now();
        let oldest = queue.oldest_due.map_or(0, |at| (now - at).num_seconds());
        metrics.outbox(queue.count, oldest);
    }
    let text = metrics
        .text(service.db.queue_depth())
        .map_err(Problem::internal)?;
    Ok(HttpResponse::Ok()
        .content_type("text/plain; version=0.0.4; charset=utf-8")
        .insert_header(("cache-control", "no-store"))
        .body(text))
}
