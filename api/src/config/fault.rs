//! What is wrong with the configuration, in words that say how to put it right.

use std::fmt;

use super::parse::Expected;
use super::source::Origin;

/// One fault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigFault {
    /// `MOTCUA_LISTEN`, or a key of the TOML file.
    pub setting: String,
    pub origin: Origin,
    pub expected: Expected,
    /// What was given; none where it may be a secret.
    pub given: Option<String>,
}

/// All of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigFaults(pub Vec<ConfigFault>);

impl fmt::Display for ConfigFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.setting, self.origin)?;
        if let Some(given) = &self.given {
            write!(f, " = {given:?}")?;
        }
        write!(f, "\n     {}\n     {}", self.expected.vi, self.expected.en)
    }
}

impl fmt::Display for ConfigFaults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = self.0.len();
        write!(
            f,
            "Cấu hình có {count} lỗi (faults in the configuration: {count}):"
        )?;
        for (number, fault) in (1..).zip(&self.0) {
            write!(f, "\n {number:>2}. {fault}")?;
        }
        Ok(())
    }
}

impl std::error::Error for ConfigFaults {}
