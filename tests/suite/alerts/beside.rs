//! What goes with the digest waits for it, however late the reader's office opens or the job runs.

use api::schedule::{Cron, Timetable};
use infra::notification::letters::Letter;

use super::{Post, addresses, sweep_at, told};
use crate::support::{MARITAL_STATUS, Staff, World, in_appraisal, run_due};

/// The city opens at nine, the ward at half past seven as before.
fn city_opens_at_nine(world: &World) {
    let uid = infra::ids::new_uid();
    world.meddle(
        "UPDATE offices SET calendar_id = (SELECT id FROM calendars LIMIT 1) WHERE code = 'H29.23'",
    );
    world.meddle(&format!(
        "INSERT INTO calendars (uid, name, version, created_at) \
         SELECT '{uid}', 'Lịch thành phố', version, created_at FROM calendars LIMIT 1; \
         INSERT INTO calendar_versions (calendar_id, number, spec, created_at) \
         SELECT calendars.id, 1, replace(spec, '07:30', '09:00'), calendars.created_at \
         FROM calendars, calendar_versions WHERE calendars.uid = '{uid}' AND number = 1; \
         UPDATE offices SET calendar_id = (SELECT id FROM calendars WHERE uid = '{uid}') \
         WHERE code = 'H29'"
    ));
}

both! {
    async fn a_reader_whose_office_opens_later_gets_the_digest_alone(world) {
        addresses(&world);
        let staff = Staff::of(&world);
        in_appraisal(&staff, MARITAL_STATUS).await;
        city_opens_at_nine(&world);
        sweep_at(&world, "2026-11-27 07:30");
        let mut post = Post::default();
        post.new_mails(&world);
        // Three days late on Monday: to the manager, and to the one above.
        sweep_at(&world, "2026-11-30 07:30");
        assert_eq!(
            told(&post.new_mails(&world)),
            ["staff_digest lanhdao long_overdue 1", "staff_digest truongphong.tuphap "]
        );
        for minute in ["2026-11-30 08:30", "2026-11-30 08:45"] {
            sweep_at(&world, minute);
            assert_eq!(told(&post.new_mails(&world)), Vec::<String>::new(), "{minute}");
        }
        sweep_at(&world, "2026-11-30 09:00");
        assert_eq!(
            told(&post.new_mails(&world)),
            ["staff_digest lanhdao.thanhpho long_overdue 1"]
        );
    }

    async fn a_digest_at_nine_is_waited_for_until_ten(world) {
        addresses(&world);
        let staff = Staff::of(&world);
        in_appraisal(&staff, MARITAL_STATUS).await;
        let mut table = Timetable::default();
        table.set("digest", Cron::parse("0 9 * * *").ok());
        let service = world.service.clone().with_timetable(table);
        let mut post = Post::default();
        let mut run_at = |at: &str| {
            world.now(at);
            run_due(&service);
            let mut mails = post.new_mails(&world);
            mails.retain(|mail| !matches!(mail.letter, Letter::StaffWeekly(_)));
            told(&mails)
        };
        // First seen after the run of Sunday, or that would be caught up on Monday morning.
        run_at("2026-11-22 09:30");
        assert_eq!(run_at("2026-11-23 07:30"), ["staff_alert chuyenvien.tuphap due_soon 1"]);
        assert_eq!(run_at("2026-11-23 08:45"), Vec::<String>::new());
        assert_eq!(
            run_at("2026-11-23 09:00"),
            ["staff_digest lanhdao ", "staff_digest truongphong.tuphap due_soon 1"]
        );
    }
}
