//! The life of a dossier as a row of spans within which nothing about it changes.

use crate::year::record::{Event, History};
use crate::year::time::{At, HOUR, MINUTE, day_of, of_json};
use crate::year::ward::{Limit, Procedure};

use super::World;
use super::calendar::Calendar;

/// A date with what decides when it is warned of.
#[derive(Debug, Clone)]
pub struct Dated {
    pub date: At,
    /// The beginning of the term or of its last restart, in working time.
    pub start: At,
    pub short: bool,
    pub by_hand: bool,
    /// A limit of the same day: it is counted anew when a payment came.
    pub same_day: bool,
    /// Payment stops since the start.
    pub stops: Vec<(At, At)>,
}

/// A step, or the desk.
#[derive(Debug, Clone)]
pub struct AtStep {
    pub dated: Dated,
    pub budget: Option<Limit>,
    /// Steps of the route that follow.
    pub next: usize,
}

/// From one change to the next.
#[derive(Debug, Clone)]
pub struct Span {
    /// The instant of the change; a look at this very instant saw what was before.
    pub from: At,
    /// The last instant that still sees this.
    pub to: At,
    pub state: String,
    pub due: Option<Dated>,
    pub step: Option<AtStep>,
    pub answer: Option<At>,
    pub holder: Option<i64>,
    pub department: Option<i64>,
    pub reappointed: bool,
    /// Since when the clock stands still.
    pub stopped: Option<At>,
}

impl Span {
    pub fn is_open(&self) -> bool {
        !matches!(
            self.state.as_str(),
            "resolved" | "returned" | "refused" | "withdrawn" | "stopped"
        )
    }

    pub fn runs(&self) -> bool {
        matches!(self.state.as_str(), "accepted" | "processing")
    }
}

/// How long a limit is, from an instant on.
pub fn end_of(limit: Limit, from: At, calendar: &Calendar) -> At {
    let start = calendar.working_from(from);
    let close = |day| calendar.close(day).expect("a working day");
    match limit {
        Limit::WorkingHours(hours) => calendar.add_work(start, hours * HOUR),
        Limit::WorkingDays(days) => close(calendar.working_day(day_of(start), days)),
        Limit::CalendarDays(days) => close(calendar.on_or_after(day_of(start) + days)),
        Limit::SameDay | Limit::Months => panic!("no step has such a budget"),
    }
}

/// Of limits one after the other, of which the second may have been an extension.
pub fn is_short(limit: Limit, more: Option<Limit>) -> bool {
    let hours = |limit| match limit {
        Limit::WorkingDays(days) | Limit::CalendarDays(days) => days * 8,
        Limit::WorkingHours(hours) => hours,
        Limit::SameDay => 0,
        Limit::Months => 1000,
    };
    hours(limit) + more.map_or(0, hours) < 16
}

/// The spans of a dossier, the last one without end.
pub fn spans(world: &World<'_>, history: &History) -> Vec<Span> {
    let procedure = |one: &&Procedure| one.code == history.procedure;
    let procedure = world
        .ward
        .procedures
        .iter()
        .find(procedure)
        .expect("a procedure");
    let mut row: Vec<Span> = Vec::new();
    for event in &history.events {
        if event.action == "read_personal_data" {
            continue;
        }
        let before = row.last().cloned();
        if let Some(last) = row.last_mut() {
            last.to = event.at;
        }
        let calendar = pinned(world, event, before.as_ref(), &history.events);
        row.push(after(world, procedure, calendar, before, event));
    }
    row.into_iter().flat_map(|span| cut(world, span)).collect()
}

/// A calendar that changes is a change of every dossier.
fn cut(world: &World<'_>, mut span: Span) -> Vec<Span> {
    let mut cuts = Vec::new();
    for change in world.calendars.changes() {
        if span.from < change && change < span.to {
            let mut first = span.clone();
            first.to = change;
            cuts.push(first);
            span.from = change;
        }
    }
    cuts.push(span);
    cuts
}

/// The calendar by which a term is counted at an event: that of the receipt, or of the last count
/// while the dossier was open.
fn pinned<'a>(
    world: &World<'a>,
    event: &Event,
    before: Option<&Span>,
    events: &[Event],
) -> &'a Calendar {
    if before.is_none() {
        return world.calendars.at(event.at);
    }
    let closed = |one: &&Event| matches!(one.action.as_str(), "resolve");
    let asked = match before {
        Some(span) if !span.is_open() => {
            let last = events
                .iter()
                .rev()
                .filter(|one| one.at < event.at)
                .find(closed);
            last.map_or(event.at, |one| one.at)
        }
        _ => event.at,
    };
    let counted = |change: &At| world.counted_again(*change) <= asked;
    let newest = world.calendars.changes().filter(counted).max();
    world
        .calendars
        .at(newest.map_or(At::MIN, |change| change + 1))
}

