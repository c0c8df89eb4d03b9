//! The demo ward is loaded once, and never beside other data.

use diesel::prelude::*;
use infra::db::schema::{calendars, offices, procedures, staff};
use infra::demo::{DemoLoad, demo_accounts, is_demo};
use infra::error::Error;

use crate::support::Ward;

#[test]
fn the_demo_ward_is_loaded_whole_and_a_second_time_changes_nothing() {
    for ward in Ward::each() {
        let counts = |ward: &Ward| {
            ward.read(|conn, _| {
                Ok([
                    offices::table.count().get_result::<i64>(conn)?,
                    staff::table
                        .filter(staff::demo.eq(true))
                        .count()
                        .get_result(conn)?,
                    calendars::table.count().get_result(conn)?,
                    procedures::table.count().get_result(conn)?,
                ])
            })
            .unwrap()
        };
        let accounts = demo_accounts().unwrap();
        assert_eq!(counts(&ward), [3, accounts.len() as i64, 1, 24]);
        assert!(ward.read(|conn, _| is_demo(conn)).unwrap());
        assert_eq!(ward.load_demo().unwrap(), DemoLoad::AlreadyThere);
        assert_eq!(counts(&ward), [3, accounts.len() as i64, 1, 24]);
    }
}

#[test]
fn every_step_of_every_procedure_has_somebody_who_can_take_it() {
    for ward in Ward::each() {
        ward.register_dossier("tiepnhan", "H29.23");
        let missing = ward.read(|conn, env| {
            let codes: Vec<String> = procedures::table.select(procedures::code).load(conn)?;
            let day = chrono::NaiveDate::from_ymd_opt(2026, 11, 20).unwrap();
            let mut missing = Vec::new();
            for code in codes {
                let (_, version) = infra::procedure::in_force(conn, env, &code, day)?.unwrap();
                for step in &version.route {
                    if !able(conn, step)? {
                        missing.push(format!("{code} {}", step.name));
                    }
                }
            }
            Ok(missing)
        });
        assert_eq!(missing.unwrap(), Vec::<String>::new());
    }
}

fn able(conn: &mut infra::db::Conn, step: &domain::procedure::StepRule) -> Result<bool, Error> {
    use infra::db::schema::{departments, staff_roles};
    let able: i64 = staff::table
        .inner_join(departments::table.on(departments::id.nullable().eq(staff::department_id)))
        .inner_join(staff_roles::table.on(staff_roles::staff_id.eq(staff::id)))
        .filter(departments::code.eq(&step.department))
        .filter(staff_roles::role.eq(step.role.as_str()))
        .count()
        .get_result(conn)?;
    Ok(able > 0)
}

#[test]
fn a_database_in_use_never_becomes_a_demo() {
    for ward in Ward::empty_each() {
        ward.write(|conn, env| {
            diesel::insert_into(calendars::table)
                .values((
                    calendars::uid.eq("one"),
                    calendars::name.eq("Lịch"),
                    calendars::created_at.eq(env.now().naive_utc()),
                ))
                .execute(conn)?;
            Ok(())
        })
        .unwrap();
        assert!(matches!(
            ward.load_demo(),
            Err(Error::Refused("database_not_empty"))
        ));
    }
}
