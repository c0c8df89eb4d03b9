//! The rules of the one-stop-shop, pure: no clock, no I/O, `now` is always an argument.

pub mod deadline;
pub mod lang;
pub mod text;
pub mod time;
