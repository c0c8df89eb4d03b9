//! The date promised to the applicant: as printed, as it stands, and as the rules alone give it.

use chrono::{DateTime, Utc};

use super::Refusal;
use crate::deadline::{Calendar, Change, Due, Term};

/// The promised date: as printed first, and as it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Promise {
    pub due_at_original: DateTime<Utc>,
    pub due_at: DateTime<Utc>,
    /// Counted with a year whose holidays are not loaded.
    pub provisional: bool,
    /// Set by a manager (hẹn lại), so that no recomputation touches it.
    pub hand_set: bool,
    /// Once a manager moved the date: where it would stand by the rules alone. Stops and
    /// extensions that come later move this one as well.
    pub due_at_before: Option<DateTime<Utc>>,
}

impl Promise {
    /// The promise of a term that begins.
    pub(super) fn new(due: &Due) -> Self {
        Self {
            due_at_original: due.due_at,
            due_at: due.due_at,
            provisional: due.provisional,
            hand_set: due.hand_set,
            due_at_before: None,
        }
    }

    /// The date that the rules gave, whatever a manager set later.
    pub fn by_rules(&self) -> DateTime<Utc> {
        self.due_at_before.unwrap_or(self.due_at)
    }

    /// Moves the promise to what the term says after one more change.
    pub(super) fn follow(&mut self, term: &Term, calendar: &Calendar) -> Result<(), Refusal> {
        let due = term.due(calendar)?;
        self.due_at = due.due_at;
        self.provisional = due.provisional;
        self.hand_set = due.hand_set;
        self.follow_rules(term, calendar)
    }

    /// The same for the date by the rules alone; no date but one set by hand moves earlier.
    pub(super) fn follow_rules(&mut self, term: &Term, calendar: &Calendar) -> Result<(), Refusal> {
        let Some(before) = self.due_at_before else {
            return Ok(());
        };
        let mut rules = term.clone();
        rules
            .changes
            .retain(|change| !matches!(change, Change::SetByHand { .. }));
        self.due_at_before = Some(rules.due(calendar)?.due_at.max(before));
        Ok(())
    }
}
