//! The first administrator, made by the command line of an installation that has none.

use diesel::dsl::{exists, select};
use diesel::prelude::*;
use domain::auth::{Actor, Principal, Role};
use domain::text::{AgencyCode, Login, PersonName, Title, fold};
use serde_json::json;

use crate::audit::audit;
use crate::db::schema::{offices, staff, staff_roles};
use crate::db::{Conn, dialect};
use crate::env::Env;
use crate::error::Error;
use crate::ids::new_uid;

/// Two command lines at once take turns by this lock.
const LOCK: i64 = 0x6164_6d69_6e31;
const LOCK_TIMEOUT_MS: u32 = 5000;

/// Who to make and over what.
#[derive(Debug, Clone)]
pub struct FirstAdministrator {
    pub login: Login,
    pub display_name: PersonName,
    /// From [`crate::auth::password::hash`].
    pub password_hash: String,
    /// The office at the root of the tree; made where there is no office at all.
    pub office_code: AgencyCode,
    pub office_name: Title,
}

/// Makes an administrator over a root office and answers the person's outside name.
///
/// # Errors
/// `Refused("administrator_exists")` when there is one already; `AlreadyExists` when the login
/// is taken; `Invalid` when there are offices and `office_code` is no root among them.
pub fn create_first_administrator(
    conn: &mut Conn,
    env: &Env,
    input: &FirstAdministrator,
) -> Result<String, Error> {
    dialect::lock_exclusive(conn, LOCK, LOCK_TIMEOUT_MS)?;
    if administrator_exists(conn)? {
        return Err(Error::Refused("administrator_exists"));
    }
    let (office_id, office_path) = root_office(conn, env, input)?;
    let uid = new_uid();
    let staff_id = insert_person(conn, env, input, &uid, office_id)?;
    diesel::insert_into(staff_roles::table)
        .values((
            staff_roles::staff_id.eq(staff_id),
            staff_roles::role.eq(Role::Administrator.as_str()),
            staff_roles::office_id.eq(office_id),
        ))
        .execute(conn)?;
    let detail = json!({ "login": input.login.as_str(), "office": input.office_code.as_str() });
    audit(
        conn,
        env,
        &command_line(office_id, office_path),
        "staff.create_first_administrator",
        &uid,
        &detail,
    )?;
    Ok(uid)
}

fn administrator_exists(conn: &mut Conn) -> Result<bool, Error> {
    let at_work = staff_roles::table
        .inner_join(staff::table)
        .filter(staff_roles::role.eq(Role::Administrator.as_str()))
        .filter(staff::retired_at.is_null());
    Ok(select(exists(at_work)).get_result(conn)?)
}

fn insert_person(
    conn: &mut Conn,
    env: &Env,
    input: &FirstAdministrator,
    uid: &str,
    office_id: i64,
) -> Result<i64, Error> {
    let insert = diesel::insert_into(staff::table).values((
        staff::uid.eq(uid),
        staff::login.eq(input.login.as_str()),
        staff::display_name.eq(input.display_name.as_str()),
        staff::search_name.eq(fold(input.display_name.as_str())),
        staff::office_id.eq(office_id),
        staff::password_hash.eq(&input.password_hash),
        staff::must_change_password.eq(false),
        staff::demo.eq(false),
        staff::created_at.eq(env.now().naive_utc()),
    ));
    let inserted = dialect::savepoint(conn, |conn| {
        insert.returning(staff::id).get_result::<i64>(conn)
    });
    inserted.map_err(|error| match dialect::is_unique_violation(&error) {
        true => Error::AlreadyExists,
        false => error.into(),
    })
}

fn root_office(
    conn: &mut Conn,
    env: &Env,
    input: &FirstAdministrator,
) -> Result<(i64, String), Error> {
    let root = offices::table
        .filter(offices::code.eq(input.office_code.as_str()))
        .filter(offices::parent_id.is_null())
        .filter(offices::retired_at.is_null())
        .select((offices::id, offices::path))
        .first::<(i64, String)>(conn)
        .optional()?;
    if let Some(root) = root {
        return Ok(root);
    }
    if select(exists(offices::table.select(offices::id))).get_result::<bool>(conn)? {
        let en = "there are offices already, and this is not the code of one at the root";
        return Err(Error::invalid(
            "office",
            "unknown_office",
            "không phải mã của cơ quan cấp cao nhất",
            en,
        ));
    }
    insert_root(conn, env, input)
}

fn insert_root(
    conn: &mut Conn,
    env: &Env,
    input: &FirstAdministrator,
) -> Result<(i64, String), Error> {
    let id = diesel::insert_into(offices::table)
        .values((
            offices::code.eq(input.office_code.as_str()),
            offices::path.eq(""),
            offices::name.eq(input.office_name.as_str()),
            offices::kind.eq("city"),
            offices::desk_hours.eq("{}"),
            offices::created_at.eq(env.now().naive_utc()),
        ))
        .returning(offices::id)
        .get_result::<i64>(conn)?;
    let path = format!("/{id}/");
    diesel::update(offices::table.find(id))
        .set(offices::path.eq(&path))
        .execute(conn)?;
    Ok((id, path))
}

/// Whoever has the machine; the record names them so.
fn command_line(office_id: i64, office_path: String) -> Principal {
    Principal {
        actor: Actor::System,
        uid: "command_line".to_owned(),
        name: "command_line".to_owned(),
        office_id,
        office_path,
        department_id: None,
        grants: Vec::new(),
        stands_in_for: Vec::new(),
    }
}
