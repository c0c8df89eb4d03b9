//! The rules of the one-stop-shop, pure: no clock, no I/O, `now` is always an argument.

pub mod auth;
pub mod deadline;
pub mod dossier;
pub mod lang;
pub mod notification;
pub mod office;
pub mod procedure;
pub mod schedule;
pub mod text;
pub mod time;
