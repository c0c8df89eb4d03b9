//! Nobody overwrites what they have not seen: `ETag` and `If-Match`.

use serde_json::json;

use crate::support::{MARITAL_STATUS, Staff, in_appraisal, register, registered, send};

both! {
    async fn each_command_makes_a_new_version(world) {
        let staff = Staff::of(&world);
        let seen = register(&staff.clerk, MARITAL_STATUS).await;
        assert_eq!(seen.etag(), "\"1\"");
        let to = json!({ "to": staff.justice.uid });
        let seen = staff.clerk.command(seen.text("code"), "\"1\"", "forward", &to).await.expect(200);
        assert_eq!((seen.etag(), seen.at("version")), ("\"2\"", &json!(2)));
    }

    async fn a_stale_version_changes_nothing_and_answers_the_present_one(world) {
        let staff = Staff::of(&world);
        let code = in_appraisal(&staff, MARITAL_STATUS).await;
        let to = json!({ "to": staff.justice_head.uid });
        for etag in ["\"1\"", "\"3\"", "\"abc\"", "W/\"1\"", "\"-1\""] {
            let refused = staff.justice.command(&code, etag, "forward", &to).await;
            assert_eq!(refused.problem(412, "stale_version").etag(), "\"2\"");
        }
        assert_eq!(staff.justice.dossier(&code).await.etag(), "\"2\"");
        staff.justice.command(&code, "\"2\"", "forward", &to).await.expect(200);
    }

    async fn a_command_without_a_version_is_refused(world) {
        let staff = Staff::of(&world);
        let code = registered(&staff.clerk, MARITAL_STATUS).await;
        let path = format!("/api/v1/dossiers/{code}/withdraw");
        let body = json!({ "reason": "Người nộp xin rút" });
        staff.clerk.post(&path, &body).await.problem(428, "precondition_required");
        let any = staff.clerk.command(&code, "*", "withdraw", &body).await;
        any.problem(428, "precondition_required");
        assert_eq!(staff.clerk.dossier(&code).await.text("state.code"), "accepted");
    }

    async fn of_many_at_once_with_the_same_version_one_wins(world) {
        let staff = Staff::of(&world);
        let code = in_appraisal(&staff, MARITAL_STATUS).await;
        let to = json!({ "to": staff.justice_head.uid });
        let tries = (0..8).map(|_| {
            let (justice, code, to) = (staff.justice.clone(), code.clone(), to.clone());
            tokio::spawn(async move { justice.command(&code, "\"2\"", "forward", &to).await })
        });
        let mut statuses = Vec::new();
        for answer in tries.collect::<Vec<_>>() {
            statuses.push(answer.await.unwrap().status);
        }
        statuses.sort_unstable();
        assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
        // The others saw the old version, or that the step is another's already.
        assert!(statuses.iter().all(|status| [200, 403, 412].contains(status)), "{statuses:?}");
        assert_eq!(world.verify().1, Vec::new());
    }

    async fn a_reading_that_is_recorded_makes_no_new_version(world) {
        let staff = Staff::of(&world);
        let code = in_appraisal(&staff, MARITAL_STATUS).await;
        let seen = staff.justice.dossier(&code).await.expect(200);
        staff.inspector.dossier(&code).await.expect(200);
        let to = json!({ "to": staff.justice_head.uid });
        staff.justice.command(&code, seen.etag(), "forward", &to).await.expect(200);
        assert_eq!(world.verify().1, Vec::new());
    }

    async fn a_code_that_is_none_and_one_that_nobody_has_are_not_found(world) {
        let staff = Staff::of(&world);
        for code in ["H29.23-261119-0042", "abc", "H29.23-269999-0001"] {
            staff.clerk.dossier(code).await.problem(404, "not_found");
            let path = format!("/api/v1/dossiers/{code}/withdraw");
            let request = staff.clerk.request(reqwest::Method::POST, &path);
            let body = json!({ "reason": "Người nộp xin rút" });
            let answer = send(request.header("if-match", "\"1\"").json(&body)).await;
            answer.problem(404, "not_found");
        }
    }
}
