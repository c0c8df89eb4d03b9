//! SIGKILL at random moments under load, and what must then be true.
//!
//! `MOTCUA_KILLS` says how often, `MOTCUA_FAULT_SEED` repeats the choices of a run.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::Sender;

use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::desks::{Desk, Post, Worker};
use super::ledger::{Case, Ledger, together};
use super::process::serve;
use super::proofs::Kept;
use super::supervisor::{Campaign, Place, Supervisor};
use crate::support::{Dice, Staff, World, ended, kills, program, send, tell};

/// Four clerks, one of another ward, two systems.
fn workers(world: &World) -> Vec<Worker> {
    let staff = Staff::of(world);
    let clerk = Worker::Clerk {
        clerk: staff.clerk,
        to: staff.justice.uid,
    };
    let mut workers = vec![clerk; 4];
    workers.push(Worker::Elsewhere(staff.stranger));
    workers.extend((0..2).map(|_| Worker::System(world.system("H29.23"))));
    workers
}

/// The desks at work, and the bell that ends it.
struct Open {
    tasks: Vec<JoinHandle<Ledger>>,
    closing: Arc<AtomicBool>,
}

fn open(
    workers: &[Worker],
    seed: u64,
    place: &watch::Receiver<Place>,
    answered: &Sender<()>,
) -> Open {
    let closing = Arc::new(AtomicBool::new(false));
    let desk = |(number, worker): (usize, &Worker)| Desk {
        worker: worker.clone(),
        number,
        dice: Dice::of(seed, number as u64 + 1),
        place: place.clone(),
        answered: answered.clone(),
        closing: Arc::clone(&closing),
    };
    let desks = workers.iter().enumerate().map(desk);
    let tasks = desks.map(|desk| tokio::spawn(desk.work())).collect();
    Open { tasks, closing }
}

impl Open {
    async fn close(self) -> Vec<Ledger> {
        self.closing.store(true, Ordering::Relaxed);
        let mut ledgers = Vec::new();
        for task in self.tasks {
            ledgers.push(task.await.expect("a desk that works"));
        }
        ledgers
    }
}

both! {
    async fn no_answered_write_is_lost_and_nothing_is_half_done_when_the_service_is_killed(world) {
        let seed = Dice::seed();
        tell(&format!("{:?}: MOTCUA_FAULT_SEED={seed}", world.which));
        let (which, clock) = (world.which, world.clock.clone());
        let workers = workers(&world);
        let (database, folder) = world.close();
        database.in_earnest();

        let (place, found) = watch::channel(None);
        let (tally, answered) = std::sync::mpsc::channel();
        let desks = open(&workers, seed, &found, &tally);
        let supervisor = Supervisor {
            command: {
                // The name of a database and of a folder, not the things themselves.
                let (url, folder) = (database.named(), folder.path().to_owned());
                move || serve(&url, &folder)
            },
            dice: Dice::of(seed, 0),
            kills: kills(),
            place,
            answered,
            clock,
        };
        let (process, campaign, ledgers) = {
            let run = tokio::task::spawn_blocking(move || supervisor.run());
            let (process, campaign, _place) = run.await.expect("a campaign");
            (process, campaign, desks.close().await)
        };
        let base = format!("http://{}", found.borrow().expect("a service"));
        for (worker, ledger) in workers.iter().zip(&ledgers) {
            replays(worker, ledger, &base).await;
        }
        // The last answers have to last, too.
        drop(process.kill());

        let mut verify = program(&database, folder.path());
        verify.arg("verify");
        ended(verify).await.expect(0);
        let all = together(ledgers);
        report(&campaign, &all);
        let world = World::begin(which, database, folder);
        let (events, broken) = world.verify();
        assert!(events > 0 && broken.is_empty(), "{broken:?}");
        let kept = Kept::of(&world);
        kept.proves_codes();
        kept.proves_wholeness();
        kept.proves_ledger(&all);
    }
}

/// Whoever asks again under the same key hears the same, byte for byte, and nothing happens.
async fn replays(worker: &Worker, ledger: &Ledger, base: &str) {
    for case in &ledger.cases {
        let (path, body) = worker.intake(&case.matter);
        let Some((answer, key)) = case.intake.deed.answer().zip(case.intake.key.clone()) else {
            continue;
        };
        let post = Post {
            path: path.to_owned(),
            body,
            etag: None,
            key: Some(key),
        };
        let again = send(post.to(&worker.client().at(base))).await;
        let again = again.expect(answer.status);
        assert_eq!(again.header("idempotency-replayed"), "true", "{again:?}");
        assert_eq!(again.bytes, answer.bytes);
        assert_eq!(again.etag(), answer.etag());
    }
}

fn report(campaign: &Campaign, all: &Ledger) {
    let (answered, open) = all.figures();
    let of_dossiers = |case: &&Case| case.intake.deed.answer().is_some();
    let dossiers = all.cases.iter().filter(of_dossiers).count();
    tell(&format!(
        "{} kills, {} of them while starting; {answered} answered writes, {dossiers} of them dossiers; \
         {open} never answered; {} asked again, of which {} had been done; \
         {} starts given up; slowest start {:?}, quickest {:?}",
        campaign.kills,
        campaign.while_starting,
        all.retried,
        all.replayed,
        campaign.given_up,
        campaign.slowest_start,
        campaign.quickest_start.unwrap_or_default(),
    ));
    assert!(answered > 0, "nobody worked");
}
