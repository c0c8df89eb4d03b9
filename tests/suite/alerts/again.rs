//! What a mail did not tell is told later; what it told is not told again, even when it is late.

use std::path::Path;

use infra::notification::delivery::{Delivered, Post as Worker};
use serde_json::{Value, json};

use super::{Post, addresses, sweep_at, told};
use crate::notification::{deliver, post_into};
use crate::support::{LAND, MARITAL_STATUS, Staff, World, in_appraisal};

/// A worker that writes mails into a folder, at its own time.
struct Office<'a> {
    world: &'a World,
    worker: Worker,
    folder: tempfile::TempDir,
}

impl<'a> Office<'a> {
    fn of(world: &'a World) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        Self {
            world,
            worker: post_into(world, folder.path()),
            folder,
        }
    }

    async fn deliver_at(&self, at: &str) -> Delivered {
        self.world.now(at);
        deliver(&self.worker).await
    }

    /// How many mails of a kind were written.
    fn written(&self, kind: &str) -> usize {
        files(self.folder.path())
            .iter()
            .filter(|name| name.contains(kind))
            .count()
    }
}

fn files(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).expect("a folder");
    entries
        .map(|entry| {
            let name = entry.expect("an entry").file_name();
            name.to_string_lossy().into_owned()
        })
        .filter(|name| name.ends_with(".eml"))
        .collect()
}

fn bill() -> Value {
    json!({ "amount_vnd": 150_000, "purpose": "Lệ phí" })
}

/// A dossier on land, due on Friday the 4th of December, warned of on Thursday morning.
async fn warned(world: &World) -> (Staff, String) {
    addresses(world);
    let staff = Staff::of(world);
    let code = in_appraisal(&staff, LAND).await;
    sweep_at(world, "2026-12-03 07:30");
    (staff, code)
}

