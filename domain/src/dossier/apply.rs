//! The transitions: each takes the dossier and the moment, and gives the next or a refusal.

use chrono::{DateTime, NaiveTime, TimeDelta, Utc};

use super::{
    BackTo, Command, Dossier, FirstResult, Handover, Left, Life, MissingPaper, Outcome, Promise,
    Refusal, Rules, StepAt, StepPlace,
};
use crate::deadline::{Calendar, Change, Term, Then, TimeLimit};
use crate::time::{local_date, to_local};

/// Days for the applicant to bring the missing papers [Decree 118/2025 Art. 19.5].
pub(super) const SUPPLEMENT_DAYS: TimeLimit = TimeLimit::CalendarDays(15);
/// Working hours in which the desk answers an online submission.
pub(super) const ANSWER_HOURS: TimeLimit = TimeLimit::WorkingHours(8);
/// Working days to correct a result [Art. 23.1].
const CORRECTION_DAYS: TimeLimit = TimeLimit::WorkingDays(3);

/// When an action happens, and by which calendar and rules.
#[derive(Debug, Clone, Copy)]
pub struct Moment<'a> {
    pub now: DateTime<Utc>,
    pub calendar: &'a Calendar,
    pub rules: &'a Rules,
}

/// When the desk must have handed over: the close of the day for what came by 15:00, else
/// the first working hour of the next working day [Art. 18.2].
pub fn hand_over_due(received_at: DateTime<Utc>, calendar: &Calendar) -> DateTime<Utc> {
    let start = calendar.effective(received_at);
    let day = local_date(start);
    let cutoff = NaiveTime::from_hms_opt(15, 0, 0).unwrap_or_default();
    if to_local(start).time() <= cutoff {
        return calendar.close_of(day).unwrap_or(start);
    }
    let next = calendar.working_day_after(day, 1);
    let opening = calendar.open_of(next).unwrap_or(start);
    calendar.add_working_time(opening, TimeDelta::hours(1))
}

pub(super) fn end_of(
    limit: TimeLimit,
    from: DateTime<Utc>,
    calendar: &Calendar,
) -> Result<DateTime<Utc>, Refusal> {
    Ok(Term::new(limit, from).due(calendar)?.due_at)
}

impl Dossier {
    /// A dossier that was sent in and waits for the desk.
    pub fn submit(now: DateTime<Utc>, calendar: &Calendar) -> Result<Self, Refusal> {
        let answer_by = end_of(ANSWER_HOURS, now, calendar)?;
        Ok(Self {
            life: Life::Submitted { answer_by },
            term: None,
            promise: None,
            used: Default::default(),
            first_result: None,
        })
    }

    /// Submit and accept in one, at the counter.
    pub fn register(clerk: Handover, moment: &Moment<'_>) -> Result<Self, Refusal> {
        Self::submit(moment.now, moment.calendar)?.accept(clerk, moment)
    }

    /// Does `command`, or says why not.
    pub fn apply(self, command: &Command, moment: &Moment<'_>) -> Result<Self, Refusal> {
        self.check(command.action(), moment)?;
        match command {
            Command::Accept { clerk } => self.accept(*clerk, moment),
            Command::Refuse => Ok(self.ended(Life::Refused { at: moment.now })),
            Command::RequestSupplement { missing } => self.request_supplement(missing, moment),
            Command::ReceiveSupplement => self.receive_supplement(moment),
            Command::Lapse | Command::Stop => {
                let (at, left) = (moment.now, self.left());
                Ok(self.ended(Life::Stopped { at, left }))
            }
            Command::Extend => self.extend(moment),
            Command::RequestPayment {
                amount_vnd,
                purpose,
            } => self.request_payment(*amount_vnd, purpose, moment.now),
            Command::ConfirmPayment => self.confirm_payment(moment),
            Command::Forward { to } => self.forward(*to, moment),
            Command::Assign { to } => self.assign(*to),
            Command::SendBack { to } => self.send_back(*to, moment),
            Command::Resolve { outcome } => self.resolve(*outcome, moment.now),
            Command::ReturnResult => self.return_result(moment.now),
            Command::Withdraw => {
                let (at, left) = (moment.now, self.left());
                Ok(self.ended(Life::Withdrawn { at, left }))
            }
            Command::Reappoint { due_at } => self.reappoint(*due_at, moment),
            Command::CorrectResult { to } => self.correct_result(*to, moment),
        }
    }

