//! A worker in a process of its own, to be killed: this very program, started again with orders in
//! its environment. Without them, as in any other run, it has nothing to do.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use infra::clock::Clock as _;
use infra::db::Db;
use infra::env::Env;
use infra::notification::Letterhead;
use infra::notification::delivery::{Post, SmtpMailer, SmtpSettings};

use super::{FROM, MailServer};
use crate::support::World;

const DATABASE: &str = "MOTCUA_TEST_WORK_ON";
const FOLDER: &str = "MOTCUA_TEST_WORK_IN";
const SERVER: &str = "MOTCUA_TEST_WORK_FOR";
const JOURNAL: &str = "MOTCUA_TEST_WORK_WITH_JOURNAL";
const NOW: &str = "MOTCUA_TEST_WORK_AT";

/// What the worker is told.
pub struct Orders {
    pub database: String,
    pub folder: PathBuf,
    /// Of the mail server.
    pub server: String,
    pub journal: bool,
    pub now: DateTime<Utc>,
}

impl Orders {
    /// To work on a world at its present moment.
    pub fn on(world: &World, server: &MailServer, journal: bool) -> Self {
        Self {
            database: world.database_url(),
            folder: world.folder().to_owned(),
            server: server.url(),
            journal,
            now: world.clock.now(),
        }
    }

    /// Those of this process, if it was started for them.
    pub fn given() -> Option<Self> {
        let of = |name| std::env::var(name).ok();
        Some(Self {
            database: of(DATABASE)?,
            folder: of(FOLDER)?.into(),
            server: of(SERVER)?,
            journal: of(JOURNAL)? == "yes",
            now: of(NOW)?.parse().expect("a moment"),
        })
    }

    /// Starts the test of this name, which takes the orders.
    pub fn start(&self, test: &str) -> Child {
        Command::new(std::env::current_exe().expect("this program"))
            .args(["--exact", test])
            .env(DATABASE, &self.database)
            .env(FOLDER, &self.folder)
            .env(SERVER, &self.server)
            .env(JOURNAL, if self.journal { "yes" } else { "no" })
            .env(NOW, self.now.to_rfc3339())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("a worker")
    }

    /// A worker as it is ordered.
    pub fn post(&self, db: &Db, env: &Env) -> Post {
        let settings = SmtpSettings::parse(&self.server).expect("a server");
        let mailer = SmtpMailer::new(settings).expect("a mailer");
        let head = Letterhead::new(FROM, None, "http://motcua.example").expect("a letterhead");
        let post = Post::new(db.clone(), env.clone(), Arc::new(mailer), Arc::new(head));
        if self.journal {
            post.with_journal(&journal_in(&self.folder))
                .expect("a journal")
        } else {
            post
        }
    }
}

fn journal_in(folder: &Path) -> PathBuf {
    folder.join("outbox")
}

/// What still arrives of what a dead worker had on its way: a connection that broke sends nothing
/// more, so that is over within moments.
pub fn last_of(server: &MailServer) -> Vec<String> {
    let mut sent = Vec::new();
    loop {
        let more = server.within(Duration::from_millis(500));
        if more.is_empty() {
            return sent;
        }
        sent.extend(ids(&more));
    }
}

/// The Message-IDs of what a mail server took.
pub fn ids(mails: &[serde_json::Value]) -> Vec<String> {
    let id = |mail: &serde_json::Value| mail["message_id"].as_str().expect("one").to_owned();
    mails.iter().map(id).collect()
}
