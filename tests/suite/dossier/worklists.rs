//! Work lists: mine, my department's, and what is due.

use serde_json::json;

use crate::support::{Client, LAND, MARITAL_STATUS, Staff, in_appraisal, registered, submitted};

async fn list(client: &Client, path: &str) -> Vec<String> {
    client
        .get(&format!("/api/v1/worklists/{path}"))
        .await
        .expect(200)
        .each("code")
}

async fn due(client: &Client, when: &str) -> Vec<String> {
    list(client, &format!("due?when={when}")).await
}

fn none() -> Vec<String> {
    Vec::new()
}

both! {
    async fn my_list_holds_what_i_am_responsible_for_soonest_first(world) {
        let staff = Staff::of(&world);
        let slow = in_appraisal(&staff, LAND).await;
        let quick = in_appraisal(&staff, MARITAL_STATUS).await;
        assert_eq!(list(&staff.land, "mine").await, [slow.as_str()]);
        assert_eq!(list(&staff.clerk, "mine").await, none());
        // At the desk both were the clerk's.
        let waiting = registered(&staff.clerk, LAND).await;
        let sooner = registered(&staff.clerk, MARITAL_STATUS).await;
        assert_eq!(list(&staff.clerk, "mine").await, [sooner.as_str(), waiting.as_str()]);
        staff.justice.forward(&quick, &staff.justice_head).await.expect(200);
        assert_eq!(list(&staff.justice, "mine").await, none());
        assert_eq!(list(&staff.justice_head, "mine").await, [quick.as_str()]);
    }

    async fn my_list_holds_what_those_have_for_whom_i_stand_in(world) {
        let staff = Staff::of(&world);
        let second = world.colleague("chuyenvien.tuphap", "chuyenvien2.tuphap");
        let code = in_appraisal(&staff, MARITAL_STATUS).await;
        world.stands_in(&second, &staff.justice, "2026-11-19 12:00", "2026-11-20 12:00");
        assert_eq!(list(&second, "mine").await, none());
        world.now("2026-11-19 12:00");
        assert_eq!(list(&second, "mine").await, [code.as_str()]);
        world.now("2026-11-20 12:00");
        assert_eq!(list(&second, "mine").await, none());
    }

    async fn the_list_of_the_department_is_seen_by_all_of_it(world) {
        let staff = Staff::of(&world);
        let code = in_appraisal(&staff, MARITAL_STATUS).await;
        assert_eq!(list(&staff.justice_head, "department").await, [code.as_str()]);
        assert_eq!(list(&staff.justice, "department").await, [code.as_str()]);
        assert_eq!(list(&staff.land_head, "department").await, none());
        let wish = json!({ "reason": "Người nộp xin rút" });
        staff.clerk.act(&code, "withdraw", wish).await.expect(200);
        assert_eq!(list(&staff.justice_head, "department").await, none());
    }

    async fn what_is_due_moves_through_the_lists_with_the_clock(world) {
        let staff = Staff::of(&world);
        let slow = registered(&staff.clerk, LAND).await;
        let quick = registered(&staff.clerk, MARITAL_STATUS).await;
        let clerk = &staff.clerk;
        assert_eq!(due(clerk, "all").await, [quick.as_str(), slow.as_str()]);
        assert_eq!(due(clerk, "overdue").await, none());
        // Due on Wednesday; Tuesday is a holiday, so on Monday it is due the next working day.
        world.now("2026-11-23 09:00");
        assert_eq!(due(clerk, "next_working_day").await, [quick.as_str()]);
        assert_eq!(due(clerk, "today").await, none());
        world.now("2026-11-25 09:00");
        assert_eq!(due(clerk, "today").await, [quick.as_str()]);
        assert_eq!(due(clerk, "next_working_day").await, none());
        world.now("2026-11-25 17:00");
        assert_eq!(due(clerk, "today").await, [quick.as_str()]);
        assert_eq!(due(clerk, "overdue").await, none());
        world.now("2026-11-25 17:00:00.000001");
        assert_eq!(due(clerk, "today").await, none());
        assert_eq!(due(clerk, "overdue").await, [quick.as_str()]);
        world.now("2026-12-07 08:00");
        assert_eq!(due(clerk, "overdue").await, [quick.as_str(), slow.as_str()]);
        // No word means overdue.
        assert_eq!(list(clerk, "due").await.len(), 2);
        assert_eq!(list(clerk, "due?when=overdue&office=H29.24").await, none());
        assert_eq!(list(&staff.stranger, "due").await, none());
    }

    async fn a_stopped_dossier_does_not_become_late(world) {
        let staff = Staff::of(&world);
        let code = in_appraisal(&staff, MARITAL_STATUS).await;
        let missing = json!({ "missing": [{ "name": "Tờ khai", "reason": "Chưa ký" }] });
        staff.justice.act(&code, "request_supplement", missing).await.expect(200);
        world.now("2026-11-26 08:00");
        assert_eq!(due(&staff.clerk, "overdue").await, none());
        assert_eq!(due(&staff.clerk, "all").await, [code.as_str()]);
        staff.clerk.act(&code, "receive_supplement", json!({})).await.expect(200);
        world.now("2026-12-02 08:00");
        assert_eq!(due(&staff.clerk, "overdue").await, [code.as_str()]);
    }

    async fn pages_of_what_is_due_hold_still(world) {
        let staff = Staff::of(&world);
        for _ in 0..3 {
            registered(&staff.clerk, MARITAL_STATUS).await;
        }
        let first = staff.clerk.get("/api/v1/worklists/due?when=all&limit=2&count=capped").await;
        let first = first.expect(200);
        assert_eq!(first.at("count"), 3);
        submitted(&staff.clerk, MARITAL_STATUS).await;
        let path = format!("/api/v1/worklists/due?when=all&cursor={}", first.text("next_cursor"));
        assert_eq!(staff.clerk.get(&path).await.expect(200).each("code"), ["H29.23-261119-0003"]);
    }
}
