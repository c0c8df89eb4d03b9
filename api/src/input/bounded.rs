//! Numbers and lists within bounds that the reader of input holds.

use serde_json::Value;

use super::{Fault, Faults, FromJson, Path};

/// A whole number from `MIN` to `MAX`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Between<const MIN: i64, const MAX: i64>(pub i64);

impl<const MIN: i64, const MAX: i64> Between<MIN, MAX> {
    /// The number where bounds keep it small.
    pub fn small(self) -> u32 {
        u32::try_from(self.0).unwrap_or(u32::MAX)
    }
}

impl<const MIN: i64, const MAX: i64> FromJson for Between<MIN, MAX> {
    fn from_json(value: &Value, at: &Path<'_>, faults: &mut Faults) -> Option<Self> {
        let number = i64::from_json(value, at, faults)?;
        if (MIN..=MAX).contains(&number) {
            return Some(Self(number));
        }
        faults.push(at, Fault::out_of_range(MIN, MAX));
        None
    }
}

/// A list with at least one element and at most `MAX`.
#[derive(Debug, Clone)]
pub struct Some1<T, const MAX: usize>(pub Vec<T>);

impl<T: FromJson, const MAX: usize> FromJson for Some1<T, MAX> {
    fn from_json(value: &Value, at: &Path<'_>, faults: &mut Faults) -> Option<Self> {
        let length = value.as_array().map(Vec::len);
        if length == Some(0) {
            faults.push(at, Fault::required());
            return None;
        }
        if length.is_some_and(|length| length > MAX) {
            faults.push(
                at,
                Fault::new(
                    "too_many",
                    format!("Quá nhiều phần tử: nhiều nhất {MAX}."),
                    format!("Too many elements: at most {MAX}."),
                ),
            );
            return None;
        }
        Vec::from_json(value, at, faults).map(Self)
    }
}

/// Any JSON, to be read later, such as an item of a batch.
#[derive(Debug, Clone)]
pub struct Raw(pub Value);

impl FromJson for Raw {
    fn from_json(value: &Value, _: &Path<'_>, _: &mut Faults) -> Option<Self> {
        Some(Self(value.clone()))
    }
}
