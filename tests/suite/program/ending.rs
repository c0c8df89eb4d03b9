//! SIGTERM: requests under way are answered, nobody new is let in, and it is over in ten seconds.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use super::{Demo, line_with, within};

const LIMIT: Duration = Duration::from_secs(10);

/// A question to the calculator, of which the last letters are still to come.
struct Slow {
    stream: TcpStream,
    rest: &'static str,
}

const QUESTION: &str = r#"{"office":"H29.23","received_at":"2026-11-20T16:30:00+07:00","time_limit":{"unit":"working_days","amount":3}}"#;

impl Slow {
    fn begin(demo: &Demo) -> Self {
        let mut stream = connect(demo);
        let (begun, rest) = QUESTION.split_at(40);
        write!(
            stream,
            "POST /api/v1/deadlines/preview HTTP/1.1\r\nHost: {}\r\nExpect: 100-continue\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n",
            demo.address,
            QUESTION.len()
        )
        .expect("a service that listens");
        // Whoever is told to go on has a request under way.
        let mut told = [0; 25];
        stream.read_exact(&mut told).expect("an answer");
        assert_eq!(&told, b"HTTP/1.1 100 Continue\r\n\r\n");
        stream
            .write_all(begun.as_bytes())
            .expect("a service that listens");
        Self { stream, rest }
    }

    fn finish(mut self) -> String {
        let sent = self.stream.write_all(self.rest.as_bytes());
        sent.expect("a service that listens");
        let mut answer = String::new();
        self.stream.read_to_string(&mut answer).expect("an answer");
        answer
    }
}

fn connect(demo: &Demo) -> TcpStream {
    let stream = TcpStream::connect(demo.address).expect("a service");
    let patience = Some(Duration::from_secs(30));
    stream.set_read_timeout(patience).expect("a time limit");
    stream
}

/// Until the system says that nobody listens; the door closes a moment after the signal.
fn refuses_newcomers(demo: &Demo) {
    let since = Instant::now();
    while TcpStream::connect(demo.address).is_ok() {
        within(Duration::from_secs(5), since, "closing the door");
        std::thread::yield_now();
    }
}

#[test]
fn a_request_under_way_is_answered_after_the_signal_and_nobody_new_is_let_in() {
    let mut demo = Demo::start();
    let slow = Slow::begin(&demo);
    let since = Instant::now();
    demo.signal("TERM");
    line_with(&mut demo.log, "\"ending\"");
    refuses_newcomers(&demo);
    let answer = slow.finish();
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    assert!(answer.contains("2026-11-26T17:00:00+07:00"), "{answer}");
    assert!(demo.end(), "it did not end well");
    within(LIMIT, since, "the end");
}

/// A proxy keeps its connections; they must not hold up the end.
#[test]
fn connections_that_ask_nothing_hold_nobody_up() {
    let mut demo = Demo::start();
    let mut kept = connect(&demo);
    write!(
        kept,
        "GET /healthz HTTP/1.1\r\nHost: {}\r\n\r\n",
        demo.address
    )
    .expect("a service");
    let mut start = [0; 15];
    kept.read_exact(&mut start).expect("an answer");
    assert_eq!(&start, b"HTTP/1.1 200 OK");
    let silent = connect(&demo);
    let since = Instant::now();
    demo.signal("TERM");
    assert!(demo.end(), "it did not end well");
    within(LIMIT, since, "the end");
    drop((kept, silent));
}

#[test]
fn a_request_that_never_ends_is_cut_off_in_time() {
    let mut demo = Demo::start();
    let slow = Slow::begin(&demo);
    let since = Instant::now();
    demo.signal("TERM");
    assert!(demo.end(), "it did not end well");
    within(LIMIT, since, "the end");
    drop(slow);
}

#[test]
fn who_asks_twice_does_not_wait() {
    let mut demo = Demo::start();
    let slow = Slow::begin(&demo);
    let since = Instant::now();
    demo.signal("TERM");
    line_with(&mut demo.log, "\"ending\"");
    demo.signal("TERM");
    assert!(!demo.end(), "it was interrupted, and does not say so");
    within(Duration::from_secs(4), since, "the end");
    drop(slow);
}
