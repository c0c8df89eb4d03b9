//! Databases for tests: the demo ward is loaded once per run and copied for each test.

use std::path::Path;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};
use std::time::Duration;

use diesel::connection::{Connection as _, SimpleConnection as _};
use diesel::{PgConnection, SqliteConnection};
use infra::clock::SteppedClock;
use infra::db::{Db, DbSettings};
use infra::demo::{DemoAccounts, load_demo};
use infra::env::Env;
use infra::error::Error;

use super::at;

/// The password of every account of the demo ward.
pub const PASSWORD: &str = "demo-motcua-2026";

/// Which database a test runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    Sqlite,
    Postgres,
}

impl Which {
    /// Whether whoever runs the suite wants it without PostgreSQL.
    pub fn is_left_out(self) -> bool {
        let sqlite_only = std::env::var_os("MOTCUA_TEST_SQLITE_ONLY").is_some_and(|set| set == "1");
        self == Self::Postgres && sqlite_only
    }
}

/// A database of one test; a PostgreSQL one is dropped with it, a file goes with its folder.
#[derive(Debug)]
pub struct Database {
    pub url: String,
    drop: Option<Named>,
}

impl Database {
    /// A copy of the template, for SQLite as a file in `folder`.
    pub fn copy(which: Which, folder: &Path) -> Self {
        match which {
            Which::Sqlite => {
                let file = folder.join("motcua.db");
                std::fs::write(&file, &*SQLITE).expect("a copy of the template");
                Self {
                    url: sqlite_url(&file),
                    drop: None,
                }
            }
            Which::Postgres => {
                let template = &POSTGRES.name;
                let named = Named::create(&format!("TEMPLATE {template}"));
                Self {
                    url: named.url(),
                    drop: Some(named),
                }
            }
        }
    }

    /// A new one: a server's has no tables yet, a file is not there.
    pub fn empty(which: Which, folder: &Path) -> Self {
        match which {
            Which::Sqlite => Self {
                url: sqlite_url(&folder.join("motcua.db")),
                drop: None,
            },
            Which::Postgres => {
                let named = Named::create("");
                Self {
                    url: named.url(),
                    drop: Some(named),
                }
            }
        }
    }

    /// A new one that a text in SQL fills.
    pub fn of_sql(which: Which, folder: &Path, sql: &str) -> Self {
        let database = Self::empty(which, folder);
        let filled = database.try_to_meddle(sql);
        filled.expect("a text that fills a database");
        database
    }

    /// The demo ward on an empty database of a server that the test itself runs.
    pub fn on_own_server(url: &str) -> Self {
        load(url);
        Self {
            url: url.to_owned(),
            drop: None,
        }
    }

    /// The name alone: dropping it drops nothing.
    pub fn named(&self) -> Self {
        Self::elsewhere(&self.url)
    }

    /// One that belongs to another process.
    pub fn elsewhere(url: &str) -> Self {
        Self {
            url: url.to_owned(),
            drop: None,
        }
    }

    /// The same as its owner sees it, who may do nothing else on the server.
    pub fn of_its_owner(&self) -> Self {
        let (server, name) = self.url.rsplit_once('/').expect("a name");
        let (_, host) = server.rsplit_once('@').expect("a host");
        self.meddle(&format!(
            "CREATE ROLE {name} LOGIN PASSWORD 'owner'; ALTER DATABASE {name} OWNER TO {name}"
        ));
        Self::elsewhere(&format!("postgres://{name}:owner@{host}/{name}"))
    }

    /// Takes the marks of a demo away, without which `motcua serve` takes the database.
    pub fn in_earnest(&self) {
        self.meddle("DELETE FROM marks WHERE name = 'demo'; UPDATE staff SET demo = false");
    }

    pub fn settings(&self) -> DbSettings {
        DbSettings {
            acquire_timeout: Duration::from_secs(20),
            ..DbSettings::new(&self.url)
        }
    }

    pub fn url(&self) -> String {
        self.url.clone()
    }

    /// Runs SQL past the service, as somebody with the password of the database could.
    pub fn meddle(&self, sql: &str) {
        self.try_to_meddle(sql)
            .unwrap_or_else(|error| panic!("{sql}: {error}"));
    }

    pub fn try_to_meddle(&self, sql: &str) -> Result<(), String> {
        self.connect()
            .batch_execute(sql)
            .map_err(|error| error.to_string())
    }

