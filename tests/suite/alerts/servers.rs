//! Two servers over the same alerts, as when the first was cut off and does not know it yet.

use infra::notification::alerts;

use super::addresses;
use super::crowd::multiply;
use super::ward::proves_mails;
use crate::support::{MARITAL_STATUS, Staff, in_appraisal};

both! {
    async fn two_servers_that_sweep_at_once_put_each_alert_into_one_mail(world) {
        addresses(&world);
        let staff = Staff::of(&world);
        let code = in_appraisal(&staff, MARITAL_STATUS).await;
        multiply(&world, &code, 600);
        for moment in ["2026-11-20 09:36", "2026-11-23 09:00", "2026-11-26 07:30", "2026-11-30 08:10"] {
            world.now(moment);
            std::thread::scope(|scope| {
                for digest in [true, false, true, false] {
                    let service = world.service.clone();
                    scope.spawn(move || {
                        if digest {
                            alerts::digest(&service.db, &service.env, &|| true).expect("a digest");
                        }
                        alerts::sweep(&service.db, &service.env, &|| true).expect("a sweep");
                    });
                }
            });
            // What came too late for a digest waits an hour for it.
            world.pass(chrono::TimeDelta::minutes(61));
            alerts::sweep(&world.service.db, &world.service.env, &|| true).expect("a sweep");
            proves_mails(&world);
        }
    }
}
