//! A step: both servers look at once and then send, and one of them may be killed over it.

use std::time::{Duration, Instant};

use diesel::prelude::*;
use infra::db::Db;
use infra::db::schema::job_runs;
use infra::error::Error;

use super::{Kill, Year};
use crate::year::server::Server;
use crate::year::time::{At, day_of, on, show};

impl Year<'_> {
    /// The servers look, both at once; one of them may be killed over it.
    pub(super) fn step(&mut self, at: At, next: At) {
        self.sink.now(at, day_of(at) == self.plan.smtp_down);
        if let Some((server, steps)) = self.away {
            if steps == 0 {
                self.servers[server].start_again();
                self.away = None;
                self.kills.last_mut().expect("a kill").back = at;
            } else {
                self.away = Some((server, steps - 1));
            }
        }
        let begun = Instant::now();
        self.servers.iter_mut().for_each(|server| server.go(at));
        // Beside a digest nothing comes in: by its instant it is not there yet, and yet the digest
        // would list it.
        if !(on(day_of(at), 7, 30)..on(day_of(at), 8, 0)).contains(&at) {
            self.take_in_until(next);
        }
        let chance = self.dice.once_in(self.plan.kill_once_in);
        // What a kill on the last working day held back would not come within the year.
        if chance && self.away.is_none() && day_of(at) < self.plan.last_working_day() {
            let killing = Instant::now();
            self.kill_one(at);
            *self.spent.entry("kills").or_default() += killing.elapsed();
        } else {
            let figures = self.see_through(&[0, 1], at);
            for (sum, one) in self.work.iter_mut().zip(figures) {
                *sum += one;
            }
            self.usual = (self.usual * 7 + begun.elapsed()) / 8;
        }
        *self.spent.entry("steps of the servers").or_default() += begun.elapsed();
    }

    /// Waits until these have looked and sent; runs, mails, and microseconds for either.
    fn see_through(&mut self, which: &[usize], at: At) -> [u64; 4] {
        let slow = || tell_sessions(&self.db, at);
        which.iter().for_each(|one| self.servers[*one].looked(slow));
        which
            .iter()
            .for_each(|one| self.servers[*one].both_looked());
        let mut sums = [0; 4];
        for one in which {
            let figures = self.servers[*one].done(slow);
            sums.iter_mut()
                .zip(figures)
                .for_each(|(sum, one)| *sum += one);
        }
        sums
    }

    fn kill_one(&mut self, at: At) {
        let victim = usize::try_from(self.dice.below(2)).unwrap();
        let most = u64::try_from(self.usual.as_micros()).unwrap().max(1);
        let moment = Instant::now() + Duration::from_micros(self.dice.below(most));
        let back = self.dice.below(2) * (1 + self.dice.below(6));
        let other = 1 - victim;
        let killed = if self.servers[victim].kill_at(moment) {
            self.see_through(&[other], at);
            true
        } else {
            // It has looked, and sends.
            self.servers[other].looked(|| tell_sessions(&self.db, at));
            self.servers.iter_mut().for_each(Server::both_looked);
            let killed = self.servers[victim].kill_at(moment);
            self.servers[other].done(|| tell_sessions(&self.db, at));
            killed
        };
        if !killed {
            return;
        }
        self.kills.push(Kill { at, back: at });
        // The other looks again, as it would within seconds: once the locks of the dead one are
        // free, and until what was under way is taken over.
        loop {
            let locks = self.db.read_blocking(locks_held).expect("a reading");
            if locks > 0 {
                std::thread::yield_now();
                continue;
            }
            self.servers[other].go(at);
            self.see_through(&[other], at);
            if self.db.read_blocking(open_runs).expect("a reading") == 0 {
                break;
            }
        }
        if back == 0 {
            self.servers[victim].start_again();
            self.servers[victim].go(at);
            self.see_through(&[victim], at);
        } else {
            self.away = Some((victim, back - 1));
        }
    }
}

fn open_runs(conn: &mut infra::db::Conn) -> Result<i64, Error> {
    let open = job_runs::table
        .filter(job_runs::finished_at.is_null())
        .filter(job_runs::started_at.is_not_null());
    Ok(open.count().get_result(conn)?)
}

#[derive(QueryableByName)]
struct Session {
    #[diesel(sql_type = diesel::sql_types::Text)]
    line: String,
}

/// Prints what the sessions of the database do or wait for, when a step takes strangely long.
#[allow(
    clippy::print_stderr,
    reason = "whoever waits for the campaign should see it, whatever comes of it"
)]
fn tell_sessions(db: &Db, at: At) {
    let sql = "SELECT concat_ws(' ', pid, state, wait_event_type, wait_event, \
                 clock_timestamp() - state_change, left(query, 100)) AS line \
               FROM pg_stat_activity WHERE datname = current_database() ORDER BY pid";
    let sessions =
        db.read_blocking(|conn| Ok::<_, Error>(diesel::sql_query(sql).load::<Session>(conn)?));
    eprintln!("the step at {} takes long:", show(at));
    for session in sessions.iter().flatten() {
        eprintln!("    {}", session.line);
    }
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    count: i64,
}

/// Locks of jobs in this database; a server that waits for its next step holds none.
fn locks_held(conn: &mut infra::db::Conn) -> Result<i64, Error> {
    let sql = "SELECT count(*) AS count FROM pg_locks JOIN pg_database ON oid = database \
               WHERE locktype = 'advisory' AND datname = current_database()";
    Ok(diesel::sql_query(sql).get_result::<Count>(conn)?.count)
}
