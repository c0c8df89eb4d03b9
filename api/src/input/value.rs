//! Reading typed values out of JSON.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde_json::Value;

use super::{Fault, Faults, FromText, Path};

/// Most elements of a list or a map.
const MAX_ITEMS: usize = 1000;

/// A value that can be read from JSON. `None` means that at least one fault was noted.
pub trait FromJson: Sized {
    /// Reads it, or notes every fault in it.
    fn from_json(value: &Value, at: &Path<'_>, faults: &mut Faults) -> Option<Self>;

    /// What its absence means: a fault, unless it is optional.
    fn absent(at: &Path<'_>, faults: &mut Faults) -> Option<Self> {
        faults.push(at, Fault::required());
        None
    }
}

/// Notes that a value has another type than `expected`, given in both languages.
pub fn wrong_type(value: &Value, vi: &str, en: &str, at: &Path<'_>, faults: &mut Faults) {
    let fault = match value {
        Value::Null => Fault::required(),
        _ => Fault::new(
            "wrong_type",
            format!("Sai kiểu: cần {vi}, nhận được {}.", type_name(value).0),
            format!("Wrong type: expected {en}, got {}.", type_name(value).1),
        ),
    };
    faults.push(at, fault);
}

fn type_name(value: &Value) -> (&'static str, &'static str) {
    match value {
        Value::Null => ("null", "null"),
        Value::Bool(_) => ("đúng/sai (true, false)", "a boolean"),
        Value::Number(number) if number.is_f64() => ("số thập phân", "a decimal number"),
        Value::Number(_) => ("số nguyên", "an integer"),
        Value::String(_) => ("chuỗi", "a string"),
        Value::Array(_) => ("danh sách", "a list"),
        Value::Object(_) => ("đối tượng", "an object"),
    }
}

/// Implements `FromJson` for a type that is written as one text.
#[macro_export]
macro_rules! json_by_text {
    ($type:ty) => {
        impl $crate::input::FromJson for $type {
            fn from_json(
                value: &::serde_json::Value,
                at: &$crate::input::Path<'_>,
                faults: &mut $crate::input::Faults,
            ) -> Option<Self> {
                let ::serde_json::Value::String(raw) = value else {
                    $crate::input::wrong_type(value, "chuỗi", "a string", at, faults);
                    return None;
                };
                match <$type as $crate::input::FromText>::from_text(raw) {
                    Ok(read) => Some(read),
                    Err(fault) => {
                        faults.push(at, fault);
                        None
                    }
                }
            }
        }
    };
}

impl FromJson for bool {
    fn from_json(value: &Value, at: &Path<'_>, faults: &mut Faults) -> Option<Self> {
        let read = value.as_bool();
        if read.is_none() {
            wrong_type(value, "đúng/sai (true, false)", "a boolean", at, faults);
        }
        read
    }
}

macro_rules! integers {
    ($($type:ty),*) => {$(
        impl FromJson for $type {
            fn from_json(value: &Value, at: &Path<'_>, faults: &mut Faults) -> Option<Self> {
                let wide = value.as_i64().map(i128::from).or(value.as_u64().map(i128::from));
                let Some(wide) = wide else {
                    wrong_type(value, "số nguyên", "an integer", at, faults);
                    return None;
                };
                let read = <$type>::try_from(wide).ok();
                if read.is_none() {
                    faults.push(at, Fault::out_of_range(<$type>::MIN, <$type>::MAX));
                }
                read
            }
        }
    )*};
}

integers!(u8, u16, u32, u64, i32, i64);

impl<T: FromJson> FromJson for Option<T> {
    fn from_json(value: &Value, at: &Path<'_>, faults: &mut Faults) -> Option<Self> {
        match value {
            Value::Null => Some(None),
            _ => T::from_json(value, at, faults).map(Some),
        }
    }

    fn absent(_: &Path<'_>, _: &mut Faults) -> Option<Self> {
        Some(None)
    }
}

impl<T: FromJson> FromJson for Vec<T> {
    fn from_json(value: &Value, at: &Path<'_>, faults: &mut Faults) -> Option<Self> {
        let Value::Array(items) = value else {
            wrong_type(value, "danh sách", "a list", at, faults);
            return None;
        };
        bounded(items.len(), at, faults)?;
        let read = |(index, item)| T::from_json(item, &at.index(index), faults);
        all_of(items.iter().enumerate().map(read))
    }
}

impl<T: FromJson> FromJson for BTreeMap<NaiveDate, T> {
    fn from_json(value: &Value, at: &Path<'_>, faults: &mut Faults) -> Option<Self> {
        let Value::Object(members) = value else {
            wrong_type(
                value,
                "đối tượng có khóa là ngày",
                "an object keyed by dates",
                at,
                faults,
            );
            return None;
        };
        bounded(members.len(), at, faults)?;
        all_of(members.iter().map(|(name, item)| {
            let here = at.field(name);
            let date = NaiveDate::from_text(name)
                .map_err(|fault| faults.push(&here, fault))
                .ok();
            let item = T::from_json(item, &here, faults);
            Some((date?, item?))
        }))
    }
}

/// Reads to the end even after a fault, so that every fault is named.
fn all_of<T, C: Default + Extend<T>>(items: impl Iterator<Item = Option<T>>) -> Option<C> {
    let mut read = Some(C::default());
    for item in items {
        match (item, &mut read) {
            (Some(item), Some(list)) => list.extend([item]),
            _ => read = None,
        }
    }
    read
}

fn bounded(length: usize, at: &Path<'_>, faults: &mut Faults) -> Option<()> {
    if length <= MAX_ITEMS {
        return Some(());
    }
    faults.push(
        at,
        Fault::new(
            "too_many",
            format!("Quá nhiều phần tử: nhiều nhất {MAX_ITEMS}."),
            format!("Too many elements: at most {MAX_ITEMS}."),
        ),
    );
    None
}
