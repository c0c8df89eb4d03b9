//! The search by the applicant's name, in the order of the index of names.

use std::collections::HashMap;

use diesel::prelude::*;
use domain::text::fold;

use super::filter::Resolved;
use super::{Backend, COUNT_CAP, Listed, Paging, shown, sql_limit};
use crate::db::Conn;
use crate::db::paging::{Cursor, Page};
use crate::db::schema::{dossier_names, dossiers};
use crate::dossier::register::name_entries;
use crate::env::Env;
use crate::error::Error;

/// Office, words of the name, dossier: the order of a search by name.
type NameKey = (i64, String, i64);

pub(super) fn by_name(
    conn: &mut Conn,
    env: &Env,
    offices: &[i64],
    name: &str,
    filter: &Resolved,
    paging: &Paging,
) -> Result<Listed, Error> {
    let after = match &paging.cursor {
        None => None,
        Some(text) => Some(name_key(text).ok_or(Error::BadCursor)?),
    };
    let keys = named(
        conn,
        offices,
        name,
        filter,
        after,
        paging.limit.saturating_add(1),
    )?;
    let count = match paging.count {
        true => Some(named(conn, offices, name, filter, None, COUNT_CAP)?.len()),
        false => None,
    };
    let page = Page::cut(keys, paging.limit, |(office, words, id)| {
        Cursor::new("name", [office.to_string(), words.clone(), id.to_string()])
    });
    shown(
        conn,
        env,
        page.map(|(_, _, id)| ((), id)),
        count,
        paging.lang,
    )
}

fn name_key(text: &str) -> Option<NameKey> {
    let [office, words, id] = Cursor::decode(text, "name")?;
    Some((office.parse().ok()?, words, id.parse().ok()?))
}

/// Walks the names office by office in the order of their index, until enough fit the filter.
fn named(
    conn: &mut Conn,
    offices: &[i64],
    name: &str,
    filter: &Resolved,
    after: Option<NameKey>,
    limit: usize,
) -> Result<Vec<NameKey>, Error> {
    const MOST: usize = 1_000;
    // What a further filter drops has to be read past in few steps.
    let batch = if filter.narrows_more() {
        MOST
    } else {
        limit.clamp(50, MOST)
    };
    let mut found = Vec::new();
    for office in offices {
        if after.as_ref().is_some_and(|(last, _, _)| office < last) {
            continue;
        }
        let mut from = after.clone().filter(|(last, _, _)| last == office);
        loop {
            let keys = names_of(conn, *office, name, from.as_ref(), batch)?;
            let more = keys.len() == batch;
            from = keys.last().cloned();
            found.extend(fitting(conn, filter, name, keys)?);
            if found.len() >= limit {
                found.truncate(limit);
                return Ok(found);
            }
            if !more {
                break;
            }
        }
    }
    Ok(found)
}

fn names_of(
    conn: &mut Conn,
    office: i64,
    name: &str,
    after: Option<&NameKey>,
    limit: usize,
) -> Result<Vec<NameKey>, Error> {
    let words = dossier_names::words;
    let mut query = dossier_names::table
        .filter(dossier_names::office_id.eq(office))
        .filter(words.ge(name.to_owned()))
        .filter(words.lt(format!("{name}\u{10FFFF}")))
        .into_boxed::<Backend>();
    if let Some((_, last, id)) = after {
        let later = words
            .eq(last.clone())
            .and(dossier_names::dossier_id.gt(*id));
        query = query.filter(words.gt(last.clone()).or(later));
    }
    let columns = (dossier_names::office_id, words, dossier_names::dossier_id);
    Ok(query
        .order(columns)
        .limit(sql_limit(limit))
        .select(columns)
        .load(conn)?)
}

/// Keeps what fits the rest of the filter. A name in which the words occur twice is kept where
/// it comes first, so that no dossier is listed or counted twice.
fn fitting(
    conn: &mut Conn,
    filter: &Resolved,
    name: &str,
    keys: Vec<NameKey>,
) -> Result<Vec<NameKey>, Error> {
    if keys.is_empty() {
        return Ok(keys);
    }
    let ids: Vec<i64> = keys.iter().map(|key| key.2).collect();
    let fit: HashMap<i64, String> = filter
        .apply(dossiers::table.into_boxed::<Backend>())
        .filter(dossiers::id.eq_any(ids))
        .select((dossiers::id, dossiers::applicant_name))
        .load::<(i64, String)>(conn)?
        .into_iter()
        .collect();
    let first = |(_, words, id): &NameKey| {
        fit.get(id).is_some_and(|full| {
            let full = fold(full);
            let found = name_entries(&full)
                .filter(|entry| entry.starts_with(name))
                .min();
            found == Some(words.as_str())
        })
    };
    Ok(keys.into_iter().filter(first).collect())
}
