//! The public look-up: where a dossier stands, and with the key of the receipt one's own case.

use std::num::NonZeroU32;

use api::http::PerMinute;
use serde_json::json;

use crate::support::{
    Answer, MARITAL_STATUS, Staff, at_last_step, in_appraisal, register, resolved, submitted,
};

fn public(code: &str) -> String {
    format!("/api/v1/public/dossiers/{code}")
}

/// The body and headers without what names this one request.
fn anonymous(answer: &Answer) -> (String, Vec<String>) {
    let mut json = answer.json.clone();
    let members = json.as_object_mut().unwrap();
    members.remove("request_id").expect("a request id");
    members.remove("instance").expect("an instance");
    let own = ["x-request-id", "date", "ratelimit", "content-length"];
    let headers = answer
        .headers
        .iter()
        .filter(|(name, _)| !own.contains(&name.as_str()));
    let mut headers: Vec<_> = headers.map(|header| format!("{header:?}")).collect();
    headers.sort();
    (json.to_string(), headers)
}

both! {
    async fn the_code_alone_shows_the_way_of_a_dossier_and_no_person(world) {
        let staff = Staff::of(&world);
        let code = in_appraisal(&staff, MARITAL_STATUS).await;
        let seen = world.visitor().get(&public(&code)).await.expect(200);
        assert_eq!(seen.text("procedure.id"), MARITAL_STATUS);
        assert_eq!(seen.text("office.id"), "H29.23");
        assert_eq!(seen.text("state.text"), "Đang xử lý");
        assert_eq!(seen.text("due_at"), "2026-11-25T17:00:00+07:00");
        assert_eq!(seen.at("timeliness.late"), false);
        assert_eq!(seen.at("steps").as_array().unwrap().len(), 2);
        assert_eq!(seen.at("steps_total"), 4);
        assert_eq!(seen.header("cache-control"), "no-store");
        let body = seen.body();
        let key = staff.clerk.dossier(&code).await.text("lookup_key").to_owned();
        for secret in [
            "Người Nộp", "001200000001", "0912345678", "nguoinop@", "Tổ 1", "Chuyên viên",
            "Cán bộ tiếp nhận", key.as_str(), staff.justice.uid.as_str(),
        ] {
            assert!(!body.contains(secret), "{secret} in {body}");
        }
        world.now("2026-11-26 08:00");
        let late = world.visitor().get(&public(&code)).await.expect(200);
        assert_eq!(late.at("timeliness.late"), true);
    }

    async fn a_new_name_of_the_office_shows_at_once(world) {
        let staff = Staff::of(&world);
        let code = in_appraisal(&staff, MARITAL_STATUS).await;
        let office = "/api/v1/offices/H29.23";
        let old = staff.admin.get(office).await.expect(200);
        let seen = world.visitor().get(&public(&code)).await.expect(200);
        assert_eq!(seen.text("office.name"), old.text("name"));
        let change = json!({"name": "Tên mới", "kind": "ward", "parent": "H29"});
        staff.admin.put(office, old.etag(), &change).await.expect(200);
        let seen = world.visitor().get(&public(&code)).await.expect(200);
        assert_eq!(seen.text("office.name"), "Tên mới");
        assert_eq!(seen.text("office.id"), "H29.23");
    }

    async fn wrong_keys_and_unknown_codes_look_alike_to_the_byte(world) {
        let staff = Staff::of(&world);
        let seen = register(&staff.clerk, MARITAL_STATUS).await;
        let (code, key) = (seen.text("code"), seen.text("lookup_key"));
        // Turned round it is another key, unless it reads the same from both ends.
        let mut wrong: String = key.chars().rev().collect();
        if wrong == key {
            wrong = "222222".to_owned();
        }
        let ask = async |path: String| world.visitor().get(&path).await.problem(404, "not_found");
        let unknown = ask(public("H29.23-261119-0002")).await;
        for path in [
            format!("{}?key={wrong}", public(code)),
            format!("{}?key=toolong", public(code)),
            format!("{}?key={key}", public("H29.23-261119-0002")),
            public("no-code"),
        ] {
            assert_eq!(anonymous(&ask(path.clone()).await), anonymous(&unknown), "{path}");
        }
        let words = json!({ "key": wrong, "level": "satisfied" });
        let rating = world.visitor().post(&format!("{}/rating", public(code)), &words).await;
        assert_eq!(anonymous(&rating.problem(404, "not_found")).0, anonymous(&unknown).0);
    }

    async fn with_the_key_the_applicant_sees_what_concerns_them(world) {
        let staff = Staff::of(&world);
        let code = submitted(&staff.clerk, MARITAL_STATUS).await;
        let key = staff.clerk.dossier(&code).await.text("lookup_key").to_owned();
        let path = format!("{}?key={key}", public(&code));
        let own = world.visitor().get(&path).await.expect(200);
        assert_eq!(own.at("own.may_rate"), false);
        assert!(own.text("own.office_address").starts_with("Bộ phận Tiếp nhận"));
        let missing = json!({ "missing": [{ "name": "Tờ khai", "reason": "Chưa ký" }] });
        staff.clerk.act(&code, "request_supplement", missing).await.expect(200);
        let own = world.visitor().get(&path).await.expect(200);
        assert_eq!(own.text("own.supplement.missing.0.reason"), "Chưa ký");
        staff.clerk.act(&code, "receive_supplement", json!({})).await.expect(200);
        staff.clerk.act(&code, "refuse", json!({ "reason": "Sai thẩm quyền" })).await.expect(200);
        let own = world.visitor().get(&path).await.expect(200);
        assert_eq!(own.text("own.reason"), "Sai thẩm quyền");
        assert!(!own.body().contains("001200000001"));
    }

    async fn the_service_is_rated_once_and_when_there_is_a_result(world) {
        let staff = Staff::of(&world);
        let open = at_last_step(&staff, MARITAL_STATUS).await;
        let done = resolved(&staff, MARITAL_STATUS).await;
        let rate = async |code: &str, level: &str| {
            let key = staff.clerk.dossier(code).await.text("lookup_key").to_owned();
            let words = json!({ "key": key, "level": level, "comment": "Cảm ơn" });
            world.visitor().post(&format!("{}/rating", public(code)), &words).await
        };
        rate(&open, "satisfied").await.problem(409, "not_resolved_yet");
        rate(&done, "delighted").await.fault("level", "unknown_word");
        rate(&done, "satisfied").await.expect(204);
        rate(&done, "unsatisfied").await.problem(409, "already_rated");
        let key = staff.clerk.dossier(&done).await.text("lookup_key").to_owned();
        let own = world.visitor().get(&format!("{}?key={key}", public(&done))).await.expect(200);
        assert_eq!((own.text("own.rating"), own.at("own.may_rate")), ("satisfied", &json!(false)));
    }

    async fn who_guesses_too_much_is_not_answered_for_a_while(world) {
        let staff = Staff::of(&world);
        let code = register(&staff.clerk, MARITAL_STATUS).await.text("code").to_owned();
        let miss = NonZeroU32::new(3).unwrap();
        let world = world.restart_with(PerMinute { miss, ..PerMinute::default() });
        let visitor = world.visitor();
        for _ in 0..3 {
            visitor.get(&public("H29.23-261119-0002")).await.problem(404, "not_found");
        }
        visitor.get(&public("H29.23-261119-0002")).await.problem(429, "rate_limited");
        // Nor is a right guess.
        let refused = visitor.get(&public(&code)).await.problem(429, "rate_limited");
        assert!(refused.header("retry-after").parse::<u32>().unwrap() > 0);
    }
}
