//! Who one is: grants, stand-ins, retirement, and the short memory of it.

use chrono::TimeDelta;
use diesel::prelude::*;
use domain::auth::{Actor, Role};
use infra::auth::{Kind, PrincipalCache};
use infra::db::schema::{staff, staff_roles, stand_ins};

use crate::support::{Ward, start};

#[test]
fn a_person_holds_their_roles_over_the_office_and_what_is_below() {
    for ward in Ward::each() {
        let id = ward.person("clerk", "H1.1", Role::Clerk);
        let clerk = ward.principal("clerk");
        assert_eq!(clerk.actor, Actor::Staff(id));
        assert!(clerk.has(Role::Clerk, &clerk.office_path));
        let admin = ward.principal("admin");
        assert!(admin.has(Role::Administrator, &clerk.office_path));
        assert!(!clerk.has(Role::Clerk, &admin.office_path));
        assert!(!clerk.is(Role::Administrator));
    }
}

#[test]
fn a_stand_in_acts_for_the_absent_from_the_first_instant_to_before_the_last() {
    for ward in Ward::each() {
        let absent = ward.person("absent", "H1.1", Role::Manager);
        let stand_in = ward.person("stand-in", "H1.1", Role::Clerk);
        let hour = TimeDelta::hours(1);
        ward.stand_in(absent, stand_in, start() + hour, start() + hour * 2);
        assert_eq!(ward.principal("stand-in").stands_in_for, []);
        ward.after(hour);
        let now = ward.principal("stand-in");
        assert_eq!(now.acts_for(), [stand_in, absent]);
        assert!(now.stands_in_for[0].has(Role::Manager, &now.office_path));
        assert!(
            !now.has(Role::Manager, &now.office_path),
            "the roles of the absent stay theirs"
        );
        assert_eq!(ward.principal("absent").stands_in_for, []);
        ward.after(hour);
        assert_eq!(ward.principal("stand-in").stands_in_for, []);
    }
}

#[test]
fn standing_in_goes_one_level_deep_and_never_for_the_retired_or_by_a_cancelled_note() {
    for ward in Ward::each() {
        let (a, b, c) = (
            ward.person("aaa", "H1.1", Role::Head),
            ward.person("bbb", "H1.1", Role::Head),
            ward.person("ccc", "H1.1", Role::Head),
        );
        let to = start() + TimeDelta::days(1);
        ward.stand_in(a, b, start(), to);
        ward.stand_in(b, c, start(), to);
        assert_eq!(
            ward.principal("ccc").acts_for(),
            [c, b],
            "not for whom b stands in"
        );
        assert_eq!(ward.principal("bbb").acts_for(), [b, a]);
        ward.retire(a);
        assert_eq!(ward.principal("bbb").acts_for(), [b]);
        ward.write(|conn, env| {
            diesel::update(stand_ins::table)
                .set(stand_ins::cancelled_at.eq(env.now().naive_utc()))
                .execute(conn)?;
            Ok(())
        })
        .unwrap();
        assert_eq!(ward.principal("ccc").acts_for(), [c]);
    }
}

#[test]
fn the_retired_and_the_unknown_are_nobody() {
    for ward in Ward::each() {
        let id = ward.person("clerk", "H1.1", Role::Clerk);
        let uid = ward.uid_of("clerk");
        ward.retire(id);
        for (uid, kind) in [
            (uid.as_str(), Kind::Staff),
            ("unknown", Kind::Staff),
            (uid.as_str(), Kind::Client),
        ] {
            let found = ward
                .read(|conn, env| infra::auth::load_principal(conn, env, uid, kind))
                .unwrap();
            assert_eq!(found, None);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rights_are_remembered_for_ten_seconds_unless_told() {
    for ward in Ward::each() {
        let ward = tokio::task::block_in_place(move || ward);
        let id = tokio::task::block_in_place(|| ward.person("clerk", "H1.1", Role::Clerk));
        let uid = tokio::task::block_in_place(|| ward.uid_of("clerk"));
        let cache = PrincipalCache::default();
        let is_clerk = async || {
            let account = cache
                .resolve(&ward.db, &ward.env, &uid, Kind::Staff)
                .await
                .unwrap()
                .unwrap();
            account.principal.is(Role::Clerk)
        };
        assert!(is_clerk().await);
        tokio::task::block_in_place(|| {
            ward.set(id, |conn, id| {
                diesel::delete(staff_roles::table.filter(staff_roles::staff_id.eq(id)))
                    .execute(conn)
                    .unwrap();
            });
        });
        ward.after(TimeDelta::seconds(9));
        assert!(is_clerk().await, "nobody told");
        ward.after(TimeDelta::seconds(1));
        assert!(!is_clerk().await, "ten seconds are over");

        tokio::task::block_in_place(|| {
            ward.set(id, |conn, id| {
                diesel::update(staff::table.find(id))
                    .set(staff::must_change_password.eq(true))
                    .execute(conn)
                    .unwrap();
            });
        });
        let must = async || {
            cache
                .resolve(&ward.db, &ward.env, &uid, Kind::Staff)
                .await
                .unwrap()
                .unwrap()
                .must_change_password
        };
        assert!(!must().await);
        cache.invalidate(&uid);
        assert!(must().await);
        tokio::task::block_in_place(|| ward.retire(id));
        cache.invalidate_all();
        assert_eq!(
            cache
                .resolve(&ward.db, &ward.env, &uid, Kind::Staff)
                .await
                .unwrap(),
            None
        );
    }
}
