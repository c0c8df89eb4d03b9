//! A server as a process of its own: this very program, started again with a database, a mail
//! server and a folder. It is told the time, looks, sends what there is, and sends what is left
//! when the other has looked as well.

use std::io::{BufRead as _, BufReader, Write as _};
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use api::app::Service;
use api::http::{Limits, PerMinute};
use api::schedule::{Cron, Lane, Timetable, run_due};
use infra::auth::{Keys, Tokens};
use infra::clock::SteppedClock;
use infra::db::{Db, DbSettings};
use infra::env::Env;
use infra::files::Files;
use infra::notification::Letterhead;
use infra::notification::delivery::{Post, SmtpMailer, SmtpSettings, deliver_due};
use infra::schedule::Turnstile;

use super::links::URL;
use super::time::{At, to_utc};

const DATABASE: &str = "MOTCUA_YEAR_DATABASE";
const SMTP_PORT: &str = "MOTCUA_YEAR_SMTP_PORT";
const FOLDER: &str = "MOTCUA_YEAR_FOLDER";
const CHAINS: &str = "MOTCUA_YEAR_CHAINS";
/// What stands before every line of ours: the runner of the tests writes lines, too.
const MARK: &str = "server:";
/// What it says when it has looked, and is told when both have.
const LOOKED: &str = "looked";
/// Longer than any step takes on any machine.
const PATIENCE: Duration = Duration::from_secs(120);
/// A step that takes longer than this is looked into.
const SLOW: Duration = Duration::from_secs(15);

/// Where a server finds everything.
#[derive(Debug, Clone)]
pub struct Place {
    pub database: String,
    pub smtp_port: u16,
    /// When the chains of events are walked.
    pub chains: String,
    /// What this program must be told to become a server.
    pub arguments: Vec<String>,
}

/// Serves if this process was started for it, and says whether it was.
pub fn serve_if_asked() -> bool {
    let set = |name| std::env::var(name).ok();
    let (Some(database), Some(port), Some(folder), Some(chains)) =
        (set(DATABASE), set(SMTP_PORT), set(FOLDER), set(CHAINS))
    else {
        return false;
    };
    serve(&database, &port, &PathBuf::from(folder), &chains);
    true
}

fn serve(database: &str, port: &str, folder: &Path, chains: &str) {
    let clock = SteppedClock::at(to_utc(0));
    let service = service_of(database, port, folder, chains, &clock);
    let post = Arc::clone(service.post.as_ref().expect("a worker"));
    let mut lanes = Lane::ALL.map(|lane| (lane, Turnstile::new(&service.db)));
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    say("ready");
    let deliver = || {
        let begun = Instant::now();
        let sent = runtime.block_on(deliver_due(&post, &|| true));
        (sent.expect("a delivery").sent, begun.elapsed())
    };
    let mut lines = std::io::stdin().lines().map_while(Result::ok);
    while let Some(line) = lines.next() {
        let at: At = line.parse().expect("a moment");
        clock.set(to_utc(at));
        let begun = Instant::now();
        let look = |(lane, turnstile): &mut (Lane, Turnstile)| {
            run_due(&service, *lane, turnstile, false).expect("the jobs")
        };
        let runs: usize = std::thread::scope(|scope| {
            let lanes = lanes.iter_mut().map(|lane| scope.spawn(|| look(lane)));
            let lanes: Vec<_> = lanes.collect();
            lanes
                .into_iter()
                .map(|lane| lane.join().expect("a lane"))
                .sum()
        });
        let looked = begun.elapsed();
        say(LOOKED);
        let (sent, took) = deliver();
        if lines.next().as_deref() != Some(LOOKED) {
            return;
        }
        let (more, longer) = deliver();
        let (looked, delivered) = (looked.as_micros(), (took + longer).as_micros());
        say(&format!("done {runs} {} {looked} {delivered}", sent + more));
    }
}

fn say(what: &str) {
    let mut out = std::io::stdout().lock();
    // The runner of the tests may have left a line unfinished.
    writeln!(out, "\n{MARK}{what}").expect("whoever started us");
    out.flush().expect("whoever started us");
}

