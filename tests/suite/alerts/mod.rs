//! Alerts, digests, reports and proposed apologies: who is told what, when, and how often.

mod above;
mod again;
mod beside;
mod crash;
mod crowd;
mod days_off;
mod endpoints;
mod figures;
mod ladder_day;
mod listed;
mod offices;
mod once;
mod proposals;
mod servers;
mod stopping;
mod unreadable;
mod ward;

use diesel::prelude::*;
use infra::db::schema::{mails, staff};
use infra::notification::letters::{Group, Letter};

use crate::support::World;

/// A mail of the outbox, to a member of the staff.
#[derive(Debug, Clone)]
pub struct Sent {
    pub to: String,
    pub letter: Letter,
}

impl Sent {
    /// The groups of an alert or a digest, as `rung count`.
    pub fn groups(&self) -> Vec<String> {
        let groups = match &self.letter {
            Letter::StaffAlert(alert) => &alert.groups,
            Letter::StaffDigest(digest) => &digest.groups,
            other => panic!("no alert: {other:?}"),
        };
        groups
            .iter()
            .map(|group| format!("{} {}", group.rung, group.count))
            .collect()
    }

    pub fn group(&self, rung: &str) -> &Group {
        let groups = match &self.letter {
            Letter::StaffAlert(alert) => &alert.groups,
            Letter::StaffDigest(digest) => &digest.groups,
            other => panic!("no alert: {other:?}"),
        };
        groups
            .iter()
            .find(|group| group.rung == rung)
            .expect("such a group")
    }
}

/// Gives everybody an address: the login at the office.
pub fn addresses(world: &World) {
    world.meddle("UPDATE staff SET email = login || '@motcua.example'");
}

/// What was written to the staff since the last call with this mark.
#[derive(Debug, Default)]
pub struct Post {
    seen: i64,
}

impl Post {
    /// The mails since the last look, by recipient: the login and the letter.
    pub fn new_mails(&mut self, world: &World) -> Vec<Sent> {
        let seen = self.seen;
        let rows: Vec<(i64, String, String)> = world.read(move |conn| {
            Ok(mails::table
                .inner_join(staff::table.on(mails::staff_id.eq(staff::id.nullable())))
                .filter(mails::id.gt(seen))
                .order((staff::login, mails::id))
                .select((mails::id, staff::login, mails::content))
                .load(conn)?)
        });
        self.seen = rows.iter().map(|row| row.0).max().unwrap_or(seen).max(seen);
        rows.into_iter()
            .map(|(_, to, content)| Sent {
                to,
                letter: serde_json::from_str(&content).expect("a letter"),
            })
            .collect()
    }
}

/// Moves the clock, and runs the sweep; on the hour of the digest that as well.
pub fn sweep_at(world: &World, at: &str) {
    world.now(at);
    let (db, env) = (&world.service.db, &world.service.env);
    if at.ends_with("07:30") {
        infra::notification::alerts::digest(db, env, &|| true).expect("a digest");
    }
    let report = infra::notification::alerts::sweep(db, env, &|| true).expect("a sweep");
    assert_eq!(report.skipped(), 0, "{report:?}");
}

/// Kind, recipient and groups in one line.
pub fn told(mails: &[Sent]) -> Vec<String> {
    mails
        .iter()
        .map(|mail| {
            let kind = mail.letter.kind().as_str();
            format!("{kind} {} {}", mail.to, mail.groups().join(", "))
        })
        .collect()
}
