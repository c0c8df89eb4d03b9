//! Measures the outbox: mails a second to a local server, and what queued mails cost the intake.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    clippy::panic,
    clippy::as_conversions,
    missing_debug_implementations,
    reason = "a command for developers: it may fail loudly and it prints"
)]

use std::num::NonZeroU32;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use domain::auth::Principal;
use domain::text::{AgencyCode, Email, PersonName, ProcedureCode};
use infra::auth::Account;
use infra::clock::SystemClock;
use infra::db::{Db, DbSettings};
use infra::demo::{DemoAccounts, load_demo};
use infra::dossier::{Applicant, Intake, NewDossier, PaperTick, take_in};
use infra::env::Env;
use infra::error::Error;
use infra::notification::Letterhead;
use infra::notification::delivery::{
    FileMailer, Mailer, Post, SmtpMailer, SmtpSettings, deliver_batch, deliver_due, pace,
};
use infra::notification::letters::{Alert, Letter, OfficeName, Recipient};
use infra::notification::outbox::{NewMail, enqueue};

const HELP: &str = "mail_load DATABASE_URL DATABASE_URL SMTP_URL|FOLDER [MAILS] [SECONDS] [ROUNDS]\n\
    DATABASE_URL  two new, empty databases of the same kind: one stays without mails\n\
    SMTP_URL      smtp://127.0.0.1:PORT, such as of tests/smtp/server.py --brief\n\
    MAILS         how many to queue; 100000 unless said\n\
    SECONDS       how long each round of intake lasts; 5 unless said\n\
    ROUNDS        how often each case is tried, by turns; 5 unless said";

/// Mails sent to measure the speed.
const TO_SEND: usize = 2_000;
/// Clerks who register at once.
const CLERKS: usize = 8;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [without, with, target, rest @ ..] = arguments.as_slice() else {
        println!("{HELP}");
        return;
    };
    let number = |index: usize, usual| {
        let given = rest.get(index).and_then(|text| text.parse().ok());
        given.unwrap_or(usual)
    };
    let plan = Plan {
        queued: number(0, 100_000),
        long: Duration::from_secs(number(1, 5).try_into().expect("seconds")),
        rounds: number(2, 5),
    };
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime")
        .block_on(measure(without, with, target, &plan));
}

struct Plan {
    queued: usize,
    long: Duration,
    rounds: usize,
}

/// A database with the demo ward, and a clerk of it.
struct Ward {
    db: Db,
    env: Env,
    clerk: Arc<Principal>,
    office: i64,
}

impl Ward {
    fn open(database: &str) -> Self {
        let db = Db::open(&DbSettings::new(database)).expect("a database");
        db.migrate().expect("migrations");
        let env = Env::new(Arc::new(SystemClock));
        let (clerk, office) = prepare(&db, &env);
        Self {
            db,
            env,
            clerk,
            office,
        }
    }

    async fn intake(&self, long: Duration) -> Round {
        intake(&self.db, &self.env, &self.clerk, long).await
    }
}

/// Rounds by turns, since a machine that others use is never twice the same.
async fn measure(without: &str, with: &str, target: &str, plan: &Plan) {
    let (without, with) = (Ward::open(without), Ward::open(with));
    let post = post(&with.db, &with.env, target);
    enqueue_many(&with.db, &with.env, with.office, "speed", TO_SEND);
    let begun = Instant::now();
    let done = deliver_due(&post, &|| true).await.expect("a run");
    let took = begun.elapsed().as_secs_f64();
    let rate = done.sent as f64 / took;
    println!("sent {} mails in {took:.2} s: {rate:.0} mails/s", done.sent);

    enqueue_many(&with.db, &with.env, with.office, "queue", plan.queued);
    let (mut plain, mut queued, mut sending, mut sent) = (vec![], vec![], vec![], 0);
    for _ in 0..plan.rounds {
        plain.push(without.intake(plan.long).await);
        queued.push(with.intake(plan.long).await);
        let worker = Sending::start(post.clone());
        sending.push(with.intake(plan.long).await);
        sent += worker.stop().await;
    }
    let base = median(&plain, |round| round.rate);
    for (what, rounds) in [
        ("no mails", &plain),
        ("mails queued", &queued),
        ("mails being sent", &sending),
    ] {
        let rate = median(rounds, |round| round.rate);
        println!(
            "{what:16} {rate:6.0} dossiers/s, p50 {:.1} ms, p99 {:.1} ms ({:+.1} %)",
            median(rounds, |round| round.p50),
            median(rounds, |round| round.p99),
            (rate / base - 1.0) * 100.0
        );
    }
    let seconds = plan.long.as_secs_f64() * plan.rounds as f64;
    println!("sent meanwhile: {:.0} mails/s", sent as f64 / seconds);
}

