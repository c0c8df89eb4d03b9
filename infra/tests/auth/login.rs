//! Signing in, and the lock after repeated failures.

use chrono::TimeDelta;
use diesel::prelude::*;
use domain::auth::Role;
use infra::auth::{ChangedPassword, LoginOutcome, Refreshed, password};
use infra::db::schema::{login_failures, staff};
use infra::error::Error;

use crate::support::{PASSWORD, Ward, login_name};

const WRONG: &str = "không phải mật khẩu";

fn refused(outcome: Result<LoginOutcome, Error>) -> bool {
    matches!(outcome, Ok(LoginOutcome::Refused))
}

fn locked(outcome: Result<LoginOutcome, Error>) -> Option<u32> {
    match outcome {
        Err(Error::Locked(seconds)) | Ok(LoginOutcome::Locked(seconds)) => Some(seconds),
        _ => None,
    }
}

#[test]
fn the_right_password_begins_a_session_of_twelve_hours() {
    for ward in Ward::each() {
        let session = ward.login("admin", PASSWORD);
        assert_eq!(session.staff_uid, ward.uid_of("admin"));
        assert_eq!(
            session.refresh_expires_at,
            crate::support::start() + TimeDelta::hours(12)
        );
        assert!(!session.must_change_password);
        assert!(!format!("{session:?}").contains(&session.refresh_token));
    }
}

#[test]
fn five_failures_in_a_row_lock_the_name_for_a_quarter_of_an_hour() {
    for ward in Ward::each() {
        for _ in 0..5 {
            assert!(refused(ward.try_login("admin", WRONG)));
        }
        assert_eq!(locked(ward.try_login("admin", PASSWORD)), Some(900));
        ward.after(TimeDelta::minutes(14));
        assert_eq!(locked(ward.try_login("admin", PASSWORD)), Some(60));
        ward.after(TimeDelta::minutes(1));
        ward.login("admin", PASSWORD);
    }
}

#[test]
fn an_unknown_name_locks_in_the_same_way() {
    for ward in Ward::each() {
        for _ in 0..5 {
            assert!(refused(ward.try_login("nobody", WRONG)));
        }
        assert_eq!(locked(ward.try_login("nobody", WRONG)), Some(900));
    }
}

#[test]
fn a_success_forgets_the_failures_before_it() {
    for ward in Ward::each() {
        for _ in 0..3 {
            for _ in 0..4 {
                assert!(refused(ward.try_login("admin", WRONG)));
            }
            ward.login("admin", PASSWORD);
        }
        let rows: i64 = ward
            .read(|conn, _| Ok(login_failures::table.count().get_result(conn)?))
            .unwrap();
        assert_eq!(rows, 0);
    }
}

#[test]
fn after_a_lock_the_count_begins_anew() {
    for ward in Ward::each() {
        for _ in 0..5 {
            assert!(refused(ward.try_login("admin", WRONG)));
        }
        ward.after(TimeDelta::minutes(15));
        for _ in 0..4 {
            assert!(refused(ward.try_login("admin", WRONG)));
        }
        ward.login("admin", PASSWORD);
    }
}

#[test]
fn a_failure_of_yesterday_does_not_count_and_is_tidied_away() {
    for ward in Ward::each() {
        for _ in 0..4 {
            assert!(refused(ward.try_login("admin", WRONG)));
        }
        ward.after(TimeDelta::hours(25));
        assert!(refused(ward.try_login("admin", WRONG)));
        assert!(refused(ward.try_login("nobody", WRONG)));
        ward.login("admin", PASSWORD);
        ward.after(TimeDelta::hours(25));
        assert_eq!(ward.write(infra::auth::purge_expired).unwrap(), 1);
    }
}

#[test]
fn of_a_burst_tried_at_once_only_five_count_as_guesses() {
    for ward in Ward::each() {
        let begin = || {
            ward.read(|conn, env| infra::auth::login_start(conn, env, &login_name("admin")))
                .unwrap()
        };
        let burst: Vec<_> = (0..5).map(|_| begin().verify(WRONG).unwrap()).collect();
        let right = begin().verify(PASSWORD).unwrap();
        for attempt in burst {
            assert!(refused(ward.write(move |conn, env| {
                infra::auth::login_finish(conn, env, attempt)
            })));
        }
        let late = ward.write(move |conn, env| infra::auth::login_finish(conn, env, right));
        assert_eq!(locked(late), Some(900), "the right password comes too late");
    }
}

#[test]
fn failures_counted_at_the_same_time_are_all_counted() {
    for ward in Ward::each() {
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| assert!(refused(ward.try_login("admin", WRONG))));
            }
        });
        let count: i64 = ward
            .read(|conn, _| {
                Ok(login_failures::table
                    .find("admin")
                    .select(login_failures::failures)
                    .first(conn)?)
            })
            .unwrap();
        assert_eq!(count, 4);
    }
}

