//! From what the mail server got back to what it was about.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

/// Where the installation is.
pub const URL: &str = "http://motcua.example";

/// The Message-ID of a mail: made of its key and of the installation, so that the same mail has
/// the same one whoever sends it.
pub fn message_id(key: &str) -> String {
    let mut id = String::from("<");
    for byte in Sha256::digest(format!("{URL}\n{key}")).iter().take(20) {
        write!(id, "{byte:02x}").unwrap();
    }
    id + "@phuong.example.vn>"
}

/// The codes of dossiers in the plain text of a message.
pub fn codes(message: &str) -> BTreeSet<String> {
    let text = plain(message);
    let mut codes = BTreeSet::new();
    for (place, _) in text.match_indices("H29.23-") {
        let rest = &text[place + "H29.23-".len()..];
        let end = rest.find(|letter: char| !letter.is_ascii_digit() && letter != '-');
        let code = &rest[..end.unwrap_or(rest.len())];
        codes.insert(format!("H29.23-{code}"));
    }
    codes
}

/// Whether more apologies wait for a signature than the message names.
pub fn more_proposals(message: &str) -> bool {
    let text = plain(message);
    ["khác chờ ký", "kh=C3=A1c ch=E1=BB=9D k=C3=BD"]
        .iter()
        .any(|words| text.contains(words))
}

/// The first part of a message in two parts, as far as ASCII goes.
fn plain(message: &str) -> String {
    let from = message
        .find("Content-Type: text/plain")
        .expect("a part in plain text");
    let part = &message[from..];
    let (head, body) = part.split_once("\r\n\r\n").expect("a body");
    let body = body.split("\r\n--").next().unwrap_or_default();
    let rest = message[..from].rsplit("\r\n--").next().unwrap_or_default();
    let coded = |how: &str| head.contains(how) || rest.contains(how);
    if coded("Transfer-Encoding: base64") {
        let joined: String = body.split_whitespace().collect();
        let bytes = STANDARD.decode(joined).expect("a body in base64");
        String::from_utf8_lossy(&bytes).into_owned()
    } else {
        body.replace("=\r\n", "")
    }
}
