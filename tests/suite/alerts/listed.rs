//! The list to which a mail links holds every dossier of which the mail tells.

use infra::notification::letters::{Group, Letter};

use super::crowd::multiply;
use super::{Post, Sent, addresses, sweep_at};
use crate::support::{MARITAL_STATUS, Staff, World, in_appraisal, registered, submitted};

const ALL: &str = "/api/v1/worklists/due?when=all";
const OVERDUE: &str = "/api/v1/worklists/due?when=overdue";

/// Where a mail links to, how many dossiers it tells of, and those that it names.
fn told(mail: &Sent) -> (&str, u64, Vec<&str>) {
    let (url, total, groups): (_, _, Vec<&Group>) = match &mail.letter {
        Letter::StaffAlert(alert) => (&alert.list_url, alert.total, alert.groups.iter().collect()),
        Letter::StaffDigest(digest) => {
            let sections = [&digest.overdue, &digest.due_today, &digest.due_next];
            let groups = digest.groups.iter().chain(sections).collect();
            (&digest.list_url, digest.total, groups)
        }
        other => panic!("no alert: {other:?}"),
    };
    let lines = groups.into_iter().flat_map(|group| &group.dossiers);
    let codes = lines.map(|line| line.code.as_str()).collect();
    (url.as_str(), total, codes)
}

/// That each of these mails links to this list, and that its reader finds all dossiers there.
async fn leads_to(world: &World, mails: &[Sent], list: &str) {
    assert!(!mails.is_empty());
    for mail in mails {
        let (url, total, named) = told(mail);
        assert_eq!(url, list, "{mail:?}");
        let reader = world.staff(&mail.to);
        let found = reader
            .get(&format!("{url}&limit=200&count=capped"))
            .await
            .expect(200);
        assert!(found.at("count").as_u64() >= Some(total), "{mail:?}");
        let codes = found.each("code");
        for code in named {
            assert!(codes.iter().any(|one| one == code), "{code} of {mail:?}");
        }
    }
}

both! {
    async fn what_the_desk_has_not_answered_is_all_in_the_list(world) {
        addresses(&world);
        let staff = Staff::of(&world);
        let code = submitted(&staff.clerk, MARITAL_STATUS).await;
        multiply(&world, &code, 59);
        let mut post = Post::default();
        sweep_at(&world, "2026-11-19 10:00");
        let mails = post.new_mails(&world);
        assert_eq!((mails.len(), mails[0].groups()), (1, vec!["unanswered 60".to_owned()]));
        leads_to(&world, &mails, ALL).await;
        sweep_at(&world, "2026-11-20 08:01");
        let mails = post.new_mails(&world);
        assert_eq!((mails.len(), mails[0].groups()), (2, vec!["answer_overdue 60".to_owned()]));
        leads_to(&world, &mails, ALL).await;
    }

    async fn what_is_due_soon_is_all_in_the_list_and_what_is_late_alone_in_that_of_late_ones(world) {
        addresses(&world);
        let staff = Staff::of(&world);
        let code = in_appraisal(&staff, MARITAL_STATUS).await;
        multiply(&world, &code, 59);
        let mut post = Post::default();
        sweep_at(&world, "2026-11-23 07:30");
        let mails = post.new_mails(&world);
        let holder = mails.iter().find(|mail| mail.to == "chuyenvien.tuphap").expect("an alert");
        assert_eq!(holder.group("due_soon").count, 60);
        leads_to(&world, &mails, ALL).await;
        sweep_at(&world, "2026-11-25 16:59");
        post.new_mails(&world);
        sweep_at(&world, "2026-11-26 07:30");
        let mails = post.new_mails(&world);
        assert_eq!(mails.len(), 3);
        leads_to(&world, &mails, OVERDUE).await;
    }

    async fn late_ones_and_others_of_one_digest_are_in_one_list(world) {
        addresses(&world);
        let staff = Staff::of(&world);
        in_appraisal(&staff, MARITAL_STATUS).await;
        world.now("2026-11-23 09:00");
        registered(&staff.clerk, MARITAL_STATUS).await;
        sweep_at(&world, "2026-11-25 16:59");
        let mut post = Post::default();
        post.new_mails(&world);
        sweep_at(&world, "2026-11-26 07:30");
        let mails = post.new_mails(&world);
        let manager = mails.iter().find(|mail| mail.to == "lanhdao").expect("a digest");
        let Letter::StaffDigest(digest) = &manager.letter else { panic!("no digest") };
        assert_eq!((digest.overdue.count, digest.due_next.count), (1, 1));
        leads_to(&world, std::slice::from_ref(manager), ALL).await;
    }
}
