//! Mails: the outbox in the database, letters and templates, and their delivery.

mod bell;
mod hours;
pub mod letters;
pub mod outbox;

pub use bell::Bell;
