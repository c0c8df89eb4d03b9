//! Bytes to JSON, strictly: UTF-8, no duplicate keys, bounded depth and size.

use std::cell::Cell;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::error::Category;
use serde_json::{Map, Number, Value};

use crate::problem::{Problem, catalogue};

/// Deepest nesting of lists and objects.
const MAX_DEPTH: usize = 32;
/// Most values in one body, so that a small body cannot fill the memory.
const MAX_VALUES: usize = 100_000;

/// Why bytes are no JSON that we read, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable {
    reason: Reason,
    line: usize,
    column: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reason {
    NotUtf8,
    Truncated,
    Syntax,
    DuplicateKey,
    TooDeep,
    TooManyValues,
}

impl Reason {
    fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::NotUtf8 => ("không phải UTF-8", "not UTF-8"),
            Self::Truncated => ("bị cắt cụt", "it ends too early"),
            Self::Syntax => ("sai cú pháp JSON", "not valid JSON"),
            Self::DuplicateKey => ("một khóa được lặp lại", "a key is repeated"),
            Self::TooDeep => (
                "lồng quá sâu (nhiều nhất 32)",
                "nested too deep (at most 32)",
            ),
            Self::TooManyValues => ("quá nhiều giá trị", "too many values"),
        }
    }
}

impl From<Unreadable> for Problem {
    fn from(unreadable: Unreadable) -> Self {
        let Unreadable {
            reason,
            line,
            column,
        } = unreadable;
        let (vi, en) = reason.words();
        Problem::new(catalogue::UNREADABLE_JSON)
            .detail(
                format!("Dòng {line}, cột {column}: {vi}."),
                format!("Line {line}, column {column}: {en}."),
            )
            .with("line", line)
            .with("column", column)
    }
}

/// Reads one JSON value and nothing after it.
pub fn read_json(bytes: &[u8]) -> Result<Value, Unreadable> {
    let text = std::str::from_utf8(bytes).map_err(|error| not_utf8(bytes, error.valid_up_to()))?;
    let state = State {
        values: Cell::new(0),
        flaw: Cell::new(None),
    };
    let mut reader = serde_json::Deserializer::from_str(text);
    let read = Node {
        depth: 0,
        state: &state,
    }
    .deserialize(&mut reader);
    read.and_then(|value| reader.end().map(|()| value))
        .map_err(|error| {
            let reason = match (state.flaw.get(), error.classify()) {
                (Some(flaw), _) => flaw,
                (None, Category::Eof) => Reason::Truncated,
                (None, _) => Reason::Syntax,
            };
            Unreadable {
                reason,
                line: error.line(),
                column: error.column(),
            }
        })
}

fn not_utf8(bytes: &[u8], valid: usize) -> Unreadable {
    let before = bytes.iter().take(valid);
    let line = 1 + before.clone().filter(|byte| **byte == b'\n').count();
    let column = 1 + before.rev().take_while(|byte| **byte != b'\n').count();
    Unreadable {
        reason: Reason::NotUtf8,
        line,
        column,
    }
}

struct State {
    values: Cell<usize>,
    flaw: Cell<Option<Reason>>,
}

impl State {
    fn fail<T, E: serde::de::Error>(&self, reason: Reason) -> Result<T, E> {
        self.flaw.set(Some(reason));
        Err(E::custom(reason.words().1))
    }
}

/// Reads one value; serde_json's own reader of `Value` would let the last of two equal keys win.
#[derive(Clone, Copy)]
struct Node<'a> {
    depth: usize,
    state: &'a State,
}

impl Node<'_> {
    fn deeper<E: serde::de::Error>(self) -> Result<Self, E> {
        let depth = self.depth + 1;
        if depth > MAX_DEPTH {
            self.state.fail(Reason::TooDeep)
        } else {
            Ok(Self { depth, ..self })
        }
    }
}

impl<'de> DeserializeSeed<'de> for Node<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        let values = self.state.values.get() + 1;
        self.state.values.set(values);
        if values > MAX_VALUES {
            return self.state.fail(Reason::TooManyValues);
        }
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Node<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Value, E> {
        Number::from_f64(value)
            .map(Value::Number)
            .ok_or_else(|| E::custom("not a number"))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let inner = self.deeper()?;
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(inner)? {
            list.push(item);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let inner = self.deeper()?;
        let mut object = Map::new();
        while let Some(name) = members.next_key::<String>()? {
            if object.contains_key(&name) {
                return self.state.fail(Reason::DuplicateKey);
            }
            let value = members.next_value_seed(inner)?;
            object.insert(name, value);
        }
        Ok(Value::Object(object))
    }
}
