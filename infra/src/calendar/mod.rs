//! Calendars: versions that never change, the one in force for an office, and recomputation.

pub mod actions;
pub mod queries;
pub mod recompute;
pub(crate) mod rows;

pub(crate) use queries::own_versions;
pub use queries::{compiled, in_force, in_force_by_path};
pub use rows::{CalendarJson, YearJson};
