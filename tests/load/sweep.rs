//! Measures the sweep of alerts over many open dossiers, and what it costs an intake beside it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::as_conversions,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a measurement may fail loudly, and prints what it measured by the machine's clock"
)]

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use diesel::RunQueryDsl as _;
use diesel::connection::{Connection as _, SimpleConnection as _};
use domain::auth::Principal;
use infra::auth::tokens::Kind as Who;
use infra::clock::SteppedClock;
use infra::db::{Conn, Db, DbSettings, Kind};
use infra::demo::{DemoAccounts, load_demo};
use infra::dossier::{Applicant, Intake, NewDossier, PaperTick, take_in};
use infra::env::Env;
use infra::error::Error;
use infra::notification::alerts;

fn at(text: &str) -> DateTime<Utc> {
    format!("{text}:00+07:00")
        .parse::<DateTime<chrono::FixedOffset>>()
        .unwrap()
        .to_utc()
}

fn main() {
    let given: Vec<String> = std::env::args().skip(1).collect();
    let postgres = given.iter().any(|word| word == "postgres");
    let mut numbers = given.iter().filter_map(|word| word.parse::<u32>().ok());
    let open = numbers.next().unwrap_or(1_000_000);
    let late = numbers.next().unwrap_or(10_000);
    let folder = tempfile::tempdir().unwrap();
    let url = if postgres {
        std::env::var("MOTCUA_TEST_POSTGRES_URL").expect("run it by tests/with-postgres")
    } else {
        format!("sqlite://{}", folder.path().join("load.db").display())
    };
    let clock = SteppedClock::at(at("2026-11-19T08:00"));
    let env = Env::new(Arc::new(clock.clone()));
    let db = Db::open(&DbSettings::new(&url)).unwrap();
    db.migrate().unwrap();
    let clerk = fill(&db, &url, &env, open, late);
    clock.set(at("2026-11-26T07:30"));
    println!(
        "{open} open dossiers, {late} of them newly late, on {:?}",
        db.kind()
    );
    explain(&db);
    // What is taken in while a sweep runs comes after the instant for which it runs, so that it
    // is not for this one to look at.
    let afterwards = Env::new(Arc::new(SteppedClock::at(at("2026-11-26T07:31"))));
    let quiet = intakes(
        &db,
        &afterwards,
        &clerk,
        Stop::After(Duration::from_secs(3)),
    );
    tell("intakes before the sweep", quiet);

    let done = Arc::new(AtomicBool::new(false));
    let (begun, begins) = std::sync::mpsc::channel();
    let beside = std::thread::spawn({
        let (db, clerk, done) = (db.clone(), clerk.clone(), Arc::clone(&done));
        move || {
            take(&db, &afterwards, &clerk);
            begun.send(()).unwrap();
            intakes(&db, &afterwards, &clerk, Stop::When(done))
        }
    });
    // The other thread is at it once a first intake is through.
    begins.recv().unwrap();
    let begun = Instant::now();
    let report = alerts::sweep(&db, &env, &|| true).unwrap();
    let took = begun.elapsed();
    done.store(true, Ordering::Release);
    tell("intakes beside the sweep", beside.join().unwrap());
    println!("sweep: {} alerts in {took:?}", report.did);
    let begun = Instant::now();
    alerts::sweep(&db, &env, &|| true).unwrap();
    println!("a sweep with nothing to do: {:?}", begun.elapsed());
    let begun = Instant::now();
    let report = alerts::digest(&db, &env, &|| true).unwrap();
    println!("digests: {} in {:?}", report.did, begun.elapsed());
}

