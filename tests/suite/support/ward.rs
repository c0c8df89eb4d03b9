//! The demo ward as the tests use it: its people, its procedures, and dossiers to hand in.

use serde_json::{Value, json};

use super::{Answer, Client, World};

/// Three working days; four steps; no payment, no extra limit.
pub const MARITAL_STATUS: &str = "1.004873";
/// Three working days, and five more where the facts must be verified.
pub const PARENTAGE: &str = "1.001022";
/// Ten working days; six steps; the applicant pays on the way.
pub const LAND: &str = "1.013831";
/// The same day, when it comes by 15:00.
pub const BIRTH: &str = "1.001193";

/// Everybody of the ward who has a part in these tests.
pub struct Staff {
    pub clerk: Client,
    pub justice: Client,
    pub justice_head: Client,
    pub land: Client,
    pub land_head: Client,
    pub manager: Client,
    pub registry: Client,
    pub inspector: Client,
    pub admin: Client,
    /// Of the second ward.
    pub stranger: Client,
}

impl Staff {
    pub fn of(world: &World) -> Self {
        let staff = |login| world.staff(login);
        Self {
            clerk: staff("tiepnhan"),
            justice: staff("chuyenvien.tuphap"),
            justice_head: staff("truongphong.tuphap"),
            land: staff("chuyenvien.kinhte"),
            land_head: staff("truongphong.kinhte"),
            manager: staff("lanhdao"),
            registry: staff("chuyenvien.vanphong"),
            inspector: staff("thanhtra"),
            admin: staff("quantri"),
            stranger: staff("tiepnhan.phuong2"),
        }
    }
}

/// A dossier with every required paper.
pub fn handed_in(procedure: &str) -> Value {
    json!({
        "office": "H29.23",
        "procedure": procedure,
        "applicant": {
            "name": "Người Nộp Hồ Sơ",
            "id_number": "001200000001",
            "phone": "0912345678",
            "email": "nguoinop@example.vn",
            "address": "Tổ 1, phường (minh họa)"
        },
        "papers": papers(procedure),
    })
}

/// The same by somebody with this name.
pub fn of_person(procedure: &str, name: &str) -> Value {
    let mut dossier = handed_in(procedure);
    dossier["applicant"]["name"] = name.into();
    dossier
}

fn papers(procedure: &str) -> Value {
    let required: &[u32] = match procedure {
        PARENTAGE => &[1, 2],
        MARITAL_STATUS => &[1, 3],
        _ => &[1, 2, 3],
    };
    required
        .iter()
        .map(|number| json!({ "number": number }))
        .collect()
}

/// Registers at the counter and gives the code.
pub async fn registered(clerk: &Client, procedure: &str) -> String {
    register(clerk, procedure).await.text("code").to_owned()
}

/// Registers at the counter.
pub async fn register(clerk: &Client, procedure: &str) -> Answer {
    clerk
        .post("/api/v1/dossiers/register", &handed_in(procedure))
        .await
        .expect(201)
}

/// Sends in by post, for the desk to answer, and gives the code.
pub async fn submitted(clerk: &Client, procedure: &str) -> String {
    let mut dossier = handed_in(procedure);
    dossier["channel"] = "post".into();
    dossier["papers"] = json!([]);
    clerk
        .post("/api/v1/dossiers", &dossier)
        .await
        .expect(201)
        .text("code")
        .to_owned()
}

/// Registered and handed to the specialist of the first step.
pub async fn in_appraisal(staff: &Staff, procedure: &str) -> String {
    let code = registered(&staff.clerk, procedure).await;
    let first = if procedure == LAND {
        &staff.land
    } else {
        &staff.justice
    };
    staff.clerk.forward(&code, first).await.expect(200);
    code
}

/// At the last step of a dossier on marital status or parentage.
pub async fn at_last_step(staff: &Staff, procedure: &str) -> String {
    let code = in_appraisal(staff, procedure).await;
    staff
        .justice
        .forward(&code, &staff.justice_head)
        .await
        .expect(200);
    staff
        .justice_head
        .forward(&code, &staff.manager)
        .await
        .expect(200);
    staff
        .manager
        .forward(&code, &staff.registry)
        .await
        .expect(200);
    code
}

/// Resolved, approved.
pub async fn resolved(staff: &Staff, procedure: &str) -> String {
    let code = at_last_step(staff, procedure).await;
    let body = json!({ "outcome": "approved" });
    staff.registry.act(&code, "resolve", body).await.expect(200);
    code
}

/// One more day off of 2026, announced by now.
pub async fn announce_holiday(admin: &Client, day: &str) {
    let list = admin.get("/api/v1/calendars").await.expect(200);
    let path = format!("/api/v1/calendars/{}", list.each("id")[0]);
    let calendar = admin.get(&path).await.expect(200);
    let mut closed = calendar.at("years.2026.closed").clone();
    closed[day] = "Nghỉ đột xuất".into();
    let year = json!({ "closed": closed, "make_up": calendar.at("years.2026.make_up") });
    admin
        .put(&format!("{path}/years/2026"), calendar.etag(), &year)
        .await
        .expect(200);
}
