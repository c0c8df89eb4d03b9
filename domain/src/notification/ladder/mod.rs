//! Who is told what and when: the ladder of alerts, its moments, and proposed apologies.

mod faults;
mod moments;
mod proposal;
mod rung;
mod spans;
mod watch;

pub use faults::{LadderFault, MAX_RUNGS};
pub use moments::{Firing, Look, look, schedule};
pub use proposal::{Fit, fit};
pub use rung::{About, Ladder, Recipient, Rung, Short, When};
pub use spans::Spans;
pub use watch::{Target, Watch};
