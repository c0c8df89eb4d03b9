//! One fault of one field, with words in both languages.

use std::borrow::Cow;

use domain::lang::Lang;

/// The same sentence in both languages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words {
    pub vi: Cow<'static, str>,
    pub en: Cow<'static, str>,
}

impl Words {
    /// Vietnamese first.
    pub fn new(vi: impl Into<Cow<'static, str>>, en: impl Into<Cow<'static, str>>) -> Self {
        Self {
            vi: vi.into(),
            en: en.into(),
        }
    }

    /// The words of this language.
    pub fn pick(&self, lang: Lang) -> &str {
        lang.pick(&self.vi, &self.en)
    }
}

/// What is wrong with one field, such as `applicant.name` or `papers[2].copies`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldFault {
    /// Path of the field; empty for the whole body.
    pub field: String,
    /// Stable name of the fault.
    pub code: &'static str,
    /// The fault in words.
    pub message: Words,
}

impl FieldFault {
    /// A fault found by a check of one's own, beyond what the reader of input checks.
    pub fn new(
        field: impl Into<String>,
        code: &'static str,
        vi: impl Into<Cow<'static, str>>,
        en: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self {
            field: field.into(),
            code,
            message: Words::new(vi, en),
        }
    }
}
