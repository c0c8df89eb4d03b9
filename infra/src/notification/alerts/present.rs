//! Letters to the staff as they must read when a worker takes them, and what came of their alerts.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use diesel::prelude::*;
use domain::time::local_date;

use super::batches::drop_alerts;
use super::digest::digest_letter;
use super::groups::AlertNow;
use super::house::House;
use super::telling::alert_letter;
use crate::db::Conn;
use crate::db::schema::{alert_batches, digests};
use crate::env::Env;
use crate::error::Error;
use crate::notification::letters::Letter;

/// A letter put together anew.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Presented {
    /// None when there is no reason for it any more.
    pub letter: Option<Letter>,
    /// Alerts of the mail that the letter does not tell.
    pub left_out: Vec<i64>,
}

impl Presented {
    fn as_it_is(letter: Letter) -> Self {
        Self {
            letter: Some(letter),
            left_out: Vec::new(),
        }
    }
}

/// The letter of a mail to the staff as it must read now, when a worker takes it. Letters that no
/// sweep made come back as they are. Of a digest whose day is over the alerts alone are told, as
/// an alert: today's digest tells the rest.
pub fn present(
    conn: &mut Conn,
    env: &Env,
    house: &House,
    mail_id: i64,
    letter: Letter,
) -> Result<Presented, Error> {
    let morning = match &letter {
        Letter::StaffAlert(_) => None,
        Letter::StaffDigest(_) => match Morning::of(conn, mail_id)? {
            Some(morning) => Some(morning),
            None => return Ok(Presented::as_it_is(letter)),
        },
        _ => return Ok(Presented::as_it_is(letter)),
    };
    let (batches, addressees) = of_mail(conn, mail_id)?;
    let reader = morning.as_ref().map(|morning| morning.read_by);
    let Some(addressee) = reader.or(addressees.first().copied()) else {
        return Ok(Presented::as_it_is(letter));
    };
    let loaded = house.load(conn, env)?;
    let (directory, ladders) = (&loaded.directory, &loaded.ladders);
    if !directory.people.contains_key(&addressee) {
        return Ok(Presented::default());
    }
    let alerts = AlertNow::of_batches(conn, &batches)?;
    let today = morning.filter(|morning| morning.day >= local_date(env.now()));
    Ok(if let Some(Morning { meant, .. }) = today {
        let built = digest_letter(conn, env, &loaded, (addressee, &meant), alerts)?;
        Presented {
            letter: built.letter.map(Letter::StaffDigest),
            left_out: built.unwanted,
        }
    } else {
        let built = alert_letter(conn, env, directory, ladders, addressee, alerts)?;
        Presented {
            letter: built.letter.map(Letter::StaffAlert),
            left_out: built.unwanted,
        }
    })
}

/// Whose morning a digest tells, by whom it is read, as when it was made: an absence that begins
/// or ends before the mail goes gives it to nobody else.
struct Morning {
    day: NaiveDate,
    read_by: i64,
    meant: BTreeSet<i64>,
}

impl Morning {
    fn of(conn: &mut Conn, mail_id: i64) -> Result<Option<Self>, Error> {
        let told: Vec<(i64, i64, NaiveDate)> = digests::table
            .filter(digests::mail_id.eq(mail_id))
            .select((digests::staff_id, digests::read_by, digests::day))
            .load(conn)?;
        Ok(told.first().map(|(_, read_by, day)| Self {
            day: *day,
            read_by: *read_by,
            meant: told.iter().map(|(meant, _, _)| *meant).collect(),
        }))
    }
}

/// The batches of a mail, and whom they were opened for.
fn of_mail(conn: &mut Conn, mail_id: i64) -> Result<(Vec<i64>, Vec<i64>), Error> {
    let batches: Vec<(i64, i64)> = alert_batches::table
        .filter(alert_batches::mail_id.eq(mail_id))
        .select((alert_batches::id, alert_batches::addressee_id))
        .load(conn)?;
    Ok(batches.into_iter().unzip())
}

/// Marks the alerts that a mail left out, once it went.
pub fn leave_out(conn: &mut Conn, env: &Env, left_out: &[i64]) -> Result<(), Error> {
    drop_alerts(conn, env, left_out)
}

/// The same where nobody knows any more what was left out: a worker died after it had sent the
/// mail. What has no reason now is taken for that.
pub fn settle(conn: &mut Conn, env: &Env, mail_id: i64) -> Result<(), Error> {
    let unwanted: Vec<i64> = of_one_mail(conn, mail_id)?
        .iter()
        .filter(|alert| !alert.is_wanted())
        .map(|alert| alert.id)
        .collect();
    drop_alerts(conn, env, &unwanted)
}

/// Marks all alerts of a mail that became moot: none of them was told.
pub fn forget(conn: &mut Conn, env: &Env, mail_id: i64) -> Result<(), Error> {
    let untold: Vec<i64> = of_one_mail(conn, mail_id)?
        .iter()
        .map(|alert| alert.id)
        .collect();
    drop_alerts(conn, env, &untold)
}

fn of_one_mail(conn: &mut Conn, mail_id: i64) -> Result<Vec<AlertNow>, Error> {
    let (batches, _) = of_mail(conn, mail_id)?;
    if batches.is_empty() {
        return Ok(Vec::new());
    }
    AlertNow::of_batches(conn, &batches)
}
