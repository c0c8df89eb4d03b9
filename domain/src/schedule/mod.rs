//! Jobs that run by themselves: which run is due, and the root hash of a day's events.

mod due;
mod root;

pub use due::{Last, Outcome, TRIES, Turn, due};
pub use root::{DayHasher, NO_ROOT};
