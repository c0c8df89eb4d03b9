//! Templates that an office has put in place of the built-in ones, for itself and those below.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use domain::auth::{Principal, Role};
use domain::notification::Kind;
use serde_json::json;

use super::samples::{sample_context, samples};
use super::templates::{Rendered, Source, TemplateFault, built_in, render};
use crate::audit::audit;
use crate::db::Conn;
use crate::db::schema::{mail_templates, offices};
use crate::env::Env;
use crate::error::{Error, Fault};

/// A template as it holds for an office.
#[derive(Debug, Clone)]
pub struct TemplateDetail {
    pub kind: Kind,
    pub office: String,
    pub source: Source,
    /// The office whose template it is; none for a built-in one.
    pub from: Option<String>,
    /// For `If-Match`: of the office's own, 0 where it has none.
    pub version: i64,
    pub updated_at: Option<DateTime<Utc>>,
}

/// The template of the nearest office on the way up, and that office's code.
pub(super) fn nearest(
    conn: &mut Conn,
    office_path: &str,
    kind: Kind,
) -> Result<Option<(String, Source)>, Error> {
    let line: Vec<i64> = office_path
        .split('/')
        .filter_map(|id| id.parse().ok())
        .collect();
    let found: Option<(String, String, String, String)> = mail_templates::table
        .inner_join(offices::table)
        .filter(mail_templates::office_id.eq_any(line))
        .filter(mail_templates::name.eq(kind.as_str()))
        .order(offices::path.desc())
        .select((
            offices::code,
            mail_templates::subject,
            mail_templates::html,
            mail_templates::text,
        ))
        .first(conn)
        .optional()?;
    Ok(found.map(|(code, subject, html, text)| {
        (
            code,
            Source {
                subject,
                html,
                text,
            },
        )
    }))
}

struct Office {
    id: i64,
    path: String,
}

/// The office, for its administrators; for others it is not there, or not theirs.
fn office_of(conn: &mut Conn, who: &Principal, code: &str) -> Result<Office, Error> {
    let found: Option<(i64, String)> = offices::table
        .filter(offices::code.eq(code))
        .select((offices::id, offices::path))
        .first(conn)
        .optional()?;
    let (id, path) = found.ok_or(Error::NotFound)?;
    if !who.has(Role::Administrator, &path) {
        return Err(Error::Forbidden);
    }
    Ok(Office { id, path })
}

/// The version of an office's own template before its first change.
const NEVER_CHANGED: i64 = 1;

/// The template that holds for an office.
pub fn read_template(
    conn: &mut Conn,
    who: &Principal,
    code: &str,
    kind: Kind,
) -> Result<TemplateDetail, Error> {
    let office = office_of(conn, who, code)?;
    let own: Option<(i64, chrono::NaiveDateTime)> = mail_templates::table
        .find((office.id, kind.as_str()))
        .select((mail_templates::version, mail_templates::updated_at))
        .first(conn)
        .optional()?;
    let (from, source) = match nearest(conn, &office.path, kind)? {
        Some((from, source)) => (Some(from), source),
        None => (None, built_in(kind)),
    };
    Ok(TemplateDetail {
        kind,
        office: code.to_owned(),
        source,
        from,
        version: own.map_or(NEVER_CHANGED, |(version, _)| version),
        updated_at: own.map(|(_, at)| at.and_utc()),
    })
}

/// Sources that render every sample.
#[derive(Debug, Clone)]
pub struct Proven(Source);

/// Renders every sample for an administrator of the office; gives the first. It may take long, and
/// so has no place in a write.
pub fn prove_template(
    conn: &mut Conn,
    who: &Principal,
    code: &str,
    kind: Kind,
    source: Source,
) -> Result<(Proven, Rendered), Error> {
    office_of(conn, who, code)?;
    let first = check(kind, &source)?;
    Ok((Proven(source), first))
}

/// Puts an office's own template in place. `version` is that of the one it replaces,
/// [`NEVER_CHANGED`] where there is none.
pub fn change_template(
    conn: &mut Conn,
    env: &Env,
    who: &Principal,
    code: &str,
    kind: Kind,
    version: i64,
    Proven(source): &Proven,
) -> Result<TemplateDetail, Error> {
    let office = office_of(conn, who, code)?;
    let before = read_template(conn, who, code, kind)?;
    if before.version != version {
        return Err(Error::Stale(before.version));
    }
    let now = env.now().naive_utc();
    let next = version.saturating_add(1);
    let by = match who.actor {
        domain::auth::Actor::Staff(id) => Some(id),
        _ => None,
    };
    let values = (
        mail_templates::subject.eq(&source.subject),
        mail_templates::html.eq(&source.html),
        mail_templates::text.eq(&source.text),
        mail_templates::version.eq(next),
        mail_templates::updated_by.eq(by),
        mail_templates::updated_at.eq(now),
    );
    let changed = if before.updated_at.is_none() {
        let key = (
            mail_templates::office_id.eq(office.id),
            mail_templates::name.eq(kind.as_str()),
        );
        crate::db::dialect::savepoint(conn, |conn| {
            diesel::insert_into(mail_templates::table)
                .values((key, values))
                .execute(conn)
        })
        .or_else(
            |error| match crate::db::dialect::is_unique_violation(&error) {
                true => Ok(0),
                false => Err(error),
            },
        )?
    } else {
        diesel::update(
            mail_templates::table
                .find((office.id, kind.as_str()))
                .filter(mail_templates::version.eq(version)),
        )
        .set(values)
        .execute(conn)?
    };
    if changed != 1 {
        return Err(Error::Stale(next));
    }
    let key = format!("{code}/{}", kind.as_str());
    audit(
        conn,
        env,
        who,
        "mail_template.change",
        &key,
        &json!({ "version": next }),
    )?;
    read_template(conn, who, code, kind)
}

/// Takes an office's own template away; the next office's above it holds again, or the built-in.
pub fn remove_template(
    conn: &mut Conn,
    env: &Env,
    who: &Principal,
    code: &str,
    kind: Kind,
    version: i64,
) -> Result<TemplateDetail, Error> {
    let office = office_of(conn, who, code)?;
    let before = read_template(conn, who, code, kind)?;
    if before.updated_at.is_none() {
        return Err(Error::NotFound);
    }
    if before.version != version {
        return Err(Error::Stale(before.version));
    }
    diesel::delete(mail_templates::table.find((office.id, kind.as_str()))).execute(conn)?;
    let key = format!("{code}/{}", kind.as_str());
    audit(
        conn,
        env,
        who,
        "mail_template.remove",
        &key,
        &json!({ "version": version }),
    )?;
    read_template(conn, who, code, kind)
}

/// Renders every sample; gives the first.
fn check(kind: Kind, source: &Source) -> Result<Rendered, Error> {
    let mut first = None;
    for letter in samples(kind) {
        let rendered = render(kind, Some(source), &sample_context(&letter)).map_err(invalid)?;
        first.get_or_insert(rendered);
    }
    first.ok_or_else(|| Error::Internal(format!("{kind:?} has no sample")))
}

fn invalid(fault: TemplateFault) -> Error {
    Error::Invalid(vec![Fault::new(
        fault.part,
        "bad_template",
        format!("Mẫu thư không dùng được: {}", fault.message),
        format!("The template does not work: {}", fault.message),
    )])
}
