//! From an action's error to the problem that the client reads: one table.

use domain::lang::Lang;
use infra::db::Unavailable;
use infra::error::{Conflict, Error, Fault};

use super::etag;
use crate::problem::{Entry, FieldFault, Problem, catalogue};

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        match error {
            Error::NotFound => Self::not_found(),
            Error::Forbidden => Self::forbidden(),
            Error::NotPermitted(conflict) => not_permitted(&conflict),
            Error::Unauthenticated(code) => {
                Self::by_code(code).header("www-authenticate", "Bearer")
            }
            Error::Locked(seconds) => Self::new(catalogue::ACCOUNT_LOCKED).retry_after(seconds),
            Error::Stale(version) => Self::stale_version(etag(version)),
            Error::Conflict(conflict) => state_conflict(&conflict),
            Error::AlreadyExists => Self::new(catalogue::ALREADY_EXISTS),
            Error::InUse(what) => Self::new(catalogue::IN_USE).with("used_by", what),
            Error::InUseBy { what, count } => Self::new(catalogue::IN_USE)
                .with("used_by", what)
                .with("count", count),
            Error::Refused(code) => Self::by_code(code),
            Error::Invalid(faults) => {
                Self::invalid_input(faults.into_iter().map(field_fault).collect())
            }
            Error::KeyReused => Self::new(catalogue::IDEMPOTENCY_KEY_REUSED),
            Error::InFlight => Self::new(catalogue::REQUEST_IN_FLIGHT).retry_after(1),
            Error::BadCursor => Self::new(catalogue::BAD_CURSOR),
            Error::Unavailable(cause) => unavailable(cause),
            Error::Database(cause) => Self::internal(format!("database: {cause}")),
            Error::Internal(cause) => Self::internal(cause),
        }
    }
}

fn field_fault(fault: Fault) -> FieldFault {
    FieldFault::new(fault.field, fault.code, fault.vi, fault.en)
}

fn unavailable(cause: Unavailable) -> Problem {
    let entry: &'static Entry = match cause {
        Unavailable::QueueFull => catalogue::QUEUE_FULL,
        Unavailable::Away => catalogue::DATABASE_UNAVAILABLE,
        Unavailable::Unknown => catalogue::OUTCOME_UNKNOWN,
    };
    let seconds = u32::try_from(cause.retry_after().as_secs())
        .unwrap_or(1)
        .max(1);
    Problem::new(entry).retry_after(seconds)
}

fn state_conflict(conflict: &Conflict) -> Problem {
    let refusal = &conflict.refusal;
    described(Problem::new(catalogue::STATE_CONFLICT), conflict)
        .with("reason", refusal.code())
        .detail(refusal.text(Lang::Vi), refusal.text(Lang::En))
        .etag(etag(conflict.version))
}

fn not_permitted(conflict: &Conflict) -> Problem {
    described(Problem::forbidden(), conflict).with("reason", "not_permitted")
}

/// The state, what was asked, and what this person may do instead.
fn described(problem: Problem, conflict: &Conflict) -> Problem {
    let allowed: Vec<&str> = conflict
        .allowed
        .iter()
        .map(|action| action.as_str())
        .collect();
    problem
        .with("state", conflict.state.as_str())
        .with("action", conflict.action.as_str())
        .with("allowed_actions", allowed)
}
