//! `motcua healthcheck`, which the image asks instead of `curl`.

use std::net::TcpListener;

use super::Demo;
use crate::support::program_alone;

fn asked(address: &str) -> (Option<i32>, String) {
    let output = program_alone()
        .arg("healthcheck")
        .env("MOTCUA_LISTEN", address)
        // Settings that would be refused elsewhere: only the address is read.
        .env("MOTCUA_DATA_DIR", "/proc/none")
        .output()
        .expect("the program");
    (
        output.status.code(),
        String::from_utf8_lossy(&output.stderr).into_owned(),
    )
}

#[test]
fn a_service_that_answers_is_healthy_and_one_that_is_gone_is_not() {
    let mut demo = Demo::start();
    let address = demo.address.to_string();
    assert_eq!(asked(&address), (Some(0), String::new()));
    let everywhere = format!("0.0.0.0:{}", demo.address.port());
    assert_eq!(asked(&everywhere), (Some(0), String::new()));
    demo.signal("TERM");
    assert!(demo.end(), "it did not end well");
    let (code, said) = asked(&address);
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("không trả lời"), "{said}");
}

#[test]
fn something_else_on_the_port_is_not_healthy() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address").to_string();
    let other = std::thread::spawn(move || {
        use std::io::{Read as _, Write as _};
        let (mut stream, _) = listener.accept().expect("a visitor");
        let mut asked = [0; 512];
        let read = stream.read(&mut asked).expect("a request");
        assert!(asked[..read].starts_with(b"GET /healthz "));
        stream
            .write_all(b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n")
            .expect("a visitor that waits");
    });
    let (code, said) = asked(&address);
    other.join().expect("an end");
    assert_eq!(code, Some(1));
    assert!(said.contains("503"), "{said}");
}

#[test]
fn an_address_that_does_not_read_is_a_fault_of_the_configuration() {
    assert_eq!(asked("nowhere").0, Some(78));
}
