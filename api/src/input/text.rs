//! Values that are written as one text, in JSON, in a query string or in a path.

use domain::lang::Lang;
use domain::text::{
    Address, AgencyCode, DossierCode, Email, IdNumber, LetterSource, Limits, Login, LookupKey,
    Note, Password, PersonName, Phone, ProcedureCode, TextFault, Title, UnitCode, clean,
};
use uuid::Uuid;

use crate::problem::Words;

/// What is wrong with a value, before it is known where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Stable name.
    pub code: &'static str,
    /// The fault in words.
    pub message: Words,
}

impl Fault {
    /// A fault with its words.
    pub fn new(
        code: &'static str,
        vi: impl Into<std::borrow::Cow<'static, str>>,
        en: impl Into<std::borrow::Cow<'static, str>>,
    ) -> Self {
        Self {
            code,
            message: Words::new(vi, en),
        }
    }

    /// Nothing where something must be.
    pub fn required() -> Self {
        Self::new("required", "Bắt buộc phải có.", "Required.")
    }

    /// Of another form than `expected`.
    pub fn bad_format(expected: &'static str) -> Self {
        TextFault::BadFormat { expected }.into()
    }

    /// A number outside its bounds.
    pub fn out_of_range(min: impl std::fmt::Display, max: impl std::fmt::Display) -> Self {
        Self::new(
            "out_of_range",
            format!("Ngoài khoảng cho phép: từ {min} đến {max}."),
            format!("Out of range: from {min} to {max}."),
        )
    }
}

impl From<TextFault> for Fault {
    fn from(fault: TextFault) -> Self {
        Self::new(fault.code(), fault.text(Lang::Vi), fault.text(Lang::En))
    }
}

/// A value that is written as one text.
pub trait FromText: Sized {
    /// Reads it, or says what is wrong.
    fn from_text(raw: &str) -> Result<Self, Fault>;

    /// Reads it from a query string, where a few signs come out changed.
    fn from_query_text(raw: &str) -> Result<Self, Fault> {
        Self::from_text(raw)
    }
}

/// A word that is none of the allowed ones.
pub fn unknown_word(words: &[&str]) -> Fault {
    let words = words.join(", ");
    Fault::new(
        "unknown_word",
        format!("Giá trị không có trong danh sách. Chọn một trong: {words}."),
        format!("Not one of the allowed words: {words}."),
    )
}

macro_rules! by_parse {
    ($($type:ty),* $(,)?) => {$(
        impl FromText for $type {
            fn from_text(raw: &str) -> Result<Self, Fault> {
                Self::parse(raw).map_err(Fault::from)
            }
        }
        crate::json_by_text!($type);
    )*};
}

by_parse!(
    PersonName,
    Address,
    Note,
    Title,
    Password,
    Phone,
    Email,
    IdNumber,
    AgencyCode,
    ProcedureCode,
    DossierCode,
    Login,
    UnitCode,
    LookupKey,
    LetterSource,
);

impl FromText for String {
    fn from_text(raw: &str) -> Result<Self, Fault> {
        clean(raw, Limits::lines(4000)).map_err(Fault::from)
    }
}
crate::json_by_text!(String);

impl FromText for Uuid {
    fn from_text(raw: &str) -> Result<Self, Fault> {
        const FAULT: &str = "0192f3c4-5d6e-7f80-9a1b-2c3d4e5f6071";
        let hyphenated = (raw.len() == 36)
            .then(|| Uuid::try_parse(raw).ok())
            .flatten();
        hyphenated.ok_or_else(|| Fault::bad_format(FAULT))
    }
}
crate::json_by_text!(Uuid);

impl FromText for bool {
    fn from_text(raw: &str) -> Result<Self, Fault> {
        match raw {
            "true" => Ok(true),
            "false" => Ok(false),
            _ => Err(unknown_word(&["true", "false"])),
        }
    }
}

macro_rules! by_number {
    ($($type:ty),*) => {$(
        impl FromText for $type {
            fn from_text(raw: &str) -> Result<Self, Fault> {
                let digits = raw.strip_prefix('-').unwrap_or(raw);
                if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
                    return Err(Fault::bad_format("12345"));
                }
                raw.parse().map_err(|_| Fault::out_of_range(<$type>::MIN, <$type>::MAX))
            }
        }
    )*};
}

by_number!(u8, u16, u32, u64, i32, i64);

/// Comma-separated, as in `?state=accepted,processing`; at most 50.
impl<T: FromText> FromText for Vec<T> {
    fn from_text(raw: &str) -> Result<Self, Fault> {
        if raw.split(',').count() > 50 {
            return Err(Fault::new(
                "too_many",
                "Nhiều nhất 50 giá trị.",
                "At most 50 values.",
            ));
        }
        raw.split(',').map(T::from_query_text).collect()
    }
}
