//! The identification code of an agency, in both of its notations.

use super::{Limits, TextFault, clean, text_newtype};

text_newtype!(
    /// Identification code of an agency (mã định danh cơ quan): 1 to 6 parts of 1 to 5 upper-case
    /// letters or digits. Both notations are valid and kept as written: from the top down, as in
    /// `H29.23`, and from the bottom up with zeros, as in `000.00.23.H29`. They are not turned into
    /// each other, and lower case is refused, so that an agency has the one spelling it registered.
    AgencyCode, open
);

impl AgencyCode {
    /// Checks the form.
    pub fn parse(raw: &str) -> Result<Self, TextFault> {
        const FAULT: TextFault = TextFault::BadFormat {
            expected: "H29, H29.23, 000.00.23.H29",
        };
        let text = clean(raw, Limits::line(1, 35))?;
        let part = |part: &str| {
            (1..=5).contains(&part.len())
                && part
                    .bytes()
                    .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
        };
        let right = text.split('.').count() <= 6 && text.split('.').all(part);
        if right { Ok(Self(text)) } else { Err(FAULT) }
    }
}
