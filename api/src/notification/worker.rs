//! The task that delivers mails while the service runs.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::{Duration, Instant};

use actix_web::rt;
use chrono::{DateTime, Utc};
use infra::clock::Clock;
use infra::db::Db;
use infra::env::Env;
use infra::notification::delivery::{self, Delivered, Post};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::app::Service;
use crate::ops::Metrics;

/// Another server may have enqueued something, whose bell does not ring here.
const LOOK_ROUND: Duration = Duration::from_secs(5);
/// What is under way when the service has ended gets so long.
const FAREWELL: Duration = Duration::from_secs(9);

/// The running task.
#[derive(Debug)]
pub struct Worker {
    ending: Ending,
    task: JoinHandle<()>,
}

/// Tells the task to end, from any thread.
#[derive(Debug, Clone)]
pub struct Ending {
    env: Env,
    told: Arc<watch::Sender<bool>>,
}

impl Ending {
    /// After the mails that are under way; the rest is given back at once.
    pub fn tell(&self) {
        self.told.send_replace(true);
        self.env.outbox.ring();
    }
}

impl Worker {
    /// Starts it on the present runtime, if the service has anybody to deliver mails.
    pub fn start(service: &Service, rate: NonZeroU32) -> Option<Self> {
        let post = Arc::clone(service.post.as_ref()?);
        let (told, ending) = watch::channel(false);
        let task = rt::spawn(work(service.clone(), post, ending, rate));
        let ending = Ending {
            env: service.env.clone(),
            told: Arc::new(told),
        };
        Some(Self { ending, task })
    }

    pub fn ending(&self) -> Ending {
        self.ending.clone()
    }

    /// Ends it, unless it was told already, and waits for it.
    pub async fn stop(mut self) {
        self.ending.tell();
        if tokio::time::timeout(FAREWELL, &mut self.task)
            .await
            .is_err()
        {
            tracing::warn!("a mail was under way for too long; its lease ends by itself");
            self.task.abort();
        }
    }
}

async fn work(
    service: Service,
    post: Arc<Post>,
    mut ending: watch::Receiver<bool>,
    rate: NonZeroU32,
) {
    let told = ending.clone();
    let go_on = || !*told.borrow();
    while go_on() {
        let begun = Instant::now();
        let wait = match delivery::deliver_batch(&post, &go_on).await {
            Ok(done) => {
                if let Ok(metrics) = &service.ops.metrics {
                    count(metrics, &done);
                }
                if done.taken > 0 {
                    let pace = delivery::pace(&post, rate, &done);
                    let rest = pace.saturating_sub(begun.elapsed());
                    // Either is well: the rest over, or told to end.
                    let _ = tokio::time::timeout(rest, ending.wait_for(|told| *told)).await;
                    continue;
                }
                until_next(&post.db, &post.env).await
            }
            Err(error) => {
                tracing::warn!(%error, "mails could not be delivered");
                LOOK_ROUND
            }
        };
        if wait >= LOOK_ROUND {
            post.mailer.rest().await;
        }
        // A ring or the time, whatever is first; which of them does not matter.
        let _ = tokio::time::timeout(wait, post.env.outbox.rung()).await;
    }
    post.mailer.rest().await;
}

/// How long until something is due.
async fn until_next(db: &Db, env: &Env) -> Duration {
    let next = db.read(delivery::next_due).await.ok().flatten();
    next.map_or(LOOK_ROUND, |next| wait_for(&*env.clock, next))
}

/// How long that really is: under the time machine hours pass in moments.
fn wait_for(clock: &dyn Clock, next: DateTime<Utc>) -> Duration {
    let wait = clock.real(next - clock.now());
    // Not busier than ten times a second, should something due not be to be had.
    wait.clamp(Duration::from_millis(100), LOOK_ROUND)
}

fn count(metrics: &Metrics, done: &Delivered) {
    for (outcome, number) in [
        ("sent", done.sent),
        ("later", done.later),
        ("set_aside", done.set_aside),
        ("moot", done.moot),
        ("muted", done.muted),
        ("held", done.held),
    ] {
        metrics.mails(outcome, number);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail loudly")]
    use chrono::TimeDelta;
    use infra::clock::{ScaledClock, SteppedClock};

    use super::*;

    #[test]
    fn under_the_time_machine_an_hour_is_waited_for_a_second() {
        let now: DateTime<Utc> = "2026-11-20T06:30:00+07:00".parse().unwrap();
        let hour = now + TimeDelta::hours(1);
        let fast = wait_for(&ScaledClock::start(now, 3600), hour);
        assert!(fast <= Duration::from_secs(1), "{fast:?}");
        assert_eq!(wait_for(&SteppedClock::at(now), hour), LOOK_ROUND);
        let soon = now + TimeDelta::seconds(2);
        assert_eq!(
            wait_for(&SteppedClock::at(now), soon),
            Duration::from_secs(2)
        );
        assert_eq!(
            wait_for(&SteppedClock::at(hour), now),
            Duration::from_millis(100)
        );
    }
}
