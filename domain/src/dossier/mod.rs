//! The life of a dossier (hồ sơ): states, actions, lateness and the chain of its events.

mod apply;
mod check;
mod closing;
mod command;
mod event;
mod life;
mod promise;
mod recompute;
mod refusal;
mod state;
mod timeliness;

pub use apply::{Moment, hand_over_due};
pub use closing::Judgement;
pub use command::{Command, Handover};
pub use event::{EventRecord, GENESIS, chain_hash};
pub use life::{
    BackTo, Dossier, FirstResult, Left, Life, MissingPaper, Rules, StepAt, StepPlace, Used,
};
pub use promise::Promise;
pub use refusal::Refusal;
pub use state::{Action, Outcome, State};
pub use timeliness::{Lateness, Timeliness, judge};
