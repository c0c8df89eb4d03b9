//! Proposed apologies: when the steps that are left no longer fit before the due date.

use infra::notification::letters::Letter;
use serde_json::json;

use super::{Post, addresses, sweep_at};
use crate::support::{MARITAL_STATUS, Staff, World, in_appraisal, registered};

async fn proposed(world: &World) -> (Staff, String, String) {
    addresses(world);
    let staff = Staff::of(world);
    // Never handed on: 22 hours of steps are left for the two days.
    let code = registered(&staff.clerk, MARITAL_STATUS).await;
    sweep_at(world, "2026-11-23 07:30");
    let list = staff.manager.get("/api/v1/proposals").await.expect(200);
    assert_eq!(list.text("items.0.dossier"), code);
    let id = list.text("items.0.id").to_owned();
    (staff, code, id)
}

both! {
    async fn an_apology_is_proposed_to_the_manager_and_signed_once(world) {
        let (staff, code, id) = proposed(&world).await;
        let path = format!("/api/v1/proposals/{id}");
        let seen = staff.manager.get(&path).await.expect(200);
        assert_eq!(seen.text("due_at"), "2026-11-25T17:00:00+07:00");
        // Eight hours on Monday and on Wednesday, the other six on Thursday.
        assert_eq!(seen.text("proposed_due_at"), "2026-11-26T17:00:00+07:00");
        let mail = Post::default().new_mails(&world).into_iter().find(|mail| mail.to == "lanhdao");
        let Letter::StaffDigest(digest) = mail.expect("a mail to the manager").letter else {
            panic!("no digest")
        };
        assert_eq!(digest.proposals[0].code, code);
        let sign = |etag: String| {
            let (manager, path) = (staff.manager.clone(), format!("{path}/sign"));
            async move { manager.post_seen(&path, &etag, &json!({})).await }
        };
        sign("\"9\"".to_owned()).await.problem(412, "stale_version");
        let signed = sign(seen.etag().to_owned()).await.expect(200);
        assert_eq!(signed.text("state"), "signed");
        let dossier = staff.clerk.dossier(&code).await.expect(200);
        assert_eq!(dossier.text("due_at"), "2026-11-26T17:00:00+07:00");
        sign(signed.etag().to_owned()).await.problem(409, "proposal_decided");
        assert_eq!(staff.manager.get("/api/v1/proposals").await.expect(200).at("items"), &json!([]));
        // Once in the life of a dossier: no other is proposed for the new date.
        sweep_at(&world, "2026-11-26 09:00");
        assert_eq!(staff.manager.get("/api/v1/proposals").await.expect(200).at("items"), &json!([]));
    }

    async fn a_proposal_follows_the_steps_until_it_is_signed(world) {
        let (staff, code, id) = proposed(&world).await;
        let path = format!("/api/v1/proposals/{id}");
        world.now("2026-11-25 14:00");
        staff.clerk.forward(&code, &staff.justice).await.expect(200);
        sweep_at(&world, "2026-11-25 14:01");
        let seen = staff.manager.get(&path).await.expect(200);
        assert_eq!(seen.text("proposed_due_at"), "2026-11-30T17:00:00+07:00");
        staff.manager.post_seen(&format!("{path}/sign"), seen.etag(), &json!({})).await.expect(200);
        let dossier = staff.clerk.dossier(&code).await.expect(200);
        assert_eq!(dossier.text("due_at"), "2026-11-30T17:00:00+07:00");
    }

    async fn a_proposal_for_what_lies_idle_moves_on_with_each_morning(world) {
        let (staff, _, id) = proposed(&world).await;
        let path = format!("/api/v1/proposals/{id}");
        assert_eq!(
            staff.manager.get(&path).await.expect(200).text("proposed_due_at"),
            "2026-11-26T17:00:00+07:00"
        );
        sweep_at(&world, "2026-11-25 07:30");
        assert_eq!(
            staff.manager.get(&path).await.expect(200).text("proposed_due_at"),
            "2026-11-27T17:00:00+07:00"
        );
    }

    async fn a_proposal_is_moot_while_the_steps_fit_again(world) {
        let (staff, code, id) = proposed(&world).await;
        let path = format!("/api/v1/proposals/{id}");
        world.now("2026-11-23 09:00");
        staff.clerk.forward(&code, &staff.justice).await.expect(200);
        staff.justice.forward(&code, &staff.justice_head).await.expect(200);
        staff.justice_head.forward(&code, &staff.manager).await.expect(200);
        let open = async || {
            let list = staff.manager.get("/api/v1/proposals").await.expect(200);
            list.at("items").as_array().unwrap().len()
        };
        assert_eq!(open().await, 1);
        sweep_at(&world, "2026-11-23 09:01");
        assert_eq!(open().await, 0);
        let seen = staff.manager.get(&path).await.expect(200);
        assert_eq!(seen.text("state"), "moot");
        staff.manager.post_seen(&format!("{path}/sign"), seen.etag(), &json!({})).await
            .problem(409, "proposal_moot");
        sweep_at(&world, "2026-11-25 07:30");
        let mails = Post::default().new_mails(&world);
        let digests = mails.iter().rev().filter(|mail| mail.to == "lanhdao");
        let last = digests.filter_map(|mail| match &mail.letter {
            Letter::StaffDigest(digest) => Some(digest.proposal_count),
            _ => None,
        });
        assert_eq!(last.collect::<Vec<_>>(), [0, 1], "the newest first");
        // Sent back on the last day, the steps that follow no longer fit.
        world.now("2026-11-25 13:30");
        staff.manager.act(&code, "send_back", json!({ "reason": "Thiếu ý kiến" })).await.expect(200);
        sweep_at(&world, "2026-11-25 13:31");
        assert_eq!(open().await, 1);
        let seen = staff.manager.get(&path).await.expect(200);
        assert_eq!(seen.text("state"), "open");
        staff.manager.post_seen(&format!("{path}/sign"), seen.etag(), &json!({})).await.expect(200);
    }

    async fn what_is_moot_for_good_is_closed_by_the_hourly_purge(world) {
        let (staff, code, _) = proposed(&world).await;
        let env = &world.service.env;
        let close = || {
            let env = env.clone();
            let closed = move |conn: &mut _| infra::notification::alerts::close_moot(conn, &env);
            world.service.db.write_blocking(closed).expect("a purge")
        };
        assert_eq!(close(), 0);
        let stop = json!({ "reason": "Dừng", "legal_ground": "Điều 20" });
        staff.manager.act(&code, "stop", stop).await.expect(200);
        assert_eq!((close(), close()), (1, 0));
        let all = staff.manager.get("/api/v1/proposals?all=true").await.expect(200);
        assert_eq!(all.each("state"), ["moot"]);
    }

    async fn a_manager_may_sign_another_date_and_reason(world) {
        let (staff, code, id) = proposed(&world).await;
        let path = format!("/api/v1/proposals/{id}");
        let seen = staff.manager.get(&path).await.expect(200);
        let body = json!({ "due_at": "2026-11-27T11:30:00+07:00", "reason": "Cần xác minh thêm" });
        staff.manager.post_seen(&format!("{path}/sign"), seen.etag(), &body).await.expect(200);
        let record = staff.clerk.get(&format!("/api/v1/dossiers/{code}/events")).await.expect(200);
        let event = record.at("items").as_array().unwrap().last().unwrap().clone();
        assert_eq!(event["action"], "reappoint");
        assert_eq!(event["reason"], "Cần xác minh thêm");
        assert_eq!(event["detail"]["due_at"], "2026-11-27T11:30:00+07:00");
    }

    async fn what_is_proposed_within_the_day_goes_to_the_manager_at_once(world) {
        addresses(&world);
        let staff = Staff::of(&world);
        let code = in_appraisal(&staff, MARITAL_STATUS).await;
        sweep_at(&world, "2026-11-23 07:30");
        sweep_at(&world, "2026-11-25 07:30");
        let mut post = Post::default();
        post.new_mails(&world);
        assert_eq!(staff.manager.get("/api/v1/proposals").await.expect(200).at("items"), &json!([]));
        world.now("2026-11-25 14:00");
        staff.justice.forward(&code, &staff.justice_head).await.expect(200);
        sweep_at(&world, "2026-11-25 14:01");
        let mails = post.new_mails(&world);
        let mail = mails.iter().find(|mail| mail.to == "lanhdao").expect("a mail to the manager");
        let Letter::StaffAlert(alert) = &mail.letter else { panic!("no alert") };
        assert_eq!((alert.proposals.len(), alert.groups.len()), (1, 0));
    }

    async fn a_dismissed_or_overtaken_proposal_is_not_signed(world) {
        let (staff, code, id) = proposed(&world).await;
        let path = format!("/api/v1/proposals/{id}");
        staff.clerk.post(&format!("{path}/dismiss"), &json!({})).await.problem(404, "not_found");
        staff.inspector.post(&format!("{path}/dismiss"), &json!({})).await.problem(403, "forbidden");
        let stop = json!({ "reason": "Dừng", "legal_ground": "Điều 20" });
        staff.manager.act(&code, "stop", stop).await.expect(200);
        let seen = staff.manager.get(&path).await.expect(200);
        assert_eq!(seen.text("state"), "moot");
        staff.manager.post_seen(&format!("{path}/sign"), seen.etag(), &json!({})).await
            .problem(409, "proposal_moot");
        assert_eq!(staff.manager.get("/api/v1/proposals").await.expect(200).at("items"), &json!([]));
        let all = staff.manager.get("/api/v1/proposals?all=true").await.expect(200);
        assert_eq!(all.at("items").as_array().unwrap().len(), 1);
    }
}
