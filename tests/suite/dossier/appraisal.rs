//! The clock stands still: papers asked for in appraisal, and money.

use serde_json::{Value, json};

use crate::support::{LAND, MARITAL_STATUS, Staff, in_appraisal, registered};

fn missing() -> Value {
    json!({ "missing": [{ "name": "Giấy tờ chứng minh", "reason": "Bản chụp không rõ" }] })
}

both! {
    async fn a_supplement_restarts_the_term_from_zero(world) {
        let staff = Staff::of(&world);
        let code = in_appraisal(&staff, MARITAL_STATUS).await;
        world.now("2026-11-20 10:00");
        let seen = staff.justice.act(&code, "request_supplement", missing()).await.expect(200);
        assert_eq!(seen.text("supplement.missing.0.reason"), "Bản chụp không rõ");
        // While the papers are out nothing gets late.
        world.now("2026-12-01 10:00");
        let seen = staff.justice.dossier(&code).await.expect(200);
        assert_eq!(seen.text("timeliness.code"), "within_term");
        let seen = staff.clerk.act(&code, "receive_supplement", json!({})).await.expect(200);
        assert_eq!(seen.text("state.code"), "processing");
        assert_eq!(seen.text("holder.id"), staff.justice.uid);
        assert_eq!(seen.text("due_at"), "2026-12-04T17:00:00+07:00");
        let refused = staff.justice.act(&code, "request_supplement", missing()).await;
        refused.conflict("processing", "supplement_already_requested");
    }

    async fn papers_are_asked_for_within_three_working_days_of_acceptance(world) {
        let staff = Staff::of(&world);
        let code = in_appraisal(&staff, LAND).await;
        world.now("2026-11-25 17:01");
        let refused = staff.land.act(&code, "request_supplement", missing()).await;
        refused.conflict("processing", "supplement_too_late");
        world.now("2026-11-25 17:00");
        staff.land.act(&code, "request_supplement", missing()).await.expect(200);
    }

    async fn a_request_for_papers_names_at_least_one_with_its_reason(world) {
        let staff = Staff::of(&world);
        let code = in_appraisal(&staff, MARITAL_STATUS).await;
        let verb = "request_supplement";
        staff.justice.act(&code, verb, json!({ "missing": [] })).await.problem(422, "invalid_input");
        let nameless = json!({ "missing": [{ "name": "" }] });
        let refused = staff.justice.act(&code, verb, nameless).await;
        refused.fault("missing[0].reason", "required");
    }

    async fn only_the_responsible_person_asks_for_papers(world) {
        let staff = Staff::of(&world);
        let code = in_appraisal(&staff, MARITAL_STATUS).await;
        for other in [&staff.clerk, &staff.justice_head, &staff.manager] {
            let refused = other.act(&code, "request_supplement", missing()).await;
            assert_eq!(refused.problem(403, "forbidden").text("reason"), "not_permitted");
        }
    }

    async fn papers_that_nobody_waits_for_are_not_received(world) {
        let staff = Staff::of(&world);
        let code = registered(&staff.clerk, MARITAL_STATUS).await;
        let refused = staff.clerk.act(&code, "receive_supplement", json!({})).await;
        refused.conflict("accepted", "wrong_state");
    }

    async fn a_supplement_that_does_not_come_lapses_after_fifteen_days(world) {
        let staff = Staff::of(&world);
        let code = in_appraisal(&staff, MARITAL_STATUS).await;
        world.now("2026-11-20 10:00");
        staff.justice.act(&code, "request_supplement", missing()).await.expect(200);
        // The fifteenth day is a Saturday; it rolls to the close of Monday.
        world.now("2026-12-07 17:00");
        world.tick();
        let seen = staff.clerk.dossier(&code).await.expect(200);
        assert_eq!(seen.text("state.code"), "awaiting_supplement");
        world.now("2026-12-07 17:00:01");
        let refused = staff.clerk.act(&code, "receive_supplement", json!({})).await;
        refused.conflict("awaiting_supplement", "supplement_lapsed");
        world.tick();
        world.tick();
        let seen = staff.clerk.dossier(&code).await.expect(200);
        assert_eq!(seen.text("state.code"), "stopped");
        assert_eq!(seen.text("ended_at"), "2026-12-07T17:00:01+07:00");
        let record = staff.clerk.get(&format!("/api/v1/dossiers/{code}/events")).await.expect(200);
        let last = record.at("items").as_array().unwrap().last().unwrap();
        assert_eq!(last["action"], "lapse");
        assert!(last["actor"].is_null());
        assert!(last["reason"].as_str().unwrap().contains("Nghị định 118/2025"));
    }

    async fn the_time_that_the_applicant_takes_to_pay_is_not_counted(world) {
        let staff = Staff::of(&world);
        let code = in_appraisal(&staff, LAND).await;
        let bill = json!({ "amount_vnd": 500_000, "purpose": "Lệ phí" });
        world.now("2026-11-20 16:00");
        let seen = staff.land.act(&code, "request_payment", bill.clone()).await.expect(200);
        assert_eq!(seen.text("state.code"), "awaiting_payment");
        assert_eq!(seen.at("payment.amount_vnd"), 500_000);
        staff.land.act(&code, "request_payment", bill).await
            .conflict("awaiting_payment", "wrong_state");
        // One closing hour went by; the weekend is not another.
        world.now("2026-11-23 08:00");
        let seen = staff.clerk.act(&code, "confirm_payment", json!({})).await.expect(200);
        assert_eq!(seen.text("due_at"), "2026-12-07T17:00:00+07:00");
        staff.clerk.act(&code, "confirm_payment", json!({})).await
            .conflict("processing", "wrong_state");
    }

    async fn a_stop_that_begins_late_stays_late(world) {
        let staff = Staff::of(&world);
        let code = in_appraisal(&staff, LAND).await;
        world.now("2026-12-07 08:00");
        let bill = json!({ "amount_vnd": 500_000, "purpose": "Lệ phí" });
        let seen = staff.land.act(&code, "request_payment", bill).await.expect(200);
        assert_eq!(seen.text("timeliness.code"), "overdue");
        world.now("2026-12-11 08:00");
        let seen = staff.land.act(&code, "confirm_payment", json!({})).await.expect(200);
        assert_eq!(seen.text("due_at"), "2026-12-04T17:00:00+07:00");
        assert_eq!(seen.text("timeliness.code"), "overdue");
    }

    async fn a_bill_is_of_a_positive_amount(world) {
        let staff = Staff::of(&world);
        let code = in_appraisal(&staff, LAND).await;
        let bill = json!({ "amount_vnd": 0, "purpose": "" });
        let refused = staff.land.act(&code, "request_payment", bill).await;
        refused.fault("purpose", "required").fault("amount_vnd", "out_of_range");
    }
}