    fn accept(self, clerk: Handover, moment: &Moment<'_>) -> Result<Self, Refusal> {
        let term = Term::new(moment.rules.time_limit, moment.now);
        let due = term.due(moment.calendar)?;
        let desk = StepAt {
            place: StepPlace::Desk,
            holder: clerk.holder,
            department: clerk.department,
            entered_at: moment.now,
            term: None,
            due_at: hand_over_due(moment.now, moment.calendar),
        };
        Ok(Self {
            life: Life::Accepted { desk },
            term: Some(term),
            promise: Some(Promise::new(&due)),
            ..self
        })
    }

    fn request_supplement(
        mut self,
        missing: &[MissingPaper],
        moment: &Moment<'_>,
    ) -> Result<Self, Refusal> {
        let back_to = match &self.life {
            Life::Processing { step } => {
                self.used.supplement_in_appraisal = true;
                BackTo::Step(step.clone())
            }
            _ => {
                self.used.supplement_at_intake = true;
                BackTo::Desk
            }
        };
        let life = Life::AwaitingSupplement {
            since: moment.now,
            lapse_at: end_of(SUPPLEMENT_DAYS, moment.now, moment.calendar)?,
            missing: missing.to_vec(),
            back_to,
        };
        Ok(Self { life, ..self })
    }

    fn receive_supplement(self, moment: &Moment<'_>) -> Result<Self, Refusal> {
        let Life::AwaitingSupplement { since, back_to, .. } = &self.life else {
            return Err(Refusal::WrongState);
        };
        match back_to.clone() {
            BackTo::Desk => {
                let answer_by = end_of(ANSWER_HOURS, moment.now, moment.calendar)?;
                Ok(Self {
                    life: Life::Submitted { answer_by },
                    ..self
                })
            }
            BackTo::Step(step) => {
                let stop = Change::Stop {
                    from: *since,
                    to: moment.now,
                    then: Then::Restart,
                };
                self.resume(step, stop, moment)
            }
        }
    }

    fn request_payment(
        self,
        amount_vnd: i64,
        purpose: &str,
        now: DateTime<Utc>,
    ) -> Result<Self, Refusal> {
        let Life::Processing { step } = self.life else {
            return Err(Refusal::WrongState);
        };
        let purpose = purpose.to_owned();
        Ok(Self {
            life: Life::AwaitingPayment {
                since: now,
                amount_vnd,
                purpose,
                step,
            },
            ..self
        })
    }

    fn confirm_payment(self, moment: &Moment<'_>) -> Result<Self, Refusal> {
        let Life::AwaitingPayment { since, step, .. } = &self.life else {
            return Err(Refusal::WrongState);
        };
        let stop = Change::Stop {
            from: *since,
            to: moment.now,
            then: Then::Resume,
        };
        let step = step.clone();
        self.resume(step, stop, moment)
    }

    /// Back to work at `step`: the whole term and the step's budget take the stop in.
    fn resume(self, mut step: StepAt, stop: Change, moment: &Moment<'_>) -> Result<Self, Refusal> {
        if let Some(term) = &mut step.term {
            term.changes.push(stop);
            step.due_at = term.due(moment.calendar)?.due_at;
        }
        let changed = self.with_change(stop, moment)?;
        Ok(Self {
            life: Life::Processing { step },
            ..changed
        })
    }

    /// Adds a change to the term and moves the promise to what it says.
    fn with_change(mut self, change: Change, moment: &Moment<'_>) -> Result<Self, Refusal> {
        let (Some(term), Some(promise)) = (&mut self.term, &mut self.promise) else {
            return Err(Refusal::WrongState);
        };
        term.changes.push(change);
        promise.follow(term, moment.calendar)?;
        Ok(self)
    }

    fn extend(mut self, moment: &Moment<'_>) -> Result<Self, Refusal> {
        let limit = moment.rules.extra_limit.ok_or(Refusal::NoExtraLimit)?;
        self.used.extended = true;
        self.with_change(Change::Extend { limit }, moment)
    }

