//! Where values come from: arguments win over the environment, the environment over the file.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use super::fault::ConfigFault;
use super::names::{ALL, CONFIG, JOBS_PREFIX, JOBS_TABLE, Name};
use super::parse::{self, Expected};
use crate::schedule::{JOBS, Timetable};

/// Where a value came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// A flag of the command line.
    Argument(&'static str),
    Environment,
    File(PathBuf),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Argument(flag) => write!(f, "tham số / argument {flag}"),
            Self::Environment => f.write_str("biến môi trường / environment"),
            Self::File(path) => write!(f, "tệp / file {}", path.display()),
        }
    }
}

/// What the process was given.
#[derive(Debug, Clone, Default)]
pub struct Inputs {
    pub environment: BTreeMap<String, String>,
    /// `--config`.
    pub config: Option<PathBuf>,
    /// Settings as flags.
    pub arguments: Vec<(&'static Name, &'static str, String)>,
}

impl Inputs {
    /// The environment of this process.
    pub fn of_process(config: Option<PathBuf>) -> Self {
        let text = |text: std::ffi::OsString| text.to_string_lossy().into_owned();
        let environment = std::env::vars_os().map(|(name, value)| (text(name), text(value)));
        Self {
            environment: environment.collect(),
            config,
            arguments: Vec::new(),
        }
    }
}

/// The values by key, and the faults so far.
#[derive(Debug, Default)]
pub(super) struct Source {
    values: BTreeMap<&'static str, (String, Origin)>,
    /// Times of jobs, by their names.
    jobs: BTreeMap<&'static str, (String, Origin)>,
    pub(super) faults: Vec<ConfigFault>,
    pub(super) unknown: Vec<String>,
}

impl Source {
    pub(super) fn gather(inputs: &Inputs) -> Self {
        let mut source = Self::default();
        source.take_file(inputs);
        for (variable, value) in &inputs.environment {
            source.take_variable(variable, value);
        }
        for (name, flag, value) in &inputs.arguments {
            source.put(name, value.clone(), Origin::Argument(flag));
        }
        source
    }

    /// The value of a setting; a faulty one is noted, and the default stands in for it.
    pub(super) fn read<T>(
        &mut self,
        name: &'static Name,
        default: T,
        parse: impl FnOnce(&str) -> Result<T, Expected>,
    ) -> T {
        let Some((value, origin)) = self.values.get(name.key) else {
            return default;
        };
        match parse(value.trim()) {
            Ok(parsed) => parsed,
            Err(expected) => {
                let setting = match origin {
                    Origin::File(_) => name.key,
                    _ => name.env,
                };
                self.faults.push(ConfigFault {
                    setting: setting.to_owned(),
                    origin: origin.clone(),
                    expected,
                    given: (!name.secret).then(|| value.clone()),
                });
                default
            }
        }
    }

    #[cfg(fuzzing)]
    pub(super) fn forget(&mut self, names: &[&Name]) {
        self.values
            .retain(|key, _| !names.iter().any(|name| name.key == *key));
    }

    /// The timetable with what is set for single jobs; faults are noted like those of settings.
    pub(super) fn read_jobs(&mut self, mut table: Timetable) -> Timetable {
        for (name, (value, origin)) in std::mem::take(&mut self.jobs) {
            let may_be_off = table.job(name).is_some_and(|job| job.may_be_off);
            match parse::job_time(value.trim(), may_be_off) {
                Ok(time) => table.set(name, time),
                Err(expected) => self.faults.push(ConfigFault {
                    setting: match origin {
                        Origin::File(_) => format!("{JOBS_TABLE}.{name}"),
                        _ => job_variable(name),
                    },
                    origin,
                    expected,
                    given: Some(value),
                }),
            }
        }
        table
    }

    /// Whether a setting was given and is faulty.
    pub(super) fn has_fault(&self, name: &Name) -> bool {
        let named = |fault: &ConfigFault| fault.setting == name.env || fault.setting == name.key;
        self.faults.iter().any(named)
    }

    fn put(&mut self, name: &Name, value: String, origin: Origin) {
        let known = ALL.iter().find(|known| known.key == name.key);
        if let Some(known) = known {
            self.values.insert(known.key, (value, origin));
        }
    }

