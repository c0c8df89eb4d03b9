//! What every test stands on: a world of its own, people who act in it, and their answers.

mod answer;
mod campaign;
mod client;
mod database;
mod dice;
mod moment;
mod program;
mod ward;
mod world;

pub use answer::Answer;
pub use campaign::{kills, tell};
pub use client::{Client, Visitor, send};
pub use database::{Database, PASSWORD, Which};
pub use dice::Dice;
pub use moment::at;
pub use program::{Ended, ended, pg_tool, program, program_alone};
pub use ward::*;
pub use world::{PUBLIC_URL, World, run_due, service_on};

/// Runs each test body on SQLite and on PostgreSQL, each time in a fresh world.
macro_rules! both {
    ($($(#[doc = $doc:literal])* async fn $name:ident($($world:ident)+) $body:block)*) => {$(
        mod $name {
            #[allow(unused_imports, reason = "not every body needs all of it")]
            use super::*;

            $(#[doc = $doc])*
            async fn body($($world)+: $crate::support::World) $body

            #[test]
            fn sqlite() {
                $crate::support::World::run($crate::support::Which::Sqlite, body);
            }

            #[test]
            fn postgres() {
                $crate::support::World::run($crate::support::Which::Postgres, body);
            }
        }
    )*};
}
