//! From person to person: forward, assign, send back.

use serde_json::json;

use crate::support::{Answer, LAND, MARITAL_STATUS, Staff, at_last_step, in_appraisal, registered};

fn holder(seen: &Answer) -> (&str, &str) {
    (seen.text("holder.id"), seen.text("step.name"))
}

both! {
    async fn a_dossier_goes_to_one_person_with_the_role_of_the_step(world) {
        let staff = Staff::of(&world);
        let code = registered(&staff.clerk, MARITAL_STATUS).await;
        staff.clerk.forward(&code, &staff.justice_head).await.fault("to", "wrong_role");
        staff.clerk.forward(&code, &staff.land).await.fault("to", "wrong_department");
        let nobody = json!({ "to": "0192f3c4-5d6e-7f80-9a1b-2c3d4e5f6071" });
        staff.clerk.act(&code, "forward", nobody).await.fault("to", "unknown_person");
        let seen = staff.clerk.forward(&code, &staff.justice).await.expect(200);
        assert_eq!(seen.text("state.code"), "processing");
        assert_eq!(
            holder(&seen),
            (
                staff.justice.uid.as_str(),
                "Thẩm định hồ sơ, xác minh tình trạng hôn nhân, dự thảo giấy xác nhận"
            )
        );
    }

    async fn the_slip_shows_each_hand_over(world) {
        let staff = Staff::of(&world);
        let code = registered(&staff.clerk, MARITAL_STATUS).await;
        world.now("2026-11-19 08:30");
        staff.clerk.forward(&code, &staff.justice).await.expect(200);
        world.now("2026-11-20 09:00");
        let seen = staff.justice.forward(&code, &staff.justice_head).await.expect(200);
        let slip: Vec<_> = (0..3)
            .map(|line| (
                seen.at(&format!("steps.{line}.step")).clone(),
                seen.text(&format!("steps.{line}.entered_at")).to_owned(),
                seen.at(&format!("steps.{line}.left_at")).as_str().map(str::to_owned),
            ))
            .collect();
        let at = |text: &str| text.to_owned();
        assert_eq!(slip, [
            (json!(0), at("2026-11-19T08:00:00+07:00"), Some(at("2026-11-19T08:30:00+07:00"))),
            (json!(1), at("2026-11-19T08:30:00+07:00"), Some(at("2026-11-20T09:00:00+07:00"))),
            (json!(2), at("2026-11-20T09:00:00+07:00"), None),
        ]);
    }

    async fn only_the_responsible_person_hands_on(world) {
        let staff = Staff::of(&world);
        let code = in_appraisal(&staff, MARITAL_STATUS).await;
        for other in [&staff.clerk, &staff.justice_head, &staff.manager, &staff.inspector] {
            let refused = other.forward(&code, &staff.justice_head).await.problem(403, "forbidden");
            assert_eq!(refused.text("state"), "processing");
            assert!(!refused.words("allowed_actions").contains(&"forward"));
        }
    }

    async fn after_the_last_step_there_is_no_further_one(world) {
        let staff = Staff::of(&world);
        let code = at_last_step(&staff, MARITAL_STATUS).await;
        let refused = staff.registry.forward(&code, &staff.registry).await;
        let refused = refused.conflict("processing", "at_last_step");
        assert!(refused.words("allowed_actions").contains(&"resolve"));
    }

    async fn a_head_assigns_the_step_to_another_of_the_department(world) {
        let staff = Staff::of(&world);
        let second = world.colleague("chuyenvien.tuphap", "chuyenvien2.tuphap");
        let code = in_appraisal(&staff, MARITAL_STATUS).await;
        let to = json!({ "to": second.uid, "reason": "Người trước nghỉ phép" });
        let refused = staff.justice.act(&code, "assign", to.clone()).await;
        assert_eq!(refused.problem(403, "forbidden").text("reason"), "not_permitted");
        // The head of another department is no head here.
        staff.land_head.act(&code, "assign", to.clone()).await.problem(403, "forbidden");
        let before = staff.justice.dossier(&code).await.expect(200);
        let seen = staff.justice_head.act(&code, "assign", to).await.expect(200);
        assert_eq!(seen.text("holder.id"), second.uid);
        assert_eq!(seen.text("step.due_at"), before.text("step.due_at"));
        staff.justice.forward(&code, &staff.justice_head).await.problem(403, "forbidden");
        second.forward(&code, &staff.justice_head).await.expect(200);
    }

    async fn there_is_nothing_to_assign_before_the_first_step(world) {
        let staff = Staff::of(&world);
        let code = registered(&staff.clerk, MARITAL_STATUS).await;
        let to = json!({ "to": staff.justice.uid });
        staff.manager.act(&code, "assign", to).await.conflict("accepted", "wrong_state");
    }

    async fn sending_back_needs_a_reason_and_goes_to_the_one_who_had_it(world) {
        let staff = Staff::of(&world);
        let code = in_appraisal(&staff, MARITAL_STATUS).await;
        let reason = json!({ "reason": "Thiếu chữ ký" });
        let refused = staff.justice.act(&code, "send_back", reason.clone()).await;
        refused.conflict("processing", "at_first_step");
        world.now("2026-11-20 08:00");
        staff.justice.forward(&code, &staff.justice_head).await.expect(200);
        staff.justice_head.act(&code, "send_back", json!({})).await.fault("reason", "required");
        let seen = staff.justice_head.act(&code, "send_back", reason).await.expect(200);
        assert_eq!(seen.text("holder.id"), staff.justice.uid);
        assert_eq!(seen.at("step.number"), 1);
        assert_eq!(seen.text("due_at"), "2026-11-25T17:00:00+07:00");
        let record = staff.clerk.get(&format!("/api/v1/dossiers/{code}/events")).await.expect(200);
        assert_eq!(record.at("items").as_array().unwrap().last().unwrap()["reason"], "Thiếu chữ ký");
    }

    async fn a_stand_in_acts_in_the_name_of_the_absent(world) {
        let staff = Staff::of(&world);
        let second = world.colleague("chuyenvien.kinhte", "chuyenvien2.kinhte");
        let code = in_appraisal(&staff, LAND).await;
        second.forward(&code, &staff.land).await.problem(403, "forbidden");
        world.stands_in(&second, &staff.land, "2026-11-20 00:00", "2026-11-21 00:00");
        world.now("2026-11-20 09:00");
        let mine = second.get("/api/v1/worklists/mine").await.expect(200);
        assert_eq!(mine.each("code"), [code.as_str()]);
        second.forward(&code, &staff.land).await.expect(200);
        let record = staff.clerk.get(&format!("/api/v1/dossiers/{code}/events")).await.expect(200);
        let last = record.at("items").as_array().unwrap().last().unwrap();
        assert_eq!(last["actor"], second.uid);
        assert_eq!(last["on_behalf_of"], staff.land.uid);
        world.now("2026-11-21 00:00");
        second.forward(&code, &staff.land_head).await.problem(403, "forbidden");
        let mine = second.get("/api/v1/worklists/mine").await.expect(200);
        assert_eq!(mine.each("code"), Vec::<String>::new());
    }
}
