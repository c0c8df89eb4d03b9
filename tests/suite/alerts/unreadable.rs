//! A ladder or a calendar that does not read is named, and stops no other office.

use infra::notification::alerts;
use infra::notification::alerts::Span;

use super::{Post, addresses, sweep_at, told};
use crate::notification::{deliver, post_into};
use crate::support::{MARITAL_STATUS, Staff, World, in_appraisal};

const BROKEN_LADDER: &str = "INSERT INTO alert_ladders (office_id, spec, version, changed_at) \
    SELECT id, '{\"rungs\": [{}]}', 2, '2026-11-19 00:00:00' FROM offices WHERE code = 'H29.23'";

/// The second ward counts by a calendar of its own, which does not read.
fn break_a_calendar(world: &World) {
    let uid = infra::ids::new_uid();
    let columns = "version, created_at";
    world.meddle(&format!(
        "INSERT INTO calendars (uid, name, {columns}) \
         SELECT '{uid}', 'Lịch riêng', {columns} FROM calendars LIMIT 1; \
         INSERT INTO calendar_versions (calendar_id, number, spec, created_at) \
         SELECT id, 1, '[]', created_at FROM calendars WHERE uid = '{uid}'; \
         UPDATE offices SET calendar_id = (SELECT id FROM calendars WHERE uid = '{uid}') \
         WHERE code = 'H29.24'"
    ));
}

fn named(report: &infra::schedule::Report) -> Vec<String> {
    let named = report.named().iter();
    named
        .map(|one| format!("{}: {}", one.what, one.why))
        .collect()
}

both! {
    async fn by_an_unreadable_ladder_the_one_above_counts_and_it_is_named(world) {
        addresses(&world);
        let staff = Staff::of(&world);
        in_appraisal(&staff, MARITAL_STATUS).await;
        world.meddle(BROKEN_LADDER);
        let mut post = Post::default();
        world.now("2026-11-23 07:30");
        let (db, env) = (&world.service.db, &world.service.env);
        let digest = alerts::digest(db, env, &|| true).expect("a digest");
        assert_eq!(named(&digest), ["alert ladder of H29.23: internal"]);
        let sweep = alerts::sweep(db, env, &|| true).expect("a sweep");
        assert_eq!(named(&sweep), ["alert ladder of H29.23: internal"]);
        assert_eq!(
            told(&post.new_mails(&world)),
            [
                "staff_alert chuyenvien.tuphap due_soon 1",
                "staff_digest lanhdao ",
                "staff_digest truongphong.tuphap due_soon 1",
            ]
        );
        // The mails go out, and people read the ladder that counts.
        let folder = tempfile::tempdir().expect("a folder");
        assert_eq!(deliver(&post_into(&world, folder.path())).await.set_aside, 0);
        let ladder = staff.clerk.get("/api/v1/offices/H29.23/alert-ladder").await.expect(200);
        assert_eq!(ladder.at("rungs").as_array().unwrap().len(), 6);
    }

    async fn an_unreadable_calendar_of_one_ward_stops_no_other(world) {
        addresses(&world);
        let staff = Staff::of(&world);
        in_appraisal(&staff, MARITAL_STATUS).await;
        break_a_calendar(&world);
        world.now("2026-11-23 07:30");
        let (db, env) = (&world.service.db, &world.service.env);
        let digest = alerts::digest(db, env, &|| true).expect("a digest");
        assert_eq!(named(&digest), ["calendar of H29.24: internal"]);
        let sweep = alerts::sweep(db, env, &|| true).expect("a sweep");
        assert_eq!(named(&sweep), ["calendar of H29.24: internal"]);
        let week = alerts::report(db, env, Span::Week).expect("a report");
        assert_eq!((week.did, named(&week)), (2, vec!["calendar of H29.24: internal".to_owned()]));
        assert_eq!(Post::default().new_mails(&world).len(), 3 + 2);
    }

    async fn a_mail_of_a_ward_whose_calendar_does_not_read_is_tried_again(world) {
        addresses(&world);
        let staff = Staff::of(&world);
        in_appraisal(&staff, MARITAL_STATUS).await;
        sweep_at(&world, "2026-11-23 07:30");
        break_a_calendar(&world);
        world.meddle("UPDATE mails SET office_id = (SELECT id FROM offices WHERE code = 'H29.24') \
            WHERE kind = 'staff_alert'");
        let folder = tempfile::tempdir().expect("a folder");
        let done = deliver(&post_into(&world, folder.path())).await;
        assert_eq!((done.later, done.set_aside), (1, 0), "{done:?}");
    }

    async fn dossiers_that_do_not_count_by_a_new_calendar_are_named_by_the_job(world) {
        let staff = Staff::of(&world);
        let broken = in_appraisal(&staff, MARITAL_STATUS).await;
        in_appraisal(&staff, MARITAL_STATUS).await;
        world.meddle(&format!("UPDATE dossiers SET rules_state = '[]' WHERE code = '{broken}'"));
        world.meddle("INSERT INTO calendar_versions (calendar_id, number, spec, created_at) \
            SELECT calendar_id, number + 1, spec, created_at FROM calendar_versions");
        world.meddle("INSERT INTO recomputations (uid, calendar_id, calendar_version_id, status, \
              total, done, moved, failed, last_dossier_id, created_at) \
            SELECT 'x', calendar_id, id, 'waiting', 2, 0, 0, 0, 0, created_at \
            FROM calendar_versions ORDER BY number DESC LIMIT 1");
        let (db, env) = (&world.service.db, &world.service.env);
        let report = infra::calendar::recompute::run_waiting_while(db, env, &|| true);
        let report = report.expect("a recount");
        assert_eq!((report.did, named(&report)), (1, vec![format!("{broken}: internal")]));
    }
}