/// One dossier by the service, the others copied from it; gives the clerk.
fn fill(db: &Db, url: &str, env: &Env, open: u32, late: u32) -> Principal {
    let loading = env.clone();
    db.write_blocking(move |conn| {
        let password_hash = "$argon2id$".to_owned();
        load_demo(conn, &loading, &DemoAccounts { password_hash })?;
        diesel::sql_query("UPDATE staff SET email = login || '@motcua.example'").execute(conn)?;
        Ok::<_, Error>(())
    })
    .unwrap();
    let uid: String = db
        .read_blocking(|conn| {
            use diesel::prelude::*;
            use infra::db::schema::staff;
            let clerk = staff::table.filter(staff::login.eq("tiepnhan"));
            Ok::<_, Error>(clerk.select(staff::uid).first(conn)?)
        })
        .unwrap();
    let clerk = db
        .read_blocking(|conn| infra::auth::load_principal(conn, env, &uid, Who::Staff))
        .unwrap()
        .unwrap();
    take(db, env, &clerk);
    // Next looks of the others lie days ahead, each at a minute of its own.
    let copy = |next: &str, due: &str, from: u32, until: u32| {
        format!(
            "INSERT INTO dossiers (code, office_id, procedure_version_id, calendar_version_id, \
               channel, applicant, applicant_name, matter, papers, lookup_key, state, version, \
               submitted_at, received_at, due_at_original, due_at, sort_due_at, late_after, \
               holder_id, department_id, step_index, step_due_at, rules_state, event_count, \
               last_hash, next_look_at, late_after_by_rules) \
             WITH RECURSIVE numbers (n) AS (SELECT {from} UNION ALL \
               SELECT n + 1 FROM numbers WHERE n < {until}) \
             SELECT code || '-' || n, office_id, procedure_version_id, calendar_version_id, \
               channel, applicant, applicant_name, matter, papers, lookup_key, state, version, \
               submitted_at, received_at, {due}, {due}, {due}, {due}, \
               holder_id, department_id, step_index, step_due_at, rules_state, event_count, \
               last_hash, {next}, {due} \
             FROM dossiers, numbers WHERE code = 'H29.23-261119-0001'"
        )
    };
    let (now, later) = if url.starts_with("sqlite") {
        (
            "'2026-11-26 00:30:00'",
            "datetime('2026-11-27', '+' || (n % 20000) || ' minutes')",
        )
    } else {
        (
            "TIMESTAMP '2026-11-26 00:30:00'",
            "TIMESTAMP '2026-11-27' + (n % 20000) * INTERVAL '1 minute'",
        )
    };
    // The others are due in a month: they are neither late nor soon.
    let far = if url.starts_with("sqlite") {
        "'2026-12-28 10:00:00'"
    } else {
        "TIMESTAMP '2026-12-28 10:00:00'"
    };
    let last_late = late - 1;
    let sql = format!(
        "{}; {}; UPDATE dossiers SET next_look_at = {now} WHERE code = 'H29.23-261119-0001'; ANALYZE",
        copy(now, "due_at", 1, last_late),
        copy(later, far, late, open - 1)
    );
    // No service leaves a log of a million dossiers behind, which the first intake would fold.
    let folded = format!("{sql}; PRAGMA wal_checkpoint(TRUNCATE)");
    match url.strip_prefix("sqlite://") {
        Some(file) => diesel::SqliteConnection::establish(file)
            .unwrap()
            .batch_execute(&folded),
        None => diesel::PgConnection::establish(url)
            .unwrap()
            .batch_execute(&sql),
    }
    .unwrap();
    clerk
}

fn take(db: &Db, env: &Env, clerk: &Principal) {
    let tick = |number| PaperTick {
        number: Some(number),
        name: None,
        originals: 1,
        certified: 0,
        copies: 0,
    };
    let new = NewDossier {
        office: "H29.23".parse().unwrap(),
        procedure: "1.004873".parse().unwrap(),
        channel: "in_person",
        applicant: Applicant {
            kind: "person",
            name: "Người nộp hồ sơ".parse().unwrap(),
            id_number: None,
            phone: None,
            email: None,
            address: None,
        },
        submitter_name: None,
        matter: None,
        papers: vec![tick(1), tick(3)],
        sets: 1,
        result_way: "in_person",
        result_address: None,
    };
    let (env, clerk) = (env.clone(), clerk.clone());
    db.write_blocking(move |conn| take_in(conn, &env, &clerk, Intake::Register, &new, None))
        .unwrap();
}

enum Stop {
    After(Duration),
    When(Arc<AtomicBool>),
}

/// One intake after the other; how long each took.
fn intakes(db: &Db, env: &Env, clerk: &Principal, stop: Stop) -> Vec<Duration> {
    let begun = Instant::now();
    let mut took = Vec::new();
    loop {
        let over = match &stop {
            Stop::After(time) => begun.elapsed() > *time,
            Stop::When(done) => done.load(Ordering::Acquire),
        };
        if over {
            return took;
        }
        let one = Instant::now();
        take(db, env, clerk);
        took.push(one.elapsed());
    }
}

fn tell(what: &str, mut took: Vec<Duration>) {
    took.sort_unstable();
    let count = took.len();
    let nth = |per_mille: usize| took[(count * per_mille / 1000).min(count - 1)];
    println!(
        "{what}: {count}, half within {:?}, 99 % within {:?}, the longest {:?}",
        nth(500),
        nth(990),
        took[count - 1]
    );
}

#[derive(diesel::QueryableByName)]
struct Line {
    #[diesel(sql_type = diesel::sql_types::Text)]
    detail: String,
}

/// The plan of the query by which the sweep finds what is due.
fn explain(db: &Db) {
    let query = "SELECT id FROM dossiers WHERE next_look_at <= '2026-11-26 00:30:00' \
                 ORDER BY next_look_at, id LIMIT 250";
    let lines = db
        .read_blocking(|conn: &mut Conn| -> Result<Vec<String>, Error> {
            if infra::db::dialect::kind(conn) == Kind::Sqlite {
                let plan = format!("EXPLAIN QUERY PLAN {query}");
                let lines: Vec<Line> = diesel::sql_query(plan).load(conn)?;
                return Ok(lines.into_iter().map(|line| line.detail).collect());
            }
            #[derive(diesel::QueryableByName)]
            struct Plan {
                #[diesel(sql_type = diesel::sql_types::Text, column_name = "QUERY PLAN")]
                plan: String,
            }
            let lines: Vec<Plan> = diesel::sql_query(format!("EXPLAIN {query}")).load(conn)?;
            Ok(lines.into_iter().map(|line| line.plan).collect())
        })
        .unwrap();
    for line in lines {
        println!("  {line}");
    }
}
