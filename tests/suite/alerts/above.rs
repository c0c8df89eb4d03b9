//! Offices without a manager of their own, and people who leave: the nearest above is told.

use infra::notification::alerts::sweep;
use infra::notification::letters::Letter;

use super::{Post, Sent, addresses, sweep_at};
use crate::support::{MARITAL_STATUS, Staff, World, registered};

const ABOVE: &str = "lanhdao.thanhpho";

fn to_above(mails: &[Sent]) -> Option<&Sent> {
    mails.iter().find(|mail| mail.to == ABOVE)
}

fn look(world: &World, at: &str) {
    world.now(at);
    sweep(&world.service.db, &world.service.env, &|| true).expect("a sweep");
}

both! {
    async fn the_digest_of_the_manager_above_tells_of_an_office_that_has_none(world) {
        addresses(&world);
        let staff = Staff::of(&world);
        // Never handed on: its steps no longer fit.
        let code = registered(&staff.clerk, MARITAL_STATUS).await;
        world.meddle("DELETE FROM staff_roles WHERE role = 'manager' AND office_id = \
            (SELECT id FROM offices WHERE code = 'H29.23')");
        let mut post = Post::default();
        sweep_at(&world, "2026-11-23 07:30");
        let mails = post.new_mails(&world);
        let Letter::StaffDigest(digest) = &to_above(&mails).expect("a digest").letter else {
            panic!("no digest: {mails:?}")
        };
        assert_eq!(digest.proposals[0].code, code);
        assert_eq!((digest.proposal_count, digest.due_next.count), (1, 1));
    }

    async fn a_proposal_told_to_the_manager_above_stays_theirs_when_the_office_gets_one(world) {
        addresses(&world);
        let staff = Staff::of(&world);
        registered(&staff.clerk, MARITAL_STATUS).await;
        let roles = "FROM staff_roles WHERE role = 'manager' AND office_id = \
            (SELECT id FROM offices WHERE code = 'H29.23')";
        world.meddle(&format!("CREATE TABLE kept AS SELECT * {roles}; DELETE {roles}"));
        let mut post = Post::default();
        // The sweep finds it before the digest is made.
        look(&world, "2026-11-23 07:30");
        world.meddle("INSERT INTO staff_roles SELECT * FROM kept");
        sweep_at(&world, "2026-11-23 07:30");
        let mails = post.new_mails(&world);
        let Letter::StaffDigest(digest) = &to_above(&mails).expect("a digest").letter else {
            panic!("no digest: {mails:?}")
        };
        assert_eq!((digest.proposal_count, digest.due_next.count), (1, 0));
    }

    async fn what_waited_for_somebody_who_left_is_told_to_whoever_acts_now(world) {
        addresses(&world);
        let staff = Staff::of(&world);
        registered(&staff.clerk, MARITAL_STATUS).await;
        let mut post = Post::default();
        look(&world, "2026-11-26 07:30");
        assert_eq!(post.new_mails(&world).len(), 0, "heads and managers wait for the digest");
        world.meddle("UPDATE staff SET retired_at = created_at WHERE login = 'lanhdao'");
        look(&world, "2026-11-26 08:31");
        look(&world, "2026-11-26 08:32");
        let mails = post.new_mails(&world);
        let above = to_above(&mails).expect("a mail to the manager above");
        assert!(above.groups().contains(&"overdue 1".to_owned()), "{mails:?}");
        let unread = staff.admin.get("/api/v1/alerts?state=no_address").await.expect(200);
        assert_eq!(unread.at("items"), &serde_json::json!([]));
    }
}
