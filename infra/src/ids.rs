//! The only place that makes identifiers and random secrets.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rand::Rng as _;

/// A UUIDv7 as text: the name of a thing outside the database.
#[expect(
    clippy::disallowed_methods,
    reason = "the one place that makes identifiers"
)]
pub fn new_uid() -> String {
    uuid::Uuid::now_v7().to_string()
}

/// 256 random bits in URL-safe base64, for refresh tokens and client secrets.
pub fn new_secret() -> String {
    URL_SAFE_NO_PAD.encode(random_bytes::<32>())
}

/// Random bits fit for keys and salts.
pub fn random_bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0u8; N];
    rand::rng().fill_bytes(&mut bytes);
    bytes
}

/// Letters and digits that nobody confuses when reading a receipt aloud.
const KEY_ALPHABET: &[u8; 32] = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789";

/// A 6-character look-up key, as printed on a receipt.
pub fn new_lookup_key() -> String {
    random_bytes::<6>()
        .iter()
        .filter_map(|byte| KEY_ALPHABET.get(usize::from(byte % 32)))
        .map(|letter| char::from(*letter))
        .collect()
}

/// Letters and digits of a one-time password, none that is read wrongly from a slip of
/// paper; one stands twice to make 32.
const PASSWORD_ALPHABET: &[u8; 32] = b"abcdefghjkmnpqrstuvwxyz23456789x";

/// A one-time password of 80 bits in four groups, such as `k7fm-q2xd-9hpt-w4zc`.
pub fn new_password() -> String {
    let mut bytes = [0u8; 16];
    rand::rng().fill_bytes(&mut bytes);
    let groups: Vec<String> = bytes
        .chunks(4)
        .map(|group| {
            group
                .iter()
                .filter_map(|byte| PASSWORD_ALPHABET.get(usize::from(byte % 32)))
                .map(|letter| char::from(*letter))
                .collect()
        })
        .collect();
    groups.join("-")
}
