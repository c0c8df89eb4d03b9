//! Whether the steps that are left fit before the due date, and if not, the date that would.

use chrono::{DateTime, TimeDelta, Utc};

use crate::deadline::Term;
use crate::dossier::{Action, Dossier, Moment, Refusal, StepPlace};

/// What the budgets of the open steps say about the due date.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fit {
    /// They end in time, or no apology is possible.
    Fits,
    /// They end after the due date.
    Exceeds {
        /// The close of the working day on which the last step would end.
        new_due_at: DateTime<Utc>,
        /// The open steps, from the one at which the dossier lies.
        steps: Vec<String>,
    },
}

/// Adds up the budgets of the steps that are left: the present one ends when its budget does,
/// or now if that has passed; each of the others begins where the one before it ends.
pub fn fit(dossier: &Dossier, moment: &Moment<'_>) -> Result<Fit, Refusal> {
    // Nobody was promised the term of a correction.
    if dossier.first_result.is_some() || dossier.check(Action::Reappoint, moment).is_err() {
        return Ok(Fit::Fits);
    }
    let (Some(promise), Some(step)) = (dossier.promise, dossier.step()) else {
        return Ok(Fit::Fits);
    };
    let next = match step.place {
        StepPlace::Desk => 0,
        StepPlace::Route(index) => index.saturating_add(1),
    };
    let mut end = step.due_at.max(moment.now);
    for rule in moment.rules.steps.iter().skip(next) {
        // A step that ends at a close hands over within that day.
        let from = end - TimeDelta::microseconds(1);
        end = Term::new(rule.budget, from).due(moment.calendar)?.due_at;
    }
    if end <= promise.due_at {
        return Ok(Fit::Fits);
    }
    let day = moment
        .calendar
        .due_day(moment.calendar.effective(end - TimeDelta::microseconds(1)));
    let new_due_at = moment.calendar.close_of(day).unwrap_or(end).max(end);
    let present = match step.place {
        StepPlace::Desk => 0,
        StepPlace::Route(index) => index,
    };
    let open = moment.rules.steps.iter().skip(present);
    Ok(Fit::Exceeds {
        new_due_at,
        steps: open.map(|rule| rule.name.clone()).collect(),
    })
}

#[cfg(test)]
#[path = "proposal_tests.rs"]
mod tests;
