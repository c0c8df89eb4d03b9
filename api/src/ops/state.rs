//! What one process knows about how it fares.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use actix_web::HttpRequest;
use actix_web::http::header::{FORWARDED, HeaderName};
use ipnet::IpNet;

use super::Metrics;
use crate::app::Service;
use crate::schedule::Bell;

/// Counters, the jobs' bell, and who may read the counters.
#[derive(Debug)]
pub struct Ops {
    /// An error only if the names of the metrics contradict each other; the service runs on.
    pub metrics: Result<Metrics, prometheus::Error>,
    pub jobs: Bell,
    metrics_for: Vec<IpNet>,
    migrated: AtomicBool,
}

impl Ops {
    /// `metrics_for` names the networks that may read `/metrics`, besides this machine.
    pub fn new(metrics_for: Vec<IpNet>) -> Self {
        Self {
            metrics: Metrics::new(),
            jobs: Bell::default(),
            metrics_for,
            migrated: AtomicBool::new(false),
        }
    }

    /// Whether the migrations were seen applied; they never become missing again.
    pub(super) fn seen_migrated(&self) -> bool {
        self.migrated.load(Ordering::Relaxed)
    }

    pub(super) fn set_migrated(&self) {
        self.migrated.store(true, Ordering::Relaxed);
    }

    /// Whether this request may read the metrics. One that came through a proxy may not: behind
    /// a proxy on this machine the whole world would seem to be local.
    pub(super) fn may_read_metrics(&self, request: &HttpRequest) -> bool {
        let headers = request.headers();
        let proxied = headers.contains_key(FORWARDED)
            || headers.contains_key(HeaderName::from_static("x-forwarded-for"));
        let allowed = |address: IpAddr| {
            address.is_loopback() || self.metrics_for.iter().any(|net| net.contains(&address))
        };
        !proxied
            && request
                .peer_addr()
                .is_some_and(|peer| allowed(peer.ip().to_canonical()))
    }
}

impl Service {
    /// Lets these networks read `/metrics`, besides this machine.
    #[must_use]
    pub fn with_metrics_for(mut self, networks: Vec<IpNet>) -> Self {
        self.ops = Arc::new(Ops::new(networks));
        self
    }

    /// Tells the background jobs that there is something to do now: a calendar changed.
    pub fn wake_jobs(&self) {
        self.ops.jobs.ring();
    }
}
