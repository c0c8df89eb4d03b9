//! Somebody with the password of the database changes the record, and it shows.

use infra::dossier::{BrokenLink, LinkFault};

use crate::support::{MARITAL_STATUS, Staff, Which, World, at_last_step, registered};

/// Without it an update of the record fails.
fn take_the_guard_away(world: &World) {
    world.meddle(match world.which {
        Which::Sqlite => {
            "DROP TRIGGER dossier_events_keep_update; DROP TRIGGER dossier_events_keep_delete"
        }
        Which::Postgres => "DROP TRIGGER dossier_events_keep ON dossier_events",
    });
}

/// What the walk says after this SQL, beside a dossier that nobody touched.
async fn broken_by(world: &World, sql: &str) -> Option<BrokenLink> {
    let staff = Staff::of(world);
    registered(&staff.clerk, MARITAL_STATUS).await;
    at_last_step(&staff, MARITAL_STATUS).await;
    assert_eq!(world.verify().1, Vec::new());
    take_the_guard_away(world);
    world.meddle(sql);
    let broken = world.verify().1;
    assert!(broken.len() <= 1, "{broken:?}");
    broken.into_iter().next()
}

fn broken(event: i64, fault: LinkFault) -> Option<BrokenLink> {
    Some(BrokenLink {
        dossier: "H29.23-261119-0002".to_owned(),
        event,
        fault,
    })
}

both! {
    async fn the_database_itself_refuses_to_change_the_record(world) {
        let staff = Staff::of(&world);
        registered(&staff.clerk, MARITAL_STATUS).await;
        for sql in ["UPDATE dossier_events SET reason = 'x'", "DELETE FROM dossier_events"] {
            let refused = world.try_to_meddle(sql).unwrap_err();
            assert!(refused.contains("append-only"), "{refused}");
        }
    }

    async fn an_altered_event_is_named(world) {
        let sql = "UPDATE dossier_events SET reason = 'khác' WHERE dossier_id = 2 AND number = 3";
        assert_eq!(broken_by(&world, sql).await, broken(3, LinkFault::Altered));
    }

    async fn each_part_of_an_event_counts(world) {
        let staff = Staff::of(&world);
        at_last_step(&staff, MARITAL_STATUS).await;
        take_the_guard_away(&world);
        let parts = ["actor", "on_behalf_of", "action", "from_state", "to_state", "reason", "detail"];
        for part in parts {
            let change = |to: &str| world.meddle(&format!("UPDATE dossier_events SET {to} WHERE number = 2"));
            change(&format!("{part} = {part} || '!'"));
            let found = world.verify().1;
            assert_eq!(found.len(), 1, "{part}");
            assert_eq!((found[0].event, found[0].fault), (2, LinkFault::Altered), "{part}");
            change(&format!("{part} = substr({part}, 1, length({part}) - 1)"));
        }
        assert_eq!(world.verify().1, Vec::new());
    }

    async fn an_event_taken_out_is_named(world) {
        let sql = "DELETE FROM dossier_events WHERE dossier_id = 2 AND number = 2";
        assert_eq!(broken_by(&world, sql).await, broken(2, LinkFault::NumberSkipped));
    }

    async fn an_event_taken_out_with_the_numbers_mended_is_named(world) {
        let sql = "DELETE FROM dossier_events WHERE dossier_id = 2 AND number = 2; \
                   UPDATE dossier_events SET number = 2 WHERE dossier_id = 2 AND number = 3";
        assert_eq!(broken_by(&world, sql).await, broken(2, LinkFault::NotLinked));
    }

    async fn an_end_that_was_cut_off_is_named(world) {
        let sql = "DELETE FROM dossier_events WHERE dossier_id = 2 AND number = 5";
        assert_eq!(broken_by(&world, sql).await, broken(5, LinkFault::EndMissing));
    }

    async fn a_state_that_no_event_led_to_is_named(world) {
        let sql = "UPDATE dossiers SET state = 'resolved' WHERE id = 2";
        assert_eq!(broken_by(&world, sql).await, broken(5, LinkFault::StateAltered));
    }
}
