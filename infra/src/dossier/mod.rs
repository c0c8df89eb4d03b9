//! Dossiers: the actions and what is read of them.

#[macro_use]
mod columns;

mod attachments;
mod change_rows;
mod command;
mod comments;
mod detail;
mod draft;
mod feed;
mod glance;
mod in_force;
mod intake_rows;
mod lapse;
mod lists;
mod papers;
mod people;
mod public;
pub(crate) mod recount;
mod register;
mod request;
mod rows;
mod scope;
mod store;
pub(crate) mod stored;
mod summary;
mod verify;
pub(crate) mod watching;

pub use attachments::{
    Attachment, MAX_ATTACHMENT_BYTES, Sniffed, add_attachment, find_attachment, list_attachments,
    may_attach, sniff,
};
pub use command::command;
pub use comments::{Comment, add_comment, list_comments};
pub use detail::{
    ApplicantView, Detail, Payment, StepView, Supplement, explain_due_date, list_events,
    outcome_text, read_dossier, read_dossier_recorded, read_taken,
};
pub use draft::Draft;
pub use feed::{EventView, FeedItem, events_after, newest_event};
pub(crate) use glance::RegisterNames;
pub(crate) use in_force::{InForce, Wanted};
pub use lapse::lapse_all;
pub use lists::{
    COUNT_CAP, DueWhen, Filter, Listed, Paging, list_department, list_dossiers, list_due, list_mine,
};
pub use papers::PaperTick;
pub use public::{Apology, DueDateChange, OwnView, PublicDossier, PublicStep, look_up, rate};
pub use register::{Applicant, Intake, NewDossier, Taken, take_in};
pub use request::Request;
pub use rows::Paper;
pub(crate) use rows::{DossierRow, StoredApplicant};
pub(crate) use scope::visible_offices;
pub use summary::{Named, StepSummary, Summary};
pub use verify::{BrokenLink, Chains, LinkFault, Walked, read_chains, verify_chains};
