//! Who is told what and when: the sweep over the ladders, digests, reports, proposed apologies.

mod ahead;
mod batches;
mod counts;
mod digest;
mod directory;
mod groups;
mod house;
mod ladders;
mod links;
mod list;
mod look;
mod present;
mod proposals;
mod proposing;
mod record;
mod report;
mod sections;
mod stored;
mod sweep;
mod telling;

pub use batches::DigestTime;
pub use digest::digest;
pub use house::House;
pub use ladders::{LadderView, delete_ladder, look_again, read_ladder, replace_ladder};
pub use list::{AlertFilter, AlertView, list_alerts};
pub use present::{Presented, forget, leave_out, present, settle};
pub use proposals::{
    Decision, ProposalView, close_moot, dismiss_proposal, list_proposals, read_proposal,
    sign_proposal,
};
pub use report::{Runs, Span, report, report_while};
pub use sweep::{sweep, sweep_beside};

/// The rung under which managers are told of a proposed apology; no ladder may use the name.
pub(crate) const PROPOSED: &str = "apology_proposed";
