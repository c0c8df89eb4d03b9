//! The rules' view of a dossier as JSON in its row: shapes of our own, so that the domain
//! types may change without a silent change of what is stored.

mod life;
mod term;

use std::fmt;

use chrono::{DateTime, Utc};
use domain::deadline::Term;
use domain::dossier as d;
use domain::dossier::Dossier;
use serde::de::{self, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use self::life::Life;
use self::term::StoredTerm;
use crate::db::stamp;
use crate::error::Error;

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Stored {
    life: Life,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    term: Option<StoredTerm>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    promise: Option<Promise>,
    #[serde(default)]
    used: Used,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    first_result: Option<FirstResult>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Promise {
    #[serde(deserialize_with = "instant")]
    due_at_original: DateTime<Utc>,
    #[serde(deserialize_with = "instant")]
    due_at: DateTime<Utc>,
    provisional: bool,
    hand_set: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    due_at_before: Option<DateTime<Utc>>,
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct Used {
    supplement_at_intake: bool,
    supplement_in_appraisal: bool,
    extended: bool,
    reappointed: bool,
}

#[derive(Debug, Serialize, Deserialize)]
struct FirstResult {
    #[serde(deserialize_with = "instant")]
    resolved_at: DateTime<Utc>,
    promise: Promise,
}

/// Reads an instant as chrono writes it, without the patterns by which chrono reads: a fortieth of a
/// look-up.
fn instant<'de, D: Deserializer<'de>>(from: D) -> Result<DateTime<Utc>, D::Error> {
    struct Instant;

    impl Visitor<'_> for Instant {
        type Value = DateTime<Utc>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an instant by RFC 3339")
        }

        fn visit_str<E: de::Error>(self, text: &str) -> Result<DateTime<Utc>, E> {
            let in_utc = text.strip_suffix('Z').and_then(stamp::parse);
            match in_utc {
                Some(at) => Ok(at.and_utc()),
                None => text.parse().map_err(E::custom),
            }
        }
    }

    from.deserialize_str(Instant)
}

/// Writes the rules' view of a dossier as JSON text.
pub(crate) fn to_json(dossier: &Dossier) -> Result<String, Error> {
    Ok(serde_json::to_string(&Stored::from(dossier))?)
}

/// Reads it back.
pub(crate) fn from_json(text: &str) -> Result<Dossier, Error> {
    serde_json::from_str::<Stored>(text)?.try_into()
}

impl From<&Dossier> for Stored {
    fn from(dossier: &Dossier) -> Self {
        let used = dossier.used;
        Self {
            life: Life::from(&dossier.life),
            term: dossier.term.as_ref().map(StoredTerm::from),
            promise: dossier.promise.as_ref().map(Promise::from),
            used: Used {
                supplement_at_intake: used.supplement_at_intake,
                supplement_in_appraisal: used.supplement_in_appraisal,
                extended: used.extended,
                reappointed: used.reappointed,
            },
            first_result: dossier.first_result.as_ref().map(|first| FirstResult {
                resolved_at: first.resolved_at,
                promise: Promise::from(&first.promise),
            }),
        }
    }
}

impl TryFrom<Stored> for Dossier {
    type Error = Error;

    fn try_from(stored: Stored) -> Result<Self, Error> {
        Ok(Self {
            life: stored.life.try_into()?,
            term: stored.term.map(Term::try_from).transpose()?,
            promise: stored.promise.map(d::Promise::from),
            used: d::Used {
                supplement_at_intake: stored.used.supplement_at_intake,
                supplement_in_appraisal: stored.used.supplement_in_appraisal,
                extended: stored.used.extended,
                reappointed: stored.used.reappointed,
            },
            first_result: stored.first_result.map(|first| d::FirstResult {
                resolved_at: first.resolved_at,
                promise: first.promise.into(),
            }),
        })
    }
}

impl From<&d::Promise> for Promise {
    fn from(promise: &d::Promise) -> Self {
        Self {
            due_at_original: promise.due_at_original,
            due_at: promise.due_at,
            provisional: promise.provisional,
            hand_set: promise.hand_set,
            due_at_before: promise.due_at_before,
        }
    }
}

impl From<Promise> for d::Promise {
    fn from(promise: Promise) -> Self {
        Self {
            due_at_original: promise.due_at_original,
            due_at: promise.due_at,
            provisional: promise.provisional,
            hand_set: promise.hand_set,
            due_at_before: promise.due_at_before,
        }
    }
}