fn median(rounds: &[Round], of: impl Fn(&Round) -> f64) -> f64 {
    let mut values: Vec<f64> = rounds.iter().map(of).collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}

fn prepare(db: &Db, env: &Env) -> (Arc<Principal>, i64) {
    let password_hash = infra::auth::password::hash("mail-load-2026").expect("a hash");
    let inner = env.clone();
    let loaded: Result<(), Error> = db.write_blocking(move |conn| {
        load_demo(conn, &inner, &DemoAccounts { password_hash })?;
        Ok(())
    });
    loaded.expect("the demo ward");
    use diesel::prelude::*;
    use infra::db::schema::{offices, staff};
    let (uid, office): (String, i64) = db
        .read_blocking(|conn| -> Result<_, Error> {
            let uid = staff::table
                .filter(staff::login.eq("tiepnhan"))
                .select(staff::uid)
                .first(conn)?;
            let office = offices::table
                .filter(offices::code.eq("H29.23"))
                .select(offices::id)
                .first(conn)?;
            Ok((uid, office))
        })
        .expect("the clerk");
    let inner = env.clone();
    let account: Option<Account> = db
        .read_blocking(move |conn| {
            infra::auth::load_account(conn, &inner, &uid, infra::auth::Kind::Staff)
        })
        .expect("a reading");
    (account.expect("an account").principal, office)
}

fn post(db: &Db, env: &Env, target: &str) -> Post {
    let mailer: Arc<dyn Mailer> = match SmtpSettings::parse(target) {
        Ok(settings) => Arc::new(SmtpMailer::new(settings).expect("a mailer")),
        Err(_) => Arc::new(FileMailer::new(Path::new(target)).expect("a folder")),
    };
    let head = Letterhead::new("motcua@phuong.example.vn", None, "http://motcua.example");
    let folder = tempfile::tempdir().expect("a folder").keep();
    Post::new(
        db.clone(),
        env.clone(),
        mailer,
        Arc::new(head.expect("a letterhead")),
    )
    .with_journal(&folder)
    .expect("a journal")
}

fn enqueue_many(db: &Db, env: &Env, office: i64, name: &'static str, count: usize) {
    for first in (0..count).step_by(1_000) {
        let env = env.clone();
        let done: Result<(), Error> = db.write_blocking(move |conn| {
            for number in first..(first + 1_000).min(count) {
                enqueue(conn, &env, &mail(office, name, number))?;
            }
            Ok(())
        });
        done.expect("mails");
    }
}

fn mail(office: i64, name: &str, number: usize) -> NewMail {
    NewMail {
        message_key: format!("{name}/{number}"),
        letter: Letter::StaffAlert(Alert {
            recipient: Recipient {
                name: "Lãnh đạo".to_owned(),
                absent_person: None,
            },
            office: OfficeName {
                name: "Ủy ban nhân dân phường".to_owned(),
                code: "H29.23".to_owned(),
            },
            groups: Vec::new(),
            list_url: "http://motcua.example/".to_owned(),
            total: 0,
            proposals: Vec::new(),
            proposal_count: 0,
        }),
        to: format!("nguoi{number}@example.vn"),
        staff_id: None,
        office_id: Some(office),
        dossier_id: None,
        not_before: None,
        dossiers: Vec::new(),
    }
}