    /// Takes what every intake needs, and gives it back when dropped.
    pub fn hold(&self) -> Held {
        let mut conn = self.connect();
        let sql = match &conn {
            Direct::Sqlite(_) => "BEGIN IMMEDIATE",
            Direct::Postgres(_) => "BEGIN; LOCK TABLE code_counters IN ACCESS EXCLUSIVE MODE",
        };
        conn.batch_execute(sql).expect("a lock");
        Held { _conn: conn }
    }

    fn connect(&self) -> Direct {
        let Some(file) = self.url.strip_prefix("sqlite://") else {
            return Direct::Postgres(PgConnection::establish(&self.url).expect("the test server"));
        };
        let mut conn = SqliteConnection::establish(file).expect("the database file");
        conn.batch_execute("PRAGMA busy_timeout = 10000")
            .expect("a pragma");
        Direct::Sqlite(conn)
    }
}

/// A connection of the test itself.
enum Direct {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

impl Direct {
    fn batch_execute(&mut self, sql: &str) -> diesel::QueryResult<()> {
        match self {
            Self::Sqlite(conn) => conn.batch_execute(sql),
            Self::Postgres(conn) => conn.batch_execute(sql),
        }
    }
}

/// A connection with an open transaction; its end rolls it back.
pub struct Held {
    _conn: Direct,
}

impl Drop for Database {
    fn drop(&mut self) {
        if let Some(named) = self.drop.take() {
            named.remove();
        }
    }
}

fn sqlite_url(file: &Path) -> String {
    format!("sqlite://{}", file.display())
}

/// The bytes of a database file with the demo ward.
static SQLITE: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("template.db");
    load(&sqlite_url(&file));
    // The log of the connections that close may not be in the file yet; a vacuum sees it.
    let whole = folder.path().join("whole.db");
    SqliteConnection::establish(&file.display().to_string())
        .expect("the template")
        .batch_execute(&format!(
            "VACUUM INTO '{0}'; ATTACH '{0}' AS whole; PRAGMA whole.journal_mode = WAL",
            whole.display()
        ))
        .expect("a vacuum");
    std::fs::read(whole).expect("the bytes of the template")
});

static POSTGRES: LazyLock<Named> = LazyLock::new(|| {
    let template = Named::create("");
    load(&template.url());
    // Only a database without connections can be a template.
    execute(
        &server(),
        &format!(
            "ALTER DATABASE {0} WITH ALLOW_CONNECTIONS false; \
             SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{0}'",
            template.name
        ),
    );
    template
});

/// Migrates, and loads the demo ward as on the morning of a day long before any test's.
fn load(url: &str) {
    let db = Db::open(&DbSettings::new(url)).expect("a new database");
    db.migrate().expect("migrations");
    let env = Env::new(Arc::new(SteppedClock::at(at("2026-01-05 07:30"))));
    let password_hash = infra::auth::password::hash(PASSWORD).expect("a hash");
    db.write_blocking(move |conn| load_demo(conn, &env, &DemoAccounts { password_hash }))
        .map_err(|error: Error| error.to_string())
        .expect("the demo ward");
}

/// A database on the test server.
#[derive(Debug)]
struct Named {
    name: String,
}

impl Named {
    fn create(with: &str) -> Self {
        // One at a time: PostgreSQL copies a template for one connection only.
        static ONE: Mutex<()> = Mutex::new(());
        let name = format!("motcua_suite_{}", infra::ids::new_uid().replace('-', ""));
        let server = server();
        let _one = ONE.lock().unwrap_or_else(PoisonError::into_inner);
        execute(&server, &format!("CREATE DATABASE {name} {with}"));
        Self { name }
    }

    fn remove(self) {
        execute(
            &server(),
            &format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name),
        );
    }

    fn url(&self) -> String {
        let server = server();
        let (place, query) = server.split_once('?').unwrap_or((&server, ""));
        let (host, _) = place.rsplit_once('/').expect("a database in the URL");
        let mark = if query.is_empty() { "" } else { "?" };
        format!("{host}/{}{mark}{query}", self.name)
    }
}

/// The server that `tests/run` and `tests/with-postgres` start.
fn server() -> String {
    std::env::var("MOTCUA_TEST_POSTGRES_URL").expect(
        "MOTCUA_TEST_POSTGRES_URL names no server: run the suite by tests/run, or by \
         tests/with-postgres cargo test -p motcua-tests; \
         MOTCUA_TEST_SQLITE_ONLY=1 leaves PostgreSQL out",
    )
}

fn execute(url: &str, sql: &str) {
    PgConnection::establish(url)
        .expect("the test server")
        .batch_execute(sql)
        .unwrap_or_else(|error| panic!("{sql}: {error}"));
}
