//! A database with something of everything, made by the present version.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::dump::dump;
use super::facts::Facts;
use super::{Fixture, taken_over};
use crate::support::{
    Client, LAND, MARITAL_STATUS, PARENTAGE, PASSWORD, Staff, World, at_last_step, handed_in,
    in_appraisal, registered, resolved, submitted,
};

const REGISTER: &str = "/api/v1/dossiers/register";

both! {
    /// With `MOTCUA_WRITE` set it is kept under the version of the workspace, unless one is there.
    async fn what_this_version_leaves_can_be_kept_and_taken_over(world) {
        let facts = make(&world).await;
        let fixture = Fixture {
            version: format!("v{}", env!("CARGO_PKG_VERSION")),
            sql: dump(&world).await,
            facts,
        };
        if std::env::var_os("MOTCUA_WRITE").is_some() {
            fixture.write_new(world.which);
        }
        taken_over::check(world.which, &fixture).await;
    }
}

async fn make(world: &World) -> Facts {
    let staff = Staff::of(world);
    let states = in_every_state(world, &staff).await;
    let open = in_appraisal(&staff, PARENTAGE).await;
    let attachment = "%PDF-1.7\n% minh họa\n%%EOF\n";
    talk(&staff, &open, attachment).await;
    let (key, rated) = (key_of(&staff, &open).await, &states["returned"]);
    let words = json!({ "key": key_of(&staff, rated).await, "level": "very_satisfied" });
    let path = format!("/api/v1/public/dossiers/{rated}/rating");
    world.visitor().post(&path, &words).await.expect(204);
    late_holiday(world, &staff.admin).await;
    let retry = retry(&staff).await;
    Facts {
        at: "2026-11-25 16:00".to_owned(),
        states,
        key: (open.clone(), key),
        open,
        refresh_token: signed_in(world).await,
        client: connected(world, &staff.admin).await,
        retry,
        attachment: attachment.to_owned(),
    }
}

async fn in_every_state(world: &World, staff: &Staff) -> BTreeMap<String, String> {
    let clerk = &staff.clerk;
    let mut codes = BTreeMap::new();
    let mut keep = |state: &str, code: &str| drop(codes.insert(state.to_owned(), code.to_owned()));

    keep("submitted", &submitted(clerk, MARITAL_STATUS).await);
    keep("accepted", &registered(clerk, MARITAL_STATUS).await);
    let refused = submitted(clerk, MARITAL_STATUS).await;
    let why = json!({ "reason": "Không thuộc thẩm quyền" });
    clerk.act(&refused, "refuse", why).await.expect(200);
    keep("refused", &refused);

    let withdrawn = registered(clerk, MARITAL_STATUS).await;
    let wish = json!({ "reason": "Người nộp xin rút" });
    clerk.act(&withdrawn, "withdraw", wish).await.expect(200);
    keep("withdrawn", &withdrawn);
    let stopped = in_appraisal(staff, MARITAL_STATUS).await;
    let why = json!({ "reason": "Có tranh chấp", "legal_ground": "Điều 19 Nghị định 118/2025" });
    staff.manager.act(&stopped, "stop", why).await.expect(200);
    keep("stopped", &stopped);

    world.now("2026-11-20 09:00");
    let waiting = in_appraisal(staff, MARITAL_STATUS).await;
    let missing = json!({ "missing": [{ "name": "Tờ khai", "reason": "Chưa ký" }] });
    let asked = staff.justice.act(&waiting, "request_supplement", missing);
    asked.await.expect(200);
    keep("awaiting_supplement", &waiting);
    let unpaid = in_appraisal(staff, LAND).await;
    let bill = json!({ "amount_vnd": 1_250_000, "purpose": "Lệ phí trước bạ" });
    staff
        .land
        .act(&unpaid, "request_payment", bill)
        .await
        .expect(200);
    keep("awaiting_payment", &unpaid);

    keep("processing", &corrected(world, staff).await);
    keep("resolved", &resolved(staff, MARITAL_STATUS).await);
    let returned = resolved(staff, MARITAL_STATUS).await;
    let way = json!({ "way": "in_person", "recipient": "Người Nộp Hồ Sơ" });
    clerk.act(&returned, "return_result", way).await.expect(200);
    keep("returned", &returned);
    assert_eq!(codes.len(), 10, "{codes:?}");
    codes
}

