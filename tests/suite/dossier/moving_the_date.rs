//! What moves a promised date: an extra limit of the procedure, or an apology.

use serde_json::{Value, json};

use crate::support::{MARITAL_STATUS, PARENTAGE, Staff, in_appraisal, registered, submitted};

fn apology(until: &str) -> Value {
    json!({ "reason": "Cần xác minh thêm", "due_at": until })
}

both! {
    async fn an_extension_moves_the_date_by_the_extra_limit_once(world) {
        let staff = Staff::of(&world);
        let code = in_appraisal(&staff, PARENTAGE).await;
        staff.justice.act(&code, "extend", json!({})).await.fault("reason", "required");
        let reason = json!({ "reason": "Cần xác minh" });
        let seen = staff.justice.act(&code, "extend", reason.clone()).await.expect(200);
        // Five working days after Wednesday 25 November.
        assert_eq!(seen.text("due_at"), "2026-12-02T17:00:00+07:00");
        assert_eq!(seen.text("due_at_original"), "2026-11-25T17:00:00+07:00");
        assert_eq!(seen.at("extended"), true);
        let refused = staff.justice.act(&code, "extend", reason).await;
        let refused = refused.conflict("processing", "already_extended");
        assert!(!refused.words("allowed_actions").contains(&"extend"));
    }

    async fn only_a_procedure_with_an_extra_limit_is_extended(world) {
        let staff = Staff::of(&world);
        let code = in_appraisal(&staff, MARITAL_STATUS).await;
        let reason = json!({ "reason": "Cần xác minh" });
        staff.justice.act(&code, "extend", reason).await.conflict("processing", "no_extra_limit");
    }

    async fn what_is_late_is_not_extended_any_more(world) {
        let staff = Staff::of(&world);
        let code = in_appraisal(&staff, PARENTAGE).await;
        world.now("2026-11-25 17:00:01");
        let reason = json!({ "reason": "Cần xác minh" });
        staff.justice.act(&code, "extend", reason).await.conflict("processing", "already_late");
    }

    async fn an_apology_sets_a_new_date_once(world) {
        let staff = Staff::of(&world);
        let code = in_appraisal(&staff, MARITAL_STATUS).await;
        let body = apology("2026-11-30T17:00:00+07:00");
        staff.justice_head.act(&code, "reappoint", body.clone()).await.problem(403, "forbidden");
        let seen = staff.manager.act(&code, "reappoint", body.clone()).await.expect(200);
        assert_eq!(seen.text("due_at"), "2026-11-30T17:00:00+07:00");
        assert_eq!(seen.text("due_at_original"), "2026-11-25T17:00:00+07:00");
        let refused = staff.manager.act(&code, "reappoint", body).await;
        refused.conflict("processing", "already_reappointed");
    }

    async fn an_apology_on_the_last_day_is_flagged(world) {
        let staff = Staff::of(&world);
        let code = registered(&staff.clerk, MARITAL_STATUS).await;
        world.now("2026-11-25 08:00");
        let body = apology("2026-11-30T17:00:00+07:00");
        staff.manager.act(&code, "reappoint", body).await.expect(200);
        let record = staff.clerk.get(&format!("/api/v1/dossiers/{code}/events")).await.expect(200);
        assert_eq!(record.at("items.1.detail.short_notice"), true);
    }

    async fn the_new_date_is_later_and_in_working_time(world) {
        let staff = Staff::of(&world);
        let code = in_appraisal(&staff, MARITAL_STATUS).await;
        for (until, reason) in [
            ("2026-11-25T17:00:00+07:00", "new_date_not_later"),
            ("2026-11-20T17:00:00+07:00", "new_date_not_later"),
            ("2026-11-28T10:00:00+07:00", "new_date_not_working_time"),
            ("2026-11-30T12:00:00+07:00", "new_date_not_working_time"),
        ] {
            let refused = staff.manager.act(&code, "reappoint", apology(until)).await;
            refused.conflict("processing", reason);
        }
        let refused = staff.manager.act(&code, "reappoint", apology("2026-11-30T17:00:00")).await;
        refused.problem(422, "invalid_input");
    }

    async fn there_is_no_date_to_move_before_acceptance(world) {
        let staff = Staff::of(&world);
        let code = submitted(&staff.clerk, MARITAL_STATUS).await;
        let body = apology("2026-11-30T17:00:00+07:00");
        staff.manager.act(&code, "reappoint", body).await.conflict("submitted", "wrong_state");
        let reason = json!({ "reason": "Cần xác minh" });
        staff.clerk.act(&code, "extend", reason).await.conflict("submitted", "wrong_state");
        let path = format!("/api/v1/dossiers/{code}/due_date");
        staff.clerk.get(&path).await.problem(409, "not_accepted_yet");
    }
}
