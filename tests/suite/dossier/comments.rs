//! Comments among the staff.

use serde_json::json;

use crate::support::{MARITAL_STATUS, Staff, in_appraisal, registered};

both! {
    async fn colleagues_comment_and_read_each_other(world) {
        let staff = Staff::of(&world);
        let code = in_appraisal(&staff, MARITAL_STATUS).await;
        let path = format!("/api/v1/dossiers/{code}/comments");
        let said = staff.clerk.post(&path, &json!({ "text": "Người nộp hẹn gọi lại" })).await;
        assert_eq!(said.expect(201).text("author.id"), staff.clerk.uid);
        world.now("2026-11-19 09:00");
        // Decomposed on the way in, composed in the register.
        staff.justice.post(&path, &json!({ "text": "Đa\u{303} nhận" })).await.expect(201);
        let read = staff.justice_head.get(&path).await.expect(200);
        assert_eq!(read.each("text"), ["Người nộp hẹn gọi lại", "Đã nhận"]);
        assert_eq!(read.each("created_at")[1], "2026-11-19T09:00:00+07:00");
        let page = staff.clerk.get(&format!("{path}?limit=1")).await.expect(200);
        let next = format!("{path}?limit=1&cursor={}", page.text("next_cursor"));
        assert_eq!(staff.clerk.get(&next).await.expect(200).each("text"), ["Đã nhận"]);
    }

    async fn a_comment_changes_no_version_and_is_no_event(world) {
        let staff = Staff::of(&world);
        let code = registered(&staff.clerk, MARITAL_STATUS).await;
        let path = format!("/api/v1/dossiers/{code}/comments");
        staff.clerk.post(&path, &json!({ "text": "Ghi chú" })).await.expect(201);
        assert_eq!(staff.clerk.dossier(&code).await.etag(), "\"1\"");
        assert_eq!(world.verify().0, 1);
    }

    async fn inspectors_read_and_strangers_know_of_nothing(world) {
        let staff = Staff::of(&world);
        let code = registered(&staff.clerk, MARITAL_STATUS).await;
        let path = format!("/api/v1/dossiers/{code}/comments");
        let text = json!({ "text": "Ghi chú" });
        staff.clerk.post(&path, &text).await.expect(201);
        staff.inspector.post(&path, &text).await.problem(403, "forbidden");
        assert_eq!(staff.inspector.get(&path).await.expect(200).each("text"), ["Ghi chú"]);
        staff.stranger.get(&path).await.problem(404, "not_found");
        staff.stranger.post(&path, &text).await.problem(404, "not_found");
        world.visitor().get(&path).await.problem(401, "unauthenticated");
        staff.clerk.post(&path, &json!({ "text": " " })).await.fault("text", "required");
    }
}
