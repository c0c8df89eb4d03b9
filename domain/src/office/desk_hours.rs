//! When the reception desk is open: for people to read, no deadline is counted by it.

use crate::deadline::Session;

/// The days of the week as the wire names them, Monday first.
pub const WEEKDAYS: [&str; 7] = [
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
];

/// More sessions than this on one day is a mistake.
const MAX_SESSIONS: usize = 8;

/// Opening sessions of the desk (giờ tiếp nhận), Monday first; may hold hours that do not count
/// as working time, such as a Saturday morning.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DeskHours([Vec<Session>; 7]);

/// What is wrong with the sessions of one day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeskHoursFault {
    /// A session begins before the one listed before it has ended.
    Unsorted {
        weekday: &'static str,
    },
    TooMany {
        weekday: &'static str,
    },
}

impl DeskHours {
    /// Checks every day and names every fault.
    pub fn new(days: [Vec<Session>; 7]) -> Result<Self, Vec<DeskHoursFault>> {
        let faults: Vec<_> = WEEKDAYS
            .into_iter()
            .zip(&days)
            .filter_map(|(weekday, sessions)| fault_of(weekday, sessions))
            .collect();
        if faults.is_empty() {
            Ok(Self(days))
        } else {
            Err(faults)
        }
    }

    /// Each day of the week with its sessions.
    pub fn days(&self) -> impl Iterator<Item = (&'static str, &[Session])> {
        WEEKDAYS.into_iter().zip(self.0.iter().map(Vec::as_slice))
    }
}

fn fault_of(weekday: &'static str, sessions: &[Session]) -> Option<DeskHoursFault> {
    if sessions.len() > MAX_SESSIONS {
        return Some(DeskHoursFault::TooMany { weekday });
    }
    sessions
        .windows(2)
        .any(|pair| matches!(pair, [first, second] if second.start() < first.end()))
        .then_some(DeskHoursFault::Unsorted { weekday })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail loudly")]
    use super::*;

    fn monday(sessions: &[&str]) -> [Vec<Session>; 7] {
        let mut days: [Vec<Session>; 7] = Default::default();
        days[0] = sessions
            .iter()
            .map(|text| Session::parse(text).unwrap())
            .collect();
        days
    }

    #[test]
    fn sessions_stand_in_order_and_may_touch() {
        let hours = DeskHours::new(monday(&["07:30-11:30", "11:30-12:00"])).unwrap();
        let (weekday, sessions) = hours.days().next().unwrap();
        assert_eq!((weekday, sessions.len()), ("monday", 2));
    }

    #[test]
    fn overlapping_or_too_many_sessions_are_named_by_their_day() {
        assert_eq!(
            DeskHours::new(monday(&["07:30-11:30", "11:00-12:00"])),
            Err(vec![DeskHoursFault::Unsorted { weekday: "monday" }])
        );
        assert_eq!(
            DeskHours::new(monday(&["07:30-11:30"; 9])),
            Err(vec![DeskHoursFault::TooMany { weekday: "monday" }])
        );
    }
}
