//! Stand-ins: who may name them, for when, and how they end.

use chrono::{DateTime, TimeDelta, Utc};
use domain::auth::Role;
use infra::error::Error;
use infra::staff::{
    NewStandIn, StandInDetail, cancel_stand_in, create_stand_in, list_stand_ins, read_stand_in,
};

use crate::support::{Ward, faults, start};

fn name(
    ward: &Ward,
    author: &str,
    absent: &str,
    colleague: &str,
    (from, to): (DateTime<Utc>, DateTime<Utc>),
) -> Result<StandInDetail, Error> {
    let absent = ward.uid_of(absent);
    let new = NewStandIn {
        stand_in: ward.uid_of(colleague),
        from,
        to,
        reason: Some("Nghỉ phép".parse().unwrap()),
    };
    ward.by(author, move |conn, env, who| {
        create_stand_in(conn, env, who, &absent, &new)
    })
}

fn hours(from: i64, to: i64) -> (DateTime<Utc>, DateTime<Utc>) {
    (
        start() + TimeDelta::hours(from),
        start() + TimeDelta::hours(to),
    )
}

const ABSENT: &str = "chuyenvien.tuphap";
const COLLEAGUE: &str = "truongphong.tuphap";

#[test]
fn the_person_a_manager_or_an_administrator_names_a_stand_in() {
    for ward in Ward::each() {
        for (index, author) in [ABSENT, "lanhdao", "quantri", "lanhdao.thanhpho"]
            .iter()
            .enumerate()
        {
            let from = 24 * index as i64;
            let made = name(&ward, author, ABSENT, COLLEAGUE, hours(from, from + 1)).unwrap();
            assert_eq!(made.absent.0, ward.uid_of(ABSENT));
            assert_eq!(made.stand_in.0, ward.uid_of(COLLEAGUE));
        }
        assert_eq!(
            ward.principal(COLLEAGUE).stands_in_for.len(),
            1,
            "the first one runs"
        );
        for author in [COLLEAGUE, "tiepnhan", "thanhtra"] {
            let refused = name(&ward, author, ABSENT, COLLEAGUE, hours(200, 201));
            assert!(matches!(refused, Err(Error::Forbidden)), "{author}");
        }
        let unknown = name(
            &ward,
            "tiepnhan.phuong2",
            ABSENT,
            COLLEAGUE,
            hours(200, 201),
        );
        assert!(matches!(unknown, Err(Error::NotFound)));
    }
}

#[test]
fn a_manager_names_nobody_for_one_whose_roles_reach_further() {
    for ward in Ward::each() {
        ward.create_staff("quantri", "vuon.xa", "H29.23", &[(Role::Inspector, "H29")])
            .unwrap();
        let refused = name(&ward, "lanhdao", "vuon.xa", "lanhdao", hours(0, 1));
        assert!(matches!(refused, Err(Error::Forbidden)));
        name(&ward, "lanhdao.thanhpho", "vuon.xa", "lanhdao", hours(0, 1)).unwrap();
    }
}

#[test]
fn periods_of_one_absent_person_do_not_overlap_but_may_touch() {
    for ward in Ward::each() {
        name(&ward, ABSENT, ABSENT, COLLEAGUE, hours(10, 20)).unwrap();
        for period in [
            hours(0, 11),
            hours(12, 13),
            hours(19, 30),
            hours(5, 25),
            hours(10, 20),
        ] {
            let clash = name(&ward, ABSENT, ABSENT, "tiepnhan", period);
            assert_eq!(
                faults(clash),
                [("from".to_owned(), "overlaps")],
                "{period:?}"
            );
        }
        name(&ward, ABSENT, ABSENT, "tiepnhan", hours(20, 30)).unwrap();
        name(&ward, ABSENT, ABSENT, "tiepnhan", hours(5, 10)).unwrap();
        // The colleague may be away at the same time, with a stand-in of their own.
        name(&ward, COLLEAGUE, COLLEAGUE, "tiepnhan", hours(10, 20)).unwrap();
    }
}

