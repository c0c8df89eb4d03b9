//! Names, addresses and free text.

use super::clean::clean_untrimmed;
use super::{Limits, TextFault, clean, text_newtype};

/// Gives a newtype whose only rule is the cleaning of text.
macro_rules! plain_text {
    ($(#[$meta:meta])* $name:ident, $privacy:ident, $limits:expr) => {
        text_newtype!($(#[$meta])* $name, $privacy);

        impl $name {
            /// How long it may be.
            pub const LIMITS: Limits = $limits;

            /// Trims, composes (NFC) and checks a foreign text.
            pub fn parse(raw: &str) -> Result<Self, TextFault> {
                clean(raw, Self::LIMITS).map(Self)
            }
        }
    };
}

plain_text!(
    /// Name of a person or an organisation (họ tên, tên tổ chức): 1 to 200 characters.
    PersonName, personal, Limits::line(1, 200)
);

plain_text!(
    /// Postal address (địa chỉ): 1 to 500 characters.
    Address, personal, Limits::line(1, 500)
);

plain_text!(
    /// Reason, comment or other free text (ghi chú): 1 to 4000 characters, with line breaks and tabs.
    Note, open, Limits::lines(4000)
);

plain_text!(
    /// Source of a template of letters (mẫu thư): 1 to 30,000 characters, with line breaks and tabs.
    LetterSource, open, Limits::lines(30_000)
);

plain_text!(
    /// Name of a thing, such as a procedure or an office (tên gọi): 1 to 300 characters.
    Title, open, Limits::line(1, 300)
);

text_newtype!(
    /// A password as typed (mật khẩu): 1 to 256 characters, blanks at the ends kept, NFC,
    /// so that two keyboards that compose letters differently give the same password.
    Password, personal
);

impl Password {
    /// Composes (NFC) and checks; whether it is strong enough is not decided here.
    pub fn parse(raw: &str) -> Result<Self, TextFault> {
        clean_untrimmed(raw, Limits::line(1, 256)).map(Self)
    }
}
