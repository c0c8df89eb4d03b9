//! Lists of dossiers: the register with its filters, and the work lists. Every list walks an
//! index of one office, person or department, and merges where somebody sees several.

use std::cmp::Reverse;
use std::collections::HashMap;

use chrono::{DateTime, Days, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use diesel::prelude::*;
use domain::auth::{Actor, Principal};
use domain::dossier::State;
use domain::lang::Lang;
use domain::text::fold;
use domain::time::{from_local, local_date};

use super::register::name_entries;
use super::scope::narrowed;
use super::summary::{Summary, summaries};
use crate::calendar;
use crate::db::Conn;
use crate::db::paging::{Cursor, Page};
use crate::db::schema::{
    departments, dossier_names, dossiers, procedure_versions, procedures, staff,
};
use crate::env::Env;
use crate::error::Error;

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

/// What the register of dossiers is narrowed to.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// This office and those below it.
    pub office: Option<String>,
    pub procedure: Option<String>,
    pub states: Vec<State>,
    pub holder: Option<String>,
    pub department: Option<String>,
    pub code: Option<String>,
    /// Words of the applicant's name, diacritics or not.
    pub name: Option<String>,
    pub id_number: Option<String>,
    pub phone: Option<String>,
    pub received_from: Option<NaiveDate>,
    pub received_to: Option<NaiveDate>,
    pub channel: Option<&'static str>,
}

/// Which dossiers of an office are due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DueWhen {
    Overdue,
    Today,
    NextWorkingDay,
    All,
}

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

/// The filter with public names turned into keys.
struct Resolved {
    procedure_versions: Option<Vec<i64>>,
    states: Vec<&'static str>,
    holder: Option<i64>,
    department: Option<i64>,
    code: Option<String>,
    name: Option<String>,
    id_number: Option<String>,
    phone: Option<String>,
    received_from: Option<NaiveDateTime>,
    received_before: Option<NaiveDateTime>,
    channel: Option<&'static str>,
}

impl Resolved {
    /// None when a name means nothing, so that no dossier can match.
    fn of(conn: &mut Conn, filter: &Filter) -> Result<Option<Self>, Error> {
        let versions = match &filter.procedure {
            None => None,
            Some(code) => Some(
                procedure_versions::table
                    .inner_join(procedures::table)
                    .filter(procedures::code.eq(code))
                    .select(procedure_versions::id)
                    .load::<i64>(conn)?,
            ),
        };
        let holder = match &filter.holder {
            None => None,
            Some(uid) => {
                let id = staff::table.filter(staff::uid.eq(uid)).select(staff::id);
                match id.first::<i64>(conn).optional()? {
                    None => return Ok(None),
                    found => found,
                }
            }
        };
        let department = match &filter.department {
            None => None,
            Some(uid) => {
                let id = departments::table
                    .filter(departments::uid.eq(uid))
                    .select(departments::id);
                match id.first::<i64>(conn).optional()? {
                    None => return Ok(None),
                    found => found,
                }
            }
        };
        Ok(Some(Self {
            procedure_versions: versions,
            states: filter.states.iter().map(|state| state.as_str()).collect(),
            holder,
            department,
            code: filter.code.clone(),
            name: filter
                .name
                .as_deref()
                .map(fold)
                .filter(|name| !name.is_empty()),
            id_number: filter.id_number.clone(),
            phone: filter.phone.clone(),
            received_from: filter.received_from.map(|day| start_of(day).naive_utc()),
            received_before: filter
                .received_to
                .map(|day| start_of(next_day(day)).naive_utc()),
            channel: filter.channel,
        }))
    }

