//! The settings of mails: the server or the folder, and who writes.

use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use actix_web::http::Uri;
use infra::notification::delivery::{FileMailer, Mailer, SmtpMailer, SmtpSettings};
use infra::notification::{Letterhead, LinkFault, Links, Place};

use super::fault::ConfigFault;
use super::names::{self, Name};
use super::parse::{self, Expected};
use super::source::{Origin, Source};

/// Mails a second, unless set: well above what a city sends, and gentle to mail servers and to
/// the counter next door.
const RATE: NonZeroU32 = match NonZeroU32::new(300) {
    Some(rate) => rate,
    None => NonZeroU32::MIN,
};

/// Where mails go and who writes them.
#[derive(Debug, Clone)]
pub struct MailSettings {
    /// Without one, mails are written to the folder.
    pub smtp: Option<SmtpSettings>,
    pub folder: PathBuf,
    pub from: String,
    pub reply_to: Option<String>,
    /// Mails a second at most.
    pub rate: NonZeroU32,
    /// Where the links in mails lead.
    pub links: Links,
}

impl MailSettings {
    /// Where mails go.
    ///
    /// # Errors
    /// When the folder cannot be made, or a certificate does not read.
    pub fn mailer(&self) -> Result<Arc<dyn Mailer>, String> {
        Ok(match &self.smtp {
            Some(smtp) => Arc::new(SmtpMailer::new(smtp.clone())?),
            None => Arc::new(FileMailer::new(&self.folder).map_err(|error| error.to_string())?),
        })
    }

    /// Who writes.
    ///
    /// # Errors
    /// When an address does not read; the settings have checked them.
    pub fn letterhead(&self, public_url: &str) -> Result<Letterhead, String> {
        Letterhead::new(&self.from, self.reply_to.as_deref(), public_url)
            .map(|head| head.with_links(self.links.clone()))
            .map_err(str::to_owned)
    }
}

pub(super) fn read(source: &mut Source, data_dir: &Path, public_url: &str) -> MailSettings {
    let smtp = source.read(&names::SMTP_URL, None, |raw| smtp(raw).map(Some));
    let password = source.read(&names::SMTP_PASSWORD_FILE, None, |raw| text(raw).map(Some));
    let ca = source.read(&names::SMTP_CA_FILE, None, |raw| certificate(raw).map(Some));
    let timeout = source.read(&names::SMTP_TIMEOUT, 60, parse::seconds);
    let from = source.read(&names::MAIL_FROM, None, |raw| mailbox(raw).map(Some));
    if smtp.is_some() && from.is_none() && !source.has_fault(&names::MAIL_FROM) {
        missing(source, &names::MAIL_FROM);
    }
    let smtp = smtp.map(|mut smtp| {
        smtp.ca = ca;
        smtp.timeout_seconds = timeout;
        smtp
    });
    MailSettings {
        smtp: with_password(source, smtp, password.as_deref()),
        folder: source.read(&names::MAIL_DIR, data_dir.join("mails"), parse::folder),
        from: from.unwrap_or_else(|| default_from(public_url)),
        reply_to: source.read(&names::MAIL_REPLY_TO, None, |raw| mailbox(raw).map(Some)),
        rate: source.read(&names::MAIL_RATE, RATE, parse::per_second),
        links: links(source, public_url),
    }
}

fn links(source: &mut Source, public_url: &str) -> Links {
    [
        (&names::LINK_LIST, Place::List),
        (&names::LINK_DOSSIER, Place::Dossier),
        (&names::LINK_PROPOSAL, Place::Proposal),
        (&names::LINK_LOOKUP, Place::LookUp),
    ]
    .into_iter()
    .fold(Links::of(public_url), |links, (name, place)| {
        source.read(name, links.clone(), |raw| {
            let set = links.with(place, raw);
            set.map_err(|fault| link(place, fault))
        })
    })
}

fn link(place: Place, fault: LinkFault) -> Expected {
    let pattern = place.default_pattern();
    Expected::new(
        format!("cần đường dẫn hoặc địa chỉ http(s) với đúng các chỗ điền, như {pattern}"),
        format!(
            "a path or an http(s) address with the words of this link, such as {pattern}; {fault}"
        ),
    )
}

fn with_password(
    source: &mut Source,
    smtp: Option<SmtpSettings>,
    password: Option<&str>,
) -> Option<SmtpSettings> {
    let (Some(given), Some(password)) = (smtp.clone(), password) else {
        return smtp;
    };
    match given.with_password(password) {
        Ok(smtp) => Some(smtp),
        Err(fault) => {
            source.faults.push(ConfigFault {
                setting: names::SMTP_URL.env.to_owned(),
                origin: Origin::Environment,
                expected: server(&fault.to_string()),
                given: None,
            });
            None
        }
    }
}

fn missing(source: &mut Source, name: &Name) {
    source.faults.push(ConfigFault {
        setting: name.env.to_owned(),
        origin: Origin::Environment,
        expected: Expected::new(
            "bắt buộc khi có MOTCUA_SMTP_URL: địa chỉ người gửi, như Một cửa <motcua@phuong.example.vn>",
            "required with MOTCUA_SMTP_URL: the sender, such as Một cửa <motcua@phuong.example.vn>",
        ),
        given: None,
    });
}

/// The reason alone: the address holds a password.
fn smtp(raw: &str) -> Result<SmtpSettings, Expected> {
    SmtpSettings::parse(raw).map_err(|fault| server(&fault.to_string()))
}

fn server(reason: &str) -> Expected {
    Expected::new(
        "cần smtp://máy:cổng, smtp+starttls://tên:mật_khẩu@máy hoặc smtps://tên:mật_khẩu@máy; mật khẩu không đi qua mạng khi không mã hóa",
        format!(
            "smtp://host:port, smtp+starttls://name:password@host or smtps://name:password@host; {reason}"
        ),
    )
}

fn text(raw: &str) -> Result<String, Expected> {
    match std::fs::read_to_string(raw) {
        Ok(text) => Ok(text.trim_end_matches(['\r', '\n']).to_owned()),
        Err(error) => Err(Expected::new(
            format!("cần tệp đọc được: {error}"),
            format!("a file that this user may read: {error}"),
        )),
    }
}

fn certificate(raw: &str) -> Result<Vec<u8>, Expected> {
    let pem = text(raw)?;
    if pem.contains("-----BEGIN CERTIFICATE-----") {
        return Ok(pem.into_bytes());
    }
    Err(Expected::new(
        "cần tệp chứng thư dạng PEM",
        "a file of certificates in PEM",
    ))
}

fn mailbox(raw: &str) -> Result<String, Expected> {
    let expected = || {
        Expected::new(
            "cần địa chỉ thư, như motcua@phuong.example.vn hoặc Một cửa <motcua@phuong.example.vn>",
            "an address, such as motcua@phuong.example.vn or Một cửa <motcua@phuong.example.vn>",
        )
    };
    match Letterhead::new(raw, None, "") {
        Ok(_) => Ok(raw.to_owned()),
        Err(_) => Err(expected()),
    }
}

/// For files, where nobody answers.
fn default_from(public_url: &str) -> String {
    let host = public_url
        .parse::<Uri>()
        .ok()
        .and_then(|uri| uri.host().map(str::to_owned));
    let named = host.filter(|host| host.contains(|letter: char| letter.is_ascii_alphabetic()));
    format!("motcua@{}", named.as_deref().unwrap_or("localhost"))
}
