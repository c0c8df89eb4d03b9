//! Rate limits for what anybody may ask without an account, by address.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::num::NonZeroU32;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::{HttpRequest, HttpResponse};
use governor::clock::{Clock as _, DefaultClock};
use governor::middleware::StateInformationMiddleware;
use governor::state::keyed::DefaultKeyedStateStore;
use governor::{Quota, RateLimiter};
use ipnet::IpNet;

use crate::problem::Problem;

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// For how long somebody who guesses is not answered.
const BLOCKED_FOR: Duration = Duration::from_secs(60);

type ByAddress =
    RateLimiter<IpAddr, DefaultKeyedStateStore<IpAddr>, DefaultClock, StateInformationMiddleware>;

/// What is limited, each with its own count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    /// Public look-ups and procedures.
    LookUp,
    /// Wrong codes and keys: guessing.
    Miss,
    /// Due dates for anybody.
    Preview,
    /// Attempts to sign in.
    Login,
}

impl Limit {
    fn name(self) -> &'static str {
        match self {
            Self::LookUp => "lookup",
            Self::Miss => "miss",
            Self::Preview => "preview",
            Self::Login => "login",
        }
    }
}

/// Requests a minute and address.
#[derive(Debug, Clone, Copy)]
pub struct PerMinute {
    pub look_up: NonZeroU32,
    pub miss: NonZeroU32,
    pub preview: NonZeroU32,
    pub login: NonZeroU32,
}

impl Default for PerMinute {
    fn default() -> Self {
        let count = |count| NonZeroU32::new(count).unwrap_or(NonZeroU32::MIN);
        Self {
            look_up: count(300),
            miss: count(20),
            preview: count(60),
            login: count(20),
        }
    }
}

/// The counts of this process. Several servers count each for itself.
#[derive(Debug)]
pub struct Limits {
    look_up: ByAddress,
    miss: ByAddress,
    preview: ByAddress,
    login: ByAddress,
    /// Addresses that guessed too much, each until when.
    blocked: Mutex<HashMap<IpAddr, Instant>>,
    /// Proxies whose `X-Forwarded-For` is believed.
    trusted: Vec<IpNet>,
}

impl Limits {
    pub fn new(per_minute: PerMinute, trusted: Vec<IpNet>) -> Self {
        let limiter = |count| {
            RateLimiter::keyed(Quota::per_minute(count))
                .with_middleware::<StateInformationMiddleware>()
        };
        Self {
            look_up: limiter(per_minute.look_up),
            miss: limiter(per_minute.miss),
            preview: limiter(per_minute.preview),
            login: limiter(per_minute.login),
            blocked: Mutex::default(),
            trusted,
        }
    }

    fn of(&self, limit: Limit) -> &ByAddress {
        match limit {
            Limit::LookUp => &self.look_up,
            Limit::Miss => &self.miss,
            Limit::Preview => &self.preview,
            Limit::Login => &self.login,
        }
    }

    /// Counts a request, or says when the next may come.
    pub fn check(&self, limit: Limit, request: &HttpRequest) -> Result<Granted, Problem> {
        let address = self.address(request);
        let limiter = self.of(limit);
        match limiter.check_key(&address) {
            Ok(state) => Ok(Granted {
                limit,
                quota: state.quota().burst_size().get(),
                remaining: state.remaining_burst_capacity(),
            }),
            Err(refused) => {
                // A new clock would calibrate itself, which costs more than all the rest.
                let wait = refused.wait_time_from(limiter.clock().now());
                let seconds = u32::try_from(wait.as_secs())
                    .unwrap_or(u32::MAX)
                    .saturating_add(1);
                let quota = refused.quota().burst_size().get();
                let name = limit.name();
                Err(Problem::rate_limited(seconds)
                    .header("ratelimit", format!("\"{name}\";r=0;t={seconds}"))
                    .header("ratelimit-policy", format!("\"{name}\";q={quota};w=60")))
            }
        }
    }

    /// Counts a guess that missed. Who misses too often is not answered for a while, right
    /// guesses included.
    pub fn missed(&self, request: &HttpRequest) -> Result<(), Problem> {
        self.check(Limit::Miss, request).map(drop).inspect_err(|_| {
            let until = Instant::now() + BLOCKED_FOR;
            let mut blocked = self.blocked.lock().unwrap_or_else(PoisonError::into_inner);
            blocked.insert(self.address(request), until);
        })
    }

