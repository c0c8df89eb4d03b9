//! Tokens whose signature was checked a moment ago, so that a busy clerk's is not checked anew.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use sha2::{Digest, Sha256};

use super::tokens::{Bearer, TokenFault};

/// How long a check may be believed.
const KEEP: TimeDelta = TimeDelta::seconds(10);
/// More tokens than an installation sees within [`KEEP`].
const MAX_KEPT: usize = 10_000;

/// Kept by the digest of the whole token, so that not a bit of it may differ.
#[derive(Debug, Clone, Default)]
pub(super) struct Seen(Arc<Mutex<Kept>>);

type Kept = HashMap<[u8; 32], (Bearer, DateTime<Utc>)>;

impl Seen {
    /// What `check` said of this token lately, or says now. Only good tokens are kept.
    pub(super) fn or_check(
        &self,
        now: DateTime<Utc>,
        token: &str,
        check: impl FnOnce() -> Result<Bearer, TokenFault>,
    ) -> Result<Bearer, TokenFault> {
        let digest: [u8; 32] = Sha256::digest(token.as_bytes()).into();
        if let Some(bearer) = self.find(&digest, now) {
            return Ok(bearer);
        }
        let bearer = check()?;
        self.keep(digest, bearer.clone(), now);
        Ok(bearer)
    }

    fn find(&self, digest: &[u8; 32], now: DateTime<Utc>) -> Option<Bearer> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (bearer, checked_at) = kept.get(digest)?;
        let fresh = now >= *checked_at && now - *checked_at < KEEP && now < bearer.expires_at;
        fresh.then(|| bearer.clone())
    }

    fn keep(&self, digest: [u8; 32], bearer: Bearer, now: DateTime<Utc>) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= MAX_KEPT {
            kept.retain(|_, (_, checked_at)| (now - *checked_at).abs() < KEEP);
        }
        if kept.len() < MAX_KEPT {
            kept.insert(digest, (bearer, now));
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

    use super::super::tokens::Kind;
    use super::*;

    fn bearer(expires_at: DateTime<Utc>) -> Bearer {
        Bearer {
            uid: "somebody".to_owned(),
            kind: Kind::Staff,
            session: None,
            expires_at,
        }
    }

    #[test]
    fn a_token_is_checked_again_after_ten_seconds_and_once_it_has_expired() {
        let seen = Seen::default();
        let now = DateTime::from_timestamp(1_790_000_000, 0).unwrap();
        let long = bearer(now + TimeDelta::minutes(10));
        seen.or_check(now, "a", || Ok(long.clone())).unwrap();
        let refuse = || Err(TokenFault::Invalid);
        let at = |seconds| now + TimeDelta::seconds(seconds);
        assert_eq!(seen.or_check(at(9), "a", refuse), Ok(long));
        assert_eq!(seen.or_check(at(10), "a", refuse), Err(TokenFault::Invalid));
        assert_eq!(seen.or_check(at(-1), "a", refuse), Err(TokenFault::Invalid));
        let short = bearer(at(3));
        seen.or_check(now, "b", || Ok(short)).unwrap();
        assert_eq!(seen.or_check(at(3), "b", refuse), Err(TokenFault::Invalid));
    }

    #[test]
    fn a_refused_token_is_not_kept() {
        let seen = Seen::default();
        let now = DateTime::from_timestamp(1_790_000_000, 0).unwrap();
        let good = bearer(now + TimeDelta::minutes(10));
        let first = seen.or_check(now, "a", || Err(TokenFault::Invalid));
        assert_eq!(first, Err(TokenFault::Invalid));
        assert_eq!(seen.or_check(now, "a", || Ok(good.clone())), Ok(good));
    }
}
