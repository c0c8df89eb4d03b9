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
        (Phase::Recipient, true) if is_of_address(error) => Failure::Bounced(detail),
        (_, true) => Failure::Permanent(detail),
    }
}

/// A server that answers too late.
pub(super) fn too_slow(phase: Phase) -> Failure {
    Failure::Temporary(format!("{}: no answer in time", phase.as_str()))
}

fn is_of_address(error: &Error) -> bool {
    let code = error.status().map(|code| code.to_string());
    blames_address(code.as_deref(), enhanced_of(error).as_deref())
}

/// Whether the recipient's address is what a server refuses. That it relays nothing for us, does
/// not know our sender or calls us a spammer is refused at `RCPT` as well; held against the
/// addresses, one fault of ours would mute everybody.
fn blames_address(code: Option<&str>, enhanced: Option<&str>) -> bool {
    match enhanced {
        // 5.1.7 and 5.1.8 are of the sender's address (RFC 3463, 3.2).
        Some("5.1.7" | "5.1.8") => false,
        Some(enhanced) => enhanced.starts_with("5.1.") || enhanced == "5.2.1",
        None => matches!(code, Some("550" | "551" | "553")),
    }
}

fn enhanced_of(error: &Error) -> Option<String> {
    error
        .source()
        .and_then(|source| enhanced(&source.to_string()))
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
    } else if error.is_tls() {
        "TLS"
    } else if error.is_client() {
        "the server lacks what is asked of it"
    } else if error.is_response() {
        "the connection broke or the answer made no sense"
    } else {
        "no connection"
    }
}

/// An enhanced status code (RFC 3463) at the head of the words.
fn enhanced(words: &str) -> Option<String> {
    let first = words.split_whitespace().next()?;
    let parts: Vec<&str> = first.split('.').collect();
    let right = parts.len() == 3
        && parts
            .iter()
            .all(|part| (1..=3).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit()));
    right.then(|| first.to_owned())
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
        assert_eq!(enhanced("no such user ai@example.vn"), None);
        assert_eq!(enhanced(""), None);
    }

    #[test]
    fn only_what_is_said_of_the_address_counts_against_it() {
        for (code, enhanced, counts) in [
            ("550", Some("5.1.1"), true),
            ("550", Some("5.1.10"), true),
            ("550", Some("5.2.1"), true),
            ("550", None, true),
            ("551", None, true),
            ("553", None, true),
            // Relay access denied, a policy, a full mailbox, our own sender.
            ("554", Some("5.7.1"), false),
            ("550", Some("5.7.1"), false),
            ("552", Some("5.2.2"), false),
            ("550", Some("5.1.8"), false),
            ("553", Some("5.1.7"), false),
            ("554", None, false),
            ("530", None, false),
        ] {
            assert_eq!(
                blames_address(Some(code), enhanced),
                counts,
                "{code} {enhanced:?}"
            );
        }
    }
}
