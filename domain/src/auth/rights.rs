//! The table of rights: which role may do which action, and who sees personal data whole.

use super::{Actor, Principal, Role};
use crate::dossier::{Action, State};

/// What about a dossier decides the rights over it.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'a> {
    pub office_path: &'a str,
    pub state: State,
    /// The one responsible person of the present step.
    pub holder: Option<i64>,
    pub department_id: Option<i64>,
    /// The ward client that submitted it.
    pub client_id: Option<i64>,
}

/// Leave to act, in one's own name or on behalf of an absent colleague.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Permit {
    pub on_behalf_of: Option<i64>,
}

/// How much of a dossier somebody sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sight {
    /// Nothing: to this reader the dossier does not exist.
    None,
    /// All but the applicant's ID number, phone, e-mail and address.
    Masked,
    /// Everything, as one who handles it.
    Whole,
    /// Everything, and the reading is recorded.
    WholeRecorded,
}

/// Decides whether `principal` may do `action`, as themselves or as a stand-in.
pub fn permit(action: Action, facts: &Facts<'_>, principal: &Principal) -> Option<Permit> {
    if may(action, facts, principal) {
        return Some(Permit { on_behalf_of: None });
    }
    principal
        .stands_in_for
        .iter()
        .find(|absent| may(action, facts, absent))
        .and_then(|absent| match absent.actor {
            Actor::Staff(id) => Some(Permit {
                on_behalf_of: Some(id),
            }),
            Actor::Client(_) | Actor::System => None,
        })
}

fn may(action: Action, facts: &Facts<'_>, who: &Principal) -> bool {
    let is = |role| who.has(role, facts.office_path);
    match action {
        Action::Accept
        | Action::Refuse
        | Action::ReceiveSupplement
        | Action::ReturnResult
        | Action::Withdraw => is(Role::Clerk),
        Action::RequestSupplement if facts.state == State::Submitted => is(Role::Clerk),
        Action::Forward if facts.state == State::Accepted => is(Role::Clerk),
        Action::RequestSupplement
        | Action::Extend
        | Action::RequestPayment
        | Action::Forward
        | Action::SendBack
        | Action::Resolve => holds(facts, who),
        Action::ConfirmPayment => is(Role::Clerk) || holds(facts, who),
        Action::Assign => heads(facts, who) || is(Role::Manager),
        Action::CorrectResult => heads(facts, who) || is(Role::Manager),
        Action::Stop | Action::Reappoint => is(Role::Manager),
        // Only the passing of time lapses a dossier.
        Action::Lapse => false,
    }
}

/// The responsible person, as long as they still work in the office.
fn holds(facts: &Facts<'_>, who: &Principal) -> bool {
    const WORKERS: [Role; 4] = [Role::Clerk, Role::Specialist, Role::Head, Role::Manager];
    matches!(who.actor, Actor::Staff(id) if facts.holder == Some(id))
        && who.has_any(&WORKERS, facts.office_path)
}

fn heads(facts: &Facts<'_>, who: &Principal) -> bool {
    who.has(Role::Head, facts.office_path)
        && facts.department_id.is_some()
        && facts.department_id == who.department_id
}

/// Decides how much of a dossier `principal` sees.
pub fn sight(facts: &Facts<'_>, principal: &Principal) -> Sight {
    std::iter::once(principal)
        .chain(&principal.stands_in_for)
        .map(|who| own_sight(facts, who))
        .max_by_key(|sight| match sight {
            Sight::None => 0,
            Sight::Masked => 1,
            Sight::WholeRecorded => 2,
            Sight::Whole => 3,
        })
        .unwrap_or(Sight::None)
}

fn own_sight(facts: &Facts<'_>, who: &Principal) -> Sight {
    let path = facts.office_path;
    let handles = who.has_any(&[Role::Clerk, Role::Manager], path)
        || holds(facts, who)
        || (who.has_any(&[Role::Specialist, Role::Head], path)
            && facts.department_id.is_some()
            && facts.department_id == who.department_id)
        || matches!(who.actor, Actor::Client(id) if facts.client_id == Some(id));
    if handles {
        Sight::Whole
    } else if who.has_any(&[Role::Inspector, Role::Administrator], path) {
        Sight::WholeRecorded
    } else if who.has_any(&[Role::Specialist, Role::Head, Role::WardClient], path) {
        Sight::Masked
    } else {
        Sight::None
    }
}
