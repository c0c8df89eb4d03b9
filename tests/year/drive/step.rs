//! A step: both servers look at once, and one of them may be killed over it.

use std::time::{Duration, Instant};

use diesel::prelude::*;
use infra::db::schema::job_runs;
use infra::error::Error;

use super::{Kill, Year};
use crate::year::case::Scene;
use crate::year::time::{At, day_of, on};

impl Year<'_> {
    /// The servers look, both at once; one of them may be killed over it.
    pub(super) fn step(&mut self, at: At, next: At, scene: &Scene<'_>) {
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
            self.act_until(next, scene, true);
        }
        if self.away.is_none() && self.dice.once_in(self.plan.kill_once_in) {
            self.kill_one(at);
        } else {
            for server in &mut self.servers {
                let figures = server.done();
                for (sum, one) in self.work.iter_mut().zip(figures) {
                    *sum += one;
                }
            }
            self.usual = (self.usual * 7 + begun.elapsed()) / 8;
        }
        *self.spent.entry("steps of the servers").or_default() += begun.elapsed();
    }

    fn kill_one(&mut self, at: At) {
        let victim = usize::try_from(self.dice.below(2)).unwrap();
        let most = u64::try_from(self.usual.as_micros()).unwrap().max(1);
        let after = Duration::from_micros(self.dice.below(most));
        let back = self.dice.below(2) * (1 + self.dice.below(6));
        let killed = self.servers[victim].kill_after(after);
        self.servers[1 - victim].done();
        if !killed {
            return;
        }
        self.kills.push(Kill { at, back: at });
        // The other looks again, as it would within seconds, until it has taken over what was
        // under way; how soon the lock is free is the database's affair.
        loop {
            self.servers[1 - victim].go(at);
            self.servers[1 - victim].done();
            if self.db.read_blocking(open_runs).expect("a reading") == 0 {
                break;
            }
        }
        if back == 0 {
            self.servers[victim].start_again();
            self.servers[victim].go(at);
            self.servers[victim].done();
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
