//! Everything with a side effect except HTTP: database, files, keys, clock.

pub mod clock;
pub mod db;
pub mod ids;
