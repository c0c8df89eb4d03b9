//! Many dossiers at once, each with its own result.

use serde_json::{Value, json};

use crate::support::{MARITAL_STATUS, Staff, handed_in};

const BATCH: &str = "/api/v1/dossiers:batch";

fn item(action: &str, dossier: Value) -> Value {
    json!({ "action": action, "dossier": dossier })
}

both! {
    async fn one_bad_item_spoils_no_other(world) {
        let staff = Staff::of(&world);
        let good = || item("register", handed_in(MARITAL_STATUS));
        let mut lacking = handed_in(MARITAL_STATUS);
        lacking["papers"] = json!([]);
        let mut nameless = handed_in(MARITAL_STATUS);
        nameless["applicant"] = json!({ "name": "", "age": 30 });
        let mut elsewhere = handed_in(MARITAL_STATUS);
        elsewhere["office"] = "H29.24".into();
        let items = json!({ "items": [
            good(),
            item("register", lacking.clone()),
            item("submit", lacking),
            item("register", nameless),
            item("register", elsewhere),
            "no item",
            good(),
        ]});
        let done = staff.clerk.post_once("k1", BATCH, &items).await.expect(200);
        let statuses: Vec<_> =
            (0..7).map(|index| done.at(&format!("results.{index}.status")).as_u64().unwrap()).collect();
        assert_eq!(statuses, [201, 422, 201, 422, 403, 422, 201]);
        assert_eq!((done.at("succeeded"), done.at("failed")), (&json!(3), &json!(4)));
        assert_eq!(done.text("results.6.dossier.code"), "H29.23-261119-0003");
        assert_eq!(done.text("results.2.dossier.state.code"), "submitted");
        let faults = done.at("results.3.problem.errors").as_array().unwrap();
        assert_eq!(faults.len(), 2, "{done:?}");
        assert_eq!(done.text("results.4.problem.code"), "forbidden");

        let again = staff.clerk.post_once("k1", BATCH, &items).await.expect(200);
        assert_eq!(again.bytes, done.bytes);
        let stored = staff.clerk.get("/api/v1/dossiers").await.expect(200);
        assert_eq!(
            stored.each("code"),
            ["H29.23-261119-0003", "H29.23-261119-0002", "H29.23-261119-0001"]
        );
        assert_eq!(world.verify().1, Vec::new());
    }

    async fn a_batch_has_one_to_five_hundred_items(world) {
        let staff = Staff::of(&world);
        staff.clerk.post(BATCH, &json!({ "items": [] })).await.problem(422, "invalid_input");
        let items = vec![json!({}); 501];
        let refused = staff.clerk.post(BATCH, &json!({ "items": items })).await;
        refused.fault("items", "too_many");
    }
}
