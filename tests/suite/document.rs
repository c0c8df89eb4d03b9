//! The OpenAPI document as tests walk over it: every operation, its body and its parameters.

use std::sync::LazyLock;

use serde_json::Value;

static DOCUMENT: LazyLock<Value> = LazyLock::new(|| {
    let text = api::openapi::json().expect("the document");
    serde_json::from_str(&text).expect("JSON")
});

/// The document that the service gives.
pub fn document() -> &'static Value {
    &DOCUMENT
}

/// One operation of the document.
pub struct Operation {
    pub id: String,
    /// As in HTTP, such as `GET`.
    pub method: String,
    /// With its braces.
    pub path: &'static str,
    pub value: &'static Value,
}

/// Every operation, by path and method.
pub fn operations() -> Vec<Operation> {
    let paths = document()["paths"].as_object().expect("paths");
    let methods = ["get", "put", "post", "delete", "patch"];
    let each = paths.iter().flat_map(|(path, item)| {
        methods.into_iter().filter_map(move |method| {
            let value = item.get(method)?;
            let id = value["operationId"]
                .as_str()
                .expect("an operationId")
                .to_owned();
            Some(Operation {
                id,
                method: method.to_uppercase(),
                path,
                value,
            })
        })
    });
    each.collect()
}

impl Operation {
    /// The schemes any of which lets somebody in; empty for what is public.
    pub fn schemes(&self) -> Vec<&'static str> {
        let required = self.value["security"].as_array().expect("security");
        let each = required.iter().filter_map(Value::as_object);
        each.flat_map(|one| one.keys().map(String::as_str))
            .collect()
    }

    pub fn is_secured(&self) -> bool {
        !self.schemes().is_empty()
    }

    /// Whether it only reads.
    pub fn is_safe(&self) -> bool {
        self.method == "GET"
    }

    /// The schema of its JSON body.
    pub fn json_body(&self) -> Option<&'static Value> {
        self.value
            .pointer("/requestBody/content/application~1json/schema")
            .map(resolve)
    }

    /// The parameters in `place`: `path`, `query` or `header`.
    pub fn parameters(&self, place: &str) -> impl Iterator<Item = &'static Value> {
        let all = self.value["parameters"]
            .as_array()
            .map(Vec::as_slice)
            .unwrap_or_default();
        all.iter()
            .map(resolve)
            .filter(move |parameter| parameter["in"] == place)
    }
}

/// Follows references, and passes by the `null` of what may be left out.
pub fn resolve(value: &'static Value) -> &'static Value {
    if let Some(target) = value.get("$ref").and_then(Value::as_str) {
        let pointer = target
            .strip_prefix('#')
            .expect("a reference within the document");
        return resolve(
            document()
                .pointer(pointer)
                .unwrap_or_else(|| panic!("{target}")),
        );
    }
    let alternatives = value
        .get("oneOf")
        .or_else(|| value.get("anyOf"))
        .or_else(|| value.get("allOf"));
    let some = |one: &&Value| one["type"] != "null";
    match alternatives
        .and_then(Value::as_array)
        .map(|all| all.iter().filter(some).collect::<Vec<_>>())
    {
        Some(one) if one.len() == 1 => resolve(one[0]),
        _ => value,
    }
}
