//! Templates that an office has put in place of the built-in ones, for itself and those below.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use domain::auth::{Principal, Role};
use domain::notification::Kind;
use serde_json::json;

use super::samples::sample_contexts;
use super::templates::{Parsed, Rendered, Source, TemplateFault, built_in};
use crate::audit::audit;
use crate::db::schema::{mail_templates, offices};
use crate::db::{Conn, dialect};
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
    /// For `If-Match`: counts the changes of the office's own, removals too; 1 before the first.
    pub version: i64,
    /// When the office's own was written; none where it has none.
    pub updated_at: Option<DateTime<Utc>>,
    /// Why letters by an office's template may be written by the built-in one instead; looked for
    /// where it is read alone.
    pub warnings: Vec<Fault>,
}

/// The subject in the row of an office whose own template was taken away. No template that was
/// proven has it, as every letter has a subject. The row stays, so that no version ever comes back:
/// an `If-Match` of before the removal would fit what others wrote since, and overwrite it unseen.
const REMOVED: &str = "";

/// The template of the nearest office on the way up that has one, and that office's code.
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
        .filter(mail_templates::subject.ne(REMOVED))
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

/// The version of an office's own template before its first change, while it has no row.
const NEVER_CHANGED: i64 = 1;

/// What is known of an office's own template.
struct Own {
    version: i64,
    /// None where it was taken away, or there never was one.
    written_at: Option<DateTime<Utc>>,
}

fn own(conn: &mut Conn, office: i64, kind: Kind) -> Result<Own, Error> {
    let row: Option<(i64, chrono::NaiveDateTime, String)> = mail_templates::table
        .find((office, kind.as_str()))
        .select((
            mail_templates::version,
            mail_templates::updated_at,
            mail_templates::subject,
        ))
        .first(conn)
        .optional()?;
    Ok(match row {
        Some((version, at, subject)) => Own {
            version,
            written_at: (subject != REMOVED).then(|| at.and_utc()),
        },
        None => Own {
            version: NEVER_CHANGED,
            written_at: None,
        },
    })
}

/// The template that holds for an office, with what is wrong with it by now.
pub fn read_template(
    conn: &mut Conn,
    who: &Principal,
    code: &str,
    kind: Kind,
) -> Result<TemplateDetail, Error> {
    let mut detail = holding(conn, who, code, kind)?;
    if detail.from.is_some() {
        detail.warnings = faults_of(kind, &detail.source)?;
    }
    Ok(detail)
}

/// The same as a write may ask for it: to prove a template may take long.
fn holding(
    conn: &mut Conn,
    who: &Principal,
    code: &str,
    kind: Kind,
) -> Result<TemplateDetail, Error> {
    let office = office_of(conn, who, code)?;
    let own = own(conn, office.id, kind)?;
    let (from, source) = match nearest(conn, &office.path, kind)? {
        Some((from, source)) => (Some(from), source),
        None => (None, built_in(kind)),
    };
    Ok(TemplateDetail {
        kind,
        office: code.to_owned(),
        source,
        from,
        version: own.version,
        updated_at: own.written_at,
        warnings: Vec::new(),
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

/// Puts an office's own template in place, over the version that was seen.
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
    let before = own(conn, office.id, kind)?;
    if before.version != version {
        return Err(Error::Stale(before.version));
    }
    let next = write(conn, env, who, office.id, kind, version, source)?;
    record(conn, env, who, "mail_template.change", code, kind, next)?;
    holding(conn, who, code, kind)
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
    let before = own(conn, office.id, kind)?;
    if before.written_at.is_none() {
        return Err(Error::NotFound);
    }
    if before.version != version {
        return Err(Error::Stale(before.version));
    }
    let nothing = Source {
        subject: REMOVED.to_owned(),
        html: String::new(),
        text: String::new(),
    };
    let next = write(conn, env, who, office.id, kind, version, &nothing)?;
    record(conn, env, who, "mail_template.remove", code, kind, next)?;
    holding(conn, who, code, kind)
}

fn record(
    conn: &mut Conn,
    env: &Env,
    who: &Principal,
    action: &str,
    code: &str,
    kind: Kind,
    version: i64,
) -> Result<(), Error> {
    let key = format!("{code}/{}", kind.as_str());
    audit(conn, env, who, action, &key, &json!({ "version": version }))
}

/// Writes over the version that was seen; gives the new one.
fn write(
    conn: &mut Conn,
    env: &Env,
    who: &Principal,
    office: i64,
    kind: Kind,
    seen: i64,
    source: &Source,
) -> Result<i64, Error> {
    let next = seen.saturating_add(1);
    let by = who.staff_id();
    let values = (
        mail_templates::subject.eq(&source.subject),
        mail_templates::html.eq(&source.html),
        mail_templates::text.eq(&source.text),
        mail_templates::version.eq(next),
        mail_templates::updated_by.eq(by),
        mail_templates::updated_at.eq(env.now().naive_utc()),
    );
    let written = if seen == NEVER_CHANGED {
        let key = (
            mail_templates::office_id.eq(office),
            mail_templates::name.eq(kind.as_str()),
        );
        dialect::savepoint(conn, |conn| {
            diesel::insert_into(mail_templates::table)
                .values((key, values))
                .execute(conn)
        })
        .or_else(|error| match dialect::is_unique_violation(&error) {
            true => Ok(0),
            false => Err(error),
        })?
    } else {
        let row = mail_templates::table.find((office, kind.as_str()));
        diesel::update(row.filter(mail_templates::version.eq(seen)))
            .set(values)
            .execute(conn)?
    };
    match written {
        1 => Ok(next),
        _ => Err(Error::Stale(next)),
    }
}

/// Renders every sample in every setting; gives the first.
fn check(kind: Kind, source: &Source) -> Result<Rendered, Error> {
    let template = Parsed::of(kind, source).map_err(invalid)?;
    let mut first = None;
    for context in sample_contexts(kind) {
        let rendered = template.render(&context).map_err(invalid)?;
        template.prove(&context).map_err(invalid)?;
        first.get_or_insert(rendered);
    }
    first.ok_or_else(|| Error::Internal(format!("{kind:?} has no sample")))
}

/// What is wrong by now with a template that was right when it was taken: samples are added.
fn faults_of(kind: Kind, source: &Source) -> Result<Vec<Fault>, Error> {
    match check(kind, source) {
        Ok(_) => Ok(Vec::new()),
        Err(Error::Invalid(faults)) => Ok(faults),
        Err(error) => Err(error),
    }
}

fn invalid(fault: TemplateFault) -> Error {
    Error::Invalid(vec![Fault::new(
        fault.part,
        "bad_template",
        format!("Mẫu thư không dùng được: {}", fault.message),
        format!("The template does not work: {}", fault.message),
    )])
}

#[cfg(test)]
#[path = "own_templates_tests.rs"]
mod tests;
