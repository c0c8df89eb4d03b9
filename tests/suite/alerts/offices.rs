//! A mail that tells of several offices says which: departments bear the same names in each.

use infra::notification::alerts::{Span, report};
use infra::notification::letters::{Group, Letter};

use super::{Post, Sent, addresses, sweep_at};
use crate::support::{MARITAL_STATUS, Staff, World, in_appraisal};

const ABOVE: &str = "lanhdao.thanhpho";
const WARD: &str = "Ủy ban nhân dân phường (minh họa)";
const SECOND: &str = "Ủy ban nhân dân phường thứ hai (minh họa)";
const JUSTICE: &str = "Tư pháp - Hộ tịch";
const NONE: &str = "Chưa phân phòng";

/// Four that become late on Wednesday: in each of two wards one that lies with the department of
/// justice, and one with none. The second ward has no manager but the one above.
async fn four_in_two_wards(world: &World) {
    addresses(world);
    let staff = Staff::of(world);
    let mut codes = Vec::new();
    for _ in 0..4 {
        codes.push(in_appraisal(&staff, MARITAL_STATUS).await);
    }
    let second = "(SELECT id FROM offices WHERE code = 'H29.24')";
    world.meddle(&format!(
        "UPDATE dossiers SET office_id = {second}, department_id = (SELECT id FROM departments \
           WHERE code = 'tu_phap' AND office_id = {second}) WHERE code IN ('{}', '{}'); \
         UPDATE dossiers SET department_id = NULL WHERE code IN ('{}', '{}')",
        codes[0], codes[1], codes[1], codes[2]
    ));
}

fn to<'a>(mails: &'a [Sent], login: &str) -> &'a Sent {
    let mut found = mails.iter().filter(|mail| mail.to == login);
    found
        .next()
        .unwrap_or_else(|| panic!("no mail to {login}: {mails:?}"))
}

fn counts(group: &Group) -> Vec<(Option<&str>, &str, u64)> {
    let counts = group.departments.iter();
    counts
        .map(|one| (one.office.as_deref(), one.name.as_str(), one.count))
        .collect()
}

/// The offices and departments of the dossiers that are named, in order.
fn places(group: &Group) -> Vec<(Option<&str>, Option<&str>)> {
    let lines = group.dossiers.iter();
    let mut places: Vec<_> = lines
        .map(|line| (line.office.as_deref(), line.department.as_deref()))
        .collect();
    places.sort_unstable();
    places
}

both! {
    async fn a_digest_over_several_offices_names_them_and_that_of_one_does_not(world) {
        four_in_two_wards(&world).await;
        sweep_at(&world, "2026-11-30 07:30");
        let mails = Post::default().new_mails(&world);
        let above = to(&mails, ABOVE);
        let group = above.group("long_overdue");
        assert_eq!(counts(group), [
            (Some(WARD), NONE, 1), (Some(WARD), JUSTICE, 1),
            (Some(SECOND), NONE, 1), (Some(SECOND), JUSTICE, 1),
        ]);
        assert_eq!(places(group), [
            (Some(WARD), None), (Some(WARD), Some(JUSTICE)),
            (Some(SECOND), None), (Some(SECOND), Some(JUSTICE)),
        ]);
        // Of the second ward alone; the mail as a whole tells of both.
        let Letter::StaffDigest(digest) = &above.letter else { panic!("no digest") };
        assert_eq!(counts(&digest.overdue), [(Some(SECOND), NONE, 1), (Some(SECOND), JUSTICE, 1)]);
        let ward = to(&mails, "lanhdao");
        assert_eq!(counts(ward.group("long_overdue")), [(None, NONE, 1), (None, JUSTICE, 1)]);
        assert_eq!(places(ward.group("long_overdue")), [(None, None), (None, Some(JUSTICE))]);
    }

    async fn rungs_of_one_name_in_two_offices_are_told_apart(world) {
        four_in_two_wards(&world).await;
        let staff = Staff::of(&world);
        let ladder = "/api/v1/offices/H29.24/alert-ladder";
        let built_in = staff.admin.get(ladder).await.expect(200);
        let mut rungs = built_in.at("rungs").clone();
        let long = rungs.as_array_mut().unwrap().iter_mut().find(|rung| rung["name"] == "long_overdue");
        let long = long.expect("the rung");
        long["title"] = "Quá hạn 2 ngày làm việc".into();
        long["when"]["working_days"] = 2.into();
        staff.admin.put(ladder, "\"1\"", &serde_json::json!({ "rungs": rungs })).await.expect(200);
        sweep_at(&world, "2026-11-30 07:30");
        let mails = Post::default().new_mails(&world);
        let Letter::StaffDigest(digest) = &to(&mails, ABOVE).letter else { panic!("no digest") };
        let long = digest.groups.iter().filter(|group| group.rung == "long_overdue");
        let told: Vec<_> = long
            .map(|group| (group.title.as_str(), group.count, group.departments[0].office.as_deref()))
            .collect();
        assert_eq!(told, [
            ("Hồ sơ quá hạn kéo dài", 2, Some(WARD)),
            ("Quá hạn 2 ngày làm việc", 2, Some(SECOND)),
        ]);
    }

    async fn a_report_counts_those_of_no_department_by_office(world) {
        four_in_two_wards(&world).await;
        world.now("2026-11-30 08:00");
        report(&world.service.db, &world.service.env, Span::Week).expect("reports");
        let mails = Post::default().new_mails(&world);
        let late = |login| match &to(&mails, login).letter {
            Letter::StaffWeekly(weekly) => &weekly.late,
            other => panic!("no weekly: {other:?}"),
        };
        assert_eq!(counts(late(ABOVE)), [
            (Some(WARD), NONE, 1), (Some(WARD), JUSTICE, 1),
            (Some(SECOND), NONE, 1), (Some(SECOND), JUSTICE, 1),
        ]);
        assert_eq!(counts(late("lanhdao")), [(None, NONE, 1), (None, JUSTICE, 1)]);
        assert_eq!(places(late("lanhdao")), [(None, None), (None, Some(JUSTICE))]);
    }

    async fn offices_of_one_name_are_told_apart_by_their_codes(world) {
        four_in_two_wards(&world).await;
        world.meddle(&format!("UPDATE offices SET name = '{WARD}' WHERE code = 'H29.24'"));
        sweep_at(&world, "2026-11-30 07:30");
        let mails = Post::default().new_mails(&world);
        let counts = counts(to(&mails, ABOVE).group("long_overdue"));
        let offices: Vec<_> = counts.iter().filter_map(|(office, ..)| *office).collect();
        let (ward, second) = (format!("{WARD} (H29.23)"), format!("{WARD} (H29.24)"));
        assert_eq!(offices, [&ward, &ward, &second, &second]);
    }
}
