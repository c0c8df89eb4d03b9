//! When the rungs of a ladder fall for a dossier, which of them are to fire now, and when to
//! look again.

use chrono::{DateTime, NaiveTime, TimeDelta, Utc};

use super::rung::{About, Ladder, Rung, Short, When};
use super::spans::{DAY_HOURS, at_most};
use super::watch::{Target, Watch};
use crate::deadline::{Calendar, TimeLimit};
use crate::time::{from_local, local_date};

/// The finest that is kept of an instant: late is what comes after the last instant in time.
const INSTANT: TimeDelta = TimeDelta::microseconds(1);

/// A rung that is to fire now; whether it did already, only its key can tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Firing<'a> {
    pub rung: &'a Rung,
    /// Days of the calendar from the first time that it falls to this one, before days off move
    /// it: a rung that is to repeat more or less often from now on goes on where it stands.
    pub occurrence: u32,
    /// The date that it is about, part of its key: a new date arms the rung again.
    pub due_at: DateTime<Utc>,
    /// When it fell, by the rule.
    pub at: DateTime<Utc>,
    /// When it was to go out: the first working moment since it fell and could be known.
    pub deliver_at: DateTime<Utc>,
}

/// What a look at a dossier brought.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Look<'a> {
    pub fires: Vec<Firing<'a>>,
    /// When to look again if nothing changes before; none when nothing is to come.
    pub next: Option<DateTime<Utc>>,
}

/// Looks at a dossier at `now`. `known_since` is the instant of its last change, or the one for
/// which this look was meant: nothing could fire before it.
pub fn look<'a>(
    ladder: &'a Ladder,
    watch: &Watch,
    calendar: &Calendar,
    known_since: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Look<'a> {
    let mut found = Look::default();
    for rung in ladder.rungs.iter().filter(|rung| rung.enabled) {
        let Some(target) = watch.target(rung.about) else {
            continue;
        };
        for (occurrence, at) in moments_about(rung, &target, calendar, now) {
            let deliver_at = deliver_at(at.max(known_since), calendar, now);
            if rung.when.is_before() && (now > target.due_at || deliver_at > target.due_at) {
                continue;
            }
            if deliver_at <= now && calendar.is_working_time(now) {
                found.fires.push(Firing {
                    rung,
                    occurrence,
                    due_at: target.due_at,
                    at,
                    deliver_at,
                });
            } else {
                let next = deliver_at.max(calendar.effective(now));
                found.next = Some(found.next.map_or(next, |known| known.min(next)));
            }
        }
    }
    found
}

/// The first moment of every rung, in the order of the ladder: for people, and for tests.
pub fn schedule<'a>(
    ladder: &'a Ladder,
    watch: &Watch,
    calendar: &Calendar,
) -> Vec<(&'a Rung, DateTime<Utc>)> {
    let first = |rung: &'a Rung| {
        let target = watch.target(rung.about)?;
        Some((rung, moment(rung, &target, 0, calendar)?))
    };
    ladder
        .rungs
        .iter()
        .filter(|rung| rung.enabled)
        .filter_map(first)
        .collect()
}

/// The first working moment from `at` on; what fell on an earlier day than today and was not
/// seen then counts as of today's opening, so that it goes with today's digest.
fn deliver_at(at: DateTime<Utc>, calendar: &Calendar, now: DateTime<Utc>) -> DateTime<Utc> {
    let today = from_local(local_date(now).and_time(NaiveTime::MIN));
    let first = calendar.effective(at);
    if first < today {
        calendar.effective(today)
    } else {
        first
    }
}

/// The last occurrence that fell by `now`, which stands for all before it, and the next one.
fn moments_about(
    rung: &Rung,
    target: &Target,
    calendar: &Calendar,
    now: DateTime<Utc>,
) -> Vec<(u32, DateTime<Utc>)> {
    let Some(first) = moment(rung, target, 0, calendar) else {
        return Vec::new();
    };
    let When::Late {
        every_days: Some(every),
        ..
    } = rung.when
    else {
        return vec![(0, first)];
    };
    let days = (now - first).num_days().max(0);
    let guess = days / i64::from(every.max(1));
    // Rolling over days off may put an occurrence later than the plain count of days.
    let last = u32::try_from(guess)
        .unwrap_or(u32::MAX - 2)
        .saturating_add(1);
    let at = |times: u32| {
        let occurrence = times.checked_mul(every)?;
        Some((occurrence, moment(rung, target, occurrence, calendar)?))
    };
    let mut nearby: Vec<_> = (last.saturating_sub(3)..=last.saturating_add(1))
        .filter_map(at)
        .collect();
    let passed = nearby.iter().filter(|(_, at)| *at <= now).count();
    nearby.drain(..passed.saturating_sub(1));
    nearby.truncate(if passed == 0 { 1 } else { 2 });
    nearby
}

