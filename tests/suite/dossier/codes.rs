//! Codes: one sequence per agency and day, without gaps and without doubles.

use serde_json::json;

use crate::support::{MARITAL_STATUS, Staff, handed_in, registered};

const REGISTER: &str = "/api/v1/dossiers/register";

both! {
    async fn codes_of_thirty_two_clerks_at_once_have_no_gaps_and_no_doubles(world) {
        const EACH: usize = 3;
        let clerks = (0..32).map(|_| {
            let clerk = world.staff("tiepnhan");
            tokio::spawn(async move {
                let mut codes = Vec::new();
                for round in 0..EACH {
                    // Now and then something is refused, which must not use a code up.
                    if round == 1 {
                        let mut lacking = handed_in(MARITAL_STATUS);
                        lacking["papers"] = json!([]);
                        clerk.post(REGISTER, &lacking).await.expect(422);
                    }
                    codes.push(registered(&clerk, MARITAL_STATUS).await);
                }
                codes
            })
        });
        let mut codes = Vec::new();
        for clerk in clerks.collect::<Vec<_>>() {
            codes.extend(clerk.await.unwrap());
        }
        codes.sort();
        let expected: Vec<_> =
            (1..=32 * EACH).map(|number| format!("H29.23-261119-{number:04}")).collect();
        assert_eq!(codes, expected);
        assert_eq!(world.verify().1, Vec::new());
    }

    async fn the_sequence_grows_wider_past_9999(world) {
        let staff = Staff::of(&world);
        world.meddle("INSERT INTO code_counters (agency, day, last) VALUES ('H29.23', '2026-11-19', 9998)");
        assert_eq!(registered(&staff.clerk, MARITAL_STATUS).await, "H29.23-261119-9999");
        let wide = registered(&staff.clerk, MARITAL_STATUS).await;
        assert_eq!(wide, "H29.23-261119-10000");
        staff.clerk.dossier(&wide).await.expect(200);
        world.visitor().get(&format!("/api/v1/public/dossiers/{wide}")).await.expect(200);
    }

    async fn each_agency_and_each_day_counts_from_one(world) {
        let staff = Staff::of(&world);
        registered(&staff.clerk, MARITAL_STATUS).await;
        let mut other = handed_in(MARITAL_STATUS);
        other["office"] = "H29.24".into();
        let seen = staff.stranger.post(REGISTER, &other).await.expect(201);
        assert_eq!(seen.text("code"), "H29.24-261119-0001");
        // The day is the local one: at 17:00 UTC it is tomorrow already.
        world.now("2026-11-20 00:00");
        assert_eq!(registered(&staff.clerk, MARITAL_STATUS).await, "H29.23-261120-0001");
    }
}
