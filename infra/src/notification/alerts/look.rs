//! The look at one dossier: which rungs fire now, for whom, and whether an apology is proposed.

use std::collections::HashSet;

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;
use domain::deadline::Calendar;
use domain::dossier::{Dossier, Moment};
use domain::notification::ladder::{About, Firing, Fit, Ladder, Recipient, Watch, fit, look};
use domain::time::local_date;

use super::PROPOSED;
use super::house::Loaded;
use crate::db::Conn;
use crate::db::schema::{digests, dossiers};
use crate::dossier::watching::{dossier_of, rules_of};
use crate::env::Env;
use crate::error::Error;
use crate::procedure;

/// What the sweep reads of a dossier.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = dossiers)]
pub(super) struct WatchedRow {
    pub id: i64,
    pub code: String,
    pub office_id: i64,
    pub procedure_version_id: i64,
    pub version: i64,
    pub holder_id: Option<i64>,
    pub department_id: Option<i64>,
    pub rules_state: String,
    pub next_look_at: Option<NaiveDateTime>,
}

/// One person to be told of one rung.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Telling {
    pub rung: String,
    pub about: About,
    pub occurrence: u32,
    pub due_at: DateTime<Utc>,
    pub meant: i64,
    pub addressee: i64,
    pub by_digest: bool,
    pub fell_at: DateTime<Utc>,
    pub deliver_at: DateTime<Utc>,
}

/// An apology that the manager may sign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Proposed {
    pub due_at: DateTime<Utc>,
    pub proposed_due_at: DateTime<Utc>,
    pub reason: String,
}

/// What a look brought.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Seen {
    pub tellings: Vec<Telling>,
    pub proposed: Option<Proposed>,
    /// The steps that are left fit before this date: what was proposed for it is moot.
    pub fits_by: Option<DateTime<Utc>>,
    pub next: Option<DateTime<Utc>>,
}

/// Everything that all looks of one run share.
#[derive(Debug)]
pub(super) struct Sight {
    pub now: DateTime<Utc>,
    pub house: Loaded,
    /// Heads and managers.
    overseers: HashSet<i64>,
    /// Who has had today's digest.
    served: HashSet<i64>,
}

impl Sight {
    pub(super) fn load(conn: &mut Conn, env: &Env) -> Result<Self, Error> {
        let now = env.now();
        let house = Loaded::read(conn, env)?;
        let served: Vec<i64> = digests::table
            .filter(digests::day.eq(local_date(now)))
            .select(digests::read_by)
            .load(conn)?;
        Ok(Self {
            now,
            overseers: house.directory.scopes().into_keys().collect(),
            served: served.into_iter().collect(),
            house,
        })
    }

    /// Looks at one dossier.
    pub(super) fn look(&self, conn: &mut Conn, env: &Env, row: &WatchedRow) -> Result<Seen, Error> {
        let place = self
            .house
            .directory
            .offices
            .get(&row.office_id)
            .ok_or_else(|| Error::Internal("a dossier of no office".to_owned()))?;
        let calendar = place
            .calendar
            .as_ref()
            .ok_or(Error::Refused("no_calendar"))?;
        let dossier = dossier_of(&row.rules_state)?;
        let watch = Watch::of(&dossier, calendar)
            .map_err(|refusal| Error::Internal(format!("the term does not count: {refusal}")))?;
        let ladder: &Ladder = self.house.ladders.of(&place.path);
        let known = row.next_look_at.map_or(self.now, |at| at.and_utc());
        let found = look(ladder, &watch, calendar, known, self.now);
        let mut seen = Seen {
            next: found.next,
            ..Seen::default()
        };
        for firing in &found.fires {
            self.tell(row, firing, calendar, &mut seen.tellings);
        }
        let warned = found
            .fires
            .iter()
            .find(|firing| firing.rung.about == About::Due && firing.rung.when.is_before());
        if let Some(warning) = warned {
            seen.proposed = self.propose(conn, env, row, &dossier, calendar)?;
            if seen.proposed.is_some() {
                self.tell_managers(row, warning, calendar, &mut seen.tellings);
                // What lies still ends later each day.
                seen.next = earlier(seen.next, self.next_opening(calendar));
            } else {
                seen.fits_by = Some(warning.due_at);
            }
        }
        Ok(seen)
    }

    fn next_opening(&self, calendar: &Calendar) -> Option<DateTime<Utc>> {
        calendar.open_of(calendar.working_day_after(local_date(self.now), 1))
    }

    fn tell(
        &self,
        row: &WatchedRow,
        firing: &Firing<'_>,
        calendar: &Calendar,
        tellings: &mut Vec<Telling>,
    ) {
        let meant = self.house.directory.meant(
            &firing.rung.to,
            row.office_id,
            row.department_id,
            row.holder_id,
        );
        let name = &firing.rung.name;
        for meant in meant {
            tellings.push(self.telling(name, firing, meant, calendar));
        }
    }

    fn tell_managers(
        &self,
        row: &WatchedRow,
        warning: &Firing<'_>,
        calendar: &Calendar,
        tellings: &mut Vec<Telling>,
    ) {
        let managers = self
            .house
            .directory
            .meant(&[Recipient::Manager], row.office_id, None, None);
        for meant in managers {
            tellings.push(self.telling(PROPOSED, warning, meant, calendar));
        }
    }

    fn telling(&self, rung: &str, firing: &Firing<'_>, meant: i64, calendar: &Calendar) -> Telling {
        let addressee = self.house.directory.addressee(meant);
        Telling {
            rung: rung.to_owned(),
            about: firing.rung.about,
            occurrence: firing.occurrence,
            due_at: firing.due_at,
            meant,
            addressee,
            by_digest: self.goes_with_digest(meant, addressee, firing.deliver_at, calendar),
            fell_at: firing.at,
            deliver_at: firing.deliver_at,
        }
    }

    /// What is to go out at the opening of a day goes with the digest of those who get one that
    /// day and have not had it yet.
    fn goes_with_digest(
        &self,
        meant: i64,
        addressee: i64,
        deliver_at: DateTime<Utc>,
        calendar: &Calendar,
    ) -> bool {
        let day = local_date(deliver_at);
        day == local_date(self.now)
            && calendar.open_of(day) == Some(deliver_at)
            && self.overseers.contains(&meant)
            && !self.served.contains(&addressee)
            && self
                .house
                .directory
                .calendar_of(addressee)
                .is_some_and(|own| own.is_working_day(day))
    }

    fn propose(
        &self,
        conn: &mut Conn,
        env: &Env,
        row: &WatchedRow,
        dossier: &Dossier,
        calendar: &Calendar,
    ) -> Result<Option<Proposed>, Error> {
        let Some(promise) = dossier.promise else {
            return Ok(None);
        };
        let rules = rules_of(&*procedure::version(conn, env, row.procedure_version_id)?);
        let moment = Moment {
            now: self.now,
            calendar,
            rules: &rules,
        };
        let fits = fit(dossier, &moment)
            .map_err(|refusal| Error::Internal(format!("the steps do not count: {refusal}")))?;
        Ok(match fits {
            Fit::Fits => None,
            Fit::Exceeds { new_due_at, steps } => Some(Proposed {
                due_at: promise.due_at,
                proposed_due_at: new_due_at,
                reason: format!(
                    "Hồ sơ cần thêm thời gian để hoàn thành các bước: {}.",
                    steps.join(", ")
                ),
            }),
        })
    }
}

fn earlier(one: Option<DateTime<Utc>>, other: Option<DateTime<Utc>>) -> Option<DateTime<Utc>> {
    one.into_iter().chain(other).min()
}
