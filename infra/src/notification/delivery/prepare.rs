//! From a stored mail to a message, or to why there is none.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use domain::deadline::Calendar;
use domain::notification::Kind;
use minijinja::value::{Serde, Value};
use serde_json::json;

use super::super::alerts::House;
use super::super::applicant::Present;
use super::super::hours;
use super::super::letterhead::{Cover, Letterhead, Ready};
use super::super::own_templates::nearest;
use super::super::templates::{Parsed, Rendered, TemplateFault, render};
use super::super::wanted::{Mail, Wanted, still_wanted};
use super::claim::Taken;
use super::record::Outcome;
use crate::db::Conn;
use crate::db::schema::{mail_addresses, offices};
use crate::env::{Cache, Env};
use crate::error::Error;

/// What is to be done with a mail.
pub(super) struct Prepared {
    pub verdict: Verdict,
    /// What an administrator should know although it was sent.
    pub remark: Option<String>,
    /// When it was looked at.
    pub at: DateTime<Utc>,
}

pub(super) enum Verdict {
    /// With the alerts that the letter leaves out.
    Send(Ready, Vec<i64>),
    Moot,
    Muted,
    Hold(DateTime<Utc>),
    /// It cannot be put into words now: something that it tells of, a calendar for one, does not
    /// read. People mend that.
    Later(String),
    /// It can never be sent: bad data, a bad address, our own address.
    Refuse(String),
}

impl Verdict {
    /// The message with the alerts that it leaves out, or what comes instead.
    pub(super) fn into_ready(self) -> Result<(Ready, Vec<i64>), Outcome> {
        Err(match self {
            Self::Send(ready, left_out) => return Ok((ready, left_out)),
            Self::Moot => Outcome::Moot,
            Self::Muted => Outcome::Muted,
            Self::Hold(until) => Outcome::Held(until),
            Self::Later(detail) => Outcome::Temporary(detail),
            Self::Refuse(detail) => Outcome::Broken(detail),
        })
    }
}

/// An office as letters name it.
struct Office {
    code: String,
    path: String,
    view: serde_json::Value,
}

/// A template, or why it is none, with the code of the office whose it is.
type Named = (String, Result<Parsed, TemplateFault>);

/// What mails of one batch share.
#[derive(Default)]
pub(super) struct Shared {
    house: House,
    offices: Cache<i64, Office>,
    /// None where an office has none.
    calendars: Cache<i64, Option<Arc<Calendar>>>,
    templates: Cache<(i64, Kind), Option<Named>>,
}

/// Puts a mail into words. One that cannot be is tried later, or set aside when it can never be,
/// and spoils no other; only a database that is away does.
pub(super) fn prepare(
    conn: &mut Conn,
    env: &Env,
    head: &Letterhead,
    shared: &Shared,
    mail: &Taken,
) -> Result<Prepared, Error> {
    let at = env.now();
    let (verdict, remark) = match one(conn, env, head, shared, mail) {
        Ok(found) => found,
        Err(Error::Unavailable(cause)) => return Err(cause.into()),
        Err(error) => {
            tracing::error!(mail = %mail.uid, %error, "a mail cannot be put into words");
            (Verdict::Later(error.word().to_owned()), None)
        }
    };
    Ok(Prepared {
        verdict,
        remark,
        at,
    })
}

fn one(
    conn: &mut Conn,
    env: &Env,
    head: &Letterhead,
    shared: &Shared,
    taken: &Taken,
) -> Result<(Verdict, Option<String>), Error> {
    if head.is_own(&taken.to_address) {
        return Ok((Verdict::Refuse("own address".to_owned()), None));
    }
    if is_muted(conn, &taken.to_address)? {
        return Ok((Verdict::Muted, None));
    }
    if let (Some(_), Some(office)) = (taken.staff_id, taken.office_id) {
        let now = env.now();
        let read = || hours::calendar_of(conn, env, office);
        let calendar = shared.calendars.get_or_load(office, read)?;
        let opening = hours::opening((*calendar).as_deref(), now);
        if opening > now {
            return Ok((Verdict::Hold(opening), None));
        }
    }
    let mut mail = match mail_of(taken) {
        Ok(mail) => mail,
        Err(error) => {
            tracing::error!(mail = %taken.uid, %error, "a mail does not read");
            return Ok((Verdict::Refuse(error.word().to_owned()), None));
        }
    };
    let present = match (mail.kind.is_to_applicant(), mail.dossier_id) {
        (true, Some(id)) => Some(Present::load(conn, id)?),
        _ => None,
    };
    let left_out = match still_wanted(conn, env, &shared.house, &mail, present.as_ref())? {
        Wanted::Moot => return Ok((Verdict::Moot, None)),
        Wanted::Yes { letter, left_out } => {
            mail.letter = letter.addressed(&head.links);
            // What is left of a digest of yesterday is an alert.
            mail.kind = mail.letter.kind();
            left_out
        }
    };
    let office = match mail.office_id {
        Some(id) => Some(shared.offices.get_or_load(id, || office(conn, id))?),
        None => None,
    };
    let (letter, remark) = words(conn, head, shared, &mail, present.as_ref(), office.as_ref())?;
    let cover = Cover {
        to: &mail.to_address,
        kind: mail.kind,
        message_key: &mail.message_key,
        office_code: office.as_ref().map(|office| office.code.as_str()),
        created_at: mail.created_at,
        now: env.now(),
    };
    Ok(match head.message(cover, letter) {
        Ok(ready) => (Verdict::Send(ready, left_out), remark),
        Err(fault) => (Verdict::Refuse(fault), remark),
    })
}

