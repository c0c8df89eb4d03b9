//! What every mail of this service has in common: who writes, and how a letter becomes a message.

use std::fmt::Write as _;
use std::str::FromStr as _;
use std::time::SystemTime;

use chrono::{DateTime, Utc};
use domain::notification::Kind;
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, Message, MultiPart, SinglePart};
use lettre::{Address, message::header};
use sha2::{Digest as _, Sha256};

use super::links::Links;
use super::templates::Rendered;

/// The sender, and where people reach the service.
#[derive(Clone)]
pub struct Letterhead {
    from: Mailbox,
    reply_to: Option<Mailbox>,
    /// Without a slash at the end.
    pub public_url: String,
    pub links: Links,
}

impl std::fmt::Debug for Letterhead {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Letterhead")
            .field("public_url", &self.public_url)
            .finish_non_exhaustive()
    }
}

/// A message ready to be handed over.
#[derive(Clone)]
pub struct Ready {
    pub from: Address,
    pub to: Address,
    /// The whole message as it goes over the wire: ASCII alone, its lines ended by CR LF.
    pub text: String,
    /// A name for a file, the same each time this mail is sent.
    pub file_name: String,
}

impl std::fmt::Debug for Ready {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Ready")
            .field("file_name", &self.file_name)
            .finish_non_exhaustive()
    }
}

/// What is on the envelope of one mail.
#[derive(Clone, Copy)]
pub(super) struct Cover<'a> {
    pub to: &'a str,
    pub kind: Kind,
    pub message_key: &'a str,
    pub office_code: Option<&'a str>,
    pub created_at: DateTime<Utc>,
    pub now: DateTime<Utc>,
}

impl Letterhead {
    /// `from` and `reply_to` as `name@host` or `Name <name@host>`; the name in any letters, the
    /// address in ASCII: few mail servers take others [RFC 6531], and none without being asked.
    ///
    /// # Errors
    /// Which of the two is no such address.
    pub fn new(from: &str, reply_to: Option<&str>, public_url: &str) -> Result<Self, &'static str> {
        let public_url = public_url.trim_end_matches('/').to_owned();
        let mailbox = |text: &str| {
            let mailbox = Mailbox::from_str(text).ok()?;
            mailbox.email.to_string().is_ascii().then_some(mailbox)
        };
        Ok(Self {
            links: Links::of(&public_url),
            from: mailbox(from).ok_or("from")?,
            reply_to: match reply_to {
                Some(text) => Some(mailbox(text).ok_or("reply_to")?),
                None => None,
            },
            public_url,
        })
    }

    /// The same with links of the installation's own.
    #[must_use]
    pub fn with_links(mut self, links: Links) -> Self {
        self.links = links;
        self
    }

    /// Whether a mail to this address would come back to ourselves.
    pub(super) fn is_own(&self, address: &str) -> bool {
        std::iter::once(&self.from)
            .chain(&self.reply_to)
            .any(|own| own.email.to_string().eq_ignore_ascii_case(address))
    }

    /// The same for the same key, whoever sends it and how often; another one in any other
    /// installation, where the same key means another mail and the sender may be of the same
    /// domain.
    pub(super) fn message_id(&self, message_key: &str) -> String {
        let mark = digest(&format!("{}\n{message_key}", self.public_url));
        format!("<{mark}@{}>", self.from.email.domain())
    }

    /// Mail programs sort and mute by it: one list a kind and office.
    fn list_id(&self, kind: Kind, office_code: Option<&str>) -> String {
        let mut id = format!("<{}.", kind.as_str().replace('_', "-"));
        if let Some(code) = office_code {
            id.push_str(&code.to_lowercase().replace('.', "-"));
            id.push('.');
        }
        id.push_str(self.from.email.domain());
        id.push('>');
        id
    }

    /// Makes the message of a letter.
    ///
    /// # Errors
    /// What is wrong, without the address.
    pub(super) fn message(&self, cover: Cover<'_>, letter: Rendered) -> Result<Ready, String> {
        let to: Address = cover.to.parse().map_err(|_| "bad address".to_owned())?;
        let mut builder = Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, to.clone()))
            .subject(letter.subject)
            .date(SystemTime::from(cover.now))
            .message_id(Some(self.message_id(cover.message_key)))
            .header(header::MIME_VERSION_1_0)
            .raw_header(raw("Auto-Submitted", "auto-generated".to_owned()))
            .raw_header(raw("List-Id", self.list_id(cover.kind, cover.office_code)));
        if let Some(reply_to) = &self.reply_to {
            builder = builder.reply_to(reply_to.clone());
        }
        let message = builder
            .multipart(
                MultiPart::alternative()
                    .singlepart(SinglePart::plain(letter.text))
                    .singlepart(SinglePart::html(letter.html)),
            )
            .map_err(|error| format!("message: {error}"))?;
        let day = domain::time::to_local(cover.created_at).format("%Y%m%d-%H%M%S");
        let mark: String = digest(cover.message_key).chars().take(12).collect();
        Ok(Ready {
            from: self.from.email.clone(),
            to,
            text: String::from_utf8(message.formatted())
                .map_err(|_| "message: not ASCII".to_owned())?,
            file_name: format!("{day}-{}-{mark}.eml", cover.kind.as_str()),
        })
    }
}

fn raw(name: &'static str, value: String) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value)
}

fn digest(text: &str) -> String {
    let mut hex = String::with_capacity(40);
    for byte in Sha256::digest(text.as_bytes()).iter().take(20) {
        // Writing to a string does not fail.
        let _ = write!(hex, "{byte:02x}");
    }
    hex
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail loudly")]
    use super::Letterhead;

    #[test]
    fn an_address_is_of_ascii_and_its_name_of_any_letters() {
        let head = |from| Letterhead::new(from, None, "").map(drop);
        assert_eq!(head("Một cửa <motcua@phuong.example.vn>"), Ok(()));
        assert_eq!(head("motcua@xn--phng-7na.example.vn"), Ok(()));
        for from in [
            "motcua@phường.example.vn",
            "mộtcửa@phuong.example.vn",
            "motcua",
        ] {
            assert_eq!(head(from), Err("from"), "{from}");
        }
    }

    #[test]
    fn a_message_id_is_of_one_mail_of_one_installation() {
        let head = |url| Letterhead::new("motcua@tinh.example.vn", None, url).unwrap();
        let (one, other) = (head("https://a.example.vn"), head("https://b.example.vn"));
        let key = "digest/5/2026-11-20";
        assert_eq!(
            one.message_id(key),
            head("https://a.example.vn/").message_id(key)
        );
        assert_ne!(one.message_id(key), other.message_id(key));
        assert_ne!(one.message_id(key), one.message_id("digest/5/2026-11-21"));
        assert!(one.message_id(key).ends_with("@tinh.example.vn>"));
    }
}
