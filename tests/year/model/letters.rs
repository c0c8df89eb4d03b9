//! What applicants are told: one letter for an event, by the table of `docs/mails.md`.

use crate::year::record::{Event, History};
use crate::year::time::{At, of_json};

use super::{Span, World};

/// A letter that an event gives reason for.
#[derive(Debug, Clone)]
pub struct Letter {
    /// The number of the event.
    pub event: i64,
    pub kind: &'static str,
    /// When it was written.
    from: At,
    /// The step that can deliver it first.
    pub at: At,
    /// The date of which it tells, where it tells of one.
    due: Option<At>,
    /// When a later letter asked or announced the same anew.
    again: Option<At>,
}

/// The letters of a dossier whose applicant gave an address.
pub fn letters(world: &World<'_>, history: &History) -> Vec<Letter> {
    let mut letters = Vec::new();
    let mut had_result = false;
    for event in &history.events {
        if let (Some(kind), Some(step)) = (kind(event, had_result), world.step_from(event.at)) {
            letters.push(Letter {
                event: event.number,
                kind,
                from: event.at,
                at: world.steps[step],
                due: of_json(&event.detail["due_at"]),
                again: None,
            });
        }
        had_result |= event.action == "resolve";
    }
    let later = letters.clone();
    for letter in &mut letters {
        let anew = |other: &&Letter| other.kind == letter.kind && other.event > letter.event;
        letter.again = later.iter().find(anew).map(|other| other.from);
    }
    letters
}

fn kind(event: &Event, had_result: bool) -> Option<&'static str> {
    let moved = of_json(&event.detail["due_at_before"]).is_some();
    let last_day_moved = of_json(&event.detail["lapse_at_before"]).is_some();
    match event.action.as_str() {
        "submit" | "register" | "accept" => Some("applicant_received"),
        "request_supplement" => Some("applicant_supplement"),
        "request_payment" => Some("applicant_payment"),
        "due_date_moved" if last_day_moved => Some("applicant_supplement"),
        // A correction has a term of its own that nobody was promised.
        "reappoint" if moved && !had_result => Some("applicant_apology"),
        "due_date_moved" | "extend" | "receive_supplement" | "confirm_payment"
            if moved && !had_result =>
        {
            Some("applicant_due_date_moved")
        }
        "resolve" => Some("applicant_result"),
        "stop" | "lapse" | "refuse" | "withdraw" => Some("applicant_stopped"),
        _ => None,
    }
}

/// Whether a letter may still say what is so at an instant: what the service itself does at a step
/// it may have told just before.
pub fn may_stand(letter: &Letter, spans: &[Span], at: At) -> bool {
    let mut now = spans
        .iter()
        .filter(|span| span.from <= at && at <= span.to)
        .peekable();
    now.peek().is_none() || now.any(|span| holds(letter, span))
}

/// Whether it does, also after what the service itself does at that step, such as to move a date
/// once more.
pub fn must_stand(letter: &Letter, spans: &[Span], at: At) -> bool {
    let before = |span: &Span| span.from < at && at <= span.to && letter.from < at;
    let after = |span: &Span| span.from == at && at < span.to;
    let mut now = spans.iter().filter(|span| before(span) || after(span));
    let asks = matches!(
        letter.kind,
        "applicant_supplement" | "applicant_payment" | "applicant_result"
    );
    let said_again = asks && letter.again.is_some_and(|again| again <= at);
    !said_again && now.all(|span| holds(letter, span))
}

fn holds(letter: &Letter, span: &Span) -> bool {
    match letter.kind {
        "applicant_supplement" => span.state == "awaiting_supplement",
        "applicant_payment" => span.state == "awaiting_payment",
        "applicant_result" => span.state == "resolved",
        // Owed also with a later date.
        "applicant_apology" => {
            span.is_open() && span.due.as_ref().map(|due| due.date) >= letter.due
        }
        "applicant_due_date_moved" => {
            span.is_open() && span.due.as_ref().map(|due| due.date) == letter.due
        }
        _ => true,
    }
}
