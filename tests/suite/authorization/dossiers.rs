//! Rows of the matrix: intake, reading, work lists, comments, attachments, the public side.

use serde_json::json;

use super::{Call, Row, Stage};
use crate::support::{MARITAL_STATUS, handed_in, in_appraisal, registered, resolved};

/// A file whose type its first bytes tell.
const PDF: &[u8] = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n";

/// Taking in.
pub async fn intake(id: &str, stage: &Stage<'_>) -> Option<Row> {
    let staff = &stage.staff;
    let dossier = handed_in(MARITAL_STATUS);
    let at_the_desk = |call, status| {
        Row::by(call, &staff.clerk, status)
            .wrong_role(&staff.justice, 403)
            .wrong_office(&staff.stranger, 403)
    };
    Some(match id {
        "registerDossier" => at_the_desk(Call::post("/api/v1/dossiers/register", dossier), 201),
        "submitDossier" => at_the_desk(Call::post("/api/v1/dossiers", dossier), 201).system(201),
        "batchDossiers" => {
            let items = json!({ "items": [{ "action": "submit", "dossier": dossier }] });
            // Each item has its own result: see the test on batches.
            Row::by(
                Call::post("/api/v1/dossiers:batch", items),
                &staff.clerk,
                200,
            )
            .wrong_role(&staff.justice, 200)
            .wrong_office(&staff.stranger, 200)
            .inspector(200)
            .system(200)
        }
        _ => return None,
    })
}

/// Reading one dossier, and what hangs on it.
pub async fn one(id: &str, stage: &Stage<'_>) -> Option<Row> {
    let staff = &stage.staff;
    let path = match id {
        "readDossier" => "",
        "listDossierEvents" => "/events",
        "explainDueDate" => "/due_date",
        "listComments" | "addComment" => "/comments",
        "listAttachments" | "addAttachment" => "/attachments",
        "downloadAttachment" => "/attachments/",
        _ => return None,
    };
    let code = in_appraisal(staff, MARITAL_STATUS).await;
    let path = format!("/api/v1/dossiers/{code}{path}");
    let whole = |call, status| {
        Row::by(call, &staff.justice, status).wrong_office(&stage.other_specialist, 404)
    };
    Some(match id {
        "readDossier" | "listDossierEvents" | "explainDueDate" => {
            whole(Call::get(path), 200).system(200)
        }
        "listAttachments" => whole(Call::get(path), 200).system(200),
        "listComments" => whole(Call::get(path), 200),
        "addComment" => {
            let text = json!({ "text": "Đã gọi điện cho người nộp" });
            whole(Call::post(path, text), 201).wrong_role(&staff.admin, 403)
        }
        "addAttachment" => whole(Call::post_file(path, PDF), 201)
            .wrong_role(&staff.admin, 403)
            .system(403),
        _ => {
            let files = format!("/api/v1/dossiers/{code}/attachments");
            let added = Call::post_file(files, PDF)
                .by(&staff.clerk)
                .await
                .expect(201);
            whole(Call::get(format!("{path}{}", added.text("id"))), 200)
                .wrong_role(&staff.land, 403)
                .system(403)
        }
    })
}

/// Lists of many dossiers: nobody sees those of other offices in them.
pub async fn lists(id: &str, stage: &Stage<'_>) -> Option<Row> {
    let staff = &stage.staff;
    let path = match id {
        "listDossiers" => "/api/v1/dossiers?limit=200",
        "listMyWork" => "/api/v1/worklists/mine?limit=200",
        "listDepartmentWork" => "/api/v1/worklists/department?limit=200",
        "listDueWork" => "/api/v1/worklists/due?when=all&limit=200",
        "readEventFeed" => "/api/v1/events?limit=200",
        _ => return None,
    };
    let code = in_appraisal(staff, MARITAL_STATUS).await;
    let row = Row::by(Call::get(path), &staff.justice, 200).hides(&stage.other_specialist, &code);
    Some(match id {
        "listDossiers" | "readEventFeed" => row.system(200),
        "listMyWork" | "listDepartmentWork" => row.hides_from_role(&staff.land, &code),
        _ => row,
    })
}

/// What citizens see, and the due dates for anybody.
pub async fn public(id: &str, stage: &Stage<'_>) -> Option<Row> {
    let staff = &stage.staff;
    Some(match id {
        "lookUpDossier" => {
            let code = registered(&staff.clerk, MARITAL_STATUS).await;
            Row::public(Call::get(format!("/api/v1/public/dossiers/{code}")), 200)
        }
        "rateService" => {
            let code = resolved(staff, MARITAL_STATUS).await;
            let key = key_of(stage, &code);
            let body = json!({ "key": key, "level": "satisfied", "comment": "Cảm ơn" });
            let path = format!("/api/v1/public/dossiers/{code}/rating");
            Row::public(Call::post(path, body), 204)
        }
        "listPublicProcedures" => Row::public(Call::get("/api/v1/public/procedures"), 200),
        "readPublicProcedure" => Row::public(
            Call::get(format!("/api/v1/public/procedures/{MARITAL_STATUS}")),
            200,
        ),
        "previewDeadline" => {
            let body = json!({
                "office": "H29.23", "received_at": "2026-03-02T09:00:00+07:00",
                "time_limit": { "unit": "working_days", "amount": 5 },
                "stops": [{ "from": "2026-03-04T10:00:00+07:00",
                    "to": "2026-03-06T10:00:00+07:00", "then": "resume" }],
            });
            Row::public(Call::post("/api/v1/deadlines/preview", body), 200)
        }
        _ => return None,
    })
}

/// The look-up key that stands on the receipt.
fn key_of(stage: &Stage<'_>, code: &str) -> String {
    let code = code.to_owned();
    stage.world.read(move |conn| {
        use diesel::prelude::*;
        use infra::db::schema::dossiers;
        Ok(dossiers::table
            .filter(dossiers::code.eq(code))
            .select(dossiers::lookup_key)
            .first(conn)?)
    })
}
