//! The integration suite: the whole service over HTTP, each test on both databases.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::as_conversions,
    clippy::panic,
    reason = "a test may fail loudly"
)]

#[macro_use]
mod support;

mod calendar;
mod deadline;
mod docs;
mod dossier;
mod procedure;
mod public;
