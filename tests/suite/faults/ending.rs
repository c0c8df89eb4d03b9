//! SIGTERM while what the service depends on hangs: it ends in ten seconds all the same.

use std::fs::OpenOptions;
use std::io::{BufRead as _, BufReader, ErrorKind, Write as _};
use std::net::TcpListener;
use std::os::unix::fs::OpenOptionsExt as _;
use std::process::{Child, ChildStderr, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use diesel::PgConnection;
use diesel::connection::{Connection as _, SimpleConnection as _};
use infra::clock::{Clock as _, SystemClock};

use super::process::{Process, serve};
use crate::support::{Database, MARITAL_STATUS, Staff, Which, World, registered};

const LIMIT: Duration = Duration::from_secs(10);

#[test]
fn a_mail_server_that_says_nothing_holds_nobody_up() {
    World::run(Which::Sqlite, async |world| {
        world.clock.set(SystemClock.now());
        let clerk = Staff::of(&world).clerk;
        let (database, folder) = world.close();
        database.in_earnest();
        let silent = TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("smtp://{}", silent.local_addr().expect("an address"));
        let mut command = serve(&database, folder.path());
        command
            .env("MOTCUA_SMTP_URL", url)
            .env("MOTCUA_MAIL_FROM", "motcua@phuong.example.vn");
        let mut process = Process::spawn(command);
        let patience = Instant::now() + Duration::from_secs(30);
        let address = process.serves_by(patience).address();
        registered(&clerk.at(&format!("http://{address}")), MARITAL_STATUS).await;
        let held = silent.accept().expect("a mail under way");
        let since = Instant::now();
        assert!(process.ends(), "it did not end well");
        assert!(since.elapsed() < LIMIT, "{:?}", since.elapsed());
        drop(held);
    });
}

/// The lock under which servers migrate in turns.
const MIGRATES: i64 = 0x6d6f_7463_7561;

/// Until a server waits for that lock of this database.
const SOMEBODY_WAITS: &str = "SET statement_timeout = '60s'; \
    DO $$ BEGIN WHILE NOT EXISTS ( \
        SELECT 1 FROM pg_locks JOIN pg_database ON pg_database.oid = pg_locks.database \
        WHERE datname = current_database() AND locktype = 'advisory' AND NOT granted \
    ) LOOP END LOOP; END $$";

/// As the first process of a container it would hear no signal that it did not ask for. Here it would
/// end of that one, too, but not well.
#[test]
fn a_server_that_still_migrates_ends_at_once() {
    if Which::Postgres.is_left_out() {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let database = Database::empty(Which::Postgres, folder.path());
    let mut other = PgConnection::establish(&database.url).expect("the test server");
    let locked = other.batch_execute(&format!("SELECT pg_advisory_lock({MIGRATES})"));
    locked.expect("a lock");
    let mut process = Process::spawn(serve(&database, folder.path()));
    let waits = other.batch_execute(SOMEBODY_WAITS);
    waits.expect("a server that waits for the lock");
    let since = Instant::now();
    assert!(process.ends(), "it did not end well");
    assert!(since.elapsed() < LIMIT, "{:?}", since.elapsed());
}

/// A service whose log is read up to the line that says that it serves, and no further.
struct Unread {
    child: Child,
    /// Kept, so that who writes waits instead of being refused.
    _log: BufReader<ChildStderr>,
}

impl Unread {
    fn spawn(mut command: Command) -> Self {
        let log = command.stdout(Stdio::null()).stderr(Stdio::piped());
        let mut child = log.spawn().expect("the program");
        let mut log = BufReader::new(child.stderr.take().expect("its log"));
        let mut line = String::new();
        while !line.contains("\"serving\"") {
            line.clear();
            let read = log.read_line(&mut line).expect("its log");
            assert!(read > 0, "it ended before it served");
        }
        Self { child, _log: log }
    }

    /// Leaves no room for another byte in its log.
    fn fill_log(&self) {
        const O_NONBLOCK: i32 = 0o4000;
        let pipe = format!("/proc/{}/fd/2", self.child.id());
        let mut own_end = OpenOptions::new();
        let opened = own_end.write(true).custom_flags(O_NONBLOCK).open(pipe);
        let mut pipe = opened.expect("the pipe of its log");
        for piece in [&[b'\n'; 512][..], b"\n"] {
            let full = loop {
                if let Err(error) = pipe.write(piece) {
                    break error;
                }
            };
            assert_eq!(full.kind(), ErrorKind::WouldBlock, "{full}");
        }
    }

    fn terminate(&self) {
        let mut kill = Command::new("bash");
        kill.args(["-c", "kill -s TERM \"$0\"", &self.child.id().to_string()]);
        assert!(kill.status().expect("bash").success(), "no signal");
    }

    fn ends_within(&mut self, limit: Duration) -> ExitStatus {
        let since = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().expect("a process") {
                return status;
            }
            assert!(since.elapsed() < limit, "it goes on");
            std::thread::yield_now();
        }
    }
}

impl Drop for Unread {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn a_log_that_nobody_reads_holds_nobody_up() {
    let folder = tempfile::tempdir().expect("a folder");
    let database = Database::empty(Which::Sqlite, folder.path());
    let mut service = Unread::spawn(serve(&database, folder.path()));
    service.fill_log();
    service.terminate();
    let status = service.ends_within(LIMIT);
    assert!(status.success(), "{status}");
}
