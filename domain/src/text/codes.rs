//! Short codes: procedures, logins, departments and look-up keys.

use super::{Limits, TextFault, clean, text_newtype};

text_newtype!(
    /// National code of a procedure (mã thủ tục hành chính), such as `1.001193`.
    ProcedureCode, open
);

impl ProcedureCode {
    /// One or two digits, a dot, six digits.
    pub fn parse(raw: &str) -> Result<Self, TextFault> {
        const FAULT: TextFault = TextFault::BadFormat {
            expected: "1.001193",
        };
        let text = clean(raw, Limits::line(1, 9))?;
        let (head, tail) = text.split_once('.').ok_or(FAULT)?;
        let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        let right =
            (1..=2).contains(&head.len()) && tail.len() == 6 && digits(head) && digits(tail);
        if right { Ok(Self(text)) } else { Err(FAULT) }
    }
}

text_newtype!(
    /// Account name (tên đăng nhập): 3 to 64 of `a-z 0-9 . _ -`.
    Login, open
);

impl Login {
    /// Checks; upper case is refused, so that an account has one spelling.
    pub fn parse(raw: &str) -> Result<Self, TextFault> {
        const FAULT: TextFault = TextFault::BadFormat {
            expected: "nguyen.van_a-1 (a-z 0-9 . _ -)",
        };
        let text = clean(raw, Limits::line(3, 64))?;
        let allowed = |byte: u8| {
            byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'.' | b'_' | b'-')
        };
        if text.bytes().all(allowed) {
            Ok(Self(text))
        } else {
            Err(FAULT)
        }
    }
}

text_newtype!(
    /// Code of a department inside an office (mã phòng chuyên môn): 1 to 40 of `a-z 0-9 _`.
    UnitCode, open
);

impl UnitCode {
    /// Checks; upper case is refused.
    pub fn parse(raw: &str) -> Result<Self, TextFault> {
        const FAULT: TextFault = TextFault::BadFormat {
            expected: "tu_phap (a-z 0-9 _)",
        };
        let text = clean(raw, Limits::line(1, 40))?;
        let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
        if text.bytes().all(allowed) {
            Ok(Self(text))
        } else {
            Err(FAULT)
        }
    }
}

text_newtype!(
    /// The key printed on a receipt (mã tra cứu): 6 letters and digits that nobody confuses.
    LookupKey, personal
);

impl LookupKey {
    /// Letters and digits of a key: no I, O, 0 or 1.
    pub const ALPHABET: &str = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789";

    /// Upper-cases and checks.
    pub fn parse(raw: &str) -> Result<Self, TextFault> {
        const FAULT: TextFault = TextFault::BadFormat {
            expected: "[A-HJ-NP-Z2-9]{6}",
        };
        let text = clean(raw, Limits::line(1, 6))?.to_ascii_uppercase();
        let right = text.len() == 6 && text.chars().all(|letter| Self::ALPHABET.contains(letter));
        if right { Ok(Self(text)) } else { Err(FAULT) }
    }
}
