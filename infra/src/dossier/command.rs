//! Commands on a dossier: rights, version, rules, then the change with its event.

use chrono::{DateTime, Utc};
use domain::auth::{Actor, Permit, Principal, Sight, permit, sight};
use domain::dossier::{
    Action, Command, Dossier, Handover, MissingPaper, Outcome, Refusal, StepPlace,
};
use domain::notification::Deed::Done;
use domain::text::Title;
use domain::time::{local_date, to_rfc3339};
use serde_json::{Value, json};

use super::papers::{check_required, tick};
use super::people::{self, Chosen};
use super::request::Request;
use super::rows::Paper;
use super::store::{Deed, Loaded, allowed, load_to_change, save};
use crate::db::Conn;
use crate::env::Env;
use crate::error::{Conflict, Error};
use crate::notification::applicant::tell;

/// Does `request` on the dossier `code` as long as it stands at `version`.
pub fn command(
    conn: &mut Conn,
    env: &Env,
    who: &Principal,
    code: &str,
    version: i64,
    request: &Request,
) -> Result<(), Error> {
    let now = env.now();
    let action = request.action();
    let loaded = load_to_change(conn, env, code)?;
    let permit = check_rights(&loaded, who, action, now)?;
    if loaded.row.progress.version != version {
        return Err(Error::Stale(loaded.row.progress.version));
    }
    let moment = loaded.moment(now);
    let conflict = |refusal| conflict(&loaded, who, action, refusal, now);
    loaded.dossier.check(action, &moment).map_err(conflict)?;
    check_reason(request)?;
    let papers = ticked(&loaded, request)?;
    let (command, receiver) = resolve_people(conn, &loaded, who, request)?;
    let after = loaded
        .dossier
        .clone()
        .apply(&command, &moment)
        .map_err(conflict)?;
    let deed = Deed {
        on_behalf_of: people::uid_of(conn, permit.on_behalf_of)?,
        reason: request.reason(),
        detail: detail(&loaded.dossier, &after, request, receiver, now),
        ..Deed::of(who, action.as_str())
    };
    let row = save(
        conn,
        &loaded,
        &after,
        papers,
        action.from_states(),
        &deed,
        now,
    )?;
    let (before, deed) = (Some(&loaded.dossier), Done(action));
    tell(conn, env, &row, deed, before, &after, &told_reason(request))
}

/// Ends a supplement that did not come in time; the service itself does this.
pub(crate) fn lapse(conn: &mut Conn, env: &Env, code: &str) -> Result<(), Error> {
    let now = env.now();
    let loaded = load_to_change(conn, env, code)?;
    let after = loaded
        .dossier
        .clone()
        .apply(&Command::Lapse, &loaded.moment(now))
        .map_err(|refusal| Error::Internal(format!("{code} does not lapse: {refusal}")))?;
    let deed = Deed {
        action: Action::Lapse.as_str(),
        reason: "Quá 15 ngày không bổ sung giấy tờ (khoản 5 Điều 19 Nghị định 118/2025/NĐ-CP)"
            .to_owned(),
        ..Deed::default()
    };
    let row = save(
        conn,
        &loaded,
        &after,
        None,
        Action::Lapse.from_states(),
        &deed,
        now,
    )?;
    let (before, done) = (Some(&loaded.dossier), Done(Action::Lapse));
    tell(conn, env, &row, done, before, &after, &deed.reason)
}

/// The reason as the applicant is told it; a stop names its legal ground [form 05].
fn told_reason(request: &Request) -> String {
    match request {
        Request::Stop {
            reason,
            legal_ground,
        } => format!("{reason} (căn cứ: {legal_ground})"),
        request => request.reason(),
    }
}

fn check_rights(
    loaded: &Loaded,
    who: &Principal,
    action: Action,
    now: DateTime<Utc>,
) -> Result<Permit, Error> {
    let facts = loaded.facts();
    if sight(&facts, who) == Sight::None {
        return Err(Error::NotFound);
    }
    permit(action, &facts, who).ok_or_else(|| {
        // A state that forbids the action to everyone is a conflict, whoever asks.
        if action.from_states().contains(&facts.state) {
            Error::NotPermitted(Box::new(describe(
                loaded,
                who,
                action,
                Refusal::WrongState,
                now,
            )))
        } else if may_ever(action, who, &loaded.office_path) {
            conflict(loaded, who, action, Refusal::WrongState, now)
        } else {
            Error::NotPermitted(Box::new(describe(
                loaded,
                who,
                action,
                Refusal::WrongState,
                now,
            )))
        }
    })
}

