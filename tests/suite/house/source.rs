//! How the source reads: a sentence at the head, short files, nothing that can fall over.

use super::{File, files, none};

/// Lines of one file.
const LONGEST: usize = 400;

fn rust() -> Vec<File> {
    files()
        .into_iter()
        .filter(|file| file.path.ends_with(".rs"))
        .collect()
}

#[test]
fn every_file_opens_with_a_sentence_on_what_it_is_for() {
    let silent = |file: &File| {
        let first = file.text().lines().next().unwrap_or_default();
        !(first.starts_with("//! ") && first.len() > 15)
    };
    let found: Vec<String> = rust()
        .into_iter()
        .filter(silent)
        .map(|file| file.path)
        .collect();
    none("files without a first sentence", &found);
}

#[test]
fn no_file_is_longer_than_a_person_reads_in_one_sitting() {
    let lines = |file: &File| file.text().lines().count();
    let found: Vec<String> = rust()
        .into_iter()
        .filter(|file| lines(file) > LONGEST)
        .map(|file| format!("{} has {} lines", file.path, lines(&file)))
        .collect();
    none("files of more than 400 lines", &found);
}

/// The code of a file up to its tests.
fn code(file: &File) -> impl Iterator<Item = (usize, &str)> {
    let tests = file
        .text()
        .find("#[cfg(test)]\nmod tests {")
        .unwrap_or(file.text().len());
    file.text()[..tests]
        .lines()
        .enumerate()
        .map(|(index, line)| (index + 1, line.split("//").next().unwrap_or_default()))
}

#[test]
fn nothing_in_production_can_panic_by_way_of_a_shortcut() {
    let shortcuts = [
        ".unwrap()",
        ".expect(",
        "panic!(",
        "todo!(",
        "unimplemented!(",
        "unreachable!(",
    ];
    let mut found = Vec::new();
    for file in rust().iter().filter(|file| file.is_production()) {
        for (number, line) in code(file) {
            if shortcuts.iter().any(|shortcut| line.contains(shortcut)) {
                found.push(format!("{}:{number}: {}", file.path, line.trim()));
            }
        }
    }
    none("shortcuts that panic", &found);
}

#[test]
fn no_entity_of_the_domain_can_be_written_to_the_wire() {
    let mut found = Vec::new();
    for file in rust()
        .iter()
        .filter(|file| file.path.starts_with("domain/src/"))
    {
        for (number, line) in code(file) {
            if ["serde", "Serialize", "ToSchema"]
                .iter()
                .any(|word| line.contains(word))
            {
                found.push(format!("{}:{number}: {}", file.path, line.trim()));
            }
        }
    }
    none("the domain and the wire", &found);
}

#[test]
fn no_test_is_ignored_and_none_sleeps() {
    // In two halves, so that this file does not find itself.
    let forbidden = [
        concat!("#[ign", "ore"),
        concat!("thread::sl", "eep("),
        concat!("time::sl", "eep("),
    ];
    let mut found = Vec::new();
    // The load program measures over time; it is no test.
    let tests = |file: &&File| !file.is_production() && !file.path.starts_with("tests/load/");
    for file in rust().iter().filter(tests) {
        for (index, line) in file.text().lines().enumerate() {
            if forbidden.iter().any(|word| line.contains(word)) {
                found.push(format!("{}:{}: {}", file.path, index + 1, line.trim()));
            }
        }
    }
    none("tests that do not run or that wait", &found);
}
