//! Lets a year pass: moves the clock, has people act between the steps, kills servers.

mod announced;
mod people;
mod step;

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use diesel::prelude::*;
use infra::db::schema::calendar_versions;
use infra::db::{Db, DbSettings};
use infra::error::Error;
use infra::staff::{NewStandIn, create_stand_in};
use people::{People, Shared, locked, shared};

use crate::year::act::{Tally, changes_of_rights};
use crate::year::case::{Case, Scene};
use crate::year::chance::{Dice, between, per_mille};
use crate::year::compare::{Told, compare};
use crate::year::model::calendar::{Calendar, Calendars};
use crate::year::plan::Plan;
use crate::year::server::{Place, Server};
use crate::year::sink::Sink;
use crate::year::time::{At, DayNumber, MINUTE, SECOND, day_of, on, to_utc};
use crate::year::ward::Ward;

/// A server that was killed in the middle of a step.
#[derive(Debug, Clone, Copy)]
pub struct Kill {
    pub at: At,
    /// The step before which it was back.
    pub back: At,
}

/// What a year came to.
#[derive(Debug)]
pub struct Figures {
    pub lines: Vec<String>,
    /// What the model and the service disagree about.
    pub differences: Vec<String>,
}

/// What comes next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Turn {
    /// Another day of the calendar is announced.
    Announced(usize),
    /// A manager looks at the proposed apologies.
    Proposals,
    /// The servers look.
    Step,
}

struct Year<'a> {
    plan: &'a Plan,
    db: Db,
    people: People,
    cases: Vec<Shared<Case>>,
    waiting: BinaryHeap<Reverse<(At, usize)>>,
    sink: Sink,
    servers: Vec<Server>,
    /// When the one that was killed comes back: after so many steps.
    away: Option<(usize, u64)>,
    kills: Vec<Kill>,
    dice: Dice,
    /// How long a step takes, lately.
    usual: Duration,
    /// Runs of jobs, mails sent, and microseconds for either, of both servers.
    work: [u64; 4],
    spent: BTreeMap<&'static str, Duration>,
}

/// Lets a year pass on the database at `url`, which holds the demo ward, and compares.
pub fn live(url: &str, folder: &Path, plan: &Plan, arguments: &[String]) -> Figures {
    let begun = Instant::now();
    let db = Db::open(&DbSettings::new(url)).expect("the database");
    let ward = Ward::of_forty(&db, url);
    let absences = plan.absences(&ward);
    let changes = Arc::new(changes_of_rights(&absences));
    let sink = Sink::start();
    let place = Place {
        database: url.to_owned(),
        smtp_port: sink.port,
        chains: plan.chains.to_owned(),
        arguments: arguments.to_vec(),
    };
    let server = |name: &str| Server::start(&place, folder.join(name));
    let scene = Scene {
        ward,
        absences,
        calendar: Calendar::reference(),
        with_email: plan.with_email,
    };
    let mut year = Year {
        plan,
        people: People::new(&db, scene, &changes),
        db,
        cases: Vec::new(),
        waiting: BinaryHeap::new(),
        sink,
        servers: vec![server("one"), server("two")],
        away: None,
        kills: Vec::new(),
        dice: Dice::of(plan.seed, 3),
        usual: Duration::from_millis(5),
        work: [0; 4],
        spent: BTreeMap::new(),
    };
    year.appoint_stand_ins();
    year.pass();
    let lived = begun.elapsed();
    let told = year.told();
    let (mut lines, differences) = compare(&year.db, &told);
    lines.splice(0..0, year.lines(lived));
    lines.push(format!("all of it took {:.1?}", begun.elapsed()));
    Figures { lines, differences }
}

