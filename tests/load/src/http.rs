//! The least HTTP/1.1 client that can drive a server: requests made beforehand, connections kept.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// How one endpoint is asked over and over.
#[derive(Clone)]
pub struct Load {
    pub address: SocketAddr,
    pub clients: usize,
    pub warm_up: Duration,
    pub time: Duration,
    /// Whole requests, taken in turn.
    pub requests: Arc<Vec<Vec<u8>>>,
    /// The status that counts as success.
    pub expected: u16,
}

/// What came of it.
#[derive(Debug, Clone)]
pub struct Measured {
    pub per_second: f64,
    pub p50: Duration,
    pub p99: Duration,
    pub failures: u64,
}

/// A request as bytes, as a proxy passes it on from one of many addresses.
pub fn request(method: &str, path: &str, token: Option<&str>, body: Option<&str>) -> Vec<u8> {
    static ASKER: AtomicU64 = AtomicU64::new(0);
    let asker = ASKER.fetch_add(1, Ordering::Relaxed) % 60_000;
    let mut text = format!(
        "{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Forwarded-For: 10.0.{}.{}\r\n",
        asker / 250,
        1 + asker % 250,
    );
    if let Some(token) = token {
        text.push_str(&format!("Authorization: Bearer {token}\r\n"));
    }
    match body {
        Some(body) => text.push_str(&format!(
            "Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        )),
        None => text.push_str("\r\n"),
    }
    text.into_bytes()
}

/// Asks with all clients at once for the time given.
pub async fn drive(load: Load) -> io::Result<Measured> {
    let turn = Arc::new(AtomicU64::new(0));
    let begin = Instant::now() + load.warm_up;
    let end = begin + load.time;
    let mut clients = Vec::new();
    for _ in 0..load.clients {
        let (load, turn) = (load.clone(), Arc::clone(&turn));
        clients.push(tokio::spawn(
            async move { one(&load, &turn, begin, end).await },
        ));
    }
    let (mut times, mut failures) = (Vec::new(), 0);
    for client in clients {
        let (mine, failed) = client.await.map_err(io::Error::other)??;
        times.extend(mine);
        failures += failed;
    }
    times.sort_unstable();
    let at = |share: f64| {
        let place = (times.len() as f64 * share) as usize;
        times
            .get(place.min(times.len().saturating_sub(1)))
            .copied()
            .unwrap_or_default()
    };
    Ok(Measured {
        per_second: times.len() as f64 / load.time.as_secs_f64(),
        p50: at(0.5),
        p99: at(0.99),
        failures,
    })
}

async fn one(
    load: &Load,
    turn: &AtomicU64,
    begin: Instant,
    end: Instant,
) -> io::Result<(Vec<Duration>, u64)> {
    let mut stream = TcpStream::connect(load.address).await?;
    stream.set_nodelay(true)?;
    let mut buffer = Vec::with_capacity(16 * 1024);
    let (mut times, mut failures) = (Vec::new(), 0);
    let requests = load.requests.len() as u64;
    loop {
        let started = Instant::now();
        if started >= end {
            return Ok((times, failures));
        }
        let place = turn.fetch_add(1, Ordering::Relaxed) % requests;
        stream.write_all(&load.requests[place as usize]).await?;
        let status = answer(&mut stream, &mut buffer).await?;
        if started >= begin {
            if status == load.expected {
                times.push(started.elapsed());
            } else {
                failures += 1;
            }
        }
    }
}

/// Reads one answer to its end; gives the status.
async fn answer(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> io::Result<u16> {
    buffer.clear();
    loop {
        if let Some(head) = buffer.windows(4).position(|four| four == b"\r\n\r\n") {
            let text = std::str::from_utf8(&buffer[..head]).map_err(io::Error::other)?;
            let status = text.get(9..12).and_then(|three| three.parse().ok());
            let length = text
                .lines()
                .find_map(|line| {
                    let (name, rest) = line.split_once(':')?;
                    name.eq_ignore_ascii_case("content-length")
                        .then(|| rest.trim().parse::<usize>())
                })
                .and_then(Result::ok)
                .ok_or_else(|| io::Error::other("an answer without Content-Length"))?;
            while buffer.len() < head + 4 + length {
                if stream.read_buf(buffer).await? == 0 {
                    return Err(io::ErrorKind::UnexpectedEof.into());
                }
            }
            return status.ok_or_else(|| io::Error::other("an answer without a status"));
        }
        if stream.read_buf(buffer).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    }
}
