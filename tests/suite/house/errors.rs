//! Error codes: every one that the code names is in the catalogue, and has its page.

use api::problem::{CATALOGUE, catalogue};

use super::{files, none};

/// The ways in which an action or a handler names a code in words.
const WAYS: &[&str] = &[
    "Refused(\"",
    "Unauthenticated(\"",
    "by_code(\"",
    "Problem::by_code(\"",
];

#[test]
fn every_code_that_the_program_names_is_in_the_catalogue() {
    let mut found = Vec::new();
    let mut named = 0;
    for file in files().iter().filter(|file| file.is_production()) {
        for way in WAYS {
            for rest in file.text().split(way).skip(1) {
                let code = rest.split('"').next().unwrap_or_default();
                named += 1;
                if catalogue::find(code).is_none() {
                    found.push(format!("{}: {code}", file.path));
                }
            }
        }
    }
    none(
        "codes that the catalogue lacks: they would answer 500",
        &found,
    );
    assert!(
        named > 5,
        "only {named} codes were found: how are they written now?"
    );
}

#[test]
fn codes_are_words_of_their_own_with_help_in_both_languages() {
    let mut seen = std::collections::BTreeSet::new();
    for entry in CATALOGUE {
        let word = |letter: char| letter.is_ascii_lowercase() || letter == '_';
        assert!(entry.code.chars().all(word), "{}", entry.code);
        assert!(seen.insert(entry.code), "{} stands twice", entry.code);
        assert!((400..600).contains(&entry.status), "{}", entry.code);
        let texts = [entry.title_vi, entry.title_en, entry.help_vi, entry.help_en];
        assert!(
            texts.iter().all(|text| !text.trim().is_empty()),
            "{}",
            entry.code
        );
        assert!(
            entry.title_vi != entry.title_en,
            "{}: one language only",
            entry.code
        );
    }
}

both! {
    async fn every_code_has_a_page_that_explains_it(world) {
        let visitor = world.visitor();
        for entry in CATALOGUE {
            let page = visitor.get(&format!("/errors/{}", entry.code)).await.expect(200);
            assert!(page.header("content-type").starts_with("text/html"), "{}", entry.code);
            let text = page.body();
            for part in [entry.code, entry.title_vi, entry.help_vi, entry.title_en, entry.help_en] {
                assert!(text.contains(part), "{}: {part} is missing in {text}", entry.code);
            }
        }
        let unknown = visitor.get("/errors/%3Cscript%3E").await.expect(404);
        assert!(!unknown.body().contains("<script>"), "{unknown:?}");
    }
}
