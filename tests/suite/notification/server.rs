//! The mail server of `tests/smtp`, one for each test that wants one.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;

/// A running mail server. It ends with the test, however that ends: it reads our pipe.
pub struct MailServer {
    child: Child,
    lines: Receiver<String>,
    pub port: u16,
    scheme: &'static str,
    /// What stands before the `@` of its address.
    pub login: String,
    pub certificate: Option<Vec<u8>>,
    _folder: TempDir,
}

impl MailServer {
    /// Takes everything, unencrypted.
    pub fn plain() -> Self {
        Self::start("smtp", &[], false)
    }

    /// The same, printing less of each mail.
    pub fn brief() -> Self {
        Self::start("smtp", &["--brief"], false)
    }

    /// Takes the content of one mail at a time.
    pub fn single() -> Self {
        Self::start("smtp", &["--brief", "--single"], false)
    }

    /// Closes a connection on which nothing comes for two seconds.
    pub fn hasty() -> Self {
        Self::start("smtp", &["--brief", "--hasty"], false)
    }

    /// Demands `STARTTLS`, with a certificate of its own.
    pub fn starttls(arguments: &[&str]) -> Self {
        Self::start("smtp+starttls", arguments, true)
    }

    /// TLS from the first byte.
    pub fn implicit(arguments: &[&str]) -> Self {
        Self::start("smtps", arguments, true)
    }

    fn start(scheme: &'static str, arguments: &[&str], encrypted: bool) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let mut command = Command::new(python());
        command
            .arg(super::super::house::root().join("tests/smtp/server.py"))
            .args(arguments);
        let mut certificate = None;
        if encrypted {
            let (pem, key) = certify(folder.path());
            let tls = if scheme == "smtps" {
                "implicit"
            } else {
                "start"
            };
            command.args(["--tls", tls]);
            command.arg("--certificate").arg(&pem);
            command.arg("--key").arg(&key);
            certificate = Some(std::fs::read(pem).expect("a certificate"));
        }
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("Python with aiosmtpd; tests/run and tests/with-postgres install it");
        let output = child.stdout.take().expect("its output");
        let (tell, lines) = channel();
        std::thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                if tell.send(line).is_err() {
                    return;
                }
            }
        });
        let first = lines
            .recv_timeout(Duration::from_secs(60))
            .expect("a mail server that starts: is aiosmtpd installed (python3-aiosmtpd)?");
        let port = first.strip_prefix("PORT ").expect("a port");
        Self {
            child,
            lines,
            port: port.parse().expect("a number"),
            scheme,
            login: String::new(),
            certificate,
            _folder: folder,
        }
    }

    pub fn url(&self) -> String {
        format!("{}://{}127.0.0.1:{}", self.scheme, self.login, self.port)
    }

    /// The client is told to insist on `STARTTLS`, which this server lacks.
    pub fn demand_starttls(&mut self) {
        self.scheme = "smtp+starttls";
    }

    /// Every mail taken so far, the first first. What the server said before its yes is here.
    pub fn mails(&self, count: usize) -> Vec<Value> {
        let mut found = Vec::new();
        while found.len() < count {
            let line = self
                .lines
                .recv_timeout(Duration::from_secs(30))
                .unwrap_or_else(|_| panic!("{} mails instead of {count}: {found:?}", found.len()));
            found.push(serde_json::from_str(&line).expect("JSON"));
        }
        found.extend(self.rest());
        found
    }

    /// What comes within this time: at once when something does.
    pub fn within(&self, time: Duration) -> Vec<Value> {
        let first = self.lines.recv_timeout(time).ok();
        let first = first.map(|line| serde_json::from_str(&line).expect("JSON"));
        first.into_iter().chain(self.rest()).collect()
    }

    /// What came beyond.
    pub fn rest(&self) -> Vec<Value> {
        self.lines
            .try_iter()
            .map(|line| serde_json::from_str(&line).expect("JSON"))
            .collect()
    }
}

impl Drop for MailServer {
    fn drop(&mut self) {
        // Gone already, or not: either is well.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn python() -> String {
    let known = std::env::var("MOTCUA_TEST_PYTHON").ok();
    let debian = || {
        Path::new("/usr/bin/python3")
            .exists()
            .then(|| "/usr/bin/python3".to_owned())
    };
    known
        .or_else(debian)
        .unwrap_or_else(|| "python3".to_owned())
}

/// A certificate for this test alone.
fn certify(folder: &Path) -> (std::path::PathBuf, std::path::PathBuf) {
    let (pem, key) = (folder.join("certificate.pem"), folder.join("key.pem"));
    let made = Command::new("openssl")
        .args([
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:prime256v1",
        ])
        .args(["-nodes", "-days", "2", "-subj", "/CN=localhost"])
        .args(["-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"])
        .args(["-addext", "basicConstraints=critical,CA:FALSE"])
        .arg("-keyout")
        .arg(&key)
        .arg("-out")
        .arg(&pem)
        .stderr(Stdio::null())
        .status()
        .expect("openssl");
    assert!(made.success(), "a certificate");
    (pem, key)
}
