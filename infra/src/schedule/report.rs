//! What a run of a job says of itself.

use serde_json::{Map, Value, json};

/// So many skipped things are named in the record of a run; all are counted.
pub const MAX_NAMED: usize = 100;

/// Something that a run left out, so that the rest could go on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skipped {
    /// The code of a dossier or an office; never a name of a person.
    pub what: String,
    /// A stable word such as `internal`.
    pub why: String,
}

/// How much a run did, and what it skipped.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    pub did: u64,
    skipped: u64,
    named: Vec<Skipped>,
}

impl Report {
    /// A run that did so much and skipped nothing.
    pub fn of(did: usize) -> Self {
        let mut report = Self::default();
        report.add(did);
        report
    }

    pub fn add(&mut self, did: usize) {
        let did = u64::try_from(did).unwrap_or(u64::MAX);
        self.did = self.did.saturating_add(did);
    }

    /// Notes what was left out.
    pub fn skip(&mut self, what: impl Into<String>, why: impl Into<String>) {
        self.skipped = self.skipped.saturating_add(1);
        if self.named.len() < MAX_NAMED {
            self.named.push(Skipped {
                what: what.into(),
                why: why.into(),
            });
        }
    }

    /// Takes over what another part of the same run did.
    pub fn merge(&mut self, other: Self) {
        self.did = self.did.saturating_add(other.did);
        self.skipped = self.skipped.saturating_add(other.skipped);
        let room = MAX_NAMED.saturating_sub(self.named.len());
        self.named.extend(other.named.into_iter().take(room));
    }

    pub fn skipped(&self) -> u64 {
        self.skipped
    }

    pub fn named(&self) -> &[Skipped] {
        &self.named
    }

    pub(super) fn detail(&self, error: Option<&str>) -> Value {
        let mut detail = Map::new();
        if let Some(error) = error {
            detail.insert("error".to_owned(), error.into());
        }
        if !self.named.is_empty() {
            let named = self.named.iter();
            let named: Value = named
                .map(|one| json!({ "what": one.what, "why": one.why }))
                .collect();
            detail.insert("skipped".to_owned(), named);
        }
        Value::Object(detail)
    }
}
