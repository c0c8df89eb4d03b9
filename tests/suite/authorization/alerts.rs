//! Rows of the matrix: ladders of alerts, what was told, proposed apologies.

use serde_json::json;

use super::{Call, Row, Stage};
use crate::support::{MARITAL_STATUS, registered};

const LADDER: &str = "/api/v1/offices/H29.23/alert-ladder";

/// A proposal past the service, for a dossier at the desk; its path.
async fn proposal(stage: &Stage<'_>) -> String {
    let code = registered(&stage.staff.clerk, MARITAL_STATUS).await;
    let uid = infra::ids::new_uid();
    stage.world.meddle(&format!(
        "INSERT INTO proposals (uid, dossier_id, office_id, due_at, proposed_due_at, reason, \
           state, created_at) \
         SELECT '{uid}', id, office_id, due_at, '2026-12-04 10:00:00', 'Cần thêm thời gian', \
           'open', submitted_at FROM dossiers WHERE code = '{code}'"
    ));
    format!("/api/v1/proposals/{uid}")
}

pub async fn alerts(id: &str, stage: &Stage<'_>) -> Option<Row> {
    let (manager, admin) = (&stage.staff.manager, &stage.staff.admin);
    let ladder = json!({ "rungs": [{
        "name": "overdue", "title": "Quá hạn", "about": "due",
        "when": { "kind": "late", "working_days": 0 }, "to": ["manager"],
    }] });
    Some(match id {
        "readAlertLadder" => Row::by(Call::get(LADDER), &stage.staff.clerk, 200)
            .wrong_office(&stage.other_admin, 403),
        "replaceAlertLadder" => {
            let call = Call::put(LADDER, ladder).seen(&stage.read(LADDER).await);
            Row::by(call, admin, 200)
                .wrong_role(manager, 403)
                .wrong_office(&stage.other_admin, 403)
        }
        "deleteAlertLadder" => {
            let seen = stage.read(LADDER).await;
            let own = admin.put(LADDER, seen.etag(), &ladder).await.expect(200);
            Row::by(Call::delete(LADDER).seen(&own), admin, 200)
                .wrong_role(manager, 403)
                .wrong_office(&stage.other_admin, 403)
        }
        "listAlerts" => {
            Row::by(Call::get("/api/v1/alerts"), manager, 200).wrong_role(&stage.staff.clerk, 403)
        }
        "listProposals" => {
            let path = proposal(stage).await;
            let uid = path.rsplit('/').next().unwrap_or_default().to_owned();
            Row::by(Call::get("/api/v1/proposals"), manager, 200)
                .hides(&stage.other_manager, &uid)
                .wrong_role(&stage.staff.clerk, 403)
        }
        "readProposal" => Row::by(Call::get(proposal(stage).await), manager, 200)
            .wrong_role(&stage.staff.clerk, 404)
            .wrong_office(&stage.other_manager, 404)
            .system(404),
        "signProposal" => {
            let path = proposal(stage).await;
            let seen = stage.read(&path).await;
            Row::by(
                Call::post(format!("{path}/sign"), json!({})).seen(&seen),
                manager,
                200,
            )
            .wrong_role(&stage.staff.clerk, 404)
            .wrong_office(&stage.other_manager, 404)
            .system(404)
        }
        "dismissProposal" => {
            let path = format!("{}/dismiss", proposal(stage).await);
            Row::by(Call::post_nothing(path), manager, 200)
                .wrong_role(&stage.staff.clerk, 404)
                .wrong_office(&stage.other_manager, 404)
                .system(404)
        }
        _ => return None,
    })
}
