//! A mail server that takes everything, or on its bad day nothing, and remembers when.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use super::time::At;

/// A mail that was taken over.
#[derive(Debug, Clone)]
pub struct Got {
    pub id: String,
    pub to: String,
    /// By the stepped clock.
    pub at: At,
    /// The whole message, of mails to the staff.
    pub text: Option<String>,
}

#[derive(Default)]
struct State {
    now: AtomicI64,
    down: AtomicBool,
    refused: AtomicU64,
    mails: Mutex<Vec<Got>>,
}

/// The server; its threads end with the process.
pub struct Sink {
    state: Arc<State>,
    pub port: u16,
}

impl Sink {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let state = Arc::new(State::default());
        let shared = Arc::clone(&state);
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let state = Arc::clone(&shared);
                // A client that is killed breaks its connection; nothing is to be done about it.
                std::thread::spawn(move || drop(converse(&state, &stream)));
            }
        });
        Self { state, port }
    }

    /// What time it is.
    pub fn now(&self, at: At, down: bool) {
        self.state.now.store(at, Ordering::Release);
        self.state.down.store(down, Ordering::Release);
    }

    /// How often it refused.
    pub fn refused(&self) -> u64 {
        self.state.refused.load(Ordering::Acquire)
    }

    /// Everything taken over so far.
    pub fn mails(&self) -> Vec<Got> {
        let mails = self.state.mails.lock();
        mails.unwrap_or_else(PoisonError::into_inner).clone()
    }
}

fn converse(state: &State, stream: &TcpStream) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let mut lines = BufReader::new(stream);
    let mut to = String::new();
    let say = |text: &str| {
        let mut out = stream;
        out.write_all(text.as_bytes())
    };
    say(if down(state) { REFUSAL } else { "220 sink\r\n" })?;
    let mut line = String::new();
    loop {
        line.clear();
        if lines.read_line(&mut line)? == 0 {
            return Ok(());
        }
        let word = line.get(..4).unwrap_or_default().to_ascii_uppercase();
        match word.as_str() {
            "EHLO" | "HELO" => say("250-sink\r\n250 8BITMIME\r\n")?,
            "MAIL" if down(state) => {
                say(REFUSAL)?;
                return Ok(());
            }
            "RCPT" => {
                let inner = line
                    .split_once('<')
                    .and_then(|(_, rest)| rest.split_once('>'));
                to = inner.map_or_else(String::new, |(address, _)| address.to_owned());
                say("250 ok\r\n")?;
            }
            "DATA" => {
                say("354 go on\r\n")?;
                let text = content(&mut lines)?;
                take(state, &to, text);
                say("250 taken\r\n")?;
            }
            "QUIT" => return say("221 bye\r\n"),
            _ => say("250 ok\r\n")?,
        }
    }
}

const REFUSAL: &str = "421 out of order\r\n";

fn down(state: &State) -> bool {
    let down = state.down.load(Ordering::Acquire);
    state.refused.fetch_add(u64::from(down), Ordering::AcqRel);
    down
}

/// The message up to its last dot; one that breaks off is none.
fn content(lines: &mut BufReader<&TcpStream>) -> std::io::Result<String> {
    let mut text = String::with_capacity(8192);
    loop {
        let begun = text.len();
        if lines.read_line(&mut text)? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        if text.get(begun..) == Some(".\r\n") {
            text.truncate(begun);
            return Ok(text);
        }
    }
}

fn take(state: &State, to: &str, text: String) {
    let head = text.split("\r\n\r\n").next().unwrap_or_default();
    let head = head.replace("\r\n ", " ");
    let field = |name: &str| {
        let found = head.lines().find_map(|line| line.strip_prefix(name));
        found.map_or_else(String::new, |value| value.trim().to_owned())
    };
    let got = Got {
        id: field("Message-ID:"),
        to: to.to_owned(),
        at: state.now.load(Ordering::Acquire),
        text: field("List-Id:").starts_with("<staff").then_some(text),
    };
    let mails = state.mails.lock();
    mails.unwrap_or_else(PoisonError::into_inner).push(got);
}
