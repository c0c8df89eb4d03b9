//! Every place of a JSON body, as its schema tells them, and what does not belong there.

use serde_json::{Value, json};

use crate::document::resolve;

/// One step on the way into a body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    Member(String),
    Element(usize),
}

/// One value of a body.
#[derive(Debug, Clone)]
pub struct Place {
    pub way: Vec<Step>,
    pub schema: &'static Value,
    pub required: bool,
}

/// Every place that the schema knows and `body` has a parent for; the body itself is none.
pub fn places(schema: &'static Value, body: &Value) -> Vec<Place> {
    let mut found = Vec::new();
    walk(schema, Some(body), &[], &mut found);
    found
}

fn walk(schema: &'static Value, here: Option<&Value>, way: &[Step], found: &mut Vec<Place>) {
    let schema = resolve(schema);
    let Some(here) = here.filter(|value| !value.is_null()) else {
        return;
    };
    let mut visit = |step: Step, schema: &'static Value, required: bool, inner: Option<&Value>| {
        let mut way = way.to_vec();
        way.push(step);
        found.push(Place {
            way: way.clone(),
            schema: resolve(schema),
            required,
        });
        walk(schema, inner, &way, found);
    };
    if let Some(members) = schema["properties"].as_object() {
        let required = schema["required"]
            .as_array()
            .map(Vec::as_slice)
            .unwrap_or_default();
        for (name, inner) in members {
            let needed = required.iter().any(|one| one == name);
            visit(Step::Member(name.clone()), inner, needed, here.get(name));
        }
    }
    let by_key = schema
        .get("additionalProperties")
        .filter(|inner| inner.is_object());
    if let (Some(inner), Some(members)) = (by_key, here.as_object()) {
        for (name, value) in members {
            visit(Step::Member(name.clone()), inner, false, Some(value));
        }
    }
    if let (Some(inner), Some(first)) = (schema.get("items"), here.get(0)) {
        visit(Step::Element(0), inner, false, Some(first));
    }
}

impl Place {
    /// As the service writes it: `papers[2].copies`.
    pub fn name(&self) -> String {
        name(&self.way)
    }

    pub fn parent(&self) -> &[Step] {
        &self.way[..self.way.len() - 1]
    }

    /// The types that its schema allows.
    pub fn types(&self) -> Vec<&'static str> {
        let types = match &self.schema["type"] {
            Value::String(one) => vec![one.as_str()],
            Value::Array(all) => all.iter().filter_map(Value::as_str).collect(),
            _ => Vec::new(),
        };
        types.into_iter().filter(|one| *one != "null").collect()
    }

    pub fn is_text(&self) -> bool {
        self.types() == ["string"]
    }

    /// Values of other types than the one that belongs here.
    pub fn of_wrong_type(&self) -> Vec<Value> {
        let mut wrong = match self.types().as_slice() {
            ["string"] => vec![json!(12345), json!(true), json!({}), json!(["x"])],
            ["integer"] => vec![
                json!("x"),
                json!("5"),
                json!(1.5),
                json!(true),
                json!([]),
                json!(1e300),
            ],
            ["boolean"] => vec![json!("true"), json!(1), json!({})],
            ["array"] => vec![json!("x"), json!({}), json!(5)],
            ["object"] => vec![json!("x"), json!([]), json!(5)],
            types => panic!(
                "{}: a type of the schema that no test knows: {types:?}",
                self.name()
            ),
        };
        if self.required {
            wrong.push(Value::Null);
        }
        wrong
    }

    /// Values of the right type that nothing can be meant by; `now` is what stands there.
    pub fn absurd(&self, now: Option<&str>) -> Vec<(&'static str, Value)> {
        let now = now.unwrap_or("Lý do");
        let mut wrong: Vec<(&str, Value)> = Vec::new();
        if self.is_text() {
            wrong.extend([
                ("100 KB", "Ầ".repeat(34_000).into()),
                ("NUL", format!("{now}\0").into()),
                ("NUL inside", format!("x\0{now}").into()),
                ("a bidirectional override", format!("\u{202e}{now}").into()),
                ("a bidirectional isolate", format!("x\u{2066}{now}").into()),
                ("a right-to-left mark", format!("{now}\u{200f}x").into()),
                ("an escape", format!("\u{1b}[31m{now}").into()),
                ("a noncharacter", format!("x{now}\u{ffff}").into()),
                ("nothing", "".into()),
            ]);
        }
        let format = self.schema["format"].as_str().unwrap_or_default();
        match (format, self.schema["enum"].is_array()) {
            (_, true) => wrong.extend([
                ("no such word", "khong_co".into()),
                ("another case", now.to_uppercase().into()),
                ("a blank", format!("{now} ").into()),
            ]),
            ("date-time", _) => wrong.extend(INSTANTS.iter().map(|text| (*text, (*text).into()))),
            ("date", _) => wrong.extend(DATES.iter().map(|text| (*text, (*text).into()))),
            ("uuid", _) => wrong.extend([
                ("no id", "x".into()),
                ("braces", "{0192f3c4-5d6e-7f80-9a1b-2c3d4e5f6071}".into()),
                ("no hyphens", "0192f3c45d6e7f809a1b2c3d4e5f6071".into()),
            ]),
            ("email", _) => wrong.push(("no address", "a@b@c".into())),
            _ => {}
        }
        if self.types() == ["integer"] {
            wrong.extend([
                ("below all", json!(i64::MIN)),
                ("above all", json!(u64::MAX)),
                ("minus one", json!(-1)),
            ]);
        }
        wrong
    }
}

const DATES: &[&str] = &[
    "2026-02-30",
    "2026-13-01",
    "2025-02-29",
    "20-11-2026",
    "2026-11-20T00:00:00+07:00",
    "hôm nay",
];

const INSTANTS: &[&str] = &[
    "2026-11-20T10:00:00",
    "2026-11-20 10:00:00",
    "2026-11-20",
    "2026-02-30T10:00:00+07:00",
    "2026-11-20T25:00:00+07:00",
    "2026-11-20T10:00:60+07:00",
    "2026-11-20T10:00:00+25:00",
    "0000-01-01T00:00:00Z",
    "99999-01-01T00:00:00Z",
    "1763607600",
];

/// As the service writes it.
pub fn name(way: &[Step]) -> String {
    let mut name = String::new();
    for step in way {
        match step {
            Step::Member(member) if name.is_empty() => name.push_str(member),
            Step::Member(member) => {
                name.push('.');
                name.push_str(member);
            }
            Step::Element(index) => name.push_str(&format!("[{index}]")),
        }
    }
    name
}

/// The value at the end of a way.
pub fn at<'a>(body: &'a mut Value, way: &[Step]) -> &'a mut Value {
    way.iter().fold(body, |here, step| match step {
        Step::Member(name) => &mut here[name],
        Step::Element(index) => &mut here[index],
    })
}

/// The same body with another value at a place.
pub fn with(body: &Value, way: &[Step], value: Value) -> Value {
    let mut body = body.clone();
    *at(&mut body, way) = value;
    body
}

/// The same body without the member at the end of the way.
pub fn without(body: &Value, place: &Place) -> Value {
    let mut body = body.clone();
    if let (Some(Step::Member(name)), Value::Object(members)) =
        (place.way.last(), at(&mut body, place.parent()))
    {
        members.remove(name);
    }
    body
}
