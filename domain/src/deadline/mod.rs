//! Calendars, time limits and stops: when a dossier is due, and why.

mod calendar;
mod compile;
mod explain;
mod fault;
mod fold;
mod limit;
mod moment;
mod ordinal;
mod session;
mod term;

pub use calendar::{Calendar, DayOff};
pub use compile::{CalendarFault, CalendarSpec, SpecialDay};
pub use explain::{Explanation, MAX_DAYS_LISTED, SkipReason, Skipped};
pub use fault::TermFault;
pub use limit::{LimitFault, TimeLimit, default_cutoff};
pub use session::{Session, SessionFault};
pub use term::{Change, Due, MAX_CHANGES, Term, Then};
