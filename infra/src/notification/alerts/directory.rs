//! Who is who at one moment: offices, active staff with their roles, and stand-ins.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;
use domain::auth::Role;
use domain::deadline::Calendar;
use domain::notification::ladder::Recipient;
use domain::office::is_within;

use super::groups::Named;
use crate::calendar;
use crate::db::Conn;
use crate::db::schema::{departments, offices, staff, staff_roles, stand_ins};
use crate::env::Env;
use crate::error::Error;

#[derive(Debug, Clone)]
pub(super) struct Office {
    pub parent_id: Option<i64>,
    pub path: String,
    pub code: String,
    pub name: String,
    pub calendar: Option<Arc<Calendar>>,
}

#[derive(Debug, Clone)]
pub(super) struct Person {
    pub name: String,
    pub email: Option<String>,
    pub office_id: i64,
    pub department_id: Option<i64>,
}

/// What somebody is answerable for, as the digest shows it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Scope {
    /// Offices of which they are a manager, and those below without one of their own.
    pub offices: BTreeSet<i64>,
    /// Departments of which they are a head.
    pub departments: BTreeSet<i64>,
}

/// Everybody who can be written to, at one moment.
#[derive(Debug, Default)]
pub(super) struct Directory {
    pub offices: HashMap<i64, Office>,
    /// Active staff.
    pub people: BTreeMap<i64, Person>,
    /// Names of departments.
    pub departments: HashMap<i64, String>,
    /// Who stands in now, by the absent person.
    pub stand_ins: BTreeMap<i64, i64>,
    /// Offices whose calendar does not read, with the word for why: they have none until it does.
    pub faults: Vec<(String, &'static str)>,
    /// Dossiers as letters of this moment name them.
    pub named: Named,
    /// Names that several offices bear.
    shared_names: HashSet<String>,
    by_role: HashMap<(Role, i64), Vec<i64>>,
}

type PersonRow = (i64, String, Option<String>, i64, Option<i64>);

impl Directory {
    pub(super) fn load(conn: &mut Conn, env: &Env) -> Result<Self, Error> {
        let now = env.now().naive_utc();
        let mut directory = Self::default();
        directory.load_offices(conn, env)?;
        let people: Vec<PersonRow> = staff::table
            .filter(staff::retired_at.is_null())
            .select((
                staff::id,
                staff::display_name,
                staff::email,
                staff::office_id,
                staff::department_id,
            ))
            .load(conn)?;
        for (id, name, email, office_id, department_id) in people {
            let person = Person {
                name,
                email,
                office_id,
                department_id,
            };
            directory.people.insert(id, person);
        }
        directory.departments = departments::table
            .select((departments::id, departments::name))
            .load::<(i64, String)>(conn)?
            .into_iter()
            .collect();
        directory.load_roles(conn)?;
        directory.load_stand_ins(conn, now)?;
        Ok(directory)
    }

    /// An office whose calendar does not read is named and has none; the others go on.
    fn load_offices(&mut self, conn: &mut Conn, env: &Env) -> Result<(), Error> {
        let rows: Vec<(i64, Option<i64>, String, String, String)> = offices::table
            .order(offices::path)
            .select((
                offices::id,
                offices::parent_id,
                offices::path,
                offices::code,
                offices::name,
            ))
            .load(conn)?;
        let versions = calendar::own_versions(conn)?;
        let mut compiled: HashMap<i64, Option<Arc<Calendar>>> = HashMap::new();
        for (id, parent_id, path, code, name) in rows {
            let mut line = path.split('/').rev().filter_map(|id| id.parse().ok());
            let version = line.find_map(|id: i64| versions.get(&id).copied());
            let calendar = match version {
                None => None,
                Some(version) => match compiled.get(&version) {
                    Some(known) => known.clone(),
                    None => {
                        let read = self.read_calendar(conn, env, &code, version)?;
                        compiled.insert(version, read.clone());
                        read
                    }
                },
            };
            let office = Office {
                parent_id,
                path,
                code,
                name,
                calendar,
            };
            self.offices.insert(id, office);
        }
        let mut names = HashSet::new();
        let borne = self.offices.values().map(|office| &office.name);
        let again = borne.filter(|name| !names.insert(*name));
        self.shared_names = again.cloned().collect();
        Ok(())
    }

