//! Which change of a dossier tells the applicant what: the one place that decides it.

use chrono::{DateTime, Utc};

use crate::dossier::{Action, Dossier, Life, MissingPaper, Outcome};

/// What happened to a dossier.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deed {
    /// It came in: submitted, or registered at the counter.
    TakenIn,
    Done(Action),
    /// A holiday was announced late, or hours of work changed.
    CalendarChanged,
}

/// Why the promised date moved, other than by an apology.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    Calendar,
    /// The procedure's extra limit, such as for verification.
    Extended,
    /// The papers came, and the term began anew.
    SupplementReceived,
    /// The payment came, and the time it took is given back.
    PaymentConfirmed,
}

/// How a dossier was closed without a result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    Refused,
    Stopped,
    /// The papers did not come in time.
    Lapsed,
    Withdrawn,
}

/// What the applicant is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum News {
    /// It came in; accepted at once when there is a due date, else the desk answers by `answer_by`.
    Received {
        due_at: Option<DateTime<Utc>>,
        answer_by: Option<DateTime<Utc>>,
    },
    SupplementWanted {
        missing: Vec<MissingPaper>,
        last_day: DateTime<Utc>,
    },
    PaymentWanted {
        amount_vnd: i64,
        purpose: String,
    },
    /// Form 04.
    Apology {
        due_at_before: DateTime<Utc>,
        due_at: DateTime<Utc>,
    },
    DueDateMoved {
        due_at_before: DateTime<Utc>,
        due_at: DateTime<Utc>,
        cause: Cause,
    },
    ResultReady {
        outcome: Outcome,
    },
    Closed {
        ending: Ending,
    },
}

impl Cause {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Calendar => "calendar",
            Self::Extended => "extended",
            Self::SupplementReceived => "supplement_received",
            Self::PaymentConfirmed => "payment_confirmed",
        }
    }
}

impl Ending {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Refused => "refused",
            Self::Stopped => "stopped",
            Self::Lapsed => "lapsed",
            Self::Withdrawn => "withdrawn",
        }
    }
}

/// What the applicant is to be told of `deed`, which made `after` of `before`; nothing of what
/// goes on inside the office. A withdrawal is told too, lest somebody else had it withdrawn.
pub fn news(deed: Deed, before: Option<&Dossier>, after: &Dossier) -> Option<News> {
    match deed {
        Deed::TakenIn | Deed::Done(Action::Accept) => Some(received(after)),
        // Papers that are waited for are what the applicant must act on; the promise is told anew
        // when they have come.
        Deed::CalendarChanged if last_day_moved(before, after) => of_life(&after.life),
        Deed::CalendarChanged => moved(before, after, Cause::Calendar),
        Deed::Done(Action::Extend) => moved(before, after, Cause::Extended),
        Deed::Done(Action::ReceiveSupplement) => moved(before, after, Cause::SupplementReceived),
        Deed::Done(Action::ConfirmPayment) => moved(before, after, Cause::PaymentConfirmed),
        Deed::Done(Action::Reappoint) if after.first_result.is_some() => None,
        Deed::Done(Action::Reappoint) => {
            dates(before, after).map(|(due_at_before, due_at)| News::Apology {
                due_at_before,
                due_at,
            })
        }
        Deed::Done(Action::Refuse) => closed(Ending::Refused),
        Deed::Done(Action::Stop) => closed(Ending::Stopped),
        Deed::Done(Action::Lapse) => closed(Ending::Lapsed),
        Deed::Done(Action::Withdraw) => closed(Ending::Withdrawn),
        Deed::Done(Action::RequestSupplement | Action::RequestPayment | Action::Resolve) => {
            of_life(&after.life)
        }
        Deed::Done(
            Action::Forward
            | Action::Assign
            | Action::SendBack
            | Action::ReturnResult
            | Action::CorrectResult,
        ) => None,
    }
}

fn closed(ending: Ending) -> Option<News> {
    Some(News::Closed { ending })
}

fn received(after: &Dossier) -> News {
    News::Received {
        due_at: after.promise.map(|promise| promise.due_at),
        answer_by: match after.life {
            Life::Submitted { answer_by } => Some(answer_by),
            _ => None,
        },
    }
}

fn of_life(life: &Life) -> Option<News> {
    match life {
        Life::AwaitingSupplement {
            missing, lapse_at, ..
        } => Some(News::SupplementWanted {
            missing: missing.clone(),
            last_day: *lapse_at,
        }),
        Life::AwaitingPayment {
            amount_vnd,
            purpose,
            ..
        } => Some(News::PaymentWanted {
            amount_vnd: *amount_vnd,
            purpose: purpose.clone(),
        }),
        Life::Resolved { outcome, .. } => Some(News::ResultReady { outcome: *outcome }),
        _ => None,
    }
}

/// Whether the last day for papers is another.
fn last_day_moved(before: Option<&Dossier>, after: &Dossier) -> bool {
    let last_day = |dossier: &Dossier| match dossier.life {
        Life::AwaitingSupplement { lapse_at, .. } => Some(lapse_at),
        _ => None,
    };
    let before = before.and_then(last_day);
    before.is_some_and(|was| last_day(after).is_some_and(|is| is != was))
}

/// Both dates, where the promise moved.
fn dates(before: Option<&Dossier>, after: &Dossier) -> Option<(DateTime<Utc>, DateTime<Utc>)> {
    let was = before?.promise?.due_at;
    let is = after.promise?.due_at;
    (was != is).then_some((was, is))
}

/// A correction has a term of its own that nobody was promised.
fn moved(before: Option<&Dossier>, after: &Dossier, cause: Cause) -> Option<News> {
    if after.first_result.is_some() {
        return None;
    }
    dates(before, after).map(|(due_at_before, due_at)| News::DueDateMoved {
        due_at_before,
        due_at,
        cause,
    })
}
