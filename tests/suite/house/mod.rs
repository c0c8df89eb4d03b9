//! Checks of the house itself: what ARCHITECTURE.md promises of the repository as a whole.

mod deploy;
mod document;
mod errors;
mod layers;
mod migrations;
mod routes;
mod source;
mod traces;

use std::path::{Path, PathBuf};
use std::process::Command;

/// The folder of the workspace.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("a workspace around the tests")
}

/// A file of the repository: its path from the root, with `/`, and its bytes.
struct File {
    path: String,
    bytes: Vec<u8>,
}

impl File {
    /// Empty for what is no text, such as a font.
    fn text(&self) -> &str {
        std::str::from_utf8(&self.bytes).unwrap_or_default()
    }

    /// What runs in the service, as opposed to what tests it.
    fn is_production(&self) -> bool {
        let tested = [
            "tests/",
            "domain/tests/",
            "domain/benches/",
            "infra/examples/",
            "infra/tests/",
            "api/tests/",
        ];
        let name = self.path.rsplit('/').next().unwrap_or_default();
        self.path.ends_with(".rs")
            && !tested.iter().any(|folder| self.path.starts_with(folder))
            && !name.starts_with("tests")
            && !name.ends_with("_tests.rs")
    }
}

/// Every file that belongs to the repository, as git tells it; from an archive without git, every
/// file outside of build output and data.
fn files() -> Vec<File> {
    let list = Command::new("git")
        .args([
            "ls-files",
            "-z",
            "--cached",
            "--others",
            "--exclude-standard",
        ])
        .current_dir(root())
        .output()
        .ok()
        .filter(|output| output.status.success())
        .map(|output| String::from_utf8(output.stdout).expect("names in UTF-8"));
    let mut paths: Vec<String> = match list {
        Some(list) => list.split_terminator('\0').map(str::to_owned).collect(),
        None => walked(root()),
    };
    paths.sort_unstable();
    paths.dedup();
    let found: Vec<File> = paths
        .into_iter()
        .filter_map(|path| {
            Some(File {
                bytes: std::fs::read(root().join(&path)).ok()?,
                path,
            })
        })
        .collect();
    assert!(found.len() > 200, "only {} files were found", found.len());
    found
}

fn walked(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    let mut open: Vec<PathBuf> = vec![folder.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
            let path = entry.path();
            let left_out = ["target", ".git", "data"]
                .iter()
                .any(|name| path == root().join(name));
            if path.is_dir() && !left_out {
                open.push(path);
            } else if path.is_file() {
                let inner = path.strip_prefix(root()).expect("a path below the root");
                found.push(inner.to_string_lossy().replace('\\', "/"));
            }
        }
    }
    found
}

/// Fails with every line of `found`, unless there is none.
#[track_caller]
fn none(what: &str, found: &[String]) {
    assert!(found.is_empty(), "{what}:\n  {}", found.join("\n  "));
}
