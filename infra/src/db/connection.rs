//! One connection type over both databases, so that every query is written once.

#![allow(
    clippy::as_conversions,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::unimplemented,
    missing_debug_implementations,
    unreachable_pub,
    reason = "the derive writes code that we do not control"
)]

use diesel::{PgConnection, SqliteConnection};

/// A connection to the database, whichever it is.
#[derive(diesel::MultiConnection)]
pub enum Conn {
    Postgres(PgConnection),
    Sqlite(SqliteConnection),
}
