//! Below HTTP: requests that break off, that are none, or that are too large.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpStream};

use crate::contents::Contents;
use crate::support::{MARITAL_STATUS, World, handed_in, send};

/// Sends bytes as they are, ends the sending side, and reads what comes.
fn raw(world: &World, bytes: &[u8]) -> String {
    let base = world.base();
    let address = base.strip_prefix("http://").expect("an address");
    let mut stream = TcpStream::connect(address).expect("a connection");
    // The service may close before it has read all.
    let sent = stream
        .write_all(bytes)
        .and_then(|()| stream.shutdown(Shutdown::Write));
    let mut answer = Vec::new();
    let read = stream.read_to_end(&mut answer);
    assert!(
        sent.is_ok() || read.is_err() || !answer.is_empty(),
        "neither sent nor answered"
    );
    String::from_utf8_lossy(&answer).into_owned()
}

/// A registration with this many bytes of its body on the way.
fn registration(world: &World, part: usize) -> Vec<u8> {
    let clerk = world.staff("tiepnhan");
    let request = clerk.request(reqwest::Method::POST, "/api/v1/dossiers/register");
    let request = request.build().expect("a request");
    let token = request.headers()["authorization"]
        .to_str()
        .expect("text")
        .to_owned();
    let body = handed_in(MARITAL_STATUS).to_string();
    let head = format!(
        "POST /api/v1/dossiers/register HTTP/1.1\r\nhost: x\r\nauthorization: {token}\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    let mut bytes = head.into_bytes();
    bytes.extend_from_slice(&body.as_bytes()[..part.min(body.len())]);
    bytes
}

both! {
    async fn a_body_that_breaks_off_stores_nothing(world) {
        let before = Contents::of(&world);
        for part in [0, 1, 20, 100] {
            let answer = raw(&world, &registration(&world, part));
            assert!(!answer.contains(" 201 ") && !answer.contains(" 500 "), "{answer}");
        }
        assert_eq!(before.differences(&Contents::of(&world)), Vec::<String>::new());
        let whole = raw(&world, &registration(&world, usize::MAX));
        assert!(whole.starts_with("HTTP/1.1 201 "), "{whole}");
    }

    async fn what_is_no_http_ends_the_connection_and_nothing_else(world) {
        for bytes in [
            &b"\r\n\r\n"[..],
            b"\0\0\0\0\r\n\r\n",
            b"GET\r\n\r\n",
            b"GET / HTTP/9.9\r\n\r\n",
            b"GET /healthz HTTP/1.1\r\nhost: a\r\ncontent-length: -1\r\n\r\n",
            b"GET /healthz HTTP/1.1\r\nhost: a\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\nabcdef",
            b"POST /api/v1/auth/login HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n",
            b"GET /healthz HTTP/1.1\r\nhost: a\r\nx: \0\r\n\r\n",
            b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        ] {
            let answer = raw(&world, bytes);
            let fine = answer.is_empty() || answer.starts_with("HTTP/1.1 4");
            assert!(fine, "{}: {answer}", String::from_utf8_lossy(bytes));
        }
        world.visitor().get("/healthz").await.expect(200);
    }

    async fn headers_and_addresses_have_bounds(world) {
        let visitor = world.visitor();
        let long = "x".repeat(40_000);
        let path = format!("/api/v1/public/procedures?q={long}");
        let answer = visitor.get(&path).await;
        assert!([400, 414].contains(&answer.status), "{answer:?}");
        let request = visitor.request(reqwest::Method::GET, "/healthz").header("x-long", &long);
        // Far more than any client needs: either it is read over, or refused.
        let answer = send(request).await;
        assert!([200, 400, 431].contains(&answer.status), "{answer:?}");
        let mut head = b"GET /healthz HTTP/1.1\r\nhost: a\r\n".to_vec();
        (0..500).for_each(|number| head.extend_from_slice(format!("x-{number}: 1\r\n").as_bytes()));
        head.extend_from_slice(b"\r\n");
        let answer = raw(&world, &head);
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 4"), "{answer}");
        visitor.get("/healthz").await.expect(200);
    }

    async fn another_method_is_told_which_ones_there_are(world) {
        let visitor = world.visitor();
        for operation in crate::document::operations() {
            let path = operation.path.replace(['{', '}'], "x");
            let request = visitor.request(reqwest::Method::PATCH, &path);
            let answer = send(request).await.problem(405, "method_not_allowed");
            let allowed = answer.header("allow");
            assert!(allowed.contains(operation.method.as_str()), "{path}: {allowed}");
        }
    }

    async fn languages_and_names_of_requests_are_taken_only_when_they_make_sense(world) {
        let visitor = world.visitor();
        for language in ["", "*", "xx", "en;q=x", "vi;q=0, en", "\u{202e}", &"en,".repeat(500)] {
            let request = visitor.request(reqwest::Method::GET, "/api/v1/dossiers/x");
            let answer = send(request.header("accept-language", language.as_bytes())).await;
            answer.problem(401, "unauthenticated");
        }
        for (name, kept) in [("abc-1.2_3", true), ("a b", false), ("<script>", false), (&"x".repeat(65), false)] {
            let request = visitor.request(reqwest::Method::GET, "/healthz").header("x-request-id", name);
            let answer = send(request).await.expect(200);
            assert_eq!(answer.header("x-request-id") == name, kept, "{name}");
        }
    }
}
