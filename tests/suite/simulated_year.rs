//! Some weeks around Tết of the simulated year: every rung that the rules demand was told once, to
//! exactly the right people, and nothing else was sent. The whole year is `simulated-year`.

use crate::support::{Database, Which, tell};
use crate::year::{Dice, Plan, day, live, serve_if_asked};

/// A server: this very program, started again by the test below. Otherwise there is nothing to do.
#[test]
fn the_server_that_the_next_test_starts() {
    serve_if_asked();
}

/// On PostgreSQL alone: on SQLite one process does everything.
#[test]
fn five_weeks_of_a_ward_with_two_servers_bring_every_mail_that_is_due_and_no_other() {
    if Which::Postgres.is_left_out() {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let database = Database::copy(Which::Postgres, folder.path());
    let plan = Plan {
        seed: Dice::seed(),
        first: day(2026, 1, 26),
        last: day(2026, 3, 1),
        dossiers_a_day: 8,
        every: 120,
        kill_once_in: 10,
        with_email: 600,
        smtp_down: day(2026, 2, 5),
        announced: vec![(day(2026, 2, 12), day(2026, 2, 13), false)],
        chains: "15 0 * * *",
    };
    let arguments = [
        "--exact",
        "--nocapture",
        "simulated_year::the_server_that_the_next_test_starts",
    ];
    let figures = live(
        &database.url,
        folder.path(),
        &plan,
        &arguments.map(str::to_owned),
    );
    let (kills, seed) = (&figures.lines[1], plan.seed);
    tell(&format!(
        "simulated year: seed {seed}, {}, {kills}",
        figures.lines[0]
    ));
    assert!(
        figures.differences.is_empty(),
        "seed {} (set MOTCUA_FAULT_SEED for the same choices): {:#?}\n{}",
        plan.seed,
        figures.lines,
        figures.differences.join("\n")
    );
}
