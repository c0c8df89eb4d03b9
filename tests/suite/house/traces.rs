//! Nothing in the repository tells where it was made.

use super::{files, none};

/// Folders of somebody's machine, in halves, so that this file does not find itself.
const PLACES: &[&str] = &[
    concat!("/ro", "ot/"),
    concat!("/ho", "me/"),
    concat!("/Us", "ers/"),
    concat!("/work", "/"),
    concat!("/tmp", "/bash"),
    concat!("C:\\", "Users"),
    concat!("/.cargo/reg", "istry"),
];

/// Names by which package mirrors go.
const MIRRORS: &[&str] = &[
    concat!("arti", "factory"),
    concat!("nex", "us."),
    concat!("sparse+", "http"),
    concat!("replace", "-with"),
    concat!("GO", "PROXY"),
    concat!("PIP_INDEX", "_URL"),
];

#[test]
fn no_file_names_a_folder_of_the_machine_on_which_it_was_written() {
    let mut found = Vec::new();
    for file in files() {
        for (index, line) in file.text().lines().enumerate() {
            // An address such as https://example.org/home/ is no folder.
            let is_folder = |place: &&&str| {
                line.match_indices(**place).any(|(at, _)| {
                    let before = line[..at].chars().next_back();
                    !before
                        .is_some_and(|letter| letter.is_alphanumeric() || "./_-}$".contains(letter))
                })
            };
            if let Some(place) = PLACES.iter().find(is_folder) {
                found.push(format!("{}:{}: {place}", file.path, index + 1));
            }
        }
    }
    none("machine paths", &found);
}

#[test]
fn no_file_names_a_mirror_of_a_package_registry() {
    let mut found = Vec::new();
    for file in files() {
        for (index, line) in file.text().lines().enumerate() {
            if let Some(mirror) = MIRRORS.iter().find(|mirror| line.contains(**mirror)) {
                found.push(format!("{}:{}: {mirror}", file.path, index + 1));
            }
        }
    }
    none("registry hosts", &found);
}
