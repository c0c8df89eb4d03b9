//! A server that is killed over sweeps, digests, reports and mails: every rung is told all the
//! same, each once, as if nothing had happened.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use api::app::Service;
use api::schedule::{Lane, Timetable, run_due};
use chrono::{Datelike as _, NaiveDate, TimeDelta};
use infra::clock::{Clock as _, SteppedClock};
use infra::notification::delivery::{Post, deliver_due};
use infra::schedule::Turnstile;

use super::ward::{count, keys, populate, proves_mails, take_in, told};
use crate::notification::MailServer;
use crate::notification::worker::{Orders, ids, last_of};
use crate::support::{Dice, Staff, World, at, kills, service_on, tell};

/// Opening, weekly report, steps and answers that come due, and after hours.
const MOMENTS: [&str; 5] = ["07:30", "08:06", "09:37", "10:01", "17:01"];
/// When the work of a morning comes in.
const INTAKE: &str = "08:00";
/// What is still to do at the end of a run.
const UNDONE: &str = "job_runs WHERE started_at IS NOT NULL AND finished_at IS NULL";
/// Longer than any run lasts.
const PATIENCE: Duration = Duration::from_secs(60);

/// The server that is killed.
#[test]
fn the_server_that_the_next_test_kills() {
    let Some(orders) = Orders::given() else {
        return;
    };
    let clock = SteppedClock::at(orders.now);
    let service = nightly(service_on(&orders.database, &orders.folder, &clock));
    let post = orders.post(&service.db, &service.env);
    work(&service, &post);
}

/// Copied dossiers have no events, so their chains are not for verifying.
fn nightly(service: Service) -> Service {
    let mut timetable = Timetable::default();
    timetable.set("verify_chains", None);
    service.with_timetable(timetable)
}

/// As a server does: each lane of jobs in a thread of its own, and mails beside them.
fn work(service: &Service, post: &Post) {
    let over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .expect("a runtime")
                .block_on(deliver_until(post, &over));
        });
        let lanes = Lane::ALL.map(|lane| scope.spawn(move || look_round(service, lane)));
        for lane in lanes {
            lane.join().expect("a lane");
        }
        over.store(true, Ordering::Release);
        service.env.outbox.ring();
    });
}

fn look_round(service: &Service, lane: Lane) {
    let mut turnstile = Turnstile::new(&service.db);
    while run_due(service, lane, &mut turnstile, false).expect("the jobs") > 0 {}
}

async fn deliver_until(post: &Post, over: &AtomicBool) {
    loop {
        let last = over.load(Ordering::Acquire);
        let done = deliver_due(post, &|| true).await.expect("a run");
        if done.taken == 0 && last {
            return;
        }
        if done.taken == 0 {
            post.env.outbox.rung().await;
        }
    }
}

/// Where the kills fell.
#[derive(Debug, Default)]
struct Marks {
    kills: usize,
    /// A run had begun and not ended.
    amid_a_job: usize,
    /// Alerts were written, and not put into a mail yet.
    before_the_mail: usize,
    /// Mails were on their way, by this server or one before it.
    mails_taken: usize,
    /// Servers that had done everything before they were to be killed.
    too_late: usize,
}

struct Campaign<'a> {
    world: &'a World,
    server: &'a MailServer,
    dice: Dice,
    /// How long a run took at each moment of a day when nobody killed it.
    spans: BTreeMap<&'static str, Duration>,
    /// And one that had nothing to do.
    idle: Duration,
    sent: BTreeMap<String, usize>,
    marks: Marks,
}

