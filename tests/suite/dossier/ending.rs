//! The ways in which a dossier ends: a result, a withdrawal, a stop, and a correction after it.

use serde_json::json;

use crate::support::{
    MARITAL_STATUS, Staff, at_last_step, in_appraisal, registered, resolved, submitted,
};

both! {
    async fn a_result_within_the_term_is_early_on_time_or_late_by_its_moment(world) {
        let staff = Staff::of(&world);
        for (moment, code) in [
            ("2026-11-23 17:00", "early"),
            ("2026-11-25 07:30", "on_time"),
            ("2026-11-25 17:00", "on_time"),
            ("2026-11-25 17:00:00.000001", "late"),
        ] {
            world.now("2026-11-19 08:00");
            let dossier = at_last_step(&staff, MARITAL_STATUS).await;
            world.now(moment);
            let outcome = json!({ "outcome": "approved" });
            let seen = staff.registry.act(&dossier, "resolve", outcome).await.expect(200);
            assert_eq!(seen.text("timeliness.code"), code, "{moment}");
            assert_eq!(seen.text("outcome"), "approved");
        }
    }

    async fn only_the_last_step_resolves(world) {
        let staff = Staff::of(&world);
        let code = in_appraisal(&staff, MARITAL_STATUS).await;
        let outcome = json!({ "outcome": "approved" });
        let refused = staff.justice.act(&code, "resolve", outcome).await;
        let refused = refused.conflict("processing", "not_at_last_step");
        assert!(refused.words("allowed_actions").contains(&"forward"));
        let seen = staff.justice.dossier(&code).await.expect(200);
        assert_eq!(seen.etag(), refused.etag());
    }

    async fn a_declined_result_carries_its_reason(world) {
        let staff = Staff::of(&world);
        let code = at_last_step(&staff, MARITAL_STATUS).await;
        let outcome = json!({ "outcome": "declined" });
        staff.registry.act(&code, "resolve", outcome).await.fault("reason", "required");
        let outcome = json!({ "outcome": "declined", "reason": "Không đủ điều kiện" });
        let seen = staff.registry.act(&code, "resolve", outcome).await.expect(200);
        assert_eq!(seen.text("outcome"), "declined");
        let path = format!("/api/v1/public/dossiers/{code}?key={}", key(&staff, &code).await);
        let own = world.visitor().get(&path).await.expect(200);
        assert_eq!(own.text("own.reason"), "Không đủ điều kiện");
    }

    async fn a_result_is_returned_by_the_desk_once(world) {
        let staff = Staff::of(&world);
        let code = at_last_step(&staff, MARITAL_STATUS).await;
        let way = json!({ "way": "post", "recipient": "Người Nộp Hồ Sơ" });
        let refused = staff.clerk.act(&code, "return_result", way.clone()).await;
        refused.conflict("processing", "wrong_state");
        staff.registry.act(&code, "resolve", json!({ "outcome": "approved" })).await.expect(200);
        staff.registry.act(&code, "return_result", way.clone()).await.problem(403, "forbidden");
        let lacking = json!({ "way": "by_pigeon" });
        let refused = staff.clerk.act(&code, "return_result", lacking).await;
        refused.fault("way", "unknown_word").fault("recipient", "required");
        let seen = staff.clerk.act(&code, "return_result", way.clone()).await.expect(200);
        assert_eq!(seen.text("state.code"), "returned");
        staff.clerk.act(&code, "return_result", way).await.conflict("returned", "wrong_state");
    }

    async fn an_applicant_may_withdraw_until_there_is_a_result(world) {
        let staff = Staff::of(&world);
        let wish = json!({ "reason": "Người nộp xin rút" });
        for code in [
            submitted(&staff.clerk, MARITAL_STATUS).await,
            registered(&staff.clerk, MARITAL_STATUS).await,
            in_appraisal(&staff, MARITAL_STATUS).await,
        ] {
            staff.manager.act(&code, "withdraw", wish.clone()).await.problem(403, "forbidden");
            let seen = staff.clerk.act(&code, "withdraw", wish.clone()).await.expect(200);
            assert_eq!(seen.text("state.code"), "withdrawn");
            assert_eq!(seen.text("ended_at"), world.time());
        }
        let code = resolved(&staff, MARITAL_STATUS).await;
        let refused = staff.clerk.act(&code, "withdraw", wish).await;
        let refused = refused.conflict("resolved", "wrong_state");
        assert_eq!(refused.words("allowed_actions"), ["return_result"]);
    }

    async fn a_manager_stops_with_reason_and_legal_ground(world) {
        let staff = Staff::of(&world);
        let code = in_appraisal(&staff, MARITAL_STATUS).await;
        let body = json!({ "reason": "Có tranh chấp", "legal_ground": "Điều 19 Nghị định 118/2025" });
        staff.justice_head.act(&code, "stop", body.clone()).await.problem(403, "forbidden");
        let refused = staff.manager.act(&code, "stop", json!({})).await;
        refused.fault("reason", "required").fault("legal_ground", "required");
        let seen = staff.manager.act(&code, "stop", body.clone()).await.expect(200);
        assert_eq!(seen.text("state.code"), "stopped");
        staff.manager.act(&code, "stop", body).await.conflict("stopped", "wrong_state");
        let refused = staff.justice.forward(&code, &staff.justice_head).await;
        refused.conflict("stopped", "wrong_state");
    }

    async fn a_correction_has_three_working_days_and_leaves_the_first_judgement(world) {
        let staff = Staff::of(&world);
        let code = at_last_step(&staff, MARITAL_STATUS).await;
        world.now("2026-11-26 09:00");
        staff.registry.act(&code, "resolve", json!({ "outcome": "approved" })).await.expect(200);
        let reason = json!({ "reason": "Sai ngày sinh trên giấy" });
        staff.clerk.act(&code, "correct_result", reason.clone()).await.problem(403, "forbidden");
        world.now("2026-11-30 09:00");
        let seen = staff.manager.act(&code, "correct_result", reason).await.expect(200);
        assert_eq!(seen.text("state.code"), "processing");
        assert_eq!(seen.text("holder.id"), staff.registry.uid);
        assert_eq!(seen.text("due_at"), "2026-12-03T17:00:00+07:00");
        assert_eq!(seen.at("corrected"), true);
        let wish = json!({ "reason": "Người nộp xin rút" });
        staff.clerk.act(&code, "withdraw", wish).await.conflict("processing", "in_correction");
        world.now("2026-12-01 09:00");
        let again = json!({ "outcome": "approved" });
        let seen = staff.registry.act(&code, "resolve", again).await.expect(200);
        assert_eq!(seen.text("timeliness.code"), "late");
        assert_eq!(seen.at("timeliness.late_working_days"), 1);
    }
}

async fn key(staff: &Staff, code: &str) -> String {
    staff
        .clerk
        .dossier(code)
        .await
        .expect(200)
        .text("lookup_key")
        .to_owned()
}