fn after(
    world: &World<'_>,
    procedure: &Procedure,
    calendar: &Calendar,
    before: Option<Span>,
    event: &Event,
) -> Span {
    let mut span = before.unwrap_or_else(|| Span {
        from: event.at,
        to: At::MAX,
        state: String::new(),
        due: None,
        step: None,
        answer: None,
        holder: None,
        department: None,
        reappointed: false,
        stopped: None,
    });
    let stopped = span.stopped;
    span.from = event.at;
    span.to = At::MAX;
    span.state.clone_from(&event.to);
    match event.action.as_str() {
        "submit" => span.answer = Some(calendar.add_work(event.at, 8 * HOUR)),
        "register" | "accept" => accepted(world, procedure, calendar, &mut span, event),
        "request_supplement" | "request_payment" => span.stopped = Some(event.at),
        "receive_supplement" | "confirm_payment" => {
            span.stopped = None;
            if event.to == "submitted" {
                span.answer = Some(calendar.add_work(event.at, 8 * HOUR));
            } else {
                resumed(calendar, &mut span, stopped.expect("a stop"), event);
            }
        }
        "forward" | "send_back" => {
            let on = span.step.as_ref().expect("a step").next;
            let index = if event.action == "forward" {
                on
            } else {
                on - 2
            };
            enter(
                procedure.steps[index].budget,
                index + 1,
                calendar,
                &mut span,
                event.at,
            );
        }
        "reappoint" => span.reappointed = true,
        "extend" => {
            let due = span.due.as_mut().expect("a promise");
            due.short &= is_short(procedure.limit, procedure.extra_limit);
        }
        "correct_result" => {
            let steps = procedure.steps.len();
            enter(Limit::WorkingDays(3), steps, calendar, &mut span, event.at);
            span.due
                .clone_from(&span.step.as_ref().map(|step| step.dated.clone()));
        }
        _ => {}
    }
    follow_detail(world, &mut span, event);
    if event.action == "reappoint"
        && let Some(due) = &mut span.due
    {
        due.by_hand = true;
    }
    span
}

/// What the event says of dates and people.
fn follow_detail(world: &World<'_>, span: &mut Span, event: &Event) {
    if let Some(uid) = event.detail["to"].as_str() {
        let person = world.ward.by_uid(uid);
        span.holder = Some(person.id);
        span.department = person.department;
    }
    if let (Some(date), Some(due)) = (of_json(&event.detail["due_at"]), &mut span.due) {
        due.date = date;
    }
    if let (Some(date), Some(step)) = (of_json(&event.detail["step_due_at"]), &mut span.step) {
        step.dated.date = date;
    }
    if let Some(date) = of_json(&event.detail["answer_by"]) {
        span.answer = Some(date);
    }
}

fn accepted(
    world: &World<'_>,
    procedure: &Procedure,
    calendar: &Calendar,
    span: &mut Span,
    event: &Event,
) {
    let clerk = world.ward.by_uid(&event.actor);
    span.holder = Some(clerk.id);
    span.department = clerk.department;
    span.answer = None;
    let start = calendar.working_from(event.at);
    let dated = |date, short| Dated {
        date,
        start,
        short,
        by_hand: false,
        same_day: false,
        stops: Vec::new(),
    };
    span.due = Some(Dated {
        same_day: procedure.limit == Limit::SameDay,
        ..dated(0, is_short(procedure.limit, None))
    });
    span.step = Some(AtStep {
        dated: dated(hand_over(start, calendar), true),
        budget: None,
        next: 0,
    });
}

/// What came by 15:00 is handed over by the close of the day, what came later within the first
/// working hour of the next.
fn hand_over(start: At, calendar: &Calendar) -> At {
    let day = day_of(start);
    if start <= day * 24 * HOUR + 15 * HOUR {
        return calendar.close(day).expect("a working day");
    }
    let next = calendar.working_day(day, 1);
    calendar.opening(next).expect("a working day") + 60 * MINUTE
}

fn enter(budget: Limit, next: usize, calendar: &Calendar, span: &mut Span, at: At) {
    span.step = Some(AtStep {
        dated: Dated {
            date: end_of(budget, at, calendar),
            start: calendar.working_from(at),
            short: is_short(budget, None),
            by_hand: false,
            same_day: false,
            stops: Vec::new(),
        },
        budget: Some(budget),
        next,
    });
}

/// Papers or a payment came: the step's own date follows; the promise is in the event.
fn resumed(calendar: &Calendar, span: &mut Span, since: At, event: &Event) {
    let at = event.at;
    let restarts = event.action == "receive_supplement";
    let step = span.step.as_mut().expect("a step");
    let budget = step.budget.expect("a step of the route");
    let dated = &mut step.dated;
    let before = dated.date;
    // Late stays late.
    if since <= before {
        dated.date = if restarts {
            end_of(budget, at, calendar).max(before)
        } else {
            given_back(budget, before, (since, at), calendar)
        };
    }
    let due = span.due.as_mut().expect("a promise");
    let promised = due.date;
    for (dated, was) in [(dated, before), (&mut *due, promised)] {
        // A stop that begins after the date changes nothing, so it is no restart either.
        if since > was {
            continue;
        }
        if restarts || (dated.same_day && !dated.by_hand) {
            dated.start = calendar.working_from(at);
            dated.stops.clear();
        } else {
            dated.stops.push((since, at));
        }
    }
    // A restart gives a date of its own, unless the one set by hand is later.
    let moved = event.detail.get("due_at").is_some();
    due.by_hand &= !(restarts && moved);
}

/// A date after the time that the applicant took to pay.
fn given_back(budget: Limit, date: At, (since, at): (At, At), calendar: &Calendar) -> At {
    if let Limit::WorkingHours(_) = budget {
        let worked = calendar.worked(since, at);
        return if worked == 0 {
            date
        } else {
            calendar.add_work(date, worked)
        };
    }
    match calendar.closes(since, at) {
        0 => date,
        days => {
            let day = calendar.working_day(day_of(date), days);
            calendar.close(day).expect("a working day")
        }
    }
}
