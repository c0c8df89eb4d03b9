//! Whether a mail still says what is so, at the moment when a worker takes it.

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;
use domain::dossier::{Dossier, Life, State};
use domain::notification::Kind;

use super::alerts::{self, House};
use super::applicant::Present;
use super::letters::Letter;
use crate::db::Conn;
use crate::db::schema::{mails, staff};
use crate::env::Env;
use crate::error::Error;

/// A mail in the hands of a worker.
#[derive(Clone)]
pub struct Mail {
    pub id: i64,
    pub uid: String,
    pub message_key: String,
    pub kind: Kind,
    pub(super) to_address: String,
    pub staff_id: Option<i64>,
    pub office_id: Option<i64>,
    pub dossier_id: Option<i64>,
    pub letter: Letter,
    /// Attempts before this one.
    pub attempts: i64,
    pub created_at: DateTime<Utc>,
}

impl std::fmt::Debug for Mail {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Mail")
            .field("uid", &self.uid)
            .field("kind", &self.kind)
            .finish_non_exhaustive()
    }
}

/// What is left to say.
#[derive(Debug, Clone, PartialEq)]
pub enum Wanted {
    /// The letter, without what is so no longer, and the alerts that it leaves out.
    Yes {
        letter: Box<Letter>,
        left_out: Vec<i64>,
    },
    /// Nothing any more.
    Moot,
}

/// What of this mail still holds. Applicants' letters are compared with their dossier; alerts and
/// digests are put together anew from what still gives reason for them.
pub fn still_wanted(
    conn: &mut Conn,
    env: &Env,
    house: &House,
    mail: &Mail,
    present: Option<&Present>,
) -> Result<Wanted, Error> {
    match present {
        Some(present) => match of_applicant(&mail.letter, &present.dossier()?)? {
            Wanted::Yes { .. } if is_said_again(conn, mail)? => Ok(Wanted::Moot),
            wanted => Ok(wanted),
        },
        None if has_left(conn, mail)? => Ok(Wanted::Moot),
        None => {
            let presented = alerts::present(conn, env, house, mail.id, mail.letter.clone())?;
            Ok(match presented.letter {
                Some(letter) => Wanted::Yes {
                    letter: Box::new(letter),
                    left_out: presented.left_out,
                },
                None => Wanted::Moot,
            })
        }
    }
}

fn yes(letter: Letter) -> Wanted {
    Wanted::Yes {
        letter: Box::new(letter),
        left_out: Vec::new(),
    }
}

/// Whether the mail is to somebody of the staff who works here no longer.
fn has_left(conn: &mut Conn, mail: &Mail) -> Result<bool, Error> {
    let Some(id) = mail.staff_id else {
        return Ok(false);
    };
    let retired_at: Option<Option<NaiveDateTime>> = staff::table
        .find(id)
        .select(staff::retired_at)
        .first(conn)
        .optional()?;
    Ok(retired_at.flatten().is_some())
}

/// Whether what a letter wants or announces was wanted or announced once more since: then the later
/// letter says it, with the papers, the last day, the purpose or the outcome of now.
fn is_said_again(conn: &mut Conn, mail: &Mail) -> Result<bool, Error> {
    let may_be = matches!(
        mail.letter,
        Letter::ApplicantSupplement(_) | Letter::ApplicantPayment(_) | Letter::ApplicantResult(_)
    );
    let Some(dossier) = mail.dossier_id.filter(|_| may_be) else {
        return Ok(false);
    };
    let later = mails::table
        .filter(mails::dossier_id.eq(dossier))
        .filter(mails::kind.eq(mail.kind.as_str()))
        .filter(mails::id.gt(mail.id));
    Ok(later.count().get_result::<i64>(conn)? > 0)
}

fn of_applicant(letter: &Letter, dossier: &Dossier) -> Result<Wanted, Error> {
    let due_at = dossier.promise.map(|promise| promise.due_at);
    let holds = match letter {
        // Asked for until the papers come; the last day may have moved since.
        Letter::ApplicantSupplement(asked) => {
            let Life::AwaitingSupplement { lapse_at, .. } = dossier.life else {
                return Ok(Wanted::Moot);
            };
            let mut asked = asked.clone();
            asked.last_day = lapse_at;
            return Ok(yes(Letter::ApplicantSupplement(asked)));
        }
        Letter::ApplicantPayment(asked) => matches!(
            dossier.life,
            Life::AwaitingPayment { amount_vnd, .. } if amount_vnd == asked.amount_vnd
        ),
        // It is owed also where the date moved on since: with the one that stands.
        Letter::ApplicantApology(told) => {
            let moved_on =
                |due_at: &DateTime<Utc>| dossier.state().is_open() && *due_at >= told.due_at;
            let Some(due_at) = due_at.filter(moved_on) else {
                return Ok(Wanted::Moot);
            };
            let mut told = told.clone();
            told.due_at = due_at;
            return Ok(yes(Letter::ApplicantApology(told)));
        }
        // A date that moved again has a letter of its own.
        Letter::ApplicantDueDateMoved(told) => {
            dossier.state().is_open() && due_at == Some(told.due_at)
        }
        Letter::ApplicantResult(_) => dossier.state() == State::Resolved,
        // The key and the reason of an ending are wanted whatever came after.
        _ => true,
    };
    Ok(if holds {
        yes(letter.clone())
    } else {
        Wanted::Moot
    })
}
