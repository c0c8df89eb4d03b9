//! What each setting takes, and what it says when it is given something else.

use std::fs;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::num::{NonZeroU32, NonZeroUsize};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use actix_web::http::Uri;
use infra::db::{DbSettings, OpenError};
use ipnet::IpNet;
use tracing_subscriber::EnvFilter;

use super::{Attachments, LogFormat};
use crate::schedule::{Cron, OFF};

/// What a setting expects, in both languages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expected {
    pub vi: String,
    pub en: String,
}

impl Expected {
    pub(super) fn new(vi: impl Into<String>, en: impl Into<String>) -> Self {
        Self {
            vi: vi.into(),
            en: en.into(),
        }
    }
}

type Parsed<T> = Result<T, Expected>;

pub(super) fn address(raw: &str) -> Parsed<SocketAddr> {
    raw.parse().map_err(|_| {
        Expected::new(
            "cần địa chỉ IP và cổng, như 127.0.0.1:8080 hoặc [::1]:8080",
            "an IP address and a port, such as 127.0.0.1:8080 or [::1]:8080",
        )
    })
}

/// The reason alone: the URL holds a password.
pub(super) fn database(raw: &str) -> Parsed<String> {
    let reason = match DbSettings::new(raw).check() {
        Ok(_) => return Ok(raw.to_owned()),
        Err(OpenError::Url { reason }) => reason,
        Err(_) => "it does not read",
    };
    Err(Expected::new(
        "cần sqlite:///đường/dẫn/motcua.db hoặc postgres://người_dùng:mật_khẩu@máy/cơ_sở_dữ_liệu",
        format!("sqlite:///path/motcua.db or postgres://user:password@host/name; {reason}"),
    ))
}

pub(super) fn folder(raw: &str) -> Parsed<PathBuf> {
    let path = PathBuf::from(raw);
    match usable(&path) {
        Ok(()) => Ok(path),
        Err(error) => Err(Expected::new(
            format!("cần thư mục đọc và ghi được: {error}"),
            format!("a folder that this user may read and write: {error}"),
        )),
    }
}

/// Makes the folder where it is missing, for its owner alone, and tries to write there.
fn usable(path: &Path) -> io::Result<()> {
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)?;
    fs::read_dir(path)?;
    let probe = path.join(format!(".motcua-{}", std::process::id()));
    fs::write(&probe, b"")?;
    fs::remove_file(&probe)
}

pub(super) fn public_url(raw: &str) -> Parsed<String> {
    let expected = || {
        Expected::new(
            "cần địa chỉ http:// hoặc https:// không kèm đường dẫn, như https://motcua.example.vn",
            "an http:// or https:// address without a path, such as https://motcua.example.vn",
        )
    };
    let uri: Uri = raw.parse().map_err(|_| expected())?;
    let scheme = matches!(uri.scheme_str(), Some("http" | "https"));
    let host = uri.host().is_some_and(|host| !host.is_empty());
    let bare = uri.path() == "/" && uri.query().is_none();
    let stranger = uri
        .authority()
        .is_some_and(|authority| authority.as_str().contains('@'));
    if scheme && host && bare && !stranger {
        return Ok(raw.trim_end_matches('/').to_owned());
    }
    Err(expected())
}

pub(super) fn attachments(raw: &str) -> Parsed<Attachments> {
    if let Some(path) = raw
        .strip_prefix("file://")
        .filter(|path| path.starts_with('/'))
    {
        return folder(path).map(Attachments::Folder);
    }
    let bucket = raw
        .strip_prefix("s3://")
        .map(|rest| rest.trim_end_matches('/'));
    if bucket.is_some_and(|bucket| !bucket.is_empty() && !bucket.contains(['/', '@', '?'])) {
        return Ok(Attachments::Bucket(raw.to_owned()));
    }
    Err(Expected::new(
        "cần file:///thư/mục hoặc s3://tên-bucket",
        "file:///folder or s3://bucket",
    ))
}

pub(super) fn networks(raw: &str) -> Parsed<Vec<IpNet>> {
    let parts = raw
        .split(',')
        .map(str::trim)
        .filter(|part| !part.is_empty());
    parts
        .map(|part| {
            let address = part.parse::<IpAddr>().map(IpNet::from);
            part.parse::<IpNet>().or(address).map_err(|_| {
                Expected::new(
                    format!("{part:?} không phải địa chỉ hay mạng, như 10.0.0.7 hoặc 10.0.0.0/8"),
                    format!("addresses or networks with commas between, such as 10.0.0.7 or 10.0.0.0/8; {part:?} is neither"),
                )
            })
        })
        .collect()
}

pub(super) fn per_minute(raw: &str) -> Parsed<NonZeroU32> {
    within(raw, 1, 1_000_000)
        .and_then(|count| NonZeroU32::new(count).ok_or_else(|| range(1, 1_000_000)))
}

pub(super) fn per_second(raw: &str) -> Parsed<NonZeroU32> {
    within(raw, 1, 10_000).and_then(|count| NonZeroU32::new(count).ok_or_else(|| range(1, 10_000)))
}

pub(super) fn seconds(raw: &str) -> Parsed<u64> {
    within(raw, 1, 600)
}

pub(super) fn connections(raw: &str) -> Parsed<u32> {
    within(raw, 1, 200)
}

pub(super) fn queue(raw: &str) -> Parsed<usize> {
    within(raw, 1, 100_000)
}

pub(super) fn workers(raw: &str) -> Parsed<NonZeroUsize> {
    within(raw, 1, 256).and_then(|count| NonZeroUsize::new(count).ok_or_else(|| range(1, 256)))
}

fn within<T: FromStr + PartialOrd + std::fmt::Display>(raw: &str, min: T, max: T) -> Parsed<T> {
    match raw.parse::<T>() {
        Ok(number) if min <= number && number <= max => Ok(number),
        _ => Err(range(min, max)),
    }
}

fn range<T: std::fmt::Display>(min: T, max: T) -> Expected {
    Expected::new(
        format!("cần số nguyên từ {min} đến {max}"),
        format!("a whole number from {min} to {max}"),
    )
}

pub(super) fn log_filter(raw: &str) -> Parsed<String> {
    match EnvFilter::try_new(raw) {
        Ok(_) => Ok(raw.to_owned()),
        Err(error) => Err(Expected::new(
            "cần error, warn, info, debug hoặc trace, hay theo từng phần: info,infra::db=debug",
            format!(
                "error, warn, info, debug or trace, or by module: info,infra::db=debug ({error})"
            ),
        )),
    }
}

pub(super) fn log_format(raw: &str) -> Parsed<LogFormat> {
    match raw {
        "text" => Ok(LogFormat::Text),
        "json" => Ok(LogFormat::Json),
        _ => Err(Expected::new("cần text hoặc json", "text or json")),
    }
}

/// When a job runs; none when it is off.
pub(super) fn job_time(raw: &str, may_be_off: bool) -> Parsed<Option<Cron>> {
    if raw == OFF {
        return match may_be_off {
            true => Ok(None),
            false => Err(Expected::new(
                "việc này không tắt được; cần năm trường cron, giờ Việt Nam",
                "a time in five fields of cron, at UTC+7: this job cannot be off",
            )),
        };
    }
    Cron::parse(raw).map(Some).map_err(|fault| {
        let (vi, en) = fault.words();
        let or_off = if may_be_off { " (off: tắt, off)" } else { "" };
        Expected::new(format!("{vi}{or_off}"), format!("{en}{or_off}"))
    })
}
