//! Vietnamese text: composed (NFC) however it comes in, and found however it is asked for.

use serde_json::json;

use crate::support::{MARITAL_STATUS, of_person};

/// The same name, composed and in pieces.
const COMPOSED: &str = "Nguy\u{1ec5}n Th\u{1ecb} \u{1ed4}n";
const PIECES: &str = "Nguye\u{302}\u{303}n Thi\u{323} O\u{302}\u{309}n";

fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

both! {
    async fn a_name_in_pieces_is_stored_whole_and_found_either_way(world) {
        let clerk = world.staff("tiepnhan");
        let made = clerk.post("/api/v1/dossiers/register", &of_person(MARITAL_STATUS, PIECES)).await.expect(201);
        let code = made.text("code").to_owned();
        assert_eq!(made.text("applicant.name"), COMPOSED);
        assert_eq!(clerk.dossier(&code).await.text("applicant.name"), COMPOSED);
        for asked in [COMPOSED, PIECES, "nguyen thi on", "NGUYỄN", "thị ổn"] {
            for parameter in ["name", "q"] {
                let path = format!("/api/v1/dossiers?{parameter}={}", encoded(asked));
                let found = clerk.get(&path).await.expect(200);
                assert_eq!(found.each("code"), [code.as_str()], "{parameter}={asked}");
            }
        }
    }

    async fn every_other_text_is_stored_whole_too(world) {
        let clerk = world.staff("tiepnhan");
        let mut dossier = of_person(MARITAL_STATUS, PIECES);
        dossier["matter"] = PIECES.into();
        dossier["submitter_name"] = PIECES.into();
        dossier["result_address"] = PIECES.into();
        dossier["applicant"]["address"] = PIECES.into();
        let made = clerk.post("/api/v1/dossiers/register", &dossier).await.expect(201);
        assert!(made.body().contains(COMPOSED), "{made:?}");
        assert!(!made.body().contains(PIECES), "{made:?}");
        let code = made.text("code");
        let path = format!("/api/v1/dossiers/{code}/comments");
        let comment = clerk.post(&path, &json!({ "text": PIECES })).await.expect(201);
        assert_eq!(comment.text("text"), COMPOSED);
        let stopped = json!({ "reason": PIECES });
        clerk.act(code, "withdraw", stopped).await.expect(200);
        let events = clerk.get(&format!("/api/v1/dossiers/{code}/events")).await.expect(200);
        assert!(events.body().contains(COMPOSED) && !events.body().contains(PIECES), "{events:?}");
        assert_eq!(world.verify().1.len(), 0);
    }

    async fn a_password_in_pieces_is_the_same_password(world) {
        let clerk = world.staff("tiepnhan");
        let body = json!({ "current_password": crate::support::PASSWORD, "new_password": PIECES });
        clerk.post("/api/v1/auth/password", &body).await.expect(204);
        for password in [COMPOSED, PIECES] {
            let body = json!({ "login": "tiepnhan", "password": password });
            world.visitor().post("/api/v1/auth/login", &body).await.expect(200);
        }
    }

    async fn names_of_registers_are_stored_whole_too(world) {
        let admin = world.staff("quantri");
        let body = json!({ "code": "H29.77", "name": PIECES, "kind": "ward", "parent": "H29", "address": PIECES });
        let made = admin.post("/api/v1/offices", &body).await.expect(201);
        assert_eq!((made.text("name"), made.text("address")), (COMPOSED, COMPOSED));
        for asked in [COMPOSED, PIECES, "thi on"] {
            let found = admin.get(&format!("/api/v1/offices?q={}", encoded(asked))).await.expect(200);
            assert_eq!(found.each("code"), ["H29.77"], "{asked}");
        }
    }
}
