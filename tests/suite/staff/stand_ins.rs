//! Stand-ins over HTTP: named, used at once, cancelled.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{MARITAL_STATUS, Staff, in_appraisal, send};

fn period(stand_in: &str, from: &str, to: &str) -> Value {
    json!({
        "stand_in": stand_in,
        "from": format!("2026-11-{from}:00+07:00"),
        "to": format!("2026-11-{to}:00+07:00"),
        "reason": "Nghỉ phép",
    })
}

both! {
    async fn a_stand_in_acts_from_the_next_request_on_until_it_is_cancelled(world) {
        let staff = Staff::of(&world);
        let code = in_appraisal(&staff, MARITAL_STATUS).await;
        let path = format!("/api/v1/staff/{}/stand-ins", staff.justice.uid);
        let seen = staff.registry.get("/api/v1/worklists/mine").await.expect(200);
        assert_eq!(seen.each("code"), Vec::<String>::new());
        let body = period(&staff.registry.uid, "19T07:30", "20T17:00");
        let made = staff.justice.post(&path, &body).await.expect(201);
        assert_eq!(made.text("absent.id"), staff.justice.uid);
        assert_eq!(made.text("from"), "2026-11-19T07:30:00+07:00");
        let seen = staff.registry.get("/api/v1/worklists/mine").await.expect(200);
        assert_eq!(seen.each("code"), [code]);
        let place = made.header("location").to_owned();
        assert_eq!(staff.clerk.get(&place).await.expect(200).json, made.json);
        let cancel = |client: &crate::support::Client| send(client.request(Method::DELETE, &place));
        cancel(&staff.registry).await.problem(403, "forbidden");
        let ended = cancel(&staff.manager).await.expect(200);
        assert_eq!(ended.text("to"), world.time());
        let seen = staff.registry.get("/api/v1/worklists/mine").await.expect(200);
        assert_eq!(seen.each("code"), Vec::<String>::new());
    }

    async fn periods_are_checked_and_listed_newest_first(world) {
        let staff = Staff::of(&world);
        let path = format!("/api/v1/staff/{}/stand-ins", staff.justice.uid);
        let name = |from: &'static str, to: &'static str| {
            let (justice, path) = (staff.justice.clone(), path.clone());
            let body = period(&staff.justice_head.uid, from, to);
            async move { justice.post(&path, &body).await }
        };
        name("20T07:30", "20T17:00").await.expect(201);
        name("23T07:30", "23T17:00").await.expect(201);
        name("20T16:00", "23T07:30").await.fault("from", "overlaps");
        name("25T16:00", "25T07:30").await.fault("to", "not_after_from");
        let own = period(&staff.justice.uid, "25T07:30", "25T17:00");
        staff.justice.post(&path, &own).await.fault("stand_in", "same_person");
        let other = period(&staff.stranger.uid, "25T07:30", "25T17:00");
        staff.justice.post(&path, &other).await.fault("stand_in", "unknown_person");
        staff.stranger.post(&path, &other).await.problem(404, "not_found");
        let body = period(&staff.clerk.uid, "25T07:30", "25T17:00");
        staff.clerk.post(&path, &body).await.problem(403, "forbidden");
        let listed = staff.clerk.get(&path).await.expect(200);
        let begins = ["2026-11-23T07:30:00+07:00", "2026-11-20T07:30:00+07:00"];
        assert_eq!(listed.each("from"), begins);
    }
}
