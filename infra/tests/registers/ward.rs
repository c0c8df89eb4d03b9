//! The demo ward with a clock that stands still, and the people of it.

use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use domain::auth::{Actor, Grant, Principal, Role};
use domain::time::from_local;
use infra::clock::SteppedClock;
use infra::db::schema::{offices, staff};
use infra::db::{Conn, Db};
use infra::demo::{DemoAccounts, load_demo};
use infra::dossier::{Applicant, Intake, NewDossier, PaperTick, take_in};
use infra::env::Env;
use infra::error::Error;

use super::db_support::Place;

pub(crate) struct Ward {
    pub(crate) db: Db,
    pub(crate) env: Env,
    pub(crate) clock: SteppedClock,
    _place: Place,
}

pub(crate) fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

pub(crate) fn at(text: &str) -> DateTime<Utc> {
    let (day, time) = text.split_once(' ').unwrap();
    from_local(date(day).and_time(format!("{time}:00").parse().unwrap()))
}

/// The demo ward on each database, at nine on Monday 2 March 2026.
pub(crate) fn each(test: impl Fn(&Ward)) {
    for place in Place::each() {
        let db = place.open();
        db.migrate().unwrap();
        let clock = SteppedClock::at(at("2026-03-02 09:00"));
        let env = Env::new(Arc::new(clock.clone()));
        let ward = Ward {
            db,
            env,
            clock,
            _place: place,
        };
        let accounts = DemoAccounts {
            password_hash: "-".into(),
        };
        ward.write(move |conn, env| load_demo(conn, env, &accounts))
            .unwrap();
        test(&ward);
    }
}

impl Ward {
    pub(crate) fn write<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Conn, &Env) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let env = self.env.clone();
        self.db.write_blocking(move |conn| job(conn, &env))
    }

    pub(crate) fn read<T>(
        &self,
        job: impl FnOnce(&mut Conn, &Env) -> Result<T, Error>,
    ) -> Result<T, Error> {
        self.db.read_blocking(|conn| job(conn, &self.env))
    }

    /// One of the ward's people, with one role over one office.
    pub(crate) fn person(&self, login: &str, role: Role, office: &str) -> Principal {
        let (login, office) = (login.to_owned(), office.to_owned());
        self.read(|conn, _| {
            let (id, uid, name, department_id): (i64, String, String, Option<i64>) = staff::table
                .filter(staff::login.eq(&login))
                .select((
                    staff::id,
                    staff::uid,
                    staff::display_name,
                    staff::department_id,
                ))
                .first(conn)?;
            let (office_id, office_path): (i64, String) = offices::table
                .filter(offices::code.eq(&office))
                .select((offices::id, offices::path))
                .first(conn)?;
            let grant = Grant {
                role,
                office_id,
                office_path: office_path.clone(),
            };
            Ok(Principal {
                actor: Actor::Staff(id),
                uid,
                name,
                office_id,
                office_path,
                department_id,
                grants: vec![grant],
                stands_in_for: Vec::new(),
            })
        })
        .unwrap()
    }

    pub(crate) fn administrator(&self) -> Principal {
        self.person("quantri", Role::Administrator, "H29")
    }

    pub(crate) fn clerk(&self) -> Principal {
        self.person("tiepnhan", Role::Clerk, "H29.23")
    }

    /// Hands a dossier in at the ward's desk; gives its code.
    pub(crate) fn take_in(&self, intake: Intake, procedure: &str) -> String {
        let clerk = self.clerk();
        let new = NewDossier {
            office: "H29.23".parse().unwrap(),
            procedure: procedure.parse().unwrap(),
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
            papers: (1..=self.paper_count(procedure)).map(tick).collect(),
            sets: 1,
            result_way: "in_person",
            result_address: None,
        };
        self.write(move |conn, env| take_in(conn, env, &clerk, intake, &new, None))
            .unwrap()
            .code()
            .to_owned()
    }

    fn paper_count(&self, procedure: &str) -> u32 {
        let rules = self
            .read(|conn, env| infra::procedure::queries::get(conn, env, procedure, None))
            .unwrap()
            .rules;
        u32::try_from(rules.papers.len()).unwrap()
    }
}

fn tick(number: u32) -> PaperTick {
    PaperTick {
        number: Some(number),
        name: None,
        originals: 1,
        certified: 0,
        copies: 0,
    }
}
