//! Mails: the outbox in the database, letters and templates, and their delivery.

mod bell;
mod hours;
pub mod letters;
pub mod outbox;
pub mod samples;
pub mod templates;

pub use bell::Bell;

/// Where an applicant sees how far a dossier is. The key is not part of it: addresses are kept in
/// histories and logs.
pub fn look_up_url(public_url: &str, code: &str) -> String {
    format!("{public_url}/api/v1/public/dossiers/{code}")
}
