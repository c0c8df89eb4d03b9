//! The ward of forty, and what of its registers decides who is told.

use diesel::connection::{Connection as _, SimpleConnection as _};
use diesel::prelude::*;
use infra::db::Db;
use infra::db::schema::{departments, offices, staff, staff_roles};
use infra::error::Error;
use serde_json::Value;

use super::time::At;

pub const OFFICE: &str = "H29.23";
const PARENT: &str = "H29";

/// Colleagues of the demo accounts, so that there are forty in the ward.
const COLLEAGUES: [(&str, usize); 8] = [
    ("tiepnhan", 6),
    ("chuyenvien.tuphap", 9),
    ("chuyenvien.cutru", 3),
    ("chuyenvien.kinhte", 3),
    ("chuyenvien.vanhoa", 2),
    ("chuyenvien.vanphong", 2),
    ("lanhdao", 1),
    ("truongphong.tuphap", 1),
];

/// One of the staff.
#[derive(Debug, Clone)]
pub struct Person {
    pub id: i64,
    pub uid: String,
    pub login: String,
    pub email: String,
    pub department: Option<i64>,
    /// Role and office.
    pub roles: Vec<(String, String)>,
}

impl Person {
    pub fn is(&self, role: &str, office: &str) -> bool {
        self.roles
            .iter()
            .any(|(held, at)| held == role && at == office)
    }
}

/// A step of a procedure's route.
#[derive(Debug, Clone)]
pub struct Step {
    pub department: String,
    pub role: String,
    pub budget: Limit,
}

/// A limit as the register has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    WorkingDays(i64),
    CalendarDays(i64),
    Months,
    WorkingHours(i64),
    SameDay,
}

impl Limit {
    fn of(json: &Value) -> Self {
        let amount = json["amount"].as_i64().unwrap_or_default();
        match json["unit"].as_str().expect("a unit") {
            "working_days" => Self::WorkingDays(amount),
            "calendar_days" => Self::CalendarDays(amount),
            "months" => Self::Months,
            "working_hours" => Self::WorkingHours(amount),
            "same_day" => Self::SameDay,
            other => panic!("{other}"),
        }
    }
}

#[derive(Debug, Clone)]
pub struct Procedure {
    pub code: String,
    pub limit: Limit,
    pub extra_limit: Option<Limit>,
    pub payment_stage: bool,
    pub papers: u32,
    pub steps: Vec<Step>,
}

/// The period of an absence, with whom stands in.
#[derive(Debug, Clone)]
pub struct Absence {
    pub absent: i64,
    pub stand_in: i64,
    pub from: At,
    pub to: At,
}

/// What the registers hold.
#[derive(Debug, Clone)]
pub struct Ward {
    /// Those of the ward, and the managers of the office above.
    pub people: Vec<Person>,
    /// Departments of the ward by their codes.
    pub departments: Vec<(String, i64)>,
    pub procedures: Vec<Procedure>,
}

impl Ward {
    /// Fills the demo ward up to forty, gives everybody an address, and reads it.
    pub fn of_forty(db: &Db, url: &str) -> Self {
        let mut sql = String::new();
        for (of, count) in COLLEAGUES {
            for n in 0..count {
                sql.push_str(&colleague(of, &format!("{of}.{}", n + 2)));
            }
        }
        sql.push_str("UPDATE staff SET email = login || '@motcua.example';");
        PgConnection::establish(url)
            .expect("the database")
            .batch_execute(&sql)
            .expect("the staff");
        let ward = Self {
            people: people(db),
            departments: in_ward(db),
            procedures: procedures(),
        };
        let own = ward
            .people
            .iter()
            .filter(|person| !person.is("manager", PARENT));
        assert_eq!(own.count(), 40);
        ward
    }

    pub fn person(&self, id: i64) -> &Person {
        let found = self.people.iter().find(|person| person.id == id);
        found.expect("one of the staff")
    }

    pub fn by_uid(&self, uid: &str) -> &Person {
        let found = self.people.iter().find(|person| person.uid == uid);
        found.expect("one of the staff")
    }

