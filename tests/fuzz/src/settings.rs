//! The TOML file of the settings: it reads or every fault is named, and no password is shown.

use api::config::Settings;

const PASSWORD: &str = "Zq9pw";

pub(crate) fn run(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    let shown = match Settings::of_toml(text) {
        Ok(settings) => format!("{settings:?}"),
        Err(faults) => {
            let words = faults.to_string();
            assert!(!words.is_empty());
            words
        }
    };
    if is_the_password_of_the_database(text) {
        assert!(!shown.contains(PASSWORD), "{shown}");
    }
}

/// The marked password stands where a password stands, and nowhere else.
fn is_the_password_of_the_database(text: &str) -> bool {
    let url = text
        .lines()
        .find_map(|line| line.strip_prefix("database_url = \"postgres://"));
    url.is_some_and(|url| url.contains(&format!(":{PASSWORD}@")))
        && text.matches(PASSWORD).count() == 1
}
