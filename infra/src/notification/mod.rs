//! Mails: the outbox in the database, letters and templates, and their delivery.

mod addresses;
pub mod alerts;
pub(crate) mod applicant;
mod bell;
pub mod delivery;
mod hours;
mod letterhead;
pub mod letters;
pub mod mails;
pub mod outbox;
pub mod own_templates;
pub mod samples;
mod scrub;
pub mod templates;
mod wanted;

pub use bell::Bell;
pub use letterhead::{Letterhead, Ready};
pub use wanted::{Mail, Wanted, still_wanted};

/// Where an applicant sees how far a dossier is. The key is not part of it: addresses are kept in
/// histories and logs.
pub fn look_up_url(public_url: &str, code: &str) -> String {
    format!("{public_url}/api/v1/public/dossiers/{code}")
}
