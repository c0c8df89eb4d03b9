//! Choosing the one responsible person of a step.

use diesel::prelude::*;
use domain::auth::Role;
use domain::dossier::Handover;

use super::store::Loaded;
use crate::db::Conn;
use crate::db::schema::{departments, dossier_steps, offices, staff, staff_roles};
use crate::error::Error;

/// Somebody who may take a step on.
#[derive(Debug)]
pub(crate) struct Chosen {
    pub to: Handover,
    pub uid: String,
}

/// The person `uid` as the next responsible one, if the step's rule lets them be: active,
/// with the step's role over the dossier's office, in the step's department.
pub(crate) fn for_step(
    conn: &mut Conn,
    loaded: &Loaded,
    index: usize,
    uid: &str,
) -> Result<Chosen, Error> {
    let rule = loaded.rules.steps.get(index);
    let found = candidate(conn, loaded.row.office_id, rule.map(|rule| rule.role), uid)?;
    let Some(found) = found else {
        return Err(Error::invalid(
            "to",
            "unknown_person",
            "Không có cán bộ đang làm việc với mã này.",
            "No active member of the staff has this id.",
        ));
    };
    let chosen = Chosen {
        to: Handover {
            holder: found.id,
            department: found.department,
        },
        uid: uid.to_owned(),
    };
    let Some(rule) = rule else {
        return Ok(chosen);
    };
    let within = |scope: &String| loaded.office_path.starts_with(scope);
    if !found.scopes.iter().any(within) {
        return Err(Error::invalid(
            "to",
            "wrong_role",
            format!(
                "Bước “{}” cần người có vai trò {}.",
                rule.name,
                rule.role.as_str()
            ),
            format!(
                "The step “{}” needs somebody with the role {}.",
                rule.name,
                rule.role.as_str()
            ),
        ));
    }
    if found.department_code.as_deref() != Some(&rule.department) {
        return Err(Error::invalid(
            "to",
            "wrong_department",
            format!("Bước “{}” thuộc bộ phận {}.", rule.name, rule.department),
            format!(
                "The step “{}” belongs to the department {}.",
                rule.name, rule.department
            ),
        ));
    }
    Ok(chosen)
}

struct Candidate {
    id: i64,
    department: Option<i64>,
    /// Where the department belongs to the office of the dossier.
    department_code: Option<String>,
    /// Where the person holds the role.
    scopes: Vec<String>,
}

/// An active person with all that the choice hangs on, in one question.
fn candidate(
    conn: &mut Conn,
    office: i64,
    role: Option<Role>,
    uid: &str,
) -> Result<Option<Candidate>, Error> {
    let role = role.map_or("", Role::as_str);
    let department = departments::id
        .nullable()
        .eq(staff::department_id)
        .and(departments::office_id.eq(office));
    let holds = staff_roles::staff_id
        .eq(staff::id)
        .and(staff_roles::role.eq(role));
    let scope = offices::id.nullable().eq(staff_roles::office_id.nullable());
    type Row = (i64, Option<i64>, Option<String>, Option<String>);
    let rows: Vec<Row> = staff::table
        .left_join(departments::table.on(department))
        .left_join(staff_roles::table.on(holds))
        .left_join(offices::table.on(scope))
        .filter(staff::uid.eq(uid))
        .filter(staff::retired_at.is_null())
        .select((
            staff::id,
            staff::department_id,
            departments::code.nullable(),
            offices::path.nullable(),
        ))
        .load(conn)?;
    let mut found = None;
    for (id, department, department_code, scope) in rows {
        let person = found.get_or_insert_with(|| Candidate {
            id,
            department,
            department_code,
            scopes: Vec::new(),
        });
        person.scopes.extend(scope);
    }
    Ok(found)
}

/// Who last had the step with this index.
pub(crate) fn earlier_holder(
    conn: &mut Conn,
    loaded: &Loaded,
    index: usize,
) -> Result<Chosen, Error> {
    let index = i64::try_from(index).unwrap_or(i64::MAX);
    let uid: Option<String> = dossier_steps::table
        .inner_join(staff::table.on(staff::id.eq(dossier_steps::holder_id)))
        .filter(dossier_steps::dossier_id.eq(loaded.row.id))
        .filter(dossier_steps::step_index.eq(index))
        .order(dossier_steps::number.desc())
        .select(staff::uid)
        .first(conn)
        .optional()?;
    match uid {
        Some(uid) => for_step(
            conn,
            loaded,
            usize::try_from(index).unwrap_or(usize::MAX),
            &uid,
        ),
        None => Err(Error::invalid(
            "to",
            "required",
            "Cần chọn người nhận: chưa ai giữ bước này.",
            "Name a person: nobody has had this step yet.",
        )),
    }
}

/// The public id of a person, empty for nobody.
pub(crate) fn uid_of(conn: &mut Conn, id: Option<i64>) -> Result<String, Error> {
    match id {
        None => Ok(String::new()),
        Some(id) => Ok(staff::table.find(id).select(staff::uid).first(conn)?),
    }
}
