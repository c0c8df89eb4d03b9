//! Doing what people do: each action by the service's own function, in its own transaction.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use domain::auth::Principal;
use infra::auth::tokens::Kind as Who;
use infra::clock::SteppedClock;
use infra::db::Db;
use infra::dossier::{Applicant, Intake, NewDossier, PaperTick, Request, command, take_in};
use infra::env::Env;
use infra::error::Error;

use super::time::{At, to_utc};
use super::ward::{Absence, OFFICE, Procedure, Ward};

/// What became of what people wanted, by action and answer.
pub type Tally = BTreeMap<String, u64>;

/// When the rights of each person change, in order: an absence begins or ends in which they stand in.
pub type Changes = HashMap<i64, Vec<At>>;

/// The changes that some absences bring.
pub fn changes_of_rights(absences: &[Absence]) -> Changes {
    let mut changes = Changes::new();
    for absence in absences {
        let theirs = changes.entry(absence.stand_in).or_default();
        theirs.extend([absence.from, absence.to]);
    }
    changes
        .values_mut()
        .for_each(|theirs| theirs.sort_unstable());
    changes
}

/// Hands of the staff: a clock and a memory of their own, so that several work at once.
pub struct Hands {
    pub db: Db,
    pub tally: Tally,
    clock: SteppedClock,
    env: Env,
    changes: Arc<Changes>,
    /// By person, and how many of their changes were behind them.
    principals: HashMap<(i64, usize), Arc<Principal>>,
}

/// How a dossier comes in.
#[derive(Debug, Clone)]
pub struct Arrival {
    pub intake: Intake,
    pub channel: &'static str,
    pub email: Option<String>,
}

impl Hands {
    pub fn new(db: &Db, changes: &Arc<Changes>) -> Self {
        let clock = SteppedClock::at(to_utc(0));
        Self {
            db: db.clone(),
            tally: Tally::new(),
            env: Env::new(Arc::new(clock.clone())),
            clock,
            changes: Arc::clone(changes),
            principals: HashMap::new(),
        }
    }

    pub fn env_at(&self, at: At) -> Env {
        self.clock.set(to_utc(at));
        self.env.clone()
    }

    /// Somebody of the staff with the rights of the moment.
    pub fn principal(&mut self, ward: &Ward, id: i64, at: At) -> Arc<Principal> {
        let behind = |theirs: &Vec<At>| theirs.partition_point(|change| *change <= at);
        let key = (id, self.changes.get(&id).map_or(0, behind));
        if let Some(known) = self.principals.get(&key) {
            return Arc::clone(known);
        }
        let env = self.env_at(at);
        let uid = ward.person(id).uid.clone();
        let loaded = self
            .db
            .read_blocking(|conn| infra::auth::load_principal(conn, &env, &uid, Who::Staff));
        let principal = Arc::new(loaded.expect("a reading").expect("one of the staff"));
        self.principals.insert(key, Arc::clone(&principal));
        principal
    }

    /// Takes a dossier in; gives its code.
    pub fn take_in(
        &mut self,
        who: &Arc<Principal>,
        at: At,
        what: &Procedure,
        how: &Arrival,
    ) -> String {
        let env = self.env_at(at);
        let new = new_dossier(what, how);
        let (who, intake) = (Arc::clone(who), how.intake);
        let taken = self.db.write_blocking(move |conn| {
            take_in(conn, &env, &who, intake, &new, None).map(|taken| taken.code().to_owned())
        });
        let word = match how.intake {
            Intake::Register => "register",
            Intake::Submit => "submit",
        };
        self.count(word, "ok");
        taken.unwrap_or_else(|error| panic!("an intake at {}: {error}", super::time::show(at)))
    }

    /// Does something with a dossier; whether it went. The version follows.
    pub fn command(
        &mut self,
        who: &Arc<Principal>,
        at: At,
        code: &str,
        version: &mut i64,
        request: &Request,
    ) -> bool {
        let word = request.action().as_str();
        for _ in 0..2 {
            let env = self.env_at(at);
            let (who, code, request) = (Arc::clone(who), code.to_owned(), request.clone());
            let seen = *version;
            let done = self
                .db
                .write_blocking(move |conn| command(conn, &env, &who, &code, seen, &request));
            match done {
                Ok(()) => {
                    *version += 1;
                    self.count(word, "ok");
                    return true;
                }
                // The service itself moved a date meanwhile: people look again, and do it.
                Err(Error::Stale(now)) => {
                    *version = now;
                    self.count(word, "stale");
                }
                Err(Error::Conflict(conflict)) => {
                    let why = format!("{:?}", conflict.refusal);
                    self.count(word, &format!("refused: {why}"));
                    return false;
                }
                Err(error) => panic!("{word} at {}: {error:?}", super::time::show(at)),
            }
        }
        false
    }

    pub fn count(&mut self, word: &str, answer: &str) {
        *self.tally.entry(format!("{word} {answer}")).or_default() += 1;
    }
}

fn new_dossier(what: &Procedure, how: &Arrival) -> NewDossier {
    NewDossier {
        office: OFFICE.parse().unwrap(),
        procedure: what.code.parse().unwrap(),
        channel: how.channel,
        applicant: Applicant {
            kind: "person",
            name: "Người nộp hồ sơ".parse().unwrap(),
            id_number: None,
            phone: None,
            email: how.email.as_deref().map(|text| text.parse().unwrap()),
            address: None,
        },
        submitter_name: None,
        matter: None,
        papers: papers(what),
        sets: 1,
        result_way: "in_person",
        result_address: None,
    }
}

/// Every paper lies there.
pub fn papers(what: &Procedure) -> Vec<PaperTick> {
    let tick = |number| PaperTick {
        number: Some(number),
        name: None,
        originals: 1,
        certified: 0,
        copies: 0,
    };
    (1..=what.papers).map(tick).collect()
}
