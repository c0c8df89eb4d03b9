//! Rows of the matrix: offices, departments, staff, stand-ins.

use serde_json::{Value, json};

use super::{Call, Row, Stage};

/// An office of the city's, as a path.
async fn new_office(stage: &Stage<'_>) -> String {
    let code = format!("H29.{}", 100 + stage.fresh());
    let body = json!({ "code": code, "name": "Phường mới", "kind": "ward", "parent": "H29" });
    stage.add("/api/v1/offices", body).await;
    format!("/api/v1/offices/{code}")
}

/// A department of the ward's, as a path.
async fn new_department(stage: &Stage<'_>) -> String {
    let body = json!({ "code": format!("phong_{}", stage.fresh()), "name": "Phòng mới" });
    let made = stage.add("/api/v1/offices/H29.23/departments", body).await;
    format!("/api/v1/departments/{}", made.text("id"))
}

/// For administrators over the thing; the ward's clerk and another ward's administrator are told
/// no with this status.
fn administered(call: Call, stage: &Stage<'_>, status: u16, elsewhere: u16) -> Row {
    Row::by(call, &stage.staff.admin, status)
        .wrong_role(&stage.staff.clerk, 403)
        .wrong_office(&stage.other_admin, elsewhere)
}

pub async fn offices(id: &str, stage: &Stage<'_>) -> Option<Row> {
    let open = |path: &str| Row::by(Call::get(path), &stage.staff.clerk, 200).system(200);
    Some(match id {
        "listOffices" => open("/api/v1/offices"),
        "readOffice" => open("/api/v1/offices/H29.23"),
        "createOffice" => {
            let body = office_body(json!({ "code": "H29.99", "parent": "H29" }));
            administered(Call::post("/api/v1/offices", body), stage, 201, 403)
        }
        "changeOffice" => {
            let path = new_office(stage).await;
            let call = Call::put(&path, office_body(json!({ "parent": "H29" })));
            administered(call.seen(&stage.read(&path).await), stage, 200, 403)
        }
        "retireOffice" => {
            let path = new_office(stage).await;
            let call = Call::delete(&path).seen(&stage.read(&path).await);
            administered(call, stage, 200, 403)
        }
        "restoreOffice" => {
            let path = new_office(stage).await;
            stage.retire(&path).await;
            let call = Call::post_nothing(format!("{path}/restore"));
            administered(call.seen(&stage.read(&path).await), stage, 200, 403)
        }
        _ => return None,
    })
}

fn office_body(mut body: Value) -> Value {
    body["name"] = "Ủy ban nhân dân phường".into();
    body["kind"] = "ward".into();
    body["desk_hours"] = json!({ "monday": ["07:30-11:30", "13:00-17:00"] });
    body["address"] = "Tổ 1".into();
    body["phone"] = "02363123456".into();
    body
}

pub async fn departments(id: &str, stage: &Stage<'_>) -> Option<Row> {
    let open = |path: String| Row::by(Call::get(path), &stage.staff.clerk, 200).system(200);
    let all = "/api/v1/offices/H29.23/departments";
    Some(match id {
        "listDepartments" => open(all.to_owned()),
        "readDepartment" => open(format!(
            "/api/v1/departments/{}",
            stage.department("tu_phap")
        )),
        "createDepartment" => {
            let body = json!({ "code": "noi_vu", "name": "Phòng Nội vụ" });
            administered(Call::post(all, body), stage, 201, 403)
        }
        "changeDepartment" => {
            let path = new_department(stage).await;
            let call = Call::put(&path, json!({ "name": "Phòng khác" }));
            administered(call.seen(&stage.read(&path).await), stage, 200, 403)
        }
        "retireDepartment" => {
            let path = new_department(stage).await;
            let call = Call::delete(&path).seen(&stage.read(&path).await);
            administered(call, stage, 200, 403)
        }
        "restoreDepartment" => {
            let path = new_department(stage).await;
            stage.retire(&path).await;
            let call = Call::post_nothing(format!("{path}/restore"));
            administered(call.seen(&stage.read(&path).await), stage, 200, 403)
        }
        _ => return None,
    })
}

pub async fn staff(id: &str, stage: &Stage<'_>) -> Option<Row> {
    let uid = &stage.staff.justice.uid;
    Some(match id {
        "listStaff" => Row::by(
            Call::get("/api/v1/staff?limit=200"),
            &stage.staff.clerk,
            200,
        )
        .hides(&stage.other_admin, uid),
        "readStaff" => Row::by(
            Call::get(format!("/api/v1/staff/{uid}")),
            &stage.staff.clerk,
            200,
        )
        .wrong_office(&stage.other_admin, 404)
        .system(404),
        "createStaff" => {
            let body = person(
                stage,
                json!({ "login": "noivu", "password": "mật khẩu đủ dài" }),
            );
            administered(Call::post("/api/v1/staff", body), stage, 201, 403)
        }
        "changeStaff" => {
            let path = stage.newcomer().await;
            let call = Call::put(&path, person(stage, json!({})));
            administered(call.seen(&stage.read(&path).await), stage, 200, 404).system(404)
        }
        "retireStaff" => {
            let path = stage.newcomer().await;
            let call = Call::delete(&path).seen(&stage.read(&path).await);
            administered(call, stage, 200, 404).system(404)
        }
        "restoreStaff" => {
            let path = stage.newcomer().await;
            stage.retire(&path).await;
            let call = Call::post_nothing(format!("{path}/restore"));
            administered(call.seen(&stage.read(&path).await), stage, 200, 404).system(404)
        }
        "resetPassword" => {
            let path = format!("{}/reset-password", stage.newcomer().await);
            administered(Call::post_nothing(path), stage, 200, 404)
        }
        _ => return None,
    })
}

fn person(stage: &Stage<'_>, mut body: Value) -> Value {
    body["display_name"] = "Chuyên viên Nội vụ".into();
    body["email"] = "noivu@example.vn".into();
    body["office"] = "H29.23".into();
    body["department"] = stage.department("tu_phap").into();
    body["roles"] = json!([{ "role": "specialist", "office": "H29.23" }]);
    body
}

pub async fn stand_ins(id: &str, stage: &Stage<'_>) -> Option<Row> {
    let absent = &stage.staff.justice;
    let all = format!("/api/v1/staff/{}/stand-ins", absent.uid);
    let days = |stage: &Stage<'_>| {
        let day = 1 + stage.fresh();
        json!({
            "stand_in": stage.staff.justice_head.uid, "reason": "Nghỉ phép",
            "from": format!("2027-03-{day:02}T07:30:00+07:00"),
            "to": format!("2027-03-{day:02}T17:00:00+07:00"),
        })
    };
    let made = async || {
        let made = absent.post(&all, &days(stage)).await.expect(201);
        format!("/api/v1/stand-ins/{}", made.text("id"))
    };
    let seen = |call| {
        Row::by(call, absent, 200)
            .wrong_office(&stage.other_admin, 404)
            .system(404)
    };
    Some(match id {
        "listStandIns" => seen(Call::get(all)),
        "readStandIn" => seen(Call::get(made().await)),
        "createStandIn" => Row::by(Call::post(all, days(stage)), absent, 201)
            .wrong_role(&stage.staff.clerk, 403)
            .wrong_office(&stage.other_manager, 404)
            .system(404),
        "cancelStandIn" => seen(Call::delete(made().await))
            .wrong_role(&stage.staff.clerk, 403)
            .wrong_office(&stage.other_manager, 404),
        _ => return None,
    })
}
