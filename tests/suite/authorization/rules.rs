//! Rows of the matrix: calendars, recounts, procedures.

use serde_json::{Value, json};

use super::{Call, Row, Stage};
use crate::support::MARITAL_STATUS;

pub async fn calendars(id: &str, stage: &Stage<'_>) -> Option<Row> {
    let city = async || {
        let all = stage.read("/api/v1/calendars").await;
        format!("/api/v1/calendars/{}", all.text("items.0.id"))
    };
    let unused = async || {
        let made = stage.add("/api/v1/calendars", calendar()).await;
        format!("/api/v1/calendars/{}", made.text("id"))
    };
    let open = |path: String| Row::by(Call::get(path), &stage.staff.clerk, 200).system(200);
    // The city's calendar binds both wards, so the administrator of one of them is too small.
    let kept = |call| {
        Row::by(call, &stage.staff.admin, 200)
            .wrong_role(&stage.staff.manager, 403)
            .wrong_office(&stage.ward_admin, 403)
    };
    Some(match id {
        "listCalendars" => open("/api/v1/calendars".to_owned()),
        "readCalendar" => open(city().await),
        "listCalendarVersions" => open(format!("{}/versions", city().await)),
        "createCalendar" => Row::by(
            Call::post("/api/v1/calendars", calendar()),
            &stage.ward_admin,
            201,
        )
        .wrong_role(&stage.staff.manager, 403),
        "changeCalendar" => {
            let path = city().await;
            kept(Call::put(&path, calendar()).seen(&stage.read(&path).await))
        }
        "importCalendarYear" => {
            let path = city().await;
            let call = Call::put(format!("{path}/years/2028"), year(2028));
            kept(call.seen(&stage.read(&path).await))
        }
        "retireCalendar" => {
            let path = unused().await;
            Row::by(
                Call::delete(&path).seen(&stage.read(&path).await),
                &stage.staff.admin,
                200,
            )
            .wrong_role(&stage.staff.manager, 403)
        }
        "restoreCalendar" => {
            let path = unused().await;
            stage.retire(&path).await;
            let call = Call::post_nothing(format!("{path}/restore"));
            Row::by(call.seen(&stage.read(&path).await), &stage.staff.admin, 200)
                .wrong_role(&stage.staff.manager, 403)
        }
        _ => return None,
    })
}

fn calendar() -> Value {
    let day = json!(["07:30-11:30", "13:00-17:00"]);
    json!({
        "name": "Lịch làm việc của phường",
        "weekly": { "monday": day, "tuesday": day, "wednesday": day, "thursday": day, "friday": day,
            "saturday": ["07:30-11:30"], "sunday": [] },
        "years": { "2026": year(2026) },
    })
}

fn year(year: u16) -> Value {
    let date = |rest: &str| format!("{year}-{rest}");
    json!({
        "closed": { date("01-01"): "Tết Dương lịch" },
        "make_up": { date("01-10"): "Làm bù" },
        "special": { date("02-13"): { "sessions": ["07:30-11:30"], "reason": "Nghỉ sớm" } },
        "certainty": "Theo thông báo",
    })
}

pub async fn recounts(id: &str, stage: &Stage<'_>) -> Option<Row> {
    let path = match id {
        "listRecomputations" => "/api/v1/recomputations".to_owned(),
        "readRecomputation" => {
            let calendars = stage.read("/api/v1/calendars").await;
            let path = format!("/api/v1/calendars/{}", calendars.text("items.0.id"));
            let call = Call::put(format!("{path}/years/2029"), year(2029));
            let changed = call
                .seen(&stage.read(&path).await)
                .by(&stage.staff.admin)
                .await;
            format!(
                "/api/v1/recomputations/{}",
                changed.expect(200).text("recomputation")
            )
        }
        _ => return None,
    };
    Some(Row::by(Call::get(path), &stage.staff.clerk, 200).system(200))
}

pub async fn procedures(id: &str, stage: &Stage<'_>) -> Option<Row> {
    let one = format!("/api/v1/procedures/{MARITAL_STATUS}");
    let open = |path: String| Row::by(Call::get(path), &stage.staff.clerk, 200).system(200);
    // They hold for every office, so an office's own administrator is the wrong one.
    let kept = |call, status| {
        Row::by(call, &stage.staff.admin, status)
            .wrong_role(&stage.staff.manager, 403)
            .wrong_office(&stage.ward_admin, 403)
    };
    let fresh = async || {
        let code = format!("2.{:06}", 900_000 + stage.fresh());
        let body = rules(json!({ "code": code, "effective_from": "2027-01-01" }));
        stage.add("/api/v1/procedures", body).await;
        format!("/api/v1/procedures/{code}")
    };
    Some(match id {
        "listProcedures" => open("/api/v1/procedures".to_owned()),
        "readProcedure" => open(one),
        "readProcedureVersion" => {
            let path = fresh().await;
            open(format!("{path}/versions/2027-01-01"))
        }
        "createProcedure" => {
            let body = rules(json!({ "code": "2.009999", "effective_from": "2027-01-01" }));
            kept(Call::post("/api/v1/procedures", body), 201)
        }
        "addProcedureVersion" => {
            let body = rules(json!({ "effective_from": "2028-01-01" }));
            let call = Call::post(format!("{one}/versions"), body);
            kept(call.seen(&stage.read(&one).await), 201)
        }
        "replaceProcedureVersion" => {
            let path = fresh().await;
            let call = Call::put(format!("{path}/versions/2027-01-01"), rules(json!({})));
            kept(
                call.seen(&stage.read(&format!("{path}?on=2027-01-01")).await),
                200,
            )
        }
        "retireProcedure" => {
            let path = fresh().await;
            let seen = stage.read(&format!("{path}?on=2027-01-01")).await;
            kept(Call::delete(&path).seen(&seen), 200)
        }
        "restoreProcedure" => {
            let path = fresh().await;
            let shown = format!("{path}?on=2027-01-01");
            let gone = Call::delete(&path).seen(&stage.read(&shown).await);
            let gone = gone.by(&stage.staff.admin).await.expect(200);
            kept(
                Call::post_nothing(format!("{path}/restore")).seen(&gone),
                200,
            )
        }
        _ => return None,
    })
}

fn rules(mut body: Value) -> Value {
    let rest = json!({
        "name": "Cấp bản sao trích lục", "field": "Hộ tịch",
        "time_limit": { "unit": "working_days", "amount": 3 },
        "extra_limit": { "unit": "working_days", "amount": 2 },
        "papers": [{ "name": "Tờ khai", "originals": 1, "copies": 0, "required": true, "form": "01" }],
        "fees": [{ "amount_vnd": 8000, "per": "bản", "channel": "online", "note": "Miễn khi trực tuyến" }],
        "route": [{ "name": "Thẩm định", "department": "tu_phap", "role": "specialist",
            "budget": { "unit": "working_hours", "amount": 8 } }],
        "legal_basis": ["Luật Hộ tịch"], "note": "Ghi chú", "payment_stage": false,
    });
    for (name, value) in rest.as_object().expect("an object") {
        body[name] = value.clone();
    }
    body
}
