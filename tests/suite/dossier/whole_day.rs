//! The whole day of a dossier, from the desk to its return, read like a story.

use serde_json::{Value, json};

use crate::support::{Answer, LAND, Staff, World, handed_in};

both! {
    /// Land changes hands: ten working days by the law, and on the way a paper is missing, a fee
    /// is due, a step is done again and an apology is signed.
    async fn the_whole_day_of_a_dossier(world) {
        let staff = Staff::of(&world);
        let day = Day { world: &world, staff: &staff, code: register(&world, &staff).await };

        day.goes_to_the_specialist().await;
        day.lacks_a_paper_over_a_weekend_and_a_holiday().await;
        day.waits_for_the_fee().await;
        day.is_sent_back_once().await;
        day.gets_an_apology_and_a_new_date().await;
        day.climbs_to_the_last_step().await;
        day.is_resolved_and_returned().await;
        day.left_a_record_that_holds().await;
    }
}

/// Thursday morning at the counter. The day of receipt does not count, neither do the weekends
/// nor Tuesday 24 November, so the tenth working day after is Friday of the week after next.
async fn register(world: &World, staff: &Staff) -> (String, String) {
    world.now("2026-11-19 09:15");
    let seen = staff
        .clerk
        .post("/api/v1/dossiers/register", &handed_in(LAND))
        .await
        .expect(201);
    assert_eq!(seen.text("code"), "H29.23-261119-0001");
    assert_eq!(
        seen.header("location"),
        "/api/v1/dossiers/H29.23-261119-0001"
    );
    assert_eq!(seen.etag(), "\"1\"");
    state(&seen, "accepted");
    due(&seen, "2026-12-04T17:00:00+07:00");
    assert_eq!(seen.text("due_at_original"), "2026-12-04T17:00:00+07:00");
    // It came before 15:00, so the desk hands it over today.
    step(&seen, 0, "2026-11-19T17:00:00+07:00");

    let path = "/api/v1/dossiers/H29.23-261119-0001/due_date";
    let explained = staff.clerk.get(path).await.expect(200);
    assert_eq!(
        explained.words("counted"),
        [
            "2026-11-20",
            "2026-11-23",
            "2026-11-25",
            "2026-11-26",
            "2026-11-27",
            "2026-11-30",
            "2026-12-01",
            "2026-12-02",
            "2026-12-03",
            "2026-12-04"
        ]
    );
    let skipped = explained.at("skipped").as_array().unwrap();
    let holiday = skipped
        .iter()
        .find(|day| day["date"] == "2026-11-24")
        .unwrap();
    assert!(
        holiday["reason"]
            .as_str()
            .unwrap()
            .contains("Ngày Văn hóa Việt Nam")
    );
    (
        seen.text("code").to_owned(),
        seen.text("lookup_key").to_owned(),
    )
}

struct Day<'a> {
    world: &'a World,
    staff: &'a Staff,
    /// With the key on the receipt.
    code: (String, String),
}

