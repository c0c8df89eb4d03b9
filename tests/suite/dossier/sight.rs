//! Who sees personal data whole, who sees them masked, and whose readings are recorded.

use serde_json::json;

use crate::support::{Answer, MARITAL_STATUS, Staff, in_appraisal, registered};

#[track_caller]
fn whole(seen: &Answer) {
    assert_eq!(seen.at("applicant.masked"), false, "{seen:?}");
    assert_eq!(seen.text("applicant.id_number"), "001200000001");
    assert_eq!(seen.text("applicant.phone"), "0912345678");
    assert_eq!(seen.text("applicant.email"), "nguoinop@example.vn");
}

#[track_caller]
fn masked(seen: &Answer) {
    assert_eq!(seen.at("applicant.masked"), true, "{seen:?}");
    assert_eq!(seen.text("applicant.id_number"), "*********001");
    assert_eq!(seen.text("applicant.phone"), "*******678");
    let body = seen.body();
    for secret in [
        "001200000001",
        "0912345678",
        "nguoinop@",
        "Tổ 1",
        "lookup_key",
        "lookup_url",
    ] {
        assert!(!body.contains(secret), "{secret} in {body}");
    }
}

both! {
    async fn those_who_handle_a_dossier_see_it_whole_and_others_of_the_office_masked(world) {
        let staff = Staff::of(&world);
        let code = in_appraisal(&staff, MARITAL_STATUS).await;
        for handler in [&staff.clerk, &staff.justice, &staff.justice_head, &staff.manager] {
            let seen = handler.dossier(&code).await.expect(200);
            whole(&seen);
            assert_eq!(seen.text("lookup_key").len(), 6);
        }
        for colleague in [&staff.land, &staff.land_head, &staff.registry] {
            masked(&colleague.dossier(&code).await.expect(200));
        }
        staff.stranger.dossier(&code).await.problem(404, "not_found");
        world.visitor().get(&format!("/api/v1/dossiers/{code}")).await.problem(401, "unauthenticated");
        assert_eq!(world.verify().0, 2);
    }

    async fn readings_of_inspectors_and_administrators_are_recorded(world) {
        let staff = Staff::of(&world);
        let code = registered(&staff.clerk, MARITAL_STATUS).await;
        for (number, reader) in [(2, &staff.inspector), (3, &staff.admin)] {
            let seen = reader.dossier(&code).await.expect(200);
            whole(&seen);
            // The key is the applicant's; nobody needs it to inspect.
            assert!(seen.at("lookup_key").is_null());
            assert_eq!(seen.etag(), "\"1\"");
            assert_eq!(seen.words("allowed_actions"), Vec::<&str>::new());
            let record = staff.clerk.get(&format!("/api/v1/dossiers/{code}/events")).await;
            let record = record.expect(200);
            let last = record.at("items").as_array().unwrap().last().unwrap();
            assert_eq!(last["number"], number);
            assert_eq!(last["action"], "read_personal_data");
            assert_eq!(last["actor"], reader.uid);
        }
        assert_eq!(world.verify(), (3, Vec::new()));
    }

    async fn lists_are_masked_for_everybody_and_recorded_for_nobody(world) {
        let staff = Staff::of(&world);
        registered(&staff.clerk, MARITAL_STATUS).await;
        for reader in [&staff.clerk, &staff.manager, &staff.land, &staff.inspector] {
            for path in ["/api/v1/dossiers", "/api/v1/worklists/due?when=all"] {
                let page = reader.get(path).await.expect(200);
                assert_eq!(page.each("id_number_masked"), ["*********001"]);
                assert_eq!(page.each("phone_masked"), ["*******678"]);
                assert!(!page.body().contains("0912345678"));
            }
        }
        assert_eq!(world.verify().0, 1);
    }

    async fn reasons_and_recipients_are_for_those_who_handle_the_dossier(world) {
        let staff = Staff::of(&world);
        let code = in_appraisal(&staff, MARITAL_STATUS).await;
        let wish = json!({ "reason": "Vì việc riêng của gia đình" });
        staff.clerk.act(&code, "withdraw", wish).await.expect(200);
        let path = format!("/api/v1/dossiers/{code}/events");
        assert!(staff.clerk.get(&path).await.expect(200).body().contains("việc riêng"));
        assert!(!staff.land.get(&path).await.expect(200).body().contains("việc riêng"));
        let feed = staff.land.get("/api/v1/events").await.expect(200);
        assert!(!feed.body().contains("việc riêng"));
    }

    async fn a_connected_system_sees_what_it_sent_in_whole_and_the_rest_masked(world) {
        let staff = Staff::of(&world);
        let system = world.system("H29.23");
        let others = registered(&staff.clerk, MARITAL_STATUS).await;
        let mut dossier = crate::support::handed_in(MARITAL_STATUS);
        dossier["papers"] = json!([]);
        let own = system.post_once("k1", "/api/v1/dossiers", &dossier).await.expect(201);
        whole(&own);
        whole(&system.dossier(own.text("code")).await.expect(200));
        masked(&system.dossier(&others).await.expect(200));
        let foreign = world.system("H29.24");
        foreign.dossier(&others).await.problem(404, "not_found");
    }
}