/// When a rung falls, so many days after the first time; none where it does not.
fn moment(
    rung: &Rung,
    target: &Target,
    occurrence: u32,
    calendar: &Calendar,
) -> Option<DateTime<Utc>> {
    let at = match rung.when {
        When::Before {
            working_days,
            short,
        } => {
            let opening = opening_before(target, working_days, calendar)?;
            match short {
                Some(short)
                    if target.is_short(short) || squeezed(target, working_days, opening) =>
                {
                    target.when_used(short.percent, calendar)
                }
                _ => opening,
            }
        }
        When::BeforeHours { working_hours } => {
            calendar.before_working_time(target.due_at, TimeDelta::hours(working_hours.into()))
        }
        When::Used { percent } => target.when_used(percent, calendar),
        When::Late { working_days, .. } => late(target, working_days, occurrence, calendar)?,
        When::LateHours { working_hours } => calendar
            .add_working_time(target.due_at, TimeDelta::hours(working_hours.into()))
            .max(target.due_at + INSTANT),
    };
    // What would have to be said before the time began is not said, unless a person set the date.
    let too_early = rung.when.is_before() && at < target.start && !target.hand_set;
    (!too_early).then_some(at)
}

/// Whether days off took the days of a term that has them by its number: a Saturday and a Sunday
/// the two that come before the last of three.
fn squeezed(target: &Target, working_days: u32, opening: DateTime<Utc>) -> bool {
    let most = target.limits().map(at_most).fold(0, u32::saturating_add);
    opening < target.start && !target.hand_set && working_days < most
}

fn opening_before(target: &Target, days: u32, calendar: &Calendar) -> Option<DateTime<Utc>> {
    let due_day = calendar.due_day(target.due_at);
    calendar.open_of(calendar.working_day_before(due_day, days))
}

fn late(target: &Target, days: u32, occurrence: u32, calendar: &Calendar) -> Option<DateTime<Utc>> {
    if days == 0 && occurrence == 0 {
        return Some(target.due_at + INSTANT);
    }
    let due_day = calendar.due_day(target.due_at);
    let first = calendar.working_day_after(due_day, days);
    let date = first.checked_add_days(chrono::Days::new(occurrence.into()))?;
    let rolled = if calendar.is_working_day(date) {
        date
    } else {
        calendar.working_day_after(date, 1)
    };
    calendar.open_of(rolled)
}

impl Watch {
    fn target(&self, about: About) -> Option<Target> {
        match about {
            About::Step => self.step,
            About::Due => self.due,
            About::Answer => self.answer,
        }
    }
}

impl Target {
    /// Too short a time to count in days. A date that a person set is counted in days.
    fn is_short(&self, short: Short) -> bool {
        !self.hand_set && is_short(self.limits(), short)
    }

    fn limits(&self) -> impl Iterator<Item = TimeLimit> {
        [Some(self.limit), self.extended_by].into_iter().flatten()
    }

    /// When `percent` of the working time is used up: the rest lies before the date, so time
    /// that the clock stood still is not counted.
    fn when_used(&self, percent: u32, calendar: &Calendar) -> DateTime<Utc> {
        let total = calendar.working_time_between(self.start, self.due_at);
        let own = (total - self.stopped).max(TimeDelta::zero());
        let rest = own / 100 * i32::try_from(100_u32.saturating_sub(percent)).unwrap_or(0);
        calendar.before_working_time(self.due_at, rest)
    }
}

/// Whether a term of these limits, one after the other, is under so many days.
pub(super) fn is_short(limits: impl IntoIterator<Item = TimeLimit>, short: Short) -> bool {
    let hours = |limit| match limit {
        TimeLimit::WorkingDays(days) | TimeLimit::CalendarDays(days) => {
            days.saturating_mul(DAY_HOURS)
        }
        TimeLimit::WorkingHours(hours) => hours,
        TimeLimit::SameDay { .. } => 0,
        TimeLimit::Months(_) => u32::MAX,
    };
    let whole = limits.into_iter().map(hours).fold(0, u32::saturating_add);
    whole < short.under_days.saturating_mul(DAY_HOURS)
}

#[cfg(test)]
#[path = "moments_tests.rs"]
mod tests;
