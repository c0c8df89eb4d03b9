//! Choosing the one responsible person of a step.

use diesel::prelude::*;
use domain::auth::Role;
use domain::dossier::Handover;

use super::store::Loaded;
use crate::db::Conn;
use crate::db::schema::{departments, dossier_steps, offices, staff, staff_roles};
use crate::error::Error;

/// The person `uid` as the next responsible one, if the step's rule lets them be: active,
/// with the step's role over the dossier's office, in the step's department.
pub(crate) fn for_step(
    conn: &mut Conn,
    loaded: &Loaded,
    index: usize,
    uid: &str,
) -> Result<Handover, Error> {
    let rule = loaded.rules.steps.get(index);
    let found: Option<(i64, Option<i64>)> = staff::table
        .filter(staff::uid.eq(uid))
        .filter(staff::retired_at.is_null())
        .select((staff::id, staff::department_id))
        .first(conn)
        .optional()?;
    let Some((id, department)) = found else {
        return Err(Error::invalid(
            "to",
            "unknown_person",
            "Không có cán bộ đang làm việc với mã này.",
            "No active member of the staff has this id.",
        ));
    };
    let Some(rule) = rule else {
        return Ok(Handover {
            holder: id,
            department,
        });
    };
    if !holds_role(conn, id, rule.role, &loaded.office_path)? {
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
    if department_code(conn, department, loaded.row.office_id)?.as_deref() != Some(&rule.department)
    {
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
    Ok(Handover {
        holder: id,
        department,
    })
}

fn holds_role(conn: &mut Conn, id: i64, role: Role, office_path: &str) -> Result<bool, Error> {
    let scopes: Vec<String> = staff_roles::table
        .inner_join(offices::table.on(offices::id.eq(staff_roles::office_id)))
        .filter(staff_roles::staff_id.eq(id))
        .filter(staff_roles::role.eq(role.as_str()))
        .select(offices::path)
        .load(conn)?;
    Ok(scopes.iter().any(|scope| office_path.starts_with(scope)))
}

/// The code of a department, when it belongs to the office of the dossier.
fn department_code(
    conn: &mut Conn,
    department: Option<i64>,
    office: i64,
) -> Result<Option<String>, Error> {
    let Some(id) = department else {
        return Ok(None);
    };
    Ok(departments::table
        .find(id)
        .filter(departments::office_id.eq(office))
        .select(departments::code)
        .first(conn)
        .optional()?)
}

/// Who last had the step with this index.
pub(crate) fn earlier_holder(
    conn: &mut Conn,
    loaded: &Loaded,
    index: usize,
) -> Result<Handover, Error> {
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
