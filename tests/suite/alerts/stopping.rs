//! Jobs that end when they are told to, two servers at one batch, and what is read once.

use std::cell::Cell;

use diesel::prelude::*;
use infra::db::schema::{mails, staff};
use infra::notification::alerts::{self, House, Span};
use infra::notification::letters::Letter;

use super::{Post, addresses, sweep_at};
use crate::support::{LAND, MARITAL_STATUS, Staff, World, in_appraisal};

/// Says yes so often.
fn times(times: u32) -> impl Fn() -> bool {
    let left = Cell::new(times);
    move || left.replace(left.get().saturating_sub(1)) > 0
}

/// One dossier each for two departments, both told of on the same morning after the opening.
async fn two_departments(world: &World) -> Staff {
    addresses(world);
    let staff = Staff::of(world);
    in_appraisal(&staff, MARITAL_STATUS).await;
    in_appraisal(&staff, LAND).await;
    world.meddle("UPDATE dossiers SET next_look_at = '2026-12-03 01:00:00'");
    staff
}

both! {
    async fn a_sweep_that_is_told_to_end_leaves_the_rest_to_the_next(world) {
        two_departments(&world).await;
        world.now("2026-12-03 09:00");
        let (db, env) = (&world.service.db, &world.service.env);
        let mut post = Post::default();
        alerts::sweep(db, env, &|| false).expect("a sweep");
        assert_eq!(post.new_mails(&world).len(), 0);
        // Once for changed ladders, once for the looks, once for the first mail.
        let counted = Cell::new(0);
        let go_on = times(3);
        let asked = || { counted.set(counted.get() + 1); go_on() };
        alerts::sweep(db, env, &asked).expect("a sweep");
        assert_eq!((post.new_mails(&world).len(), counted.get()), (1, 4));
        alerts::sweep(db, env, &|| true).expect("a sweep");
        assert!(!post.new_mails(&world).is_empty());
    }

    async fn digests_and_reports_end_when_they_are_told_to(world) {
        two_departments(&world).await;
        world.now("2026-12-04 07:30");
        let (db, env) = (&world.service.db, &world.service.env);
        let mut post = Post::default();
        alerts::digest(db, env, &times(3)).expect("a digest");
        assert_eq!(post.new_mails(&world).len(), 1);
        let runs = |_| None;
        alerts::report_while(db, env, Span::Month, &runs, &|| false).expect("a report");
        assert_eq!(post.new_mails(&world).len(), 0);
        alerts::report_while(db, env, Span::Month, &runs, &times(1)).expect("a report");
        assert_eq!(post.new_mails(&world).len(), 1);
    }

    async fn a_batch_that_another_server_composed_keeps_its_mail(world) {
        let staff = two_departments(&world).await;
        sweep_at(&world, "2026-12-03 09:00");
        let mailed = async || {
            let list = staff.manager.get("/api/v1/alerts?state=mailed").await.expect(200);
            list.at("items").as_array().unwrap().len()
        };
        let before = mailed().await;
        assert!(before > 0);
        // As another server saw it that read the batch while it was open.
        world.meddle("UPDATE alert_batches SET state = 'open' WHERE mail_id IS NOT NULL");
        sweep_at(&world, "2026-12-03 09:01");
        assert_eq!(mailed().await, before);
    }

    async fn a_batch_of_letters_reads_the_staff_once(world) {
        two_departments(&world).await;
        sweep_at(&world, "2026-12-03 09:00");
        let world = &world;
        let presented = |house: House| {
            let env = world.service.env.clone();
            world.service.db.write_blocking(move |conn| {
                let (id, content): (i64, String) = mails::table
                    .inner_join(staff::table.on(mails::staff_id.eq(staff::id.nullable())))
                    .filter(staff::login.eq("chuyenvien.kinhte"))
                    .select((mails::id, mails::content))
                    .first(conn)?;
                let letter = serde_json::from_str(&content)?;
                let presented = alerts::present(conn, &env, &house, id, letter)?;
                let Some(Letter::StaffAlert(alert)) = presented.letter else { panic!("no letter") };
                Ok::<_, infra::error::Error>((house, alert.recipient.name))
            }).expect("a letter")
        };
        let (house, before) = presented(House::default());
        world.meddle("UPDATE staff SET display_name = 'Tên mới' WHERE login = 'chuyenvien.kinhte'");
        let (_, same) = presented(house);
        assert_eq!(same, before);
        assert_eq!(presented(House::default()).1, "Tên mới");
    }
}
