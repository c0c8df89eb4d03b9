//! The demo ward: offices, departments, one account per role, the calendar, the procedures and
//! some open dossiers, loaded into an empty database.

mod data;
mod dossiers;
mod time_machine;

use diesel::dsl::exists;
use diesel::prelude::*;
use diesel::select;
use domain::auth::{Actor, Principal};
use domain::deadline::{CalendarSpec, Session};
use domain::office::{DeskHours, OfficeKind, WEEKDAYS};

use crate::calendar::{CalendarJson, actions::insert_calendar};
use crate::db::Conn;
use crate::db::schema::{calendars, departments, marks, offices, procedures, staff};
use crate::env::Env;
use crate::error::Error;
use crate::office::{OfficeInput, create_department, create_office};
use crate::procedure::actions::insert_version;
use crate::staff::{Account, NewStaff, RoleInput, StaffInput, insert_staff};
use data::{AccountData, OfficeData, parsed};

pub use time_machine::{is_time_machine, mark_time_machine, newest_moment, open_and_late};

const MARK: &str = "demo";

/// What all demo accounts share. They can only be told apart by what they may do, so one
/// password serves them all.
#[derive(Clone)]
pub struct DemoAccounts {
    /// Argon2id; made before the transaction, for it takes long.
    pub password_hash: String,
}

impl std::fmt::Debug for DemoAccounts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("DemoAccounts(***)")
    }
}

/// An account of the demo, to be shown to whoever starts it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DemoAccount {
    pub login: String,
    pub display_name: String,
    pub office: String,
    /// Words of the roles.
    pub roles: Vec<String>,
}

/// What a call of [`load_demo`] came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DemoLoad {
    Loaded,
    /// The database has the mark already; nothing was changed.
    AlreadyThere,
}

/// Whether this database holds the demo ward.
pub fn is_demo(conn: &mut Conn) -> Result<bool, Error> {
    Ok(select(exists(marks::table.find(MARK))).get_result(conn)?)
}

/// Whether this database holds the demo ward, or any account of a demo even without the mark.
pub fn holds_demo(conn: &mut Conn) -> Result<bool, Error> {
    let account = staff::table.filter(staff::demo.eq(true)).select(staff::id);
    Ok(is_demo(conn)? || select(exists(account)).get_result(conn)?)
}

/// The accounts that the demo makes, in the order of a dossier's way through the ward.
pub fn demo_accounts() -> Result<Vec<DemoAccount>, Error> {
    let accounts = data::ward()?.accounts;
    Ok(accounts
        .into_iter()
        .map(|account| DemoAccount {
            login: account.login,
            display_name: account.display_name,
            office: account.office,
            roles: account.roles.into_iter().map(|held| held.role).collect(),
        })
        .collect())
}

/// Loads the demo ward and marks the database, all in the transaction of the caller.
///
/// # Errors
/// [`Error::Refused`] `database_not_empty` when there is something and no mark: a register in
/// use must never get accounts that everybody knows.
pub fn load_demo(conn: &mut Conn, env: &Env, accounts: &DemoAccounts) -> Result<DemoLoad, Error> {
    if is_demo(conn)? {
        return Ok(DemoLoad::AlreadyThere);
    }
    if !is_empty(conn)? {
        return Err(Error::Refused("database_not_empty"));
    }
    let ward = data::ward()?;
    let calendar = data::calendar()?;
    let spec = CalendarSpec::try_from(&calendar)?;
    let (_, _, calendar_uid) = insert_calendar(conn, env, "Lịch làm việc cơ quan nhà nước", &spec)?;
    let who = loader();
    for office in &ward.offices {
        add_office(conn, env, &who, office, &calendar, &calendar_uid)?;
    }
    for unit in &ward.departments {
        create_department(
            conn,
            env,
            &who,
            &unit.office,
            &parsed(&unit.code)?,
            &parsed(&unit.name)?,
        )?;
    }
    for account in &ward.accounts {
        add_account(conn, env, &who, account, accounts)?;
    }
    for procedure in data::procedures()? {
        let version = procedure.rules.version(procedure.effective_from)?;
        insert_version(
            conn,
            env,
            &procedure.code,
            procedure.effective_from,
            &version,
        )?;
    }
    diesel::insert_into(marks::table)
        .values((
            marks::name.eq(MARK),
            marks::value.eq(env.now().to_rfc3339()),
        ))
        .execute(conn)?;
    Ok(DemoLoad::Loaded)
}