#[test]
fn a_retired_person_can_not_sign_in() {
    for ward in Ward::each() {
        let id = ward.person("clerk", "H1.1", Role::Clerk);
        ward.retire(id);
        assert!(refused(ward.try_login("clerk", PASSWORD)));
    }
}

#[test]
fn a_password_changed_while_the_old_one_was_being_checked_refuses_the_old_one() {
    for ward in Ward::each() {
        let start = ward
            .read(|conn, env| infra::auth::login_start(conn, env, &login_name("admin")))
            .unwrap();
        let attempt = start.verify(PASSWORD).unwrap();
        let hash = password::hash("another good password").unwrap();
        ward.write(move |conn, _| {
            diesel::update(staff::table)
                .set(staff::password_hash.eq(hash))
                .execute(conn)?;
            Ok(())
        })
        .unwrap();
        assert!(refused(ward.write(move |conn, env| {
            infra::auth::login_finish(conn, env, attempt)
        })));
    }
}

#[test]
fn a_hash_of_weaker_settings_is_renewed_by_signing_in() {
    use argon2::password_hash::PasswordHasher as _;
    for ward in Ward::each() {
        let params = argon2::Params::new(64, 1, 1, None).unwrap();
        let weak = argon2::Argon2::new(argon2::Algorithm::Argon2id, argon2::Version::V0x13, params);
        let hash = weak
            .hash_password_with_salt(b"an old password", &[7; 16])
            .unwrap()
            .to_string();
        ward.write(move |conn, _| {
            diesel::update(staff::table)
                .set(staff::password_hash.eq(hash))
                .execute(conn)?;
            Ok(())
        })
        .unwrap();
        ward.login("admin", "an old password");
        let kept: String = ward
            .read(|conn, _| Ok(staff::table.select(staff::password_hash).first(conn)?))
            .unwrap();
        assert!(!password::needs_rehash(&kept));
        ward.login("admin", "an old password");
    }
}

#[test]
fn changing_the_password_ends_every_session_but_ones_own() {
    for ward in Ward::each() {
        let (mine, other) = (ward.login("admin", PASSWORD), ward.login("admin", PASSWORD));
        assert_eq!(
            change(&ward, &mine.family, PASSWORD, "a new good password"),
            ChangedPassword::Done
        );
        assert!(matches!(
            ward.write(move |conn, env| infra::auth::refresh(conn, env, &other.refresh_token))
                .unwrap(),
            Refreshed::Refused
        ));
        assert!(matches!(
            ward.write(move |conn, env| infra::auth::refresh(conn, env, &mine.refresh_token))
                .unwrap(),
            Refreshed::Session(_)
        ));
        assert!(refused(ward.try_login("admin", PASSWORD)));
        ward.login("admin", "a new good password");
    }
}

#[test]
fn changing_the_password_opens_an_account_that_had_to() {
    for ward in Ward::each() {
        ward.write(|conn, _| {
            diesel::update(staff::table)
                .set(staff::must_change_password.eq(true))
                .execute(conn)?;
            Ok(())
        })
        .unwrap();
        let session = ward.login("admin", PASSWORD);
        assert!(session.must_change_password);
        assert_eq!(
            change(&ward, &session.family, PASSWORD, "a new good password"),
            ChangedPassword::Done
        );
        assert!(
            !ward
                .login("admin", "a new good password")
                .must_change_password
        );
    }
}

#[test]
fn a_found_browser_can_not_guess_the_password_more_often_than_the_login_page() {
    for ward in Ward::each() {
        let session = ward.login("admin", PASSWORD);
        for _ in 0..5 {
            assert_eq!(
                change(&ward, &session.family, WRONG, "a new good password"),
                ChangedPassword::Refused
            );
        }
        assert_eq!(locked(ward.try_login("admin", PASSWORD)), Some(900));
        let who = ward.principal("admin");
        let start = ward.read(|conn, env| infra::auth::password_change_start(conn, env, &who));
        assert!(matches!(start.unwrap_err(), Error::Locked(900)));
    }
}

fn change(ward: &Ward, family: &str, old: &str, new: &str) -> ChangedPassword {
    let who = ward.principal("admin");
    let start = ward
        .read(|conn, env| infra::auth::password_change_start(conn, env, &who))
        .unwrap();
    let (attempt, hash) = (start.verify(old).unwrap(), password::hash(new).unwrap());
    let family = family.to_owned();
    ward.write(move |conn, env| {
        infra::auth::change_password(conn, env, &who, Some(&family), &attempt, &hash)
    })
    .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn slow_hashing_runs_beside_the_runtime_and_turns_a_flood_away() {
    let flood = (0..200).map(|_| password::slowly(|| password::verify("whatever it is", None)));
    let answers = futures_util::future::join_all(flood).await;
    assert!(answers.iter().any(|answer| matches!(answer, Ok(false))));
    assert!(
        answers
            .iter()
            .any(|answer| matches!(answer, Err(Error::Unavailable(_))))
    );
    assert!(password::slowly(|| Ok(1)).await.is_ok(), "and recovers");
}
