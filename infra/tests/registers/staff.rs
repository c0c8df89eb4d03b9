//! Staff: who may add, see, change and retire whom.

use diesel::prelude::*;
use domain::auth::Role;
use infra::auth::{Kind, load_principal};
use infra::db::schema::{login_failures, refresh_tokens, staff};
use infra::error::Error;
use infra::staff::{
    StaffDetail, StaffInput, change_staff, reset_password, restore_staff, retire_staff,
};

use crate::support::{Ward, faults, staff_input};

fn change(ward: &Ward, author: &str, login: &str, input: StaffInput) -> Result<StaffDetail, Error> {
    let uid = ward.uid_of(login);
    ward.by(author, move |conn, env, who| {
        let version = version_of(conn, &uid)?;
        change_staff(conn, env, who, &uid, version, &input)
    })
}

fn retire(ward: &Ward, author: &str, login: &str) -> Result<StaffDetail, Error> {
    let uid = ward.uid_of(login);
    ward.by(author, move |conn, env, who| {
        let version = version_of(conn, &uid)?;
        retire_staff(conn, env, who, &uid, version)
    })
}

fn version_of(conn: &mut infra::db::Conn, uid: &str) -> Result<i64, Error> {
    Ok(staff::table
        .filter(staff::uid.eq(uid))
        .select(staff::version)
        .first(conn)?)
}

fn reset(ward: &Ward, author: &str, login: &str) -> Result<StaffDetail, Error> {
    let uid = ward.uid_of(login);
    ward.by(author, move |conn, env, who| {
        reset_password(conn, env, who, &uid, "new hash")
    })
}

/// An administrator of the ward H29.23 alone.
pub fn with_ward_administrator(ward: &Ward) {
    ward.create_staff(
        "quantri",
        "quantri.phuong",
        "H29.23",
        &[(Role::Administrator, "H29.23")],
    )
    .unwrap();
}

#[test]
fn a_new_person_must_change_the_password_and_has_the_roles_given() {
    for ward in Ward::each() {
        let made = ward
            .create_staff("quantri", "moi", "H29.23", &[(Role::Clerk, "H29.23")])
            .unwrap();
        assert!(made.person.must_change_password && !made.person.demo);
        assert_eq!(made.roles, [(Role::Clerk, "H29.23".to_owned())]);
        let who = ward.principal("moi");
        assert!(who.has(Role::Clerk, &who.office_path));
        assert_eq!(ward.recorded(&made.person.uid), ["staff.create"]);
        let again = ward.create_staff("quantri", "moi", "H29.24", &[]);
        assert!(matches!(again, Err(Error::AlreadyExists)));
    }
}

#[test]
fn all_faults_of_a_new_person_are_named_at_once() {
    for ward in Ward::each() {
        let office = ward.principal("tiepnhan.phuong2").office_id;
        let foreign = ward.department(office, "tu_phap");
        let mut input = staff_input(
            "Người",
            "H29.23",
            &[
                (Role::Clerk, "H29.23"),
                (Role::Clerk, "H29.23"),
                (Role::Head, "H77"),
                (Role::WardClient, "H29.23"),
            ],
        );
        input.department = Some(foreign);
        assert_eq!(
            faults(change(&ward, "quantri", "tiepnhan", input)),
            [
                ("roles[1]".to_owned(), "duplicate"),
                ("roles[2].office".to_owned(), "unknown_office"),
                ("roles[3].role".to_owned(), "wrong_word"),
                ("department".to_owned(), "unknown_department"),
            ]
        );
    }
}

#[test]
fn nobody_gives_roles_over_offices_they_do_not_administer() {
    for ward in Ward::each() {
        with_ward_administrator(&ward);
        let author = "quantri.phuong";
        ward.create_staff(author, "moi", "H29.23", &[(Role::Clerk, "H29.23")])
            .unwrap();
        for (office, over) in [("H29.23", "H29"), ("H29.23", "H29.24"), ("H29", "H29.23")] {
            let refused = ward.create_staff(author, "nua", office, &[(Role::Inspector, over)]);
            assert!(matches!(refused, Err(Error::Forbidden)), "{office} {over}");
        }
        let raised = staff_input("Tự nâng", "H29.23", &[(Role::Administrator, "H29")]);
        assert!(matches!(
            change(&ward, author, author, raised),
            Err(Error::Forbidden)
        ));
        for login in ["tiepnhan", "lanhdao", "thanhtra"] {
            let refused = ward.create_staff(login, "nua", "H29.23", &[]);
            assert!(matches!(refused, Err(Error::Forbidden)), "{login}");
        }
    }
}

