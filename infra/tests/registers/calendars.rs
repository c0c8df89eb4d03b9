//! The register of calendars: versions, rights, faults by field.

use diesel::prelude::*;
use domain::auth::Role;
use domain::deadline::CalendarSpec;
use infra::calendar::actions::{
    CalendarInput, YearInput, change_calendar, create_calendar, import_year, restore_calendar,
    retire_calendar,
};
use infra::calendar::queries::{self, CalendarDetail};
use infra::calendar::{in_force, in_force_by_path};
use infra::db::schema::offices;
use infra::error::Error;

use super::ward::{Ward, date, each};

pub(crate) fn the_calendar(ward: &Ward) -> CalendarDetail {
    ward.read(|conn, _| {
        let page = queries::list(conn, false, None, 50)?;
        queries::get(conn, &page.items[0].uid)
    })
    .unwrap()
}

fn input(spec: &CalendarSpec) -> CalendarInput {
    CalendarInput {
        name: "Lịch của phường".parse().unwrap(),
        spec: spec.clone(),
    }
}

#[test]
fn a_change_is_a_new_version_and_what_was_counted_before_keeps_its_own() {
    each(|ward| {
        let (admin, before) = (ward.administrator(), the_calendar(ward));
        let (old, _) = ward.read(|conn, env| in_force(conn, env, 2)).unwrap();
        let mut spec = before.spec.clone();
        spec.closed
            .insert(date("2026-03-04"), "Nghỉ đột xuất".into());
        let (uid, version, change) = (before.uid.clone(), before.version, input(&spec));
        let after = ward
            .write(move |conn, env| change_calendar(conn, env, &admin, &uid, version, &change))
            .unwrap();
        assert_eq!(
            (after.version, after.number),
            (before.version + 1, before.number + 1)
        );
        assert_eq!(after.spec, spec);
        assert!(after.recomputation.is_some());
        let (new, calendar) = ward.read(|conn, env| in_force(conn, env, 2)).unwrap();
        assert!(new > old);
        assert!(!calendar.is_working_day(date("2026-03-04")));
        let pinned = ward
            .read(|conn, env| infra::calendar::compiled(conn, env, old))
            .unwrap();
        assert!(pinned.is_working_day(date("2026-03-04")));
        let versions = ward
            .read(|conn, _| queries::versions(conn, &before.uid, None, 1))
            .unwrap();
        assert_eq!(versions.items[0].number, after.number);
        let rest = ward
            .read(|conn, _| queries::versions(conn, &before.uid, versions.next.as_deref(), 1))
            .unwrap();
        assert_eq!(rest.items[0].spec, before.spec);
        assert!(rest.next.is_none());
    });
}

#[test]
fn a_new_name_alone_counts_nothing_again() {
    each(|ward| {
        let (admin, before) = (ward.administrator(), the_calendar(ward));
        let (uid, change) = (before.uid.clone(), input(&before.spec));
        let after = ward
            .write(move |conn, env| {
                change_calendar(conn, env, &admin, &uid, before.version, &change)
            })
            .unwrap();
        assert_eq!((after.version, after.number), (2, 1));
        assert_eq!(after.recomputation, None);
    });
}

#[test]
fn an_older_version_is_stale_and_changes_nothing() {
    each(|ward| {
        let (admin, before) = (ward.administrator(), the_calendar(ward));
        let (uid, change) = (before.uid.clone(), input(&before.spec));
        let stale = ward
            .write(move |conn, env| change_calendar(conn, env, &admin, &uid, 0, &change))
            .unwrap_err();
        assert!(matches!(stale, Error::Stale(1)), "{stale:?}");
        assert_eq!(the_calendar(ward).name, before.name);
    });
}

#[test]
fn a_year_is_imported_in_the_place_of_what_was_known_of_it() {
    each(|ward| {
        let (admin, before) = (ward.administrator(), the_calendar(ward));
        let year = YearInput {
            closed: [(date("2026-05-01"), "Quốc tế Lao động".to_owned())].into(),
            ..YearInput::default()
        };
        let uid = before.uid.clone();
        let after = ward
            .write(move |conn, env| {
                import_year(conn, env, &admin, &uid, before.version, 2026, &year)
            })
            .unwrap();
        let in_2026 = |spec: &CalendarSpec| {
            spec.closed
                .keys()
                .filter(|day| day.to_string().starts_with("2026"))
                .count()
        };
        assert_eq!((in_2026(&before.spec), in_2026(&after.spec)), (14, 1));
        assert!(
            !after
                .spec
                .make_up
                .keys()
                .any(|day| day.to_string().starts_with("2026"))
        );
        assert_eq!(after.spec.years, before.spec.years);
        assert_eq!(after.spec.closed.len(), before.spec.closed.len() - 13);
    });
}