    fn apply<'a>(&'a self, mut query: Boxed<'a>) -> Boxed<'a> {
        if let Some(versions) = &self.procedure_versions {
            query = query.filter(dossiers::procedure_version_id.eq_any(versions));
        }
        if !self.states.is_empty() {
            query = query.filter(dossiers::state.eq_any(&self.states));
        }
        if let Some(holder) = self.holder {
            query = query.filter(dossiers::holder_id.eq(holder));
        }
        if let Some(department) = self.department {
            query = query.filter(dossiers::department_id.eq(department));
        }
        if let Some(code) = &self.code {
            query = query.filter(dossiers::code.eq(code));
        }
        if let Some(id_number) = &self.id_number {
            query = query.filter(dossiers::id_number.eq(id_number));
        }
        if let Some(phone) = &self.phone {
            query = query.filter(dossiers::phone.eq(phone));
        }
        if let Some(from) = self.received_from {
            query = query.filter(dossiers::received_at.ge(from));
        }
        if let Some(before) = self.received_before {
            query = query.filter(dossiers::received_at.lt(before));
        }
        if let Some(channel) = self.channel {
            query = query.filter(dossiers::channel.eq(channel));
        }
        query
    }

    /// Whether anything but the name is asked for.
    fn narrows_more(&self) -> bool {
        self.is_narrow()
            || self.procedure_versions.is_some()
            || !self.states.is_empty()
            || self.holder.is_some()
            || self.department.is_some()
            || self.received_from.is_some()
            || self.received_before.is_some()
            || self.channel.is_some()
    }