fn service_of(
    database: &str,
    port: &str,
    folder: &Path,
    chains: &str,
    clock: &SteppedClock,
) -> Service {
    let many = NonZeroU32::new(1_000_000).expect("not zero");
    let limits = PerMinute {
        look_up: many,
        miss: many,
        preview: many,
        login: many,
    };
    let db = Db::open(&DbSettings::new(database)).expect("the database");
    let env = Env::new(Arc::new(clock.clone()));
    let settings = SmtpSettings::parse(&format!("smtp://127.0.0.1:{port}")).expect("a server");
    let mailer = SmtpMailer::new(settings).expect("a mailer");
    let head = Letterhead::new("Một cửa <motcua@phuong.example.vn>", None, URL);
    let post = Post::new(
        db.clone(),
        env.clone(),
        Arc::new(mailer),
        Arc::new(head.expect("a letterhead")),
    );
    let post = post
        .with_journal(&folder.join("outbox"))
        .expect("a journal");
    let mut timetable = Timetable::default();
    timetable.set("verify_chains", Some(Cron::parse(chains).expect("a time")));
    let keys = Keys::open(&folder.join("keys")).expect("keys");
    let files = Files::in_folder(&folder.join("attachments")).expect("a store");
    let tokens = Arc::new(Tokens::new(keys, URL));
    Service::new(db, env, tokens, files, Limits::new(limits, Vec::new()), URL)
        .with_timetable(timetable)
        .with_post(post)
}

/// A server as its supervisor sees it.
pub struct Server {
    place: Place,
    folder: PathBuf,
    running: Option<Running>,
}

struct Running {
    child: Child,
    input: ChildStdin,
    lines: Receiver<String>,
}

impl Server {
    pub fn start(place: &Place, folder: PathBuf) -> Self {
        let mut server = Self {
            place: place.clone(),
            folder,
            running: None,
        };
        server.start_again();
        server
    }

    pub fn start_again(&mut self) {
        let program = std::env::current_exe().expect("this program");
        let mut child = Command::new(program)
            .args(&self.place.arguments)
            .env(DATABASE, &self.place.database)
            .env(SMTP_PORT, self.place.smtp_port.to_string())
            .env(FOLDER, &self.folder)
            .env(CHAINS, &self.place.chains)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("a server");
        let input = child.stdin.take().expect("its input");
        let output = child.stdout.take().expect("its output");
        let (tell, lines) = channel();
        std::thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                let ours = line.strip_prefix(MARK);
                if ours.is_some_and(|line| tell.send(line.to_owned()).is_err()) {
                    return;
                }
            }
        });
        let running = Running {
            child,
            input,
            lines,
        };
        let ready = running.lines.recv_timeout(PATIENCE).expect("a server");
        assert_eq!(ready, "ready");
        self.running = Some(running);
    }

    /// Tells the time; the answers come later.
    pub fn go(&mut self, at: At) {
        self.tell(&at.to_string());
    }

    /// Tells that both have looked.
    pub fn both_looked(&mut self) {
        self.tell(LOOKED);
    }

    fn tell(&mut self, what: &str) {
        if let Some(running) = &mut self.running {
            writeln!(running.input, "{what}").expect("a server that listens");
        }
    }

    /// Waits until it has looked. `slow` is called once when that takes strangely long.
    pub fn looked(&mut self, slow: impl FnOnce()) {
        if let Some(line) = self.answer(slow) {
            assert_eq!(line, LOOKED);
        }
    }

    /// Waits until it has sent what was left; runs, mails, and microseconds for either.
    pub fn done(&mut self, slow: impl FnOnce()) -> [u64; 4] {
        let Some(line) = self.answer(slow) else {
            return [0; 4];
        };
        let figures = line.strip_prefix("done ").expect("figures");
        let figures: Vec<u64> = figures.split(' ').map(|one| one.parse().unwrap()).collect();
        figures.try_into().expect("four figures")
    }

    fn answer(&mut self, slow: impl FnOnce()) -> Option<String> {
        let running = self.running.as_mut()?;
        let line = running.lines.recv_timeout(SLOW).or_else(|_| {
            slow();
            running.lines.recv_timeout(PATIENCE)
        });
        Some(line.expect("a server"))
    }

    /// Kills it at `moment`, unless it answers before; whether it was killed.
    pub fn kill_at(&mut self, moment: Instant) -> bool {
        let Some(mut running) = self.running.take() else {
            return false;
        };
        let left = moment.saturating_duration_since(Instant::now());
        match running.lines.recv_timeout(left) {
            Err(RecvTimeoutError::Timeout) => {
                running.child.kill().expect("SIGKILL");
                running.child.wait().expect("its end");
                true
            }
            _ => {
                self.running = Some(running);
                false
            }
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(mut running) = self.running.take() {
            // Gone already, or not: either is well.
            let _ = running.child.kill();
            let _ = running.child.wait();
        }
    }
}
