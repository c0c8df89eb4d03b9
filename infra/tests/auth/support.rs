//! A small tree of offices with one administrator, a stopped clock, and short words to act.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, TimeZone as _, Utc};
use diesel::prelude::*;
use domain::auth::{Principal, Role};
use domain::text::{AgencyCode, Login, PersonName, Title};
use infra::auth::{FirstAdministrator, Kind, LoginOutcome, Session, password};
use infra::clock::SteppedClock;
use infra::db::schema::{offices, staff, staff_roles, stand_ins};
use infra::db::{Conn, Db};
use infra::env::Env;
use infra::error::Error;

use crate::db_support::Place;

pub const PASSWORD: &str = "mật khẩu đủ dài";

pub fn start() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 11, 20, 1, 0, 0).unwrap()
}

pub fn login_name(name: &str) -> Login {
    Login::parse(name).unwrap()
}

pub struct Ward {
    // Dropped first, so that no connection keeps the database alive.
    pub db: Db,
    pub env: Env,
    pub clock: SteppedClock,
    _place: Place,
}

impl Ward {
    /// The city H1 with an administrator `admin`, and below it the wards H1.1 and H1.2.
    pub fn each() -> Vec<Self> {
        Place::each().into_iter().map(Self::on).collect()
    }

    pub fn empty_each() -> Vec<Self> {
        Place::each().into_iter().map(Self::empty_on).collect()
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

    fn on(place: Place) -> Self {
        let ward = Self::empty_on(place);
        ward.first_administrator("admin").unwrap();
        ward.write(|conn, env| {
            for (code, name) in [("H1.1", "Phường Một"), ("H1.2", "Phường Hai")] {
                insert_office(conn, env, code, name);
            }
            Ok(())
        })
        .unwrap();
        ward
    }

    pub fn first_administrator(&self, login: &str) -> Result<String, Error> {
        let input = FirstAdministrator {
            login: login_name(login),
            display_name: PersonName::parse("Quản trị").unwrap(),
            password_hash: password::hash(PASSWORD).unwrap(),
            office_code: AgencyCode::parse("H1").unwrap(),
            office_name: Title::parse("Thành phố").unwrap(),
        };
        self.write(move |conn, env| infra::auth::create_first_administrator(conn, env, &input))
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

    pub fn after(&self, by: TimeDelta) {
        self.clock.advance(by);
    }

    /// A person of `office` with one role there; answers the id.
    pub fn person(&self, login: &str, office: &str, role: Role) -> i64 {
        let (login, office) = (login.to_owned(), office.to_owned());
        let hash = password::hash(PASSWORD).unwrap();
        self.write(move |conn, env| Ok(insert_person(conn, env, &login, &hash, &office, role)))
            .unwrap()
    }

    pub fn stand_in(&self, absent: i64, stand_in: i64, from: DateTime<Utc>, to: DateTime<Utc>) {
        self.write(move |conn, env| {
            diesel::insert_into(stand_ins::table)
                .values((
                    stand_ins::uid.eq(infra::ids::new_uid()),
                    stand_ins::absent_id.eq(absent),
                    stand_ins::stand_in_id.eq(stand_in),
                    stand_ins::from_at.eq(from.naive_utc()),
                    stand_ins::to_at.eq(to.naive_utc()),
                    stand_ins::created_by.eq(absent),
                    stand_ins::created_at.eq(env.now().naive_utc()),
                ))
                .execute(conn)?;
            Ok(())
        })
        .unwrap();
    }

    /// Changes columns of one person.
    pub fn set<V>(&self, id: i64, values: V)
    where
        V: FnOnce(&mut Conn, i64) + Send + 'static,
    {
        self.write(move |conn, _| {
            values(conn, id);
            Ok(())
        })
        .unwrap();
    }

    pub fn retire(&self, id: i64) {
        self.write(move |conn, env| {
            let at = env.now().naive_utc();
            diesel::update(staff::table.find(id))
                .set(staff::retired_at.eq(at))
                .execute(conn)?;
            Ok(())
        })
        .unwrap();
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
        self.read(|conn, env| infra::auth::load_principal(conn, env, &uid, Kind::Staff))
            .unwrap()
            .unwrap()
    }

    /// The whole of signing in, as the service does it.
    pub fn try_login(&self, login: &str, password: &str) -> Result<LoginOutcome, Error> {
        let login = login_name(login);
        let start = self.read(|conn, env| infra::auth::login_start(conn, env, &login))?;
        let attempt = start.verify(password)?;
        self.write(|conn, env| infra::auth::login_finish(conn, env, attempt))
    }

    pub fn login(&self, login: &str, password: &str) -> Session {
        match self.try_login(login, password).unwrap() {
            LoginOutcome::SignedIn(session) => session,
            other => panic!("{other:?}"),
        }
    }
}

pub fn insert_office(conn: &mut Conn, env: &Env, code: &str, name: &str) {
    let (root, root_path): (i64, String) = offices::table
        .filter(offices::code.eq("H1"))
        .select((offices::id, offices::path))
        .first(conn)
        .unwrap();
    let id: i64 = diesel::insert_into(offices::table)
        .values((
            offices::code.eq(code),
            offices::parent_id.eq(root),
            offices::path.eq(""),
            offices::name.eq(name),
            offices::kind.eq("ward"),
            offices::desk_hours.eq("{}"),
            offices::created_at.eq(env.now().naive_utc()),
        ))
        .returning(offices::id)
        .get_result(conn)
        .unwrap();
    diesel::update(offices::table.find(id))
        .set(offices::path.eq(format!("{root_path}{id}/")))
        .execute(conn)
        .unwrap();
}

fn insert_person(
    conn: &mut Conn,
    env: &Env,
    login: &str,
    hash: &str,
    office: &str,
    role: Role,
) -> i64 {
    let office: i64 = offices::table
        .filter(offices::code.eq(office))
        .select(offices::id)
        .first(conn)
        .unwrap();
    let id: i64 = diesel::insert_into(staff::table)
        .values((
            staff::uid.eq(infra::ids::new_uid()),
            staff::login.eq(login),
            staff::display_name.eq(login),
            staff::search_name.eq(login),
            staff::office_id.eq(office),
            staff::password_hash.eq(hash),
            staff::must_change_password.eq(false),
            staff::demo.eq(false),
            staff::created_at.eq(env.now().naive_utc()),
        ))
        .returning(staff::id)
        .get_result(conn)
        .unwrap();
    diesel::insert_into(staff_roles::table)
        .values((
            staff_roles::staff_id.eq(id),
            staff_roles::role.eq(role.as_str()),
            staff_roles::office_id.eq(office),
        ))
        .execute(conn)
        .unwrap();
    id
}
