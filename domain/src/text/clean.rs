//! The gate that every foreign text passes: bounded, trimmed, NFC, no tricks.

use unicode_normalization::{UnicodeNormalization, is_nfc};

use super::TextFault;

/// Bytes of raw input per allowed character: beyond it a text is refused unread,
/// so that a 100 KB name costs nothing. NFD Vietnamese needs at most 5 bytes a letter.
const RAW_BYTES_PER_CHAR: usize = 16;

/// How long a text may be and whether it may have lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Fewest characters.
    pub min: usize,
    /// Most characters, counted after NFC.
    pub max: usize,
    /// Whether line breaks, tabs and invisible joiners may stand in it, as pasted notes have them.
    pub lines: bool,
}

impl Limits {
    /// A single line of `min..=max` characters.
    pub const fn line(min: usize, max: usize) -> Self {
        Self {
            min,
            max,
            lines: false,
        }
    }

    /// A text of `1..=max` characters that may have line breaks and tabs.
    pub const fn lines(max: usize) -> Self {
        Self {
            min: 1,
            max,
            lines: true,
        }
    }
}

/// Trims, checks and composes (NFC) a foreign text.
pub fn clean(raw: &str, limits: Limits) -> Result<String, TextFault> {
    bound(raw, limits.max)?;
    let trimmed = raw.trim();
    if trimmed.is_empty() {
        return Err(TextFault::Empty);
    }
    // Windows ends its lines with CR LF; LF alone is what is stored.
    let text = match limits.lines && trimmed.contains("\r\n") {
        true => compose(&trimmed.replace("\r\n", "\n"), limits)?,
        false => compose(trimmed, limits)?,
    };
    if text.chars().count() < limits.min {
        return Err(TextFault::TooShort { min: limits.min });
    }
    Ok(text)
}

/// Like `clean`, but keeps the blanks at both ends: they belong to a password.
pub(super) fn clean_untrimmed(raw: &str, limits: Limits) -> Result<String, TextFault> {
    bound(raw, limits.max)?;
    if raw.is_empty() {
        return Err(TextFault::Empty);
    }
    compose(raw, limits)
}

fn bound(raw: &str, max: usize) -> Result<(), TextFault> {
    if raw.len() > max.saturating_mul(RAW_BYTES_PER_CHAR) {
        return Err(TextFault::TooLong { max });
    }
    Ok(())
}

fn compose(raw: &str, limits: Limits) -> Result<String, TextFault> {
    raw.chars()
        .try_for_each(|letter| check(letter, limits.lines))?;
    let text = if is_nfc(raw) {
        raw.to_owned()
    } else {
        raw.nfc().collect()
    };
    if text.chars().count() > limits.max {
        return Err(TextFault::TooLong { max: limits.max });
    }
    Ok(text)
}

fn check(letter: char, lines: bool) -> Result<(), TextFault> {
    match letter {
        '\n' | '\t' if lines => Ok(()),
        '\r' | '\u{2028}' | '\u{2029}' => Err(TextFault::ControlCharacter),
        _ if letter.is_control() => Err(TextFault::ControlCharacter),
        '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' => Err(TextFault::BidiControl),
        '\u{200E}' | '\u{200F}' | '\u{061C}' => Err(TextFault::BidiControl),
        '\u{FDD0}'..='\u{FDEF}' => Err(TextFault::Noncharacter),
        _ if u32::from(letter) & 0xFFFE == 0xFFFE => Err(TextFault::Noncharacter),
        // Tags can smuggle a whole hidden sentence past the reader.
        '\u{FEFF}' | '\u{200B}' | '\u{2060}' | '\u{E0000}'..='\u{E007F}' if !lines => {
            Err(TextFault::InvisibleCharacter)
        }
        _ => Ok(()),
    }
}
