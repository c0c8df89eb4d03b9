//! A world: one running service on a database of its own, with a clock that only tests move.

use std::net::{SocketAddr, TcpListener};
use std::num::{NonZeroU32, NonZeroUsize};
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::thread::JoinHandle;

use actix_web::dev::ServerHandle;
use api::app::Service;
use api::http::{Limits, PerMinute};
use api::schedule::Lane;
use chrono::TimeDelta;
use diesel::prelude::*;
use domain::time::to_rfc3339;
use infra::auth::{Keys, Tokens};
use infra::clock::SteppedClock;
use infra::db::schema::staff;
use infra::db::{Conn, Db};
use infra::dossier::{BrokenLink, verify_chains};
use infra::env::Env;
use infra::error::Error;
use infra::files::Files;
use infra::schedule::Turnstile;
use tempfile::TempDir;

use super::database::{Database, Held};
use super::program::program;
use super::{Client, Visitor, Which, at};

/// The morning on which every world begins: a Thursday; the Tuesday after it is a holiday.
const BEGINNING: &str = "2026-11-19 08:00";

/// Who issues the tokens; a process of its own that is to take them is told to bear this name.
pub const PUBLIC_URL: &str = "http://motcua.example";

/// A running service. Dropping it stops the service and removes its database.
pub struct World {
    pub service: Service,
    pub clock: SteppedClock,
    pub which: Which,
    running: Running,
    database: Database,
    folder: TempDir,
}

/// A server in a thread of its own.
struct Running {
    address: SocketAddr,
    /// One for all who talk to this server, so that connections are kept.
    http: reqwest::Client,
    handle: ServerHandle,
    thread: Option<JoinHandle<()>>,
}

impl World {
    /// Runs a test in a new world.
    pub fn run<F: Future<Output = ()>>(which: Which, body: impl FnOnce(Self) -> F) {
        if !which.is_left_out() {
            Self::open(which).live(body);
        }
    }

    /// Runs a test in this world.
    pub fn live<F: Future<Output = ()>>(self, body: impl FnOnce(Self) -> F) {
        let world = self;
        tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime")
            .block_on(body(world));
    }

    /// A new one, for a test that wants more than the one it is given.
    pub fn open(which: Which) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let database = Database::copy(which, folder.path());
        Self::begin(which, database, folder)
    }

    /// A service on a database that is there, with the rest of its data in `folder`.
    pub fn begin(which: Which, database: Database, folder: TempDir) -> Self {
        let clock = SteppedClock::at(at(BEGINNING));
        let service = service_of(&database, folder.path(), &clock, unlimited());
        let running = Running::start(service.clone());
        Self {
            service,
            clock,
            which,
            running,
            database,
            folder,
        }
    }

    /// The same database and folder under a new process, so to speak.
    pub fn restart(self) -> Self {
        self.restart_with(unlimited())
    }

    /// The same with limits for those who have no account.
    pub fn restart_with(self, per_minute: PerMinute) -> Self {
        let Self {
            service,
            clock,
            which,
            running,
            database,
            folder,
        } = self;
        drop(running);
        drop(service);
        let service = service_of(&database, folder.path(), &clock, per_minute);
        let running = Running::start(service.clone());
        Self {
            service,
            clock,
            which,
            running,
            database,
            folder,
        }
    }

    /// Stops the service, and leaves its database and folder to whoever comes next.
    pub fn close(self) -> (Database, TempDir) {
        let Self {
            service,
            running,
            database,
            folder,
            ..
        } = self;
        drop(running);
        drop(service);
        (database, folder)
    }

    /// Moves the clock to a local time such as `2026-11-20 08:00`.
    pub fn now(&self, text: &str) {
        self.clock.set(at(text));
    }

    pub fn pass(&self, time: TimeDelta) {
        self.clock.advance(time);
    }

    /// Somebody of the demo ward's staff, signed in.
    pub fn staff(&self, login: &str) -> Client {
        Client::of_staff(self, login)
    }

    /// Somebody without an account.
    pub fn visitor(&self) -> Visitor {
        Visitor::new(self.base(), self.running.http.clone())
    }

    /// The program `motcua` as a process of its own, on the same database and folder.
    pub fn program(&self) -> Command {
        program(&self.database, self.folder.path())
    }

    pub fn database(&self) -> &Database {
        &self.database
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub fn base(&self) -> String {
        format!("http://{}", self.running.address)
    }

    /// The public id of one of the staff.
    pub fn uid(&self, login: &str) -> String {
        let login = login.to_owned();
        self.read(move |conn| {
            Ok(staff::table
                .filter(staff::login.eq(login))
                .select(staff::uid)
                .first(conn)?)
        })
    }

    /// Somebody new with the office, department and roles of another.
    pub fn colleague(&self, of: &str, login: &str) -> Client {
        let uid = infra::ids::new_uid();
        self.meddle(&format!(
            "INSERT INTO staff (uid, login, display_name, office_id, department_id, \
               password_hash, created_at) \
             SELECT '{uid}', '{login}', '{login}', office_id, department_id, password_hash, \
               created_at FROM staff WHERE login = '{of}'; \
             INSERT INTO staff_roles (staff_id, role, office_id) \
             SELECT fresh.id, role, staff_roles.office_id FROM staff_roles \
               JOIN staff AS old ON old.id = staff_id AND old.login = '{of}' \
               JOIN staff AS fresh ON fresh.login = '{login}'"
        ));
        self.staff(login)
    }

    /// Lets somebody stand in for another from one local time to another.
    pub fn stands_in(&self, stand_in: &Client, absent: &Client, from: &str, to: &str) {
        let utc = |text: &str| at(text).format("%Y-%m-%d %H:%M:%S%.f").to_string();
        self.meddle(&format!(
            "INSERT INTO stand_ins (uid, absent_id, stand_in_id, from_at, to_at, created_by, \
               created_at) \
             SELECT '{}', absent.id, other.id, '{from}', '{to}', absent.id, '{now}' \
             FROM staff AS absent, staff AS other \
             WHERE absent.uid = '{}' AND other.uid = '{}'",
            infra::ids::new_uid(),
            absent.uid,
            stand_in.uid,
            from = utc(from),
            to = utc(to),
            now = infra::clock::Clock::now(&self.clock).format("%Y-%m-%d %H:%M:%S%.f"),
        ));
    }

    /// Looks into the database, past the service.
    pub fn read<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Conn) -> Result<T, Error> + Send + 'static,
    ) -> T {
        self.service.db.read_blocking(job).expect("a reading")
    }

    /// Changes the database past the service.
    pub fn meddle(&self, sql: &str) {
        self.database.meddle(sql);
    }

    /// The same where failing is the point.
    pub fn try_to_meddle(&self, sql: &str) -> Result<(), String> {
        self.database.try_to_meddle(sql)
    }

    /// Where the database is, for a process of its own.
    pub fn database_url(&self) -> String {
        self.database.url()
    }

    /// Keeps every intake waiting until the guard is dropped.
    pub fn hold(&self) -> Held {
        self.database.hold()
    }

    /// Another office's system, connected over an office of the ward.
    pub fn system(&self, office: &str) -> Client {
        let uid = infra::ids::new_uid();
        self.meddle(&format!(
            "INSERT INTO clients (uid, name, office_id, secret_hash, created_at) \
             SELECT '{uid}', 'Hệ thống khác', id, '', created_at FROM offices \
             WHERE code = '{office}'"
        ));
        Client::of_system(self, &uid)
    }

    /// Runs every background job once, whether or not it is due.
    pub fn tick(&self) {
        api::schedule::run_all_now(&self.service).expect("the jobs");
    }

    /// Runs the background jobs that are due by the clock; how many runs there were.
    pub fn run_due(&self) -> usize {
        run_due(&self.service)
    }

    /// Another server on the same database, by the same clock; nobody reaches it over HTTP.
    pub fn second_server(&self) -> Service {
        service_of(&self.database, self.folder.path(), &self.clock, unlimited())
    }

    /// Walks every chain of events: how many events there are, and what is broken.
    pub fn verify(&self) -> (u64, Vec<BrokenLink>) {
        let walked = self.read(|conn| verify_chains(conn, 0, 10_000));
        assert_eq!(walked.next, None, "more dossiers than one batch");
        (walked.events, walked.broken)
    }

    /// The present moment as the service writes it.
    pub fn time(&self) -> String {
        to_rfc3339(infra::clock::Clock::now(&self.clock))
    }
}

