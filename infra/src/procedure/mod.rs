//! Procedures: versions by effective date, and the one in force on a day.

pub mod actions;
pub mod queries;
pub(crate) mod rows;

pub(crate) use queries::all_in_force;
pub use queries::{in_force, version};
pub use rows::{FeeJson, LimitJson, PaperJson, ProcedureJson, StepJson};