#[derive(Clone, Copy)]
struct Round {
    rate: f64,
    p50: f64,
    p99: f64,
}

/// Clerks who register one dossier after the other; the applicants gave addresses.
async fn intake(db: &Db, env: &Env, clerk: &Arc<Principal>, long: Duration) -> Round {
    let begun = Instant::now();
    let tasks: Vec<_> = (0..CLERKS)
        .map(|_| {
            let (db, env, clerk) = (db.clone(), env.clone(), Arc::clone(clerk));
            tokio::spawn(async move {
                let mut times = Vec::new();
                while begun.elapsed() < long {
                    let one = Instant::now();
                    let (env, clerk) = (env.clone(), Arc::clone(&clerk));
                    db.write(move |conn| {
                        take_in(conn, &env, &clerk, Intake::Register, &dossier(), None)
                    })
                    .await
                    .expect("a dossier");
                    times.push(one.elapsed().as_secs_f64() * 1e3);
                }
                times
            })
        })
        .collect();
    let mut times = Vec::new();
    for task in tasks {
        times.extend(task.await.expect("a clerk"));
    }
    let rate = times.len() as f64 / begun.elapsed().as_secs_f64();
    times.sort_by(f64::total_cmp);
    let at = |share: f64| {
        let index = (times.len() as f64 * share) as usize;
        times.get(index).copied().unwrap_or_default()
    };
    Round {
        rate,
        p50: at(0.5),
        p99: at(0.99),
    }
}

fn dossier() -> NewDossier {
    NewDossier {
        office: AgencyCode::parse("H29.23").expect("a code"),
        procedure: ProcedureCode::parse("1.004873").expect("a code"),
        channel: "in_person",
        applicant: Applicant {
            kind: "person",
            name: PersonName::parse("Người nộp hồ sơ").expect("a name"),
            id_number: None,
            phone: None,
            // Without one, so that the intake itself queues nothing: the queue is what is measured.
            email: None::<Email>,
            address: None,
        },
        submitter_name: None,
        matter: None,
        papers: [1, 3]
            .map(|number| PaperTick {
                number: Some(number),
                name: None,
                originals: 1,
                certified: 0,
                copies: 0,
            })
            .into(),
        sets: 1,
        result_way: "in_person",
        result_address: None,
    }
}

/// A worker in the background, at the rate that the service keeps.
struct Sending {
    ending: Arc<AtomicBool>,
    sent: Arc<AtomicUsize>,
    task: tokio::task::JoinHandle<()>,
}

/// As `MOTCUA_MAIL_RATE` is unless set.
const RATE: NonZeroU32 = NonZeroU32::new(300).expect("not zero");

impl Sending {
    fn start(post: Post) -> Self {
        let (ending, sent) = (
            Arc::new(AtomicBool::new(false)),
            Arc::new(AtomicUsize::new(0)),
        );
        let (end, count) = (Arc::clone(&ending), Arc::clone(&sent));
        let task = tokio::spawn(async move {
            let go_on = || !end.load(Ordering::Relaxed);
            while go_on() {
                let begun = Instant::now();
                let done = deliver_batch(&post, &go_on).await.expect("a batch");
                count.fetch_add(done.sent.try_into().expect("a number"), Ordering::Relaxed);
                let pace = pace(&post, RATE, &done);
                tokio::time::sleep_until((begun + pace).into()).await;
            }
        });
        Self { ending, sent, task }
    }

    async fn stop(self) -> usize {
        let sent = self.sent.load(Ordering::Relaxed);
        self.ending.store(true, Ordering::Relaxed);
        self.task.await.expect("a worker");
        sent
    }
}
