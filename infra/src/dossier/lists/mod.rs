//! Lists of dossiers: the register with its filters, and the work lists. Every list walks an
//! index of one office, person or department, and merges where somebody sees several.

mod filter;
mod names;
mod register;
mod work;

use chrono::{DateTime, Days, NaiveDate, NaiveTime, Utc};
use domain::lang::Lang;
use domain::time::from_local;

use super::summary::{Summary, summaries};
use crate::db::Conn;
use crate::db::paging::Page;
use crate::db::schema::dossiers;
use crate::env::Env;
use crate::error::Error;

pub use filter::Filter;
pub use register::list_dossiers;
pub use work::{DueWhen, list_department, list_due, list_mine};

type Backend = <Conn as diesel::Connection>::Backend;
type Boxed<'a> = dossiers::BoxedQuery<'a, Backend>;

/// How much of a list, from where, and in which language.
#[derive(Debug, Clone)]
pub struct Paging {
    pub limit: usize,
    pub cursor: Option<String>,
    /// Also count, to [`COUNT_CAP`] at most.
    pub count: bool,
    pub lang: Lang,
}

/// The most that a list counts.
pub const COUNT_CAP: usize = 10_000;

/// A page with the number of all items, when it was asked for.
#[derive(Debug, Clone)]
pub struct Listed {
    pub page: Page<Summary>,
    pub count: Option<usize>,
}

/// The first `limit` of what the partitions give in order, each already cut to `limit`.
fn merged<P, K: Ord>(
    partitions: &[P],
    limit: usize,
    mut keys: impl FnMut(&P) -> Result<Vec<(K, i64)>, Error>,
) -> Result<Vec<(K, i64)>, Error> {
    let mut all = Vec::new();
    for partition in partitions {
        all.extend(keys(partition)?);
    }
    if partitions.len() > 1 {
        all.sort_by(|left, right| left.0.cmp(&right.0));
        all.truncate(limit);
    }
    Ok(all)
}

fn shown<K>(
    conn: &mut Conn,
    env: &Env,
    page: Page<(K, i64)>,
    count: Option<usize>,
    lang: Lang,
) -> Result<Listed, Error> {
    let ids: Vec<i64> = page.items.iter().map(|(_, id)| *id).collect();
    let items = summaries(conn, env, &ids, lang)?;
    Ok(Listed {
        page: Page {
            items,
            next: page.next,
        },
        count,
    })
}

fn sql_limit(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}

fn start_of(day: NaiveDate) -> DateTime<Utc> {
    from_local(day.and_time(NaiveTime::MIN))
}

fn next_day(day: NaiveDate) -> NaiveDate {
    day.checked_add_days(Days::new(1)).unwrap_or(day)
}
