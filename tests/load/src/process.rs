//! The service as a process of its own: started, watched, stopped.

use std::fs;
use std::io;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// A running program that listens; killed when dropped.
pub struct Process {
    child: Child,
    pub address: SocketAddr,
    /// From the start to the first answer that it is ready.
    pub ready_in: Duration,
}

pub fn free_port() -> io::Result<u16> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}

/// The environment of a service under load: generous limits for those without an account.
pub fn service(program: &Path, data: &Path, database: &str) -> io::Result<Process> {
    let port = free_port()?;
    let mut command = Command::new(program);
    command
        .arg("serve")
        .env("MOTCUA_DATABASE_URL", database)
        .env("MOTCUA_DATA_DIR", data)
        .env("MOTCUA_LISTEN", format!("127.0.0.1:{port}"))
        .env("MOTCUA_LOG", "warn")
        // Citizens come from many addresses, through the proxy.
        .env("MOTCUA_TRUSTED_PROXIES", "127.0.0.1")
        .env("MOTCUA_LIMIT_LOOKUP", "1000000")
        .env("MOTCUA_LIMIT_LOGIN", "1000000");
    start(command, port, "/readyz", &data.join("server.log"))
}

pub fn start(mut command: Command, port: u16, path: &str, log: &Path) -> io::Result<Process> {
    let began = Instant::now();
    let log = fs::File::options().create(true).append(true).open(log)?;
    let child = command
        .stdin(Stdio::null())
        .stdout(log.try_clone()?)
        .stderr(log)
        .spawn()?;
    let mut process = Process {
        child,
        address: SocketAddr::from(([127, 0, 0, 1], port)),
        ready_in: Duration::ZERO,
    };
    while !answers(process.address, path) {
        if began.elapsed() > Duration::from_secs(30) || process.child.try_wait()?.is_some() {
            return Err(io::Error::other(
                "the service did not become ready; see server.log",
            ));
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    process.ready_in = began.elapsed();
    Ok(process)
}

fn answers(address: SocketAddr, path: &str) -> bool {
    let ask = || -> io::Result<bool> {
        let mut stream = TcpStream::connect(address)?;
        stream.set_read_timeout(Some(Duration::from_secs(2)))?;
        write!(
            stream,
            "GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"
        )?;
        let mut start = [0; 12];
        stream.read_exact(&mut start)?;
        Ok(start.ends_with(b"200"))
    };
    ask().unwrap_or(false)
}

impl Process {
    /// Resident memory now, in MiB.
    pub fn resident(&self) -> io::Result<f64> {
        self.memory("VmRSS:")
    }

    /// The most resident memory so far, in MiB.
    pub fn peak(&self) -> io::Result<f64> {
        self.memory("VmHWM:")
    }

    fn memory(&self, name: &str) -> io::Result<f64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        status
            .lines()
            .find_map(|line| line.strip_prefix(name))
            .and_then(|rest| rest.trim().trim_end_matches(" kB").parse::<f64>().ok())
            .map(|kib| kib / 1024.0)
            .ok_or_else(|| io::Error::other("no figure of memory"))
    }

    /// Asks the program to end and waits for it.
    pub fn stop(mut self) -> io::Result<Duration> {
        let began = Instant::now();
        Command::new("kill")
            .arg(self.child.id().to_string())
            .status()?;
        self.child.wait()?;
        Ok(began.elapsed())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
