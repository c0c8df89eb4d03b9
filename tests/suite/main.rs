//! The integration suite: the whole service over HTTP, each test on both databases.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::as_conversions,
    clippy::panic,
    missing_debug_implementations,
    unreachable_pub,
    reason = "a test may fail loudly"
)]

#[macro_use]
mod support;

mod alerts;
mod authorization;
mod backup;
mod calendar;
mod contents;
mod deadline;
mod docs;
mod document;
mod dossier;
mod faults;
mod hostile;
mod house;
mod notification;
mod office;
mod plans;
mod procedure;
mod program;
mod public;
mod schedule;
mod simulated_year;
mod staff;
mod upgrade;
#[path = "../year/mod.rs"]
mod year;
