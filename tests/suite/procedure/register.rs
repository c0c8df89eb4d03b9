//! Procedures: taken up, changed by versions, retired.

use serde_json::json;

use super::{from, path, rules};
use crate::support::{BIRTH, Staff, handed_in, registered, send};

const NEW: &str = "9.000001";

both! {
    async fn a_procedure_is_taken_up_and_read_as_it_was_written(world) {
        let staff = Staff::of(&world);
        let mut body = from("2026-11-01", "Cấp bản sao");
        body["code"] = NEW.into();
        let made = staff.admin.post("/api/v1/procedures", &body).await.expect(201);
        assert_eq!(made.header("location"), path(NEW));
        let seen = staff.clerk.get(&path(NEW)).await.expect(200);
        assert_eq!(seen.json, made.json);
        assert_eq!(seen.at("in_force"), &json!(true));
        assert_eq!(seen.text("time_limit.text"), "2 ngày làm việc");
        assert_eq!(seen.text("route.1.budget.text"), "8 giờ làm việc");
        assert_eq!((seen.at("papers.0.number"), seen.text("papers.0.form")), (&json!(1), "TK-01"));
        assert_eq!((seen.at("fees.0.amount_vnd"), seen.text("fees.0.channel")), (&json!(8000), "online"));
        assert_eq!(seen.at("payment_stage"), &json!(true));
        let english = staff.clerk.get_english(&path(NEW)).await.expect(200);
        assert_eq!(english.text("time_limit.text"), "2 working days");
        staff.admin.post("/api/v1/procedures", &body).await.problem(409, "already_exists");
        let found = staff.clerk.get("/api/v1/procedures?q=CAP%20ban%20sao&field=H%E1%BB%99%20t%E1%BB%8Bch").await.expect(200);
        assert!(found.each("code").contains(&NEW.to_owned()));
    }

    async fn a_new_version_takes_effect_on_its_day_and_dossiers_keep_theirs(world) {
        let staff = Staff::of(&world);
        let old = registered(&staff.clerk, BIRTH).await;
        let seen = staff.admin.get(&path(BIRTH)).await.expect(200);
        let versions = format!("{}/versions", path(BIRTH));
        let add = |etag: &str, body: &serde_json::Value| {
            send(staff.admin.request(reqwest::Method::POST, &versions).header("if-match", etag).json(body))
        };
        add("\"1\"", &from("2023-01-01", "Cũ")).await.fault("effective_from", "not_after_latest");
        add("\"1\"", &from("2026-11-18", "Hôm qua")).await.fault("effective_from", "in_the_past");
        let mut too_long = from("2026-11-23", "Dài");
        too_long["route"][1]["budget"]["amount"] = 9.into();
        add("\"1\"", &too_long).await.fault("route", "budgets_exceed_limit");
        let added = add("\"1\"", &from("2026-11-23", "Mới")).await.expect(201);
        assert_eq!((added.at("in_force"), added.etag()), (&json!(false), "\"2\""));
        assert_eq!(staff.clerk.get(&path(BIRTH)).await.text("name"), seen.text("name"));
        let then = staff.clerk.get(&format!("{}?on=2026-11-23", path(BIRTH))).await.expect(200);
        assert_eq!(then.text("name"), "Mới");

        let place = added.header("location").to_owned();
        let replaced = staff.admin.put(&place, "\"2\"", &rules("Mới hơn")).await.expect(200);
        assert_eq!(replaced.text("name"), "Mới hơn");
        let running = format!("{}/versions/{}", path(BIRTH), seen.text("effective_from"));
        staff.admin.put(&running, "\"3\"", &rules("Sửa")).await.problem(409, "version_in_force");

        world.now("2026-11-23 08:00");
        let mut dossier = handed_in(BIRTH);
        dossier["papers"] = json!([{ "number": 1 }]);
        let new = staff.clerk.post("/api/v1/dossiers/register", &dossier).await.expect(201);
        assert_eq!(new.text("procedure.name"), "Mới hơn");
        assert_eq!(staff.clerk.dossier(&old).await.text("procedure.name"), seen.text("name"));
    }

    async fn a_retired_procedure_takes_no_more_dossiers(world) {
        let staff = Staff::of(&world);
        let open = registered(&staff.clerk, BIRTH).await;
        let place = format!("{}?from=2026-11-20", path(BIRTH));
        staff.admin.delete(&format!("{}?from=2026-11-18", path(BIRTH)), "\"1\"").await.fault("from", "in_the_past");
        let retired = staff.admin.delete(&place, "\"1\"").await.expect(200);
        assert_eq!((retired.text("retired_from"), retired.at("in_force")), ("2026-11-20", &json!(true)));
        registered(&staff.clerk, BIRTH).await;
        world.now("2026-11-20 08:00");
        let refused = staff.clerk.post("/api/v1/dossiers/register", &handed_in(BIRTH)).await;
        refused.fault("procedure", "procedure_not_in_force");
        staff.clerk.forward(&open, &staff.justice).await.expect(200);
        let list = staff.clerk.get("/api/v1/procedures?retired=true").await.expect(200);
        assert_eq!(list.each("code"), [BIRTH]);
        let restore = staff.admin.request(reqwest::Method::POST, &format!("{}/restore", path(BIRTH)));
        send(restore.header("if-match", "\"2\"")).await.expect(200);
        registered(&staff.clerk, BIRTH).await;
    }

    async fn only_an_administrator_of_a_root_office_keeps_procedures(world) {
        let staff = Staff::of(&world);
        let mut body = from("2026-11-01", "Cấp bản sao");
        body["code"] = NEW.into();
        for other in [&staff.clerk, &staff.manager, &staff.inspector] {
            other.post("/api/v1/procedures", &body).await.problem(403, "forbidden");
            other.delete(&path(BIRTH), "\"1\"").await.problem(403, "forbidden");
        }
        staff.admin.get(&path(NEW)).await.problem(404, "not_found");
        world.visitor().get(&path(BIRTH)).await.problem(401, "unauthenticated");
    }

    async fn every_fault_of_a_procedure_is_named_at_once(world) {
        let staff = Staff::of(&world);
        let mut body = from("2026-02-30", "");
        body["code"] = "khai-sinh".into();
        body["time_limit"] = json!({ "unit": "weeks" });
        body["papers"][0]["originals"] = (-1).into();
        body["fees"][0]["channel"] = "fax".into();
        body["route"][0]["role"] = "clerk".into();
        body["route"][1]["budget"] = json!({ "unit": "same_day", "amount": 1 });
        let refused = staff.admin.post("/api/v1/procedures", &body).await.problem(422, "invalid_input");
        for (field, code) in [
            ("code", "bad_format"),
            ("effective_from", "bad_date"),
            ("name", "required"),
            ("time_limit.unit", "unknown_word"),
            ("papers[0].originals", "out_of_range"),
            ("fees[0].channel", "unknown_word"),
            ("route[0].role", "unknown_word"),
            ("route[1].budget.amount", "amount_not_allowed"),
        ] {
            refused.clone().fault(field, code);
        }
    }

    async fn lists_go_on_where_they_stopped(world) {
        let staff = Staff::of(&world);
        let all = staff.clerk.get("/api/v1/procedures?limit=200").await.expect(200).each("code");
        assert_eq!(all.len(), 24);
        let mut seen = Vec::new();
        let mut place = "/api/v1/procedures?limit=7".to_owned();
        loop {
            let page = staff.clerk.get(&place).await.expect(200);
            seen.extend(page.each("code"));
            let Some(cursor) = page.at("next_cursor").as_str() else { break };
            place = format!("/api/v1/procedures?limit=7&cursor={cursor}");
            assert_eq!(page.header("link"), format!("<{place}>; rel=\"next\""));
        }
        assert_eq!(seen, all);
        staff.clerk.get("/api/v1/procedures?page=2").await.problem(400, "unknown_parameter");
        staff.clerk.get("/api/v1/procedures?cursor=abc").await.problem(400, "bad_cursor");
    }
}
