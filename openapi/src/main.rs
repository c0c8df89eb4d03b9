//! Writes the committed OpenAPI document from the code, or checks that it is current.

use std::io::Write as _;
use std::path::Path;
use std::process::ExitCode;
use std::{env, fs, io};

fn main() -> ExitCode {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("openapi.json");
    let outcome = match env::args().nth(1).as_deref() {
        None => write(&path),
        Some("--check") => check(&path),
        Some(_) => Err("usage: motcua-openapi [--check]".to_owned()),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            // With standard error gone there is nobody left to tell.
            let _ = writeln!(io::stderr(), "{message}");
            ExitCode::FAILURE
        }
    }
}

fn document() -> Result<String, String> {
    api::openapi::json().map_err(|error| format!("the document cannot be written: {error}"))
}

fn write(path: &Path) -> Result<(), String> {
    fs::write(path, document()?).map_err(|error| format!("{}: {error}", path.display()))
}

fn check(path: &Path) -> Result<(), String> {
    let committed =
        fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    if committed == document()? {
        return Ok(());
    }
    Err(
        "openapi/openapi.json is not current: run `cargo run -p motcua-openapi` and commit it"
            .to_owned(),
    )
}
