//! Counters for Prometheus. No label holds a code, a name or a path as it was asked.

use std::time::{Duration, Instant};

use actix_web::Error;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::web::Data;
use prometheus::{
    GaugeVec, HistogramOpts, HistogramVec, IntCounterVec, IntGauge, IntGaugeVec, Opts, Registry,
    TextEncoder,
};

use crate::app::Service;

/// Upper ends in seconds: a look-up takes under a millisecond, an attachment seconds.
const BUCKETS: [f64; 12] = [
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0,
];

/// The counters of one service; clones share them.
#[derive(Debug, Clone)]
pub struct Metrics {
    registry: Registry,
    requests: HistogramVec,
    in_flight: IntGauge,
    queue: IntGauge,
    job_runs: IntCounterVec,
    job_success: IntGaugeVec,
    job_next: IntGaugeVec,
    job_duration: GaugeVec,
    job_skipped: IntGaugeVec,
    mails: IntCounterVec,
    mails_waiting: IntGauge,
    mails_oldest: IntGauge,
}

impl Metrics {
    /// A registry of its own, so that several services in one process do not mix.
    pub fn new() -> Result<Self, prometheus::Error> {
        let duration = HistogramOpts::new(
            "motcua_http_request_duration_seconds",
            "Time from the head of a request to the head of its answer.",
        );
        let metrics = Self {
            registry: Registry::new(),
            requests: HistogramVec::new(
                duration.buckets(BUCKETS.to_vec()),
                &["method", "route", "status"],
            )?,
            in_flight: IntGauge::new("motcua_http_requests_in_flight", "Requests being answered.")?,
            queue: IntGauge::new(
                "motcua_db_queue_depth",
                "Requests that wait for the database.",
            )?,
            job_runs: IntCounterVec::new(
                Opts::new("motcua_job_runs_total", "Runs of background jobs."),
                &["job", "outcome"],
            )?,
            job_success: of_jobs(
                "motcua_job_last_success_timestamp_seconds",
                "When a background job last ended well, on whichever server.",
            )?,
            job_next: of_jobs(
                "motcua_job_next_run_timestamp_seconds",
                "When a background job is due next; 0 when it is off.",
            )?,
            job_duration: GaugeVec::new(
                Opts::new(
                    "motcua_job_last_duration_seconds",
                    "How long the last run of a background job on this server took.",
                ),
                &["job"],
            )?,
            job_skipped: of_jobs(
                "motcua_job_last_skipped",
                "What the last run of a background job on this server had to leave out.",
            )?,
            mails: IntCounterVec::new(
                Opts::new("motcua_mails_total", "Mails that this process had in hand."),
                &["outcome"],
            )?,
            mails_waiting: IntGauge::new(
                "motcua_mails_waiting",
                "Mails in the outbox that wait, counted up to 100000.",
            )?,
            mails_oldest: IntGauge::new(
                "motcua_mails_oldest_due_seconds",
                "For how long the mail that is due the longest has been due.",
            )?,
        };
        let registry = &metrics.registry;
        registry.register(Box::new(metrics.requests.clone()))?;
        registry.register(Box::new(metrics.in_flight.clone()))?;
        registry.register(Box::new(metrics.queue.clone()))?;
        registry.register(Box::new(metrics.job_runs.clone()))?;
        registry.register(Box::new(metrics.job_success.clone()))?;
        registry.register(Box::new(metrics.job_next.clone()))?;
        registry.register(Box::new(metrics.job_duration.clone()))?;
        registry.register(Box::new(metrics.job_skipped.clone()))?;
        registry.register(Box::new(metrics.mails.clone()))?;
        registry.register(Box::new(metrics.mails_waiting.clone()))?;
        registry.register(Box::new(metrics.mails_oldest.clone()))?;
        Ok(metrics)
    }