#[test]
fn a_ward_can_not_take_over_somebody_whose_roles_reach_further() {
    for ward in Ward::each() {
        with_ward_administrator(&ward);
        ward.create_staff("quantri", "vuon.xa", "H29.23", &[(Role::Inspector, "H29")])
            .unwrap();
        let author = "quantri.phuong";
        assert!(matches!(
            reset(&ward, author, "vuon.xa"),
            Err(Error::Forbidden)
        ));
        assert!(matches!(
            retire(&ward, author, "vuon.xa"),
            Err(Error::Forbidden)
        ));
        let tamed = staff_input("Bớt quyền", "H29.23", &[]);
        assert!(matches!(
            change(&ward, author, "vuon.xa", tamed),
            Err(Error::Forbidden)
        ));
        reset(&ward, author, "tiepnhan").unwrap();
        // What lies outside of the ward is not even known there.
        assert!(matches!(
            reset(&ward, author, "tiepnhan.phuong2"),
            Err(Error::NotFound)
        ));
        assert!(matches!(
            reset(&ward, author, "quantri"),
            Err(Error::NotFound)
        ));
        assert!(matches!(
            reset(&ward, "lanhdao", "tiepnhan"),
            Err(Error::Forbidden)
        ));
    }
}

#[test]
fn a_change_replaces_office_department_and_roles() {
    for ward in Ward::each() {
        let office = ward.principal("tiepnhan.phuong2").office_id;
        let mut input = staff_input("Đổi việc", "H29.24", &[(Role::Head, "H29.24")]);
        input.department = Some(ward.department(office, "tu_phap"));
        let uid = ward.uid_of("tiepnhan");
        let after = change(&ward, "quantri", "tiepnhan", input.clone()).unwrap();
        assert_eq!(after.office, "H29.24");
        assert_eq!(after.department.unwrap().code, "tu_phap");
        assert_eq!(after.roles, [(Role::Head, "H29.24".to_owned())]);
        assert_eq!(after.person.version, 2);
        let stale = ward.by("quantri", move |conn, env, who| {
            change_staff(conn, env, who, &uid, 1, &input)
        });
        assert!(matches!(stale, Err(Error::Stale(2))));
    }
}

#[test]
fn the_last_administrator_of_the_root_stays() {
    for ward in Ward::each() {
        let stripped = || staff_input("Quản trị", "H29", &[(Role::Administrator, "H29.23")]);
        assert!(matches!(
            retire(&ward, "quantri", "quantri"),
            Err(Error::Refused("last_administrator"))
        ));
        assert!(matches!(
            change(&ward, "quantri", "quantri", stripped()),
            Err(Error::Refused("last_administrator"))
        ));
        assert!(
            ward.principal("quantri").is(Role::Administrator),
            "nothing was kept"
        );
        ward.create_staff(
            "quantri",
            "quantri2",
            "H29",
            &[(Role::Administrator, "H29")],
        )
        .unwrap();
        change(&ward, "quantri", "quantri", stripped()).unwrap();
        assert!(matches!(
            retire(&ward, "quantri2", "quantri2"),
            Err(Error::Refused("last_administrator"))
        ));
    }
}

#[test]
fn two_administrators_can_not_retire_each_other_at_once() {
    for ward in Ward::each() {
        ward.create_staff(
            "quantri",
            "quantri2",
            "H29",
            &[(Role::Administrator, "H29")],
        )
        .unwrap();
        let pairs = [("quantri", "quantri2"), ("quantri2", "quantri")]
            .map(|(author, other)| (ward.principal(author), ward.uid_of(other)));
        let results: Vec<_> = std::thread::scope(|scope| {
            let jobs = pairs.map(|(who, uid)| {
                let ward = &ward;
                scope.spawn(move || {
                    ward.write(move |conn, env| retire_staff(conn, env, &who, &uid, 1))
                })
            });
            jobs.into_iter().map(|job| job.join().unwrap()).collect()
        });
        assert_eq!(
            results.iter().filter(|result| result.is_ok()).count(),
            1,
            "{results:?}"
        );
    }
}

