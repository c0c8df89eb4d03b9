//! The deadline calculator, for anybody.

use std::num::NonZeroU32;
use std::sync::Arc;

use actix_web::http::header::ACCEPT_LANGUAGE;
use actix_web::test::{TestRequest, call_service, init_service, read_body_json};
use api::http::{Limits, PerMinute};
use serde_json::{Value, json};

const PLACE: &str = "/api/v1/deadlines/preview";

/// Five working days from Thursday 19 November 2026, over a weekend and a holiday.
fn question() -> Value {
    json!({
        "office": "H29.23",
        "received_at": "2026-11-19T09:00:00+07:00",
        "time_limit": { "unit": "working_days", "amount": 5 },
        "stops": [],
    })
}

both! {
    async fn a_due_date_explains_itself(world) {
        let answer = world.visitor().post(PLACE, &question()).await.expect(200);
        assert_eq!(answer.text("due_at"), "2026-11-27T17:00:00+07:00");
        assert_eq!(answer.at("provisional"), &json!(false));
        assert_eq!(
            answer.words("counted"),
            ["2026-11-20", "2026-11-23", "2026-11-25", "2026-11-26", "2026-11-27"]
        );
        let skipped: Vec<(&str, &str)> = answer.json["skipped"].as_array().unwrap().iter()
            .map(|day| (day["date"].as_str().unwrap(), day["code"].as_str().unwrap()))
            .collect();
        assert_eq!(skipped, [
            ("2026-11-19", "day_of_receipt"),
            ("2026-11-21", "weekend"),
            ("2026-11-22", "weekend"),
            ("2026-11-24", "closed"),
        ]);
        assert_eq!(answer.text("skipped.3.reason"), "ngày nghỉ: Ngày Văn hóa Việt Nam");
        assert!(answer.header("ratelimit").starts_with("\"preview\";"));
        assert!(answer.header("ratelimit-policy").starts_with("\"preview\";q="));
    }

    async fn stops_resume_or_restart_the_clock(world) {
        let mut question = question();
        question["stops"] = json!([
            { "from": "2026-11-20T10:00:00+07:00", "to": "2026-11-23T10:00:00+07:00", "then": "resume" },
        ]);
        let resumed = world.visitor().post(PLACE, &question).await.expect(200);
        assert_eq!(resumed.text("due_at"), "2026-11-30T17:00:00+07:00");
        question["stops"][0]["then"] = "restart".into();
        let restarted = world.visitor().post(PLACE, &question).await.expect(200);
        assert_eq!(restarted.text("due_at"), "2026-12-01T17:00:00+07:00");
        // An instant is an instant, whatever its offset.
        question["received_at"] = "2026-11-19T02:00:00Z".into();
        assert_eq!(world.visitor().post(PLACE, &question).await.json, restarted.json);
    }

    async fn every_fault_of_the_question_is_named_at_once(world) {
        let bad = json!({
            "office": "không có",
            "received_at": "2026-11-19T09:00:00",
            "time_limit": { "unit": "same_day", "amount": 5 },
            "stops": [{ "from": "2026-02-30T09:00:00+07:00", "then": "pause" }],
            "colour": "red",
        });
        let refused = world.visitor().post(PLACE, &bad).await.problem(422, "invalid_input");
        for (field, code) in [
            ("office", "bad_format"),
            ("received_at", "offset_missing"),
            ("time_limit.amount", "amount_not_allowed"),
            ("stops[0].from", "bad_date"),
            ("stops[0].to", "required"),
            ("stops[0].then", "unknown_word"),
            ("colour", "unknown_field"),
        ] {
            refused.clone().fault(field, code);
        }
        let mut unknown = question();
        unknown["office"] = "H30".into();
        world.visitor().post(PLACE, &unknown).await.fault("office", "unknown_office");
    }

    async fn stops_that_cannot_be_are_named_at_their_place(world) {
        let stop = |from: &str, to: &str| json!({ "from": from, "to": to, "then": "resume" });
        let mut backwards = question();
        backwards["stops"] = json!([
            stop("2026-11-20T10:00:00+07:00", "2026-11-20T11:00:00+07:00"),
            stop("2026-11-24T10:00:00+07:00", "2026-11-23T10:00:00+07:00"),
        ]);
        let refused = world.visitor().post(PLACE, &backwards).await;
        refused.fault("stops[1].to", "stop_ends_before_it_begins");
        let mut early = question();
        early["stops"] = json!([stop("2026-11-18T10:00:00+07:00", "2026-11-20T11:00:00+07:00")]);
        let refused = world.visitor().post(PLACE, &early).await;
        refused.fault("stops[0].from", "stop_before_receipt");
        let mut many = question();
        many["stops"] = vec![stop("2026-11-20T10:00:00+07:00", "2026-11-20T10:00:00+07:00"); 51].into();
        world.visitor().post(PLACE, &many).await.fault("stops", "too_many");
    }

    async fn who_asks_too_often_is_told_when_to_come_again(world) {
        let mut service = world.service.clone();
        let per_minute = PerMinute { preview: NonZeroU32::MIN, ..PerMinute::default() };
        service.limits = Arc::new(Limits::new(per_minute, Vec::new()));
        let app = init_service(api::server::app(service)).await;
        let ask = || TestRequest::post().uri(PLACE).peer_addr(([192, 0, 2, 1], 1).into())
            .insert_header((ACCEPT_LANGUAGE, "en")).set_json(question()).to_request();
        assert_eq!(call_service(&app, ask()).await.status(), 200);
        let refused = call_service(&app, ask()).await;
        assert_eq!(refused.status(), 429);
        let header = |name| refused.headers().get(name).unwrap().to_str().unwrap().to_owned();
        let seconds = header("retry-after").parse::<u32>().unwrap();
        assert!((1..=61).contains(&seconds));
        assert_eq!(header("ratelimit-policy"), "\"preview\";q=1;w=60");
        let problem: Value = read_body_json(refused).await;
        assert_eq!(problem["code"], "rate_limited");
    }
}
