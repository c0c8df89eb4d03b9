//! Every route of a feature is in the OpenAPI document, and the document has no route too many.

use std::collections::BTreeSet;

use super::{files, none};

/// Handlers that a feature mounts by `.to(…)`, and those that its `Docs` name in `paths(…)`.
fn mounted_and_documented(text: &str) -> (BTreeSet<&str>, BTreeSet<&str>) {
    let mounted = text
        .split(".to(")
        .skip(1)
        .filter_map(|rest| rest.split(')').next());
    let named = text
        .split_once("paths(")
        .and_then(|(_, rest)| rest.split_once(')'))
        .map(|(list, _)| list)
        .unwrap_or_default();
    let documented = named
        .split(',')
        .map(str::trim)
        .filter(|name| !name.is_empty());
    (mounted.map(str::trim).collect(), documented.collect())
}

#[test]
fn each_feature_documents_exactly_what_it_mounts() {
    let mut found = Vec::new();
    let mut features = 0;
    for file in files() {
        let inner = file
            .path
            .strip_prefix("api/src/")
            .and_then(|path| path.strip_suffix("/mod.rs"));
        if inner.is_none() || !file.text().contains("fn routes(") {
            continue;
        }
        features += 1;
        let (mounted, documented) = mounted_and_documented(file.text());
        assert!(!mounted.is_empty(), "{}: no route", file.path);
        for odd in mounted.symmetric_difference(&documented) {
            found.push(format!("{}: {odd}", file.path));
        }
    }
    none("mounted and not documented, or the other way round", &found);
    assert_eq!(
        features,
        api::features::FEATURES.len(),
        "a feature without Docs, or not in the list"
    );
}
