//! The motcua service: HTTP, wiring, jobs and the command line.

pub mod app;
pub mod dossier;
pub mod http;
pub mod input;
pub mod office;
pub mod problem;
pub mod staff;
