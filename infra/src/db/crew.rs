//! The threads in front of the pool, as many as it has connections: whoever is done with a job
//! takes the next at once, so no connection rests while somebody waits. Writes leave one thread to
//! reads. Bounded, so that a slow database turns requests away.

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
    /// Jobs of each kind that may wait.
    limit: usize,
}

/// What a job may have to wait for once it has begun.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum JobKind {
    /// For no other job.
    Read,
    /// For a lock that another has. Many may wait for the same one, so they never take all threads.
    Write,
}

#[derive(Default)]
struct State {
    reads: Queue,
    writes: Queue,
    /// Names the jobs of both kinds, in the order in which they came.
    last: u64,
    threads: usize,
    /// Threads at a job.
    busy: usize,
    /// Threads at a write.
    writing: usize,
    /// Threads that may be at a write.
    writers: usize,
    ended: bool,
}

/// Jobs that wait, by ascending name.
type Queue = VecDeque<(u64, Task)>;
type Task = Box<dyn FnOnce() + Send>;

impl Crew {
    pub(super) fn new(connections: u32, limit: usize, timeout: Duration) -> Self {
        let hands = usize::try_from(connections).unwrap_or(usize::MAX).max(1);
        let state = State {
            // Of two, one for reads alone would halve what is written.
            writers: if hands > 2 { hands - 1 } else { hands },
            ..State::default()
        };
        let shared = Shared {
            state: Mutex::new(state),
            called: Condvar::new(),
            hands,
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
        let state = self.shared.state();
        state.reads.len() + state.writes.len()
    }

    /// Runs `job` on a thread, once one is free. A job whose caller goes away before it began is
    /// not run.
    pub(super) async fn run<T, E>(
        &self,
        pool: &Pool,
        kind: JobKind,
        job: impl FnOnce() -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Unavailable> + Send + 'static,
    {
        let (reply, mut answer) = oneshot::channel();
        // A caller that went away wants no answer.
        let task: Task = Box::new(move || drop(reply.send(job())));
        let place = self.shared.submit(kind, task)?;
        let answered = match tokio::time::timeout(self.timeout, &mut answer).await {
            Ok(answered) => answered,
            Err(_) if place.give_up() => return Err(pool.why_unavailable().into()),
            // Begun, so it is waited for.
            Err(_) => answer.await,
        };
        // Its thread panicked outside of the job, maybe after that was kept.
        let lost = match kind {
            JobKind::Read => Unavailable::Away,
            JobKind::Write => Unavailable::Unknown,
        };
        answered.unwrap_or_else(|_| Err(lost.into()))
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

    fn submit(self: &Arc<Self>, kind: JobKind, task: Task) -> Result<Place, Unavailable> {
        let mut state = self.state();
        let may_begin = state.room_for(kind) > state.queue(kind).len();
        if may_begin && state.ready() >= state.free() && state.threads < self.hands {
            self.hire(&mut state)?;
        }
        let room = state.room_for(kind).min(state.free());
        if state.queue(kind).len() >= self.limit.saturating_add(room) {
            return Err(Unavailable::QueueFull);
        }
        state.last += 1;
        let name = state.last;
        state.queue(kind).push_back((name, task));
        drop(state);
        // Whoever ends a write finds the next one itself, so no call is spent on one that may not
        // begin; and any thread may take a job that may, so none is lost on the wrong thread.
        if may_begin {
            self.called.notify_one();
        }
        Ok(Place {
            shared: Arc::clone(self),
            kind,
            name,
        })
    }

    /// One more thread; without it the others go on, if there are any.
    fn hire(self: &Arc<Self>, state: &mut State) -> Result<(), Unavailable> {
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
        Ok(())
    }

    fn work(&self) {
        let mut state = self.state();
        loop {
            if let Some((kind, task)) = state.begin() {
                drop(state);
                // Jobs catch their own panics; this is for an answer or a destructor that panics.
                if catch_unwind(AssertUnwindSafe(task)).is_err() {
                    tracing::error!("a thread of the database recovered from a panic");
                }
                state = self.state();
                state.end(kind);
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

impl State {
    fn queue(&mut self, kind: JobKind) -> &mut Queue {
        match kind {
            JobKind::Read => &mut self.reads,
            JobKind::Write => &mut self.writes,
        }
    }

    /// Threads without a job.
    fn free(&self) -> usize {
        self.threads - self.busy
    }

    /// How many jobs of this kind may begin, if each finds a thread.
    fn room_for(&self, kind: JobKind) -> usize {
        match kind {
            JobKind::Read => usize::MAX,
            JobKind::Write => self.writers - self.writing,
        }
    }

    /// How many jobs wait for nothing but a thread.
    fn ready(&self) -> usize {
        let writes = self.writes.len().min(self.room_for(JobKind::Write));
        self.reads.len() + writes
    }

    /// Takes the job that came first, past writes that may not begin.
    fn begin(&mut self) -> Option<(JobKind, Task)> {
        let first = |queue: &Queue| queue.front().map(|(name, _)| *name);
        let read = first(&self.reads).map(|name| (name, JobKind::Read));
        let write = first(&self.writes).map(|name| (name, JobKind::Write));
        let write = write.filter(|_| self.room_for(JobKind::Write) > 0);
        let first_of_both = read.into_iter().chain(write).min_by_key(|(name, _)| *name);
        let (_, kind) = first_of_both?;
        let (_, task) = self.queue(kind).pop_front()?;
        self.busy += 1;
        if kind == JobKind::Write {
            self.writing += 1;
        }
        Some((kind, task))
    }

    fn end(&mut self, kind: JobKind) {
        self.busy -= 1;
        if kind == JobKind::Write {
            self.writing -= 1;
        }
    }
}

/// A job's place in the queue; who drops it before the job began takes the job back.
struct Place {
    shared: Arc<Shared>,
    kind: JobKind,
    name: u64,
}

impl Place {
    /// Takes the job back; false when it has begun.
    fn give_up(&self) -> bool {
        let mut state = self.shared.state();
        let queue = state.queue(self.kind);
        let place = queue.binary_search_by_key(&self.name, |(name, _)| *name);
        let task = place.ok().and_then(|place| queue.remove(place));
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

#[cfg(test)]
mod tests;
