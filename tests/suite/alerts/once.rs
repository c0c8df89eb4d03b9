//! Nothing is told twice, and nothing that is no longer so.

use infra::notification::alerts;
use infra::notification::letters::Letter;
use serde_json::json;

use super::{Post, Sent, addresses, sweep_at, told};
use crate::support::{MARITAL_STATUS, Staff, Which, in_appraisal, registered};

both! {
    async fn a_second_sweep_finds_nothing_new(world) {
        addresses(&world);
        let staff = Staff::of(&world);
        in_appraisal(&staff, MARITAL_STATUS).await;
        let mut post = Post::default();
        sweep_at(&world, "2026-11-23 07:30");
        assert_eq!(post.new_mails(&world).len(), 3);
        // Even when every dossier is looked at again, as after a crash that lost the hints.
        world.meddle("UPDATE dossiers SET next_look_at = '2026-11-01 00:00:00'");
        sweep_at(&world, "2026-11-23 07:31");
        sweep_at(&world, "2026-11-23 08:40");
        assert_eq!(told(&post.new_mails(&world)), Vec::<String>::new());
    }

    async fn two_sweeps_at_once_tell_everybody_once(world) {
        addresses(&world);
        let staff = Staff::of(&world);
        for _ in 0..20 {
            in_appraisal(&staff, MARITAL_STATUS).await;
        }
        world.now("2026-11-30 08:10");
        let services = [world.service.clone(), world.service.clone(), world.service.clone()];
        let threads = services.map(|service| std::thread::spawn(move || {
            alerts::sweep(&service.db, &service.env, &|| true).expect("a sweep")
        }));
        for thread in threads {
            thread.join().unwrap();
        }
        let alerts: Vec<(i64,)> = world.read(|conn| {
            use diesel::prelude::*;
            use infra::db::schema::alerts;
            Ok(alerts::table.select((alerts::dossier_id,)).load(conn)?)
        });
        // Overdue to head and manager, long overdue to manager and the one above.
        assert_eq!(alerts.len(), 20 * 4, "{:?}", world.which == Which::Sqlite);
        let counted = Post::default().new_mails(&world).iter()
            .flat_map(|mail| match &mail.letter {
                Letter::StaffAlert(alert) => alert.groups.clone(),
                _ => Vec::new(),
            })
            .map(|group| group.count)
            .sum::<u64>();
        let waiting: i64 = world.read(|conn| {
            use diesel::prelude::*;
            use infra::db::schema::{alert_batches, alerts};
            Ok(alerts::table.inner_join(alert_batches::table)
                .filter(alert_batches::state.eq("open")).count().get_result(conn)?)
        });
        assert_eq!(counted + u64::try_from(waiting).unwrap(), 80);
    }

    async fn a_dossier_that_ends_before_the_mail_goes_is_left_out(world) {
        addresses(&world);
        let staff = Staff::of(&world);
        let one = in_appraisal(&staff, MARITAL_STATUS).await;
        let two = in_appraisal(&staff, MARITAL_STATUS).await;
        world.now("2026-11-23 09:30");
        alerts::sweep(&world.service.db, &world.service.env, &|| true).unwrap();
        let stop = json!({ "reason": "Dừng", "legal_ground": "Điều 20" });
        staff.manager.act(&one, "stop", stop.clone()).await.expect(200);
        let settle = |world: &crate::support::World| {
            let env = world.service.env.clone();
            world.service.db.write_blocking(move |conn| {
                use diesel::prelude::*;
                let ids: Vec<i64> = infra::db::schema::mails::table
                    .select(infra::db::schema::mails::id).load(conn)?;
                for id in ids {
                    alerts::settle(conn, &env, id)?;
                }
                Ok::<_, infra::error::Error>(())
            }).unwrap();
        };
        let present = |world: &crate::support::World| {
            let env = world.service.env.clone();
            world.service.db.write_blocking(move |conn| {
                use diesel::prelude::*;
                use infra::db::schema::{mails, staff};
                let (id, content): (i64, String) = mails::table
                    .inner_join(staff::table.on(mails::staff_id.eq(staff::id.nullable())))
                    .filter(staff::login.eq("chuyenvien.tuphap"))
                    .order(mails::id.desc())
                    .select((mails::id, mails::content))
                    .first(conn)?;
                alerts::present(conn, &env, &alerts::House::default(), id, serde_json::from_str(&content)?)
            }).unwrap().letter
        };
        let Some(Letter::StaffAlert(left)) = present(&world) else { panic!("a letter is left") };
        let codes: Vec<_> = left.groups.iter().flat_map(|group| &group.dossiers)
            .map(|line| line.code.clone()).collect();
        assert!(codes.contains(&two) && !codes.contains(&one), "{codes:?}");
        staff.manager.act(&two, "stop", stop).await.expect(200);
        assert_eq!(present(&world), None);
        settle(&world);
        let moot = staff.manager.get("/api/v1/alerts?state=moot&rung=due_soon").await.expect(200);
        assert_eq!(moot.at("items").as_array().unwrap().len(), 2);
    }

    async fn a_dossier_that_waits_is_not_warned_of(world) {
        addresses(&world);
        let staff = Staff::of(&world);
        let code = in_appraisal(&staff, MARITAL_STATUS).await;
        let missing = json!({ "missing": [{ "name": "Giấy tờ", "reason": "Thiếu" }] });
        staff.justice.act(&code, "request_supplement", missing).await.expect(200);
        let mut post = Post::default();
        for at in ["2026-11-23 07:30", "2026-11-26 07:30", "2026-11-30 07:30"] {
            sweep_at(&world, at);
        }
        assert_eq!(told(&post.new_mails(&world)), Vec::<String>::new());
    }

    async fn one_broken_dossier_is_named_and_the_rest_goes_on(world) {
        addresses(&world);
        let staff = Staff::of(&world);
        let broken = registered(&staff.clerk, MARITAL_STATUS).await;
        in_appraisal(&staff, MARITAL_STATUS).await;
        world.meddle(&format!("UPDATE dossiers SET rules_state = '[]' WHERE code = '{broken}'"));
        world.now("2026-11-23 09:00");
        let report = alerts::sweep(&world.service.db, &world.service.env, &|| true).unwrap();
        assert_eq!(report.skipped(), 1);
        assert_eq!(report.named()[0].what, broken);
        assert!(report.did >= 2);
        let again = alerts::sweep(&world.service.db, &world.service.env, &|| true).unwrap();
        assert_eq!(again.skipped(), 0, "not each minute");
    }

    /// Whoever stands in by then had no part in the morning; whoever is back was stood in for.
    async fn an_absence_that_begins_or_ends_later_brings_no_second_digest_or_report(world) {
        addresses(&world);
        let staff = Staff::of(&world);
        in_appraisal(&staff, MARITAL_STATUS).await;
        let head = world.staff("truongphong.tuphap");
        let other = world.staff("truongphong.vanhoa");
        world.stands_in(&staff.clerk, &head, "2026-11-23 10:00", "2026-11-25 00:00");
        world.stands_in(&other, &staff.manager, "2026-11-20 08:00", "2026-11-23 10:00");
        let mut post = Post::default();
        let reports = || {
            let (db, env) = (&world.service.db, &world.service.env);
            alerts::report(db, env, alerts::Span::Week).expect("reports");
        };
        sweep_at(&world, "2026-11-23 07:30");
        reports();
        let mails = post.new_mails(&world);
        let to = |mails: &[Sent]| {
            let line = |mail: &Sent| {
                format!("{} {}", mail.letter.kind().as_str(), mail.to)
            };
            mails.iter().map(line).filter(|line| !line.contains("alert")).collect::<Vec<_>>()
        };
        assert_eq!(to(&mails), [
            "staff_weekly lanhdao.thanhpho",
            "staff_digest truongphong.tuphap",
            "staff_digest truongphong.vanhoa",
            "staff_weekly truongphong.vanhoa",
        ]);
        sweep_at(&world, "2026-11-23 10:30");
        reports();
        assert_eq!(to(&post.new_mails(&world)), Vec::<String>::new());
    }

    async fn an_absence_named_afterwards_brings_the_report_to_nobody_else(world) {
        addresses(&world);
        let staff = Staff::of(&world);
        registered(&staff.clerk, MARITAL_STATUS).await;
        let head = world.staff("truongphong.tuphap");
        let (db, env) = (&world.service.db, &world.service.env);
        let mut post = Post::default();
        world.now("2026-11-23 08:05");
        alerts::report(db, env, alerts::Span::Week).expect("reports");
        assert_eq!(post.new_mails(&world).len(), 2);
        world.now("2026-11-23 09:00");
        world.stands_in(&head, &staff.manager, "2026-11-23 00:00", "2026-11-25 00:00");
        world.now("2026-11-23 09:05");
        alerts::report(db, env, alerts::Span::Week).expect("reports");
        assert_eq!(post.new_mails(&world).len(), 0);
    }

    async fn who_has_no_address_is_shown_to_the_administrator(world) {
        let staff = Staff::of(&world);
        world.meddle("UPDATE staff SET email = NULL");
        in_appraisal(&staff, MARITAL_STATUS).await;
        sweep_at(&world, "2026-11-23 09:00");
        let seen = staff.admin.get("/api/v1/alerts?state=no_address").await.expect(200);
        assert!(!seen.at("items").as_array().unwrap().is_empty());
        assert_eq!(Post::default().new_mails(&world).len(), 0);
    }

    async fn without_a_digest_the_alerts_go_by_mail(world) {
        addresses(&world);
        let staff = Staff::of(&world);
        in_appraisal(&staff, MARITAL_STATUS).await;
        let mut post = Post::default();
        let sweep = || alerts::sweep(&world.service.db, &world.service.env, &|| true).unwrap();
        world.now("2026-11-23 07:30");
        sweep();
        assert_eq!(told(&post.new_mails(&world)), ["staff_alert chuyenvien.tuphap due_soon 1"]);
        world.now("2026-11-23 08:30");
        sweep();
        assert_eq!(told(&post.new_mails(&world)), ["staff_alert truongphong.tuphap due_soon 1"]);
    }
}
