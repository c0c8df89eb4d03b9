//! A term: a time limit, the receipt, and everything that has since moved the due date.

use chrono::{DateTime, Utc};

use super::calendar::Calendar;
use super::fault::TermFault;
use super::fold::Fold;
use super::limit::TimeLimit;

/// More changes than any real dossier sees; bounds the work for one due date.
pub const MAX_CHANGES: usize = 200;

/// 2000-01-01 and 2150-01-01 at UTC+7, in seconds: typing errors lie outside.
const INSTANTS: std::ops::Range<i64> = 946_659_600..5_680_256_400;

/// What happens to the clock when a stop ends.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum Then {
    /// The time stood still is not counted (after payment).
    Resume,
    /// The term starts again from zero (after a supplement, Decree 118/2025 Art. 19.5).
    Restart,
}

/// One thing that moved, or might have moved, the due date.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Change {
    /// The clock stood still (tạm dừng).
    Stop {
        from: DateTime<Utc>,
        to: DateTime<Utc>,
        then: Then,
    },
    /// An extra limit that the procedure provides (gia hạn).
    Extend { limit: TimeLimit },
    /// A re-appointment (hẹn lại): exactly this instant from now on.
    SetByHand { due_at: DateTime<Utc> },
    /// A promise that stays (ngày đã hẹn): the due date is not earlier than this.
    Keep { due_at: DateTime<Utc> },
}

/// A time limit running for one dossier; `changes` in the order in which they happened.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Term {
    pub limit: TimeLimit,
    pub received_at: DateTime<Utc>,
    pub changes: Vec<Change>,
}

/// When a dossier is due (ngày hẹn trả).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Due {
    /// The last instant that is still on time.
    pub due_at: DateTime<Utc>,
    /// The day that `due_at` ends, or lies on: not its date where sessions last to 24:00.
    pub due_day: chrono::NaiveDate,
    /// Some year between `effective_at` and `due_at` has no holidays loaded.
    pub provisional: bool,
    /// From when the term counts: the receipt, or the last restart, moved into working time.
    pub effective_at: DateTime<Utc>,
    /// The date stands as a person set it (or was moved from there by stops).
    pub hand_set: bool,
}

impl Term {
    pub fn new(limit: TimeLimit, received_at: DateTime<Utc>) -> Self {
        Self {
            limit,
            received_at,
            changes: Vec::new(),
        }
    }

    /// The same term after one more change.
    #[must_use]
    pub fn with(mut self, change: Change) -> Self {
        self.changes.push(change);
        self
    }

    /// The due date as it stands after all changes.
    pub fn due(&self, calendar: &Calendar) -> Result<Due, Vec<TermFault>> {
        let faults = self.validate();
        if !faults.is_empty() {
            return Err(faults);
        }
        Fold::new(self, calendar)
            .run()
            .map(|standing| standing.due(calendar))
            .map_err(|fault| vec![fault])
    }

    /// Everything that is wrong with the term; empty when it has a due date.
    pub fn validate(&self) -> Vec<TermFault> {
        let mut faults = Vec::new();
        faults.extend(self.limit.fault().map(TermFault::Limit));
        if !in_range(self.received_at) {
            faults.push(TermFault::ReceiptOutOfRange);
        }
        let count = self.changes.len();
        if count > MAX_CHANGES {
            faults.push(TermFault::TooManyChanges { count });
            return faults;
        }
        let mut stopped_until = None;
        for (change, what) in self.changes.iter().enumerate() {
            self.check(change, what, &mut stopped_until, &mut faults);
        }
        faults
    }

    fn check(
        &self,
        change: usize,
        what: &Change,
        stopped_until: &mut Option<DateTime<Utc>>,
        faults: &mut Vec<TermFault>,
    ) {
        let mut fault_if = |wrong: bool, fault: TermFault| {
            if wrong {
                faults.push(fault);
            }
        };
        let out_of_range = TermFault::InstantOutOfRange { change };
        match *what {
            Change::Stop { from, to, .. } => {
                fault_if(!in_range(from) || !in_range(to), out_of_range);
                fault_if(to < from, TermFault::StopEndsBeforeItBegins { change });
                fault_if(
                    from < self.received_at,
                    TermFault::StopBeforeReceipt { change },
                );
                let overlaps = stopped_until.is_some_and(|until| from < until);
                fault_if(overlaps, TermFault::StopsOverlap { change });
                *stopped_until = (*stopped_until).max(Some(to));
            }
            Change::Extend {
                limit: TimeLimit::SameDay { .. },
            } => fault_if(true, TermFault::ExtensionBySameDay { change }),
            Change::Extend { limit } => {
                if let Some(fault) = limit.fault() {
                    fault_if(true, TermFault::ExtensionLimit { change, fault });
                }
            }
            Change::SetByHand { due_at } => {
                fault_if(!in_range(due_at), out_of_range);
                let early = due_at < self.received_at;
                fault_if(early, TermFault::HandSetBeforeReceipt { change });
            }
            Change::Keep { due_at } => fault_if(!in_range(due_at), out_of_range),
        }
    }
}

fn in_range(at: DateTime<Utc>) -> bool {
    INSTANTS.contains(&at.timestamp())
}

#[cfg(test)]
#[path = "term_tests.rs"]
mod tests;