impl Campaign<'_> {
    /// A server that nobody kills does what is to be done. At the first moment that is nothing.
    fn calm_moment(&mut self, moment: &'static str) {
        let begun = Instant::now();
        self.run_for(PATIENCE);
        self.spans.insert(moment, begun.elapsed());
        self.idle = self.idle.min(begun.elapsed());
    }

    /// Kills the server over what is to do at a moment, some times; the last one finishes.
    fn moment(&mut self, moment: &'static str, kills: usize) {
        while self.marks.kills < kills {
            if !self.run_and_kill(moment) {
                break;
            }
            self.mark();
            // Again at once, in the next minute, or when the lease of the dead has ended.
            let seconds = [0, 60, 121][self.dice.below(3) as usize];
            self.world.pass(TimeDelta::seconds(seconds));
            if self.dice.once_in(3) {
                break;
            }
        }
        self.finish();
    }

    /// Kills a server at a random moment from the end of its start on. False when it had done
    /// everything before.
    fn run_and_kill(&mut self, moment: &'static str) -> bool {
        let span = self.spans.get(moment).copied().unwrap_or(self.idle);
        let start = self.idle / 2;
        let room = span.saturating_sub(start).max(Duration::from_millis(20));
        let lives = start + Duration::from_micros(self.dice.below(room.as_micros() as u64));
        let begun = Instant::now();
        let killed = self.run_for(lives);
        if killed {
            // Days grow: more comes in than anybody ends.
            self.spans.insert(moment, span.mul_f64(1.05));
        } else {
            self.spans.insert(moment, begun.elapsed());
            self.marks.too_late += 1;
        }
        killed
    }

    /// Lets a server live so long; whether it had to be killed.
    fn run_for(&mut self, lives: Duration) -> bool {
        let begun = Instant::now();
        let orders = Orders::on(self.world, self.server, true);
        let mut child = orders.start("alerts::crash::the_server_that_the_next_test_kills");
        loop {
            self.note(ids(&self.server.within(Duration::from_millis(1))));
            if let Some(status) = child.try_wait().expect("a process") {
                assert!(status.success(), "it failed");
                return false;
            }
            if begun.elapsed() >= lives {
                child.kill().expect("SIGKILL");
                child.wait().expect("its end");
                return true;
            }
        }
    }

    fn mark(&mut self) {
        let found = |sql| usize::from(count(self.world, sql) > 0);
        self.marks.kills += 1;
        self.marks.amid_a_job += found(UNDONE);
        self.marks.before_the_mail += found("alert_batches WHERE state = 'open'");
        self.marks.mails_taken += found("mails WHERE lease_owner IS NOT NULL");
    }

    fn note(&mut self, ids: Vec<String>) {
        for id in ids {
            *self.sent.entry(id).or_default() += 1;
        }
    }

    /// Lets a server finish what the dead ones left.
    fn finish(&mut self) {
        let begun = Instant::now();
        loop {
            // A database may need a moment to notice that a server died.
            assert!(!self.run_for(PATIENCE), "a run without an end");
            if count(self.world, UNDONE) == 0 {
                return;
            }
            assert!(begun.elapsed() < PATIENCE, "runs that nobody takes over");
        }
    }

    /// Every mail of the outbox went out, and hardly any twice.
    fn proves_sent(&self) {
        let mails = count(self.world, "mails");
        let sent = count(self.world, "mails WHERE state = 'sent'");
        assert_eq!(
            (sent, self.sent.len()),
            (mails, mails as usize),
            "some were lost"
        );
        let twice: usize = self.sent.values().map(|times| times - 1).sum();
        assert!(
            twice <= self.marks.kills,
            "{twice} sent twice: {:?}",
            self.marks
        );
        tell(&format!(
            "{:?}: {:?}, {mails} mails, {twice} sent twice",
            self.world.which, self.marks
        ));
    }
}

/// A ward where nobody is killed, on a database of its own.
struct Undisturbed {
    world: World,
    service: Service,
    staff: Staff,
}

both! {
    async fn a_killed_server_tells_every_rung_once_as_if_nothing_had_happened(world) {
        let seed = Dice::seed();
        tell(&format!("{:?}: MOTCUA_FAULT_SEED={seed}", world.which));
        let server = MailServer::brief();
        let staff = populate(&world);
        let calm = {
            let world = World::open(world.which);
            let (staff, service) = (populate(&world), nightly(world.service.clone()));
            Undisturbed { world, service, staff }
        };
        let mut campaign = Campaign {
            world: &world,
            server: &server,
            dice: Dice::of(seed, 0),
            spans: BTreeMap::new(),
            idle: PATIENCE,
            sent: BTreeMap::new(),
            marks: Marks::default(),
        };
        let mut day = NaiveDate::from_ymd_opt(2026, 11, 20).unwrap();
        let set = |day: NaiveDate, moment: &str| {
            // The dead ones cost time; what comes in next comes at the same instant to both.
            let moment = at(&format!("{day} {moment}")).max(world.clock.now());
            world.clock.set(moment);
            calm.world.clock.set(moment);
        };
        let (kills, mut calm_days) = (kills(), 2);
        while campaign.marks.kills < kills {
            for moment in MOMENTS {
                set(day, moment);
                look_rounds(&calm.service);
                if calm_days > 0 {
                    campaign.calm_moment(moment);
                } else {
                    campaign.moment(moment, kills);
                }
                if moment == MOMENTS[0] {
                    set(day, INTAKE);
                    take_in(&world, &staff).await;
                    take_in(&calm.world, &calm.staff).await;
                }
            }
            day = next_working_day(day);
            calm_days = calm_days.max(1) - 1;
        }
        // One more morning, so that what the dead ones held is sent.
        for moment in ["07:30", "08:06", "14:00"] {
            set(day, moment);
            look_rounds(&calm.service);
            campaign.finish();
        }
        campaign.note(last_of(&server));
        assert_eq!(told(&world).len(), told(&calm.world).len());
        assert_eq!(told(&world), told(&calm.world));
        for kind in ["staff_digest", "staff_weekly"] {
            assert_eq!(keys(&world, kind), keys(&calm.world, kind));
        }
        campaign.proves_sent();
        proves_mails(&world);
    }
}

/// One week has a holiday.
fn next_working_day(day: NaiveDate) -> NaiveDate {
    let holiday = NaiveDate::from_ymd_opt(2026, 11, 24);
    let works = |day: &NaiveDate| day.weekday().number_from_monday() < 6 && Some(*day) != holiday;
    day.iter_days().skip(1).find(works).expect("a working day")
}

fn look_rounds(service: &Service) {
    for lane in Lane::ALL {
        look_round(service, lane);
    }
}