    pub fn holding(&self, role: &str) -> Vec<&Person> {
        let holds = |person: &&Person| person.is(role, OFFICE);
        self.people.iter().filter(holds).collect()
    }

    pub fn parent_managers(&self) -> Vec<&Person> {
        let holds = |person: &&Person| person.is("manager", PARENT);
        self.people.iter().filter(holds).collect()
    }

    /// Who may take a step on.
    pub fn for_step(&self, step: &Step) -> Vec<&Person> {
        let department = self.department(&step.department);
        let mut able = self.holding(&step.role);
        able.retain(|person| person.department == Some(department));
        able
    }

    fn department(&self, code: &str) -> i64 {
        let found = self.departments.iter().find(|(own, _)| own == code);
        found.expect("a department").1
    }
}

fn colleague(of: &str, login: &str) -> String {
    let uid = infra::ids::new_uid();
    format!(
        "INSERT INTO staff (uid, login, display_name, office_id, department_id, password_hash, \
           created_at) SELECT '{uid}', '{login}', '{login}', office_id, department_id, \
           password_hash, created_at FROM staff WHERE login = '{of}'; \
         INSERT INTO staff_roles (staff_id, role, office_id) \
           SELECT fresh.id, role, staff_roles.office_id FROM staff_roles \
           JOIN staff AS old ON old.id = staff_id AND old.login = '{of}' \
           JOIN staff AS fresh ON fresh.login = '{login}';"
    )
}

type PersonRow = (i64, String, String, Option<String>, Option<i64>, String);

fn people(db: &Db) -> Vec<Person> {
    let read = db.read_blocking(|conn| {
        let rows: Vec<PersonRow> = staff::table
            .inner_join(offices::table)
            .order(staff::id)
            .select((
                staff::id,
                staff::uid,
                staff::login,
                staff::email,
                staff::department_id,
                offices::code,
            ))
            .load(conn)?;
        let roles: Vec<(i64, String, String)> = staff_roles::table
            .inner_join(offices::table.on(offices::id.eq(staff_roles::office_id)))
            .select((staff_roles::staff_id, staff_roles::role, offices::code))
            .load(conn)?;
        Ok::<_, Error>((rows, roles))
    });
    let (rows, roles) = read.expect("the staff");
    let person = |(id, uid, login, email, department, _): PersonRow| Person {
        id,
        uid,
        login,
        email: email.expect("an address"),
        department,
        roles: roles
            .iter()
            .filter(|(holder, _, _)| *holder == id)
            .map(|(_, role, office)| (role.clone(), office.clone()))
            .collect(),
    };
    let mut people: Vec<Person> = rows.iter().cloned().map(person).collect();
    let office_of = |id: i64| &rows.iter().find(|row| row.0 == id).expect("a row").5;
    people.retain(|one| office_of(one.id) == OFFICE || one.is("manager", PARENT));
    people
}

fn in_ward(db: &Db) -> Vec<(String, i64)> {
    let read = db.read_blocking(|conn| {
        let found = departments::table
            .inner_join(offices::table)
            .filter(offices::code.eq(OFFICE))
            .select((departments::code, departments::id))
            .load(conn)?;
        Ok::<_, Error>(found)
    });
    read.expect("the departments")
}

fn procedures() -> Vec<Procedure> {
    let json: Value =
        serde_json::from_str(include_str!("../../infra/data/procedures-vn.json")).unwrap();
    let step = |step: &Value| Step {
        department: step["department"].as_str().unwrap().to_owned(),
        role: step["role"].as_str().unwrap().to_owned(),
        budget: Limit::of(&step["budget"]),
    };
    let procedure = |one: &Value| Procedure {
        code: one["code"].as_str().unwrap().to_owned(),
        limit: Limit::of(&one["time_limit"]),
        extra_limit: one.get("extra_limit").map(Limit::of),
        payment_stage: one["payment_stage"] == true,
        papers: u32::try_from(one["papers"].as_array().unwrap().len()).unwrap(),
        steps: one["route"].as_array().unwrap().iter().map(step).collect(),
    };
    json["procedures"]
        .as_array()
        .unwrap()
        .iter()
        .map(procedure)
        .collect()
}