#[test]
fn who_holds_open_dossiers_is_not_retired_and_the_answer_tells_how_many() {
    for ward in Ward::each() {
        ward.register_dossier("tiepnhan", "H29.23");
        ward.register_dossier("tiepnhan", "H29.23");
        let held = retire(&ward, "quantri", "tiepnhan");
        assert!(
            matches!(
                held,
                Err(Error::InUseBy {
                    what: "open_dossiers",
                    count: 2
                })
            ),
            "{held:?}"
        );
    }
}

#[test]
fn retiring_ends_every_session_and_restoring_gives_the_roles_back() {
    for ward in Ward::each() {
        let uid = ward.uid_of("tiepnhan");
        open_session(&ward, "tiepnhan");
        assert_eq!(open_sessions(&ward, "tiepnhan"), 1);
        retire(&ward, "quantri", "tiepnhan").unwrap();
        assert_eq!(open_sessions(&ward, "tiepnhan"), 0);
        let gone = ward.read(|conn, env| load_principal(conn, env, &uid, Kind::Staff));
        assert_eq!(gone.unwrap(), None);
        let key = uid.clone();
        let back = ward.by("quantri", move |conn, env, who| {
            restore_staff(conn, env, who, &key, 2)
        });
        assert_eq!(back.unwrap().person.version, 3);
        assert!(ward.principal("tiepnhan").is(Role::Clerk));
        assert_eq!(
            ward.recorded(&uid),
            ["staff.create", "staff.retire", "staff.restore"]
        );
    }
}

#[test]
fn a_new_password_is_for_one_time_ends_sessions_and_lifts_the_lock() {
    for ward in Ward::each() {
        open_session(&ward, "tiepnhan");
        ward.write(|conn, env| {
            diesel::insert_into(login_failures::table)
                .values((
                    login_failures::login.eq("tiepnhan"),
                    login_failures::failures.eq(5),
                    login_failures::last_at.eq(env.now().naive_utc()),
                ))
                .execute(conn)?;
            Ok(())
        })
        .unwrap();
        let after = reset(&ward, "quantri", "tiepnhan").unwrap();
        assert!(after.person.must_change_password);
        assert_eq!(open_sessions(&ward, "tiepnhan"), 0);
        let (hash, locks) = ward
            .read(|conn, _| {
                let hash: String = staff::table
                    .filter(staff::login.eq("tiepnhan"))
                    .select(staff::password_hash)
                    .first(conn)?;
                Ok((hash, login_failures::table.count().get_result::<i64>(conn)?))
            })
            .unwrap();
        assert_eq!((hash.as_str(), locks), ("new hash", 0));
    }
}

fn open_session(ward: &Ward, login: &str) {
    let uid = ward.uid_of(login);
    ward.write(move |conn, env| {
        let id: i64 = staff::table
            .filter(staff::uid.eq(uid))
            .select(staff::id)
            .first(conn)?;
        diesel::insert_into(refresh_tokens::table)
            .values((
                refresh_tokens::family.eq("family"),
                refresh_tokens::staff_id.eq(id),
                refresh_tokens::token_hash.eq("hash"),
                refresh_tokens::issued_at.eq(env.now().naive_utc()),
                refresh_tokens::expires_at.eq(env.now().naive_utc()),
            ))
            .execute(conn)?;
        Ok(())
    })
    .unwrap();
}

fn open_sessions(ward: &Ward, login: &str) -> i64 {
    let uid = ward.uid_of(login);
    ward.read(|conn, _| {
        Ok(refresh_tokens::table
            .inner_join(staff::table.on(staff::id.eq(refresh_tokens::staff_id)))
            .filter(staff::uid.eq(uid))
            .filter(refresh_tokens::revoked_at.is_null())
            .count()
            .get_result(conn)?)
    })
    .unwrap()
}
