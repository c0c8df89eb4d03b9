//! The scheduler's memory: runs of jobs that happen once over all servers, and the day roots.

mod queries;
mod report;
mod roots;
mod rows;
mod runs;
mod turnstile;

pub use queries::{last_runs, list_roots, list_runs};
pub use report::{MAX_NAMED, Report, Skipped};
pub use roots::{
    DayFault, DayRoot, RootFault, compute_missing_roots, kept_root, latest_root, verify_roots,
};
pub use rows::{Cause, Run, RunState};
pub use runs::{
    Begin, Begun, Ended, Standing, abandon_open, ask_for_run, begin, finish, first_seen,
    purge_runs, server_name, standings,
};
pub use turnstile::Turnstile;
