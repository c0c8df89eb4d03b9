//! Lets a year pass: moves the clock, has people act between the steps, kills servers.

mod announced;
mod step;

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use diesel::prelude::*;
use infra::db::schema::calendar_versions;
use infra::db::{Db, DbSettings};
use infra::error::Error;
use infra::staff::{NewStandIn, create_stand_in};

use crate::year::act::{Hands, Tally, changes_of_rights};
use crate::year::case::{Case, Scene};
use crate::year::chance::{Dice, between, per_mille};
use crate::year::compare::{Told, compare};
use crate::year::model::calendar::{Calendar, Calendars};
use crate::year::plan::Plan;
use crate::year::server::{Place, Server};
use crate::year::sink::Sink;
use crate::year::time::{At, DayNumber, MINUTE, SECOND, day_of, on, to_utc};
use crate::year::ward::{Absence, Ward};

/// How many of the staff act at once.
const HANDS: usize = 4;
/// How many take dossiers in at once: each waits for the number of the one before.
const DESKS: usize = 2;

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
    ward: &'a Ward,
    absences: &'a [Absence],
    hands: Vec<Hands>,
    cases: Vec<Case>,
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
    let mut year = Year {
        plan,
        ward: &ward,
        absences: &absences,
        hands: (0..HANDS).map(|_| Hands::new(&db, &changes)).collect(),
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
        for absence in self.absences {
            let who = self.hands[0].principal(self.ward, absence.absent, at);
            let env = self.hands[0].env_at(at);
            let new = NewStandIn {
                stand_in: self.ward.person(absence.stand_in).uid.clone(),
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
        let calendar = Calendar::reference();
        let (ward, absences) = (self.ward, self.absences);
        let scene = Scene {
            ward,
            absences,
            calendar: &calendar,
            with_email: self.plan.with_email,
        };
        let mut day = 0;
        for (place, (at, turn)) in turns.iter().enumerate() {
            // After the last step nobody would tell of what people do.
            let next = turns.get(place + 1).map_or(*at, |(next, _)| *next);
            if day_of(*at) != day {
                day = day_of(*at);
                self.arrivals(day, &scene);
            }
            match turn {
                Turn::Announced(place) => self.announce(*place, *at),
                Turn::Proposals => self.decide_proposals(*at, calendar.is_working_day(day)),
                Turn::Step => self.step(*at, next, &scene),
            }
            self.act_until(next, &scene, false);
        }
    }

    /// The dossiers that will come in on a day.
    fn arrivals(&mut self, day: DayNumber, scene: &Scene<'_>) {
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
            let case = Case::new(u64::try_from(number).unwrap(), at, self.plan.seed, scene);
            self.waiting.push(Reverse((case.at, number)));
            self.cases.push(case);
        }
    }

    /// Has people act on what comes before `next`; or has new dossiers come in alone, which the
    /// servers do not mind beside a step.
    fn act_until(&mut self, next: At, scene: &Scene<'_>, new_alone: bool) {
        let begun = Instant::now();
        let mut due = Vec::new();
        let mut others = Vec::new();
        while let Some(Reverse((at, number))) = self.waiting.peek().copied() {
            if at >= next {
                break;
            }
            self.waiting.pop();
            if new_alone && !self.cases[number].is_new() {
                others.push(Reverse((at, number)));
            } else {
                due.push(number);
            }
        }
        self.waiting.extend(others);
        due.sort_unstable();
        let mut queue = Vec::with_capacity(due.len());
        let mut rest = self.cases.as_mut_slice();
        let mut taken = 0;
        for number in &due {
            let (_, from) = rest.split_at_mut(number - taken);
            let (one, after) = from.split_first_mut().expect("a case");
            queue.push(one);
            rest = after;
            taken = number + 1;
        }
        // Whoever is done takes the next, so that nobody waits for the one with the most to do.
        let queue = Mutex::new(queue.into_iter());
        let next_one = || queue.lock().expect("hands that are well").next();
        let at_once = if new_alone { DESKS } else { HANDS };
        std::thread::scope(|scope| {
            for hands in self.hands.iter_mut().take(at_once) {
                scope.spawn(|| {
                    while let Some(case) = next_one() {
                        while case.at < next && !case.is_over() {
                            case.act(scene, hands);
                            if new_alone {
                                break;
                            }
                        }
                    }
                });
            }
        });
        for number in due {
            let case = &self.cases[number];
            if !case.is_over() {
                self.waiting.push(Reverse((case.at, number)));
            }
        }
        let what = if new_alone {
            "intakes beside the servers"
        } else {
            "people"
        };
        *self.spent.entry(what).or_default() += begun.elapsed();
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
        let addresses = self.cases.iter().filter_map(Case::address).collect();
        Told {
            plan: self.plan,
            ward: self.ward,
            absences: self.absences,
            calendars: Calendars(self.plan.calendars()),
            steps: self.plan.steps(),
            kills: &self.kills,
            addresses,
            mails: self.sink.mails(),
        }
    }

    fn lines(&self, lived: Duration) -> Vec<String> {
        let mut tally = Tally::new();
        for hands in &self.hands {
            for (what, count) in &hands.tally {
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
            format!("{} absences", self.absences.len()),
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
