//! The registers on both databases: offices, staff, calendars, procedures, and the demo ward.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::as_conversions,
    clippy::panic,
    dead_code,
    unreachable_pub,
    missing_debug_implementations,
    reason = "a test may fail loudly"
)]

mod calendars;
#[path = "../db_support/mod.rs"]
mod db_support;
mod demo;
mod departments;
mod offices;
mod procedures;
mod recomputations;
mod staff;
mod staff_lists;
mod stand_ins;
mod support;
mod ward;
