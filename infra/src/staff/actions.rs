//! Changing the register of staff.

use diesel::prelude::*;
use domain::auth::{Principal, Role};
use domain::text::{AgencyCode, Email, Login, PersonName, fold};
use serde_json::json;

use super::rows::StaffDetail;
use super::standing::{find, keep_an_administrator, to_change};
use crate::audit::audit;
use crate::auth::end_families;
use crate::db::schema::{dossiers, login_failures, staff, staff_roles};
use crate::db::{Conn, dialect};
use crate::env::Env;
use crate::error::{Error, Fault};
use crate::ids::new_uid;
use crate::notification::mails::readdress;
use crate::office::departments::find_department;
use crate::office::queries::find_office;
use crate::office::{OfficeRow, administers, lock_registers, must_be_some_administrator};

/// A role over an office and everything below it.
#[derive(Debug, Clone)]
pub struct RoleInput {
    pub role: Role,
    pub office: AgencyCode,
}

/// Everything about a person but login and password.
#[derive(Debug, Clone)]
pub struct StaffInput {
    pub display_name: PersonName,
    pub email: Option<Email>,
    pub office: AgencyCode,
    /// The uid of a department of that office.
    pub department: Option<String>,
    pub roles: Vec<RoleInput>,
}

/// A person to be added.
#[derive(Debug, Clone)]
pub struct NewStaff {
    pub login: Login,
    pub input: StaffInput,
    /// Argon2id; made before the transaction, for it takes long.
    pub password_hash: String,
}

/// What kind of account is made.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Account {
    pub(crate) must_change_password: bool,
    pub(crate) demo: bool,
}

/// Adds a person to an office that `who` administers; the first sign-in changes the password.
///
/// # Errors
/// [`Error::AlreadyExists`] when the login is taken, by a retired person too.
pub fn create_staff(
    conn: &mut Conn,
    env: &Env,
    who: &Principal,
    new: &NewStaff,
) -> Result<StaffDetail, Error> {
    insert_staff(
        conn,
        env,
        who,
        new,
        Account {
            must_change_password: true,
            demo: false,
        },
    )
}

pub(crate) fn insert_staff(
    conn: &mut Conn,
    env: &Env,
    who: &Principal,
    new: &NewStaff,
    account: Account,
) -> Result<StaffDetail, Error> {
    must_be_some_administrator(who)?;
    lock_registers(conn)?;
    let place = Place::of(conn, who, &new.input)?;
    let uid = new_uid();
    let name = new.input.display_name.as_str();
    let id: i64 = diesel::insert_into(staff::table)
        .values((
            staff::uid.eq(&uid),
            staff::login.eq(new.login.as_str()),
            staff::display_name.eq(name),
            staff::search_name.eq(fold(name)),
            staff::email.eq(new.input.email.as_ref().map(Email::as_str)),
            staff::office_id.eq(place.office),
            staff::department_id.eq(place.department),
            staff::password_hash.eq(&new.password_hash),
            staff::must_change_password.eq(account.must_change_password),
            staff::demo.eq(account.demo),
            staff::created_at.eq(env.now().naive_utc()),
        ))
        .returning(staff::id)
        .get_result(conn)
        .map_err(|error| match dialect::is_unique_violation(&error) {
            true => Error::AlreadyExists,
            false => error.into(),
        })?;
    give_roles(conn, id, &place.roles)?;
    let detail = reread(conn, &uid)?;
    let mut record = detail.snapshot();
    if let Some(record) = record.as_object_mut() {
        record.insert("login".to_owned(), json!(new.login.as_str()));
    }
    audit(conn, env, who, "staff.create", &uid, &record)?;
    Ok(detail)
}

