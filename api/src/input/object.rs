//! Reading the members of an object, none of them unknown.

use serde_json::{Map, Value};

use super::{Fault, Faults, FromJson, Path, wrong_type};

/// The members of an object that is being read.
#[derive(Debug)]
pub struct Fields<'a> {
    members: &'a Map<String, Value>,
    at: &'a Path<'a>,
}

impl<'a> Fields<'a> {
    /// Opens an object and notes every member that is not among `known`.
    pub fn open(
        value: &'a Value,
        at: &'a Path<'a>,
        known: &[&str],
        faults: &mut Faults,
    ) -> Option<Self> {
        let Value::Object(members) = value else {
            wrong_type(value, "đối tượng", "an object", at, faults);
            return None;
        };
        let unknown = |name: &&String| !known.iter().any(|field| bare(field) == name.as_str());
        for name in members.keys().filter(unknown) {
            faults.push(
                &at.field(name),
                Fault::new(
                    "unknown_field",
                    "Trường không có trong tài liệu.",
                    "The documentation knows no such field.",
                ),
            );
        }
        Some(Self { members, at })
    }

    /// Reads one member.
    pub fn read<T: FromJson>(&self, name: &str, faults: &mut Faults) -> Option<T> {
        let name = bare(name);
        let at = self.at.field(name);
        match self.members.get(name) {
            Some(value) => T::from_json(value, &at, faults),
            None => T::absent(&at, faults),
        }
    }
}

/// `r#type` in Rust is `type` on the wire.
pub(super) fn bare(name: &str) -> &str {
    name.strip_prefix("r#").unwrap_or(name)
}
