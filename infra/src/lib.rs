//! Everything with a side effect except HTTP: database, files, keys, clock.

pub mod audit;
pub mod auth;
pub mod backup;
pub mod calendar;
pub mod clock;
pub mod db;
pub mod demo;
pub mod dossier;
pub mod env;
pub mod error;
pub mod files;
#[cfg(fuzzing)]
pub mod fuzzing;
pub mod idempotency;
pub mod ids;
pub mod notification;
pub mod office;
pub mod procedure;
pub mod report;
pub mod schedule;
pub mod staff;
