//! The work lists: what somebody is responsible for, lies in a department, or is due.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use diesel::prelude::*;
use domain::auth::{Actor, Principal};
use domain::time::local_date;

use super::{
    Backend, Boxed, COUNT_CAP, Listed, Paging, merged, next_day, shown, sql_limit, start_of,
};
use crate::calendar;
use crate::db::Conn;
use crate::db::paging::{Cursor, Page};
use crate::db::schema::dossiers;
use crate::dossier::scope::narrowed;
use crate::env::Env;
use crate::error::Error;

/// Which dossiers of an office are due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DueWhen {
    Overdue,
    Today,
    NextWorkingDay,
    All,
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
            // With the days off before it, by whose end what falls on them is late.
            (day(today).1, day(calendar.working_day_after(today, 1)).1)
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
