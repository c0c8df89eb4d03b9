//! The settings: from arguments, environment and an optional TOML file, all faults at once.

mod fault;
mod mail;
pub mod names;
mod parse;
mod source;
#[cfg(test)]
mod tests;

use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use infra::db::DbSettings;
use infra::files::{Files, FilesError};
use ipnet::IpNet;

use crate::http::PerMinute;
use crate::schedule::Timetable;
pub use fault::{ConfigFault, ConfigFaults};
pub use mail::MailSettings;
pub use names::Name;
pub use parse::Expected;
pub use source::{Inputs, Origin};

use source::Source;

/// How the service writes its log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// For eyes.
    Text,
    /// For collectors.
    Json,
}

/// Where attachments are kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Attachments {
    Folder(PathBuf),
    /// `s3://bucket`.
    Bucket(String),
}

impl Attachments {
    /// Opens the store; a folder is made where it is missing.
    ///
    /// # Errors
    /// When the folder cannot be made or the bucket's settings are incomplete.
    pub fn open(&self) -> Result<Files, FilesError> {
        match self {
            Self::Folder(folder) => Files::in_folder(folder),
            Self::Bucket(url) => Files::open(url),
        }
    }
}

/// Every setting, checked. `Debug` shows no password.
#[derive(Debug, Clone)]
pub struct Settings {
    pub db: DbSettings,
    pub listen: SocketAddr,
    pub data_dir: PathBuf,
    /// Where people reach the service, without a slash at the end.
    pub public_url: String,
    pub attachments: Attachments,
    pub trusted_proxies: Vec<IpNet>,
    /// Who may read `/metrics` besides this machine.
    pub metrics_allow: Vec<IpNet>,
    pub per_minute: PerMinute,
    pub mail: MailSettings,
    /// Threads that answer requests; one a core when none.
    pub workers: Option<NonZeroUsize>,
    /// What is logged, as `tracing` reads it.
    pub log: String,
    pub log_format: LogFormat,
    /// When each job runs.
    pub jobs: Timetable,
    /// Variables that look like ours but are no setting.
    pub unknown: Vec<String>,
}

impl Settings {
    /// Reads and checks everything.
    ///
    /// # Errors
    /// All that is wrong, each with its setting, where it came from, and what is expected.
    pub fn load(inputs: &Inputs) -> Result<Self, ConfigFaults> {
        let mut source = Source::gather(inputs);
        let settings = Self::read(&mut source);
        match source.faults.is_empty() {
            true => Ok(settings),
            false => Err(ConfigFaults(source.faults)),
        }
    }

    /// The address to listen on, and nothing else: no folder is made or tried.
    ///
    /// # Errors
    /// Faults of this setting, or of the file that may hold it.
    pub fn listen(inputs: &Inputs) -> Result<SocketAddr, ConfigFaults> {
        let mut source = Source::gather(inputs);
        let listen = source.read(&names::LISTEN, default_listen(), parse::address);
        match source.faults.is_empty() {
            true => Ok(listen),
            false => Err(ConfigFaults(source.faults)),
        }
    }

    /// Reads a TOML file's text and nothing else; its folders are left out, for reading a folder
    /// makes it.
    #[cfg(fuzzing)]
    pub fn of_toml(text: &str) -> Result<Self, ConfigFaults> {
        let mut source = Source::default();
        source.take_toml(Path::new("motcua.toml"), text);
        source.forget(&[&names::DATA_DIR, &names::ATTACHMENTS_URL]);
        let settings = Self::read(&mut source);
        match source.faults.is_empty() {
            true => Ok(settings),
            false => Err(ConfigFaults(source.faults)),
        }
    }

    /// The folder of the signing keys.
    pub fn keys_dir(&self) -> PathBuf {
        self.data_dir.join("keys")
    }

    /// A faulty setting is noted and stands at its default, so that the rest is checked too.
    fn read(source: &mut Source) -> Self {
        let data_dir = source.read(&names::DATA_DIR, PathBuf::from("./data"), parse::folder);
        let listen = source.read(&names::LISTEN, default_listen(), parse::address);
        let attachments = data_dir.join("attachments");
        let base = PerMinute::default();
        let public_url = source.read(&names::PUBLIC_URL, url_of(listen), parse::public_url);
        Self {
            mail: mail::read(source, &data_dir, &public_url),
            db: database(source, &data_dir),
            public_url,
            attachments: source.read(
                &names::ATTACHMENTS_URL,
                Attachments::Folder(attachments),
                parse::attachments,
            ),
            trusted_proxies: source.read(&names::TRUSTED_PROXIES, Vec::new(), parse::networks),
            metrics_allow: source.read(&names::METRICS_ALLOW, Vec::new(), parse::networks),
            per_minute: PerMinute {
                look_up: source.read(&names::LIMIT_LOOKUP, base.look_up, parse::per_minute),
                miss: source.read(&names::LIMIT_MISS, base.miss, parse::per_minute),
                preview: source.read(&names::LIMIT_PREVIEW, base.preview, parse::per_minute),
                login: source.read(&names::LIMIT_LOGIN, base.login, parse::per_minute),
            },
            workers: source.read(&names::WORKERS, None, |raw| parse::workers(raw).map(Some)),
            log: source.read(&names::LOG, "info".to_owned(), parse::log_filter),
            log_format: source.read(&names::LOG_FORMAT, LogFormat::Text, parse::log_format),
            jobs: source.read_jobs(Timetable::default()),
            unknown: std::mem::take(&mut source.unknown),
            listen,
            data_dir,
        }
    }
}

fn database(source: &mut Source, data_dir: &Path) -> DbSettings {
    let file = data_dir.join("motcua.db");
    let default = format!("sqlite://{}", file.display());
    let mut settings = DbSettings::new(source.read(&names::DATABASE_URL, default, parse::database));
    settings.pg_pool = source.read(&names::PG_POOL, settings.pg_pool, parse::connections);
    settings.readers = source.read(&names::SQLITE_READERS, settings.readers, parse::connections);
    settings.queue = source.read(&names::QUEUE, settings.queue, parse::queue);
    settings
}

fn default_listen() -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], 8080))
}

/// An address that listens everywhere is reached, from here, at this machine's own.
fn url_of(listen: SocketAddr) -> String {
    match listen.ip().is_unspecified() {
        true => format!("http://localhost:{}", listen.port()),
        false => format!("http://{listen}"),
    }
}