impl Year<'_> {
    fn appoint_stand_ins(&mut self) {
        let at = on(self.plan.first, 0, 1);
        for absence in &self.people.scene.absences {
            let who = self.people.principal(absence.absent, at);
            let env = self.people.memory().env_at(at);
            let new = NewStandIn {
                stand_in: self.people.scene.ward.person(absence.stand_in).uid.clone(),
                from: to_utc(absence.from),
                to: to_utc(absence.to),
                reason: None,
            };
            let done = self.db.write_blocking(move |conn| {
                create_stand_in(conn, &env, &who, &who.uid, &new).map(drop)
            });
            done.expect("a stand-in");
        }
    }

    /// Everything that happens at an instant of its own.
    fn turns(&mut self) -> Vec<(At, Turn)> {
        let mut turns: Vec<_> = self
            .plan
            .steps()
            .into_iter()
            .map(|at| (at, Turn::Step))
            .collect();
        for (place, (told, _, _)) in self.plan.announced.iter().enumerate() {
            turns.push((on(*told, 17, 40), Turn::Announced(place)));
        }
        for day in self.plan.first..=self.plan.last {
            turns.push((on(day, 9, 40) + 17 * SECOND, Turn::Proposals));
        }
        turns.sort_unstable();
        turns
    }

    fn pass(&mut self) {
        let turns = self.turns();
        let mut day = 0;
        for (place, (at, turn)) in turns.iter().enumerate() {
            // After the last step nobody would tell of what people do.
            let next = turns.get(place + 1).map_or(*at, |(next, _)| *next);
            if day_of(*at) != day {
                day = day_of(*at);
                self.arrivals(day);
            }
            match turn {
                Turn::Announced(place) => self.announce(*place, *at),
                Turn::Proposals => self.decide_proposals(*at),
                Turn::Step => self.step(*at, next),
            }
            self.act_until(next);
        }
    }

    /// The dossiers that will come in on a day.
    fn arrivals(&mut self, day: DayNumber) {
        let scene = Arc::clone(&self.people.scene);
        if !scene.calendar.is_working_day(day) {
            return;
        }
        for _ in 0..self.plan.dossiers_a_day {
            let at = if per_mille(&mut self.dice, 50) {
                on(day, 0, 20) + between(&mut self.dice, 0, 23 * 60 * MINUTE)
            } else {
                let worked = between(&mut self.dice, 1, 8 * 60 * MINUTE);
                scene.calendar.add_work(on(day, 7, 30), worked)
            };
            let number = self.cases.len();
            let case = Case::new(u64::try_from(number).unwrap(), at, self.plan.seed, &scene);
            self.waiting.push(Reverse((case.at, number)));
            self.cases.push(shared(case));
        }
    }

    /// Has people act on what comes before `next`.
    fn act_until(&mut self, next: At) {
        self.act_on("people", next, |_| true);
    }

    /// Has new dossiers come in before `next`, and people act on those alone: the servers do not
    /// mind that beside a step, since nothing of them is due by its instant.
    fn take_in_until(&mut self, next: At) {
        self.act_on("beside the servers", next, Case::is_new);
    }

    fn act_on(&mut self, what: &'static str, next: At, wanted: impl Fn(&Case) -> bool) {
        let begun = Instant::now();
        let due = self.take_due(next, wanted);
        self.people.act(&self.cases, &due, next);
        self.put_back(&due);
        *self.spent.entry(what).or_default() += begun.elapsed();
    }

    /// The dossiers whose turn comes before `next`, of those that are `wanted`.
    fn take_due(&mut self, next: At, wanted: impl Fn(&Case) -> bool) -> Vec<usize> {
        let mut due = Vec::new();
        let mut others = Vec::new();
        while let Some(Reverse((at, number))) = self.waiting.peek().copied() {
            if at >= next {
                break;
            }
            self.waiting.pop();
            if wanted(&locked(&self.cases[number])) {
                due.push(number);
            } else {
                others.push(Reverse((at, number)));
            }
        }
        self.waiting.extend(others);
        due.sort_unstable();
        due
    }

    fn put_back(&mut self, due: &[usize]) {
        for number in due {
            let case = locked(&self.cases[*number]);
            if !case.is_over() {
                self.waiting.push(Reverse((case.at, *number)));
            }
        }
    }

    /// What the comparison is told of.
    fn told(&self) -> Told<'_> {
        let versions: Vec<chrono::NaiveDateTime> = {
            let read = |conn: &mut _| {
                Ok::<_, Error>(
                    calendar_versions::table
                        .order(calendar_versions::id)
                        .select(calendar_versions::created_at)
                        .load(conn)?,
                )
            };
            self.db.read_blocking(read).expect("a reading")
        };
        assert_eq!(versions.len(), self.plan.announced.len() + 1);
        let address = |case: &Shared<Case>| locked(case).address();
        let addresses = self.cases.iter().filter_map(address).collect();
        Told {
            plan: self.plan,
            ward: &self.people.scene.ward,
            absences: &self.people.scene.absences,
            calendars: Calendars(self.plan.calendars()),
            steps: self.plan.steps(),
            kills: &self.kills,
            addresses,
            mails: self.sink.mails(),
        }
    }

    fn lines(&self, lived: Duration) -> Vec<String> {
        let mut tally = Tally::new();
        for memory in self.people.memories() {
            for (what, count) in &memory.tally {
                *tally.entry(what.clone()).or_default() += count;
            }
        }
        let kills = self.kills.len();
        let later = self.kills.iter().filter(|kill| kill.back > kill.at).count();
        let mut lines = vec![
            format!(
                "{} dossiers, {} steps",
                self.cases.len(),
                self.plan.steps().len()
            ),
            format!("{kills} kills, {later} of them back a step or more later"),
            format!(
                "{} connections refused by the mail server",
                self.sink.refused()
            ),
            format!("{} absences", self.people.scene.absences.len()),
            format!(
                "the servers: {} runs of jobs in {} ms, {} mails in {} ms",
                self.work[0],
                self.work[2] / 1000,
                self.work[1],
                self.work[3] / 1000
            ),
            format!("the year took {lived:.1?}: {:.1?}", self.spent),
        ];
        let acts = tally.iter().map(|(what, count)| format!("{what} {count}"));
        lines.push(acts.collect::<Vec<_>>().join(", "));
        lines
    }
}
