//! Staff as they are stored, and with the names of what belongs to them.

use std::collections::HashMap;

use chrono::NaiveDateTime;
use diesel::prelude::*;
use domain::auth::Role;
use serde_json::{Value, json};

use crate::db::Conn;
use crate::db::schema::{departments, offices, staff, staff_roles};
use crate::error::Error;

/// A row of `staff`, without the password.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = staff)]
pub struct StaffRow {
    pub id: i64,
    pub uid: String,
    pub login: String,
    pub display_name: String,
    pub search_name: String,
    pub email: Option<String>,
    pub office_id: i64,
    pub department_id: Option<i64>,
    pub must_change_password: bool,
    pub demo: bool,
    pub retired_at: Option<NaiveDateTime>,
    pub version: i64,
    pub created_at: NaiveDateTime,
}

/// How much of a person's entry the reader may see.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seen {
    /// All of it: the reader administers the person's office.
    Whole,
    /// Name, office, department and roles: enough to choose whom to forward to.
    Brief,
}

/// A department by its names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DepartmentName {
    pub uid: String,
    pub code: String,
    pub name: String,
}

/// A person with the names of what belongs to them.
#[derive(Debug, Clone)]
pub struct StaffDetail {
    pub person: StaffRow,
    pub office: String,
    pub office_path: String,
    pub department: Option<DepartmentName>,
    /// Each role with the code of the office it holds over.
    pub roles: Vec<(Role, String)>,
    /// Paths of those offices, to judge who may change this person.
    pub(crate) role_paths: Vec<(Role, String)>,
    pub seen: Seen,
}

impl StaffDetail {
    /// What the record of changes keeps of it; never the password.
    pub(crate) fn snapshot(&self) -> Value {
        let roles: Vec<Value> = self
            .roles
            .iter()
            .map(|(role, office)| json!({ "role": role.as_str(), "office": office }))
            .collect();
        json!({
            "display_name": self.person.display_name,
            "email": self.person.email,
            "office": self.office,
            "department": self.department.as_ref().map(|department| &department.uid),
            "roles": roles,
        })
    }
}

/// Adds the names; every entry is marked as seen whole.
pub(crate) fn details_of(conn: &mut Conn, rows: Vec<StaffRow>) -> Result<Vec<StaffDetail>, Error> {
    let ids: Vec<i64> = rows.iter().map(|row| row.id).collect();
    let held: Vec<(i64, String, String, String)> = staff_roles::table
        .inner_join(offices::table.on(offices::id.eq(staff_roles::office_id)))
        .filter(staff_roles::staff_id.eq_any(ids))
        .order((staff_roles::role, offices::code))
        .select((
            staff_roles::staff_id,
            staff_roles::role,
            offices::code,
            offices::path,
        ))
        .load(conn)?;
    let mut roles: HashMap<i64, Vec<(Role, String, String)>> = HashMap::new();
    for (id, word, code, path) in held {
        let role = Role::parse(&word).ok_or_else(|| Error::Internal(format!("role {word}")))?;
        roles.entry(id).or_default().push((role, code, path));
    }
    let offices = offices_of(conn, &rows)?;
    let departments = departments_of(conn, &rows)?;
    rows.into_iter()
        .map(|person| {
            let held = roles.remove(&person.id).unwrap_or_default();
            let (office, office_path) = offices
                .get(&person.office_id)
                .cloned()
                .ok_or_else(|| Error::Internal("a person without an office".to_owned()))?;
            Ok(StaffDetail {
                office,
                office_path,
                department: person
                    .department_id
                    .and_then(|id| departments.get(&id).cloned()),
                role_paths: held
                    .iter()
                    .map(|(role, _, path)| (*role, path.clone()))
                    .collect(),
                roles: held
                    .into_iter()
                    .map(|(role, code, _)| (role, code))
                    .collect(),
                seen: Seen::Whole,
                person,
            })
        })
        .collect()
}

fn offices_of(conn: &mut Conn, rows: &[StaffRow]) -> Result<HashMap<i64, (String, String)>, Error> {
    let ids: Vec<i64> = rows.iter().map(|row| row.office_id).collect();
    let found: Vec<(i64, String, String)> = offices::table
        .filter(offices::id.eq_any(ids))
        .select((offices::id, offices::code, offices::path))
        .load(conn)?;
    Ok(found
        .into_iter()
        .map(|(id, code, path)| (id, (code, path)))
        .collect())
}

fn departments_of(
    conn: &mut Conn,
    rows: &[StaffRow],
) -> Result<HashMap<i64, DepartmentName>, Error> {
    let ids: Vec<i64> = rows.iter().filter_map(|row| row.department_id).collect();
    let found: Vec<(i64, String, String, String)> = departments::table
        .filter(departments::id.eq_any(ids))
        .select((
            departments::id,
            departments::uid,
            departments::code,
            departments::name,
        ))
        .load(conn)?;
    Ok(found
        .into_iter()
        .map(|(id, uid, code, name)| (id, DepartmentName { uid, code, name }))
        .collect())
}
