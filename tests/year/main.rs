//! A simulated year of one ward, and a second model that says which mails there must have been.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::as_conversions,
    clippy::panic,
    clippy::print_stdout,
    clippy::disallowed_methods,
    missing_debug_implementations,
    unreachable_pub,
    reason = "a campaign may fail loudly, and prints what it found by the machine's clock"
)]

#[path = "../suite/support/dice.rs"]
mod dice;
#[path = "mod.rs"]
mod year;

/// What the suite gives to its modules, as far as these need it.
mod support {
    pub use crate::dice::Dice;
}

use std::sync::Arc;

use diesel::PgConnection;
use diesel::connection::{Connection as _, SimpleConnection as _};
use infra::clock::SteppedClock;
use infra::db::{Db, DbSettings};
use infra::demo::{DemoAccounts, load_demo};
use infra::env::Env;
use year::{Dice, Plan, day, live, serve_if_asked};

/// As the service has it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    if serve_if_asked() {
        return;
    }
    let given: Vec<u64> = std::env::args()
        .skip(1)
        .map(|word| {
            word.parse()
                .expect("days, dossiers a day, seed, steps between kills, minutes between steps")
        })
        .collect();
    let days = given.first().copied().unwrap_or(365);
    let mut plan = Plan {
        seed: given.get(2).copied().unwrap_or_else(Dice::seed),
        first: day(2026, 1, 1),
        last: day(2026, 1, 1) + i64::try_from(days).unwrap() - 1,
        dossiers_a_day: given.get(1).copied().unwrap_or(200),
        every: given
            .get(4)
            .copied()
            .map_or(150, |minutes| i64::try_from(minutes).unwrap()),
        kill_once_in: given.get(3).copied().unwrap_or(20),
        with_email: 200,
        smtp_down: day(2026, 1, 21),
        announced: vec![
            (day(2026, 2, 12), day(2026, 2, 13), false),
            (day(2026, 6, 11), day(2026, 6, 15), false),
            (day(2026, 7, 1), day(2026, 7, 11), true),
        ],
        chains: "15 0 1 * *",
    };
    plan.announced.retain(|(told, _, _)| *told <= plan.last);
    println!(
        "seed {}: {days} days, {} dossiers a day",
        plan.seed, plan.dossiers_a_day
    );
    let url =
        std::env::var("MOTCUA_TEST_POSTGRES_SOCKET_URL").expect("run it by tests/with-postgres");
    load(&url);
    ease(&url);
    let folder = tempfile::tempdir().unwrap();
    let figures = live(&url, folder.path(), &plan, &[]);
    for line in &figures.lines {
        println!("{line}");
    }
    for line in figures.differences.iter().take(60) {
        println!("DIFFERS {line}");
    }
    assert!(
        figures.differences.is_empty(),
        "{} differences; the seed is {}",
        figures.differences.len(),
        plan.seed
    );
    println!("every mail was due, and every mail that was due came");
}

/// By default the database looks once a minute whether its tables must be tidied and counted anew,
/// which here is every other month: until then it would plan for the tables of the eve. And it
/// keeps a log to outlive a crash of its own, which is no part of this.
fn ease(url: &str) {
    let mut conn = PgConnection::establish(url).unwrap();
    for sql in [
        "ALTER SYSTEM SET autovacuum_naptime = '30s'",
        "SELECT pg_reload_conf()",
        BARE,
    ] {
        conn.batch_execute(sql).unwrap();
    }
}

/// Nor is it here to see that nothing refers to what is not there, which takes it a tenth of its
/// time: the rest of the suite has both.
const BARE: &str = "
DO $$
DECLARE
    one record;
BEGIN
    FOR one IN SELECT conrelid::regclass AS place, conname FROM pg_constraint WHERE contype = 'f'
    LOOP
        EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', one.place, one.conname);
    END LOOP;
    FOR one IN SELECT oid::regclass AS place FROM pg_class
        WHERE relkind = 'r' AND relpersistence = 'p' AND relnamespace = 'public'::regnamespace
    LOOP
        EXECUTE format('ALTER TABLE %s SET UNLOGGED', one.place);
    END LOOP;
END $$";

/// The demo ward, on the eve of the year.
fn load(url: &str) {
    let db = Db::open(&DbSettings::new(url)).unwrap();
    db.migrate().unwrap();
    let eve = "2025-12-31T08:00:00+07:00".parse().unwrap();
    let env = Env::new(Arc::new(SteppedClock::at(eve)));
    let password_hash = "$argon2id$".to_owned();
    let loaded =
        db.write_blocking(move |conn| load_demo(conn, &env, &DemoAccounts { password_hash }));
    loaded.unwrap();
}
