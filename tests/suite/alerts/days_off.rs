//! What falls due on days on which nobody is there.

use serde_json::json;

use infra::notification::letters::Letter;

use super::{Post, addresses, sweep_at};
use crate::support::{LAND, Staff, announce_holiday, in_appraisal};

both! {
    async fn a_date_on_a_day_off_is_in_the_digest_and_the_list_of_the_day_before_it(world) {
        addresses(&world);
        let staff = Staff::of(&world);
        let code = in_appraisal(&staff, LAND).await;
        let apology = json!({ "reason": "Xác minh", "due_at": "2026-12-16T17:00:00+07:00" });
        staff.manager.act(&code, "reappoint", apology).await.expect(200);
        // A date that somebody set stays, though nobody is there on it by then.
        announce_holiday(&staff.admin, "2026-12-16").await;
        world.tick();
        sweep_at(&world, "2026-12-15 07:30");
        let mails = Post::default().new_mails(&world);
        let digest = mails.iter().find_map(|mail| match &mail.letter {
            Letter::StaffDigest(digest) if mail.to == "lanhdao" => Some(digest),
            _ => None,
        });
        let digest = digest.expect("a digest to the manager");
        assert_eq!((digest.due_today.count, digest.due_next.count), (0, 1));
        assert_eq!(digest.due_next.dossiers[0].code, code);
        let list = staff.manager.get("/api/v1/worklists/due?when=next_working_day").await.expect(200);
        assert_eq!(list.each("code"), [code]);
    }
}
