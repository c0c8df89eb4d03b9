//! The day roots: kept every night, and tampering shows against them.

use domain::schedule::{DayHasher, NO_ROOT};
use infra::schedule::{RootFault, kept_root, latest_root, verify_roots};
use serde_json::Value;

use super::runs_of;
use crate::support::{MARITAL_STATUS, Staff, Which, World, registered};

fn take_the_guards_away(world: &World) {
    world.meddle(match world.which {
        Which::Sqlite => {
            "DROP TRIGGER dossier_events_keep_update; DROP TRIGGER dossier_events_keep_delete; \
             DROP TRIGGER day_roots_keep_update; DROP TRIGGER day_roots_keep_delete"
        }
        Which::Postgres => {
            "DROP TRIGGER dossier_events_keep ON dossier_events; \
             DROP TRIGGER day_roots_keep ON day_roots"
        }
    });
}

/// Two days with dossiers, one without, and the night after.
async fn three_days(world: &World) -> Staff {
    let staff = Staff::of(world);
    world.run_due();
    registered(&staff.clerk, MARITAL_STATUS).await;
    registered(&staff.clerk, MARITAL_STATUS).await;
    world.now("2026-11-20 00:15");
    world.run_due();
    world.now("2026-11-20 09:00");
    registered(&staff.clerk, MARITAL_STATUS).await;
    world.now("2026-11-22 00:15");
    world.run_due();
    staff
}

fn faults(world: &World) -> Vec<(String, RootFault)> {
    let (_, faults) = verify_roots(&world.service.db, None, &|| true).expect("a look");
    let named = faults.into_iter();
    named.map(|one| (one.day.to_string(), one.fault)).collect()
}

