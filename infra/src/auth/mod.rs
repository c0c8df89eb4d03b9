//! Signing in: passwords, tokens, keys, ward clients.

pub mod actions;
mod key_files;
pub mod keys;
pub mod password;
pub mod principals;
pub mod profile;
pub mod queries;
pub mod rows;
mod seen;
pub mod tokens;

pub use actions::{
    ChangedPassword, FirstAdministrator, LoginAttempt, LoginOutcome, LoginStart, NewClient,
    Refreshed, Session, change_password, create_client, create_first_administrator, end_families,
    end_family_of, login_finish, login_start, password_change_start, purge_expired, refresh,
    retire_client, rotate_client_secret,
};
pub use keys::{KeyError, Keys, PublicKey};
pub use principals::{Account, PrincipalCache, load_account, load_principal};
pub use profile::{Place, Profile, profile};
pub use queries::{ClientDetail, ClientFilter, client_by_secret, client_detail, list_clients};
pub use tokens::{AccessToken, Bearer, Kind, TokenFault, Tokens};

use sha2::{Digest as _, Sha256};

/// What is stored of a secret of 256 random bits: a fast hash is enough, for there is nothing
/// to guess, and comparing hashes tells a listener nothing about the secret.
pub(crate) fn digest(secret: &str) -> String {
    Sha256::digest(secret.as_bytes())
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}
