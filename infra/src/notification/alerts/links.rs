//! Naming the dossiers of a mail, so that it is found by them.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};

use crate::db::hot::{Hot, on_either};
use crate::db::schema::{alert_batches, alerts};
use crate::db::{Conn, Db};
use crate::error::Error;

/// Rows in one write.
const LINKED: i64 = 500;

/// Links what a server left that died between making a mail and linking it: the batches stay
/// open, with their mail, until that is done.
pub(super) fn link_left_over(db: &Db) -> Result<(), Error> {
    let mails: Vec<Option<i64>> = db.read_blocking(|conn| {
        let left = alert_batches::table
            .filter(alert_batches::state.eq("open"))
            .filter(alert_batches::mail_id.is_not_null());
        let mails = left.select(alert_batches::mail_id).distinct();
        Ok::<_, Error>(mails.load(conn)?)
    })?;
    for mail in mails.into_iter().flatten() {
        link(db, mail)?;
    }
    Ok(())
}

/// Names the dossiers of a mail, bit by bit, since a long mail has thousands; then its batches
/// are done with.
pub(super) fn link(db: &Db, mail: i64) -> Result<(), Error> {
    let mut after = 0;
    while let Some(last) = link_some(db, mail, after)? {
        after = last;
    }
    Ok(())
}

/// Names the mail of batches, and its dossiers where these are few: a long mail has thousands,
/// which [`link`] names bit by bit, and until then its batches stay open. Gives whether it must.
pub(super) fn mailed(
    conn: &mut Conn,
    batches: &[i64],
    mail: i64,
    alerts: usize,
) -> Result<bool, Error> {
    let few = i64::try_from(alerts).is_ok_and(|alerts| alerts <= LINKED);
    let state = if few { "composed" } else { "open" };
    for batch in batches {
        on_either!(
            conn,
            execute,
            Hot::sql("UPDATE alert_batches SET mail_id = ")
                .bind::<BigInt, _>(mail, ", state = ")
                .bind::<Text, _>(state, " WHERE id = ")
                .bind::<BigInt, _>(*batch, "")
        )?;
    }
    if few {
        name_dossiers(conn, mail, 0, i64::MAX)?;
    }
    Ok(!few)
}

fn link_some(db: &Db, mail: i64, after: i64) -> Result<Option<i64>, Error> {
    db.write_blocking(move |conn| {
        let ids: Vec<i64> = alerts::table
            .inner_join(alert_batches::table)
            .filter(alert_batches::mail_id.eq(mail))
            .filter(alerts::id.gt(after))
            .order(alerts::id)
            .limit(LINKED)
            .select(alerts::id)
            .load(conn)?;
        let Some(last) = ids.last().copied() else {
            diesel::update(alert_batches::table.filter(alert_batches::mail_id.eq(mail)))
                .set(alert_batches::state.eq("composed"))
                .execute(conn)?;
            return Ok(None);
        };
        name_dossiers(conn, mail, after, last)?;
        Ok(Some(last))
    })
}

/// Names the dossiers of a mail of whose alerts the number is in `after < number <= last`.
fn name_dossiers(conn: &mut Conn, mail: i64, after: i64, last: i64) -> Result<(), Error> {
    on_either!(
        conn,
        execute,
        Hot::sql(
            "INSERT INTO mail_dossiers (mail_id, dossier_id, rung, due_at) \
             SELECT alert_batches.mail_id, alerts.dossier_id, alerts.rung, alerts.due_at \
             FROM alerts JOIN alert_batches ON alert_batches.id = alerts.batch_id \
             WHERE alert_batches.mail_id = ",
        )
        .bind::<BigInt, _>(mail, " AND alerts.id > ")
        .bind::<BigInt, _>(after, " AND alerts.id <= ")
        .bind::<BigInt, _>(last, " ON CONFLICT DO NOTHING")
    )?;
    Ok(())
}
