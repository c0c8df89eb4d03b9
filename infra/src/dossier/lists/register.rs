//! The register, newest first.

use std::cmp::Reverse;

use diesel::prelude::*;
use domain::auth::Principal;

use super::filter::{Filter, Resolved};
use super::names::by_name;
use super::{Backend, COUNT_CAP, Listed, Paging, merged, shown, sql_limit};
use crate::db::Conn;
use crate::db::paging::{Cursor, Page};
use crate::db::schema::dossiers;
use crate::dossier::scope::narrowed;
use crate::env::Env;
use crate::error::Error;

/// The register, newest first; a search by name is in the order of names.
pub fn list_dossiers(
    conn: &mut Conn,
    env: &Env,
    who: &Principal,
    filter: &Filter,
    paging: &Paging,
) -> Result<Listed, Error> {
    let offices = narrowed(conn, who, filter.office.as_deref())?;
    let Some(filter) = Resolved::of(conn, filter)? else {
        return Ok(empty(paging));
    };
    match &filter.name {
        Some(name) => by_name(conn, env, &offices, name, &filter, paging),
        None => newest(conn, env, &offices, &filter, paging),
    }
}

fn empty(paging: &Paging) -> Listed {
    Listed {
        page: Page {
            items: Vec::new(),
            next: None,
        },
        count: paging.count.then_some(0),
    }
}

fn newest(
    conn: &mut Conn,
    env: &Env,
    offices: &[i64],
    filter: &Resolved,
    paging: &Paging,
) -> Result<Listed, Error> {
    let before = match &paging.cursor {
        None => i64::MAX,
        Some(text) => {
            let [id] = Cursor::decode(text, "newest").ok_or(Error::BadCursor)?;
            id.parse().map_err(|_| Error::BadCursor)?
        }
    };
    let groups: Vec<Vec<i64>> = if filter.is_narrow() {
        vec![offices.to_vec()]
    } else {
        offices.iter().map(|office| vec![*office]).collect()
    };
    let page_of = |conn: &mut Conn, before: i64, limit: usize| {
        merged(&groups, limit, |group| {
            let query = filter.apply(dossiers::table.into_boxed::<Backend>());
            let query = match group.as_slice() {
                [office] => query.filter(dossiers::office_id.eq(*office)),
                _ => query.filter(dossiers::office_id.eq_any(group)),
            };
            let ids: Vec<i64> = query
                .filter(dossiers::id.lt(before))
                .order(dossiers::id.desc())
                .limit(sql_limit(limit))
                .select(dossiers::id)
                .load(conn)?;
            Ok(ids.into_iter().map(|id| (Reverse(id), id)).collect())
        })
    };
    let keys = page_of(conn, before, paging.limit.saturating_add(1))?;
    let count = if paging.count {
        Some(page_of(conn, i64::MAX, COUNT_CAP)?.len())
    } else {
        None
    };
    let page = Page::cut(keys, paging.limit, |(_, id)| {
        Cursor::new("newest", [id.to_string()])
    });
    shown(conn, env, page, count, paging.lang)
}