/// Whether the caller works on dossiers of this office at all, so that the state is the
/// better answer than the rights.
fn may_ever(action: Action, who: &Principal, office_path: &str) -> bool {
    use domain::auth::Role;
    let roles: &[Role] = match action {
        Action::Lapse => &[],
        Action::Stop | Action::Reappoint => &[Role::Manager],
        Action::Assign | Action::CorrectResult => &[Role::Head, Role::Manager],
        Action::Accept
        | Action::Refuse
        | Action::ReceiveSupplement
        | Action::ReturnResult
        | Action::Withdraw => &[Role::Clerk],
        _ => &[Role::Clerk, Role::Specialist, Role::Head, Role::Manager],
    };
    std::iter::once(who)
        .chain(&who.stands_in_for)
        .any(|person| person.has_any(roles, office_path))
}

fn conflict(
    loaded: &Loaded,
    who: &Principal,
    action: Action,
    refusal: Refusal,
    now: DateTime<Utc>,
) -> Error {
    Error::Conflict(Box::new(describe(loaded, who, action, refusal, now)))
}

fn describe(
    loaded: &Loaded,
    who: &Principal,
    action: Action,
    refusal: Refusal,
    now: DateTime<Utc>,
) -> Conflict {
    Conflict {
        state: loaded.dossier.state(),
        action,
        allowed: allowed(loaded, who, now),
        refusal,
        version: loaded.row.progress.version,
    }
}

/// A declined request carries a written reason [Art. 19.3].
fn check_reason(request: &Request) -> Result<(), Error> {
    match request {
        Request::Resolve {
            outcome: Outcome::Declined,
            reason: None,
        } => Err(Error::invalid(
            "reason",
            "required",
            "Từ chối giải quyết phải nêu lý do bằng văn bản.",
            "Declining needs a written reason.",
        )),
        _ => Ok(()),
    }
}

/// The papers after this request, when it brings any.
fn ticked(loaded: &Loaded, request: &Request) -> Result<Option<String>, Error> {
    let (Request::Accept { papers } | Request::ReceiveSupplement { papers, .. }) = request else {
        return Ok(None);
    };
    let before: Vec<Paper> = serde_json::from_str(&loaded.row.progress.papers)?;
    let after = tick(&loaded.procedure.papers, &before, papers)?;
    if matches!(request, Request::Accept { .. }) {
        check_required(&after)?;
    }
    Ok(Some(serde_json::to_string(&after)?))
}

