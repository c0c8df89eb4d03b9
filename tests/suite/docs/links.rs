//! Links between the documents lead somewhere.

use super::of_repository;

/// Every document that people open.
const DOCUMENTS: &[&str] = &[
    "README.md",
    "ARCHITECTURE.md",
    "CONTRIBUTING.md",
    "CHANGELOG.md",
    "deploy/README.md",
    "docs/decisions.md",
    "docs/deadlines.md",
];

#[test]
fn every_link_within_the_repository_leads_to_a_file() {
    let records = std::fs::read_dir(of_repository("docs/adr")).expect("the decisions");
    let records = records.map(|entry| {
        let name = entry.expect("an entry").file_name();
        format!("docs/adr/{}", name.to_string_lossy())
    });
    let documents = DOCUMENTS
        .iter()
        .map(|name| (*name).to_owned())
        .chain(records);
    let broken: Vec<String> = documents
        .flat_map(|document| broken_in(&document))
        .collect();
    assert_eq!(broken, Vec::<String>::new());
}

fn broken_in(document: &str) -> Vec<String> {
    let text = super::read(document);
    let folder = of_repository(document)
        .parent()
        .expect("a folder")
        .to_owned();
    let targets = text
        .split("](")
        .skip(1)
        .filter_map(|rest| rest.split_once(')'));
    let inside = targets
        .map(|(target, _)| target)
        .filter(|target| !target.contains("://"));
    inside
        .filter_map(|target| {
            let path = target.split('#').next().unwrap_or_default();
            (!folder.join(path).exists()).then(|| format!("{document}: {target}"))
        })
        .collect()
}