#[test]
fn faults_are_named_at_their_fields() {
    each(|ward| {
        let (admin, before) = (ward.administrator(), the_calendar(ward));
        let mut spec = before.spec.clone();
        spec.weekly[0].reverse();
        spec.make_up.insert(date("2026-05-01"), String::new());
        let (uid, change) = (before.uid.clone(), input(&spec));
        let result = ward.write(move |conn, env| {
            change_calendar(conn, env, &admin, &uid, before.version, &change)
        });
        let Err(Error::Invalid(faults)) = result else {
            panic!("{result:?}")
        };
        let fields: Vec<&str> = faults.iter().map(|fault| fault.field.as_str()).collect();
        assert_eq!(fields, ["weekly.monday", "years.2026.make_up.2026-05-01"]);

        let (admin, uid) = (ward.administrator(), before.uid.clone());
        let twice = date("2028-05-01");
        let year = YearInput {
            closed: [(twice, String::new())].into(),
            make_up: [(twice, String::new())].into(),
            ..YearInput::default()
        };
        let result = ward.write(move |conn, env| {
            import_year(conn, env, &admin, &uid, before.version, 2028, &year)
        });
        let Err(Error::Invalid(faults)) = result else {
            panic!("{result:?}")
        };
        assert_eq!(faults[0].field, "make_up.2028-05-01");
    });
}

#[test]
fn only_who_administers_every_office_that_uses_a_calendar_may_change_it() {
    each(|ward| {
        let before = the_calendar(ward);
        let ward_admin = ward.person("tiepnhan", Role::Administrator, "H29.23");
        for who in [ward_admin.clone(), ward.clerk()] {
            let (uid, change) = (before.uid.clone(), input(&before.spec));
            let refused = ward.write(move |conn, env| {
                change_calendar(conn, env, &who, &uid, before.version, &change)
            });
            assert!(matches!(refused, Err(Error::Forbidden)), "{refused:?}");
        }
        // What nobody uses is any administrator's.
        let change = input(&before.spec);
        let (one, two) = (ward_admin.clone(), ward_admin);
        let made = ward
            .write(move |conn, env| create_calendar(conn, env, &one, &change))
            .unwrap();
        let retired = ward
            .write(move |conn, env| retire_calendar(conn, env, &two, &made.uid, made.version))
            .unwrap();
        assert!(retired.retired_at.is_some());
        let admin = ward.administrator();
        let restored = ward
            .write(move |conn, env| {
                restore_calendar(conn, env, &admin, &retired.uid, retired.version)
            })
            .unwrap();
        assert_eq!((restored.retired_at, restored.version), (None, 3));
    });
}

#[test]
fn a_calendar_in_use_is_not_retired() {
    each(|ward| {
        let (admin, calendar) = (ward.administrator(), the_calendar(ward));
        let result = ward.write(move |conn, env| {
            retire_calendar(conn, env, &admin, &calendar.uid, calendar.version)
        });
        assert!(matches!(result, Err(Error::InUse("offices"))), "{result:?}");
    });
}

#[test]
fn an_office_counts_by_its_own_calendar_or_its_nearest_ancestors() {
    each(|ward| {
        let (admin, before) = (ward.administrator(), the_calendar(ward));
        let mut spec = before.spec.clone();
        spec.weekly[5] = spec.weekly[0].clone();
        let change = input(&spec);
        let own = ward
            .write(move |conn, env| create_calendar(conn, env, &admin, &change))
            .unwrap();
        ward.write(move |conn, _| {
            let id: i64 = infra::db::schema::calendars::table
                .filter(infra::db::schema::calendars::uid.eq(&own.uid))
                .select(infra::db::schema::calendars::id)
                .first(conn)?;
            diesel::update(offices::table.filter(offices::code.eq("H29.23")))
                .set(offices::calendar_id.eq(id))
                .execute(conn)?;
            diesel::update(offices::table.filter(offices::code.eq("H29.24")))
                .set(offices::calendar_id.eq(None::<i64>))
                .execute(conn)?;
            Ok(())
        })
        .unwrap();
        let saturday = date("2026-03-07");
        for (code, works) in [("H29", false), ("H29.23", true), ("H29.24", false)] {
            let calendar = ward
                .read(|conn, env| queries::of_office(conn, env, code))
                .unwrap();
            assert_eq!(calendar.is_working_day(saturday), works, "{code}");
        }
        let none = ward.read(|conn, env| in_force_by_path(conn, env, "/99/"));
        assert!(
            matches!(none, Err(Error::Refused("no_calendar"))),
            "{none:?}"
        );
        let unknown = ward.read(|conn, env| queries::of_office(conn, env, "H30"));
        let Err(Error::Invalid(faults)) = unknown else {
            panic!("{unknown:?}")
        };
        assert_eq!(
            (faults[0].field.as_str(), faults[0].code),
            ("office", "unknown_office")
        );
    });
}
