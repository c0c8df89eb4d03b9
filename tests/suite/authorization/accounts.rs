//! Rows of the matrix: signing in, one's own account, connected systems, and how the service is.

use serde_json::json;

use super::{Call, Row, Stage, tokens};
use crate::support::PASSWORD;

pub async fn accounts(id: &str, stage: &Stage<'_>) -> Option<Row> {
    let token =
        async || json!({ "refresh_token": tokens::refresh_token(stage.world, "tiepnhan").await });
    Some(match id {
        "login" => {
            let body = json!({ "login": "tiepnhan", "password": PASSWORD });
            Row::public(Call::post("/api/v1/auth/login", body), 200)
        }
        "refreshSession" => Row::public(Call::post("/api/v1/auth/refresh", token().await), 200),
        "logout" => Row::public(Call::post("/api/v1/auth/logout", token().await), 204),
        "changePassword" => {
            let body = json!({ "current_password": PASSWORD, "new_password": "mật khẩu tự chọn" });
            let registry = &stage.staff.registry;
            Row::by(Call::post("/api/v1/auth/password", body), registry, 204).inspector(204)
        }
        "readMe" => Row::by(Call::get("/api/v1/auth/me"), &stage.staff.clerk, 200).system(200),
        _ => return None,
    })
}

pub async fn systems(id: &str, stage: &Stage<'_>) -> Option<Row> {
    let made = async || {
        let body = json!({ "name": "Phần mềm", "office": "H29.23" });
        stage.add("/api/v1/clients", body).await
    };
    let path = async || format!("/api/v1/clients/{}", made().await.text("id"));
    let kept = |call, status, elsewhere| {
        Row::by(call, &stage.ward_admin, status)
            .wrong_role(&stage.staff.manager, 403)
            .wrong_office(&stage.other_admin, elsewhere)
            .inspector(403)
    };
    Some(match id {
        "listClients" => {
            let mine = made().await.text("id").to_owned();
            kept(Call::get("/api/v1/clients?limit=200"), 200, 200).hides(&stage.other_admin, &mine)
        }
        "createClient" => {
            let body = json!({ "name": "Phần mềm", "office": "H29.23" });
            kept(Call::post("/api/v1/clients", body), 201, 403)
        }
        "readClient" => kept(Call::get(path().await), 200, 404),
        "rotateClientSecret" => {
            let path = path().await;
            let call = Call::post_nothing(format!("{path}/rotate-secret"));
            kept(call.seen(&stage.read(&path).await), 200, 404)
        }
        "retireClient" => {
            let path = path().await;
            kept(Call::delete(&path).seen(&stage.read(&path).await), 204, 404)
        }
        "issueToken" => {
            let made = made().await;
            let (uid, secret) = (made.text("id"), made.text("secret"));
            let form =
                format!("grant_type=client_credentials&client_id={uid}&client_secret={secret}");
            Row::public(Call::post_form("/oauth/token", &form), 200)
        }
        "readKeys" => Row::public(Call::get("/.well-known/jwks.json"), 200),
        _ => return None,
    })
}

pub async fn operations(id: &str, stage: &Stage<'_>) -> Option<Row> {
    // They work on all offices, so an office's own administrator is the wrong one.
    let of_all = |call, status| {
        Row::by(call, &stage.staff.admin, status)
            .wrong_role(&stage.staff.manager, 403)
            .wrong_office(&stage.ward_admin, 403)
    };
    Some(match id {
        "listJobs" => of_all(Call::get("/api/v1/jobs"), 200),
        "listJobRuns" => of_all(Call::get("/api/v1/jobs/lapse/runs"), 200),
        "runJob" => of_all(Call::post_nothing("/api/v1/jobs/lapse/run"), 202),
        "listDayRoots" => of_all(Call::get("/api/v1/day-roots"), 200),
        "readHealth" => Row::public(Call::get("/healthz"), 200),
        "readReadiness" => Row::public(Call::get("/readyz"), 200),
        "readMetrics" => Row::public(Call::get("/metrics"), 200),
        _ => return None,
    })
}