/// Replaces everything but login and password.
///
/// # Errors
/// [`Error::Refused`] `last_administrator` when nobody would administer the root any more.
pub fn change_staff(
    conn: &mut Conn,
    env: &Env,
    who: &Principal,
    uid: &str,
    version: i64,
    input: &StaffInput,
) -> Result<StaffDetail, Error> {
    lock_registers(conn)?;
    let before = to_change(conn, who, uid, Some(version))?;
    if before.person.retired_at.is_some() {
        return Err(Error::Refused("retired"));
    }
    let place = Place::of(conn, who, input)?;
    let name = input.display_name.as_str();
    let id = before.person.id;
    let changed = diesel::update(staff::table.find(id))
        .filter(staff::version.eq(version))
        .set((
            staff::display_name.eq(name),
            staff::search_name.eq(fold(name)),
            staff::email.eq(input.email.as_ref().map(Email::as_str)),
            staff::office_id.eq(place.office),
            staff::department_id.eq(place.department),
            staff::version.eq(version + 1),
        ))
        .execute(conn)?;
    if let Some(email) = &input.email {
        readdress(conn, id, email.as_str())?;
    }
    diesel::delete(staff_roles::table.filter(staff_roles::staff_id.eq(id))).execute(conn)?;
    give_roles(conn, id, &place.roles)?;
    keep_an_administrator(conn)?;
    let after = confirmed(conn, uid, changed)?;
    let record = json!({ "before": before.snapshot(), "after": after.snapshot() });
    audit(conn, env, who, "staff.change", uid, &record)?;
    Ok(after)
}

/// Ends a person's work here: they can not sign in any more, and every session of theirs ends.
///
/// # Errors
/// [`Error::InUseBy`] while they hold open dossiers, [`Error::Refused`] `last_administrator`.
pub fn retire_staff(
    conn: &mut Conn,
    env: &Env,
    who: &Principal,
    uid: &str,
    version: i64,
) -> Result<StaffDetail, Error> {
    lock_registers(conn)?;
    let before = to_change(conn, who, uid, Some(version))?;
    if before.person.retired_at.is_some() {
        return Ok(before);
    }
    let id = before.person.id;
    let held = dossiers::table.filter(dossiers::holder_id.eq(id));
    let held: i64 = held
        .filter(dossiers::ended_at.is_null())
        .count()
        .get_result(conn)?;
    if held > 0 {
        return Err(Error::InUseBy {
            what: "open_dossiers",
            count: held,
        });
    }
    let after = set_retired(conn, env, &before, true)?;
    keep_an_administrator(conn)?;
    end_families(conn, env, id, None)?;
    audit(conn, env, who, "staff.retire", uid, &json!({}))?;
    Ok(after)
}

/// Lets a retired person work again, with the password and roles they had.
pub fn restore_staff(
    conn: &mut Conn,
    env: &Env,
    who: &Principal,
    uid: &str,
    version: i64,
) -> Result<StaffDetail, Error> {
    lock_registers(conn)?;
    let before = to_change(conn, who, uid, Some(version))?;
    if before.person.retired_at.is_none() {
        return Ok(before);
    }
    if find_office(conn, &before.office)?.is_none_or(|office| office.retired_at.is_some()) {
        return Err(Error::Refused("office_retired"));
    }
    if let Some(department) = &before.department
        && find_department(conn, &department.uid)?.is_none_or(|(row, _)| row.retired_at.is_some())
    {
        return Err(Error::Refused("department_retired"));
    }
    let after = set_retired(conn, env, &before, false)?;
    audit(conn, env, who, "staff.restore", uid, &json!({}))?;
    Ok(after)
}

/// Gives a person a one-time password, lifts a lock on their login and ends their sessions.
pub fn reset_password(
    conn: &mut Conn,
    env: &Env,
    who: &Principal,
    uid: &str,
    password_hash: &str,
) -> Result<StaffDetail, Error> {
    lock_registers(conn)?;
    let before = to_change(conn, who, uid, None)?;
    if before.person.retired_at.is_some() {
        return Err(Error::Refused("retired"));
    }
    let version = before.person.version;
    let changed = diesel::update(staff::table.find(before.person.id))
        .filter(staff::version.eq(version))
        .set((
            staff::password_hash.eq(password_hash),
            staff::must_change_password.eq(true),
            staff::version.eq(version + 1),
        ))
        .execute(conn)?;
    let locked = login_failures::table.filter(login_failures::login.eq(&before.person.login));
    diesel::delete(locked).execute(conn)?;
    end_families(conn, env, before.person.id, None)?;
    audit(conn, env, who, "staff.reset_password", uid, &json!({}))?;
    confirmed(conn, uid, changed)
}

