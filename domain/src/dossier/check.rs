//! What state and rules allow now, as far as it can be told without the data of an action.

use chrono::{DateTime, Utc};

use super::apply::end_of;
use super::{Action, Dossier, Life, Moment, Refusal, StepPlace};
use crate::deadline::TimeLimit;

/// Working days after acceptance in which appraisal may ask for papers.
const SUPPLEMENT_WINDOW: TimeLimit = TimeLimit::WorkingDays(3);

impl Dossier {
    /// The actions that state and rules allow now, whoever asks.
    pub fn allowed_actions(&self, moment: &Moment<'_>) -> Vec<Action> {
        Action::ALL
            .iter()
            .copied()
            .filter(|action| self.check(*action, moment).is_ok())
            .collect()
    }

    /// Whether `action` may happen now as far as it can be told without its data.
    pub fn check(&self, action: Action, moment: &Moment<'_>) -> Result<(), Refusal> {
        let require = |holds: bool, refusal| if holds { Ok(()) } else { Err(refusal) };
        require(
            action.from_states().contains(&self.state()),
            Refusal::WrongState,
        )?;
        let before_result = matches!(
            action,
            Action::RequestSupplement | Action::Extend | Action::Withdraw
        );
        require(
            !before_result || self.first_result.is_none(),
            Refusal::InCorrection,
        )?;
        match action {
            Action::RequestSupplement => self.check_supplement(moment),
            Action::ReceiveSupplement => {
                require(!self.has_lapsed(moment.now), Refusal::SupplementLapsed)
            }
            Action::Lapse => require(self.has_lapsed(moment.now), Refusal::NotLapsedYet),
            Action::Extend => {
                require(moment.rules.extra_limit.is_some(), Refusal::NoExtraLimit)?;
                require(!self.used.extended, Refusal::AlreadyExtended)?;
                // Also when re-appointed: reports judge by the date before, and an extension
                // would hide that it has passed.
                let in_time = self
                    .promise
                    .is_some_and(|promise| moment.now <= promise.by_rules());
                require(in_time, Refusal::AlreadyLate)
            }
            Action::Reappoint => require(!self.used.reappointed, Refusal::AlreadyReappointed),
            Action::Forward => require(
                moment.rules.steps.get(self.next_index()).is_some(),
                Refusal::AtLastStep,
            ),
            Action::SendBack => require(self.next_index() > 1, Refusal::AtFirstStep),
            Action::Resolve => require(
                self.next_index() >= moment.rules.steps.len(),
                Refusal::NotAtLastStep,
            ),
            _ => Ok(()),
        }
    }

    fn check_supplement(&self, moment: &Moment<'_>) -> Result<(), Refusal> {
        let used = match self.life {
            Life::Submitted { .. } => self.used.supplement_at_intake,
            _ => self.used.supplement_in_appraisal,
        };
        if used {
            return Err(Refusal::SupplementAlreadyRequested);
        }
        match &self.term {
            Some(term)
                if moment.now > end_of(SUPPLEMENT_WINDOW, term.received_at, moment.calendar)? =>
            {
                Err(Refusal::SupplementTooLate)
            }
            _ => Ok(()),
        }
    }

    fn has_lapsed(&self, now: DateTime<Utc>) -> bool {
        matches!(self.life, Life::AwaitingSupplement { lapse_at, .. } if now > lapse_at)
    }

    /// Index of the route's step after the present one; 0 at the desk.
    pub(super) fn next_index(&self) -> usize {
        match self.step().map(|step| step.place) {
            Some(StepPlace::Route(index)) => index.saturating_add(1),
            Some(StepPlace::Desk) | None => 0,
        }
    }
}
