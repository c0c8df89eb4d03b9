//! What the alerts need of a dossier's store.

use domain::dossier::Dossier;

pub(crate) use super::store::rules_of;
use crate::error::Error;

/// The dossier as the rules see it, from what is stored in its row.
pub(crate) fn dossier_of(rules_state: &str) -> Result<Dossier, Error> {
    super::stored::from_json(rules_state)
}
