//! How to reach and identify an applicant.

use super::{Limits, TextFault, clean, text_newtype};

text_newtype!(
    /// Telephone number (số điện thoại), Vietnamese or E.164: 8 to 15 digits with an optional `+`,
    /// kept without the blanks, dots and dashes between the groups.
    Phone, personal
);

impl Phone {
    /// Strips separators and checks.
    pub fn parse(raw: &str) -> Result<Self, TextFault> {
        const FAULT: TextFault = TextFault::BadFormat {
            expected: "0912345678, +84912345678",
        };
        let text = clean(raw, Limits::line(1, 40))?;
        let bare: String = text
            .chars()
            .filter(|letter| !letter.is_whitespace() && !matches!(letter, '.' | '-'))
            .collect();
        let digits = bare.strip_prefix('+').unwrap_or(&bare);
        let right =
            (8..=15).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
        if right { Ok(Self(bare)) } else { Err(FAULT) }
    }
}

text_newtype!(
    /// E-mail address (thư điện tử), at most 254 characters, plain ASCII.
    Email, personal
);

impl Email {
    /// Checks the outline of an address; only a mail that arrives proves more.
    pub fn parse(raw: &str) -> Result<Self, TextFault> {
        const FAULT: TextFault = TextFault::BadFormat {
            expected: "ten@example.vn",
        };
        let text = clean(raw, Limits::line(1, 254))?;
        let (local, host) = text.split_once('@').ok_or(FAULT)?;
        let right = is_local_part(local) && is_host(host);
        if right { Ok(Self(text)) } else { Err(FAULT) }
    }
}

fn is_local_part(local: &str) -> bool {
    let allowed =
        |byte: u8| byte.is_ascii_alphanumeric() || b".!#$%&'*+/=?^_`{|}~-".contains(&byte);
    local.len() <= 64
        && local
            .split('.')
            .all(|part| !part.is_empty() && part.bytes().all(allowed))
}

fn is_host(host: &str) -> bool {
    let label = |part: &str| {
        (1..=63).contains(&part.len())
            && part
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            && !part.starts_with('-')
            && !part.ends_with('-')
    };
    host.contains('.') && host.split('.').all(label)
}

text_newtype!(
    /// Number of an identity paper (số định danh): CMND of 9 digits, CCCD of 12, a passport or
    /// a tax code; kept in upper case.
    IdNumber, personal
);

impl IdNumber {
    /// Upper-cases and checks.
    pub fn parse(raw: &str) -> Result<Self, TextFault> {
        const FAULT: TextFault = TextFault::BadFormat {
            expected: "012345678901, 012345678, C1234567, 0101234567-001",
        };
        let text = clean(raw, Limits::line(1, 20))?.to_ascii_uppercase();
        let allowed = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'-';
        let right = text.len() >= 6
            && text.bytes().all(allowed)
            && text.bytes().any(|byte| byte.is_ascii_digit())
            && !text.starts_with('-')
            && !text.ends_with('-');
        if right { Ok(Self(text)) } else { Err(FAULT) }
    }

    /// All but the last 3 characters hidden, as lists show it.
    pub fn masked(&self) -> String {
        mask(&self.0)
    }
}

impl Phone {
    /// All but the last 3 digits hidden, as lists show it.
    pub fn masked(&self) -> String {
        mask(&self.0)
    }
}

/// An e-mail address as lists show it: the first letter and the host.
pub fn mask_email(text: &str) -> String {
    let (local, host) = text.split_once('@').unwrap_or((text, ""));
    let first: String = local.chars().take(1).collect();
    format!("{first}***@{host}")
}

/// All but the last 3 characters hidden, as lists show ID numbers and phones.
pub fn mask(text: &str) -> String {
    let hidden = text.chars().count().saturating_sub(3);
    std::iter::repeat_n('*', hidden)
        .chain(text.chars().skip(hidden))
        .collect()
}
