//! A PostgreSQL server of a test's own, that it stops and starts.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

/// Makes a cluster as the suite's own is made, and obeys what it reads. When the test dies, however it
/// does, there is nothing more to read, and the cluster is removed.
const OBEY: &str = r#"
set -u
. "$0"
pg_traps
pg_start || exit 69
echo "$MOTCUA_TEST_POSTGRES_URL"
while read -r order; do
    case $order in
    stop) pg_as "$PG_BIN/pg_ctl" -D "$PG_BASE/data" -m immediate -w -t 30 -s stop ;;
    start) pg_as "$PG_BIN/pg_ctl" -D "$PG_BASE/data" -w -t 60 -s -l "$PG_BASE/data/server.log" \
        -o "-p $PG_PORT" start ;;
    esac </dev/null >/dev/null 2>&1
    echo "$order $?"
done
"#;

/// A running server; removed when dropped.
pub struct Cluster {
    pub url: String,
    shell: Child,
    orders: Option<ChildStdin>,
    replies: BufReader<ChildStdout>,
}

impl Cluster {
    pub fn start() -> Self {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("pg");
        let mut shell = Command::new("bash")
            .args(["-c", OBEY])
            .arg(script)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("bash");
        let orders = shell.stdin.take();
        let replies = BufReader::new(shell.stdout.take().expect("its words"));
        let mut cluster = Self {
            url: String::new(),
            shell,
            orders,
            replies,
        };
        cluster.url = cluster.reply();
        assert!(cluster.url.starts_with("postgres://"), "no server");
        cluster
    }

    /// Stops the server as a crash would: connections end in the middle of what they do.
    pub fn stop(&mut self) {
        self.order("stop");
    }

    /// Starts it again, on the same port.
    pub fn start_again(&mut self) {
        self.order("start");
    }

    fn order(&mut self, word: &str) {
        let orders = self.orders.as_mut().expect("a shell that reads");
        writeln!(orders, "{word}").expect("a shell that reads");
        assert_eq!(self.reply(), format!("{word} 0"));
    }

    fn reply(&mut self) -> String {
        let mut line = String::new();
        self.replies.read_line(&mut line).expect("a reply");
        line.trim_end().to_owned()
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        self.orders = None;
        let _ = self.shell.wait();
    }
}
