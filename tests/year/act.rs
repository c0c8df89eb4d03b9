//! Doing what people do: each action by the service's own function, some of them in one
//! transaction.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use domain::auth::Principal;
use infra::auth::tokens::Kind as Who;
use infra::clock::SteppedClock;
use infra::db::Conn;
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

/// Hands of the staff in the middle of a transaction.
pub struct Hands<'a> {
    pub conn: &'a mut Conn,
    pub memory: &'a mut Memory,
}

/// A clock and a memory of their own, so that several hands work at once.
pub struct Memory {
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

impl Memory {
    pub fn new(changes: &Arc<Changes>) -> Self {
        let clock = SteppedClock::at(to_utc(0));
        Self {
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

    pub fn count(&mut self, word: &str, answer: &str) {
        *self.tally.entry(format!("{word} {answer}")).or_default() += 1;
    }
}

impl Hands<'_> {
    /// Somebody of the staff with the rights of the moment.
    pub fn principal(&mut self, ward: &Ward, id: i64, at: At) -> Arc<Principal> {
        let behind = |theirs: &Vec<At>| theirs.partition_point(|change| *change <= at);
        let memory = &mut *self.memory;
        let key = (id, memory.changes.get(&id).map_or(0, behind));
        if let Some(known) = memory.principals.get(&key) {
            return Arc::clone(known);
        }
        let env = memory.env_at(at);
        let uid = &ward.person(id).uid;
        let loaded = infra::auth::load_principal(self.conn, &env, uid, Who::Staff);
        let principal = Arc::new(loaded.expect("a reading").expect("one of the staff"));
        memory.principals.insert(key, Arc::clone(&principal));
        principal
    }

    /// Takes a dossier in; gives its code.
    pub fn take_in(&mut self, who: &Principal, at: At, what: &Procedure, how: &Arrival) -> String {
        let env = self.memory.env_at(at);
        let new = new_dossier(what, how);
        let taken = take_in(self.conn, &env, who, how.intake, &new, None);
        let word = match how.intake {
            Intake::Register => "register",
            Intake::Submit => "submit",
        };
        self.memory.count(word, "ok");
        match taken {
            Ok(taken) => taken.code().to_owned(),
            Err(error) => panic!("an intake at {}: {error}", super::time::show(at)),
        }
    }

    /// Does something with a dossier; whether it went. The version follows.
    pub fn command(
        &mut self,
        who: &Principal,
        at: At,
        code: &str,
        version: &mut i64,
        request: &Request,
    ) -> bool {
        let word = request.action().as_str();
        for _ in 0..2 {
            let env = self.memory.env_at(at);
            // Refused before anything is written, so that the transaction goes on with the others.
            match command(self.conn, &env, who, code, *version, request) {
                Ok(()) => {
                    *version += 1;
                    self.memory.count(word, "ok");
                    return true;
                }
                // The service itself moved a date meanwhile: people look again, and do it.
                Err(Error::Stale(now)) => {
                    *version = now;
                    self.memory.count(word, "stale");
                }
                Err(Error::Conflict(conflict)) => {
                    let why = format!("{:?}", conflict.refusal);
                    self.memory.count(word, &format!("refused: {why}"));
                    return false;
                }
                Err(error) => panic!("{word} at {}: {error:?}", super::time::show(at)),
            }
        }
        false
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
