//! A session: one stretch of working time within a local day.

use std::fmt;
use std::str::FromStr;

use super::moment::MICROS_PER_MINUTE;

const MINUTES_PER_DAY: u16 = 1_440;

/// A stretch of working time (buổi làm việc), half-open: its end is outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Session {
    start: u16,
    end: u16,
}

/// Why a text or a pair of minutes is no session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SessionFault {
    #[error("a session is written HH:MM-HH:MM")]
    Unreadable,
    #[error("a session lies between 00:00 and 24:00")]
    OutsideTheDay,
    #[error("a session ends after it starts")]
    Empty,
}

impl Session {
    /// From minutes of the local day, `0..=1440`.
    pub fn new(start: u16, end: u16) -> Result<Self, SessionFault> {
        if start > MINUTES_PER_DAY || end > MINUTES_PER_DAY {
            Err(SessionFault::OutsideTheDay)
        } else if start >= end {
            Err(SessionFault::Empty)
        } else {
            Ok(Self { start, end })
        }
    }

    /// From `07:30-11:30`; `24:00` is allowed as the end.
    pub fn parse(text: &str) -> Result<Self, SessionFault> {
        let (start, end) = text.split_once('-').ok_or(SessionFault::Unreadable)?;
        Self::new(minutes(start)?, minutes(end)?)
    }

    /// Minutes since midnight.
    pub fn start(self) -> u16 {
        self.start
    }

    /// Minutes since midnight, at most 1440.
    pub fn end(self) -> u16 {
        self.end
    }

    pub fn minutes(self) -> u16 {
        self.end - self.start
    }

    pub(super) fn start_micros(self) -> i64 {
        i64::from(self.start) * MICROS_PER_MINUTE
    }

    pub(super) fn end_micros(self) -> i64 {
        i64::from(self.end) * MICROS_PER_MINUTE
    }
}

fn minutes(text: &str) -> Result<u16, SessionFault> {
    let (hour, minute) = text.split_once(':').ok_or(SessionFault::Unreadable)?;
    let (hour, minute) = (two_digits(hour)?, two_digits(minute)?);
    if minute > 59 {
        return Err(SessionFault::OutsideTheDay);
    }
    Ok(hour * 60 + minute)
}

fn two_digits(text: &str) -> Result<u16, SessionFault> {
    // `parse` alone would take "+7".
    if text.len() != 2 || !text.bytes().all(|b| b.is_ascii_digit()) {
        return Err(SessionFault::Unreadable);
    }
    text.parse().map_err(|_| SessionFault::Unreadable)
}

impl FromStr for Session {
    type Err = SessionFault;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

impl fmt::Display for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { start, end } = self;
        write!(
            f,
            "{:02}:{:02}-{:02}:{:02}",
            start / 60,
            start % 60,
            end / 60,
            end % 60
        )
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail loudly")]
    use super::*;

    #[test]
    fn a_session_reads_and_writes_the_same_text() {
        for text in ["07:30-11:30", "00:00-24:00", "23:59-24:00"] {
            assert_eq!(Session::parse(text).unwrap().to_string(), text);
        }
    }

    #[test]
    fn what_is_no_session_is_refused() {
        use SessionFault::{Empty, OutsideTheDay, Unreadable};
        for (text, fault) in [
            ("", Unreadable),
            ("07:30", Unreadable),
            ("7:30-11:30", Unreadable),
            ("+7:30-11:30", Unreadable),
            ("07:30-11:30-12:00", Unreadable),
            ("07:30–11:30", Unreadable),
            ("07:60-11:30", OutsideTheDay),
            ("07:30-24:01", OutsideTheDay),
            ("99:00-99:30", OutsideTheDay),
            ("11:30-11:30", Empty),
            ("11:30-07:30", Empty),
        ] {
            assert_eq!(Session::parse(text), Err(fault), "{text}");
        }
    }
}
