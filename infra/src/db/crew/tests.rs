//! What begins when: the order of jobs, and the thread that writes leave to reads.

#![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};

use super::*;

/// Longer than any of these takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

fn crew(hands: u32, limit: usize) -> Crew {
    Crew::new(hands, limit, PATIENCE)
}

/// A job that says when it begins, and ends when this is dropped.
struct Held {
    begun: Receiver<()>,
    _end: Sender<()>,
    place: Place,
}

impl Held {
    fn begins(&self) {
        self.begun.recv_timeout(PATIENCE).unwrap();
    }

    fn has_begun(&self) -> bool {
        self.begun.try_recv().is_ok()
    }
}

fn held(crew: &Crew, kind: JobKind) -> Held {
    let (tell, begun) = channel();
    let (end, ended) = channel::<()>();
    let task = Box::new(move || {
        // A test that failed wants neither.
        let _ = tell.send(());
        let _ = ended.recv();
    });
    Held {
        begun,
        _end: end,
        place: crew.shared.submit(kind, task).unwrap(),
    }
}

fn under_way(crew: &Crew, kind: JobKind) -> Held {
    let held = held(crew, kind);
    held.begins();
    held
}

/// A job that only tells that it was done.
fn told(crew: &Crew, kind: JobKind, name: &'static str, tell: &Sender<&'static str>) -> Place {
    let tell = tell.clone();
    let task = Box::new(move || tell.send(name).unwrap());
    crew.shared.submit(kind, task).unwrap()
}

fn all(said: &Receiver<&'static str>, count: usize) -> Vec<&'static str> {
    let next = |_| said.recv_timeout(PATIENCE).unwrap();
    (0..count).map(next).collect()
}

#[test]
fn writes_that_wait_for_a_lock_leave_a_thread_to_reads() {
    let crew = crew(3, 10);
    let first = under_way(&crew, JobKind::Write);
    let _second = under_way(&crew, JobKind::Write);
    let third = held(&crew, JobKind::Write);
    for _ in 0..3 {
        let _read = under_way(&crew, JobKind::Read);
    }
    assert!(!third.has_begun(), "it took the thread of the reads");
    assert_eq!(crew.waiting(), 1);
    assert!(crew.is_busy());
    drop(first);
    third.begins();
    assert_eq!(crew.waiting(), 0);
}

#[test]
fn a_crew_of_two_writes_with_both() {
    let crew = crew(2, 10);
    let _writes = [JobKind::Write; 2].map(|kind| under_way(&crew, kind));
}

#[test]
fn jobs_begin_in_the_order_in_which_they_came() {
    let crew = crew(1, 10);
    let busy = under_way(&crew, JobKind::Write);
    let (tell, said) = channel();
    let _places = [
        told(&crew, JobKind::Write, "first", &tell),
        told(&crew, JobKind::Read, "second", &tell),
        told(&crew, JobKind::Read, "third", &tell),
        told(&crew, JobKind::Write, "fourth", &tell),
    ];
    drop(busy);
    assert_eq!(all(&said, 4), ["first", "second", "third", "fourth"]);
}

#[test]
fn reads_pass_writes_that_may_not_begin_and_each_kind_keeps_its_order() {
    let crew = crew(3, 10);
    let _stuck = under_way(&crew, JobKind::Write);
    let slow = under_way(&crew, JobKind::Write);
    let busy = under_way(&crew, JobKind::Read);
    let (tell, said) = channel();
    let _places = [
        told(&crew, JobKind::Write, "write", &tell),
        told(&crew, JobKind::Read, "read", &tell),
        told(&crew, JobKind::Write, "next write", &tell),
        told(&crew, JobKind::Read, "next read", &tell),
    ];
    drop(busy);
    assert_eq!(all(&said, 2), ["read", "next read"]);
    drop(slow);
    assert_eq!(all(&said, 2), ["write", "next write"]);
}

#[test]
fn writes_that_fill_their_queue_turn_no_read_away() {
    let crew = crew(1, 1);
    let _busy = under_way(&crew, JobKind::Write);
    let _waiting = held(&crew, JobKind::Write);
    let refused = crew.shared.submit(JobKind::Write, Box::new(|| ()));
    assert!(matches!(refused, Err(Unavailable::QueueFull)));
    let _read = held(&crew, JobKind::Read);
    assert_eq!(crew.waiting(), 2);
}

#[test]
fn a_job_is_taken_back_until_it_has_begun() {
    let crew = crew(1, 10);
    let busy = under_way(&crew, JobKind::Write);
    let _before = held(&crew, JobKind::Write);
    let gone = held(&crew, JobKind::Write);
    let after = held(&crew, JobKind::Read);
    assert!(gone.place.give_up());
    assert!(!gone.place.give_up());
    assert!(!busy.place.give_up(), "it had begun");
    assert_eq!(crew.waiting(), 2);
    assert!(after.place.give_up());
    assert!(gone.begun.recv_timeout(PATIENCE).is_err(), "it was run");
}

/// A call that woke a thread for nothing would leave a job behind.
#[test]
fn no_job_is_forgotten_and_never_do_all_threads_write() {
    let crew = crew(4, 10_000);
    let writing = Arc::new(AtomicUsize::new(0));
    let (tell, said) = channel();
    let submit = |number: usize| {
        let (tell, writing) = (tell.clone(), Arc::clone(&writing));
        if number.is_multiple_of(3) {
            let task = Box::new(move || tell.send(0).unwrap());
            return crew.shared.submit(JobKind::Read, task).unwrap();
        }
        let task = Box::new(move || {
            let beside = writing.fetch_add(1, Ordering::SeqCst);
            std::thread::yield_now();
            writing.fetch_sub(1, Ordering::SeqCst);
            tell.send(beside + 1).unwrap();
        });
        crew.shared.submit(JobKind::Write, task).unwrap()
    };
    let _places: Vec<Place> = (0..5_000).map(submit).collect();
    let next = |_| said.recv_timeout(PATIENCE).unwrap();
    let most = (0..5_000).map(next).max();
    assert!(most <= Some(3), "{most:?} at a time");
    assert_eq!(crew.waiting(), 0);
}
