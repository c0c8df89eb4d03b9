//! Mails: the outbox in the database, letters and templates, and their delivery.

mod addresses;
pub mod alerts;
pub(crate) mod applicant;
mod bell;
pub mod delivery;
mod hours;
mod letterhead;
pub mod letters;
mod links;
pub mod mails;
pub mod muted;
pub mod outbox;
pub mod own_templates;
pub mod samples;
mod scrub;
mod stale;
pub mod templates;
mod wanted;

pub use bell::Bell;
pub use letterhead::{Letterhead, Ready};
pub use links::{LinkFault, Links, ListOf, Place};
pub use wanted::{Mail, Wanted, still_wanted};
