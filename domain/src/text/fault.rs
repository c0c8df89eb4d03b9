//! What can be wrong with a text, with a stable code and words in both languages.

use crate::lang::Lang;

/// Why a text was refused; it never carries the text itself, which may be personal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextFault {
    /// Nothing but blanks.
    Empty,
    /// Fewer characters than allowed.
    TooShort { min: usize },
    /// More characters than allowed, counted in NFC.
    TooLong { max: usize },
    /// NUL, a line break where none may stand, or another control character.
    ControlCharacter,
    /// A character that turns the direction of writing and so can disguise a text.
    BidiControl,
    /// A code point that Unicode reserves for no character.
    Noncharacter,
    /// A character without any appearance, which makes two names look alike.
    InvisibleCharacter,
    /// Not of the required form; `expected` shows a right one.
    BadFormat { expected: &'static str },
    /// Of the right form, with a date that does not exist.
    BadDate,
}

impl TextFault {
    /// The stable name of this fault, for programs.
    pub fn code(self) -> &'static str {
        match self {
            Self::Empty => "required",
            Self::TooShort { .. } => "too_short",
            Self::TooLong { .. } => "too_long",
            Self::ControlCharacter => "control_character",
            Self::BidiControl => "bidi_control",
            Self::Noncharacter => "noncharacter",
            Self::InvisibleCharacter => "invisible_character",
            Self::BadFormat { .. } => "bad_format",
            Self::BadDate => "bad_date",
        }
    }

    /// The fault in words, for people.
    pub fn text(self, lang: Lang) -> String {
        let fixed = |vi: &str, en: &str| lang.pick(vi, en).to_owned();
        match self {
            Self::Empty => fixed("Không được để trống.", "Must not be empty."),
            Self::TooShort { min } => lang.pick(
                format!("Quá ngắn: cần ít nhất {min} ký tự."),
                format!("Too short: at least {min} characters."),
            ),
            Self::TooLong { max } => lang.pick(
                format!("Quá dài: nhiều nhất {max} ký tự."),
                format!("Too long: at most {max} characters."),
            ),
            Self::ControlCharacter => fixed(
                "Có ký tự điều khiển không được phép.",
                "Holds a control character, which is not allowed.",
            ),
            Self::BidiControl => fixed(
                "Có ký tự đổi chiều chữ, không được phép.",
                "Holds a character that changes the direction of writing, which is not allowed.",
            ),
            Self::Noncharacter => fixed(
                "Có mã không phải là ký tự Unicode.",
                "Holds a code point that is no Unicode character.",
            ),
            Self::InvisibleCharacter => fixed(
                "Có ký tự vô hình, không được phép.",
                "Holds an invisible character, which is not allowed.",
            ),
            Self::BadFormat { expected } => lang.pick(
                format!("Không đúng định dạng. Dạng đúng: {expected}"),
                format!("Not of the right form. Expected: {expected}"),
            ),
            Self::BadDate => fixed("Ngày không tồn tại.", "This date does not exist."),
        }
    }
}

impl std::fmt::Display for TextFault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.text(Lang::En))
    }
}

impl std::error::Error for TextFault {}