    fn read_calendar(
        &mut self,
        conn: &mut Conn,
        env: &Env,
        office: &str,
        version: i64,
    ) -> Result<Option<Arc<Calendar>>, Error> {
        match calendar::compiled(conn, env, version) {
            Ok(calendar) => Ok(Some(calendar)),
            Err(error @ (Error::Unavailable(_) | Error::Database(_))) => Err(error),
            Err(error) => {
                tracing::error!(office, %error, "a calendar does not read");
                self.faults
                    .push((format!("calendar of {office}"), error.word()));
                Ok(None)
            }
        }
    }

    fn load_roles(&mut self, conn: &mut Conn) -> Result<(), Error> {
        let roles: Vec<(i64, String, i64)> = staff_roles::table
            .select((
                staff_roles::staff_id,
                staff_roles::role,
                staff_roles::office_id,
            ))
            .order((staff_roles::staff_id, staff_roles::office_id))
            .load(conn)?;
        for (person, role, office) in roles {
            if let (Some(role), true) = (Role::parse(&role), self.people.contains_key(&person)) {
                self.by_role.entry((role, office)).or_default().push(person);
            }
        }
        Ok(())
    }

    fn load_stand_ins(&mut self, conn: &mut Conn, now: NaiveDateTime) -> Result<(), Error> {
        let pairs: Vec<(i64, i64)> = stand_ins::table
            .filter(stand_ins::from_at.le(now))
            .filter(stand_ins::to_at.gt(now))
            .filter(stand_ins::cancelled_at.is_null())
            .order(stand_ins::id)
            .select((stand_ins::absent_id, stand_ins::stand_in_id))
            .load(conn)?;
        for (absent, stand_in) in pairs {
            if self.people.contains_key(&stand_in) {
                self.stand_ins.insert(absent, stand_in);
            }
        }
        Ok(())
    }

    /// Who is written to for somebody: their stand-in during an absence, one level deep.
    pub(super) fn addressee(&self, meant: i64) -> i64 {
        self.stand_ins.get(&meant).copied().unwrap_or(meant)
    }

    /// Who was to be written to for somebody at another moment than that of this directory.
    pub(super) fn addressee_at(
        &self,
        conn: &mut Conn,
        meant: i64,
        at: DateTime<Utc>,
    ) -> Result<i64, Error> {
        let at = at.naive_utc();
        let found: Option<i64> = stand_ins::table
            .filter(stand_ins::absent_id.eq(meant))
            .filter(stand_ins::from_at.le(at))
            .filter(stand_ins::to_at.gt(at))
            // One that was named later, for days that were over, held nowhere then.
            .filter(stand_ins::created_at.le(at))
            // One that was ended early held until then.
            .filter(
                stand_ins::cancelled_at
                    .is_null()
                    .or(stand_ins::cancelled_at.gt(at)),
            )
            .order(stand_ins::id.desc())
            .select(stand_ins::stand_in_id)
            .first(conn)
            .optional()?;
        Ok(found
            .filter(|id| self.people.contains_key(id))
            .unwrap_or(meant))
    }

