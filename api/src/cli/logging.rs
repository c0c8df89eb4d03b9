//! The log: what is written, and for whom.

use std::io::IsTerminal as _;

use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt;

use crate::config::{LogFormat, Settings};

/// Starts the log of this process. A second call changes nothing.
pub(super) fn start(settings: &Settings) {
    let filter = EnvFilter::new(&settings.log);
    let log = fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        // Else a line that cannot be written, as on a full disk, ends the thread that wrote it.
        .log_internal_errors(false);
    let started = match settings.log_format {
        LogFormat::Json => log
            .json()
            .flatten_event(true)
            .with_current_span(true)
            .try_init(),
        LogFormat::Text => log.with_ansi(std::io::stderr().is_terminal()).try_init(),
    };
    drop(started);
    for variable in &settings.unknown {
        tracing::warn!(variable, "this variable is no setting; is it misspelt?");
    }
}
