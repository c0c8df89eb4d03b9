//! What a manager and an administrator do in the course of a year: apologies, holidays.

use diesel::prelude::*;
use infra::calendar::actions::{YearInput, import_year};
use infra::db::schema::calendars;
use infra::error::Error;
use infra::notification::alerts::{Decision, dismiss_proposal, list_proposals, sign_proposal};

use super::Year;
use crate::year::chance::pick;
use crate::year::model::calendar::Calendar;
use crate::year::time::{At, date_of, day_of, show};

impl Year<'_> {
    pub(super) fn announce(&mut self, place: usize, at: At) {
        let (_, day, worked) = self.plan.announced[place];
        let administrator: String = self.db.read_blocking(administrator).expect("a reading");
        let env = self.people.memory().env_at(at);
        let reference = Calendar::reference();
        let year = date_of(day).format("%Y").to_string().parse().unwrap();
        let mut input = year_of_reference(year);
        for (_, other, on) in &self.plan.announced[..=place] {
            let list = if *on {
                &mut input.make_up
            } else {
                &mut input.closed
            };
            list.insert(date_of(*other), "Thông báo muộn".to_owned());
        }
        assert_ne!(reference.is_working_day(day), worked, "nothing new");
        let done = self.db.write_blocking(move |conn| {
            let who = infra::auth::load_principal(
                conn,
                &env,
                &administrator,
                infra::auth::tokens::Kind::Staff,
            )?;
            let (uid, version): (String, i64) = calendars::table
                .select((calendars::uid, calendars::version))
                .first(conn)?;
            import_year(conn, &env, &who.unwrap(), &uid, version, year, &input).map(drop)
        });
        done.expect("an announcement");
    }

    /// A manager signs some of the proposed apologies, and puts others aside.
    pub(super) fn decide_proposals(&mut self, at: At) {
        if !self.people.scene.calendar.is_working_day(day_of(at)) {
            return;
        }
        let managers = self.people.scene.ward.holding("manager");
        let manager = pick(&mut self.dice, &managers).id;
        let who = self.people.principal(manager, at);
        let listed = {
            let who = who.clone();
            let list = move |conn: &mut _| list_proposals(conn, &who, false, None, 100);
            self.db.read_blocking(list).expect("a list").items
        };
        for proposal in listed {
            let roll = self.dice.below(100);
            let env = self.people.memory().env_at(at);
            let who = who.clone();
            let done = self.db.write_blocking(move |conn| match roll {
                0..=34 => {
                    let as_proposed = Decision::default();
                    sign_proposal(
                        conn,
                        &env,
                        &who,
                        &proposal.uid,
                        proposal.version,
                        &as_proposed,
                    )
                    .map(|_| "signed")
                }
                35..=44 => dismiss_proposal(conn, &env, &who, &proposal.uid).map(|_| "dismissed"),
                _ => Ok("left"),
            });
            let word = match done {
                Ok(word) => word.to_owned(),
                Err(Error::Conflict(conflict)) => format!("refused: {:?}", conflict.refusal),
                Err(error) => panic!("a proposal at {}: {error:?}", show(at)),
            };
            self.people.memory().count("proposal", &word);
        }
    }
}

fn administrator(conn: &mut infra::db::Conn) -> Result<String, Error> {
    use infra::db::schema::staff;
    let found = staff::table.filter(staff::login.eq("quantri"));
    Ok(found.select(staff::uid).first(conn)?)
}

/// A year as the reference has it, to be announced anew with what is added.
fn year_of_reference(year: i32) -> YearInput {
    let json: serde_json::Value =
        serde_json::from_str(include_str!("../../../infra/data/calendar-vn.json")).unwrap();
    let list = |name: &str| {
        let days = json["years"][year.to_string()][name].as_object().unwrap();
        let day = |(date, why): (&String, &serde_json::Value)| {
            (date.parse().unwrap(), why.as_str().unwrap().to_owned())
        };
        days.iter().map(day).collect()
    };
    YearInput {
        closed: list("closed"),
        make_up: list("make_up"),
        ..YearInput::default()
    }
}
