//! The demo ward under a stopped clock, and short words to act in it.

use std::sync::Arc;

use chrono::{DateTime, TimeZone as _, Utc};
use diesel::prelude::*;
use domain::auth::{Principal, Role};
use domain::office::{DeskHours, OfficeKind};
use infra::auth::{Kind, load_principal};
use infra::clock::SteppedClock;
use infra::db::schema::{departments, register_events, staff};
use infra::db::{Conn, Db};
use infra::demo::{DemoAccounts, DemoLoad, load_demo};
use infra::dossier::{Applicant, Intake, NewDossier, PaperTick, take_in};
use infra::env::Env;
use infra::error::Error;
use infra::office::{OfficeDetail, OfficeInput, create_office};
use infra::staff::{NewStaff, RoleInput, StaffDetail, StaffInput, create_staff};

use crate::db_support::Place;

/// A Friday, 08:00 at UTC+7.
pub fn start() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 11, 20, 1, 0, 0).unwrap()
}

pub struct Ward {
    // Dropped first, so that no connection keeps the database alive.
    pub db: Db,
    pub env: Env,
    pub clock: SteppedClock,
    _place: Place,
}

impl Ward {
    pub fn empty_each() -> Vec<Self> {
        Place::each().into_iter().map(Self::empty_on).collect()
    }

    pub fn each() -> Vec<Self> {
        let wards = Self::empty_each();
        for ward in &wards {
            assert_eq!(ward.load_demo().unwrap(), DemoLoad::Loaded);
        }
        wards
    }

    fn empty_on(place: Place) -> Self {
        let db = place.open();
        db.migrate().unwrap();
        let clock = SteppedClock::at(start());
        let env = Env::new(Arc::new(clock.clone()));
        Self {
            db,
            env,
            clock,
            _place: place,
        }
    }

    pub fn load_demo(&self) -> Result<DemoLoad, Error> {
        let accounts = DemoAccounts {
            password_hash: "no hash".to_owned(),
        };
        self.write(move |conn, env| load_demo(conn, env, &accounts))
    }

    pub fn write<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Conn, &Env) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let env = self.env.clone();
        self.db.write_blocking(move |conn| job(conn, &env))
    }

    pub fn read<T>(
        &self,
        job: impl FnOnce(&mut Conn, &Env) -> Result<T, Error>,
    ) -> Result<T, Error> {
        self.db.read_blocking(|conn| job(conn, &self.env))
    }

    /// A write by the person with this login.
    pub fn by<T: Send + 'static>(
        &self,
        login: &str,
        job: impl FnOnce(&mut Conn, &Env, &Principal) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let who = self.principal(login);
        self.write(move |conn, env| job(conn, env, &who))
    }

    pub fn uid_of(&self, login: &str) -> String {
        let login = login.to_owned();
        self.read(|conn, _| {
            Ok(staff::table
                .filter(staff::login.eq(login))
                .select(staff::uid)
                .first(conn)?)
        })
        .unwrap()
    }

    pub fn principal(&self, login: &str) -> Principal {
        let uid = self.uid_of(login);
        self.read(|conn, env| load_principal(conn, env, &uid, Kind::Staff))
            .unwrap()
            .unwrap()
    }

    pub fn department(&self, office_id: i64, code: &str) -> String {
        let code = code.to_owned();
        self.read(|conn, _| {
            Ok(departments::table
                .filter(departments::office_id.eq(office_id))
                .filter(departments::code.eq(code))
                .select(departments::uid)
                .first(conn)?)
        })
        .unwrap()
    }

    pub fn create_office(
        &self,
        login: &str,
        code: &str,
        parent: &str,
    ) -> Result<OfficeDetail, Error> {
        let (code, input) = (
            code.parse().unwrap(),
            office_input("Cơ quan mới", Some(parent)),
        );
        self.by(login, move |conn, env, who| {
            create_office(conn, env, who, &code, &input)
        })
    }

    pub fn create_staff(
        &self,
        author: &str,
        login: &str,
        office: &str,
        roles: &[(Role, &str)],
    ) -> Result<StaffDetail, Error> {
        let new = NewStaff {
            login: login.parse().unwrap(),
            input: staff_input(login, office, roles),
            password_hash: "no hash".to_owned(),
        };
        self.by(author, move |conn, env, who| {
            create_staff(conn, env, who, &new)
        })
    }

    /// An open dossier in the hands of the clerk who takes it in.
    pub fn register_dossier(&self, clerk: &str, office: &str) -> String {
        let new = NewDossier {
            office: office.parse().unwrap(),
            procedure: "1.001193".parse().unwrap(),
            channel: "in_person",
            applicant: Applicant {
                kind: "person",
                name: "Người nộp hồ sơ".parse().unwrap(),
                id_number: None,
                phone: None,
                email: None,
                address: None,
            },
            submitter_name: None,
            matter: None,
            papers: (1..=3).map(paper).collect(),
            sets: 1,
            result_way: "in_person",
            result_address: None,
        };
        self.by(clerk, move |conn, env, who| {
            take_in(conn, env, who, Intake::Register, &new, None)
                .map(|taken| taken.code().to_owned())
        })
        .unwrap()
    }

    /// Actions written down about one entry, oldest first.
    pub fn recorded(&self, key: &str) -> Vec<String> {
        let key = key.to_owned();
        self.read(|conn, _| {
            Ok(register_events::table
                .filter(register_events::entity_key.eq(key))
                .order(register_events::id)
                .select(register_events::action)
                .load(conn)?)
        })
        .unwrap()
    }
}

fn paper(number: u32) -> PaperTick {
    PaperTick {
        number: Some(number),
        name: None,
        originals: 1,
        certified: 0,
        copies: 0,
    }
}

pub fn office_input(name: &str, parent: Option<&str>) -> OfficeInput {
    OfficeInput {
        name: name.parse().unwrap(),
        kind: OfficeKind::Ward,
        parent: parent.map(|code| code.parse().unwrap()),
        calendar: None,
        desk_hours: DeskHours::default(),
        address: None,
        phone: None,
    }
}

pub fn staff_input(name: &str, office: &str, roles: &[(Role, &str)]) -> StaffInput {
    StaffInput {
        display_name: name.parse().unwrap(),
        email: None,
        office: office.parse().unwrap(),
        department: None,
        roles: roles
            .iter()
            .map(|(role, office)| RoleInput {
                role: *role,
                office: office.parse().unwrap(),
            })
            .collect(),
    }
}

/// The codes of the faults that an error names, with their fields.
pub fn faults<T: std::fmt::Debug>(result: Result<T, Error>) -> Vec<(String, &'static str)> {
    match result {
        Err(Error::Invalid(faults)) => faults
            .into_iter()
            .map(|fault| (fault.field, fault.code))
            .collect(),
        other => panic!("{other:?}"),
    }
}
