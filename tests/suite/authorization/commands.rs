//! Rows of the matrix: every command on a dossier, each in the state that it needs.

use serde_json::json;

use super::{Row, Stage};
use crate::support::{
    Client, LAND, MARITAL_STATUS, PARENTAGE, at_last_step, in_appraisal, registered, resolved,
    submitted,
};

/// What the desk does.
pub async fn of_the_desk(id: &str, stage: &Stage<'_>) -> Option<Row> {
    let staff = &stage.staff;
    let clerk = &staff.clerk;
    let call = match id {
        "acceptDossier" => {
            let code = submitted(clerk, MARITAL_STATUS).await;
            let papers = json!([{ "number": 1, "originals": 1 }, { "number": 3, "copies": 2 }]);
            stage
                .command(&code, "accept", json!({ "papers": papers }))
                .await
        }
        "refuseDossier" => {
            let code = submitted(clerk, MARITAL_STATUS).await;
            stage
                .command(
                    &code,
                    "refuse",
                    json!({ "reason": "Không thuộc thẩm quyền" }),
                )
                .await
        }
        "receiveSupplement" => {
            let code = in_appraisal(staff, MARITAL_STATUS).await;
            let missing = json!([{ "name": "Bản sao", "reason": "Bản đã nộp không rõ" }]);
            let body = json!({ "missing": missing });
            staff
                .justice
                .act(&code, "request_supplement", body)
                .await
                .expect(200);
            let body =
                json!({ "papers": [{ "name": "Bản sao", "copies": 1 }], "note": "Đã nhận đủ" });
            stage.command(&code, "receive_supplement", body).await
        }
        "returnResult" => {
            let code = resolved(staff, MARITAL_STATUS).await;
            let body = json!({ "way": "in_person", "recipient": "Người nộp hồ sơ", "note": "Đủ" });
            stage.command(&code, "return_result", body).await
        }
        "withdrawDossier" => {
            let code = in_appraisal(staff, MARITAL_STATUS).await;
            stage
                .command(&code, "withdraw", json!({ "reason": "Người nộp xin rút" }))
                .await
        }
        _ => return None,
    };
    Some(
        Row::by(call, clerk, 200)
            .wrong_role(&staff.justice, 403)
            .wrong_office(&staff.stranger, 404),
    )
}

/// What the responsible person does; nobody else, of whatever role.
pub async fn of_the_holder(id: &str, stage: &Stage<'_>) -> Option<Row> {
    let staff = &stage.staff;
    let mine = |call, holder: &Client| {
        Row::by(call, holder, 200)
            .wrong_role(&staff.land_head, 403)
            .wrong_office(&stage.other_specialist, 404)
    };
    let justice = &staff.justice;
    Some(match id {
        "requestSupplement" => {
            let code = in_appraisal(staff, MARITAL_STATUS).await;
            let body = json!({
                "missing": [{ "name": "Bản sao giấy tờ", "reason": "Bản đã nộp không rõ" }],
                "reason": "Cần đủ giấy tờ",
            });
            mine(
                stage.command(&code, "request_supplement", body).await,
                justice,
            )
        }
        "extendDossier" => {
            let code = in_appraisal(staff, PARENTAGE).await;
            mine(
                stage
                    .command(&code, "extend", json!({ "reason": "Cần xác minh" }))
                    .await,
                justice,
            )
        }
        "requestPayment" => {
            let code = in_appraisal(staff, LAND).await;
            mine(
                stage.command(&code, "request_payment", payment()).await,
                &staff.land,
            )
            .wrong_role(justice, 403)
        }
        "confirmPayment" => {
            let code = in_appraisal(staff, LAND).await;
            staff
                .land
                .act(&code, "request_payment", payment())
                .await
                .expect(200);
            let body = json!({ "receipt": "0001234", "note": "Chuyển khoản" });
            mine(
                stage.command(&code, "confirm_payment", body).await,
                &staff.land,
            )
            .wrong_role(justice, 403)
        }
        "forwardDossier" => {
            let code = in_appraisal(staff, MARITAL_STATUS).await;
            let body = json!({ "to": staff.justice_head.uid, "note": "Kính chuyển" });
            mine(stage.command(&code, "forward", body).await, justice)
        }
        "sendBackDossier" => {
            let code = in_appraisal(staff, MARITAL_STATUS).await;
            staff
                .justice
                .forward(&code, &staff.justice_head)
                .await
                .expect(200);
            let body = json!({ "to": justice.uid, "reason": "Cần làm rõ nội dung thẩm định" });
            mine(
                stage.command(&code, "send_back", body).await,
                &staff.justice_head,
            )
        }
        "resolveDossier" => {
            let code = at_last_step(staff, MARITAL_STATUS).await;
            let body = json!({ "outcome": "declined", "reason": "Không đủ điều kiện" });
            mine(stage.command(&code, "resolve", body).await, &staff.registry)
        }
        _ => return None,
    })
}

fn payment() -> serde_json::Value {
    json!({ "amount_vnd": 28000, "purpose": "Lệ phí đăng ký" })
}

/// What heads and managers do.
pub async fn of_superiors(id: &str, stage: &Stage<'_>) -> Option<Row> {
    let staff = &stage.staff;
    let managed = |call| {
        Row::by(call, &staff.manager, 200)
            .wrong_role(&staff.clerk, 403)
            .wrong_office(&stage.other_manager, 404)
    };
    Some(match id {
        "assignDossier" => {
            let code = in_appraisal(staff, MARITAL_STATUS).await;
            let other = stage.world.staff("chuyenvien.tuphap.2");
            let body = json!({ "to": other.uid, "reason": "Chia việc" });
            Row::by(
                stage.command(&code, "assign", body).await,
                &staff.justice_head,
                200,
            )
            .wrong_role(&staff.land_head, 403)
            .wrong_office(&stage.other_head, 404)
        }
        "stopDossier" => {
            let code = registered(&staff.clerk, MARITAL_STATUS).await;
            let body = json!({ "reason": "Có quyết định của tòa án", "legal_ground": "Điều 19" });
            managed(stage.command(&code, "stop", body).await)
        }
        "reappointDossier" => {
            let code = in_appraisal(staff, MARITAL_STATUS).await;
            let body =
                json!({ "reason": "Cần thêm thời gian", "due_at": "2026-12-01T17:00:00+07:00" });
            managed(stage.command(&code, "reappoint", body).await)
        }
        "correctResult" => {
            let code = resolved(staff, MARITAL_STATUS).await;
            let body = json!({ "to": staff.registry.uid, "reason": "Sai ngày sinh trên giấy" });
            managed(stage.command(&code, "correct_result", body).await)
        }
        _ => return None,
    })
}

/// Commands are called like any other operation.
pub async fn command(id: &str, stage: &Stage<'_>) -> Option<Row> {
    if let Some(row) = of_the_desk(id, stage).await {
        return Some(row);
    }
    if let Some(row) = of_the_holder(id, stage).await {
        return Some(row);
    }
    of_superiors(id, stage).await
}
