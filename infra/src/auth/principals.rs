//! Who signed in, with the rights that hold at this moment; kept for a few seconds.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;
use domain::auth::{Actor, Grant, Principal, Role};

use super::queries::live_client;
use super::rows::{GrantRow, PersonRow};
use super::tokens::Kind;
use crate::db::schema::{offices, staff, staff_roles, stand_ins};
use crate::db::{Conn, Db};
use crate::env::Env;
use crate::error::Error;

/// An account that may sign in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    pub principal: Arc<Principal>,
    /// Until the password is changed, changing it is all that this person may do.
    pub must_change_password: bool,
}

/// The account named `uid`, or none when there is none or it is retired.
pub fn load_account(
    conn: &mut Conn,
    env: &Env,
    uid: &str,
    kind: Kind,
) -> Result<Option<Account>, Error> {
    match kind {
        Kind::Staff => load_person(conn, env, uid),
        Kind::Client => load_client(conn, uid),
    }
}

/// [`load_account`] for those who only ask about rights.
pub fn load_principal(
    conn: &mut Conn,
    env: &Env,
    uid: &str,
    kind: Kind,
) -> Result<Option<Principal>, Error> {
    Ok(load_account(conn, env, uid, kind)?.map(|account| Arc::unwrap_or_clone(account.principal)))
}

fn load_client(conn: &mut Conn, uid: &str) -> Result<Option<Account>, Error> {
    let Some(client) = live_client(conn, uid)? else {
        return Ok(None);
    };
    let grant = Grant {
        role: Role::WardClient,
        office_id: client.office_id,
        office_path: client.office_path.clone(),
    };
    let principal = Principal {
        actor: Actor::Client(client.id),
        uid: client.uid,
        name: client.name,
        office_id: client.office_id,
        office_path: client.office_path,
        department_id: None,
        grants: vec![grant],
        stands_in_for: Vec::new(),
    };
    Ok(Some(Account {
        principal: Arc::new(principal),
        must_change_password: false,
    }))
}

fn load_person(conn: &mut Conn, env: &Env, uid: &str) -> Result<Option<Account>, Error> {
    let person = staff::table
        .inner_join(offices::table)
        .filter(staff::uid.eq(uid))
        .filter(staff::retired_at.is_null())
        .select(PERSON)
        .first::<PersonRow>(conn)
        .optional()?;
    let Some(person) = person else {
        return Ok(None);
    };
    let absent = absent_colleagues(conn, env, person.id)?;
    let ids: Vec<i64> = std::iter::once(&person)
        .chain(&absent)
        .map(|row| row.id)
        .collect();
    let grants = grants_of(conn, &ids)?;
    let must_change_password = person.must_change_password;
    let stands_in_for = absent
        .into_iter()
        .map(|row| principal(row, &grants, Vec::new()))
        .collect::<Result<_, _>>()?;
    let principal = principal(person, &grants, stands_in_for)?;
    Ok(Some(Account {
        principal: Arc::new(principal),
        must_change_password,
    }))
}

type PersonColumns = (
    staff::id,
    staff::uid,
    staff::display_name,
    staff::office_id,
    offices::path,
    staff::department_id,
    staff::must_change_password,
);
const PERSON: PersonColumns = (
    staff::id,
    staff::uid,
    staff::display_name,
    staff::office_id,
    offices::path,
    staff::department_id,
    staff::must_change_password,
);

/// Those for whom this person stands in now. One level deep: standing in for somebody does not
/// bring whom they stand in for.
fn absent_colleagues(
    conn: &mut Conn,
    env: &Env,
    stand_in_id: i64,
) -> Result<Vec<PersonRow>, Error> {
    let now = env.now().naive_utc();
    let mut absent = stand_ins::table
        .inner_join(staff::table.on(staff::id.eq(stand_ins::absent_id)))
        .inner_join(offices::table.on(offices::id.eq(staff::office_id)))
        .filter(stand_ins::stand_in_id.eq(stand_in_id))
        .filter(stand_ins::from_at.le(now))
        .filter(stand_ins::to_at.gt(now))
        .filter(stand_ins::cancelled_at.is_null())
        .filter(staff::retired_at.is_null())
        .order(staff::id)
        .select(PERSON)
        .load::<PersonRow>(conn)?;
    absent.dedup_by_key(|row| row.id);
    Ok(absent)
}