/// Turns public ids into the people of this office that may take the step on; with the id of whoever
/// takes it on.
fn resolve_people(
    conn: &mut Conn,
    loaded: &Loaded,
    who: &Principal,
    request: &Request,
) -> Result<(Command, Option<String>), Error> {
    let step = loaded.dossier.step().map(|step| step.place);
    let index = match step {
        Some(StepPlace::Route(index)) => index,
        Some(StepPlace::Desk) | None => 0,
    };
    let next = if matches!(step, Some(StepPlace::Route(_))) {
        index.saturating_add(1)
    } else {
        0
    };
    let mut receiver = None;
    let mut handed = |chosen: Chosen| {
        receiver = Some(chosen.uid);
        chosen.to
    };
    let command = match request {
        Request::Accept { .. } => Command::Accept { clerk: own(who)? },
        Request::Refuse { .. } => Command::Refuse,
        Request::RequestSupplement { missing, .. } => Command::RequestSupplement {
            missing: missing
                .iter()
                .map(|(name, reason)| MissingPaper {
                    name: name.as_str().to_owned(),
                    reason: reason.as_str().to_owned(),
                })
                .collect(),
        },
        Request::ReceiveSupplement { .. } => Command::ReceiveSupplement,
        Request::Extend { .. } => Command::Extend,
        Request::RequestPayment {
            amount_vnd,
            purpose,
        } => Command::RequestPayment {
            amount_vnd: *amount_vnd,
            purpose: purpose.as_str().to_owned(),
        },
        Request::ConfirmPayment { .. } => Command::ConfirmPayment,
        Request::Forward { to, .. } => Command::Forward {
            to: handed(people::for_step(conn, loaded, next, to)?),
        },
        Request::Assign { to, .. } => Command::Assign {
            to: handed(people::for_step(conn, loaded, index, to)?),
        },
        Request::SendBack { to, .. } => {
            let previous = index.saturating_sub(1);
            Command::SendBack {
                to: handed(back_to(conn, loaded, previous, to.as_deref())?),
            }
        }
        Request::Resolve { outcome, .. } => Command::Resolve { outcome: *outcome },
        Request::ReturnResult { .. } => Command::ReturnResult,
        Request::Withdraw { .. } => Command::Withdraw,
        Request::Stop { .. } => Command::Stop,
        Request::Reappoint { due_at, .. } => Command::Reappoint { due_at: *due_at },
        Request::CorrectResult { to, .. } => {
            let last = loaded.rules.steps.len().saturating_sub(1);
            Command::CorrectResult {
                to: handed(back_to(conn, loaded, last, to.as_deref())?),
            }
        }
    };
    Ok((command, receiver))
}

/// The named person, or the one who had the step before.
fn back_to(
    conn: &mut Conn,
    loaded: &Loaded,
    index: usize,
    to: Option<&str>,
) -> Result<Chosen, Error> {
    match to {
        Some(uid) => people::for_step(conn, loaded, index, uid),
        None => people::earlier_holder(conn, loaded, index),
    }
}

fn own(who: &Principal) -> Result<Handover, Error> {
    match who.actor {
        Actor::Staff(holder) => Ok(Handover {
            holder,
            department: who.department_id,
        }),
        Actor::Client(_) | Actor::System => Err(Error::Forbidden),
    }
}

/// What the event says beside who, when and why.
fn detail(
    before: &Dossier,
    after: &Dossier,
    request: &Request,
    receiver: Option<String>,
    now: DateTime<Utc>,
) -> Value {
    let mut detail = match request {
        Request::RequestSupplement { missing, .. } => json!({
            "missing": missing.iter().map(|(name, reason)| json!({
                "name": name.as_str(), "reason": reason.as_str(),
            })).collect::<Vec<_>>(),
        }),
        Request::RequestPayment {
            amount_vnd,
            purpose,
        } => {
            json!({ "amount_vnd": amount_vnd, "purpose": purpose.as_str() })
        }
        Request::ConfirmPayment { receipt, .. } => {
            json!({ "receipt": receipt.as_ref().map(Title::as_str) })
        }
        Request::Resolve { outcome, .. } => json!({ "outcome": outcome.as_str() }),
        Request::ReturnResult { way, recipient, .. } => {
            json!({ "way": way, "recipient": recipient.as_str() })
        }
        Request::Stop { legal_ground, .. } => json!({ "legal_ground": legal_ground.as_str() }),
        _ => json!({}),
    };
    let Some(map) = detail.as_object_mut() else {
        return detail;
    };
    if let Some(receiver) = receiver {
        map.insert("to".to_owned(), receiver.into());
    }
    let due = |dossier: &Dossier| dossier.promise.map(|promise| to_rfc3339(promise.due_at));
    if due(before) != due(after) {
        map.insert("due_at_before".to_owned(), due(before).into());
        map.insert("due_at".to_owned(), due(after).into());
        // Reports judge by this one; a past day is counted again from the record alone.
        if let Some(by_rules) = after.promise.and_then(|promise| promise.due_at_before) {
            map.insert("due_at_by_rules".to_owned(), to_rfc3339(by_rules).into());
        }
    }
    if let (Request::Reappoint { .. }, Some(promise)) = (request, before.promise) {
        // Art. 19.6 wants the apology at least one day before the date that was promised.
        let short = local_date(now) >= local_date(promise.due_at);
        map.insert("short_notice".to_owned(), short.into());
    }
    detail
}
