//! An answer of the service, ready to be looked into.

use std::fmt;

use serde_json::Value;

/// Status, headers and body of an answer.
#[derive(Clone)]
pub struct Answer {
    pub status: u16,
    pub headers: reqwest::header::HeaderMap,
    pub bytes: Vec<u8>,
    /// Null where the body is no JSON.
    pub json: Value,
}

impl Answer {
    pub async fn of(response: reqwest::Response) -> Self {
        Self::try_of(response).await.expect("a whole body")
    }

    /// The same where the connection may break before the end of the body.
    pub async fn try_of(response: reqwest::Response) -> reqwest::Result<Self> {
        let status = response.status().as_u16();
        let headers = response.headers().clone();
        let bytes = response.bytes().await?.to_vec();
        let json = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        Ok(Self {
            status,
            headers,
            bytes,
            json,
        })
    }

    /// Fails with the whole answer unless it has this status.
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{self:?}");
        self
    }

    /// Fails unless it is a problem with this status and code; the media type counts.
    #[track_caller]
    pub fn problem(self, status: u16, code: &str) -> Self {
        let answer = self.expect(status);
        assert_eq!(
            answer.header("content-type"),
            "application/problem+json",
            "{answer:?}"
        );
        assert_eq!(answer.text("code"), code, "{answer:?}");
        assert_eq!(answer.json["status"], status, "{answer:?}");
        answer
    }

    /// Fails unless it is a 409 that gives this reason from this state.
    #[track_caller]
    pub fn conflict(self, state: &str, reason: &str) -> Self {
        let answer = self.problem(409, "state_conflict");
        assert_eq!(
            (answer.text("state"), answer.text("reason")),
            (state, reason),
            "{answer:?}"
        );
        answer
    }

    /// Fails unless it is a 422 with a fault of this code at this field.
    #[track_caller]
    pub fn fault(self, field: &str, code: &str) -> Self {
        let answer = self.problem(422, "invalid_input");
        let faults = answer.json["errors"].as_array().expect("errors");
        let found = faults
            .iter()
            .any(|fault| fault["field"] == field && fault["code"] == code);
        assert!(found, "no {code} at {field}: {answer:?}");
        answer
    }

    /// The text at a path such as `state.code` or `steps.0.name`.
    #[track_caller]
    pub fn text(&self, path: &str) -> &str {
        let found = self.at(path);
        found
            .as_str()
            .unwrap_or_else(|| panic!("no text at {path}: {self:?}"))
    }

    /// The value at a path; null where there is none.
    pub fn at(&self, path: &str) -> &Value {
        let pointer: String = path.split('.').map(|part| format!("/{part}")).collect();
        self.json.pointer(&pointer).unwrap_or(&Value::Null)
    }

    /// The texts at a path within each item of a list.
    #[track_caller]
    pub fn each(&self, path: &str) -> Vec<String> {
        let items = self.json["items"]
            .as_array()
            .unwrap_or_else(|| panic!("no list: {self:?}"));
        let pointer: String = path.split('.').map(|part| format!("/{part}")).collect();
        let text = |item: &Value| match item.pointer(&pointer) {
            Some(Value::String(text)) => text.clone(),
            other => other.unwrap_or(&Value::Null).to_string(),
        };
        items.iter().map(text).collect()
    }

    /// The words of an array of texts.
    #[track_caller]
    pub fn words(&self, path: &str) -> Vec<&str> {
        let words = self
            .at(path)
            .as_array()
            .unwrap_or_else(|| panic!("no {path}: {self:?}"));
        words.iter().filter_map(Value::as_str).collect()
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    }

    pub fn etag(&self) -> &str {
        self.header("etag")
    }

    pub fn body(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.status, self.body())
    }
}
