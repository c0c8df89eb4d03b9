//! Calendars and procedures over both databases, on the demo ward.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::as_conversions,
    clippy::panic,
    reason = "a test may fail loudly"
)]

mod calendars;
#[path = "../db_support/mod.rs"]
#[allow(
    dead_code,
    unreachable_pub,
    reason = "the tests of the seam use more of it"
)]
mod db_support;
mod procedures;
mod recomputations;
mod ward;
