//! Passwords: what is accepted, how they are hashed, and how slow work is kept in bounds.

use std::hint::black_box;
use std::sync::{Arc, LazyLock};

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use argon2::{Algorithm, Argon2, Params, Version};
use tokio::sync::Semaphore;
use unicode_normalization::UnicodeNormalization as _;

use crate::db::Unavailable;
use crate::error::{Error, Fault};
use crate::ids::random_bytes;

/// Fewest characters, counted after normalising (OWASP ASVS 2.1.1).
pub const MIN_CHARS: usize = 12;
/// Most bytes as they came in: a hash of megabytes would be a gift to an attacker.
pub const MAX_BYTES: usize = 1024;

/// OWASP's first choice for Argon2id with 19 MiB: memory in KiB, passes, lanes.
const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// How many hashes may wait for a processor before more are turned away.
const MAX_WAITING: usize = 64;

/// Says what is wrong with a password somebody chose, at `field` of the request.
pub fn check(field: &str, password: &str) -> Result<(), Fault> {
    if password.len() > MAX_BYTES {
        let vi = format!("mật khẩu dài quá {MAX_BYTES} byte");
        return Err(Fault::new(
            field,
            "too_long",
            vi,
            format!("the password is longer than {MAX_BYTES} bytes"),
        ));
    }
    if password.nfc().count() < MIN_CHARS {
        let vi = format!("mật khẩu phải có ít nhất {MIN_CHARS} ký tự");
        return Err(Fault::new(
            field,
            "too_short",
            vi,
            format!("the password needs at least {MIN_CHARS} characters"),
        ));
    }
    Ok(())
}

/// Checks and hashes a chosen password: an Argon2id PHC string. Takes some 15 ms, so call it
/// through [`slowly`] and never inside a write.
pub fn hash(password: &str) -> Result<String, Error> {
    check("password", password).map_err(|fault| Error::Invalid(vec![fault]))?;
    hash_checked(password)
}

pub(super) fn hash_checked(password: &str) -> Result<String, Error> {
    let normal: String = password.nfc().collect();
    argon2()?
        .hash_password_with_salt(normal.as_bytes(), &random_bytes::<16>())
        .map(|phc| phc.to_string())
        .map_err(|cause| Error::Internal(format!("password hash: {cause}")))
}

/// Whether `password` is the one behind `stored`. With nothing stored (nobody has that login) it
/// takes as long and answers no, so that the time tells nobody which logins exist.
pub fn verify(password: &str, stored: Option<&str>) -> Result<bool, Error> {
    let candidate: String = match password.len() {
        0..=MAX_BYTES => password.nfc().collect(),
        _ => String::new(),
    };
    let hasher = argon2()?;
    let Some(stored) = stored else {
        drop(black_box(
            hasher.hash_password_with_salt(candidate.as_bytes(), &[0; 16]),
        ));
        return Ok(false);
    };
    let phc = PasswordHash::new(stored)
        .map_err(|_| Error::Internal("a stored password hash does not read".to_owned()))?;
    Ok(hasher.verify_password(candidate.as_bytes(), &phc).is_ok())
}

/// Whether a stored hash was made with weaker settings than today's.
pub fn needs_rehash(stored: &str) -> bool {
    PasswordHash::new(stored)
        .ok()
        .filter(|phc| phc.algorithm.as_str() == "argon2id")
        .and_then(|phc| Params::try_from(&phc).ok())
        .is_none_or(|kept| kept.m_cost() < MEMORY_KIB || kept.t_cost() < PASSES)
}

fn argon2() -> Result<Argon2<'static>, Error> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None)
        .map_err(|cause| Error::Internal(format!("password hash settings: {cause}")))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

/// Runs a slow job on a blocking thread, no more at a time than there are processors: each hash
/// takes 19 MiB, and a flood of logins must not take the machine down. Beyond a bounded queue
/// the answer is `QueueFull`.
pub async fn slowly<T, F>(job: F) -> Result<T, Error>
where
    T: Send + 'static,
    F: FnOnce() -> Result<T, Error> + Send + 'static,
{
    static QUEUE: LazyLock<Arc<Semaphore>> =
        LazyLock::new(|| Arc::new(Semaphore::new(MAX_WAITING)));
    static PROCESSORS: LazyLock<Arc<Semaphore>> = LazyLock::new(|| {
        Arc::new(Semaphore::new(
            std::thread::available_parallelism().map_or(1, usize::from),
        ))
    });
    let _place = QUEUE
        .try_acquire()
        .map_err(|_| Error::Unavailable(Unavailable::QueueFull))?;
    let turn = Arc::clone(&PROCESSORS)
        .acquire_owned()
        .await
        .map_err(|_| Error::Unavailable(Unavailable::QueueFull))?;
    let work = tokio::task::spawn_blocking(move || {
        // Held by the job itself: a caller who goes away does not set the processor free.
        let _turn = turn;
        job()
    });
    work.await
        .map_err(|cause| Error::Internal(format!("a hashing job ended early: {cause}")))?
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail loudly")]
    use super::*;

    #[test]
    fn a_password_verifies_in_either_unicode_form() {
        let composed = "mật khẩu của tôi";
        let decomposed: String = composed.nfd().collect();
        let stored = hash(composed).unwrap();
        assert!(
            stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"),
            "{stored}"
        );
        assert!(verify(&decomposed, Some(&stored)).unwrap());
        assert!(!verify("mat khau cua toi", Some(&stored)).unwrap());
        assert!(!needs_rehash(&stored));
    }

    #[test]
    fn two_hashes_of_one_password_differ() {
        assert_ne!(
            hash("the same password").unwrap(),
            hash("the same password").unwrap()
        );
    }

    #[test]
    fn short_and_huge_passwords_are_refused_by_name() {
        assert_eq!(
            check("new_password", "mười một ch").unwrap_err().code,
            "too_short"
        );
        // Twelve code points of which the marks fold away are fewer characters.
        assert_eq!(
            check("p", &"e\u{301}".repeat(11)).unwrap_err().code,
            "too_short"
        );
        assert_eq!(
            check("p", &"x".repeat(MAX_BYTES + 1)).unwrap_err().code,
            "too_long"
        );
        assert!(check("p", "mười hai chữ").is_ok());
    }

    #[test]
    fn nobody_signs_in_where_nothing_is_stored() {
        assert!(!verify("whatever it is", None).unwrap());
        assert!(!verify(&"x".repeat(1 << 20), None).unwrap());
    }

    #[test]
    fn a_hash_of_weaker_settings_asks_to_be_renewed() {
        let weak = Argon2::new(
            Algorithm::Argon2id,
            Version::V0x13,
            Params::new(8, 1, 1, None).unwrap(),
        );
        let stored = weak
            .hash_password_with_salt(b"an old password", &[7; 16])
            .unwrap()
            .to_string();
        assert!(needs_rehash(&stored));
        assert!(verify("an old password", Some(&stored)).unwrap());
        assert!(needs_rehash("not a hash"));
    }

    #[test]
    fn a_stored_hash_that_does_not_read_is_no_silent_no() {
        assert!(verify("whatever it is", Some("garbage")).is_err());
    }
}
