//! Words for whoever sits at the terminal.

use std::fmt::Display;
use std::io::{self, Write as _};

/// A line on standard output. Whoever closed it does not want to know.
pub(super) fn line(text: impl Display) {
    let _ = writeln!(io::stdout(), "{text}");
}

/// A line on standard error.
pub(super) fn error(text: impl Display) {
    let _ = writeln!(io::stderr(), "{text}");
}
