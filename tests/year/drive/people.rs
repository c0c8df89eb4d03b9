//! Lets the staff act, several at once.

use std::slice::Chunks;
use std::sync::{Arc, Mutex, MutexGuard};

use domain::auth::Principal;
use infra::db::Db;
use infra::error::Error;

use crate::year::act::{Changes, Hands, Memory};
use crate::year::case::{Case, Scene};
use crate::year::time::At;

/// How many of the staff act at once. One of them takes dossiers in: the next number is only known
/// when the one before is kept.
const HANDS: usize = 3;
/// The most dossiers in one transaction. To keep each action by itself would cost a fifth of all that
/// people do, and is shown elsewhere.
const TOGETHER: usize = 24;
/// So many transactions there are for each of them, so that nobody waits long for the last.
const ROUNDS: usize = 2;

pub type Shared<T> = Arc<Mutex<T>>;

/// Dossiers by their numbers, a few at a time.
type Queue<'a> = Mutex<Chunks<'a, usize>>;

/// The staff of the ward.
pub struct People {
    pub scene: Arc<Scene>,
    db: Db,
    memories: Vec<Shared<Memory>>,
}

impl People {
    pub fn new(db: &Db, scene: Scene, changes: &Arc<Changes>) -> Self {
        let memory = |_| shared(Memory::new(changes));
        Self {
            scene: Arc::new(scene),
            db: db.clone(),
            memories: (0..HANDS).map(memory).collect(),
        }
    }

    pub fn memories(&self) -> impl Iterator<Item = MutexGuard<'_, Memory>> {
        self.memories.iter().map(|memory| locked(memory))
    }

    /// What the manager and the administrator keep in mind.
    pub fn memory(&self) -> MutexGuard<'_, Memory> {
        locked(&self.memories[0])
    }

    /// Somebody of the staff with the rights of the moment.
    pub fn principal(&self, id: i64, at: At) -> Arc<Principal> {
        let ask = |conn: &mut _| {
            let memory = &mut *self.memory();
            Ok::<_, Error>(Hands { conn, memory }.principal(&self.scene.ward, id, at))
        };
        self.db.read_blocking(ask).expect("a reading")
    }

    /// Does what comes before `next` with those of the `cases` that are `due`. One takes the new
    /// ones in, while the others act on the rest; then all on what came in.
    pub fn act(&self, cases: &[Shared<Case>], due: &[usize], next: At) {
        let is_new = |number: &usize| locked(&cases[*number]).is_new();
        let (new, rest): (Vec<_>, Vec<_>) = due.iter().copied().partition(is_new);
        // Whoever is done takes the next, so that nobody waits for the one with the most to do.
        let few = |due: &Vec<usize>| due.len().div_ceil(HANDS * ROUNDS).clamp(1, TOGETHER);
        let [desk, rest, came] = [&new, &rest, &new].map(|due| Queue::new(due.chunks(few(due))));
        let act = |queue, memory, until| self.work_off(cases, queue, memory, until);
        std::thread::scope(|threads| {
            for (place, memory) in self.memories.iter().enumerate() {
                let (desk, rest) = (&desk, &rest);
                threads.spawn(move || {
                    if place == 0 {
                        act(desk, memory, Until::CameIn);
                    }
                    act(rest, memory, Until::Moment(next));
                });
            }
        });
        std::thread::scope(|threads| {
            for memory in &self.memories {
                threads.spawn(|| act(&came, memory, Until::Moment(next)));
            }
        });
    }

    fn work_off(
        &self,
        cases: &[Shared<Case>],
        queue: &Queue<'_>,
        memory: &Shared<Memory>,
        until: Until,
    ) {
        let next_few = || locked(queue).next();
        while let Some(few) = next_few() {
            let few: Vec<_> = few.iter().map(|one| Arc::clone(&cases[*one])).collect();
            let (scene, memory) = (Arc::clone(&self.scene), Arc::clone(memory));
            let done = self.db.write_blocking(move |conn| {
                let memory = &mut *locked(&memory);
                let mut hands = Hands { conn, memory };
                for case in &few {
                    let mut case = locked(case);
                    match until {
                        Until::CameIn => case.act(&scene, &mut hands),
                        Until::Moment(next) => case.act_until(next, &scene, &mut hands),
                    }
                }
                Ok::<_, Error>(())
            });
            done.expect("what people did");
        }
    }
}

/// How far a case is taken.
#[derive(Debug, Clone, Copy)]
enum Until {
    CameIn,
    Moment(At),
}

pub fn shared<T>(one: T) -> Shared<T> {
    Arc::new(Mutex::new(one))
}

pub fn locked<T>(one: &Mutex<T>) -> MutexGuard<'_, T> {
    one.lock().expect("nobody who panicked")
}