fn set_retired(
    conn: &mut Conn,
    env: &Env,
    before: &StaffDetail,
    retired: bool,
) -> Result<StaffDetail, Error> {
    let version = before.person.version;
    let changed = diesel::update(staff::table.find(before.person.id))
        .filter(staff::version.eq(version))
        .set((
            staff::retired_at.eq(retired.then(|| env.now().naive_utc())),
            staff::version.eq(version + 1),
        ))
        .execute(conn)?;
    confirmed(conn, &before.person.uid, changed)
}

fn give_roles(conn: &mut Conn, id: i64, roles: &[(Role, i64)]) -> Result<(), Error> {
    for (role, office) in roles {
        diesel::insert_into(staff_roles::table)
            .values((
                staff_roles::staff_id.eq(id),
                staff_roles::role.eq(role.as_str()),
                staff_roles::office_id.eq(office),
            ))
            .execute(conn)?;
    }
    Ok(())
}

fn reread(conn: &mut Conn, uid: &str) -> Result<StaffDetail, Error> {
    find(conn, uid)?.ok_or_else(|| Error::Internal("a person was lost".to_owned()))
}

/// What an update wrote, or that another one came before it.
fn confirmed(conn: &mut Conn, uid: &str, changed: usize) -> Result<StaffDetail, Error> {
    let detail = reread(conn, uid)?;
    if changed == 1 {
        Ok(detail)
    } else {
        Err(Error::Stale(detail.person.version))
    }
}

/// Where a person is to work and what they are to be there, found and allowed.
struct Place {
    office: i64,
    department: Option<i64>,
    roles: Vec<(Role, i64)>,
}

impl Place {
    fn of(conn: &mut Conn, who: &Principal, input: &StaffInput) -> Result<Self, Error> {
        let mut faults = Vec::new();
        let office = active_office(conn, &input.office, "office", &mut faults)?;
        let mut roles = Vec::new();
        let mut paths = Vec::new();
        for (index, wanted) in input.roles.iter().enumerate() {
            let field = format!("roles[{index}].office");
            if let Some(over) = active_office(conn, &wanted.office, &field, &mut faults)? {
                let role = (wanted.role, over.id);
                if roles.contains(&role) {
                    faults.push(twice(format!("roles[{index}]")));
                }
                roles.push(role);
                paths.push(over.path);
            }
            if !Role::STAFF.contains(&wanted.role) {
                faults.push(not_for_people(format!("roles[{index}].role")));
            }
        }
        let department = match (&office, input.department.as_deref()) {
            (Some(office), Some(uid)) => department_of(conn, office, uid, &mut faults)?,
            _ => None,
        };
        let Some(office) = office.filter(|_| faults.is_empty()) else {
            return Err(Error::Invalid(faults));
        };
        paths.push(office.path);
        if paths.iter().any(|path| !administers(who, path)) {
            return Err(Error::Forbidden);
        }
        Ok(Self {
            office: office.id,
            department,
            roles,
        })
    }
}

fn active_office(
    conn: &mut Conn,
    code: &AgencyCode,
    field: &str,
    faults: &mut Vec<Fault>,
) -> Result<Option<OfficeRow>, Error> {
    let office = find_office(conn, code.as_str())?.filter(|office| office.retired_at.is_none());
    if office.is_none() {
        faults.push(Fault::new(
            field,
            "unknown_office",
            "Không có cơ quan đang hoạt động với mã này.",
            "No active office has this code.",
        ));
    }
    Ok(office)
}

fn department_of(
    conn: &mut Conn,
    office: &OfficeRow,
    uid: &str,
    faults: &mut Vec<Fault>,
) -> Result<Option<i64>, Error> {
    let found = find_department(conn, uid)?
        .filter(|(row, _)| row.office_id == office.id && row.retired_at.is_none());
    if found.is_none() {
        faults.push(Fault::new(
            "department",
            "unknown_department",
            "Cơ quan này không có phòng chuyên môn đang hoạt động với mã này.",
            "The office has no active department with this id.",
        ));
    }
    Ok(found.map(|(row, _)| row.id))
}

fn twice(field: String) -> Fault {
    Fault::new(
        field,
        "duplicate",
        "Vai trò này đã có.",
        "This role is listed already.",
    )
}

fn not_for_people(field: String) -> Fault {
    Fault::new(
        field,
        "wrong_word",
        "Vai trò này không dành cho cán bộ.",
        "Staff can not hold this role.",
    )
}
