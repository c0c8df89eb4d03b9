//! The figures of form II.06, and the weekly and monthly reports.

use infra::notification::alerts::{Span, report, report_while};
use infra::notification::letters::Letter;
use infra::report::{Figures, Period, figures};
use serde_json::json;

use super::{Post, addresses};
use crate::support::{
    LAND, MARITAL_STATUS, Staff, World, at_last_step, in_appraisal, registered, resolved, submitted,
};

fn week(world: &World, first: &str, last: &str) -> Figures {
    let period = Period {
        first: first.parse().unwrap(),
        last: last.parse().unwrap(),
    };
    let found = world.read(move |conn| {
        use diesel::prelude::*;
        use infra::db::schema::offices;
        let offices: Vec<i64> = offices::table.select(offices::id).load(conn)?;
        figures(conn, &offices, period)
    });
    let sum = found
        .values()
        .fold(Figures::default(), |sum, field| sum.plus(field));
    assert!(sum.adds_up(), "{sum:?}");
    sum
}

fn first_week(world: &World) -> Figures {
    week(world, "2026-11-16", "2026-11-22")
}

both! {
    async fn a_past_week_gives_the_same_figures_whenever_it_is_run(world) {
        let staff = Staff::of(&world);
        resolved(&staff, MARITAL_STATUS).await;
        let late = at_last_step(&staff, MARITAL_STATUS).await;
        let apologised = in_appraisal(&staff, MARITAL_STATUS).await;
        let waits = in_appraisal(&staff, LAND).await;
        let missing = json!({ "missing": [{ "name": "Giấy tờ", "reason": "Thiếu" }] });
        staff.land.act(&waits, "request_supplement", missing).await.expect(200);
        submitted(&staff.clerk, MARITAL_STATUS).await;
        let then = Figures { in_person: 4, early: 1, in_progress: 3, ..Figures::default() };
        assert_eq!(first_week(&world), then);

        world.now("2026-11-23 08:00");
        let apology = json!({ "reason": "Xác minh", "due_at": "2026-12-04T17:00:00+07:00" });
        staff.manager.act(&apologised, "reappoint", apology).await.expect(200);
        registered(&staff.clerk, MARITAL_STATUS).await;
        world.now("2026-11-27 08:00");
        let approved = json!({ "outcome": "approved" });
        staff.registry.act(&late, "resolve", approved).await.expect(200);
        staff.land.act(&waits, "withdraw", json!({ "reason": "x" })).await;
        // By the original date the apology changes nothing: both were late on Wednesday.
        let second = week(&world, "2026-11-23", "2026-11-29");
        assert_eq!(second.carried_over, then.in_progress);
        assert_eq!((second.in_person, second.late, second.overdue), (1, 1, 2));
        assert_eq!(first_week(&world), then);

        world.now("2026-12-02 08:00");
        let stop = json!({ "reason": "Dừng", "legal_ground": "Điều 20" });
        staff.manager.act(&apologised, "stop", stop).await.expect(200);
        let correct = json!({ "reason": "Sai sót" });
        staff.manager.act(&late, "correct_result", correct).await.expect(200);
        assert_eq!(week(&world, "2026-11-23", "2026-11-29"), second);
        assert_eq!(first_week(&world), then);
        assert_eq!(second.score(), Some(0.0));
    }

    async fn managers_get_the_report_on_the_first_working_morning_once(world) {
        addresses(&world);
        let staff = Staff::of(&world);
        resolved(&staff, MARITAL_STATUS).await;
        in_appraisal(&staff, LAND).await;
        let mut post = Post::default();
        let run = |span| report(&world.service.db, &world.service.env, span).unwrap();
        world.now("2026-11-22 08:00");
        run(Span::Week);
        assert_eq!(post.new_mails(&world).len(), 0, "a Sunday");
        world.now("2026-11-23 08:00");
        run(Span::Week);
        let mails = post.new_mails(&world);
        let to: Vec<_> = mails.iter().map(|mail| mail.to.as_str()).collect();
        assert_eq!(to, ["lanhdao", "lanhdao.thanhpho"]);
        let Letter::StaffWeekly(weekly) = &mails[0].letter else { panic!("no weekly") };
        assert_eq!((weekly.total.received, weekly.total.resolved, weekly.total.in_progress), (2, 1, 1));
        assert_eq!((weekly.from.to_string(), weekly.rows.len()), ("2026-11-16".to_owned(), 2));
        assert_eq!(weekly.score, Some(20.0));
        run(Span::Week);
        world.now("2026-11-25 08:00");
        run(Span::Week);
        assert_eq!(post.new_mails(&world).len(), 0);
        world.now("2026-12-01 08:05");
        run(Span::Month);
        let mails = post.new_mails(&world);
        assert_eq!(mails.len(), 2);
        assert!(matches!(&mails[0].letter, Letter::StaffMonthly(month) if month.to.to_string() == "2026-11-30"));
    }

    async fn a_report_whose_job_meets_nobody_at_work_is_held_until_they_are(world) {
        addresses(&world);
        let staff = Staff::of(&world);
        registered(&staff.clerk, MARITAL_STATUS).await;
        let (db, env) = (&world.service.db, &world.service.env);
        let mut post = Post::default();
        let mut made = |at: &str, cron: &str| {
            world.now(at);
            let cron = api::schedule::Cron::parse(cron).unwrap();
            report_while(db, env, Span::Week, &|at| cron.next(at), &|| true).unwrap();
            post.new_mails(&world).len()
        };
        assert_eq!(made("2026-11-22 08:00", "0 8 * * *"), 0, "it runs again on Monday at eight");
        assert_eq!(made("2026-11-22 08:00", "0 7 * * *"), 0, "and on Monday at seven");
        assert_eq!(made("2026-11-23 07:00", "0 7 * * *"), 2);
        assert_eq!(made("2026-11-23 07:00", "0 7 * * MON"), 0, "once");
        let from: chrono::NaiveDateTime = world.read(|conn| {
            use diesel::prelude::*;
            use infra::db::schema::mails;
            let weekly = mails::table.filter(mails::kind.eq("staff_weekly"));
            Ok(weekly.select(mails::not_before).first(conn)?)
        });
        assert_eq!(from.to_string(), "2026-11-23 00:30:00");
        // Closed on Tuesday the 24th; the whole of the next week the job comes on a Sunday alone.
        assert_eq!(made("2026-11-29 12:00", "0 12 * * SUN"), 0, "the week is not over");
        assert_eq!(made("2026-11-30 06:00", "0 6 * * MON"), 2);
    }

    async fn after_a_week_of_holidays_the_first_morning_brings_two_reports(world) {
        world.now("2026-02-10 08:00");
        addresses(&world);
        let staff = Staff::of(&world);
        registered(&staff.clerk, MARITAL_STATUS).await;
        let mut post = Post::default();
        let run = |span| report(&world.service.db, &world.service.env, span).unwrap();
        // Tết: closed from Monday to Friday.
        world.now("2026-02-18 09:00");
        run(Span::Week);
        assert_eq!(post.new_mails(&world).len(), 0);
        world.now("2026-02-23 08:00");
        run(Span::Week);
        run(Span::Week);
        let weeks: Vec<(String, String)> = post.new_mails(&world).iter()
            .map(|mail| match &mail.letter {
                Letter::StaffWeekly(week) => (mail.to.clone(), week.from.to_string()),
                other => panic!("no weekly: {other:?}"),
            })
            .collect();
        let of = |who: &str, from: &str| (who.to_owned(), from.to_owned());
        assert_eq!(weeks, [
            of("lanhdao", "2026-02-09"), of("lanhdao", "2026-02-16"),
            of("lanhdao.thanhpho", "2026-02-09"), of("lanhdao.thanhpho", "2026-02-16"),
        ]);
    }

    async fn late_cases_are_measured_by_the_date_of_the_rules_and_to_their_end(world) {
        addresses(&world);
        let staff = Staff::of(&world);
        let late = at_last_step(&staff, MARITAL_STATUS).await;
        let apologised = in_appraisal(&staff, MARITAL_STATUS).await;
        world.now("2026-11-23 08:00");
        let apology = json!({ "reason": "Xác minh", "due_at": "2026-12-04T17:00:00+07:00" });
        staff.manager.act(&apologised, "reappoint", apology).await.expect(200);
        world.now("2026-11-27 08:00");
        staff.registry.act(&late, "resolve", json!({ "outcome": "approved" })).await.expect(200);
        let mut post = Post::default();
        world.now("2026-11-30 08:00");
        report(&world.service.db, &world.service.env, Span::Week).unwrap();
        let mails = post.new_mails(&world);
        let Letter::StaffWeekly(weekly) = &mails[0].letter else { panic!("no weekly") };
        let told: Vec<_> = weekly.late.dossiers.iter()
            .map(|one| (one.code.as_str(), one.due_at.to_rfc3339(), one.lateness_days))
            .collect();
        let due = "2026-11-25T10:00:00+00:00".to_owned();
        assert_eq!(told, [(late.as_str(), due.clone(), 2), (apologised.as_str(), due, 3)]);
    }
}
