//! What an answer of a mail server means for the mail.

use std::error::Error as _;

use lettre::transport::smtp::Error;

use super::Failure;

/// How far a mail had come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    /// Connecting, greeting, TLS, signing in: nothing that is the mail's fault.
    Open,
    Sender,
    Recipient,
    Content,
}

impl Phase {
    fn as_str(self) -> &'static str {
        match self {
            Self::Open => "connect",
            Self::Sender => "MAIL",
            Self::Recipient => "RCPT",
            Self::Content => "DATA",
        }
    }
}

/// Sorts an error: what is wrong with the connection, or with how we sign in, is never held
/// against the mail.
pub(super) fn failure(phase: Phase, error: &Error) -> Failure {
    let detail = format!("{}: {}", phase.as_str(), outline(error));
    match (phase, error.is_permanent()) {
        (Phase::Open, _) | (_, false) => Failure::Temporary(detail),
        _ if asks_us_to_sign_in(error) => Failure::Temporary(detail),
        (Phase::Recipient, true) if is_of_address(error) => Failure::Bounced(detail),
        (_, true) => Failure::Permanent(detail),
    }
}

/// A server that answers too late.
pub(super) fn too_slow(phase: Phase) -> Failure {
    Failure::Temporary(format!("{}: no answer in time", phase.as_str()))
}

/// A login that is missing, wrong or no longer enough (RFC 4954, 6).
fn asks_us_to_sign_in(error: &Error) -> bool {
    let code = error.status().map(|code| code.to_string());
    matches!(code.as_deref(), Some("530" | "534" | "535" | "538"))
}

fn is_of_address(error: &Error) -> bool {
    let code = error.status().map(|code| code.to_string());
    let words = words_of(error);
    blames_address(code.as_deref(), words.as_deref().unwrap_or_default())
}

/// Whether the recipient's address is what a server refuses. That it relays nothing for us, does
/// not know our sender or calls us a spammer is refused at `RCPT` as well; held against the
/// addresses, one fault of ours would mute everybody.
fn blames_address(code: Option<&str>, words: &str) -> bool {
    match enhanced(words).as_deref() {
        // 5.1.7 and 5.1.8 are of the sender's address (RFC 3463, 3.2), 5.1.0 of some address.
        Some("5.1.0" | "5.1.7" | "5.1.8") => false,
        Some(enhanced) => enhanced.starts_with("5.1.") || enhanced == "5.2.1",
        None => matches!(code, Some("550" | "551" | "553")) && !speaks_of_us(words),
    }
}

/// Whether words without a code are about whoever sends: Exim says "relay not permitted", hosters
/// "Please turn on SMTP Authentication".
fn speaks_of_us(words: &str) -> bool {
    let words = words.to_lowercase();
    [
        "relay",
        "rcpthosts",
        "authent",
        "sender",
        "policy",
        "spam",
        "block",
        "reputation",
        "not permitted",
        "not allowed",
        "denied",
    ]
    .iter()
    .any(|word| words.contains(word))
}

fn words_of(error: &Error) -> Option<String> {
    error.source().map(ToString::to_string)
}

fn enhanced_of(error: &Error) -> Option<String> {
    words_of(error).and_then(|words| enhanced(&words))
}

/// Codes alone: servers quote addresses in their words.
fn outline(error: &Error) -> String {
    let Some(code) = error.status() else {
        return kind(error).to_owned();
    };
    match enhanced_of(error) {
        Some(enhanced) => format!("{code} {enhanced}"),
        None => code.to_string(),
    }
}

fn kind(error: &Error) -> &'static str {
    if error.is_timeout() {
        "no answer in time"
    } else if error.is_tls() || is_of_handshake(error) {
        "TLS"
    } else if error.is_client() {
        "the server lacks what is asked of it"
    } else if error.is_response() {
        "the connection broke or the answer made no sense"
    } else {
        "no connection"
    }
}

/// A certificate that nobody vouches for, that is over or of another name: what a handshake finds
/// comes as a connection that failed on what it read.
fn is_of_handshake(error: &Error) -> bool {
    let mut cause = error.source();
    while let Some(one) = cause {
        let io = one.downcast_ref::<std::io::Error>();
        if io.is_some_and(|io| io.kind() == std::io::ErrorKind::InvalidData) {
            return true;
        }
        cause = one.source();
    }
    false
}

/// An enhanced status code (RFC 3463): the first word, or after a number sign at the end, as qmail
/// has it.
fn enhanced(words: &str) -> Option<String> {
    let first = words.split_whitespace().next()?;
    let last = || {
        let (_, last) = words.rsplit_once('#')?;
        Some(last.trim_end_matches([')', '.', ']']))
    };
    let is_code = |word: &&str| {
        let parts: Vec<&str> = word.split('.').collect();
        let is_number =
            |part: &&str| (1..=3).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
        parts.len() == 3 && parts.iter().all(is_number)
    };
    let found = Some(first).filter(is_code);
    found.or_else(|| last().filter(is_code)).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::{blames_address, enhanced};

    #[test]
    fn only_the_code_is_kept_of_what_a_server_says() {
        assert_eq!(
            enhanced("5.1.1 <ai@example.vn> no such user").as_deref(),
            Some("5.1.1")
        );
        assert_eq!(
            enhanced("sorry, that domain isn't in my list of allowed rcpthosts (#5.7.1)")
                .as_deref(),
            Some("5.7.1")
        );
        assert_eq!(enhanced("no such user ai@example.vn"), None);
        assert_eq!(enhanced("no such user #12"), None);
        assert_eq!(enhanced(""), None);
    }

    #[test]
    fn only_what_is_said_of_the_address_counts_against_it() {
        for (code, words, counts) in [
            ("550", "5.1.1 no such user", true),
            ("550", "5.1.10 null MX", true),
            ("550", "5.2.1 disabled", true),
            ("550", "Unrouteable address", true),
            ("550", "No such user here", true),
            ("551", "user not local", true),
            ("553", "mailbox name invalid", true),
            ("550", "sorry, no mailbox here by that name (#5.1.1)", true),
            // Relay access denied, a policy, a full mailbox, our own sender.
            ("554", "5.7.1 Relay access denied", false),
            ("550", "5.7.1 refused", false),
            ("552", "5.2.2 full", false),
            ("550", "5.1.8 bad domain", false),
            ("553", "5.1.7 bad syntax", false),
            ("550", "5.1.0 Sender address rejected", false),
            ("550", "relay not permitted", false),
            (
                "550",
                "Please turn on SMTP Authentication in your mail client",
                false,
            ),
            (
                "553",
                "sorry, that domain isn't in my list of allowed rcpthosts (#5.7.1)",
                false,
            ),
            ("554", "", false),
            ("530", "", false),
        ] {
            assert_eq!(blames_address(Some(code), words), counts, "{code} {words}");
        }
    }
}
