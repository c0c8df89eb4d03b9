//! Events chained by hash, so that tampering shows.

use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};

use crate::time::to_rfc3339;

/// The hash before the first event of a dossier.
pub const GENESIS: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// All that an event says, in the order in which it is hashed.
#[derive(Debug, Clone, Copy)]
pub struct EventRecord<'a> {
    pub dossier: &'a str,
    /// Counts from 1 within the dossier.
    pub number: i64,
    pub at: DateTime<Utc>,
    /// Public name of who acted; empty for the service itself.
    pub actor: &'a str,
    pub on_behalf_of: &'a str,
    pub action: &'a str,
    pub from: &'a str,
    pub to: &'a str,
    pub reason: &'a str,
    /// JSON text of the details, exactly as stored.
    pub detail: &'a str,
}

/// SHA-256 over the previous hash and every field, each led by its length so that no two
/// different events run together into the same bytes. Lower-case hexadecimal.
pub fn chain_hash(previous: &str, event: &EventRecord<'_>) -> String {
    let number = event.number.to_string();
    let at = to_rfc3339(event.at);
    let fields = [
        previous,
        event.dossier,
        &number,
        &at,
        event.actor,
        event.on_behalf_of,
        event.action,
        event.from,
        event.to,
        event.reason,
        event.detail,
    ];
    let mut hasher = Sha256::new();
    for field in fields {
        hasher.update(field.len().to_string());
        hasher.update(b":");
        hasher.update(field);
    }
    hasher
        .finalize()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}
