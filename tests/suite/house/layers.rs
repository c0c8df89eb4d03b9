//! The layers: which crate may know which.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use serde_json::Value;

use super::root;

/// The packages that a crate's production code is built from, itself left out.
struct Graph {
    /// Package id to its name.
    names: BTreeMap<String, String>,
    /// Package id to the ids that it needs for more than tests and build scripts.
    needs: BTreeMap<String, Vec<String>>,
    packages: Vec<Value>,
}

/// The platform of this machine, as the compiler calls it.
fn host() -> String {
    let output = Command::new("rustc").arg("-vV").output().expect("rustc");
    let text = String::from_utf8(output.stdout).expect("text");
    let host = text.lines().find_map(|line| line.strip_prefix("host: "));
    host.expect("a host").to_owned()
}

fn graph() -> Graph {
    // A fresh machine has fetched the packages of its own platform and no others.
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version=1", "--locked", "--offline"])
        .args(["--filter-platform", &host()])
        .current_dir(root())
        .output()
        .expect("cargo metadata");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let found: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    let packages = found["packages"].as_array().expect("packages").clone();
    let names = packages
        .iter()
        .map(|one| (text(&one["id"]), text(&one["name"])))
        .collect();
    let nodes = found["resolve"]["nodes"].as_array().expect("nodes");
    let normal = |dep: &&Value| {
        dep["dep_kinds"]
            .as_array()
            .is_some_and(|kinds| kinds.iter().any(|kind| kind["kind"].is_null()))
    };
    let needs = nodes.iter().map(|node| {
        let deps = node["deps"].as_array().expect("deps");
        (
            text(&node["id"]),
            deps.iter()
                .filter(normal)
                .map(|dep| text(&dep["pkg"]))
                .collect(),
        )
    });
    Graph {
        names,
        needs: needs.collect(),
        packages,
    }
}

impl Graph {
    fn id(&self, name: &str) -> &str {
        let found = self.names.iter().find(|(_, own)| *own == name);
        found
            .map(|(id, _)| id.as_str())
            .unwrap_or_else(|| panic!("no package {name}"))
    }

    /// Everything that `name` needs, and what that needs.
    fn below(&self, name: &str) -> BTreeSet<&str> {
        let mut seen = BTreeSet::new();
        let mut open = vec![self.id(name)];
        while let Some(id) = open.pop() {
            for next in self.needs.get(id).into_iter().flatten() {
                if seen.insert(next.as_str()) {
                    open.push(next);
                }
            }
        }
        seen.into_iter().map(|id| self.names[id].as_str()).collect()
    }

    /// What the manifest of `name` asks for, tests and build scripts included.
    fn manifest(&self, name: &str) -> Vec<&Value> {
        let package = self
            .packages
            .iter()
            .find(|one| one["name"] == name)
            .expect("a package");
        package["dependencies"]
            .as_array()
            .expect("dependencies")
            .iter()
            .collect()
    }
}

fn any_of<'a>(found: &BTreeSet<&'a str>, forbidden: &[&str]) -> Vec<&'a str> {
    let is = |name: &&str| forbidden.iter().any(|start| name.starts_with(start));
    found.iter().copied().filter(is).collect()
}

#[test]
fn the_domain_knows_no_database_no_server_no_runtime_and_no_clock() {
    let graph = graph();
    let below = graph.below("motcua-domain");
    let foreign = [
        "diesel", "actix", "tokio", "async", "futures", "motcua", "reqwest", "utoipa", "rand",
    ];
    assert_eq!(any_of(&below, &foreign), Vec::<&str>::new());
    for wanted in graph.manifest("motcua-domain") {
        if wanted["name"] == "chrono" {
            assert_eq!(
                wanted["uses_default_features"], false,
                "chrono's defaults hold a clock"
            );
            let features = wanted["features"].as_array().expect("features");
            assert!(
                !features.iter().any(|one| one == "clock" || one == "now"),
                "{features:?}"
            );
        }
        let wire = wanted["name"] == "serde" || wanted["name"] == "serde_json";
        assert!(
            !wire || wanted["kind"] == "dev",
            "entities of the domain are not serialisable"
        );
    }
}

#[test]
fn infra_knows_no_server() {
    let graph = graph();
    let below = graph.below("motcua-infra");
    let foreign = [
        "actix",
        "motcua-api",
        "utoipa",
        "clap",
        "governor",
        "prometheus",
    ];
    assert_eq!(any_of(&below, &foreign), Vec::<&str>::new());
}

#[test]
fn the_api_cannot_name_the_database() {
    let graph = graph();
    let manifest = graph.manifest("motcua-api");
    let names: BTreeSet<&str> = manifest
        .iter()
        // A test may forge a token; the program may not.
        .filter(|one| one["kind"] != "dev")
        .filter_map(|one| one["name"].as_str())
        .collect();
    let foreign = [
        "diesel",
        "r2d2",
        "pq-sys",
        "libsqlite3",
        "object_store",
        "argon2",
        "jsonwebtoken",
    ];
    assert_eq!(any_of(&names, &foreign), Vec::<&str>::new());
}

#[test]
fn crates_come_from_the_public_registry_alone() {
    let graph = graph();
    let public = "registry+https://github.com/rust-lang/crates.io-index";
    let elsewhere: Vec<String> = graph
        .packages
        .iter()
        .filter(|one| {
            one["source"]
                .as_str()
                .is_some_and(|source| source != public)
        })
        .map(|one| format!("{} from {}", one["name"], one["source"]))
        .collect();
    super::none("crates from elsewhere", &elsewhere);
}
