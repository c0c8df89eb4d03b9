//! Macros that declare what a feature reads.

/// Makes a struct that is read from a JSON object: unknown members are refused, and a field is
/// required unless it is an `Option`. The OpenAPI schema says the same.
#[macro_export]
macro_rules! input {
    ($(#[$meta:meta])* $vis:vis struct $name:ident {
        $($(#[$field_meta:meta])* $field_vis:vis $field:ident : $type:ty),* $(,)?
    }) => {
        $(#[$meta])*
        #[derive(Debug, ::utoipa::ToSchema)]
        #[serde(deny_unknown_fields)]
        $vis struct $name {
            $($(#[$field_meta])* $field_vis $field: $type,)*
        }

        impl $crate::input::FromJson for $name {
            fn from_json(
                value: &::serde_json::Value,
                at: &$crate::input::Path<'_>,
                faults: &mut $crate::input::Faults,
            ) -> Option<Self> {
                const KNOWN: &[&str] = &[$(stringify!($field)),*];
                let _fields = $crate::input::Fields::open(value, at, KNOWN, faults)?;
                $(let $field = _fields.read::<$type>(stringify!($field), faults);)*
                Some(Self { $($field: $field?,)* })
            }
        }
    };
}

/// Makes a struct that is read from a query string: unknown and repeated parameters are refused,
/// and a field is required unless it is an `Option`. A `Vec` is read from `a,b,c`.
#[macro_export]
macro_rules! query {
    ($(#[$meta:meta])* $vis:vis struct $name:ident {
        $($(#[$field_meta:meta])* $field_vis:vis $field:ident : $type:ty),* $(,)?
    }) => {
        $(#[$meta])*
        #[derive(Debug, ::utoipa::IntoParams)]
        #[into_params(parameter_in = Query)]
        $vis struct $name {
            $($(#[$field_meta])* $field_vis $field: $type,)*
        }

        impl $crate::input::FromQueryString for $name {
            const KNOWN: &'static [&'static str] = &[$(stringify!($field)),*];

            fn read(
                _parameters: &$crate::input::Parameters,
                _faults: &mut $crate::input::Faults,
            ) -> Option<Self> {
                $(let $field = _parameters.read::<$type>(stringify!($field), _faults);)*
                Some(Self { $($field: $field?,)* })
            }
        }
    };
}

/// Makes an enum of words, each with its spelling on the wire.
#[macro_export]
macro_rules! word_enum {
    ($(#[$meta:meta])* $vis:vis enum $name:ident {
        $($(#[$variant_meta:meta])* $variant:ident = $word:literal),* $(,)?
    }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, ::utoipa::ToSchema)]
        $vis enum $name {
            $($(#[$variant_meta])* #[schema(rename = $word)] $variant,)*
        }

        impl $name {
            /// Every word, in the order of the variants.
            #[allow(dead_code, reason = "not every enum is listed")]
            $vis const WORDS: &'static [&'static str] = &[$($word),*];

            /// The spelling on the wire.
            #[allow(dead_code, reason = "not every enum is written")]
            $vis fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }
        }

        $crate::enum_words!($name { $($word => $name::$variant),* });
    };
}

/// Lets an enum that exists already, such as one of the domain, be read from its words.
#[macro_export]
macro_rules! enum_words {
    ($type:ty { $($word:literal => $value:path),* $(,)? }) => {
        impl $crate::input::FromText for $type {
            fn from_text(raw: &str) -> Result<Self, $crate::input::Fault> {
                match raw {
                    $($word => Ok($value),)*
                    _ => Err($crate::input::unknown_word(&[$($word),*])),
                }
            }
        }
        $crate::json_by_text!($type);
    };
}
