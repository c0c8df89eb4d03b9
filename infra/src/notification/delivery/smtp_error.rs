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
        (Phase::Recipient, true) => Failure::Bounced(detail),
        (_, true) => Failure::Permanent(detail),
    }
}

/// A server that answers too late.
pub(super) fn too_slow(phase: Phase) -> Failure {
    Failure::Temporary(format!("{}: no answer in time", phase.as_str()))
}

/// Codes alone: servers quote addresses in their words.
fn outline(error: &Error) -> String {
    let Some(code) = error.status() else {
        return kind(error).to_owned();
    };
    match error
        .source()
        .and_then(|source| enhanced(&source.to_string()))
    {
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
    use super::enhanced;

    #[test]
    fn only_the_code_is_kept_of_what_a_server_says() {
        assert_eq!(
            enhanced("5.1.1 <ai@example.vn> no such user").as_deref(),
            Some("5.1.1")
        );
        assert_eq!(enhanced("no such user ai@example.vn"), None);
        assert_eq!(enhanced(""), None);
    }
}