fn mail_of(taken: &Taken) -> Result<Mail, Error> {
    let unknown = || Error::Internal(format!("mail of an unknown kind: {}", taken.kind));
    Ok(Mail {
        id: taken.id,
        uid: taken.uid.clone(),
        message_key: taken.message_key.clone(),
        kind: Kind::parse(&taken.kind).ok_or_else(unknown)?,
        to_address: taken.to_address.clone(),
        staff_id: taken.staff_id,
        office_id: taken.office_id,
        dossier_id: taken.dossier_id,
        letter: serde_json::from_str(&taken.content)?,
        attempts: taken.attempts,
        created_at: taken.created_at.and_utc(),
    })
}

fn is_muted(conn: &mut Conn, address: &str) -> Result<bool, Error> {
    let muted: Option<Option<chrono::NaiveDateTime>> = mail_addresses::table
        .find(address.to_ascii_lowercase())
        .select(mail_addresses::muted_at)
        .first(conn)
        .optional()?;
    Ok(muted.flatten().is_some())
}

fn office(conn: &mut Conn, id: i64) -> Result<Office, Error> {
    let (code, path, name, address, phone): (
        String,
        String,
        String,
        Option<String>,
        Option<String>,
    ) = offices::table
        .find(id)
        .select((
            offices::code,
            offices::path,
            offices::name,
            offices::address,
            offices::phone,
        ))
        .first(conn)?;
    let view = json!({ "name": name, "code": code, "address": address, "phone": phone });
    Ok(Office { code, path, view })
}

/// The letter in words: by the nearest office's own template, and where that is broken, or calls
/// something that is not there "None", by the built-in one, with a remark.
fn words(
    conn: &mut Conn,
    head: &Letterhead,
    shared: &Shared,
    mail: &Mail,
    present: Option<&Present>,
    office: Option<&Arc<Office>>,
) -> Result<(Rendered, Option<String>), Error> {
    let dossier = match present {
        Some(present) => Some(present.context(&head.links)?),
        None => None,
    };
    let nobody = json!({ "name": "Một cửa", "code": "", "address": null, "phone": null });
    let context = json!({
        "letter": mail.letter,
        "office": office.map_or(&nobody, |office| &office.view),
        "dossier": dossier,
    });
    let own = match (mail.office_id, office) {
        (Some(id), Some(office)) => {
            let read = || template(conn, &office.path, mail.kind);
            Some(shared.templates.get_or_load((id, mail.kind), read)?)
        }
        _ => None,
    };
    let mut remark = None;
    if let Some((whose, template)) = own.as_deref().and_then(Option::as_ref) {
        let said = template.as_ref().map_err(Clone::clone);
        match said.and_then(|template| template.say(&context)) {
            Ok(rendered) => return Ok((rendered, None)),
            Err(fault) => {
                // Its detail may quote what was filled in.
                tracing::warn!(office = %whose, kind = mail.kind.as_str(), part = fault.part, "a template of an office is broken");
                remark = Some(format!("template of {whose} broken: {}", fault.part));
            }
        }
    }
    let rendered = render(mail.kind, None, &Value::from(Serde(context)))
        .map_err(|fault| Error::Internal(format!("built-in template, {}", fault.part)))?;
    Ok((rendered, remark))
}

/// The nearest office's own template, parsed.
fn template(conn: &mut Conn, office_path: &str, kind: Kind) -> Result<Option<Named>, Error> {
    let found = nearest(conn, office_path, kind)?;
    Ok(found.map(|(whose, source)| (whose, Parsed::of(kind, &source))))
}