/// [`load_demo`] with dossiers in several states, handed in during the days before now.
///
/// # Errors
/// As [`load_demo`].
pub fn load_demo_at_work(
    conn: &mut Conn,
    env: &Env,
    accounts: &DemoAccounts,
) -> Result<DemoLoad, Error> {
    let load = load_demo(conn, env, accounts)?;
    if load == DemoLoad::Loaded {
        dossiers::load_dossiers(conn, env)?;
    }
    Ok(load)
}

fn is_empty(conn: &mut Conn) -> Result<bool, Error> {
    Ok(
        !(select(exists(offices::table.select(offices::id))).get_result::<bool>(conn)?
            || select(exists(staff::table.select(staff::id))).get_result::<bool>(conn)?
            || select(exists(calendars::table.select(calendars::id))).get_result::<bool>(conn)?
            || select(exists(procedures::table.select(procedures::id)))
                .get_result::<bool>(conn)?),
    )
}

/// The service itself, under the name that the record of changes shows.
fn loader() -> Principal {
    Principal {
        actor: Actor::System,
        uid: MARK.to_owned(),
        name: MARK.to_owned(),
        office_id: 0,
        office_path: String::new(),
        department_id: None,
        grants: Vec::new(),
        stands_in_for: Vec::new(),
    }
}

fn add_office(
    conn: &mut Conn,
    env: &Env,
    who: &Principal,
    office: &OfficeData,
    calendar: &CalendarJson,
    calendar_uid: &str,
) -> Result<(), Error> {
    let kind = if office.parent.is_none() {
        OfficeKind::City
    } else {
        OfficeKind::Ward
    };
    let input = OfficeInput {
        name: parsed(&office.name)?,
        kind,
        parent: office.parent.as_deref().map(parsed).transpose()?,
        // The wards take the city's.
        calendar: office.parent.is_none().then(|| calendar_uid.to_owned()),
        desk_hours: desk_hours(calendar)?,
        address: office.address.as_deref().map(parsed).transpose()?,
        phone: None,
    };
    create_office(conn, env, who, &parsed(&office.code)?, &input)?;
    Ok(())
}

/// The desk is open whenever the office works.
fn desk_hours(calendar: &CalendarJson) -> Result<DeskHours, Error> {
    let mut days: [Vec<Session>; 7] = Default::default();
    for (weekday, sessions) in WEEKDAYS.into_iter().zip(&mut days) {
        for text in calendar.weekly.get(weekday).into_iter().flatten() {
            sessions.push(parsed(text)?);
        }
    }
    DeskHours::new(days).map_err(|faults| Error::Internal(format!("desk hours: {faults:?}")))
}

fn add_account(
    conn: &mut Conn,
    env: &Env,
    who: &Principal,
    account: &AccountData,
    shared: &DemoAccounts,
) -> Result<(), Error> {
    let department = match &account.department {
        Some(code) => Some(department_uid(conn, &account.office, code)?),
        None => None,
    };
    let roles = account.roles.iter().map(|held| {
        let role = domain::auth::Role::parse(&held.role)
            .ok_or_else(|| Error::Internal(format!("demo role {}", held.role)))?;
        Ok(RoleInput {
            role,
            office: parsed(&held.office)?,
        })
    });
    let new = NewStaff {
        login: parsed(&account.login)?,
        input: StaffInput {
            display_name: parsed(&account.display_name)?,
            email: Some(parsed(&format!("{}@motcua.example", account.login))?),
            office: parsed(&account.office)?,
            department,
            roles: roles.collect::<Result<_, Error>>()?,
        },
        password_hash: shared.password_hash.clone(),
    };
    insert_staff(
        conn,
        env,
        who,
        &new,
        Account {
            must_change_password: false,
            demo: true,
        },
    )?;
    Ok(())
}

fn department_uid(conn: &mut Conn, office: &str, code: &str) -> Result<String, Error> {
    Ok(departments::table
        .inner_join(offices::table)
        .filter(offices::code.eq(office))
        .filter(departments::code.eq(code))
        .select(departments::uid)
        .first(conn)?)
}
