//! The life of a dossier as the law tells it: states, rights, time, record.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::as_conversions,
    clippy::panic,
    reason = "a test may fail loudly"
)]

mod correction;
mod dates;
mod judgement;
mod news;
mod record;
mod recount;
mod rights;
mod route;
mod stops;
mod support;
mod transitions;
