//! Taking dossiers in: at the counter, by post, and the desk's answer.

use serde_json::json;

use crate::support::{MARITAL_STATUS, Staff, handed_in, register, registered, send, submitted};

const REGISTER: &str = "/api/v1/dossiers/register";

both! {
    async fn registering_accepts_at_once_and_fixes_the_due_date(world) {
        let staff = Staff::of(&world);
        let seen = register(&staff.clerk, MARITAL_STATUS).await;
        assert_eq!(seen.text("state.code"), "accepted");
        assert_eq!(seen.text("received_at"), "2026-11-19T08:00:00+07:00");
        assert_eq!(seen.text("due_at"), "2026-11-25T17:00:00+07:00");
        assert_eq!(seen.text("timeliness.code"), "within_term");
        assert_eq!(seen.text("lookup_key").len(), 6);
        let key = seen.text("lookup_key");
        assert!(seen.text("lookup_url").ends_with(&format!("H29.23-261119-0001?key={key}")));
        assert_eq!(seen.text("matter"), seen.text("procedure.name"));
        let again = staff.clerk.dossier(seen.text("code")).await.expect(200);
        assert_eq!(again.json, seen.json);
    }

    async fn what_comes_after_hours_counts_from_the_next_morning(world) {
        let staff = Staff::of(&world);
        // Saturday; Monday is the day of receipt, Tuesday a holiday.
        world.now("2026-11-21 09:00");
        let seen = register(&staff.clerk, MARITAL_STATUS).await;
        assert_eq!(seen.text("due_at"), "2026-11-27T17:00:00+07:00");
    }

    async fn registering_without_required_papers_names_each_and_stores_nothing(world) {
        let staff = Staff::of(&world);
        let mut dossier = handed_in(MARITAL_STATUS);
        dossier["papers"] = json!([]);
        let refused = staff.clerk.post(REGISTER, &dossier).await.fault("papers", "paper_missing");
        assert_eq!(refused.at("errors").as_array().unwrap().len(), 2);
        dossier["papers"] = json!([{ "number": 1 }, { "number": 9 }]);
        staff.clerk.post(REGISTER, &dossier).await.fault("papers[1].number", "unknown_paper");
        assert_eq!(registered(&staff.clerk, MARITAL_STATUS).await, "H29.23-261119-0001");
    }

    async fn an_unknown_office_or_procedure_is_named(world) {
        let staff = Staff::of(&world);
        let mut dossier = handed_in("9.999999");
        staff.clerk.post(REGISTER, &dossier).await.fault("procedure", "procedure_not_in_force");
        dossier["office"] = "H77.1".into();
        staff.clerk.post(REGISTER, &dossier).await.fault("office", "unknown_office");
    }

    async fn only_a_clerk_of_the_office_registers(world) {
        let staff = Staff::of(&world);
        let dossier = handed_in(MARITAL_STATUS);
        for other in [&staff.justice, &staff.manager, &staff.inspector, &staff.admin, &staff.stranger] {
            other.post(REGISTER, &dossier).await.problem(403, "forbidden");
        }
        world.visitor().post(REGISTER, &dossier).await.problem(401, "unauthenticated");
    }

    async fn a_submission_waits_eight_working_hours_for_the_desk(world) {
        let staff = Staff::of(&world);
        let code = submitted(&staff.clerk, MARITAL_STATUS).await;
        let seen = staff.clerk.dossier(&code).await.expect(200);
        assert_eq!(seen.text("state.code"), "submitted");
        assert_eq!(seen.text("answer_by"), "2026-11-20T08:00:00+07:00");
        assert!(seen.at("due_at").is_null() && seen.at("received_at").is_null());
        assert_eq!(seen.text("timeliness.code"), "not_started");
        assert_eq!(
            seen.words("allowed_actions"),
            ["accept", "refuse", "request_supplement", "withdraw"]
        );
    }

    async fn accepting_starts_the_clock_when_every_required_paper_is_ticked(world) {
        let staff = Staff::of(&world);
        let code = submitted(&staff.clerk, MARITAL_STATUS).await;
        world.now("2026-11-20 09:00");
        let lacking = json!({ "papers": [{ "number": 1 }] });
        staff.clerk.act(&code, "accept", lacking).await.fault("papers", "paper_missing");
        let papers = json!({ "papers": [{ "number": 1 }, { "number": 3, "copies": 2 }] });
        let seen = staff.clerk.act(&code, "accept", papers.clone()).await.expect(200);
        assert_eq!(seen.text("state.code"), "accepted");
        assert_eq!(seen.text("received_at"), "2026-11-20T09:00:00+07:00");
        assert_eq!(seen.text("due_at"), "2026-11-26T17:00:00+07:00");
        assert_eq!(seen.at("papers.2.copies"), 2);

        let refused = staff.clerk.act(&code, "accept", papers).await;
        let refused = refused.conflict("accepted", "wrong_state");
        assert_eq!(refused.words("allowed_actions"), ["forward", "withdraw"]);
    }

    async fn accepting_is_the_clerks_alone(world) {
        let staff = Staff::of(&world);
        let code = submitted(&staff.clerk, MARITAL_STATUS).await;
        let papers = json!({ "papers": [{ "number": 1 }, { "number": 3 }] });
        let refused = staff.manager.act(&code, "accept", papers.clone()).await;
        let refused = refused.problem(403, "forbidden");
        assert_eq!(refused.text("state"), "submitted");
        assert_eq!(refused.text("reason"), "not_permitted");
        assert_eq!(refused.words("allowed_actions"), ["stop"]);
        // To another office it does not even exist.
        let path = format!("/api/v1/dossiers/{code}/accept");
        let request = staff.stranger.request(reqwest::Method::POST, &path);
        let answer = send(request.header("if-match", "\"1\"").json(&papers)).await;
        answer.problem(404, "not_found");
    }

    async fn a_refused_dossier_is_closed_and_keeps_its_code(world) {
        let staff = Staff::of(&world);
        let code = submitted(&staff.clerk, MARITAL_STATUS).await;
        staff.clerk.act(&code, "refuse", json!({})).await.fault("reason", "required");
        let reason = json!({ "reason": "Không thuộc thẩm quyền của phường" });
        let seen = staff.clerk.act(&code, "refuse", reason.clone()).await.expect(200);
        assert_eq!(seen.text("state.code"), "refused");
        assert_eq!(seen.text("ended_at"), world.time());
        assert_eq!(seen.words("allowed_actions"), Vec::<&str>::new());
        staff.clerk.act(&code, "refuse", reason).await.conflict("refused", "wrong_state");
        assert_eq!(registered(&staff.clerk, MARITAL_STATUS).await, "H29.23-261119-0002");
    }

    async fn the_desk_asks_for_papers_once_before_it_accepts(world) {
        let staff = Staff::of(&world);
        let code = submitted(&staff.clerk, MARITAL_STATUS).await;
        let missing = json!({ "missing": [{ "name": "Tờ khai", "reason": "Chưa ký" }] });
        let seen = staff.clerk.act(&code, "request_supplement", missing.clone()).await.expect(200);
        assert_eq!(seen.text("state.code"), "awaiting_supplement");
        world.now("2026-11-20 10:00");
        let brought = json!({ "papers": [{ "number": 1 }, { "number": 3 }] });
        let seen = staff.clerk.act(&code, "receive_supplement", brought).await.expect(200);
        assert_eq!(seen.text("state.code"), "submitted");
        let refused = staff.clerk.act(&code, "request_supplement", missing).await;
        refused.conflict("submitted", "supplement_already_requested");
        let seen = staff.clerk.act(&code, "accept", json!({})).await.expect(200);
        assert_eq!(seen.text("due_at"), "2026-11-26T17:00:00+07:00");
    }
}
