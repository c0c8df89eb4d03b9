//! Batches: what one run has to tell one recipient becomes one mail.

use std::sync::Arc;

use chrono::{DateTime, NaiveDate, NaiveDateTime, TimeDelta, Utc};
use diesel::dsl;
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use domain::deadline::Calendar;
use domain::time::local_date;

use super::ahead::read_ahead;
use super::directory::Directory;
use super::groups::AlertNow;
use super::house::{House, Loaded};
use super::links::{link, link_left_over, mailed};
use super::record::{lock, look_soon};
use super::sweep::name_faults;
use super::telling::{Built, alert_letter};
use crate::db::hot::{Hot, on_either};
use crate::db::schema::{alert_batches, alerts};
use crate::db::{Conn, Db};
use crate::env::Env;
use crate::error::Error;
use crate::notification::letters::{Alert, Letter};
use crate::notification::outbox::{NewMail, enqueue_by};
use crate::schedule::Report;

/// What waits for a digest that was never made goes by mail after this.
const DIGEST_PATIENCE: TimeDelta = TimeDelta::minutes(60);

#[derive(Debug, Clone, Queryable)]
pub(super) struct Batch {
    pub id: i64,
    key: String,
    addressee_id: i64,
}

/// When the job of the digest runs on a day; none where it is off or does not run then.
pub type DigestTime<'a> = &'a dyn Fn(NaiveDate) -> Option<DateTime<Utc>>;

/// Alerts whose digest did not come go by mail.
pub(super) fn hand_over_stale(
    db: &Db,
    env: &Env,
    house: &House,
    digest_at: DigestTime<'_>,
) -> Result<(), Error> {
    let before = (env.now() - DIGEST_PATIENCE).naive_utc();
    let waiting: Vec<(i64, i64, NaiveDateTime)> = db.read_blocking(move |conn| {
        let old = open("digest").filter(alert_batches::opened_at.le(before));
        let columns = (
            alert_batches::id,
            alert_batches::addressee_id,
            alert_batches::opened_at,
        );
        Ok::<_, Error>(old.select(columns).load(conn)?)
    })?;
    if waiting.is_empty() {
        return Ok(());
    }
    let loaded = db.read_blocking(|conn| house.load(conn, env))?;
    let is_stale = |(id, addressee, opened_at): (i64, i64, NaiveDateTime)| {
        let since = waits_since(&loaded.directory, addressee, opened_at.and_utc(), digest_at);
        (since + DIGEST_PATIENCE <= env.now()).then_some(id)
    };
    let stale: Vec<i64> = waiting.into_iter().filter_map(is_stale).collect();
    if stale.is_empty() {
        return Ok(());
    }
    db.write_blocking(move |conn| {
        diesel::update(
            alert_batches::table
                .filter(alert_batches::id.eq_any(stale))
                .filter(alert_batches::state.eq("open")),
        )
        .set(alert_batches::via.eq("mail"))
        .execute(conn)?;
        Ok(())
    })
}

/// From when on the digest of a reader could have been made on the day on which a batch was
/// opened: not before the job runs, nor before the reader's own office opens.
fn waits_since(
    directory: &Directory,
    addressee: i64,
    opened_at: DateTime<Utc>,
    digest_at: DigestTime<'_>,
) -> DateTime<Utc> {
    let day = local_date(opened_at);
    let asked = digest_at(day).map_or(opened_at, |at| at.max(opened_at));
    directory
        .calendar_of(addressee)
        .map(|own| own.effective(asked))
        .filter(|first| local_date(*first) == day)
        .unwrap_or(opened_at)
}

type OpenBatches = dsl::Filter<
    dsl::Filter<
        dsl::Filter<alert_batches::table, dsl::Eq<alert_batches::state, &'static str>>,
        dsl::Eq<alert_batches::via, &'static str>,
    >,
    dsl::IsNull<alert_batches::mail_id>,
>;

/// What waits to be put into a mail.
fn open(via: &'static str) -> OpenBatches {
    alert_batches::table
        .filter(alert_batches::state.eq("open"))
        .filter(alert_batches::via.eq(via))
        .filter(alert_batches::mail_id.is_null())
}

/// The open batches that a digest of somebody takes in.
pub(super) fn for_digest(conn: &mut Conn, addressee: i64) -> Result<Vec<i64>, Error> {
    Ok(open("digest")
        .filter(alert_batches::addressee_id.eq(addressee))
        .order(alert_batches::id)
        .select(alert_batches::id)
        .load(conn)?)
}

/// Makes one mail of every open batch; what is left when `go_on` says no, the next run makes.
pub(super) fn compose_open(
    db: &Db,
    env: &Env,
    house: &House,
    report: &mut Report,
    go_on: &dyn Fn() -> bool,
) -> Result<(), Error> {
    link_left_over(db)?;
    let waiting: Vec<Batch> = db.read_blocking(|conn| {
        let waiting = open("mail").order(alert_batches::id);
        let columns = (
            alert_batches::id,
            alert_batches::key,
            alert_batches::addressee_id,
        );
        Ok::<_, Error>(waiting.select(columns).load(conn)?)
    })?;
    if waiting.is_empty() {
        return Ok(());
    }
    let loaded = db.read_blocking(|conn| house.load(conn, env))?;
    name_faults(loaded.faults(), report);
    let waiting = waiting.into_iter().take_while(|_| go_on());
    let read = |batch: &Batch| Composed::read(db, env, &loaded, batch);
    let write = |batch: &Batch, composed| write_down(db, env, batch, composed);
    let failed = |batch: &Batch, error: &Error| {
        tracing::error!(batch = batch.id, %error, "an alert could not be put into a mail");
    };
    for (batch, written) in read_ahead(waiting, read, write, failed)? {
        match written {
            Ok(()) => {}
            Err(Error::Unavailable(cause)) => return Err(cause.into()),
            Err(error) => report.skip(format!("batch {}", batch.id), error.word()),
        }
    }
    Ok(())
}

