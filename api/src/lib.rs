//! The motcua service: HTTP, wiring, jobs and the command line.

pub mod input;
pub mod problem;
