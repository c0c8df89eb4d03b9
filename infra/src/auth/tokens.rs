//! Access tokens: short JWTs signed with EdDSA, checked against the injected clock.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use jsonwebtoken::{Algorithm, Header, Validation, decode, decode_header, encode};
use serde::{Deserialize, Serialize};

use super::keys::{Key, Keys, PublicKey};
use super::seen::Seen;
use crate::error::Error;
use crate::ids::new_uid;

/// How long an access token is good for.
pub const ACCESS_LIFE: TimeDelta = TimeDelta::minutes(10);
/// Clocks of several servers may differ by this much.
const LEEWAY: TimeDelta = TimeDelta::seconds(30);
const AUDIENCE: &str = "motcua";
/// Ours are some 450 bytes.
const MAX_BYTES: usize = 4096;

/// What kind of account a token speaks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    Staff,
    Client,
}

/// A fresh token and how many seconds it lives.
#[derive(Clone)]
pub struct AccessToken {
    pub token: String,
    pub expires_in: u32,
}

impl std::fmt::Debug for AccessToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AccessToken")
            .field("expires_in", &self.expires_in)
            .finish_non_exhaustive()
    }
}

/// What a token that holds says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bearer {
    /// The outside name of the person or client.
    pub uid: String,
    pub kind: Kind,
    /// The family of refresh tokens behind it: the session. Clients have none.
    pub session: Option<String>,
    pub expires_at: DateTime<Utc>,
}

/// Why a token is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TokenFault {
    #[error("the access token is not valid")]
    Invalid,
    #[error("the access token has expired")]
    Expired,
}

impl TokenFault {
    /// The stable code of the problem.
    pub fn code(self) -> &'static str {
        match self {
            Self::Invalid => "unauthenticated",
            Self::Expired => "token_expired",
        }
    }
}

impl From<TokenFault> for Error {
    fn from(fault: TokenFault) -> Self {
        Self::Unauthenticated(fault.code())
    }
}

#[derive(Debug, Serialize, Deserialize)]
struct Claims {
    iss: String,
    aud: String,
    sub: String,
    typ: Kind,
    iat: i64,
    exp: i64,
    jti: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sid: Option<String>,
}

/// Issues and checks access tokens; cheap to clone.
#[derive(Debug, Clone)]
pub struct Tokens {
    keys: Keys,
    issuer: String,
    seen: Seen,
}

impl Tokens {
    /// `issuer` names this installation, such as its public address.
    pub fn new(keys: Keys, issuer: impl Into<String>) -> Self {
        Self {
            keys,
            issuer: issuer.into(),
            seen: Seen::default(),
        }
    }

    /// The keys by which others can check our tokens.
    pub fn public_keys(&self, now: DateTime<Utc>) -> Vec<PublicKey> {
        self.keys.public(now)
    }

    pub fn issue(
        &self,
        now: DateTime<Utc>,
        uid: &str,
        kind: Kind,
        session: Option<&str>,
    ) -> Result<AccessToken, Error> {
        let key = self
            .keys
            .signing(now)
            .ok_or_else(|| Error::Internal("no signing key".to_owned()))?;
        let header = Header {
            kid: Some(key.kid.clone()),
            ..Header::new(Algorithm::EdDSA)
        };
        let claims = Claims {
            iss: self.issuer.clone(),
            aud: AUDIENCE.to_owned(),
            sub: uid.to_owned(),
            typ: kind,
            iat: now.timestamp(),
            exp: (now + ACCESS_LIFE).timestamp(),
            jti: new_uid(),
            sid: session.map(str::to_owned),
        };
        let token = encode(&header, &claims, &key.signs)
            .map_err(|cause| Error::Internal(format!("signing: {cause}")))?;
        let expires_in = u32::try_from(ACCESS_LIFE.num_seconds()).unwrap_or(u32::MAX);
        Ok(AccessToken { token, expires_in })
    }

    /// Checks signature, issuer, audience and times. Only EdDSA with one of our keys will do.
    pub fn verify(&self, now: DateTime<Utc>, token: &str) -> Result<Bearer, TokenFault> {
        if token.len() > MAX_BYTES {
            return Err(TokenFault::Invalid);
        }
        let key = self.key_of(now, token).ok_or(TokenFault::Invalid)?;
        self.seen
            .or_check(now, token, || self.check(now, token, &key))
    }

    fn check(&self, now: DateTime<Utc>, token: &str, key: &Key) -> Result<Bearer, TokenFault> {
        let claims = self.signed_claims(token, key).ok_or(TokenFault::Invalid)?;
        let issued = DateTime::from_timestamp(claims.iat, 0).ok_or(TokenFault::Invalid)?;
        let expires_at = DateTime::from_timestamp(claims.exp, 0).ok_or(TokenFault::Invalid)?;
        if claims.iss != self.issuer || claims.aud != AUDIENCE || now < issued - LEEWAY {
            return Err(TokenFault::Invalid);
        }
        if now >= expires_at + LEEWAY {
            return Err(TokenFault::Expired);
        }
        Ok(Bearer {
            uid: claims.sub,
            kind: claims.typ,
            session: claims.sid,
            expires_at,
        })
    }

    /// The key that a token names, unless it was retired.
    fn key_of(&self, now: DateTime<Utc>, token: &str) -> Option<Arc<Key>> {
        let header = decode_header(token).ok()?;
        if header.alg != Algorithm::EdDSA {
            return None;
        }
        self.keys.verifying(&header.kid?, now)
    }

    fn signed_claims(&self, token: &str, key: &Key) -> Option<Claims> {
        let mut rules = Validation::new(Algorithm::EdDSA);
        // The library would read the machine's clock; `verify` looks at the times itself.
        rules.validate_exp = false;
        rules.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        rules.set_audience(&[AUDIENCE]);
        rules.set_issuer(&[&self.issuer]);
        decode(token, &key.verifies, &rules)
            .ok()
            .map(|data| data.claims)
    }
}
