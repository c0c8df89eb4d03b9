//! What clients send about dossiers.

mod commands;
mod intake;
mod lists;

use domain::dossier::{Outcome, State};

pub use self::commands::*;
pub use self::intake::*;
pub use self::lists::*;
use crate::{enum_words, word_enum};

enum_words!(Outcome { "approved" => Outcome::Approved, "declined" => Outcome::Declined });
enum_words!(State {
    "submitted" => State::Submitted,
    "accepted" => State::Accepted,
    "refused" => State::Refused,
    "processing" => State::Processing,
    "awaiting_supplement" => State::AwaitingSupplement,
    "awaiting_payment" => State::AwaitingPayment,
    "withdrawn" => State::Withdrawn,
    "stopped" => State::Stopped,
    "resolved" => State::Resolved,
    "returned" => State::Returned,
});

word_enum! {
    /// How a dossier comes in.
    pub enum Channel {
        InPerson = "in_person",
        Post = "post",
        Online = "online",
        WardClient = "ward_client",
    }
}

word_enum! {
    /// How a result goes out.
    pub enum Way { InPerson = "in_person", Post = "post", Online = "online" }
}
