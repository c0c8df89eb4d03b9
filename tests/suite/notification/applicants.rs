//! Applicants who gave an address are told what concerns them, and nothing else.

use serde_json::json;

use super::{MailServer, deliver, kinds, outbox, post_to};
use crate::support::{
    LAND, MARITAL_STATUS, PARENTAGE, Staff, announce_holiday, handed_in, in_appraisal, of_person,
    registered, resolved, submitted,
};

const MISSING: &str = "Giấy xác nhận tình trạng hôn nhân";

fn wanted() -> serde_json::Value {
    json!({ "missing": [
        { "name": MISSING, "reason": "Bản nộp của người có CCCD 001200000001 đã hết hạn." },
        { "name": "Bản sao hộ chiếu", "reason": "Chưa có." },
    ] })
}

both! {
    async fn who_hands_in_gets_the_code_the_link_and_the_key_and_no_number_of_theirs(world) {
        let staff = Staff::of(&world);
        let server = MailServer::plain();
        let answer = staff.clerk.post("/api/v1/dossiers/register", &handed_in(MARITAL_STATUS)).await.expect(201);
        let (code, key) = (answer.text("code"), answer.text("lookup_key"));
        let done = deliver(&post_to(&world, &server)).await;
        assert_eq!((done.taken, done.sent), (1, 1));
        let mail = server.mails(1).remove(0);
        assert_eq!(mail["to"], "nguoinop@example.vn");
        assert_eq!(mail["from"], "motcua@phuong.example.vn");
        let subject = mail["subject"].as_str().unwrap();
        assert!(subject.contains(code) && subject.contains("đã được tiếp nhận"), "{subject}");
        for part in ["plain", "html"] {
            // Slashes are escaped in HTML.
            let text = mail[part].as_str().unwrap().replace("&#x2f;", "/");
            for told in [code, key, &format!("http://motcua.example/api/v1/public/dossiers/{code}"), "Người Nộp Hồ Sơ"] {
                assert!(text.contains(told), "{part} lacks {told}: {text}");
            }
            for secret in ["001200000001", "0912345678", "Tổ 1, phường"] {
                assert!(!text.contains(secret), "{part} tells {secret}");
            }
        }
        let headers = &mail["headers"];
        assert_eq!(headers["Auto-Submitted"], "auto-generated");
        assert_eq!(headers["Reply-To"], "hoidap@phuong.example.vn");
        assert_eq!(headers["List-Id"], "<applicant-received.h29-23.phuong.example.vn>");
        assert!(headers["Message-ID"].as_str().unwrap().ends_with("@phuong.example.vn>"));
        assert!(headers["Date"].as_str().unwrap().starts_with("Thu, 19 Nov 2026 01:00:00"), "{headers}");
        assert_eq!(outbox(&world), [("applicant_received".to_owned(), "sent".to_owned())]);
    }

    async fn a_number_that_was_typed_behind_the_name_is_hidden_in_the_salutation(world) {
        let staff = Staff::of(&world);
        let server = MailServer::plain();
        let name = "Người Nộp Hồ Sơ 001.200.000.001, CMND 272.345.678 Đồng Nai";
        let dossier = of_person(MARITAL_STATUS, name);
        staff.clerk.post("/api/v1/dossiers/register", &dossier).await.expect(201);
        deliver(&post_to(&world, &server)).await;
        let mail = server.mails(1).remove(0);
        for part in ["plain", "html"] {
            let text = mail[part].as_str().unwrap();
            let greeted = "Người Nộp Hồ Sơ ***.***.***.001, CMND ***.***.678 Đồng Nai";
            assert!(text.contains(greeted), "{text}");
        }
    }

    async fn who_gave_no_address_gets_nothing(world) {
        let staff = Staff::of(&world);
        let mut dossier = handed_in(MARITAL_STATUS);
        dossier["applicant"].as_object_mut().unwrap().remove("email");
        staff.clerk.post("/api/v1/dossiers/register", &dossier).await.expect(201);
        assert_eq!(kinds(&world), Vec::<String>::new());
    }

    async fn every_missing_paper_and_the_last_day_are_named(world) {
        let staff = Staff::of(&world);
        let server = MailServer::plain();
        let code = in_appraisal(&staff, MARITAL_STATUS).await;
        staff.justice.act(&code, "request_supplement", wanted()).await.expect(200);
        deliver(&post_to(&world, &server)).await;
        let mail = server.mails(2).remove(1);
        assert_eq!(mail["subject"], format!("Hồ sơ {code}: cần bổ sung 2 giấy tờ, chậm nhất ngày 04/12/2026"));
        let text = mail["plain"].as_str().unwrap();
        assert!(text.contains(MISSING) && text.contains("Bản sao hộ chiếu"), "{text}");
        assert!(text.contains("17:00 thứ Sáu, 04/12/2026"), "{text}");
        assert!(text.contains("CCCD *********001") && !text.contains("001200000001"), "{text}");
    }

    async fn a_request_for_papers_that_came_meanwhile_is_not_sent(world) {
        let staff = Staff::of(&world);
        let server = MailServer::plain();
        let code = in_appraisal(&staff, MARITAL_STATUS).await;
        staff.justice.act(&code, "request_supplement", wanted()).await.expect(200);
        world.pass(chrono::TimeDelta::days(1));
        staff.clerk.act(&code, "receive_supplement", json!({})).await.expect(200);
        let done = deliver(&post_to(&world, &server)).await;
        assert_eq!((done.sent, done.moot), (2, 1));
        assert_eq!(
            outbox(&world).iter().map(|(kind, state)| format!("{kind} {state}")).collect::<Vec<_>>(),
            ["applicant_received sent", "applicant_supplement moot", "applicant_due_date_moved sent"]
        );
    }

    async fn each_turn_of_a_case_tells_the_applicant_once(world) {
        let staff = Staff::of(&world);
        let code = submitted(&staff.clerk, PARENTAGE).await;
        let papers = json!({ "papers": [{ "number": 1 }, { "number": 2 }] });
        staff.clerk.act(&code, "accept", papers).await.expect(200);
        staff.clerk.forward(&code, &staff.justice).await.expect(200);
        staff.justice.act(&code, "extend", json!({ "reason": "Cần xác minh" })).await.expect(200);
        let later = json!({ "reason": "Chờ xác minh", "due_at": "2026-12-18T17:00:00+07:00" });
        staff.manager.act(&code, "reappoint", later).await.expect(200);
        staff.justice.forward(&code, &staff.justice_head).await.expect(200);
        staff.justice_head.forward(&code, &staff.manager).await.expect(200);
        staff.manager.forward(&code, &staff.registry).await.expect(200);
        staff.registry.act(&code, "resolve", json!({ "outcome": "approved" })).await.expect(200);
        let back = json!({ "way": "in_person", "recipient": "Người nộp" });
        staff.clerk.act(&code, "return_result", back).await.expect(200);
        assert_eq!(
            kinds(&world),
            ["applicant_received", "applicant_received", "applicant_due_date_moved",
             "applicant_apology", "applicant_result"]
        );
    }

    async fn an_apology_is_owed_also_where_the_date_moves_on_before_its_mail_goes(world) {
        let staff = Staff::of(&world);
        let server = MailServer::plain();
        let code = in_appraisal(&staff, PARENTAGE).await;
        let post = post_to(&world, &server);
        deliver(&post).await;
        let later = json!({ "reason": "Chờ xác minh", "due_at": "2026-12-18T17:00:00+07:00" });
        staff.manager.act(&code, "reappoint", later).await.expect(200);
        staff.justice.act(&code, "extend", json!({ "reason": "Cần xác minh" })).await.expect(200);
        let done = deliver(&post).await;
        assert_eq!((done.sent, done.moot), (2, 0));
        let mails = server.mails(3);
        let apology = mails.iter().map(|mail| mail["plain"].as_str().unwrap())
            .find(|text| text.contains("Chờ xác minh"));
        assert!(apology.expect("an apology").contains("25/12/2026"), "{apology:?}");
    }

    async fn a_payment_is_asked_for_until_it_came(world) {
        let staff = Staff::of(&world);
        let server = MailServer::plain();
        let code = in_appraisal(&staff, LAND).await;
        let due = json!({ "amount_vnd": 1_500_000, "purpose": "Lệ phí trước bạ" });
        staff.land.act(&code, "request_payment", due).await.expect(200);
        let post = post_to(&world, &server);
        deliver(&post).await;
        let mail = server.mails(2).remove(1);
        assert_eq!(mail["subject"], format!("Hồ sơ {code}: cần nộp 1.500.000 đồng"));
        // As if the mail server had been away until the payment came.
        world.meddle("UPDATE mails SET state = 'waiting' WHERE kind = 'applicant_payment'");
        staff.land.act(&code, "confirm_payment", json!({})).await.expect(200);
        assert_eq!(deliver(&post).await.moot, 1);
    }

    async fn endings_without_a_result_are_told_with_their_reason(world) {
        let staff = Staff::of(&world);
        let server = MailServer::plain();
        let refused = submitted(&staff.clerk, MARITAL_STATUS).await;
        staff.clerk.act(&refused, "refuse", json!({ "reason": "Không thuộc thẩm quyền" })).await.expect(200);
        let stopped = registered(&staff.clerk, MARITAL_STATUS).await;
        let why = json!({ "reason": "Có tranh chấp", "legal_ground": "Điều 19" });
        staff.manager.act(&stopped, "stop", why).await.expect(200);
        let withdrawn = registered(&staff.clerk, MARITAL_STATUS).await;
        staff.clerk.act(&withdrawn, "withdraw", json!({ "reason": "Theo đơn" })).await.expect(200);
        let lapsed = in_appraisal(&staff, MARITAL_STATUS).await;
        staff.justice.act(&lapsed, "request_supplement", wanted()).await.expect(200);
        world.now("2026-12-07 08:00");
        world.tick();
        deliver(&post_to(&world, &server)).await;
        let subject = |code: &str| format!("Hồ sơ {code}");
        let told: Vec<String> = server.mails(8).iter()
            .map(|mail| mail["subject"].as_str().unwrap().to_owned())
            .filter(|text| !text.contains("nhận được") && !text.contains("hẹn trả"))
            .collect();
        for expected in [
            format!("{} không được tiếp nhận", subject(&refused)),
            format!("{} dừng giải quyết", subject(&stopped)),
            format!("{} đã được rút theo yêu cầu", subject(&withdrawn)),
            format!("{} dừng giải quyết vì quá hạn bổ sung", subject(&lapsed)),
        ] {
            assert!(told.contains(&expected), "{expected} in {told:?}");
        }
    }

    async fn a_holiday_announced_late_is_told_once(world) {
        let staff = Staff::of(&world);
        let code = registered(&staff.clerk, MARITAL_STATUS).await;
        announce_holiday(&staff.admin, "2026-11-23").await;
        world.tick();
        world.tick();
        assert_eq!(kinds(&world), ["applicant_received", "applicant_due_date_moved"]);
        let server = MailServer::plain();
        deliver(&post_to(&world, &server)).await;
        let mail = server.mails(2).remove(1);
        assert!(mail["subject"].as_str().unwrap().starts_with(&format!("Hồ sơ {code}: ngày hẹn")), "{mail}");
        assert!(mail["plain"].as_str().unwrap().contains("Lịch làm việc của cơ quan thay đổi"));
    }

    async fn a_holiday_that_moves_the_last_day_for_papers_is_told_with_them(world) {
        let staff = Staff::of(&world);
        let server = MailServer::plain();
        let code = in_appraisal(&staff, MARITAL_STATUS).await;
        deliver(&post_to(&world, &server)).await;
        staff.justice.act(&code, "request_supplement", wanted()).await.expect(200);
        announce_holiday(&staff.admin, "2026-12-04").await;
        world.tick();
        world.tick();
        let done = deliver(&post_to(&world, &server)).await;
        assert_eq!((done.sent, done.moot), (1, 1), "both would say the same");
        let mail = server.mails(2).remove(1);
        assert_eq!(mail["subject"], format!("Hồ sơ {code}: cần bổ sung 2 giấy tờ, chậm nhất ngày 07/12/2026"));
    }

    async fn what_is_refused_or_undone_tells_nobody(world) {
        let staff = Staff::of(&world);
        let code = registered(&staff.clerk, MARITAL_STATUS).await;
        staff.clerk.act(&code, "resolve", json!({ "outcome": "approved" })).await.problem(409, "state_conflict");
        let mut bad = handed_in(MARITAL_STATUS);
        bad["papers"] = json!([]);
        staff.clerk.post("/api/v1/dossiers/register", &bad).await.expect(422);
        let items = json!({ "items": [
            { "action": "register", "dossier": bad },
            { "action": "register", "dossier": handed_in(MARITAL_STATUS) },
        ] });
        staff.clerk.post("/api/v1/dossiers:batch", &items).await.expect(200);
        assert_eq!(kinds(&world).len(), 2);
    }

    async fn a_result_that_was_fetched_before_the_mail_went_is_not_announced(world) {
        let staff = Staff::of(&world);
        let code = resolved(&staff, MARITAL_STATUS).await;
        let back = json!({ "way": "in_person", "recipient": "Người nộp" });
        staff.clerk.act(&code, "return_result", back).await.expect(200);
        let server = MailServer::plain();
        let done = deliver(&post_to(&world, &server)).await;
        assert_eq!((done.sent, done.moot), (1, 1));
    }

    async fn what_is_said_again_before_the_mail_went_is_said_once_as_it_is_now(world) {
        let staff = Staff::of(&world);
        let server = MailServer::plain();
        let corrected = resolved(&staff, MARITAL_STATUS).await;
        let wrong = json!({ "reason": "Sai ngày sinh" });
        staff.manager.act(&corrected, "correct_result", wrong).await.expect(200);
        let declined = json!({ "outcome": "declined", "reason": "Không đủ điều kiện" });
        staff.registry.act(&corrected, "resolve", declined).await.expect(200);
        let paid = in_appraisal(&staff, LAND).await;
        for purpose in ["Lệ phí trước bạ", "Phí thẩm định"] {
            let due = json!({ "amount_vnd": 1_500_000, "purpose": purpose });
            staff.land.act(&paid, "request_payment", due).await.expect(200);
            if purpose == "Lệ phí trước bạ" {
                staff.land.act(&paid, "confirm_payment", json!({})).await.expect(200);
            }
        }
        let done = deliver(&post_to(&world, &server)).await;
        assert_eq!(done.moot, 2, "{:?}", outbox(&world));
        let told: Vec<String> = server.mails(usize::try_from(done.sent).unwrap()).iter()
            .map(|mail| format!("{} {}", mail["subject"].as_str().unwrap(), mail["plain"].as_str().unwrap()))
            .collect();
        let saying = |words: &str| told.iter().filter(|text| text.contains(words)).count();
        assert_eq!((saying("Phí thẩm định"), saying("Lệ phí trước bạ")), (1, 0));
        assert_eq!((saying("đã có văn bản trả lời"), saying("đã có kết quả")), (1, 0));
    }

    async fn a_number_of_another_kind_that_somebody_typed_is_hidden_as_well(world) {
        let staff = Staff::of(&world);
        let server = MailServer::plain();
        let mut dossier = handed_in(MARITAL_STATUS);
        dossier["applicant"]["id_number"] = "0101234567-001".into();
        let made = staff.clerk.post("/api/v1/dossiers", &dossier).await.expect(201);
        let reason = json!({ "reason": "Mã số 0101234567001 đã đóng; hộ chiếu C7654321 hết hạn" });
        staff.clerk.act(made.text("code"), "refuse", reason).await.expect(200);
        deliver(&post_to(&world, &server)).await;
        let told = server.mails(2).iter().map(|mail| mail["plain"].to_string()).collect::<String>();
        assert!(told.contains("Mã số **********001 đã đóng; hộ chiếu C****321"), "{told}");
        assert!(!told.contains("0101234567") && !told.contains("7654321"), "{told}");
    }
}
