//! Accounts on both databases: keys and tokens, signing in, sessions, rights, ward clients.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::as_conversions,
    clippy::panic,
    dead_code,
    unreachable_pub,
    missing_debug_implementations,
    reason = "a test may fail loudly"
)]

mod clients;
#[path = "../db_support/mod.rs"]
mod db_support;
mod first_administrator;
mod keys;
mod login;
mod principals;
mod sessions;
mod support;
mod tokens;