    /// Everything in the text format of Prometheus.
    pub fn text(&self, queue_depth: usize) -> Result<String, prometheus::Error> {
        self.queue
            .set(i64::try_from(queue_depth).unwrap_or(i64::MAX));
        TextEncoder::new().encode_to_string(&self.registry.gather())
    }

    /// One run of a background job on this server: `ok`, `failed` or `abandoned`.
    pub fn job_ran(&self, job: &str, outcome: &str, took: Duration, skipped: u64) {
        if let Ok(runs) = self.job_runs.get_metric_with_label_values(&[job, outcome]) {
            runs.inc();
        }
        if let Ok(duration) = self.job_duration.get_metric_with_label_values(&[job]) {
            duration.set(took.as_secs_f64());
        }
        set(&self.job_skipped, job, i64::try_from(skipped).ok());
    }

    /// A background job ended well, in seconds since 1970.
    pub fn job_succeeded(&self, job: &str, at: i64) {
        set(&self.job_success, job, Some(at));
    }

    /// What the database knows of a job, from all servers; in seconds since 1970.
    pub fn job_seen(&self, job: &str, last_success: Option<i64>, next: Option<i64>) {
        set(&self.job_success, job, last_success);
        set(&self.job_next, job, Some(next.unwrap_or(0)));
    }

    /// Mails that came to an end or were put off: `sent`, `later`, `set_aside`, `moot`, `muted`
    /// or `held`.
    pub fn mails(&self, outcome: &str, number: u64) {
        if let Ok(mails) = self.mails.get_metric_with_label_values(&[outcome]) {
            mails.inc_by(number);
        }
    }

    /// How the outbox fares: mails that wait, and for how many seconds the first has been due.
    pub fn outbox(&self, waiting: i64, oldest_seconds: i64) {
        self.mails_waiting.set(waiting);
        self.mails_oldest.set(oldest_seconds);
    }

    fn answered(&self, method: &str, route: &str, status: StatusCode, took: Duration) {
        let class = match status.as_u16() {
            0..=199 => "1xx",
            200..=299 => "2xx",
            300..=399 => "3xx",
            400..=499 => "4xx",
            _ => "5xx",
        };
        if let Ok(requests) = self
            .requests
            .get_metric_with_label_values(&[method, route, class])
        {
            requests.observe(took.as_secs_f64());
        }
    }
}

fn of_jobs(name: &str, help: &str) -> Result<IntGaugeVec, prometheus::Error> {
    IntGaugeVec::new(Opts::new(name, help), &["job"])
}

fn set(gauge: &IntGaugeVec, job: &str, value: Option<i64>) {
    if let (Some(value), Ok(gauge)) = (value, gauge.get_metric_with_label_values(&[job])) {
        gauge.set(value);
    }
}

/// Counts a request out, also when its client goes away.
struct InFlight(IntGauge);

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.dec();
    }
}

/// The middleware that counts and measures every request.
pub async fn measure<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, Error> {
    let service = request.app_data::<Data<Service>>().cloned();
    let metrics = service.as_ref().map(|service| &service.ops.metrics);
    let Some(Ok(metrics)) = metrics else {
        return next.call(request).await;
    };
    let started = Instant::now();
    let method = method_of(request.method());
    metrics.in_flight.inc();
    let _in_flight = InFlight(metrics.in_flight.clone());
    let outcome = next.call(request).await;
    let (route, status) = match &outcome {
        Ok(response) => (response.request().match_pattern(), response.status()),
        Err(error) => (None, error.as_response_error().status_code()),
    };
    metrics.answered(
        method,
        route.as_deref().unwrap_or("-"),
        status,
        started.elapsed(),
    );
    outcome
}

/// Clients may invent methods; each would be a time series for ever.
fn method_of(method: &Method) -> &'static str {
    const KNOWN: [&str; 7] = ["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"];
    let known = KNOWN.iter().find(|known| **known == method.as_str());
    known.copied().unwrap_or("OTHER")
}