    /// The people that a rung means for a dossier; its managers where it would mean nobody.
    pub(super) fn meant(
        &self,
        to: &[Recipient],
        office: i64,
        department: Option<i64>,
        holder: Option<i64>,
    ) -> BTreeSet<i64> {
        let mut meant = BTreeSet::new();
        for recipient in to {
            match recipient {
                Recipient::Holder => {
                    meant.extend(holder.filter(|id| self.people.contains_key(id)));
                }
                Recipient::Head => meant.extend(self.heads(office, department)),
                Recipient::Manager => meant.extend(self.nearest(Role::Manager, Some(office))),
                Recipient::ParentManager => {
                    let parent = self
                        .offices
                        .get(&office)
                        .and_then(|office| office.parent_id);
                    meant.extend(self.nearest(Role::Manager, parent));
                }
                Recipient::Clerks => meant.extend(self.nearest(Role::Clerk, Some(office))),
            }
        }
        if meant.is_empty() {
            meant.extend(self.nearest(Role::Manager, Some(office)));
        }
        meant
    }

    /// Those who hold the role at the office itself, else at the nearest one above it.
    pub(super) fn nearest(&self, role: Role, office: Option<i64>) -> Vec<i64> {
        let mut place = office;
        // Bounded, should the tree ever contain a circle.
        for _ in 0..=domain::office::MAX_DEPTH {
            let Some(id) = place else { break };
            if let Some(people) = self.by_role.get(&(role, id)) {
                return people.clone();
            }
            place = self.offices.get(&id).and_then(|office| office.parent_id);
        }
        Vec::new()
    }

    /// The heads of a department: in it, with the role over the dossier's office.
    fn heads(&self, office: i64, department: Option<i64>) -> Vec<i64> {
        let (Some(department), Some(place)) = (department, self.offices.get(&office)) else {
            return Vec::new();
        };
        let in_it = |id: &&i64| {
            self.people
                .get(*id)
                .is_some_and(|person| person.department_id == Some(department))
        };
        self.by_role
            .iter()
            .filter(|((role, granted), _)| {
                *role == Role::Head
                    && self
                        .offices
                        .get(granted)
                        .is_some_and(|granted| is_within(&place.path, &granted.path))
            })
            .flat_map(|(_, people)| people.iter().filter(in_it).copied())
            .collect()
    }

    /// Heads and managers with what they answer for.
    pub(super) fn scopes(&self) -> BTreeMap<i64, Scope> {
        let mut scopes: BTreeMap<i64, Scope> = BTreeMap::new();
        // An office without a manager has the nearest one above, as alerts have it.
        for office in self.offices.keys() {
            for manager in self.nearest(Role::Manager, Some(*office)) {
                scopes.entry(manager).or_default().offices.insert(*office);
            }
        }
        let heads = self
            .by_role
            .iter()
            .filter(|((role, _), _)| *role == Role::Head);
        for id in heads.flat_map(|(_, people)| people) {
            if let Some(department) = self.people.get(id).and_then(|person| person.department_id) {
                let scope = scopes.entry(*id).or_default();
                scope.departments.insert(department);
            }
        }
        scopes
    }

    /// The offices at and below those of which somebody is a manager.
    pub(super) fn subtree(&self, tops: &BTreeSet<i64>) -> Vec<i64> {
        let paths: Vec<&str> = tops
            .iter()
            .filter_map(|top| self.offices.get(top))
            .map(|office| office.path.as_str())
            .collect();
        let mut below: Vec<i64> = self
            .offices
            .iter()
            .filter(|(_, office)| paths.iter().any(|top| is_within(&office.path, top)))
            .map(|(id, _)| *id)
            .collect();
        below.sort_unstable();
        below
    }

    /// An office by its name, with its code where another bears the same.
    pub(super) fn office_named(&self, office: i64) -> Option<String> {
        let office = self.offices.get(&office)?;
        Some(match self.shared_names.contains(&office.name) {
            true => format!("{} ({})", office.name, office.code),
            false => office.name.clone(),
        })
    }

    pub(super) fn calendar(&self, office: i64) -> Option<&Arc<Calendar>> {
        self.offices.get(&office)?.calendar.as_ref()
    }

    /// The calendar by which somebody's own day is counted.
    pub(super) fn calendar_of(&self, person: i64) -> Option<&Arc<Calendar>> {
        self.calendar(self.people.get(&person)?.office_id)
    }
}