/// With much behind it: extended, re-appointed, sent back, resolved late, corrected.
async fn corrected(world: &World, staff: &Staff) -> String {
    let code = in_appraisal(staff, PARENTAGE).await;
    let why = |words: &str| json!({ "reason": words });
    let extended = staff.justice.act(&code, "extend", why("Cần xác minh"));
    extended.await.expect(200);
    staff
        .justice
        .forward(&code, &staff.justice_head)
        .await
        .expect(200);
    let back = staff
        .justice_head
        .act(&code, "send_back", why("Ghi rõ hơn"));
    back.await.expect(200);
    let done = at_last_step(staff, PARENTAGE).await;
    let apology = json!({ "reason": "Xác minh lâu", "due_at": "2026-11-27T17:00:00+07:00" });
    staff
        .manager
        .act(&done, "reappoint", apology)
        .await
        .expect(200);
    world.now("2026-11-25 15:00");
    let outcome = json!({ "outcome": "approved" });
    staff
        .registry
        .act(&done, "resolve", outcome)
        .await
        .expect(200);
    let wrong = staff
        .manager
        .act(&done, "correct_result", why("Sai ngày sinh"));
    wrong.await.expect(200);
    done
}

async fn talk(staff: &Staff, code: &str, attachment: &str) {
    let path = format!("/api/v1/dossiers/{code}/comments");
    let said = json!({ "text": "Người nộp hẹn gọi lại" });
    staff.clerk.post(&path, &said).await.expect(201);
    let file = staff
        .clerk
        .upload(code, "Đơn đề nghị.pdf", attachment.as_bytes().to_vec());
    file.await.expect(201);
    let path = format!("/api/v1/staff/{}/stand-ins", staff.justice.uid);
    let period = json!({
        "stand_in": staff.registry.uid,
        "from": "2026-12-01T07:30:00+07:00",
        "to": "2026-12-04T17:00:00+07:00",
        "reason": "Nghỉ phép",
    });
    staff.justice.post(&path, &period).await.expect(201);
}

async fn key_of(staff: &Staff, code: &str) -> String {
    let seen = staff.clerk.dossier(code).await.expect(200);
    seen.text("lookup_key").to_owned()
}

/// A second version of the calendar, and open dossiers counted again.
async fn late_holiday(world: &World, admin: &Client) {
    world.now("2026-11-25 16:00");
    let list = admin.get("/api/v1/calendars").await.expect(200);
    let path = format!("/api/v1/calendars/{}", list.each("id")[0]);
    let calendar = admin.get(&path).await.expect(200);
    let mut closed = calendar.at("years.2026.closed").clone();
    closed["2026-11-30"] = "Nghỉ đột xuất".into();
    let year = json!({ "closed": closed, "make_up": calendar.at("years.2026.make_up") });
    let path = format!("{path}/years/2026");
    admin.put(&path, calendar.etag(), &year).await.expect(200);
    world.tick();
}

async fn retry(staff: &Staff) -> Value {
    let body = handed_in(MARITAL_STATUS);
    let made = staff.clerk.post_once("moc-nang-cap", REGISTER, &body).await;
    let code = made.expect(201).text("code").to_owned();
    json!({ "key": "moc-nang-cap", "path": REGISTER, "body": body, "code": code })
}

async fn signed_in(world: &World) -> String {
    let body = json!({ "login": "tiepnhan", "password": PASSWORD });
    let answer = world.visitor().post("/api/v1/auth/login", &body).await;
    answer.expect(200).text("refresh_token").to_owned()
}

/// Another office's system, which sent one dossier in.
async fn connected(world: &World, admin: &Client) -> (String, String) {
    let body = json!({ "name": "Phần mềm phường", "office": "H29.23" });
    let made = admin.post("/api/v1/clients", &body).await.expect(201);
    let system = Client::of_system(world, made.text("id"));
    let sent = system
        .post_once("moc-1", "/api/v1/dossiers", &handed_in(LAND))
        .await;
    sent.expect(201);
    (made.text("id").to_owned(), made.text("secret").to_owned())
}
