//! The outbox: mails are rows, written in the transaction of the change that they tell of.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, Text, Timestamp};
use domain::deadline::Calendar;

use super::hours;
use super::letters::Letter;
use crate::db::Conn;
use crate::db::hot::{Hot, on_either};
use crate::db::schema::mail_dossiers;
use crate::env::Env;
use crate::error::Error;
use crate::ids::new_uid;

/// A mail to be sent.
#[derive(Clone)]
pub struct NewMail {
    /// What the mail is about, such as `dossier/H29.23-261120-0001/3`: a second mail with the same
    /// key is none, and the Message-ID is made of it.
    pub message_key: String,
    pub letter: Letter,
    /// Kept as it is; an address that is none is set aside where an administrator sees it.
    pub to: String,
    /// Whom of the staff it goes to; it then waits for the working hours of the office.
    pub staff_id: Option<i64>,
    /// Whose calendar, templates and administrators count.
    pub office_id: Option<i64>,
    pub dossier_id: Option<i64>,
    pub not_before: Option<DateTime<Utc>>,
    /// The dossiers of an alert: when none of them matches any more, the mail is moot.
    pub dossiers: Vec<MailDossier>,
}

/// A dossier in an alert, with the rung and the due date that it was told of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailDossier {
    pub dossier_id: i64,
    pub rung: String,
    pub due_at: DateTime<Utc>,
}

impl std::fmt::Debug for NewMail {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NewMail")
            .field("message_key", &self.message_key)
            .field("kind", &self.letter.kind())
            .finish_non_exhaustive()
    }
}

#[derive(QueryableByName)]
struct Id {
    #[diesel(sql_type = BigInt)]
    id: i64,
}

/// Puts a mail into the outbox, in the transaction of the caller; gives its id, or none when
/// there is one with this key already.
pub fn enqueue(conn: &mut Conn, env: &Env, mail: &NewMail) -> Result<Option<i64>, Error> {
    enqueue_by(conn, env, mail, None)
}

/// [`enqueue`] by the calendar of the mail's office, where that is at hand.
pub(super) fn enqueue_by(
    conn: &mut Conn,
    env: &Env,
    mail: &NewMail,
    calendar: Option<&Calendar>,
) -> Result<Option<i64>, Error> {
    let now = env.now();
    let not_before = mail.not_before.map_or(now, |at| at.max(now));
    let first = match (mail.staff_id, calendar) {
        (Some(_), Some(calendar)) => hours::opening(Some(calendar), not_before),
        (Some(_), None) => hours::within(conn, env, mail.office_id, not_before)?,
        (None, _) => not_before,
    };
    let content = serde_json::to_string(&mail.letter)?;
    // In our own words, as diesel writes no `ON CONFLICT … RETURNING` for both databases.
    let made: QueryResult<Id> = on_either!(
        conn,
        get_result,
        Hot::sql(
            "INSERT INTO mails (uid, message_key, kind, state, to_address, staff_id, office_id, \
               dossier_id, content, not_before, next_attempt_at, attempts, created_at) VALUES (",
        )
        .bind::<Text, _>(new_uid(), ", ")
        .bind::<Text, _>(mail.message_key.as_str(), ", ")
        .bind::<Text, _>(mail.letter.kind().as_str(), ", 'waiting', ")
        .bind::<Text, _>(mail.to.as_str(), ", ")
        .bind::<Nullable<BigInt>, _>(mail.staff_id, ", ")
        .bind::<Nullable<BigInt>, _>(mail.office_id, ", ")
        .bind::<Nullable<BigInt>, _>(mail.dossier_id, ", ")
        .bind::<Text, _>(content.as_str(), ", ")
        .bind::<Timestamp, _>(not_before.naive_utc(), ", ")
        .bind::<Timestamp, _>(first.naive_utc(), ", 0, ")
        .bind::<Timestamp, _>(
            now.naive_utc(),
            ") ON CONFLICT (message_key) DO NOTHING RETURNING id",
        )
    );
    let made = made.optional()?;
    let Some(Id { id }) = made else {
        return Ok(None);
    };
    for dossier in &mail.dossiers {
        diesel::insert_into(mail_dossiers::table)
            .values((
                mail_dossiers::mail_id.eq(id),
                mail_dossiers::dossier_id.eq(dossier.dossier_id),
                mail_dossiers::rung.eq(&dossier.rung),
                mail_dossiers::due_at.eq(dossier.due_at.naive_utc()),
            ))
            .execute(conn)?;
    }
    env.outbox.mark();
    Ok(Some(id))
}