    /// Refuses an address that guessed too much.
    pub fn check_guessing(&self, request: &HttpRequest) -> Result<(), Problem> {
        let blocked = self.blocked.lock().unwrap_or_else(PoisonError::into_inner);
        if blocked.is_empty() {
            return Ok(());
        }
        let left = blocked
            .get(&self.address(request))
            .map(|until| until.saturating_duration_since(Instant::now()).as_secs())
            .filter(|left| *left > 0);
        match left {
            None => Ok(()),
            Some(left) => Err(Problem::rate_limited(
                u32::try_from(left).unwrap_or(u32::MAX),
            )),
        }
    }

    /// Forgets addresses whose count is full again, so that the table does not grow for ever.
    pub fn sweep(&self) {
        for limiter in [&self.look_up, &self.miss, &self.preview, &self.login] {
            limiter.retain_recent();
        }
        let now = Instant::now();
        self.blocked
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .retain(|_, until| *until > now);
    }

    /// The address that is counted: the last one that a trusted proxy did not add; of IPv6 the
    /// network of a household, since one has 2^64 addresses. A listener on `[::]` sees IPv4 peers
    /// as `::ffff:10.0.0.1`, and the networks of settings mean them as well.
    pub(crate) fn address(&self, request: &HttpRequest) -> IpAddr {
        let peer = request
            .peer_addr()
            .map_or(IpAddr::V6(Ipv6Addr::UNSPECIFIED), |peer| {
                peer.ip().to_canonical()
            });
        let forwarded = request
            .headers()
            .get_all(X_FORWARDED_FOR)
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(','))
            .filter_map(|part| part.trim().parse::<IpAddr>().ok())
            .map(|hop| hop.to_canonical())
            .collect::<Vec<_>>();
        let trusted = |address: &IpAddr| self.trusted.iter().any(|net| net.contains(address));
        let mut address = peer;
        for hop in forwarded.into_iter().rev() {
            if !trusted(&address) {
                break;
            }
            address = hop;
        }
        match address {
            IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() & !u128::from(u64::MAX))),
            v4 => v4,
        }
    }
}

/// A counted request; its answer says what is left.
#[derive(Debug, Clone, Copy)]
pub struct Granted {
    limit: Limit,
    quota: u32,
    remaining: u32,
}

impl Granted {
    /// Writes `RateLimit` and `RateLimit-Policy` into the answer.
    pub fn on(self, mut response: HttpResponse) -> HttpResponse {
        let name = self.limit.name();
        // The bucket refills evenly, so it is full again after the share that is missing.
        let missing = self.quota.saturating_sub(self.remaining);
        let reset = missing
            .saturating_mul(60)
            .checked_div(self.quota)
            .unwrap_or(60);
        let headers = [
            (
                "ratelimit",
                format!("\"{name}\";r={};t={reset}", self.remaining),
            ),
            (
                "ratelimit-policy",
                format!("\"{name}\";q={};w=60", self.quota),
            ),
        ];
        for (header, value) in headers {
            if let Ok(value) = HeaderValue::from_str(&value) {
                response
                    .headers_mut()
                    .insert(HeaderName::from_static(header), value);
            }
        }
        response
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

    use actix_web::test::TestRequest;

    use super::*;

    fn counted(peer: &str, forwarded: &str) -> String {
        let trusted = vec!["10.0.0.0/8".parse().unwrap()];
        let request = TestRequest::default()
            .peer_addr(peer.parse().unwrap())
            .insert_header(("x-forwarded-for", forwarded))
            .to_http_request();
        Limits::new(PerMinute::default(), trusted)
            .address(&request)
            .to_string()
    }

    #[test]
    fn a_trusted_proxy_says_whose_request_it_is_and_nobody_else_does() {
        assert_eq!(counted("10.0.0.1:1", "203.0.113.7"), "203.0.113.7");
        assert_eq!(
            counted("10.0.0.1:1", "203.0.113.7, 198.51.100.2, 10.0.0.2"),
            "198.51.100.2"
        );
        assert_eq!(counted("203.0.113.9:1", "198.51.100.2"), "203.0.113.9");
        assert_eq!(counted("[2001:db8::9]:1", "198.51.100.2"), "2001:db8::");
    }

    #[test]
    fn a_proxy_is_trusted_as_well_where_its_address_comes_written_as_ipv6() {
        assert_eq!(counted("[::ffff:10.0.0.1]:1", "203.0.113.7"), "203.0.113.7");
        assert_eq!(
            counted("10.0.0.1:1", "203.0.113.7, ::ffff:10.0.0.2"),
            "203.0.113.7"
        );
        assert_eq!(
            counted("[::ffff:203.0.113.9]:1", "198.51.100.2"),
            "203.0.113.9"
        );
    }
}