impl Day<'_> {
    async fn goes_to_the_specialist(&self) {
        self.world.now("2026-11-19 09:40");
        let seen = self
            .staff
            .clerk
            .forward(&self.code.0, &self.staff.land)
            .await
            .expect(200);
        state(&seen, "processing");
        assert_eq!(seen.text("holder.id"), self.staff.land.uid);
        // 28 working hours, the holiday left out.
        step(&seen, 1, "2026-11-25T15:10:00+07:00");
        let mine = self
            .staff
            .land
            .get("/api/v1/worklists/mine")
            .await
            .expect(200);
        assert_eq!(mine.each("code"), [self.code.0.as_str()]);

        let public = self.look_up().await;
        state(&public, "processing");
        assert_eq!(public.text("state.text"), "Đang xử lý");
        assert_eq!(public.at("steps").as_array().unwrap().len(), 2);
        assert_eq!(public.at("steps_total"), 6);
    }

    /// The law wants the whole term again from the moment the paper is there.
    async fn lacks_a_paper_over_a_weekend_and_a_holiday(&self) {
        let missing = json!({ "missing": [{
            "name": "Trích đo địa chính thửa đất",
            "reason": "Bản đã nộp không có xác nhận"
        }]});
        self.world.now("2026-11-20 10:00");
        let seen = self
            .staff
            .land
            .act(&self.code.0, "request_supplement", missing)
            .await;
        let seen = seen.expect(200);
        state(&seen, "awaiting_supplement");
        // Fifteen days end on a Saturday, so the Monday after is the last.
        assert_eq!(seen.text("supplement.until"), "2026-12-07T17:00:00+07:00");

        let own = self.look_up_with_key().await;
        let name = own.text("own.supplement.missing.0.name");
        assert_eq!(name, "Trích đo địa chính thửa đất");
        assert!(self.look_up().await.at("own").is_null());

        self.world.now("2026-11-25 08:30");
        let body = json!({ "papers": [{ "name": "Trích đo địa chính thửa đất", "originals": 1 }] });
        let seen = self
            .staff
            .clerk
            .act(&self.code.0, "receive_supplement", body)
            .await
            .expect(200);
        state(&seen, "processing");
        due(&seen, "2026-12-09T17:00:00+07:00");
        step(&seen, 1, "2026-11-30T14:00:00+07:00");
        assert_eq!(seen.text("due_at_original"), "2026-12-04T17:00:00+07:00");
    }

    /// The time in which the applicant pays is nobody's delay: two closing hours passed.
    async fn waits_for_the_fee(&self) {
        let (code, staff) = (&self.code.0, self.staff);
        self.world.now("2026-11-27 10:00");
        let seen = staff.land.forward(code, &staff.land).await.expect(200);
        step(&seen, 2, "2026-12-01T10:00:00+07:00");

        self.world.now("2026-11-27 15:00");
        let bill = json!({ "amount_vnd": 1_250_000, "purpose": "Lệ phí trước bạ" });
        let seen = staff
            .land
            .act(code, "request_payment", bill)
            .await
            .expect(200);
        state(&seen, "awaiting_payment");
        let own = self.look_up_with_key().await;
        assert_eq!(own.at("own.payment.amount_vnd"), 1_250_000);

        self.world.now("2026-12-01 09:00");
        let paid = json!({ "receipt": "0001234" });
        let seen = staff
            .clerk
            .act(code, "confirm_payment", paid)
            .await
            .expect(200);
        state(&seen, "processing");
        due(&seen, "2026-12-11T17:00:00+07:00");
        step(&seen, 2, "2026-12-02T15:00:00+07:00");
    }

    /// The step begins anew, the promise does not.
    async fn is_sent_back_once(&self) {
        let (code, staff) = (&self.code.0, self.staff);
        self.world.now("2026-12-01 14:00");
        let seen = staff.land.forward(code, &staff.land_head).await.expect(200);
        step(&seen, 3, "2026-12-03T08:30:00+07:00");

        self.world.now("2026-12-02 09:00");
        let reason = json!({ "reason": "Chưa khớp diện tích trên bản trích đo" });
        let seen = staff
            .land_head
            .act(code, "send_back", reason)
            .await
            .expect(200);
        step(&seen, 2, "2026-12-04T09:00:00+07:00");
        assert_eq!(seen.text("holder.id"), staff.land.uid);
        due(&seen, "2026-12-11T17:00:00+07:00");

        self.world.now("2026-12-03 08:00");
        let seen = staff.land.forward(code, &staff.land_head).await.expect(200);
        step(&seen, 3, "2026-12-04T13:30:00+07:00");
    }

    /// Two days before the date, so it is no short notice.
    async fn gets_an_apology_and_a_new_date(&self) {
        self.world.now("2026-12-09 10:00");
        let apology = json!({
            "reason": "Cần xác minh lại ranh giới thửa đất",
            "due_at": "2026-12-16T17:00:00+07:00"
        });
        let seen = self
            .staff
            .manager
            .act(&self.code.0, "reappoint", apology)
            .await
            .expect(200);
        state(&seen, "processing");
        due(&seen, "2026-12-16T17:00:00+07:00");
        assert_eq!(seen.at("reappointed"), true);
        assert_eq!(seen.text("due_at_original"), "2026-12-04T17:00:00+07:00");

        let own = self.look_up_with_key().await;
        assert_eq!(own.text("own.apology.due_at"), "2026-12-16T17:00:00+07:00");
        assert_eq!(
            own.text("own.apology.reason"),
            "Cần xác minh lại ranh giới thửa đất"
        );
    }

    async fn climbs_to_the_last_step(&self) {
        let (code, staff) = (&self.code.0, self.staff);
        let way = [
            (
                "2026-12-09 14:00",
                &staff.land_head,
                &staff.manager,
                4,
                "2026-12-10T16:00:00+07:00",
            ),
            (
                "2026-12-10 09:00",
                &staff.manager,
                &staff.land,
                5,
                "2026-12-11T09:00:00+07:00",
            ),
            (
                "2026-12-11 08:30",
                &staff.land,
                &staff.registry,
                6,
                "2026-12-11T14:00:00+07:00",
            ),
        ];
        for (now, from, to, number, until) in way {
            self.world.now(now);
            step(&from.forward(code, to).await.expect(200), number, until);
        }
        let seen = staff.registry.dossier(code).await.expect(200);
        assert!(seen.words("allowed_actions").contains(&"resolve"));
    }

    /// On Monday the date before the apology has passed by half a working hour; by the date that
    /// was promised last it is early.
    async fn is_resolved_and_returned(&self) {
        let (code, staff) = (&self.code.0, self.staff);
        self.world.now("2026-12-14 08:00");
        let outcome = json!({ "outcome": "approved" });
        let seen = staff
            .registry
            .act(code, "resolve", outcome)
            .await
            .expect(200);
        state(&seen, "resolved");
        assert_eq!(seen.text("timeliness.code"), "early");
        assert_eq!(seen.text("timeliness_by_original.code"), "late");
        assert_eq!(seen.at("timeliness_by_original.late_working_minutes"), 30);
        assert_eq!(seen.at("timeliness_by_original.late_working_days"), 1);

        self.world.now("2026-12-14 15:00");
        let way = json!({ "way": "in_person", "recipient": "Người Nộp Hồ Sơ" });
        let seen = staff
            .clerk
            .act(code, "return_result", way)
            .await
            .expect(200);
        state(&seen, "returned");
        assert_eq!(seen.text("ended_at"), "2026-12-14T08:00:00+07:00");
        assert_eq!(seen.words("allowed_actions"), Vec::<&str>::new());

        let own = self.look_up_with_key().await;
        assert_eq!(own.text("own.outcome"), "approved");
        assert_eq!(own.at("own.may_rate"), true);
        let rating = json!({ "key": self.code.1, "level": "very_satisfied" });
        let path = format!("/api/v1/public/dossiers/{code}/rating");
        self.world.visitor().post(&path, &rating).await.expect(204);
    }

    async fn left_a_record_that_holds(&self) {
        let path = format!("/api/v1/dossiers/{}/events", self.code.0);
        let record = self.staff.clerk.get(&path).await.expect(200);
        assert_eq!(
            record.each("action"),
            [
                "register",
                "forward",
                "request_supplement",
                "receive_supplement",
                "forward",
                "request_payment",
                "confirm_payment",
                "forward",
                "send_back",
                "forward",
                "reappoint",
                "forward",
                "forward",
                "forward",
                "resolve",
                "return_result"
            ]
        );
        let events = record.at("items").as_array().unwrap();
        for pair in events.windows(2) {
            assert_eq!(pair[0]["hash"], pair[1]["previous_hash"]);
            assert_eq!(pair[0]["to"], pair[1]["from"]);
        }
        let apology = &events[10]["detail"];
        assert_eq!(apology["due_at_before"], "2026-12-11T17:00:00+07:00");
        assert_eq!(apology["short_notice"], Value::Bool(false));
        let (walked, broken) = self.world.verify();
        assert_eq!((walked, broken), (16, Vec::new()));
    }

    async fn look_up(&self) -> Answer {
        let path = format!("/api/v1/public/dossiers/{}", self.code.0);
        self.world.visitor().get(&path).await.expect(200)
    }

    async fn look_up_with_key(&self) -> Answer {
        let path = format!(
            "/api/v1/public/dossiers/{}?key={}",
            self.code.0, self.code.1
        );
        self.world.visitor().get(&path).await.expect(200)
    }
}

#[track_caller]
fn state(seen: &Answer, expected: &str) {
    assert_eq!(seen.text("state.code"), expected, "{seen:?}");
}

#[track_caller]
fn due(seen: &Answer, expected: &str) {
    assert_eq!(seen.text("due_at"), expected, "{seen:?}");
}

/// The place in the route, 0 for the desk, and until when.
#[track_caller]
fn step(seen: &Answer, number: usize, until: &str) {
    assert_eq!(seen.at("step.number"), number, "{seen:?}");
    assert_eq!(seen.text("step.due_at"), until, "{seen:?}");
}