both! {
    async fn a_warning_whose_mail_became_moot_is_told_when_the_dossier_runs_again(world) {
        let (staff, code) = warned(&world).await;
        let mut post = Post::default();
        let morning = told(&post.new_mails(&world));
        assert!(morning.contains(&"staff_alert chuyenvien.kinhte due_soon 1".to_owned()), "{morning:?}");
        // The mail server is away; before it is back the applicant has to pay, and pays.
        world.now("2026-12-03 09:00");
        staff.land.act(&code, "request_payment", bill()).await.expect(200);
        let office = Office::of(&world);
        assert!(office.deliver_at("2026-12-03 09:30").await.moot > 0);
        world.now("2026-12-03 10:00");
        staff.clerk.act(&code, "confirm_payment", json!({})).await.expect(200);
        sweep_at(&world, "2026-12-03 10:01");
        let again = told(&post.new_mails(&world));
        assert!(again.contains(&"staff_alert chuyenvien.kinhte due_soon 1".to_owned()), "{again:?}");
        assert!(again.contains(&"staff_alert truongphong.kinhte due_soon 1".to_owned()), "{again:?}");
        office.deliver_at("2026-12-03 10:02").await;
        let listed = staff.manager.get("/api/v1/alerts?state=mailed&rung=due_soon").await.expect(200);
        assert_eq!(listed.at("items").as_array().unwrap().len(), 2);
        // Told by now: neither another stop nor another look tells it a second time.
        world.now("2026-12-03 10:10");
        staff.land.act(&code, "request_payment", bill()).await;
        world.now("2026-12-03 10:20");
        world.meddle("UPDATE dossiers SET next_look_at = '2026-12-03 03:20:00'");
        sweep_at(&world, "2026-12-03 10:21");
        assert_eq!(told(&post.new_mails(&world)), Vec::<String>::new());
    }

    async fn a_warning_that_could_not_be_sent_before_its_date_is_told_all_the_same(world) {
        let (staff, _) = warned(&world).await;
        let office = Office::of(&world);
        // The mail server is away until Monday; on Friday the dossier was due.
        sweep_at(&world, "2026-12-07 07:30");
        office.deliver_at("2026-12-07 07:31").await;
        for rung in ["due_soon", "overdue"] {
            let list = format!("/api/v1/alerts?state=mailed&rung={rung}");
            let list = staff.manager.get(&list).await.expect(200);
            assert_eq!(list.at("items").as_array().unwrap().len(), 2, "{rung}");
        }
    }

    async fn a_rung_that_is_gone_before_its_mail_goes_is_left_out(world) {
        let (staff, _) = warned(&world).await;
        let ladder = "/api/v1/offices/H29.23/alert-ladder";
        let built_in = staff.admin.get(ladder).await.expect(200);
        let mut rungs = built_in.at("rungs").as_array().unwrap().clone();
        rungs.retain(|rung| rung["name"] != "due_soon");
        staff.admin.put(ladder, "\"1\"", &json!({ "rungs": rungs })).await.expect(200);
        let office = Office::of(&world);
        office.deliver_at("2026-12-03 07:40").await;
        let moot = staff.manager.get("/api/v1/alerts?state=moot&rung=due_soon").await.expect(200);
        assert_eq!(moot.at("items").as_array().unwrap().len(), 2);
    }

    async fn what_resumes_between_the_words_and_the_record_is_looked_at_again(world) {
        let (staff, code) = warned(&world).await;
        let mut post = Post::default();
        post.new_mails(&world);
        world.now("2026-12-03 09:00");
        staff.land.act(&code, "request_payment", bill()).await.expect(200);
        world.now("2026-12-03 10:00");
        staff.clerk.act(&code, "confirm_payment", json!({})).await.expect(200);
        // This look still takes the alert for told; only then the worker records its mail as moot.
        sweep_at(&world, "2026-12-03 10:01");
        assert_eq!(told(&post.new_mails(&world)), Vec::<String>::new());
        let env = world.service.env.clone();
        let recorded = world.service.db.write_blocking(move |conn| {
            use diesel::prelude::*;
            use infra::db::schema::mails;
            let ids: Vec<i64> = mails::table
                .filter(mails::kind.eq("staff_alert"))
                .select(mails::id)
                .load(conn)?;
            for id in ids {
                diesel::update(mails::table.find(id)).set(mails::state.eq("moot")).execute(conn)?;
                infra::notification::alerts::forget(conn, &env, id)?;
            }
            Ok::<_, infra::error::Error>(())
        });
        recorded.expect("a record");
        sweep_at(&world, "2026-12-03 10:02");
        assert_eq!(told(&post.new_mails(&world)), ["staff_alert chuyenvien.kinhte due_soon 1"]);
    }

    async fn what_stops_after_its_mail_was_put_into_words_counts_as_told(world) {
        let (staff, code) = warned(&world).await;
        let mut post = Post::default();
        post.new_mails(&world);
        let office = Office::of(&world);
        assert!(office.deliver_at("2026-12-03 07:31").await.sent > 0);
        world.now("2026-12-03 09:00");
        staff.land.act(&code, "request_payment", bill()).await.expect(200);
        world.now("2026-12-03 10:00");
        staff.clerk.act(&code, "confirm_payment", json!({})).await.expect(200);
        sweep_at(&world, "2026-12-03 10:01");
        assert_eq!(told(&post.new_mails(&world)), Vec::<String>::new());
    }

    async fn a_digest_that_was_held_over_night_is_not_a_second_one_beside_that_of_the_day(world) {
        addresses(&world);
        let staff = Staff::of(&world);
        in_appraisal(&staff, MARITAL_STATUS).await;
        let office = Office::of(&world);
        // Due on Wednesday the 25th: on Thursday both digests tell that it is overdue.
        sweep_at(&world, "2026-11-26 07:30");
        sweep_at(&world, "2026-11-27 07:30");
        office.deliver_at("2026-11-27 07:31").await;
        assert_eq!(office.written("staff_digest"), 2, "{:?}", files(office.folder.path()));
        assert_eq!(office.written("staff_alert"), 2, "{:?}", files(office.folder.path()));
        let listed = staff.manager.get("/api/v1/alerts?state=mailed&rung=overdue").await.expect(200);
        assert_eq!(listed.at("items").as_array().unwrap().len(), 2);
    }

    async fn a_digest_of_yesterday_without_alerts_is_moot(world) {
        addresses(&world);
        let staff = Staff::of(&world);
        in_appraisal(&staff, MARITAL_STATUS).await;
        let office = Office::of(&world);
        sweep_at(&world, "2026-11-26 07:30");
        office.deliver_at("2026-11-26 07:31").await;
        assert_eq!((office.written("staff_digest"), office.written("staff_alert")), (2, 0));
        // Nothing falls on Friday; the sections alone make the digest.
        sweep_at(&world, "2026-11-27 07:30");
        let late = office.deliver_at("2026-11-30 07:29").await;
        assert_eq!((late.sent, late.moot), (0, 0), "held");
        let done = office.deliver_at("2026-11-30 07:30").await;
        assert_eq!((done.sent, done.moot), (0, 2));
    }
}
