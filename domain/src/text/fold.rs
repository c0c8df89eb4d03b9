//! Folding for search: `nguyen van` finds `Nguyễn Văn`.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Lower case, no diacritics, `đ` as `d`, single blanks; the same for NFC and NFD input.
pub fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        let before = folded.len();
        if !folded.is_empty() {
            folded.push(' ');
        }
        let start = folded.len();
        folded.extend(
            word.nfd()
                .filter(bare)
                .flat_map(char::to_lowercase)
                .nfd()
                .filter(bare)
                .map(plain),
        );
        // A word of marks alone leaves nothing, so no blank either.
        if folded.len() == start {
            folded.truncate(before);
        }
    }
    folded
}

// Takes a reference because `Iterator::filter` hands one out.
fn bare(letter: &char) -> bool {
    !is_combining_mark(*letter)
}

/// The bar of `đ` is part of the letter for Unicode, and a diacritic for who types the name.
fn plain(letter: char) -> char {
    if letter == 'đ' { 'd' } else { letter }
}