    /// One person's, one code's: so few that the offices need not be walked one by one.
    fn is_narrow(&self) -> bool {
        self.code.is_some() || self.id_number.is_some() || self.phone.is_some()
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

/// Office, words of the name, dossier: the order of a search by name.
type NameKey = (i64, String, i64);

fn by_name(
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

/// Work lists are for people; another office's system reads the register and the feed.
fn check_staff(who: &Principal) -> Result<(), Error> {
    match who.actor {
        Actor::Staff(_) => Ok(()),
        Actor::Client(_) | Actor::System => Err(Error::Forbidden),
    }
}

/// Dossiers for which the caller is responsible, or somebody for whom they stand in.
pub fn list_mine(
    conn: &mut Conn,
    env: &Env,
    who: &Principal,
    paging: &Paging,
) -> Result<Listed, Error> {
    check_staff(who)?;
    let holders = who.acts_for();
    by_due(conn, env, "mine", &holders, paging, |query, holder| {
        query
            .filter(dossiers::holder_id.eq(holder))
            .filter(dossiers::ended_at.is_null())
    })
}

/// Open dossiers that lie in the caller's department.
pub fn list_department(
    conn: &mut Conn,
    env: &Env,
    who: &Principal,
    paging: &Paging,
) -> Result<Listed, Error> {
    check_staff(who)?;
    let mut units: Vec<i64> = std::iter::once(who)
        .chain(&who.stands_in_for)
        .filter_map(|person| person.department_id)
        .collect();
    units.sort_unstable();
    units.dedup();
    by_due(conn, env, "department", &units, paging, |query, unit| {
        query
            .filter(dossiers::department_id.eq(unit))
            .filter(dossiers::ended_at.is_null())
    })
}

/// Open dossiers by their due date, soonest first.
pub fn list_due(
    conn: &mut Conn,
    env: &Env,
    who: &Principal,
    office: Option<&str>,
    when: DueWhen,
    paging: &Paging,
) -> Result<Listed, Error> {
    check_staff(who)?;
    let offices = narrowed(conn, who, office)?;
    let now = env.now();
    if when == DueWhen::All {
        return by_due(conn, env, "due-all", &offices, paging, |query, office| {
            query
                .filter(dossiers::office_id.eq(office))
                .filter(dossiers::ended_at.is_null())
        });
    }
    let mut windows = HashMap::new();
    for office in &offices {
        windows.insert(*office, window(conn, env, *office, when, now)?);
    }
    let list = match when {
        DueWhen::Overdue => "overdue",
        DueWhen::Today => "today",
        DueWhen::NextWorkingDay | DueWhen::All => "next-working-day",
    };
    by_late_after(conn, env, list, &offices, paging, |query, office| {
        let (from, to) = windows.get(&office).copied().unwrap_or_default();
        query
            .filter(dossiers::office_id.eq(office))
            .filter(dossiers::late_after.ge(from))
            .filter(dossiers::late_after.lt(to))
    })
}

/// The half-open window of due dates, by the office's own calendar.
fn window(
    conn: &mut Conn,
    env: &Env,
    office: i64,
    when: DueWhen,
    now: DateTime<Utc>,
) -> Result<(NaiveDateTime, NaiveDateTime), Error> {
    let today = local_date(now);
    let day = |day: NaiveDate| {
        (
            start_of(day).naive_utc(),
            start_of(next_day(day)).naive_utc(),
        )
    };
    Ok(match when {
        DueWhen::Overdue | DueWhen::All => (NaiveDateTime::default(), now.naive_utc()),
        DueWhen::Today => (now.naive_utc(), day(today).1),
        DueWhen::NextWorkingDay => {
            let (_, calendar) = calendar::in_force(conn, env, office)?;
            day(calendar.working_day_after(today, 1))
        }
    })
}

/// Pages over an index that ends in (`sort_due_at`, `id`).
fn by_due(
    conn: &mut Conn,
    env: &Env,
    list: &str,
    partitions: &[i64],
    paging: &Paging,
    narrow: impl for<'a> Fn(Boxed<'a>, i64) -> Boxed<'a>,
) -> Result<Listed, Error> {
    paged_by_time(
        conn,
        env,
        list,
        partitions,
        paging,
        |conn, partition, after, limit| {
            let mut query = narrow(dossiers::table.into_boxed::<Backend>(), partition);
            if let Some((at, id)) = after {
                query = query.filter(
                    dossiers::sort_due_at
                        .gt(at)
                        .or(dossiers::sort_due_at.eq(at).and(dossiers::id.gt(id))),
                );
            }
            Ok(query
                .order((dossiers::sort_due_at, dossiers::id))
                .limit(limit)
                .select((dossiers::sort_due_at, dossiers::id))
                .load(conn)?)
        },
    )
}

/// Pages over the index that ends in (`late_after`, `id`).
fn by_late_after(
    conn: &mut Conn,
    env: &Env,
    list: &str,
    partitions: &[i64],
    paging: &Paging,
    narrow: impl for<'a> Fn(Boxed<'a>, i64) -> Boxed<'a>,
) -> Result<Listed, Error> {
    paged_by_time(
        conn,
        env,
        list,
        partitions,
        paging,
        |conn, partition, after, limit| {
            let mut query = narrow(dossiers::table.into_boxed::<Backend>(), partition);
            if let Some((at, id)) = after {
                query = query.filter(
                    dossiers::late_after
                        .gt(at)
                        .or(dossiers::late_after.eq(at).and(dossiers::id.gt(id))),
                );
            }
            Ok(query
                .order((dossiers::late_after, dossiers::id))
                .limit(limit)
                .select((dossiers::late_after.assume_not_null(), dossiers::id))
                .load(conn)?)
        },
    )
}

type TimeKey = (NaiveDateTime, i64);

fn paged_by_time(
    conn: &mut Conn,
    env: &Env,
    list: &str,
    partitions: &[i64],
    paging: &Paging,
    keys_of: impl Fn(&mut Conn, i64, Option<TimeKey>, i64) -> Result<Vec<TimeKey>, Error>,
) -> Result<Listed, Error> {
    let after = match &paging.cursor {
        None => None,
        Some(text) => Some(time_key(text, list).ok_or(Error::BadCursor)?),
    };
    let find = |conn: &mut Conn, after: Option<TimeKey>, limit: usize| {
        merged(partitions, limit, |partition| {
            let keys = keys_of(conn, *partition, after, sql_limit(limit))?;
            Ok(keys.into_iter().map(|(at, id)| ((at, id), id)).collect())
        })
    };
    let keys = find(conn, after, paging.limit.saturating_add(1))?;
    let count = if paging.count {
        Some(find(conn, None, COUNT_CAP)?.len())
    } else {
        None
    };
    let page = Page::cut(keys, paging.limit, |((at, id), _)| {
        Cursor::new(
            list,
            [at.and_utc().timestamp_micros().to_string(), id.to_string()],
        )
    });
    shown(conn, env, page, count, paging.lang)
}

fn time_key(text: &str, list: &str) -> Option<TimeKey> {
    let [at, id] = Cursor::decode(text, list)?;
    let at = DateTime::from_timestamp_micros(at.parse().ok()?)?;
    Some((at.naive_utc(), id.parse().ok()?))
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