    /// An empty variable counts as absent: that is how they are switched off in unit files.
    fn take_variable(&mut self, variable: &str, value: &str) {
        if value.is_empty() {
            return;
        }
        if let Some(name) = ALL.iter().find(|name| name.env == variable) {
            self.put(name, value.to_owned(), Origin::Environment);
        } else if let Some(job) = JOBS.iter().find(|job| job_variable(job.name) == variable) {
            let given = (value.to_owned(), Origin::Environment);
            self.jobs.insert(job.name, given);
        } else if variable.starts_with("MOTCUA_")
            && variable != CONFIG
            && !variable.starts_with("MOTCUA_TEST_")
        {
            self.unknown.push(variable.to_owned());
        }
    }

    fn take_file(&mut self, inputs: &Inputs) {
        let of_environment = || {
            inputs
                .environment
                .get(CONFIG)
                .filter(|path| !path.is_empty())
        };
        let (path, origin) = match (&inputs.config, of_environment()) {
            (Some(path), _) => (path.clone(), Origin::Argument("--config")),
            (None, Some(path)) => (PathBuf::from(path), Origin::Environment),
            (None, None) => return,
        };
        match std::fs::read_to_string(&path) {
            Ok(text) => self.take_toml(&path, &text),
            Err(error) => self.faults.push(ConfigFault {
                setting: CONFIG.to_owned(),
                origin,
                expected: Expected::new(
                    format!("không đọc được tệp: {error}"),
                    "a TOML file that this user may read",
                ),
                given: Some(path.display().to_string()),
            }),
        }
    }

    pub(super) fn take_toml(&mut self, path: &Path, text: &str) {
        let table = match text.parse::<toml::Table>() {
            Ok(table) => table,
            Err(error) => {
                // Only the message: the whole error quotes the line, and a password with it.
                let line = error.span().and_then(|span| text.get(..span.start));
                let line = line.map_or(1, |before| before.lines().count().max(1));
                let place = format!("line {line}: {}", error.message());
                self.wrong_key(path, CONFIG, format!("không phải TOML, dòng {line}"), place);
                return;
            }
        };
        for (key, value) in table {
            if key == JOBS_TABLE {
                self.take_jobs(path, value);
                continue;
            }
            let Some(name) = ALL.iter().find(|name| name.key == key) else {
                let known: Vec<_> = ALL.iter().map(|name| name.key).collect();
                let en = format!("no such setting; there are {}", known.join(", "));
                self.wrong_key(path, &key, "không có thiết lập này".to_owned(), en);
                continue;
            };
            match as_text(value) {
                Some(text) => self.put(name, text, Origin::File(path.to_owned())),
                None => {
                    let vi = "cần chuỗi, số nguyên hoặc danh sách chuỗi".to_owned();
                    let en = "a string, an integer or a list of strings".to_owned();
                    self.wrong_key(path, &key, vi, en);
                }
            }
        }
    }

    fn take_jobs(&mut self, path: &Path, value: toml::Value) {
        let toml::Value::Table(jobs) = value else {
            let vi = "cần một bảng: [jobs]".to_owned();
            self.wrong_key(path, JOBS_TABLE, vi, "a table: [jobs]".to_owned());
            return;
        };
        for (key, value) in jobs {
            let known = JOBS.iter().find(|job| job.name == key);
            match (known, value) {
                (Some(job), toml::Value::String(time)) => {
                    let given = (time, Origin::File(path.to_owned()));
                    self.jobs.insert(job.name, given);
                }
                (Some(_), _) => {
                    let vi = "cần một chuỗi".to_owned();
                    self.wrong_key(path, &format!("jobs.{key}"), vi, "a string".to_owned());
                }
                (None, _) => {
                    let all: Vec<_> = JOBS.iter().map(|job| job.name).collect();
                    let en = format!("no such job; there are {}", all.join(", "));
                    let vi = "không có việc này".to_owned();
                    self.wrong_key(path, &format!("jobs.{key}"), vi, en);
                }
            }
        }
    }

    fn wrong_key(&mut self, path: &Path, key: &str, vi: String, en: String) {
        self.faults.push(ConfigFault {
            setting: key.to_owned(),
            origin: Origin::File(path.to_owned()),
            expected: Expected::new(vi, en),
            given: None,
        });
    }
}

/// The variable that sets the time of a job.
pub(super) fn job_variable(job: &str) -> String {
    format!("{JOBS_PREFIX}{}", job.to_uppercase())
}

fn as_text(value: toml::Value) -> Option<String> {
    match value {
        toml::Value::String(text) => Some(text),
        toml::Value::Integer(number) => Some(number.to_string()),
        toml::Value::Array(items) => {
            let items: Option<Vec<_>> = items
                .into_iter()
                .map(|item| item.as_str().map(str::to_owned))
                .collect();
            Some(items?.join(","))
        }
        _ => None,
    }
}
