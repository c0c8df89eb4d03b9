//! The threads in front of the pool, as many as it has connections: whoever is done with a job
//! takes the next at once, so no connection rests while somebody waits. Bounded, so that a slow
//! database turns requests away.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::oneshot;

use super::error::Unavailable;
use super::pool::Pool;

pub(super) struct Crew {
    shared: Arc<Shared>,
    timeout: Duration,
}

struct Shared {
    state: Mutex<State>,
    called: Condvar,
    /// Threads at most.
    hands: usize,
    /// Jobs that may wait.
    limit: usize,
}

#[derive(Default)]
struct State {
    queue: VecDeque<(u64, Task)>,
    /// Names the jobs.
    last: u64,
    threads: usize,
    /// Threads at a job.
    busy: usize,
    ended: bool,
}

type Task = Box<dyn FnOnce() + Send>;

impl Crew {
    pub(super) fn new(connections: u32, limit: usize, timeout: Duration) -> Self {
        let shared = Shared {
            state: Mutex::default(),
            called: Condvar::new(),
            hands: usize::try_from(connections).unwrap_or(usize::MAX).max(1),
            limit,
        };
        Self {
            shared: Arc::new(shared),
            timeout,
        }
    }

    /// Whether fewer than half of the threads are free.
    pub(super) fn is_busy(&self) -> bool {
        let busy = self.shared.state().busy;
        busy.saturating_mul(2) > self.shared.hands
    }

    pub(super) fn waiting(&self) -> usize {
        self.shared.state().queue.len()
    }

    /// Runs `job` on a thread, once one is free. A job whose caller goes away before it began is
    /// not run.
    pub(super) async fn run<T, E>(
        &self,
        pool: &Pool,
        job: impl FnOnce() -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Unavailable> + Send + 'static,
    {
        let (reply, mut answer) = oneshot::channel();
        // A caller that went away wants no answer.
        let task: Task = Box::new(move || drop(reply.send(job())));
        let place = self.shared.submit(task)?;
        let answered = match tokio::time::timeout(self.timeout, &mut answer).await {
            Ok(answered) => answered,
            Err(_) if place.give_up() => return Err(pool.why_unavailable().into()),
            // Begun, so it is waited for.
            Err(_) => answer.await,
        };
        answered.unwrap_or_else(|_| Err(Unavailable::Away.into()))
    }
}

impl Drop for Crew {
    fn drop(&mut self) {
        self.shared.state().ended = true;
        self.shared.called.notify_all();
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn submit(self: &Arc<Self>, task: Task) -> Result<Place, Unavailable> {
        let mut state = self.state();
        let free = state.threads - state.busy;
        if state.queue.len() >= free && state.threads < self.hands {
            let crew = Arc::clone(self);
            let hired = std::thread::Builder::new()
                .name("motcua-db".into())
                .spawn(move || crew.work());
            match hired {
                Ok(_) => state.threads += 1,
                Err(error) if state.threads == 0 => {
                    tracing::error!(%error, "no thread for the database");
                    return Err(Unavailable::Away);
                }
                Err(error) => tracing::warn!(%error, "no further thread for the database"),
            }
        }
        let free = state.threads - state.busy;
        if state.queue.len() >= self.limit.saturating_add(free) {
            return Err(Unavailable::QueueFull);
        }
        state.last += 1;
        let name = state.last;
        state.queue.push_back((name, task));
        drop(state);
        self.called.notify_one();
        Ok(Place {
            shared: Arc::clone(self),
            name,
        })
    }

    fn work(&self) {
        let mut state = self.state();
        loop {
            if let Some((_, task)) = state.queue.pop_front() {
                state.busy += 1;
                drop(state);
                // Jobs catch their own panics; this is for an answer or a destructor that panics.
                if catch_unwind(AssertUnwindSafe(task)).is_err() {
                    tracing::error!("a thread of the database recovered from a panic");
                }
                state = self.state();
                state.busy -= 1;
                continue;
            }
            if state.ended {
                return;
            }
            let waited = self.called.wait(state);
            state = waited.unwrap_or_else(PoisonError::into_inner);
        }
    }
}

/// A job's place in the queue; who drops it before the job began takes the job back.
struct Place {
    shared: Arc<Shared>,
    name: u64,
}

impl Place {
    /// Takes the job back; false when it has begun.
    fn give_up(&self) -> bool {
        let mut state = self.shared.state();
        let place = state.queue.iter().position(|(name, _)| *name == self.name);
        let task = place.and_then(|place| state.queue.remove(place));
        // What it holds is dropped without the lock.
        drop(state);
        task.is_some()
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.give_up();
    }
}
