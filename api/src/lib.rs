//! The motcua service: HTTP, wiring, jobs and the command line.

pub mod app;
pub mod auth;
pub mod calendar;
pub mod cli;
pub mod config;
pub mod deadline;
pub mod dossier;
pub mod features;
#[cfg(fuzzing)]
pub mod fuzzing;
pub mod http;
pub mod input;
pub mod notification;
pub mod office;
pub mod openapi;
pub mod ops;
pub mod problem;
pub mod procedure;
pub mod schedule;
pub mod server;
pub mod staff;
