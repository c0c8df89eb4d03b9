//! Batches: a bad item spoils no other, and each says what is wrong with it.

use serde_json::{Value, json};

use super::places::{places, with, without};
use crate::contents::Contents;
use crate::document::operations;
use crate::support::{MARITAL_STATUS, handed_in};

fn item(dossier: Value) -> Value {
    json!({ "action": "submit", "dossier": dossier })
}

both! {
    /// Every wrong field that a single intake refuses, 500 items at a time.
    async fn every_wrong_field_of_an_item_is_named_and_nothing_is_stored(world) {
        let clerk = world.staff("tiepnhan");
        let all = operations();
        let batch = all.iter().find(|one| one.id == "batchDossiers").expect("the batch");
        let body = json!({ "items": [item(handed_in(MARITAL_STATUS))] });
        let schema = batch.json_body().expect("a body");
        let mut wrong = Vec::new();
        for place in places(schema, &body) {
            let Some(inner) = place.name().strip_prefix("items[0].").map(str::to_owned) else { continue };
            let mut add = |spoilt: Value| wrong.push((inner.clone(), spoilt["items"][0].clone()));
            if place.required {
                add(without(&body, &place));
            }
            place.of_wrong_type().into_iter().for_each(|value| add(with(&body, &place.way, value)));
            for (_, value) in place.absurd(Some("Lý do")).into_iter().filter(|(kind, _)| *kind != "100 KB") {
                add(with(&body, &place.way, value));
            }
        }
        assert!(wrong.len() > 200, "only {} items", wrong.len());
        let before = Contents::of(&world);
        for part in wrong.chunks(300) {
            let items: Vec<&Value> = part.iter().map(|(_, item)| item).collect();
            let answer = clerk.post("/api/v1/dossiers:batch", &json!({ "items": items })).await.expect(200);
            assert_eq!(answer.json["succeeded"], 0, "{answer:?}");
            for (index, (field, item)) in part.iter().enumerate() {
                let result = &answer.json["results"][index];
                assert_eq!((&result["index"], &result["status"]), (&json!(index), &json!(422)), "{item}");
                let faults = result["problem"]["errors"].as_array().expect("errors");
                let named = faults.iter().any(|fault| &fault["field"] == field);
                assert!(named, "{field} is not named: {result} for {item}");
            }
        }
        assert_eq!(before.differences(&Contents::of(&world)), Vec::<String>::new());
    }

    async fn a_bad_item_spoils_no_other(world) {
        let clerk = world.staff("tiepnhan");
        let mut unknown = handed_in(MARITAL_STATUS);
        unknown["procedure"] = "9.999999".into();
        let items = json!({ "items": [
            item(handed_in(MARITAL_STATUS)), 7, {}, item(unknown), item(handed_in(MARITAL_STATUS)),
        ] });
        let answer = clerk.post("/api/v1/dossiers:batch", &items).await.expect(200);
        let statuses: Vec<&Value> =
            answer.json["results"].as_array().expect("results").iter().map(|one| &one["status"]).collect();
        assert_eq!(statuses, [201, 422, 422, 422, 201]);
        assert_eq!((&answer.json["succeeded"], &answer.json["failed"]), (&json!(2), &json!(3)));
        let listed = clerk.get("/api/v1/dossiers").await.expect(200);
        assert_eq!(listed.json["items"].as_array().map(Vec::len), Some(2));
    }

    async fn a_batch_has_1_to_500_items(world) {
        let clerk = world.staff("tiepnhan");
        let before = Contents::of(&world);
        for (count, code) in [(0, "required"), (501, "too_many")] {
            let items = json!({ "items": vec![item(handed_in(MARITAL_STATUS)); count] });
            clerk.post("/api/v1/dossiers:batch", &items).await.fault("items", code);
        }
        assert_eq!(before.differences(&Contents::of(&world)), Vec::<String>::new());
    }
}
