//! What the tests know of a database that another version made.

use std::collections::BTreeMap;

use serde_json::{Value, json};

/// Beside a database: its dossiers, and secrets of the made-up ward that only its maker knew.
#[derive(Debug, Clone)]
pub struct Facts {
    /// Local time of the last thing that happened.
    pub at: String,
    /// A dossier in each state.
    pub states: BTreeMap<String, String>,
    /// In appraisal, with the specialist for civil status.
    pub open: String,
    /// A code, and its look-up key.
    pub key: (String, String),
    pub refresh_token: String,
    pub client: (String, String),
    /// A request under a retry key, and the code that it was answered.
    pub retry: Value,
    /// The bytes of the one attachment, as text.
    pub attachment: String,
}

impl Facts {
    pub fn parse(text: &str) -> Self {
        let value: Value = serde_json::from_str(text).expect("JSON");
        let text = |pointer: &str| {
            let found = value.pointer(pointer).and_then(Value::as_str);
            found.unwrap_or_else(|| panic!("no {pointer}")).to_owned()
        };
        let states = value["states"].as_object().expect("states");
        Self {
            at: text("/at"),
            states: states
                .iter()
                .map(|(state, code)| (state.clone(), code.as_str().expect("a code").to_owned()))
                .collect(),
            open: text("/open"),
            key: (text("/key/code"), text("/key/key")),
            refresh_token: text("/refresh_token"),
            client: (text("/client/id"), text("/client/secret")),
            retry: value["retry"].clone(),
            attachment: text("/attachment"),
        }
    }

    pub fn to_text(&self) -> String {
        let value = json!({
            "at": self.at,
            "states": self.states,
            "open": self.open,
            "key": { "code": self.key.0, "key": self.key.1 },
            "refresh_token": self.refresh_token,
            "client": { "id": self.client.0, "secret": self.client.1 },
            "retry": self.retry,
            "attachment": self.attachment,
        });
        let mut text = serde_json::to_string_pretty(&value).expect("JSON");
        text.push('\n');
        text
    }
}
