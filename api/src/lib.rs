//! The motcua service: HTTP, wiring, jobs and the command line.

pub mod app;
pub mod calendar;
pub mod deadline;
pub mod dossier;
pub mod http;
pub mod input;
pub mod problem;
pub mod procedure;
