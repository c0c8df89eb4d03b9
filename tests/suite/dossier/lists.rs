//! The register of dossiers: searches, filters, pages.

use serde_json::json;

use crate::support::{
    Answer, Client, LAND, MARITAL_STATUS, Staff, handed_in, in_appraisal, of_person, registered,
    submitted,
};

const LIST: &str = "/api/v1/dossiers";

async fn register_as(clerk: &Client, names: &[&str]) {
    for name in names {
        let dossier = of_person(MARITAL_STATUS, name);
        clerk
            .post("/api/v1/dossiers/register", &dossier)
            .await
            .expect(201);
    }
}

async fn listed(client: &Client, query: &str) -> Answer {
    client.get(&format!("{LIST}?{query}")).await.expect(200)
}

/// The last digits of the codes of a list.
async fn numbers(client: &Client, query: &str) -> Vec<u32> {
    let codes = listed(client, query).await.each("code");
    codes
        .iter()
        .map(|code| code.rsplit('-').next().unwrap().parse().unwrap())
        .collect()
}

both! {
    async fn a_name_is_found_by_any_of_its_words_with_or_without_diacritics(world) {
        let clerk = world.staff("tiepnhan");
        register_as(&clerk, &["Nguyễn Văn An", "Trần Thị Bình", "Lê Văn An", "Đỗ Vân Anh"]).await;
        for (words, found) in [
            ("nguyen van", vec!["Nguyễn Văn An"]),
            ("NGUYỄN  Văn", vec!["Nguyễn Văn An"]),
            // Typed with combining marks.
            ("Nguye\u{302}\u{303}n", vec!["Nguyễn Văn An"]),
            ("van an", vec!["Lê Văn An", "Nguyễn Văn An", "Đỗ Vân Anh"]),
            ("do van", vec!["Đỗ Vân Anh"]),
            ("thi", vec!["Trần Thị Bình"]),
            ("hi binh", vec![]),
            ("%", vec![]),
        ] {
            for field in ["name", "q"] {
                let url = reqwest::Url::parse_with_params("http://x/", [(field, words)]).unwrap();
                let mut names = listed(&clerk, url.query().unwrap()).await.each("applicant_name");
                names.sort();
                assert_eq!(names, found, "{field}={words}");
            }
        }
    }

    async fn a_name_that_fits_twice_is_listed_once(world) {
        let clerk = world.staff("tiepnhan");
        register_as(&clerk, &["An Văn An", "Trần Thị Thu"]).await;
        assert_eq!(listed(&clerk, "name=an").await.each("applicant_name"), ["An Văn An"]);
        let counted = listed(&clerk, "name=t&limit=1&count=capped").await;
        assert_eq!(counted.each("applicant_name"), ["Trần Thị Thu"]);
        assert_eq!((counted.at("count"), counted.at("next_cursor")), (&json!(1), &json!(null)));
    }

    async fn an_id_number_a_phone_and_a_code_find_theirs(world) {
        let clerk = world.staff("tiepnhan");
        register_as(&clerk, &["Người Thứ Nhất"]).await;
        let mut other = of_person(LAND, "Người Thứ Hai");
        other["applicant"]["id_number"] = "079200000002".into();
        other["applicant"]["phone"] = "0987 654 321".into();
        clerk.post("/api/v1/dossiers/register", &other).await.expect(201);
        for query in [
            "id_number=079200000002", "q=079200000002", "phone=0987654321", "q=0987.654.321",
            "code=H29.23-261119-0002", "q=h29.23-261119-0002", "name=nguoi%20thu%20hai&phone=0987654321",
        ] {
            assert_eq!(numbers(&clerk, query).await, [2], "{query}");
        }
        assert_eq!(numbers(&clerk, "id_number=079200000009").await, Vec::<u32>::new());
    }

    async fn filters_narrow_the_register_together(world) {
        let staff = Staff::of(&world);
        registered(&staff.clerk, LAND).await;
        submitted(&staff.clerk, MARITAL_STATUS).await;
        world.now("2026-11-20 08:00");
        let held = in_appraisal(&staff, MARITAL_STATUS).await;
        let department = staff.clerk.dossier(&held).await.text("department.id").to_owned();
        let list = async |query: &str| listed(&staff.clerk, query).await.each("code");
        let (one, two) = ("H29.23-261119-0001", "H29.23-261119-0002");
        assert_eq!(list("").await, [held.as_str(), two, one]);
        assert_eq!(list("state=submitted,accepted").await, [two, one]);
        assert_eq!(list("procedure=1.004873").await, [held.as_str(), two]);
        assert_eq!(list("procedure=1.004873&state=submitted").await, [two]);
        assert_eq!(list(&format!("holder={}", staff.justice.uid)).await, [held.as_str()]);
        assert_eq!(list(&format!("department={department}")).await, [held.as_str()]);
        assert_eq!(list("channel=post").await, [two]);
        assert_eq!(list("received_from=2026-11-20").await, [held.as_str()]);
        assert_eq!(list("received_to=2026-11-19").await, [one]);
        assert_eq!(list("office=H29.23").await.len(), 3);
        assert_eq!(list("office=H29.24").await, Vec::<String>::new());
        assert_eq!(list("office=H77").await, Vec::<String>::new());
    }

    async fn everybody_lists_the_offices_below_their_own(world) {
        let staff = Staff::of(&world);
        registered(&staff.clerk, MARITAL_STATUS).await;
        let mut other = handed_in(MARITAL_STATUS);
        other["office"] = "H29.24".into();
        staff.stranger.post("/api/v1/dossiers/register", &other).await.expect(201);
        let codes = async |client: &Client| listed(client, "").await.each("code");
        assert_eq!(codes(&staff.clerk).await, ["H29.23-261119-0001"]);
        assert_eq!(codes(&staff.stranger).await, ["H29.24-261119-0001"]);
        assert_eq!(codes(&staff.inspector).await, ["H29.24-261119-0001", "H29.23-261119-0001"]);
        let found = listed(&staff.stranger, "code=H29.23-261119-0001").await;
        assert_eq!(found.each("code"), Vec::<String>::new());
    }

    async fn pages_hold_still_while_new_dossiers_come_in(world) {
        let clerk = world.staff("tiepnhan");
        register_as(&clerk, &["Người Nộp"; 7]).await;
        let first = listed(&clerk, "limit=3").await;
        assert_eq!(first.each("version").len(), 3);
        register_as(&clerk, &["Người Nộp"; 2]).await;
        let link = first.header("link");
        let next = link.strip_prefix('<').and_then(|rest| rest.strip_suffix(">; rel=\"next\""));
        let second = clerk.get(next.unwrap()).await.expect(200);
        let last = listed(&clerk, &format!("limit=3&cursor={}", second.text("next_cursor"))).await;
        let codes = [&first, &second, &last].map(|page| page.each("code")).concat();
        let expected: Vec<_> = (1..=7).rev().map(|n| format!("H29.23-261119-{n:04}")).collect();
        assert_eq!(codes, expected);
        assert!(last.at("next_cursor").is_null());
        assert_eq!(last.header("link"), "");
    }

    async fn pages_by_name_hold_still_too(world) {
        let clerk = world.staff("tiepnhan");
        register_as(&clerk, &["Cao An", "Bùi An", "Đào An"]).await;
        let first = listed(&clerk, "name=an&limit=2").await;
        // Before and after where the reader stands.
        register_as(&clerk, &["An", "Vũ An"]).await;
        let query = format!("name=an&limit=2&cursor={}", first.text("next_cursor"));
        let second = listed(&clerk, &query).await;
        let mut names = [&first, &second].map(|page| page.each("applicant_name")).concat();
        assert_eq!(names.len(), 4);
        names.sort();
        names.dedup();
        assert_eq!(names.len(), 4);
    }

    async fn a_count_is_told_only_when_asked_for_and_ends_at_ten_thousand(world) {
        let clerk = world.staff("tiepnhan");
        register_as(&clerk, &["Người Nộp"]).await;
        assert!(listed(&clerk, "").await.at("count").is_null());
        assert_eq!(listed(&clerk, "count=capped&limit=1").await.at("count"), 1);
        let columns = "office_id, procedure_version_id, calendar_version_id, channel, client_id, \
            created_by, applicant, applicant_name, id_number, phone, matter, papers, lookup_key, \
            state, version, submitted_at, received_at, due_at_original, due_at, sort_due_at, \
            late_after, lapse_at, ended_at, holder_id, department_id, step_index, step_due_at, \
            rules_state, event_count, last_hash";
        world.meddle(&format!(
            "WITH RECURSIVE n (i) AS (SELECT 10001 UNION ALL SELECT i + 1 FROM n WHERE i < 20001) \
             INSERT INTO dossiers (code, {columns}) \
             SELECT 'H29.23-261119-' || i, {columns} FROM dossiers, n"
        ));
        let page = listed(&clerk, "count=capped&limit=2").await;
        assert_eq!(page.at("count"), 10_000);
        assert_eq!(page.each("code"), ["H29.23-261119-20001", "H29.23-261119-20000"]);
    }

    async fn what_is_not_a_parameter_or_not_of_this_list_is_refused(world) {
        let staff = Staff::of(&world);
        for _ in 0..2 {
            registered(&staff.clerk, MARITAL_STATUS).await;
        }
        let get = async |query: &str| staff.clerk.get(&format!("{LIST}?{query}")).await;
        get("colour=red").await.problem(400, "unknown_parameter");
        get("state=asleep").await.problem(400, "invalid_parameter");
        get("received_from=2026-02-30").await.problem(400, "invalid_parameter");
        for limit in ["0", "201", "-1", "x"] {
            get(&format!("limit={limit}")).await.problem(400, "invalid_parameter");
        }
        get("limit=200").await.expect(200);
        get("cursor=abc").await.problem(400, "bad_cursor");
        let due = staff.clerk.get("/api/v1/worklists/due?when=all&limit=1").await.expect(200);
        let foreign = due.text("next_cursor");
        get(&format!("cursor={foreign}")).await.problem(400, "bad_cursor");
        let own = get("limit=1").await.expect(200);
        let path = format!("/api/v1/worklists/mine?cursor={}", own.text("next_cursor"));
        staff.clerk.get(&path).await.problem(400, "bad_cursor");
    }
}
