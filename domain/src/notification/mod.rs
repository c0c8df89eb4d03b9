//! Mails: what there is to tell whom, and how a mail that fails is tried again.

mod kind;
pub mod ladder;
mod news;
mod retry;

pub use kind::Kind;
pub use news::{Cause, Deed, Ending, News, news};
pub use retry::{ATTEMPTS, BOUNCES_TO_MUTE, pause};
