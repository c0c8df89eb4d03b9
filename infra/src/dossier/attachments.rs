//! Attachments: the bytes lie in the object store under their SHA-256, the rows say whose.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use domain::auth::{Actor, Principal, Role, Sight};
use domain::text::Title;

use super::detail::load_seen;
use super::store::{Deed, Loaded, load_to_change, record};
use crate::db::Conn;
use crate::db::paging::{Cursor, Page};
use crate::db::schema::attachments;
use crate::env::Env;
use crate::error::Error;
use crate::ids;

/// The largest attachment: 20 MiB.
pub const MAX_ATTACHMENT_BYTES: usize = 20 * 1024 * 1024;

/// A file of a dossier.
#[derive(Debug, Clone)]
pub struct Attachment {
    pub uid: String,
    pub name: String,
    pub media_type: String,
    pub size: i64,
    pub sha256: String,
    pub created_at: DateTime<Utc>,
}

/// What the bytes are, whatever the client called them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sniffed {
    pub media_type: &'static str,
}

/// Types that offices take in; anything that a browser would run is not among them.
const ALLOWED: [&str; 14] = [
    "application/pdf",
    "image/jpeg",
    "image/png",
    "image/gif",
    "image/webp",
    "image/tiff",
    "image/heif",
    "application/msword",
    "application/vnd.ms-excel",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/vnd.oasis.opendocument.text",
    "application/vnd.oasis.opendocument.spreadsheet",
    "application/zip",
];

/// Tells the type by the first bytes; none when it is none that an office takes in.
pub fn sniff(bytes: &[u8]) -> Option<Sniffed> {
    let found = infer::get(bytes)?.mime_type();
    ALLOWED
        .iter()
        .find(|allowed| **allowed == found)
        .map(|media_type| Sniffed { media_type })
}

/// Those who work on dossiers add files, and the ward client that sent the dossier in.
const UPLOADERS: [Role; 4] = [Role::Clerk, Role::Specialist, Role::Head, Role::Manager];

/// Who uploads: one of the staff, or a connected system.
type Uploader = (Option<i64>, Option<i64>);

fn uploader(
    conn: &mut Conn,
    env: &Env,
    who: &Principal,
    code: &str,
) -> Result<(Loaded, Uploader), Error> {
    let (loaded, seen) = load_seen(conn, env, who, code)?;
    let uploader = match who.actor {
        Actor::Staff(id) if who.has_any(&UPLOADERS, &loaded.office_path) => (Some(id), None),
        Actor::Client(id) if seen == Sight::Whole => (None, Some(id)),
        _ => return Err(Error::Forbidden),
    };
    Ok((loaded, uploader))
}

/// Whether somebody may add a file to a dossier: asked before its bytes are taken in.
///
/// # Errors
/// [`Error::NotFound`] and [`Error::Forbidden`].
pub fn may_attach(conn: &mut Conn, env: &Env, who: &Principal, code: &str) -> Result<(), Error> {
    uploader(conn, env, who, code).map(drop)
}

/// Notes a file whose bytes lie in the store already.
#[expect(clippy::too_many_arguments, reason = "a row is made of all of these")]
pub fn add_attachment(
    conn: &mut Conn,
    env: &Env,
    who: &Principal,
    code: &str,
    name: &Title,
    sniffed: &Sniffed,
    size: i64,
    sha256: &str,
) -> Result<Attachment, Error> {
    let (loaded, (uploaded_by, client_id)) = uploader(conn, env, who, code)?;
    let attachment = Attachment {
        uid: ids::new_uid(),
        name: name.as_str().to_owned(),
        media_type: sniffed.media_type.to_owned(),
        size,
        sha256: sha256.to_owned(),
        created_at: env.now(),
    };
    diesel::insert_into(attachments::table)
        .values((
            attachments::uid.eq(&attachment.uid),
            attachments::dossier_id.eq(loaded.row.id),
            attachments::name.eq(&attachment.name),
            attachments::media_type.eq(&attachment.media_type),
            attachments::size.eq(size),
            attachments::sha256.eq(sha256),
            attachments::uploaded_by.eq(uploaded_by),
            attachments::client_id.eq(client_id),
            attachments::created_at.eq(attachment.created_at.naive_utc()),
        ))
        .execute(conn)?;
    Ok(attachment)
}

type Row = (
    i64,
    String,
    String,
    String,
    i64,
    String,
    chrono::NaiveDateTime,
);

fn columns() -> (
    attachments::id,
    attachments::uid,
    attachments::name,
    attachments::media_type,
    attachments::size,
    attachments::sha256,
    attachments::created_at,
) {
    (
        attachments::id,
        attachments::uid,
        attachments::name,
        attachments::media_type,
        attachments::size,
        attachments::sha256,
        attachments::created_at,
    )
}

fn view((_, uid, name, media_type, size, sha256, at): Row) -> Attachment {
    Attachment {
        uid,
        name,
        media_type,
        size,
        sha256,
        created_at: at.and_utc(),
    }
}

/// The files of a dossier, oldest first.
pub fn list_attachments(
    conn: &mut Conn,
    env: &Env,
    who: &Principal,
    code: &str,
    limit: usize,
    cursor: Option<&str>,
) -> Result<Page<Attachment>, Error> {
    let (loaded, _) = load_seen(conn, env, who, code)?;
    let after: i64 = match cursor {
        None => 0,
        Some(text) => {
            let [id] = Cursor::decode(text, "attachments").ok_or(Error::BadCursor)?;
            id.parse().map_err(|_| Error::BadCursor)?
        }
    };
    let rows: Vec<Row> = attachments::table
        .filter(attachments::dossier_id.eq(loaded.row.id))
        .filter(attachments::id.gt(after))
        .order(attachments::id)
        .limit(i64::try_from(limit.saturating_add(1)).unwrap_or(i64::MAX))
        .select(columns())
        .load(conn)?;
    Ok(Page::cut(rows, limit, |row| {
        Cursor::new("attachments", [row.0.to_string()])
    })
    .map(view))
}

/// A file of a dossier, for those who see the dossier whole: scans are personal data. Where
/// the reading must be recorded, it is, in a write; a read then answers none.
pub fn find_attachment(
    conn: &mut Conn,
    env: &Env,
    who: &Principal,
    code: &str,
    uid: &str,
    may_record: bool,
) -> Result<Option<Attachment>, Error> {
    let (loaded, seen) = load_seen(conn, env, who, code)?;
    let row: Row = attachments::table
        .filter(attachments::dossier_id.eq(loaded.row.id))
        .filter(attachments::uid.eq(uid))
        .select(columns())
        .first(conn)
        .optional()?
        .ok_or(Error::NotFound)?;
    match seen {
        Sight::Whole => Ok(Some(view(row))),
        Sight::WholeRecorded if may_record => {
            let detail = serde_json::json!({ "what": "attachment", "sha256": row.5 });
            let deed = Deed {
                detail,
                ..Deed::of(who, "read_personal_data")
            };
            let mut loaded = load_to_change(conn, env, code)?;
            record(conn, &mut loaded, &deed, env.now())?;
            Ok(Some(view(row)))
        }
        Sight::WholeRecorded => Ok(None),
        Sight::Masked | Sight::None => Err(Error::Forbidden),
    }
}