/// What is to become of a batch.
struct Composed {
    built: Built<Alert>,
    address: Option<String>,
    /// Of the office whose hours count.
    calendar: Option<Arc<Calendar>>,
}

impl Composed {
    fn read(db: &Db, env: &Env, loaded: &Loaded, batch: &Batch) -> Result<Self, Error> {
        let (directory, ladders) = (&loaded.directory, &loaded.ladders);
        let addressee = directory.people.get(&batch.addressee_id);
        let built = db.read_blocking(|conn| {
            let alerts = AlertNow::of_batches(conn, &[batch.id])?;
            if addressee.is_none() {
                return Ok(Built::untold(&alerts));
            }
            alert_letter(conn, env, directory, ladders, batch.addressee_id, alerts)
        })?;
        Ok(Self {
            address: addressee.and_then(|person| person.email.clone()),
            calendar: built
                .office
                .and_then(|office| directory.calendar(office).cloned()),
            built,
        })
    }
}

fn write_down(db: &Db, env: &Env, batch: &Batch, composed: Composed) -> Result<(), Error> {
    let Composed {
        built,
        address,
        calendar,
    } = composed;
    let (owned_env, owned) = (env.clone(), batch.clone());
    let long = db.write_blocking(move |conn| {
        if !are_as_read(conn, &[owned.id], built.alerts)? {
            return Ok(None);
        }
        let mail = match (built.letter, address) {
            (Some(letter), Some(to)) => {
                let mail = NewMail {
                    message_key: format!("alert/{}", owned.key),
                    letter: Letter::StaffAlert(letter),
                    to,
                    staff_id: Some(owned.addressee_id),
                    office_id: built.office,
                    dossier_id: None,
                    not_before: None,
                    dossiers: Vec::new(),
                };
                enqueue_by(conn, &owned_env, &mail, calendar.as_deref())?
            }
            (Some(_), None) => {
                close(conn, &[owned.id], "no_address")?;
                return Ok(None);
            }
            (None, _) => None,
        };
        drop_alerts(conn, &owned_env, &built.unwanted)?;
        let Some(mail) = mail else {
            close(conn, &[owned.id], "composed")?;
            return Ok(None);
        };
        let long = mailed(conn, &[owned.id], mail, built.alerts)?;
        Ok::<_, Error>(long.then_some(mail))
    })?;
    match long {
        Some(mail) => link(db, mail),
        None => Ok(()),
    }
}

/// Whether these batches hold what was read of them, and nobody made a mail of them since; they
/// stay so until the end of the transaction.
pub(super) fn are_as_read(
    conn: &mut Conn,
    batches: &[i64],
    alerts_read: usize,
) -> Result<bool, Error> {
    lock(conn)?;
    let mut held = 0;
    for batch in batches {
        let now: BatchNow = on_either!(
            conn,
            get_result,
            Hot::sql("SELECT (SELECT COUNT(*) FROM alert_batches WHERE id = ")
                .bind::<BigInt, _>(
                    *batch,
                    " AND state = 'open' AND mail_id IS NULL) AS open, \
                     (SELECT COUNT(*) FROM alerts WHERE batch_id = ",
                )
                .bind::<BigInt, _>(*batch, " AND dropped_at IS NULL) AS held")
        )?;
        if now.open != 1 {
            return Ok(false);
        }
        held += usize::try_from(now.held).unwrap_or(0);
    }
    Ok(held == alerts_read)
}

/// How a batch stands.
#[derive(QueryableByName)]
struct BatchNow {
    /// 1 where nobody made a mail of it.
    #[diesel(sql_type = BigInt)]
    open: i64,
    #[diesel(sql_type = BigInt)]
    held: i64,
}

/// Marks batches as done with, without a mail.
pub(super) fn close(conn: &mut Conn, batches: &[i64], state: &str) -> Result<(), Error> {
    diesel::update(alert_batches::table.filter(alert_batches::id.eq_any(batches)))
        .set(alert_batches::state.eq(state))
        .execute(conn)?;
    Ok(())
}

/// Marks alerts that were not told, so that they may be told later under the same key. Those for
/// which there is a reason again by now are looked at anew: the look that found it still took
/// them for told.
pub(super) fn drop_alerts(conn: &mut Conn, env: &Env, left_out: &[i64]) -> Result<(), Error> {
    for some in left_out.chunks(500) {
        diesel::update(alerts::table.filter(alerts::id.eq_any(some.to_vec())))
            .set(alerts::dropped_at.eq(env.now().naive_utc()))
            .execute(conn)?;
        let mut again = AlertNow::of_ids(conn, some)?;
        again.retain(AlertNow::is_wanted);
        if again.is_empty() {
            continue;
        }
        let loaded = House::default().load(conn, env)?;
        let (directory, ladders) = (&loaded.directory, &loaded.ladders);
        again.retain(|alert| alert.is_to_be_told(directory, ladders));
        let again: Vec<i64> = again.iter().map(|alert| alert.dossier_id).collect();
        look_soon(conn, &again, env.now().naive_utc())?;
    }
    Ok(())
}
