//! Many dossiers that become late in one night.

use infra::notification::letters::Letter;

use super::{Post, addresses, sweep_at};
use crate::support::{MARITAL_STATUS, Staff, World, in_appraisal, registered};

/// Copies one dossier so often, every third into another department.
pub fn multiply(world: &World, code: &str, times: u32) {
    world.meddle(&format!(
        "INSERT INTO dossiers (code, office_id, procedure_version_id, calendar_version_id, \
           channel, applicant, applicant_name, matter, papers, lookup_key, state, version, \
           submitted_at, received_at, due_at_original, due_at, sort_due_at, late_after, \
           holder_id, department_id, step_index, step_due_at, rules_state, event_count, \
           last_hash, next_look_at, late_after_by_rules) \
         WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {times}) \
         SELECT code || '-' || n, office_id, procedure_version_id, calendar_version_id, channel, \
           applicant, applicant_name, matter, papers, lookup_key, state, version, submitted_at, \
           received_at, due_at_original, due_at, sort_due_at, late_after, holder_id, \
           CASE WHEN n % 3 = 0 THEN (SELECT id FROM departments WHERE code = 'kinh_te' \
             AND departments.office_id = dossiers.office_id) ELSE department_id END, \
           step_index, step_due_at, rules_state, event_count, last_hash, next_look_at, \
           late_after_by_rules \
         FROM dossiers, numbers WHERE code = '{code}'"
    ));
}

both! {
    async fn five_hundred_late_in_one_night_give_each_manager_one_mail(world) {
        addresses(&world);
        let staff = Staff::of(&world);
        let code = in_appraisal(&staff, MARITAL_STATUS).await;
        multiply(&world, &code, 499);
        sweep_at(&world, "2026-11-25 16:59");
        let mut post = Post::default();
        post.new_mails(&world);
        sweep_at(&world, "2026-11-26 07:30");
        let mails = post.new_mails(&world);
        let to: Vec<_> = mails.iter().map(|mail| mail.to.as_str()).collect();
        assert_eq!(to, ["lanhdao", "truongphong.kinhte", "truongphong.tuphap"]);
        let group = mails[0].group("overdue");
        assert_eq!(group.count, 500);
        let departments: Vec<_> = group.departments.iter().map(|one| one.count).collect();
        assert_eq!(departments, [334, 166]);
        assert_eq!(group.dossiers.len(), 20);
        let Letter::StaffDigest(digest) = &mails[0].letter else { panic!("no digest") };
        assert_eq!(digest.overdue.count, 500);
        assert!(digest.list_url.contains("overdue"));
        assert_eq!(mails[1].group("overdue").count, 166);
        assert_eq!(mails[2].group("overdue").count, 334);
        sweep_at(&world, "2026-11-26 07:31");
        assert_eq!(post.new_mails(&world).len(), 0);
    }

    async fn a_dossier_of_two_rungs_is_counted_once(world) {
        addresses(&world);
        let staff = Staff::of(&world);
        let code = in_appraisal(&staff, MARITAL_STATUS).await;
        world.now("2026-11-20 16:30");
        staff.justice.forward(&code, &staff.justice_head).await.expect(200);
        staff.justice_head.forward(&code, &staff.manager).await.expect(200);
        staff.manager.forward(&code, &staff.registry).await.expect(200);
        // Due on Wednesday, after the holiday; and two hours for the last step, of which 80 % are
        // used on Monday at 08:36.
        sweep_at(&world, "2026-11-23 08:40");
        let mails = Post::default().new_mails(&world);
        let mail = mails.iter().find(|mail| mail.to == "chuyenvien.vanphong").expect("a mail");
        assert_eq!(mail.groups(), ["due_soon 1", "step_due_soon 1"]);
        let Letter::StaffAlert(alert) = &mail.letter else { panic!("no alert") };
        assert_eq!((alert.total, alert.proposal_count), (1, 0));
    }

    async fn more_signatures_than_are_named_are_counted(world) {
        addresses(&world);
        let staff = Staff::of(&world);
        for _ in 0..25 {
            registered(&staff.clerk, MARITAL_STATUS).await;
        }
        sweep_at(&world, "2026-11-23 07:30");
        let mails = Post::default().new_mails(&world);
        let digest = mails.iter().find(|mail| mail.to == "lanhdao").expect("a digest");
        let Letter::StaffDigest(digest) = &digest.letter else { panic!("no digest") };
        assert_eq!((digest.proposals.len(), digest.proposal_count), (20, 25));
        assert_eq!(digest.total, 25);
    }
}