    fn reappoint(mut self, due_at: DateTime<Utc>, moment: &Moment<'_>) -> Result<Self, Refusal> {
        let promise = self.promise.as_mut().ok_or(Refusal::WrongState)?;
        if due_at <= promise.due_at || due_at <= moment.now {
            return Err(Refusal::NewDateNotLater);
        }
        // The end of a session is the last instant of it that is on time.
        let just_before = due_at - TimeDelta::microseconds(1);
        if ![due_at, just_before]
            .iter()
            .any(|at| moment.calendar.is_working_time(*at))
        {
            return Err(Refusal::NewDateNotWorkingTime);
        }
        promise.due_at_before = Some(promise.due_at);
        self.used.reappointed = true;
        self.with_change(Change::SetByHand { due_at }, moment)
    }

    fn forward(self, to: Handover, moment: &Moment<'_>) -> Result<Self, Refusal> {
        let index = self.next_index();
        self.at_step(index, to, moment, Refusal::AtLastStep)
    }

    fn send_back(self, to: Handover, moment: &Moment<'_>) -> Result<Self, Refusal> {
        let index = self
            .next_index()
            .checked_sub(2)
            .ok_or(Refusal::AtFirstStep)?;
        self.at_step(index, to, moment, Refusal::AtFirstStep)
    }

    /// Enters a step of the route with a fresh budget.
    fn at_step(
        self,
        index: usize,
        to: Handover,
        moment: &Moment<'_>,
        missing: Refusal,
    ) -> Result<Self, Refusal> {
        let rule = moment.rules.steps.get(index).ok_or(missing)?;
        let term = Term::new(rule.budget, moment.now);
        let step = StepAt {
            place: StepPlace::Route(index),
            holder: to.holder,
            department: to.department,
            entered_at: moment.now,
            due_at: term.due(moment.calendar)?.due_at,
            term: Some(term),
        };
        Ok(Self {
            life: Life::Processing { step },
            ..self
        })
    }

    fn assign(self, to: Handover) -> Result<Self, Refusal> {
        let Life::Processing { step } = self.life else {
            return Err(Refusal::WrongState);
        };
        let step = StepAt {
            holder: to.holder,
            department: to.department,
            ..step
        };
        Ok(Self {
            life: Life::Processing { step },
            ..self
        })
    }

    fn resolve(self, outcome: Outcome, now: DateTime<Utc>) -> Result<Self, Refusal> {
        let (Life::Processing { step }, Some(promise)) = (self.life, self.promise) else {
            return Err(Refusal::WrongState);
        };
        let first_result = self.first_result.or(Some(FirstResult {
            resolved_at: now,
            promise,
        }));
        Ok(Self {
            life: Life::Resolved {
                at: now,
                outcome,
                step,
            },
            first_result,
            ..self
        })
    }

    fn return_result(self, now: DateTime<Utc>) -> Result<Self, Refusal> {
        let Life::Resolved { outcome, step, .. } = self.life else {
            return Err(Refusal::WrongState);
        };
        Ok(Self {
            life: Life::Returned {
                at: now,
                outcome,
                step,
            },
            ..self
        })
    }

    /// Reopens at the last step under a term of its own; the first result keeps its judgement.
    fn correct_result(mut self, to: Handover, moment: &Moment<'_>) -> Result<Self, Refusal> {
        let term = Term::new(CORRECTION_DAYS, moment.now);
        let due = term.due(moment.calendar)?;
        self.term = Some(term.clone());
        self.promise = Some(Promise::new(&due));
        let last = moment.rules.steps.len().saturating_sub(1);
        let mut corrected = self.at_step(last, to, moment, Refusal::NotAtLastStep)?;
        // The route's budget was made for the first time; here the correction's own term counts.
        if let Life::Processing { step } = &mut corrected.life {
            step.term = Some(term);
            step.due_at = due.due_at;
        }
        Ok(corrected)
    }

    fn left(&self) -> Left {
        Left {
            step: self.step().cloned(),
            stopped_since: self.stopped_since(),
        }
    }

    fn ended(self, life: Life) -> Self {
        Self { life, ..self }
    }
}
