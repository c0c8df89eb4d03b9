//! A ward on which, day by day, hundreds of dossiers come in that nobody works on.

use std::collections::BTreeMap;

use diesel::prelude::*;
use infra::db::schema::{alert_batches, alerts, dossiers, mails, staff};
use infra::notification::letters::Letter;

use super::addresses;
use super::crowd::multiply;
use crate::support::{MARITAL_STATUS, Staff, World, in_appraisal, submitted};

/// Dossiers of a morning with a specialist: more than one write of the sweep holds.
const IN_APPRAISAL: u32 = 270;
/// Those that the desk has not answered.
const SUBMITTED: u32 = 30;
/// Specialists who share them, each with a mail of their own.
const SPECIALISTS: u32 = 40;

/// Someone told of something: dossier, rung, occurrence, date, login.
pub type Told = (String, String, i64, String, String);

/// Gives everybody an address, and the department of justice its specialists.
pub fn populate(world: &World) -> Staff {
    let one = |number: u32| {
        let uid = infra::ids::new_uid();
        format!(
            "INSERT INTO staff (uid, login, display_name, office_id, department_id, \
               password_hash, created_at) \
             SELECT '{uid}', 'chuyenvien.' || {number}, 'Chuyên viên', office_id, department_id, \
               password_hash, created_at FROM staff WHERE login = 'chuyenvien.tuphap'"
        )
    };
    let all: Vec<String> = (0..SPECIALISTS).map(one).collect();
    world.meddle(&all.join("; "));
    addresses(world);
    Staff::of(world)
}

/// What comes in on one morning.
pub async fn take_in(world: &World, staff: &Staff) {
    let handed_on = in_appraisal(staff, MARITAL_STATUS).await;
    multiply(world, &handed_on, IN_APPRAISAL);
    world.meddle(&format!(
        "UPDATE dossiers SET holder_id = (SELECT id FROM staff \
           WHERE login = 'chuyenvien.' || (dossiers.id % {SPECIALISTS})) \
         WHERE code LIKE '{handed_on}-%'"
    ));
    let unanswered = submitted(&staff.clerk, MARITAL_STATUS).await;
    multiply(world, &unanswered, SUBMITTED);
}

/// Everything that anybody was told, in order.
pub fn told(world: &World) -> Vec<Told> {
    let mut told: Vec<Told> = world.read(|conn| {
        let rows: Vec<(String, String, i64, chrono::NaiveDateTime, String)> = alerts::table
            .inner_join(dossiers::table)
            .inner_join(staff::table.on(staff::id.eq(alerts::staff_id)))
            .select((
                dossiers::code,
                alerts::rung,
                alerts::occurrence,
                alerts::due_at,
                staff::login,
            ))
            .load(conn)?;
        let text = |row: (String, String, i64, chrono::NaiveDateTime, String)| {
            (row.0, row.1, row.2, row.3.to_string(), row.4)
        };
        Ok(rows.into_iter().map(text).collect())
    });
    told.sort();
    told
}

/// The keys of mails of a kind: who, and of which day or week.
pub fn keys(world: &World, kind: &'static str) -> Vec<String> {
    world.read(move |conn| {
        Ok(mails::table
            .filter(mails::kind.eq(kind))
            .order(mails::message_key)
            .select(mails::message_key)
            .load(conn)?)
    })
}

#[derive(QueryableByName)]
struct Counted {
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    count: i64,
}

/// What a query of `count` counts.
pub fn count(world: &World, sql: &str) -> i64 {
    let sql = format!("SELECT COUNT(*) AS count FROM {sql}");
    let counted: Counted = world.read(move |conn| Ok(diesel::sql_query(sql).get_result(conn)?));
    counted.count
}

/// Every alert is in one mail: each mail tells of as many dossiers of a rung as alerts lie in
/// its batches, each of which went into a mail; and it is listed under each of them.
pub fn proves_mails(world: &World) {
    let unmailed = "alerts JOIN alert_batches ON alert_batches.id = batch_id \
        WHERE state <> 'composed' OR mail_id IS NULL";
    assert_eq!(count(world, unmailed), 0, "alerts without a mail");
    let open = "alert_batches WHERE state <> 'composed'";
    assert_eq!(count(world, open), 0, "batches that nobody is done with");
    let unlisted = "alerts JOIN alert_batches ON alert_batches.id = batch_id \
        WHERE NOT EXISTS (SELECT 1 FROM mail_dossiers WHERE rung = alerts.rung \
          AND mail_dossiers.mail_id = alert_batches.mail_id \
          AND mail_dossiers.dossier_id = alerts.dossier_id)";
    assert_eq!(
        count(world, unlisted),
        0,
        "mails not to be found by a dossier"
    );
    let rows: Vec<(Option<i64>, String)> = world.read(|conn| {
        let all = alerts::table.inner_join(alert_batches::table);
        let grouped = all.filter(alerts::rung.ne("apology_proposed"));
        Ok(grouped
            .select((alert_batches::mail_id, alerts::rung))
            .load(conn)?)
    });
    let mut to_tell: BTreeMap<(i64, String), u64> = BTreeMap::new();
    for (mail, rung) in rows {
        *to_tell.entry((mail.expect("a mail"), rung)).or_default() += 1;
    }
    let mut in_mails = BTreeMap::new();
    let letters: Vec<(i64, String)> = world.read(|conn| {
        let mails = mails::table.filter(mails::kind.eq_any(["staff_alert", "staff_digest"]));
        Ok(mails.select((mails::id, mails::content)).load(conn)?)
    });
    for (mail, content) in letters {
        let groups = match serde_json::from_str(&content).expect("a letter") {
            Letter::StaffAlert(alert) => alert.groups,
            Letter::StaffDigest(digest) => digest.groups,
            other => panic!("no alert: {other:?}"),
        };
        for group in groups {
            in_mails.insert((mail, group.rung), group.count);
        }
    }
    assert_eq!(
        in_mails, to_tell,
        "what the mails tell, and what there is to tell"
    );
}