#[test]
fn periods_that_make_no_sense_are_refused_with_every_fault() {
    for ward in Ward::each() {
        let fault = |period| faults(name(&ward, ABSENT, ABSENT, COLLEAGUE, period));
        let named = |pairs: &[(&str, &'static str)]| -> Vec<(String, &'static str)> {
            pairs
                .iter()
                .map(|(field, code)| ((*field).to_owned(), *code))
                .collect()
        };
        assert_eq!(fault(hours(5, 5)), named(&[("to", "not_after_from")]));
        assert_eq!(fault(hours(5, 4)), named(&[("to", "not_after_from")]));
        assert_eq!(fault(hours(-2, -1)), named(&[("to", "in_the_past")]));
        // The local day began at 17:00 UTC of the day before.
        assert_eq!(fault(hours(-9, 1)), named(&[("from", "in_the_past")]));
        assert_eq!(fault(hours(1, 24 * 367)), named(&[("to", "too_long")]));
        name(&ward, ABSENT, ABSENT, COLLEAGUE, hours(-8, 1)).unwrap();
        let own = name(&ward, ABSENT, ABSENT, ABSENT, hours(-20, -30));
        assert_eq!(
            faults(own),
            named(&[
                ("to", "not_after_from"),
                ("from", "in_the_past"),
                ("stand_in", "same_person")
            ])
        );
    }
}

#[test]
fn the_stand_in_works_in_the_same_office_or_right_above_or_below() {
    for ward in Ward::each() {
        name(&ward, "lanhdao", "lanhdao", "lanhdao.thanhpho", hours(0, 1)).unwrap();
        name(&ward, "quantri", "lanhdao.thanhpho", "lanhdao", hours(0, 1)).unwrap();
        let beside = name(&ward, ABSENT, ABSENT, "tiepnhan.phuong2", hours(2, 3));
        assert_eq!(faults(beside), [("stand_in".to_owned(), "unknown_person")]);
    }
}

#[test]
fn cancelling_drops_a_coming_period_and_ends_a_running_one_now() {
    for ward in Ward::each() {
        let cancel = |author: &str, uid: &str| {
            let uid = uid.to_owned();
            ward.by(author, move |conn, env, who| {
                cancel_stand_in(conn, env, who, &uid)
            })
        };
        let running = name(&ward, ABSENT, ABSENT, COLLEAGUE, hours(0, 10)).unwrap();
        let coming = name(&ward, ABSENT, ABSENT, COLLEAGUE, hours(20, 30)).unwrap();
        ward.clock.advance(TimeDelta::hours(1));
        assert!(matches!(
            cancel(COLLEAGUE, &running.uid),
            Err(Error::Forbidden)
        ));
        let ended = cancel("lanhdao", &running.uid).unwrap();
        assert_eq!(
            (ended.to, ended.cancelled_at),
            (hours(0, 1).1, Some(hours(0, 1).1))
        );
        assert_eq!(ward.principal(COLLEAGUE).stands_in_for, []);
        let dropped = cancel(ABSENT, &coming.uid).unwrap();
        assert_eq!((dropped.from, dropped.to), hours(20, 30));
        assert_eq!(
            cancel(ABSENT, &coming.uid).unwrap().cancelled_at,
            dropped.cancelled_at
        );
        // Their time is free again.
        let again = name(&ward, ABSENT, ABSENT, COLLEAGUE, hours(2, 3)).unwrap();
        ward.clock.advance(TimeDelta::hours(5));
        assert!(matches!(
            cancel(ABSENT, &again.uid),
            Err(Error::Refused("stand_in_over"))
        ));
        assert_eq!(
            ward.recorded(&running.uid),
            ["stand_in.create", "stand_in.cancel"]
        );
    }
}

#[test]
fn stand_ins_are_listed_newest_first_for_whoever_sees_the_person() {
    for ward in Ward::each() {
        for day in 0..3 {
            name(
                &ward,
                ABSENT,
                ABSENT,
                COLLEAGUE,
                hours(24 * day, 24 * day + 1),
            )
            .unwrap();
        }
        let uid = ward.uid_of(ABSENT);
        let page = |reader: &str, cursor: Option<&str>| {
            let who = ward.principal(reader);
            ward.read(|conn, _| list_stand_ins(conn, &who, &uid, 2, cursor))
        };
        let first = page("tiepnhan", None).unwrap();
        assert_eq!(first.items[0].from, hours(48, 49).0);
        let second = page("tiepnhan", first.next.as_deref()).unwrap();
        assert_eq!((second.items.len(), second.next), (1, None));
        assert!(matches!(
            page("tiepnhan.phuong2", None),
            Err(Error::NotFound)
        ));
        let (one, who) = (&second.items[0].uid, ward.principal("tiepnhan.phuong2"));
        let other = ward.read(|conn, _| read_stand_in(conn, &who, one));
        assert!(matches!(other, Err(Error::NotFound)));
    }
}
