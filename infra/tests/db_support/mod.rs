//! Throw-away databases for the tests of the seam, and a wire to one that can be cut.

use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use diesel::connection::{Connection as _, SimpleConnection as _};
use diesel::result::Error;
use diesel::sql_types::BigInt;
use diesel::{PgConnection, QueryableByName, RunQueryDsl as _, sql_query};
use infra::db::{Conn, Db, DbSettings, Unavailable, classify};

/// What a job of these tests may answer.
#[derive(Debug)]
pub enum Fault {
    Db(Error),
    Unavailable(Unavailable),
    Mine,
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        classify(error).map_or_else(Self::Db, Self::Unavailable)
    }
}

impl From<Unavailable> for Fault {
    fn from(why: Unavailable) -> Self {
        Self::Unavailable(why)
    }
}

/// A database of one test, removed with it.
pub struct Place {
    pub settings: DbSettings,
    server: Option<(String, String)>,
    _folder: Option<tempfile::TempDir>,
}

impl Place {
    pub fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("data/motcua.db");
        let settings = DbSettings::new(format!("sqlite://{}", file.display()));
        Self {
            settings,
            server: None,
            _folder: Some(folder),
        }
    }

    /// None where no server was named; `tests/run` names one.
    pub fn postgres() -> Option<Self> {
        let server = std::env::var("MOTCUA_TEST_POSTGRES_URL").ok()?;
        let name = format!("motcua_seam_{}", infra::ids::new_uid().replace('-', ""));
        execute(&server, &format!("CREATE DATABASE {name}"));
        let (place, query) = server.split_once('?').unwrap_or((&server, ""));
        let (host, _) = place.rsplit_once('/').unwrap();
        let mut url = format!("{host}/{name}");
        if !query.is_empty() {
            url = format!("{url}?{query}");
        }
        let settings = DbSettings::new(url);
        Some(Self {
            settings,
            server: Some((server, name)),
            _folder: None,
        })
    }

    pub fn each() -> Vec<Self> {
        std::iter::once(Self::sqlite())
            .chain(Self::postgres())
            .collect()
    }

    pub fn open(&self) -> Db {
        Db::open(&self.settings).unwrap()
    }

    /// Open, with a table to play with.
    pub fn open_with_items(&self) -> Db {
        let db = self.open();
        db.write_blocking(|conn| {
            Ok::<_, Fault>(conn.batch_execute("CREATE TABLE item (name TEXT PRIMARY KEY)")?)
        })
        .unwrap();
        db
    }

    /// Runs SQL on the server outside of the database under test.
    pub fn on_server(&self, sql: &str) {
        execute(&self.server.as_ref().unwrap().0, sql);
    }

    pub fn name(&self) -> &str {
        &self.server.as_ref().unwrap().1
    }

    /// The same database, reached over a wire that can be cut.
    pub fn over_wire(&self) -> (DbSettings, Wire) {
        let (head, tail) = self.settings.url.split_once("://").unwrap();
        let (authority, rest) = tail.split_once('/').unwrap();
        let (user, host) = match authority.rsplit_once('@') {
            Some((user, host)) => (format!("{user}@"), host),
            None => (String::new(), authority),
        };
        assert!(
            !host.is_empty(),
            "MOTCUA_TEST_POSTGRES_URL must name a TCP host"
        );
        let host = if host.contains(':') {
            host.to_owned()
        } else {
            format!("{host}:5432")
        };
        let wire = Wire::to(host);
        let mut settings = self.settings.clone();
        settings.url = format!("{head}://{user}127.0.0.1:{}/{rest}", wire.port);
        (settings, wire)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Some((server, name)) = &self.server {
            execute(server, &format!("DROP DATABASE {name} WITH (FORCE)"));
        }
    }
}

fn execute(url: &str, sql: &str) {
    PgConnection::establish(url)
        .unwrap()
        .batch_execute(sql)
        .unwrap();
}

/// A TCP relay in the place of a network.
pub struct Wire {
    pub port: u16,
    state: Arc<Mutex<WireState>>,
}

#[derive(Default)]
struct WireState {
    cut: bool,
    streams: Vec<TcpStream>,
}

impl Wire {
    fn to(host: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let state = Arc::new(Mutex::new(WireState::default()));
        let shared = Arc::clone(&state);
        // Ends with the test's process.
        thread::spawn(move || {
            for near in listener.incoming() {
                relay(near.unwrap(), &host, &shared);
            }
        });
        Self { port, state }
    }

    pub fn cut(&self) {
        let mut state = self.state.lock().unwrap();
        state.cut = true;
        for stream in state.streams.drain(..) {
            drop(stream.shutdown(Shutdown::Both));
        }
    }

    pub fn mend(&self) {
        self.state.lock().unwrap().cut = false;
    }
}

fn relay(near: TcpStream, host: &str, state: &Mutex<WireState>) {
    let mut state = state.lock().unwrap();
    if state.cut {
        return;
    }
    let far = TcpStream::connect(host).unwrap();
    for (from, to) in [(&near, &far), (&far, &near)] {
        let (mut from, mut to) = (from.try_clone().unwrap(), to.try_clone().unwrap());
        thread::spawn(move || {
            drop(std::io::copy(&mut from, &mut to));
            drop(to.shutdown(Shutdown::Both));
        });
    }
    state.streams.extend([near, far]);
}

pub fn add(conn: &mut Conn, name: &str) -> Result<(), Fault> {
    sql_query("INSERT INTO item (name) VALUES ($1)")
        .bind::<diesel::sql_types::Text, _>(name)
        .execute(conn)?;
    Ok(())
}

pub fn count(conn: &mut Conn) -> Result<i64, Fault> {
    #[derive(QueryableByName)]
    struct Count {
        #[diesel(sql_type = BigInt)]
        n: i64,
    }
    let row: Count = sql_query("SELECT COUNT(*) AS n FROM item").get_result(conn)?;
    Ok(row.n)
}

pub fn names(db: &Db) -> Vec<String> {
    #[derive(QueryableByName)]
    struct Item {
        #[diesel(sql_type = diesel::sql_types::Text)]
        name: String,
    }
    let items: Result<Vec<Item>, Fault> =
        db.read_blocking(|conn| Ok(sql_query("SELECT name FROM item ORDER BY name").load(conn)?));
    items.unwrap().into_iter().map(|item| item.name).collect()
}
