//! The address of a mail server: `smtp+starttls://user:password@host:587`.

use std::net::IpAddr;

/// How the connection is encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tls {
    /// Not at all; for a server on this machine or a trusted network.
    None,
    /// `STARTTLS`, and nothing is sent without it.
    Start,
    /// From the first byte.
    Implicit,
}

/// Where and how mails are handed over. `Debug` shows no password.
#[derive(Clone, PartialEq, Eq)]
pub struct SmtpSettings {
    pub host: String,
    pub port: u16,
    pub tls: Tls,
    /// Name and password.
    pub login: Option<(String, String)>,
    /// Certificates in PEM that are trusted beside the well-known ones.
    pub ca: Option<Vec<u8>>,
    /// The longest wait for one answer, in seconds.
    pub timeout_seconds: u64,
    /// The same for the answer to a whole message: a server that looks for viruses takes its
    /// time, and has the mail when we give up.
    pub verdict_seconds: u64,
}

/// Why an address does not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SmtpUrlFault {
    #[error("it must begin with smtp://, smtp+starttls:// or smtps://")]
    Scheme,
    #[error("the host or the port is wrong")]
    Host,
    #[error("the name or the password is wrong; write special letters as %40")]
    Login,
    #[error("a password must not cross a network unencrypted: use smtp+starttls:// or smtps://")]
    PlainPassword,
}

impl std::fmt::Debug for SmtpSettings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SmtpSettings")
            .field("host", &self.host)
            .field("port", &self.port)
            .field("tls", &self.tls)
            .field("login", &self.login.is_some())
            .finish_non_exhaustive()
    }
}

impl SmtpSettings {
    /// Reads an address.
    ///
    /// # Errors
    /// What is wrong with it; never the address itself.
    pub fn parse(url: &str) -> Result<Self, SmtpUrlFault> {
        let (scheme, rest) = url.split_once("://").ok_or(SmtpUrlFault::Scheme)?;
        let (tls, port) = match scheme {
            "smtp" => (Tls::None, 25),
            "smtp+starttls" => (Tls::Start, 587),
            "smtps" => (Tls::Implicit, 465),
            _ => return Err(SmtpUrlFault::Scheme),
        };
        let rest = rest.strip_suffix('/').unwrap_or(rest);
        let (login, place) = match rest.rsplit_once('@') {
            Some((login, place)) => (Some(login_of(login)?), place),
            None => (None, rest),
        };
        let (host, port) = place_of(place, port)?;
        let settings = Self {
            host,
            port,
            tls,
            login,
            ca: None,
            timeout_seconds: 60,
            // RFC 5321, 4.5.3.2.6.
            verdict_seconds: 600,
        };
        settings.check()?;
        Ok(settings)
    }

    /// The same with another password, such as one from a file.
    ///
    /// # Errors
    /// When there is no name to it, or it would go unencrypted over a network.
    pub fn with_password(mut self, password: &str) -> Result<Self, SmtpUrlFault> {
        match &mut self.login {
            Some((_, old)) => password.clone_into(old),
            None => return Err(SmtpUrlFault::Login),
        }
        self.check()?;
        Ok(self)
    }

    fn check(&self) -> Result<(), SmtpUrlFault> {
        let here = self.host == "localhost"
            || self
                .host
                .parse::<IpAddr>()
                .is_ok_and(|address| address.is_loopback());
        if self.tls == Tls::None && self.login.is_some() && !here {
            return Err(SmtpUrlFault::PlainPassword);
        }
        Ok(())
    }
}

/// `name` or `name:password`, special letters as `%40`.
fn login_of(text: &str) -> Result<(String, String), SmtpUrlFault> {
    let (name, password) = text.split_once(':').unwrap_or((text, ""));
    let name = decode(name).ok_or(SmtpUrlFault::Login)?;
    let password = decode(password).ok_or(SmtpUrlFault::Login)?;
    if name.is_empty() {
        return Err(SmtpUrlFault::Login);
    }
    Ok((name, password))
}

fn decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let high = char::from(rest.next()?).to_digit(16)?;
        let low = char::from(rest.next()?).to_digit(16)?;
        bytes.push(u8::try_from(high.checked_mul(16)?.checked_add(low)?).ok()?);
    }
    let text = String::from_utf8(bytes).ok()?;
    (!text.chars().any(char::is_control)).then_some(text)
}

fn place_of(text: &str, standard: u16) -> Result<(String, u16), SmtpUrlFault> {
    let fault = SmtpUrlFault::Host;
    let (host, port) = match text.strip_prefix('[') {
        // An IPv6 address stands in brackets.
        Some(rest) => {
            let (host, tail) = rest.split_once(']').ok_or(fault)?;
            host.parse::<std::net::Ipv6Addr>().map_err(|_| fault)?;
            match tail {
                "" => (host, None),
                tail => (host, Some(tail.strip_prefix(':').ok_or(fault)?)),
            }
        }
        None => match text.split_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (text, None),
        },
    };
    let letter = |byte: u8| byte.is_ascii_alphanumeric() || b".-:".contains(&byte);
    if host.is_empty() || !host.bytes().all(letter) {
        return Err(fault);
    }
    let port = match port {
        None => standard,
        Some(port) => port.parse().ok().filter(|port| *port > 0).ok_or(fault)?,
    };
    Ok((host.to_owned(), port))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail loudly")]
    use super::*;

    #[test]
    fn an_address_says_host_port_encryption_and_login() {
        let read =
            SmtpSettings::parse("smtp+starttls://motcua%40ward.vn:a%3Ab@mail.ward.vn").unwrap();
        assert_eq!(
            (read.host.as_str(), read.port, read.tls),
            ("mail.ward.vn", 587, Tls::Start)
        );
        assert_eq!(
            read.login,
            Some(("motcua@ward.vn".to_owned(), "a:b".to_owned()))
        );
        let read = SmtpSettings::parse("smtps://[::1]:4465/").unwrap();
        assert_eq!(
            (read.host.as_str(), read.port, read.tls),
            ("::1", 4465, Tls::Implicit)
        );
        let read = SmtpSettings::parse("smtp://127.0.0.1").unwrap();
        assert_eq!((read.port, read.tls, read.login), (25, Tls::None, None));
    }

    #[test]
    fn a_wrong_address_is_named_and_a_password_never_goes_unencrypted() {
        use SmtpUrlFault::{Host, Login, PlainPassword, Scheme};
        for (url, fault) in [
            ("mail.ward.vn", Scheme),
            ("http://mail.ward.vn", Scheme),
            ("smtp://", Host),
            ("smtp://mail.ward.vn:0", Host),
            ("smtp://mail.ward.vn:x", Host),
            ("smtp://ma il", Host),
            ("smtps://:pass@mail.ward.vn", Login),
            ("smtps://a%4@mail.ward.vn", Login),
            ("smtp://a:b@mail.ward.vn", PlainPassword),
        ] {
            assert_eq!(SmtpSettings::parse(url), Err(fault), "{url}");
        }
        assert!(SmtpSettings::parse("smtp://a:b@127.0.0.1:2525").is_ok());
        let debug = format!("{:?}", SmtpSettings::parse("smtps://a:geheim@mail.ward.vn"));
        assert!(!debug.contains("geheim"), "{debug}");
    }
}
