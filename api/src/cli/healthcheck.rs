//! `motcua healthcheck`: asks the service on this machine, for images that hold no other program.

use std::io::{self, Read as _, Write as _};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};
use std::time::Duration;

use super::failure::Failure;
use crate::config::{Inputs, Settings};

/// For each of connecting, asking and reading.
const PATIENCE: Duration = Duration::from_secs(3);
/// The longest answer that is looked at.
const LONGEST: u64 = 4096;

/// Reads the address alone and writes nothing, so that it may run every few seconds.
pub(super) fn healthcheck(inputs: &Inputs) -> Result<(), Failure> {
    let address = reachable(Settings::listen(inputs)?);
    let status = ask(address).map_err(|error| {
        Failure::new(
            format!("dịch vụ ở {address} không trả lời"),
            format!("the service on {address} does not answer: {error}"),
        )
    })?;
    match status.starts_with("HTTP/1.1 200 ") {
        true => Ok(()),
        false => Err(Failure::new(
            format!("dịch vụ ở {address} trả lời {status}"),
            format!("the service on {address} answers {status}"),
        )),
    }
}

/// Who listens everywhere is asked on this machine.
fn reachable(listen: SocketAddr) -> SocketAddr {
    let ip = match listen.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
        ip => ip,
    };
    SocketAddr::new(ip, listen.port())
}

/// The first line of the answer.
fn ask(address: SocketAddr) -> io::Result<String> {
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    // In one piece: who answers after the first would close the line on the second.
    let question = format!("GET /healthz HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    stream.write_all(question.as_bytes())?;
    let mut answer = Vec::new();
    stream.take(LONGEST).read_to_end(&mut answer)?;
    let text = String::from_utf8_lossy(&answer);
    Ok(text.lines().next().unwrap_or_default().trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_service_that_listens_everywhere_is_asked_on_this_machine() {
        for (listen, asked) in [
            ("0.0.0.0:8080", "127.0.0.1:8080"),
            ("[::]:81", "[::1]:81"),
            ("10.0.0.7:8080", "10.0.0.7:8080"),
        ] {
            let address = |text: &str| text.parse::<SocketAddr>().ok();
            assert_eq!(address(listen).map(reachable), address(asked), "{listen}");
        }
    }
}
