//! Why a command did not do what it was told, Vietnamese first, English below.

use std::fmt;
use std::process::ExitCode;

use infra::auth::KeyError;
use infra::backup::BackupError;
use infra::db::OpenError;
use infra::error::Error;
use infra::files::FilesError;

use crate::config::ConfigFaults;

/// What `sysexits.h` calls EX_CONFIG.
const CONFIGURATION: u8 = 78;

#[derive(Debug)]
pub(super) enum Failure {
    Config(ConfigFaults),
    Said { vi: String, en: String },
}

impl Failure {
    pub(super) fn new(vi: impl Into<String>, en: impl Into<String>) -> Self {
        Self::Said {
            vi: vi.into(),
            en: en.into(),
        }
    }

    pub(super) fn exit_code(&self) -> ExitCode {
        match self {
            Self::Config(_) => ExitCode::from(CONFIGURATION),
            Self::Said { .. } => ExitCode::FAILURE,
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Config(faults) => faults.fmt(f),
            Self::Said { vi, en } => write!(f, "motcua: {vi}\n        {en}"),
        }
    }
}

impl From<ConfigFaults> for Failure {
    fn from(faults: ConfigFaults) -> Self {
        Self::Config(faults)
    }
}

impl From<OpenError> for Failure {
    fn from(error: OpenError) -> Self {
        let vi = match error {
            OpenError::DatabaseNewer { .. } => {
                "cơ sở dữ liệu mới hơn chương trình này: hãy cập nhật chương trình"
            }
            OpenError::Migration { .. } => "không cập nhật được cấu trúc cơ sở dữ liệu",
            _ => "không mở được cơ sở dữ liệu",
        };
        Self::new(vi, error.to_string())
    }
}

impl From<KeyError> for Failure {
    fn from(error: KeyError) -> Self {
        Self::new("khóa ký không dùng được", error.to_string())
    }
}

impl From<BackupError> for Failure {
    fn from(error: BackupError) -> Self {
        let vi = match &error {
            BackupError::Exists(path) => {
                format!("{} đã có sẵn; không ghi đè lên gì cả", path.display())
            }
            BackupError::NoDatabase(path) => {
                format!("không có cơ sở dữ liệu ở {}", path.display())
            }
            BackupError::DumpWanted => "cơ sở dữ liệu là PostgreSQL: chạy pg_dump --format=custom trước, rồi chỉ tệp đó bằng --dump".to_owned(),
            BackupError::DumpUnwanted => "--dump chỉ dành cho PostgreSQL".to_owned(),
            BackupError::NotADump(path) => format!(
                "{} không phải bản kết xuất của pg_dump --format=custom",
                path.display()
            ),
            BackupError::StaleDump(path) => format!(
                "{} được ghi từ hơn một giờ trước: hãy chạy lại pg_dump ngay trước khi sao lưu",
                path.display()
            ),
            BackupError::DumpNotRestored(path) => format!(
                "cơ sở dữ liệu còn trống: chạy pg_restore với {} trước",
                path.display()
            ),
            BackupError::NotABackup { path, .. } => format!(
                "{} không chứa bản sao lưu mà chương trình này đọc được",
                path.display()
            ),
            BackupError::OtherKind { .. } => {
                "bản sao lưu thuộc loại cơ sở dữ liệu khác với thiết lập".to_owned()
            }
            BackupError::Damaged { path, .. } => format!("{} bị hỏng", path.display()),
            BackupError::Open(OpenError::DatabaseNewer { .. }) => {
                "cơ sở dữ liệu mới hơn chương trình này: hãy dùng chương trình mới hơn".to_owned()
            }
            _ => "không sao lưu hay khôi phục được".to_owned(),
        };
        Self::new(vi, error.to_string())
    }
}

impl From<FilesError> for Failure {
    fn from(error: FilesError) -> Self {
        Self::new("không mở được nơi lưu tệp đính kèm", error.to_string())
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        match error {
            Error::Invalid(faults) => {
                let all = |text: fn(&infra::error::Fault) -> &str| {
                    let lines = faults
                        .iter()
                        .map(|fault| format!("{}: {}", fault.field, text(fault)));
                    lines.collect::<Vec<_>>().join("; ")
                };
                Self::new(all(|fault| &fault.vi), all(|fault| &fault.en))
            }
            error => Self::new("không thực hiện được", error.to_string()),
        }
    }
}
