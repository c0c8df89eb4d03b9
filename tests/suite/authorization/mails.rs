//! Rows of the matrix: the outbox, muted addresses, templates of letters.

use serde_json::{Value, json};

use super::{Call, Row, Stage};
use crate::support::{MARITAL_STATUS, registered};

/// For the administrators of the office, and for nobody else.
fn kept(stage: &Stage<'_>, call: Call, status: u16, elsewhere: u16) -> Row {
    Row::by(call, &stage.ward_admin, status)
        .wrong_role(&stage.staff.manager, 403)
        .wrong_office(&stage.other_admin, elsewhere)
        .inspector(403)
}

/// The id of a mail of the ward that was set aside.
async fn set_aside(stage: &Stage<'_>) -> String {
    let code = registered(&stage.staff.clerk, MARITAL_STATUS).await;
    let list = stage.read(&format!("/api/v1/mails?dossier={code}")).await;
    stage.world.meddle(&format!(
        "UPDATE mails SET state = 'set_aside' WHERE uid = '{}'",
        list.text("items.0.id")
    ));
    list.text("items.0.id").to_owned()
}

/// The id of a muted address of the ward.
fn muted(stage: &Stage<'_>) -> String {
    let uid = infra::ids::new_uid();
    stage.world.meddle(&format!(
        "INSERT INTO mail_addresses (address, uid, office_id, bounces, last_at, muted_at) \
         SELECT '{uid}@example.vn', '{uid}', id, 3, created_at, created_at FROM offices \
         WHERE code = 'H29.23'"
    ));
    uid
}

pub async fn mails(id: &str, stage: &Stage<'_>) -> Option<Row> {
    Some(match id {
        "listMails" => {
            let mail = set_aside(stage).await;
            kept(stage, Call::get("/api/v1/mails?limit=200"), 200, 200)
                .hides(&stage.other_admin, &mail)
        }
        "readMail" => {
            let path = format!("/api/v1/mails/{}", set_aside(stage).await);
            kept(stage, Call::get(path), 200, 404)
        }
        "replayMail" => {
            let path = format!("/api/v1/mails/{}/replay", set_aside(stage).await);
            kept(stage, Call::post_nothing(path), 200, 404)
        }
        // Whoever administers another office puts back that office's mails, of which there are
        // none; that they did is kept.
        "replayMails" => {
            set_aside(stage).await;
            let call = Call::post(
                "/api/v1/mails/replay",
                json!({ "kind": "applicant_received" }),
            );
            kept(stage, call, 200, 200)
        }
        "listMutedAddresses" => {
            let address = muted(stage);
            kept(
                stage,
                Call::get("/api/v1/mail-addresses?limit=200"),
                200,
                200,
            )
            .hides(&stage.other_admin, &address)
        }
        "liftMutedAddress" => {
            let path = format!("/api/v1/mail-addresses/{}/lift", muted(stage));
            kept(stage, Call::post_nothing(path), 204, 404)
        }
        _ => return None,
    })
}

fn template() -> Value {
    json!({ "subject": "Hồ sơ {{ dossier.code }}", "html": "<p>x</p>", "text": "x" })
}

pub async fn templates(id: &str, stage: &Stage<'_>) -> Option<Row> {
    let path = "/api/v1/mail-templates/H29.23/applicant_result";
    Some(match id {
        "readMailTemplate" => kept(stage, Call::get(path), 200, 403),
        "changeMailTemplate" => {
            let call = Call::put(path, template()).seen(&stage.read(path).await);
            kept(stage, call, 200, 403)
        }
        "removeMailTemplate" => {
            let path = "/api/v1/mail-templates/H29.23/applicant_stopped";
            let seen = stage.read(path).await;
            let own = stage.staff.admin.put(path, seen.etag(), &template()).await;
            kept(stage, Call::delete(path).seen(&own.expect(200)), 200, 403)
        }
        "previewMailTemplate" => {
            let call = Call::post(format!("{path}/preview"), template());
            kept(stage, call, 200, 403)
        }
        _ => return None,
    })
}
