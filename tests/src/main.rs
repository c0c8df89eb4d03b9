//! The program `motcua` for the suite, which runs it as a process of its own.

use std::process::ExitCode;

fn main() -> ExitCode {
    api::cli::main()
}