/// One question for each, mostly one in all: PostgreSQL would plan one with a list at each call.
fn grants_of(conn: &mut Conn, staff_ids: &[i64]) -> Result<Vec<GrantRow>, Error> {
    let mut grants = Vec::new();
    for id in staff_ids {
        let rows = staff_roles::table
            .inner_join(offices::table.on(offices::id.eq(staff_roles::office_id)))
            .filter(staff_roles::staff_id.eq(id))
            .order((staff_roles::role, staff_roles::office_id))
            .select((
                staff_roles::staff_id,
                staff_roles::role,
                staff_roles::office_id,
                offices::path,
            ))
            .load::<GrantRow>(conn)?;
        grants.extend(rows);
    }
    Ok(grants)
}

fn principal(
    row: PersonRow,
    grants: &[GrantRow],
    stands_in_for: Vec<Principal>,
) -> Result<Principal, Error> {
    let grants = grants
        .iter()
        .filter(|grant| grant.staff_id == row.id)
        .map(grant)
        .collect::<Result<_, _>>()?;
    Ok(Principal {
        actor: Actor::Staff(row.id),
        uid: row.uid,
        name: row.display_name,
        office_id: row.office_id,
        office_path: row.office_path,
        department_id: row.department_id,
        grants,
        stands_in_for,
    })
}

fn grant(row: &GrantRow) -> Result<Grant, Error> {
    let role = Role::parse(&row.role)
        .ok_or_else(|| Error::Internal(format!("a stored role reads {}", row.role)))?;
    Ok(Grant {
        role,
        office_id: row.office_id,
        office_path: row.office_path.clone(),
    })
}

/// How long a loaded account may be believed: a right taken away is gone after this at the
/// latest, on this server at once when `invalidate` is called.
const KEEP: TimeDelta = TimeDelta::seconds(10);
/// More accounts than an installation has at work within `KEEP`; the oldest make room.
const MAX_KEPT: usize = 10_000;

/// Accounts lately seen, so that a request does not cost three queries; cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct PrincipalCache(Arc<Mutex<Kept>>);

#[derive(Debug, Default)]
struct Kept {
    accounts: HashMap<(Kind, String), (Account, DateTime<Utc>)>,
    /// Counts invalidations: what was loaded before one is not kept after it.
    round: u64,
}

impl PrincipalCache {
    /// The account named `uid`, from memory when it was loaded within the last ten seconds.
    pub async fn resolve(
        &self,
        db: &Db,
        env: &Env,
        uid: &str,
        kind: Kind,
    ) -> Result<Option<Account>, Error> {
        let now = env.now();
        let key = (kind, uid.to_owned());
        if let Some(account) = self.fresh(&key, now) {
            return Ok(Some(account));
        }
        let round = self.with(|kept| kept.round);
        let (query_env, query_uid) = (env.clone(), uid.to_owned());
        let loaded = db
            .read(move |conn| load_account(conn, &query_env, &query_uid, kind))
            .await?;
        if let Some(account) = &loaded {
            self.keep(key, account.clone(), now, round);
        }
        Ok(loaded)
    }

    /// Forgets one account, whose rights changed.
    pub fn invalidate(&self, uid: &str) {
        self.with(|kept| {
            kept.round += 1;
            kept.accounts.retain(|(_, name), _| name != uid);
        });
    }

    /// Forgets all: an office moved, a stand-in began or ended.
    pub fn invalidate_all(&self) {
        self.with(|kept| {
            kept.round += 1;
            kept.accounts.clear();
        });
    }

    fn fresh(&self, key: &(Kind, String), now: DateTime<Utc>) -> Option<Account> {
        self.with(|kept| {
            let (account, loaded_at) = kept.accounts.get(key)?;
            ((now - *loaded_at).abs() < KEEP).then(|| account.clone())
        })
    }

    fn keep(&self, key: (Kind, String), account: Account, now: DateTime<Utc>, round: u64) {
        self.with(|kept| {
            if kept.round != round {
                return;
            }
            if kept.accounts.len() >= MAX_KEPT {
                kept.accounts
                    .retain(|_, (_, loaded_at)| (now - *loaded_at).abs() < KEEP);
            }
            if kept.accounts.len() < MAX_KEPT {
                kept.accounts.insert(key, (account, now));
            }
        });
    }

    fn with<T>(&self, look: impl FnOnce(&mut Kept) -> T) -> T {
        look(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
