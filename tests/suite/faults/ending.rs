//! SIGTERM while what the service depends on hangs: it ends in ten seconds all the same.

use std::net::TcpListener;
use std::time::{Duration, Instant};

use infra::clock::{Clock as _, SystemClock};

use super::process::{Process, serve};
use crate::support::{MARITAL_STATUS, Staff, Which, World, registered};

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
        assert!(
            since.elapsed() < Duration::from_secs(10),
            "{:?}",
            since.elapsed()
        );
        drop(held);
    });
}
