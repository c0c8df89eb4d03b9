//! `motcua serve` as a process: started, watched through its log, killed.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use crate::support::{Database, PUBLIC_URL, program};

/// A process of the service; killed when dropped.
pub struct Process {
    child: Child,
    /// Its log, line by line; ends with it.
    log: Receiver<String>,
    /// What it said so far, for whoever has to find out.
    said: String,
}

/// How far a start has come.
pub enum Start {
    Serves(SocketAddr),
    NotYet,
    /// It ended, for want of a database that answers.
    GivenUp,
}

impl Start {
    /// Fails unless it serves.
    #[track_caller]
    pub fn address(self) -> SocketAddr {
        match self {
            Self::Serves(address) => address,
            Self::NotYet | Self::GivenUp => panic!("no service"),
        }
    }
}

/// The last words of a program whose database took too long to let it in.
const NO_DATABASE: &str = "timeout expired";

/// How the service is run on a database and folder, on a port that the system chooses.
pub fn serve(database: &Database, folder: &Path) -> Command {
    let mut command = program(database, folder);
    command
        .arg("serve")
        .env("MOTCUA_LISTEN", "127.0.0.1:0")
        .env("MOTCUA_PUBLIC_URL", PUBLIC_URL)
        .env("MOTCUA_LOG", "warn,api::cli=info")
        .env("MOTCUA_LOG_FORMAT", "json");
    command
}

impl Process {
    pub fn spawn(mut command: Command) -> Self {
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program");
        let lines = BufReader::new(child.stderr.take().expect("its log")).lines();
        let (tell, log) = channel();
        // Read to its end, so that the process never waits for a reader.
        std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                drop(tell.send(line));
            }
        });
        Self {
            child,
            log,
            said: String::new(),
        }
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Waits until it serves, at most until a moment.
    pub fn serves_by(&mut self, moment: Instant) -> Start {
        loop {
            let left = moment.saturating_duration_since(Instant::now());
            match self.log.recv_timeout(left) {
                Ok(line) => {
                    if let Some(address) = serving(&line) {
                        return Start::Serves(address);
                    }
                    self.said.push_str(&line);
                    self.said.push('\n');
                }
                Err(RecvTimeoutError::Timeout) => return Start::NotYet,
                Err(RecvTimeoutError::Disconnected) => {
                    let known = self.said.contains(NO_DATABASE);
                    assert!(known, "it ended before it served:\n{}", self.said);
                    return Start::GivenUp;
                }
            }
        }
    }

    /// Whether it has not ended.
    pub fn lives(&mut self) -> bool {
        self.child.try_wait().expect("a process").is_none()
    }

    /// SIGTERM, and the wait for its end: whether that was a good one.
    pub fn ends(&mut self) -> bool {
        let mut kill = Command::new("bash");
        kill.args(["-c", "kill -s TERM \"$0\"", &self.id().to_string()]);
        assert!(kill.status().expect("bash").success(), "no signal");
        self.child.wait().expect("an end").success()
    }

    /// SIGKILL, now. What it logged at last tells of its errors.
    pub fn kill(mut self) -> String {
        assert!(self.lives(), "it ended by itself:\n{}", self.rest());
        self.child.kill().expect("a process");
        self.child.wait().expect("an end");
        self.rest()
    }

    /// Of a process that ended: its log ends, too.
    fn rest(&mut self) -> String {
        let mut said = std::mem::take(&mut self.said);
        for line in &self.log {
            said.push_str(&line);
            said.push('\n');
        }
        said
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn serving(line: &str) -> Option<SocketAddr> {
    let said: serde_json::Value = serde_json::from_str(line).ok()?;
    let listen = said["listen"].as_str()?;
    line.contains("\"serving\"")
        .then(|| listen.parse().expect("an address"))
}

/// Whether it says that it is ready.
pub fn is_ready(address: SocketAddr) -> bool {
    let ask = || -> std::io::Result<bool> {
        let mut stream = TcpStream::connect(address)?;
        stream.set_read_timeout(Some(Duration::from_secs(10)))?;
        write!(
            stream,
            "GET /readyz HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n"
        )?;
        let mut start = [0; 12];
        stream.read_exact(&mut start)?;
        Ok(start.ends_with(b"200"))
    };
    ask().unwrap_or(false)
}
