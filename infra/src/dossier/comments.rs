//! Comments among the staff on a dossier; never shown to the public.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use domain::auth::{Actor, Principal, Role};
use domain::text::Note;

use super::detail::load_seen;
use super::summary::Named;
use crate::db::Conn;
use crate::db::paging::{Cursor, Page};
use crate::db::schema::{comments, staff};
use crate::env::Env;
use crate::error::Error;
use crate::ids;

/// A comment with its author.
#[derive(Debug, Clone)]
pub struct Comment {
    pub uid: String,
    pub author: Named,
    pub text: String,
    pub created_at: DateTime<Utc>,
}

/// Those who work on dossiers comment; an inspector writes nothing.
const COMMENTERS: [Role; 4] = [Role::Clerk, Role::Specialist, Role::Head, Role::Manager];

/// Adds a comment; the dossier itself does not change.
pub fn add_comment(
    conn: &mut Conn,
    env: &Env,
    who: &Principal,
    code: &str,
    text: &Note,
) -> Result<Comment, Error> {
    let (loaded, _) = load_seen(conn, env, who, code)?;
    let Actor::Staff(author) = who.actor else {
        return Err(Error::Forbidden);
    };
    if !who.has_any(&COMMENTERS, &loaded.office_path) {
        return Err(Error::Forbidden);
    }
    let comment = Comment {
        uid: ids::new_uid(),
        author: Named {
            key: who.uid.clone(),
            name: who.name.clone(),
        },
        text: text.as_str().to_owned(),
        created_at: env.now(),
    };
    diesel::insert_into(comments::table)
        .values((
            comments::uid.eq(&comment.uid),
            comments::dossier_id.eq(loaded.row.id),
            comments::author_id.eq(author),
            comments::text.eq(&comment.text),
            comments::created_at.eq(comment.created_at.naive_utc()),
        ))
        .execute(conn)?;
    Ok(comment)
}

/// The comments of a dossier, oldest first.
pub fn list_comments(
    conn: &mut Conn,
    env: &Env,
    who: &Principal,
    code: &str,
    limit: usize,
    cursor: Option<&str>,
) -> Result<Page<Comment>, Error> {
    let (loaded, _) = load_seen(conn, env, who, code)?;
    if matches!(who.actor, Actor::Client(_)) {
        return Err(Error::Forbidden);
    }
    let after: i64 = match cursor {
        None => 0,
        Some(text) => {
            let [id] = Cursor::decode(text, "comments").ok_or(Error::BadCursor)?;
            id.parse().map_err(|_| Error::BadCursor)?
        }
    };
    type Row = (i64, String, String, String, String, chrono::NaiveDateTime);
    let rows: Vec<Row> = comments::table
        .inner_join(staff::table)
        .filter(comments::dossier_id.eq(loaded.row.id))
        .filter(comments::id.gt(after))
        .order(comments::id)
        .limit(i64::try_from(limit.saturating_add(1)).unwrap_or(i64::MAX))
        .select((
            comments::id,
            comments::uid,
            staff::uid,
            staff::display_name,
            comments::text,
            comments::created_at,
        ))
        .load(conn)?;
    let page = Page::cut(rows, limit, |row| {
        Cursor::new("comments", [row.0.to_string()])
    });
    Ok(page.map(|(_, uid, key, name, text, at)| Comment {
        uid,
        author: Named { key, name },
        text,
        created_at: at.and_utc(),
    }))
}
