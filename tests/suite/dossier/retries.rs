//! A retry does nothing twice: `Idempotency-Key`.

use chrono::TimeDelta;
use serde_json::json;

use crate::support::{MARITAL_STATUS, Staff, handed_in, in_appraisal, of_person, registered, send};

const REGISTER: &str = "/api/v1/dossiers/register";

both! {
    async fn the_same_request_again_gets_the_stored_answer(world) {
        let staff = Staff::of(&world);
        let dossier = handed_in(MARITAL_STATUS);
        let first = staff.clerk.post_once("k1", REGISTER, &dossier).await.expect(201);
        assert_eq!(first.header("idempotency-replayed"), "");
        world.now("2026-11-20 08:00");
        let again = staff.clerk.post_once("k1", REGISTER, &dossier).await.expect(201);
        assert_eq!(again.header("idempotency-replayed"), "true");
        assert_eq!(again.bytes, first.bytes);
        for header in ["etag", "location", "content-type"] {
            assert_eq!(again.header(header), first.header(header));
        }
        assert_eq!(staff.clerk.get("/api/v1/dossiers").await.each("code").len(), 1);
    }

    async fn a_command_sent_again_is_answered_and_not_stale(world) {
        let staff = Staff::of(&world);
        let code = in_appraisal(&staff, MARITAL_STATUS).await;
        let path = format!("/api/v1/dossiers/{code}/forward");
        let body = json!({ "to": staff.justice_head.uid });
        let command = async |key: &str| {
            let request = staff.justice.request(reqwest::Method::POST, &path);
            send(request.header("if-match", "\"2\"").header("idempotency-key", key).json(&body)).await
        };
        let first = command("k1").await.expect(200);
        let again = command("k1").await.expect(200);
        assert_eq!((again.header("idempotency-replayed"), again.etag()), ("true", "\"3\""));
        assert_eq!(again.bytes, first.bytes);
        assert_ne!(command("k2").await.status, 200);
    }

    async fn the_same_key_with_another_request_is_refused(world) {
        let staff = Staff::of(&world);
        staff.clerk.post_once("k1", REGISTER, &handed_in(MARITAL_STATUS)).await.expect(201);
        let other = of_person(MARITAL_STATUS, "Người Khác");
        let refused = staff.clerk.post_once("k1", REGISTER, &other).await;
        refused.problem(422, "idempotency_key_reused");
        let same = handed_in(MARITAL_STATUS);
        let elsewhere = staff.clerk.post_once("k1", "/api/v1/dossiers", &same).await;
        elsewhere.problem(422, "idempotency_key_reused");
        assert_eq!(staff.clerk.get("/api/v1/dossiers").await.each("code").len(), 1);
    }

    async fn keys_of_two_people_never_meet(world) {
        let staff = Staff::of(&world);
        let second = world.colleague("tiepnhan", "tiepnhan2");
        let dossier = handed_in(MARITAL_STATUS);
        staff.clerk.post_once("k1", REGISTER, &dossier).await.expect(201);
        let other = second.post_once("k1", REGISTER, &dossier).await.expect(201);
        assert_eq!(other.text("code"), "H29.23-261119-0002");
    }

    async fn an_answer_is_kept_through_a_restart_and_for_seven_days(world) {
        let clerk = world.staff("tiepnhan");
        let dossier = handed_in(MARITAL_STATUS);
        let first = clerk.post_once("k1", REGISTER, &dossier).await.expect(201);
        let world = world.restart();
        let clerk = world.staff("tiepnhan");
        world.pass(TimeDelta::days(7) - TimeDelta::microseconds(1));
        let again = clerk.post_once("k1", REGISTER, &dossier).await.expect(201);
        assert_eq!(again.bytes, first.bytes);
        world.pass(TimeDelta::microseconds(1));
        let later = clerk.post_once("k1", REGISTER, &dossier).await.expect(201);
        assert_eq!(later.header("idempotency-replayed"), "");
        assert_eq!(later.text("code"), "H29.23-261126-0001");
    }

    async fn a_refusal_is_not_kept(world) {
        let staff = Staff::of(&world);
        let mut dossier = handed_in(MARITAL_STATUS);
        dossier["papers"] = json!([]);
        staff.clerk.post_once("k1", REGISTER, &dossier).await.problem(422, "invalid_input");
        staff.clerk.post_once("k1", REGISTER, &handed_in(MARITAL_STATUS)).await.expect(201);
    }

    async fn a_second_request_while_the_first_is_in_flight_is_turned_away(world) {
        let clerk = world.staff("tiepnhan");
        let held = world.hold();
        let ask = || {
            let clerk = clerk.clone();
            tokio::spawn(async move {
                clerk.post_once("k1", REGISTER, &handed_in(MARITAL_STATUS)).await
            })
        };
        let (mut one, mut two) = (ask(), ask());
        // Neither can finish while the database is held, so the first answer is the refusal.
        let (refused, other) = tokio::select! {
            answer = &mut one => (answer, two),
            answer = &mut two => (answer, one),
        };
        let refused = refused.unwrap().problem(409, "request_in_flight");
        assert_eq!(refused.header("retry-after"), "1");
        drop(held);
        other.await.unwrap().expect(201);
        let again = clerk.post_once("k1", REGISTER, &handed_in(MARITAL_STATUS)).await.expect(201);
        assert_eq!(again.header("idempotency-replayed"), "true");
    }

    async fn a_key_is_short_and_printable(world) {
        let staff = Staff::of(&world);
        let dossier = handed_in(MARITAL_STATUS);
        for key in ["", &"k".repeat(256), "tiếng Việt"] {
            let refused = staff.clerk.post_once(key, REGISTER, &dossier).await;
            refused.problem(400, "bad_idempotency_key");
        }
    }

    async fn a_connected_system_must_send_a_key(world) {
        let system = world.system("H29.23");
        let mut dossier = handed_in(MARITAL_STATUS);
        dossier["papers"] = json!([]);
        let refused = system.post("/api/v1/dossiers", &dossier).await;
        refused.problem(400, "idempotency_key_required");
        let seen = system.post_once("k1", "/api/v1/dossiers", &dossier).await.expect(201);
        assert_eq!(seen.text("channel"), "ward_client");
        assert_eq!(seen.text("state.code"), "submitted");
        let staff = Staff::of(&world);
        assert_eq!(registered(&staff.clerk, MARITAL_STATUS).await, "H29.23-261119-0002");
    }
}
