//! The outbox: once by key, one worker at a time, staff in working hours only.

use super::{deliver, letter, of_staff, outbox, post_into, put};
use crate::support::{Staff, Which, at};
use infra::notification::delivery::deliver_batch;
use infra::notification::outbox::NewMail;

fn files(folder: &tempfile::TempDir) -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

both! {
    async fn a_second_mail_with_the_same_key_is_none(world) {
        assert_eq!(put(&world, vec![letter("a", "a@example.vn"), letter("a", "b@example.vn"), letter("b", "b@example.vn")]), 2);
        assert_eq!(put(&world, vec![letter("a", "a@example.vn")]), 0);
        assert_eq!(outbox(&world).len(), 2);
    }

    async fn without_a_server_each_mail_is_a_whole_file(world) {
        let folder = tempfile::tempdir().unwrap();
        put(&world, vec![letter("a", "a@example.vn"), letter("b", "b@example.vn")]);
        let done = deliver(&post_into(&world, folder.path())).await;
        assert_eq!((done.taken, done.sent), (2, 2));
        let names = files(&folder);
        assert!(names.len() == 2 && names[0].starts_with("20261119-080000-staff_alert-") && names[0].ends_with(".eml"), "{names:?}");
        let text = std::fs::read_to_string(folder.path().join(&names[0])).unwrap();
        for header in ["From: ", "To: ", "Subject: ", "Message-ID: <", "Auto-Submitted: auto-generated", "List-Id: <staff-alert.h29-23.", "multipart/alternative"] {
            assert!(text.contains(header), "{header} in {text}");
        }
        deliver(&post_into(&world, folder.path())).await;
        assert_eq!(files(&folder), names);
    }

    async fn the_staff_is_written_to_in_working_hours_only(world) {
        let folder = tempfile::tempdir().unwrap();
        let post = post_into(&world, folder.path());
        world.now("2026-11-20 17:30");
        put(&world, vec![of_staff(&world, "evening"), letter("citizen", "a@example.vn")]);
        assert_eq!(deliver(&post).await.sent, 1);
        world.now("2026-11-21 10:00");
        assert_eq!(deliver(&post).await.taken, 0);
        world.now("2026-11-23 07:30");
        assert_eq!(deliver(&post).await.sent, 1);
    }

    async fn a_mail_to_the_staff_that_comes_due_at_noon_waits_for_the_afternoon(world) {
        let folder = tempfile::tempdir().unwrap();
        let post = post_into(&world, folder.path());
        world.now("2026-11-20 11:29");
        put(&world, vec![of_staff(&world, "noon")]);
        world.now("2026-11-20 11:45");
        let done = deliver(&post).await;
        assert_eq!((done.sent, done.held), (0, 1));
        world.now("2026-11-20 13:00");
        assert_eq!(deliver(&post).await.sent, 1);
    }

    async fn a_mail_waits_until_it_may_go(world) {
        let folder = tempfile::tempdir().unwrap();
        let post = post_into(&world, folder.path());
        put(&world, vec![NewMail { not_before: Some(at("2026-11-19 09:00")), ..letter("a", "a@example.vn") }]);
        assert_eq!(deliver(&post).await.taken, 0);
        world.now("2026-11-19 09:00");
        assert_eq!(deliver(&post).await.sent, 1);
    }

    async fn two_workers_at_once_send_each_mail_once(world) {
        let folder = tempfile::tempdir().unwrap();
        let mails = (0..200).map(|number| letter(&format!("m{number}"), "a@example.vn")).collect();
        put(&world, mails);
        let (one, two) = (post_into(&world, folder.path()), post_into(&world, folder.path()));
        let (first, second) = tokio::join!(deliver(&one), deliver(&two));
        assert_eq!(first.sent + second.sent, 200);
        assert_eq!(first.taken + second.taken, 200);
        assert_eq!(files(&folder).len(), 200);
    }

    async fn what_a_dead_worker_held_comes_back_when_its_lease_ends(world) {
        let folder = tempfile::tempdir().unwrap();
        put(&world, vec![letter("a", "a@example.vn")]);
        // As somebody who took it and was killed.
        let until = at("2026-11-19 08:02").format("%Y-%m-%d %H:%M:%S");
        world.meddle(&format!(
            "UPDATE mails SET lease_owner = 'dead', lease_until = '{until}', next_attempt_at = '{until}'"
        ));
        let post = post_into(&world, folder.path());
        assert_eq!(deliver(&post).await.taken, 0);
        world.now("2026-11-19 08:02");
        assert_eq!(deliver(&post).await.sent, 1);
    }

    async fn a_worker_that_is_told_to_end_gives_back_what_it_took(world) {
        let folder = tempfile::tempdir().unwrap();
        put(&world, vec![letter("a", "a@example.vn"), letter("b", "b@example.vn")]);
        let post = post_into(&world, folder.path());
        let done = deliver_batch(&post, &|| false).await.unwrap();
        assert_eq!((done.taken, done.sent), (2, 0));
        assert_eq!(deliver(&post).await.sent, 2);
    }

    async fn one_mail_that_cannot_be_read_spoils_no_other(world) {
        let folder = tempfile::tempdir().unwrap();
        put(&world, vec![letter("a", "a@example.vn"), letter("b", "b@example.vn"), letter("c", "no address")]);
        world.meddle("UPDATE mails SET content = '{}' WHERE message_key = 'a'");
        let done = deliver(&post_into(&world, folder.path())).await;
        assert_eq!((done.sent, done.set_aside), (1, 2));
        let admin = Staff::of(&world).admin;
        let list = admin.get("/api/v1/mails?state=set_aside").await.expect(200);
        assert_eq!(list.each("last_error"), ["bad address", "internal"]);
    }

    async fn what_waits_is_found_by_its_index(world) {
        let folder = tempfile::tempdir().unwrap();
        put(&world, vec![letter("a", "a@example.vn")]);
        if world.which == Which::Sqlite {
            use diesel::prelude::*;
            #[derive(QueryableByName)]
            struct Plan {
                #[diesel(sql_type = diesel::sql_types::Text)]
                detail: String,
            }
            let plan: Vec<Plan> = world.read(|conn| Ok(diesel::sql_query(
                "EXPLAIN QUERY PLAN SELECT id FROM mails WHERE state = 'waiting' \
                 AND next_attempt_at <= '2026-11-19' ORDER BY next_attempt_at, id LIMIT 32",
            ).load(conn)?));
            assert!(plan.iter().any(|row| row.detail.contains("mails_waiting")), "{:?}", plan.first().map(|row| &row.detail));
        }
        assert_eq!(deliver(&post_into(&world, folder.path())).await.sent, 1);
    }
}