/// Lets a server look once at both lanes.
pub fn run_due(service: &Service) -> usize {
    let look = |lane| {
        let mut turnstile = Turnstile::new(&service.db);
        api::schedule::run_due(service, lane, &mut turnstile, false).expect("the jobs")
    };
    Lane::ALL.into_iter().map(look).sum()
}

/// The limits run by the machine's clock; no test of something else may meet them.
fn unlimited() -> PerMinute {
    let many = NonZeroU32::new(1_000_000).expect("not zero");
    PerMinute {
        look_up: many,
        miss: many,
        preview: many,
        login: many,
    }
}

/// A service of another process on the database and folder of a world.
pub fn service_on(database: &str, folder: &Path, clock: &SteppedClock) -> Service {
    service_of(&Database::elsewhere(database), folder, clock, unlimited())
}

fn service_of(
    database: &Database,
    folder: &Path,
    clock: &SteppedClock,
    per_minute: PerMinute,
) -> Service {
    let db = Db::open(&database.settings()).expect("the copied database");
    let keys = Keys::open(&folder.join("keys")).expect("keys");
    let files = Files::in_folder(&folder.join("attachments")).expect("a store");
    Service::new(
        db,
        Env::new(Arc::new(clock.clone())),
        Arc::new(Tokens::new(keys, PUBLIC_URL)),
        files,
        Limits::new(per_minute, Vec::new()),
        PUBLIC_URL,
    )
}

impl Running {
    fn start(service: Service) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        let (tell, told) = std::sync::mpsc::sync_channel(1);
        let thread = std::thread::spawn(move || {
            actix_web::rt::System::new().block_on(async move {
                let server = api::server::start(service, listener, Some(NonZeroUsize::MIN))
                    .expect("a server");
                tell.send(server.handle()).expect("a test that waits");
                server.await.expect("a server that ends well");
            });
        });
        let handle = told.recv().expect("a server that starts");
        Self {
            address,
            http: reqwest::Client::new(),
            handle,
            thread: Some(thread),
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // The command is sent at once; the thread that ends is the answer to it.
        drop(self.handle.stop(false));
        if let Some(thread) = self.thread.take() {
            let ended = thread.join();
            assert!(
                ended.is_ok() || std::thread::panicking(),
                "the server panicked"
            );
        }
    }
}
