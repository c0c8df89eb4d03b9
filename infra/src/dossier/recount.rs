//! What the recount after a change of a calendar needs of a dossier's store.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use domain::dossier::Dossier;

pub(crate) use super::rows::DossierRow;
pub(crate) use super::store::{Deed, Loaded, save, with_rules};
use crate::db::Conn;
use crate::db::schema::dossiers;
use crate::error::Error;

/// Pins the row to its `calendar_version_id` where no date moved: no event, and the version
/// stays, so that nobody's edit is refused for it.
pub(crate) fn pin(
    conn: &mut Conn,
    row: &DossierRow,
    after: &Dossier,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    let mut progress = row.progress.clone();
    progress.take_over(after)?;
    progress.look_again(after, now);
    let same = dossiers::table
        .filter(dossiers::id.eq(row.id))
        .filter(dossiers::version.eq(row.progress.version));
    let changed = diesel::update(same)
        .set((
            dossiers::calendar_version_id.eq(progress.calendar_version_id),
            dossiers::rules_state.eq(progress.rules_state),
            // Other hours of work move the moments of the alerts, even where no date moves.
            dossiers::next_look_at.eq(progress.next_look_at),
            dossiers::late_after_by_rules.eq(progress.late_after_by_rules),
        ))
        .execute(conn)?;
    if changed == 1 {
        Ok(())
    } else {
        Err(Error::Stale(row.progress.version))
    }
}