both! {
    async fn each_night_keeps_the_root_of_the_days_that_are_over(world) {
        let staff = three_days(&world).await;
        let list = staff.inspector.get("/api/v1/day-roots").await.expect(200);
        assert_eq!(list.each("day"), ["2026-11-21", "2026-11-20", "2026-11-19"]);
        let events: Vec<&Value> = list.at("items").as_array().unwrap().iter().map(|one| &one["events"]).collect();
        assert_eq!(events, [0, 1, 2]);
        assert_eq!(list.text("items.0.computed_at"), world.time());
        let newest = world.read(latest_root).unwrap();
        assert_eq!(newest.root, list.text("items.0.root"));
        assert_eq!(faults(&world), Vec::new());
    }

    /// By the documentation alone, from the feed of events.
    async fn an_outsider_computes_the_same_root_from_the_feed(world) {
        let staff = three_days(&world).await;
        let feed = staff.inspector.get("/api/v1/events?after=0&limit=200").await.expect(200);
        let list = staff.inspector.get("/api/v1/day-roots").await.expect(200);
        let mut previous = NO_ROOT.to_owned();
        for kept in list.at("items").as_array().unwrap().iter().rev() {
            let day = kept["day"].as_str().unwrap().parse().unwrap();
            let mut hasher = DayHasher::begin(day, &previous);
            for event in feed.at("events").as_array().unwrap() {
                let number = event["id"].as_i64().unwrap();
                if number > kept["after"].as_i64().unwrap() && number <= kept["last"].as_i64().unwrap() {
                    hasher.add(number, event["event"]["hash"].as_str().unwrap());
                }
            }
            previous = hasher.finish().0;
            assert_eq!(kept["root"], previous, "{day}");
        }
    }

    async fn an_event_that_comes_late_to_a_past_day_changes_no_root(world) {
        let staff = three_days(&world).await;
        let before = world.read(latest_root);
        // The clock is set back by a day, and somebody works.
        world.now("2026-11-20 10:00");
        registered(&staff.clerk, MARITAL_STATUS).await;
        world.now("2026-11-23 00:15");
        world.run_due();
        assert_eq!(faults(&world), Vec::new());
        let after = world.read(latest_root).unwrap();
        assert_eq!((after.after, after.events), (before.unwrap().last, 1));
    }

    async fn a_record_rewritten_with_all_its_hashes_shows_against_the_root(world) {
        three_days(&world).await;
        let kept = world.read(|conn| kept_root(conn, "2026-11-20".parse().unwrap())).unwrap();
        take_the_guards_away(&world);
        // Whoever rewrites a whole chain rightly leaves no broken link: here the last event of a
        // dossier gets another hash, and its dossier with it.
        world.meddle(
            "UPDATE dossier_events SET hash = \
               CASE WHEN hash LIKE 'f%' THEN 'e' ELSE 'f' END || substr(hash, 2) WHERE id = 3",
        );
        assert_eq!(faults(&world), [("2026-11-20".to_owned(), RootFault::Differs)]);
        // With the root put right as well, the next day does not fit any more …
        let mut hasher = DayHasher::begin(kept.day, &world.read(|conn| kept_root(conn, "2026-11-19".parse().unwrap())).unwrap().root);
        let hash: String = world.read(|conn| {
            use diesel::prelude::*;
            use infra::db::schema::dossier_events;
            Ok(dossier_events::table.find(3).select(dossier_events::hash).first(conn)?)
        });
        hasher.add(3, &hash);
        let forged = hasher.finish().0;
        world.meddle(&format!("UPDATE day_roots SET root = '{forged}' WHERE day = '2026-11-20'"));
        assert_eq!(faults(&world), [("2026-11-21".to_owned(), RootFault::Differs)]);
        // … and none that is forged is the one in the mail.
        assert_ne!(forged, kept.root);
    }

    async fn an_event_taken_out_or_a_day_taken_out_shows(world) {
        three_days(&world).await;
        take_the_guards_away(&world);
        world.meddle("DELETE FROM dossier_events WHERE id = 2");
        assert_eq!(faults(&world), [("2026-11-19".to_owned(), RootFault::Differs)]);
        world.meddle("DELETE FROM day_roots WHERE day = '2026-11-20'");
        let found = faults(&world);
        assert!(found.contains(&("2026-11-21".to_owned(), RootFault::NotLinked)), "{found:?}");
    }

    async fn the_night_names_broken_chains_and_wrong_roots(world) {
        let staff = three_days(&world).await;
        take_the_guards_away(&world);
        world.meddle("UPDATE dossier_events SET reason = 'khác' WHERE id = 1");
        world.meddle("UPDATE day_roots SET events = 9 WHERE day = '2026-11-20'");
        world.now("2026-11-23 00:15");
        world.run_due();
        let last = runs_of(&world, "verify_chains").pop().unwrap();
        assert!(last.is("2026-11-23 00:15", 1, "ok"));
        assert_eq!((last.did, last.skipped), (3, 2));
        let told = staff.admin.get("/api/v1/jobs/verify_chains/runs").await.expect(200);
        assert_eq!(told.text("items.0.skipped_items.0.what"), "H29.23-261119-0001");
        assert_eq!(told.text("items.0.skipped_items.0.why"), "altered");
        assert_eq!(told.text("items.0.skipped_items.1.what"), "2026-11-20");
        assert_eq!(told.text("items.0.skipped_items.1.why"), "root_differs");
        assert_eq!(world.read(latest_root).unwrap().broken, 1);
    }

    async fn a_clock_that_was_years_ahead_fills_no_years_with_roots_and_is_told_of(world) {
        three_days(&world).await;
        world.now("2028-11-23 00:15");
        world.run_due();
        // Fifteen days after the newest event.
        assert_eq!(world.read(latest_root).unwrap().day.to_string(), "2026-12-05");
        world.now("2026-11-24 00:15");
        let faults = verify_roots(&world.service.db, Some("2026-11-24".parse().unwrap()), &|| true);
        let ahead = faults.unwrap().1;
        assert_eq!((ahead.len(), ahead[0].fault), (12, RootFault::Ahead));
        assert_eq!(ahead[0].day.to_string(), "2026-11-24");
    }

    async fn the_database_itself_refuses_to_change_a_root(world) {
        three_days(&world).await;
        for sql in ["UPDATE day_roots SET events = 0", "DELETE FROM day_roots"] {
            let refused = world.try_to_meddle(sql).unwrap_err();
            assert!(refused.contains("append-only"), "{refused}");
        }
    }
}

/// An embedded file takes whatever somebody writes into it; a server has types.
#[test]
fn an_event_that_does_not_read_hides_no_other_and_stops_no_root() {
    World::run(Which::Sqlite, async |world| {
        let staff = three_days(&world).await;
        take_the_guards_away(&world);
        world.meddle("UPDATE dossier_events SET at = 'hôm qua' WHERE id = 1");
        world.meddle("UPDATE dossier_events SET reason = 'khác' WHERE id = 3");
        world.now("2026-11-23 00:15");
        world.run_due();
        let last = runs_of(&world, "verify_chains").pop().unwrap();
        assert!(last.is("2026-11-23 00:15", 1, "ok"));
        assert_eq!((last.did, last.skipped), (3, 2));
        let told = staff
            .admin
            .get("/api/v1/jobs/verify_chains/runs")
            .await
            .expect(200);
        for (place, what) in [(0, "H29.23-261119-0001"), (1, "H29.23-261120-0001")] {
            assert_eq!(
                told.text(&format!("items.0.skipped_items.{place}.what")),
                what
            );
            assert_eq!(
                told.text(&format!("items.0.skipped_items.{place}.why")),
                "altered"
            );
        }
        let newest = world.read(latest_root).unwrap();
        assert_eq!(
            (newest.day.to_string().as_str(), newest.broken),
            ("2026-11-22", 2)
        );
    });
}
