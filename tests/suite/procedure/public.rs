//! Procedures for whoever wants to hand something in, without an account.

use serde_json::json;

use super::path;
use crate::support::{BIRTH, Staff};

both! {
    async fn anybody_reads_what_to_bring_what_it_costs_and_how_long_it_takes(world) {
        let seen = world.visitor().get(&format!("/api/v1/public/procedures/{BIRTH}")).await.expect(200);
        assert_eq!(seen.text("name"), "Đăng ký khai sinh");
        assert_eq!(seen.text("time_limit.unit"), "same_day");
        assert_eq!(seen.at("papers.0.number"), &json!(1));
        assert_eq!(seen.at("fees.1.amount_vnd"), &json!(5000));
        assert_eq!(seen.text("steps.0.department"), "Tư pháp - Hộ tịch");
        assert_eq!(seen.text("steps.0.budget.text"), "2 giờ làm việc");
        assert!(!seen.header("ratelimit").is_empty() && !seen.header("ratelimit-policy").is_empty());
        let list = world.visitor().get("/api/v1/public/procedures?q=khai%20sinh").await.expect(200);
        assert!(list.each("code").contains(&BIRTH.to_owned()));
    }

    async fn what_is_not_in_force_today_is_not_there(world) {
        let staff = Staff::of(&world);
        staff.admin.delete(&path(BIRTH), "\"1\"").await.expect(200);
        let place = format!("/api/v1/public/procedures/{BIRTH}");
        world.visitor().get(&place).await.problem(404, "not_found");
        world.visitor().get("/api/v1/public/procedures/khai-sinh").await.problem(404, "not_found");
        let list = world.visitor().get("/api/v1/public/procedures?limit=200").await.expect(200);
        assert_eq!(list.each("code").len(), 23);
    }
}
