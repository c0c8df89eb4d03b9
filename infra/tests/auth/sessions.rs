//! Families of refresh tokens.

use chrono::TimeDelta;
use diesel::prelude::*;
use domain::auth::Role;
use infra::auth::{Refreshed, Session};
use infra::db::schema::refresh_tokens;

use crate::support::{PASSWORD, Ward, start};

impl Ward {
    fn refresh(&self, token: &str) -> Option<Session> {
        let token = token.to_owned();
        match self
            .write(move |conn, env| infra::auth::refresh(conn, env, &token))
            .unwrap()
        {
            Refreshed::Session(session) => Some(session),
            Refreshed::Refused => None,
        }
    }
}

#[test]
fn a_refresh_token_is_traded_for_the_next_of_the_same_family() {
    for ward in Ward::each() {
        let first = ward.login("admin", PASSWORD);
        ward.after(TimeDelta::hours(1));
        let second = ward.refresh(&first.refresh_token).unwrap();
        assert_eq!(second.family, first.family);
        assert_ne!(second.refresh_token, first.refresh_token);
        assert_eq!(second.refresh_expires_at, start() + TimeDelta::hours(13));
        assert!(ward.refresh(&second.refresh_token).is_some());
    }
}

#[test]
fn a_refresh_token_used_twice_ends_its_family_and_no_other() {
    for ward in Ward::each() {
        let (first, elsewhere) = (ward.login("admin", PASSWORD), ward.login("admin", PASSWORD));
        let second = ward.refresh(&first.refresh_token).unwrap();
        assert!(
            ward.refresh(&first.refresh_token).is_none(),
            "the thief or the owner, nobody knows"
        );
        assert!(
            ward.refresh(&second.refresh_token).is_none(),
            "so both are out"
        );
        assert!(ward.refresh(&elsewhere.refresh_token).is_some());
    }
}

#[test]
fn of_many_who_bring_one_token_at_once_at_most_one_goes_on_and_not_for_long() {
    for ward in Ward::each() {
        let first = ward.login("admin", PASSWORD);
        let winners: Vec<Session> = std::thread::scope(|scope| {
            let tasks: Vec<_> = (0..6)
                .map(|_| scope.spawn(|| ward.refresh(&first.refresh_token)))
                .collect();
            tasks
                .into_iter()
                .filter_map(|task| task.join().unwrap())
                .collect()
        });
        assert_eq!(winners.len(), 1);
        assert!(
            ward.refresh(&winners[0].refresh_token).is_none(),
            "the family ended"
        );
    }
}

#[test]
fn a_session_ends_after_twelve_idle_hours() {
    for ward in Ward::each() {
        let first = ward.login("admin", PASSWORD);
        ward.after(TimeDelta::hours(12) - TimeDelta::seconds(1));
        let second = ward.refresh(&first.refresh_token).unwrap();
        ward.after(TimeDelta::hours(12));
        assert!(ward.refresh(&second.refresh_token).is_none());
    }
}

#[test]
fn a_session_ends_after_seven_days_however_busy() {
    for ward in Ward::each() {
        let mut session = ward.login("admin", PASSWORD);
        let mut days = TimeDelta::zero();
        while let Some(next) = ward.refresh(&session.refresh_token) {
            assert!(next.refresh_expires_at <= start() + TimeDelta::days(7));
            session = next;
            ward.after(TimeDelta::hours(11));
            days += TimeDelta::hours(11);
        }
        assert!(
            days >= TimeDelta::days(7) && days < TimeDelta::days(8),
            "{days}"
        );
    }
}

#[test]
fn signing_out_ends_the_family_and_may_be_done_twice() {
    for ward in Ward::each() {
        let session = ward.login("admin", PASSWORD);
        for _ in 0..2 {
            let token = session.refresh_token.clone();
            ward.write(move |conn, env| infra::auth::end_family_of(conn, env, &token))
                .unwrap();
        }
        ward.write(|conn, env| infra::auth::end_family_of(conn, env, "unknown"))
            .unwrap();
        assert!(ward.refresh(&session.refresh_token).is_none());
    }
}

#[test]
fn a_retired_person_can_not_go_on() {
    for ward in Ward::each() {
        let id = ward.person("clerk", "H1.1", Role::Clerk);
        let session = ward.login("clerk", PASSWORD);
        ward.retire(id);
        assert!(ward.refresh(&session.refresh_token).is_none());
    }
}

#[test]
fn refresh_tokens_are_stored_as_hashes_only() {
    for ward in Ward::each() {
        let session = ward.login("admin", PASSWORD);
        let stored: String = ward
            .read(|conn, _| {
                Ok(refresh_tokens::table
                    .select(refresh_tokens::token_hash)
                    .first(conn)?)
            })
            .unwrap();
        assert_eq!(stored.len(), 64);
        assert_ne!(stored, session.refresh_token);
    }
}

#[test]
fn garbage_and_nul_are_refused() {
    for ward in Ward::each() {
        for token in ["", "x", "\u{0}", "ấ"] {
            assert!(ward.refresh(token).is_none());
        }
    }
}

#[test]
fn tidying_up_keeps_used_tokens_for_the_whole_life_of_a_family() {
    for ward in Ward::each() {
        let first = ward.login("admin", PASSWORD);
        let mut last = first.clone();
        for _ in 0..14 {
            ward.after(TimeDelta::hours(11));
            last = ward.refresh(&last.refresh_token).unwrap();
        }
        assert_eq!(ward.write(infra::auth::purge_expired).unwrap(), 0);
        assert!(
            ward.refresh(&first.refresh_token).is_none(),
            "reuse is still noticed"
        );
        assert!(ward.refresh(&last.refresh_token).is_none());
        ward.after(TimeDelta::days(9));
        assert_eq!(ward.write(infra::auth::purge_expired).unwrap(), 15);
    }
}
