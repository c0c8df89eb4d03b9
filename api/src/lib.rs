//! The motcua service: HTTP, wiring, jobs and the command line.

pub mod app;
pub mod auth;
pub mod cli;
pub mod config;
pub mod dossier;
pub mod features;
pub mod http;
pub mod input;
pub mod jobs;
pub mod office;
pub mod openapi;
pub mod ops;
pub mod problem;
pub mod server;
pub mod staff;
