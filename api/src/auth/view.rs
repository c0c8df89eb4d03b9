//! What clients read about accounts.

use domain::auth::{Actor, Principal};
use domain::time::to_rfc3339;
use infra::auth::{AccessToken, ClientDetail, Place, Profile, PublicKey, Session};
use serde::Serialize;
use utoipa::ToSchema;

/// What holds tokens prints nothing of itself into a log.
macro_rules! hidden_in_debug {
    ($type:ident) => {
        impl std::fmt::Debug for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(concat!(stringify!($type), "(***)"))
            }
        }
    };
}

/// A session: a short access token, and the refresh token for the next one.
#[derive(Serialize, ToSchema)]
pub struct SessionView {
    /// Send it as `Authorization: Bearer`.
    pub access_token: String,
    #[schema(example = "Bearer")]
    pub token_type: &'static str,
    /// Seconds that the access token lives.
    #[schema(example = 600)]
    pub expires_in: u32,
    /// Good once.
    pub refresh_token: String,
    /// The session ends then, unless it is refreshed before.
    #[schema(format = "date-time", example = "2026-11-20T20:00:00+07:00")]
    pub refresh_expires_at: String,
    /// Until it is changed, changing the password is all that this account may do.
    pub must_change_password: bool,
}

hidden_in_debug!(SessionView);

impl SessionView {
    pub fn of(session: Session, access: AccessToken) -> Self {
        Self {
            access_token: access.token,
            token_type: "Bearer",
            expires_in: access.expires_in,
            refresh_token: session.refresh_token,
            refresh_expires_at: to_rfc3339(session.refresh_expires_at),
            must_change_password: session.must_change_password,
        }
    }
}

/// An office or department.
#[derive(Debug, Serialize, ToSchema)]
pub struct PlaceView {
    #[schema(example = "H29.23")]
    pub code: String,
    #[schema(example = "Ủy ban nhân dân phường")]
    pub name: String,
}

impl From<Place> for PlaceView {
    fn from(place: Place) -> Self {
        Self {
            code: place.code,
            name: place.name,
        }
    }
}

/// A role, and the office over which (and below which) it holds.
#[derive(Debug, Serialize, ToSchema)]
pub struct RoleView {
    #[schema(example = "clerk")]
    pub role: &'static str,
    pub office: PlaceView,
}

/// A colleague for whom one stands in at this moment.
#[derive(Debug, Serialize, ToSchema)]
pub struct AbsentView {
    pub id: String,
    pub name: String,
}

/// The account that asks.
#[derive(Debug, Serialize, ToSchema)]
pub struct MeView {
    pub id: String,
    /// `staff` or `client`.
    #[schema(example = "staff")]
    pub kind: &'static str,
    pub name: String,
    /// People only.
    pub login: Option<String>,
    pub office: PlaceView,
    pub department: Option<PlaceView>,
    pub roles: Vec<RoleView>,
    pub stands_in_for: Vec<AbsentView>,
    pub must_change_password: bool,
}

impl MeView {
    pub fn of(who: &Principal, profile: Profile, must_change_password: bool) -> Self {
        let absent = |person: &Principal| AbsentView {
            id: person.uid.clone(),
            name: person.name.clone(),
        };
        Self {
            id: who.uid.clone(),
            kind: match who.actor {
                Actor::Client(_) => "client",
                Actor::Staff(_) | Actor::System => "staff",
            },
            name: who.name.clone(),
            login: profile.login,
            office: profile.office.into(),
            department: profile.department.map(PlaceView::from),
            roles: profile
                .roles
                .into_iter()
                .map(|(role, office)| RoleView {
                    role: role.as_str(),
                    office: office.into(),
                })
                .collect(),
            stands_in_for: who.stands_in_for.iter().map(absent).collect(),
            must_change_password,
        }
    }
}

/// A connected system (ward client).
#[derive(Debug, Serialize, ToSchema)]
pub struct ClientView {
    /// Its `client_id`.
    #[schema(example = "0192f3c4-5d6e-7f80-9a1b-2c3d4e5f6071")]
    pub id: String,
    pub name: String,
    pub office: PlaceView,
    #[schema(format = "date-time")]
    pub created_at: String,
    /// Set once it is retired.
    #[schema(format = "date-time")]
    pub retired_at: Option<String>,
    pub version: i64,
}

impl From<ClientDetail> for ClientView {
    fn from(client: ClientDetail) -> Self {
        Self {
            id: client.uid,
            name: client.name,
            office: PlaceView {
                code: client.office_code,
                name: client.office_name,
            },
            created_at: to_rfc3339(client.created_at),
            retired_at: client.retired_at.map(to_rfc3339),
            version: client.version,
        }
    }
}

/// A connected system with its new secret.
#[derive(Debug, Serialize, ToSchema)]
pub struct ClientWithSecret {
    #[serde(flatten)]
    pub client: ClientView,
    /// Its `client_secret`, shown this once. The answer to a retry lacks it, for it is stored
    /// nowhere: make another one then.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "q0TDY3bXh8oVv1mZr1rWc2l6bX5m6nJt0h2Jm7u5c1A")]
    pub secret: Option<String>,
}

/// A page of connected systems.
#[derive(Debug, Serialize, ToSchema)]
pub struct ClientPage {
    pub items: Vec<ClientView>,
    /// For `cursor`; absent on the last page.
    pub next_cursor: Option<String>,
}

/// An access token for a connected system (RFC 6749, section 5.1).
#[derive(Serialize, ToSchema)]
pub struct TokenView {
    pub access_token: String,
    #[schema(example = "Bearer")]
    pub token_type: &'static str,
    /// Seconds that it lives.
    #[schema(example = 600)]
    pub expires_in: u32,
}

hidden_in_debug!(TokenView);

/// An error of the token endpoint (RFC 6749, section 5.2).
#[derive(Debug, Serialize, ToSchema)]
pub struct OAuthError {
    #[schema(example = "invalid_client")]
    pub error: &'static str,
    #[schema(example = "The client is unknown or its secret is wrong.")]
    pub error_description: &'static str,
}

/// A public key (RFC 7517, RFC 8037).
#[derive(Debug, Serialize, ToSchema)]
pub struct JwkView {
    #[schema(example = "OKP")]
    pub kty: &'static str,
    #[schema(example = "Ed25519")]
    pub crv: &'static str,
    pub kid: String,
    pub x: String,
    #[serde(rename = "use")]
    #[schema(rename = "use", example = "sig")]
    pub used_for: &'static str,
    #[schema(example = "EdDSA")]
    pub alg: &'static str,
}

impl From<PublicKey> for JwkView {
    fn from(key: PublicKey) -> Self {
        Self {
            kty: "OKP",
            crv: "Ed25519",
            kid: key.kid,
            x: key.x,
            used_for: "sig",
            alg: "EdDSA",
        }
    }
}

/// The keys by which access tokens can be checked, the newest first.
#[derive(Debug, Serialize, ToSchema)]
pub struct JwksView {
    pub keys: Vec<JwkView>,
}
