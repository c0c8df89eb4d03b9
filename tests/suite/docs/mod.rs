//! What the documents promise: their requests, commands and links are tried.

mod http_file;
mod links;
mod readme;
mod requests_http;
mod resolve;

use std::path::PathBuf;

/// A file of the repository.
fn of_repository(path: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("..")
        .join(path)
}

fn read(path: &str) -> String {
    std::fs::read_to_string(of_repository(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}
