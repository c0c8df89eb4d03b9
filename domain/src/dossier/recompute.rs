//! A calendar that changed after the receipt: what was promised moves to a later date or stays.

use chrono::{DateTime, Utc};

use super::apply::{ANSWER_HOURS, SUPPLEMENT_DAYS, end_of};
use super::{BackTo, Dossier, Life, Refusal, StepAt, hand_over_due};
use crate::deadline::{Calendar, Change, Term};

impl Dossier {
    /// The dossier counted again by `calendar`, or nothing when it stays as it is.
    ///
    /// No date moves earlier: one that would is kept by [`Change::Keep`]. A promise set by hand
    /// stays exactly where it is; the date by the rules alone, the step and the time for a
    /// supplement still follow the calendar. `waiting_since` is the instant from which the desk owes its answer, and is read
    /// only while the dossier is submitted. A second run by the same calendar gives nothing.
    pub fn recompute(
        &self,
        waiting_since: DateTime<Utc>,
        calendar: &Calendar,
    ) -> Result<Option<Self>, Refusal> {
        if !self.state().is_open() {
            return Ok(None);
        }
        let mut next = self.clone();
        next.recompute_promise(calendar)?;
        next.life.recompute(waiting_since, calendar)?;
        Ok((next != *self).then_some(next))
    }

    fn recompute_promise(&mut self, calendar: &Calendar) -> Result<(), Refusal> {
        let (Some(term), Some(promise)) = (&mut self.term, &mut self.promise) else {
            return Ok(());
        };
        if promise.hand_set {
            if term.due(calendar)?.due_at != promise.due_at {
                hold(
                    term,
                    Change::SetByHand {
                        due_at: promise.due_at,
                    },
                );
            }
        } else {
            promise.due_at = later_or_kept(term, promise.due_at, calendar)?;
        }
        promise.provisional = term.due(calendar)?.provisional;
        promise.follow_rules(term, calendar)
    }
}

impl Life {
    fn recompute(
        &mut self,
        waiting_since: DateTime<Utc>,
        calendar: &Calendar,
    ) -> Result<(), Refusal> {
        match self {
            Self::Submitted { answer_by } => {
                *answer_by = end_of(ANSWER_HOURS, waiting_since, calendar)?.max(*answer_by);
            }
            Self::AwaitingSupplement {
                since,
                lapse_at,
                back_to,
                ..
            } => {
                *lapse_at = end_of(SUPPLEMENT_DAYS, *since, calendar)?.max(*lapse_at);
                if let BackTo::Step(step) = back_to {
                    step.recompute(calendar)?;
                }
            }
            Self::Accepted { desk: step }
            | Self::Processing { step }
            | Self::AwaitingPayment { step, .. } => step.recompute(calendar)?,
            Self::Resolved { .. }
            | Self::Returned { .. }
            | Self::Refused { .. }
            | Self::Withdrawn { .. }
            | Self::Stopped { .. } => {}
        }
        Ok(())
    }
}

impl StepAt {
    fn recompute(&mut self, calendar: &Calendar) -> Result<(), Refusal> {
        self.due_at = match &mut self.term {
            Some(term) => later_or_kept(term, self.due_at, calendar)?,
            None => hand_over_due(self.entered_at, calendar).max(self.due_at),
        };
        Ok(())
    }
}

/// The term's due date by the new calendar, or `before` held in the term when that is later.
fn later_or_kept(
    term: &mut Term,
    before: DateTime<Utc>,
    calendar: &Calendar,
) -> Result<DateTime<Utc>, Refusal> {
    let due_at = term.due(calendar)?.due_at;
    if due_at >= before {
        return Ok(due_at);
    }
    hold(term, Change::Keep { due_at: before });
    Ok(before)
}

/// Adds the change, or puts it in the place of the same one from an earlier run, so that a
/// calendar that goes to and fro does not fill the term.
fn hold(term: &mut Term, change: Change) {
    let same = matches!(
        (term.changes.last(), &change),
        (Some(Change::Keep { .. }), Change::Keep { .. })
            | (Some(Change::SetByHand { .. }), Change::SetByHand { .. })
    );
    if same {
        term.changes.pop();
    }
    term.changes.push(change);
}

#[cfg(test)]
#[path = "recompute_tests.rs"]
mod tests;
