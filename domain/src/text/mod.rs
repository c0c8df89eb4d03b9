//! Texts and codes that parse: an invalid value cannot exist.

mod agency_code;
mod clean;
mod codes;
mod contact;
mod dossier_code;
mod fault;
mod fold;
mod names;
#[cfg(test)]
mod tests;

pub use agency_code::AgencyCode;
pub use clean::{Limits, clean};
pub use codes::{Login, LookupKey, ProcedureCode, UnitCode};
pub use contact::{Email, IdNumber, Phone, mask, mask_email};
pub use dossier_code::DossierCode;
pub use fault::TextFault;
pub use fold::fold;
pub use names::{Address, LetterSource, Note, Password, PersonName, Title};

/// The boilerplate of a text newtype: everything but `parse`. A `personal` one prints `***` in Debug.
macro_rules! text_newtype {
    ($(#[$meta:meta])* $name:ident, $privacy:ident) => {
        $(#[$meta])*
        #[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(String);

        impl $name {
            /// The text in its one stored form.
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// The text, taken out.
            pub fn into_string(self) -> String {
                self.0
            }
        }

        $crate::text::text_traits!($name, $privacy);
    };
}

/// Display, Debug and FromStr over `as_str` and `parse`.
macro_rules! text_traits {
    ($name:ident, personal) => {
        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(concat!(stringify!($name), "(***)"))
            }
        }
        $crate::text::text_traits!($name);
    };
    ($name:ident, open) => {
        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, concat!(stringify!($name), "({:?})"), self.as_str())
            }
        }
        $crate::text::text_traits!($name);
    };
    ($name:ident) => {
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::text::TextFault;

            fn from_str(raw: &str) -> Result<Self, Self::Err> {
                Self::parse(raw)
            }
        }
    };
}

use {text_newtype, text_traits};
