//! The life of a dossier: any commands in any order at any times, and what must hold after each.

use std::collections::HashSet;

use chrono::{DateTime, Datelike, Days, TimeDelta, Utc};
use domain::auth::Role;
use domain::deadline::{Calendar, CalendarSpec};
use domain::dossier::{
    Action, Command, Dossier, EventRecord, GENESIS, Handover, Life, MissingPaper, Moment, Outcome,
    Refusal, Rules, State, StepPlace, chain_hash,
};
use domain::procedure::StepRule;
use infra::fuzzing::{read_dossier, write_dossier};

use crate::bytes::Bytes;
use crate::random::Random;

/// More than any dossier sees, and few enough for the 200 changes of a term.
const MOST_DEEDS: u32 = 60;
/// Dates past 2149 are refused as slips of the finger, which is not what is looked for here.
const LAST_YEAR: i32 = 2_110;

pub(crate) fn run(data: &[u8]) {
    let mut random = Random(Bytes(data));
    let spec = random.calendar();
    let calendar = Calendar::compile(&spec).expect("a random calendar is valid");
    let later = Calendar::compile(&with_more_days_off(&mut random, &spec))
        .expect("more days off leave a calendar valid");
    let rules = rules(&mut random);
    let now = random.instant(&spec);
    if now.year() > LAST_YEAR {
        return;
    }
    let mut story = Story {
        spec: &spec,
        calendars: [&calendar, &later],
        calendar: &calendar,
        rules: &rules,
        now,
        waiting_since: now,
        chain: Chain::default(),
    };
    let mut dossier = story.begin(&mut random);
    for _ in 0..MOST_DEEDS {
        if random.0.is_empty() || story.now.year() > LAST_YEAR {
            break;
        }
        story.pass_time(&mut random, &dossier);
        dossier = story.next(&mut random, dossier);
        story.chain.add(story.now, dossier.state());
    }
}

fn with_more_days_off(random: &mut Random<Bytes<'_>>, spec: &CalendarSpec) -> CalendarSpec {
    let mut more = spec.clone();
    for _ in 0..random.below(8) {
        let day = random.instant(spec).date_naive();
        if !more.make_up.contains_key(&day) && !more.special.contains_key(&day) {
            more.closed.insert(day, "Nghỉ".into());
        }
    }
    more
}

fn rules(random: &mut Random<Bytes<'_>>) -> Rules {
    let step = |random: &mut Random<Bytes<'_>>| StepRule {
        name: "Bước".into(),
        department: "tu_phap".into(),
        role: Role::Specialist,
        budget: random.limit(true),
    };
    Rules {
        time_limit: random.limit(true),
        extra_limit: match random.below(3) {
            0 => None,
            _ => Some(random.limit(false)),
        },
        steps: (0..random.below(5)).map(|_| step(random)).collect(),
    }
}

struct Story<'a> {
    spec: &'a CalendarSpec,
    calendars: [&'a Calendar; 2],
    /// By which the dossier was counted last.
    calendar: &'a Calendar,
    rules: &'a Rules,
    now: DateTime<Utc>,
    /// Since when the desk owes its answer.
    waiting_since: DateTime<Utc>,
    chain: Chain,
}

impl<'a> Story<'a> {
    fn moment(&self) -> Moment<'a> {
        Moment {
            now: self.now,
            calendar: self.calendar,
            rules: self.rules,
        }
    }

    fn begin(&mut self, random: &mut Random<Bytes<'_>>) -> Dossier {
        let begun = match random.below(2) {
            0 => Dossier::submit(self.now, self.calendar),
            _ => Dossier::register(to(1), &self.moment()),
        };
        let dossier = begun.expect("these terms have due dates");
        self.holds(&dossier);
        self.chain.add(self.now, dossier.state());
        dossier
    }

    /// Often to the very instant at which something falls due, and a microsecond to either side.
    fn pass_time(&mut self, random: &mut Random<Bytes<'_>>, dossier: &Dossier) {
        let due = dossier.promise.map(|promise| promise.due_at);
        let lapse = match dossier.life {
            Life::AwaitingSupplement { lapse_at, .. } => Some(lapse_at),
            _ => None,
        };
        let aside = TimeDelta::microseconds(i64::try_from(random.below(3)).unwrap_or(0) - 1);
        let then = match random.below(8) {
            0 | 1 => self.now,
            2 => due.map_or(self.now, |due| due + aside),
            3 => lapse.map_or(self.now, |lapse| lapse + aside),
            4 => random.later(self.spec, self.now, 400),
            _ => random.later(self.spec, self.now, 20),
        };
        self.now = self.now.max(then);
    }

    fn next(&mut self, random: &mut Random<Bytes<'_>>, dossier: Dossier) -> Dossier {
        if random.below(8) == 0 {
            let which = usize::try_from(random.below(2)).unwrap_or(0);
            return self.recounted(dossier, self.calendars[which]);
        }
        let action =
            Action::ALL[usize::try_from(random.below(17)).unwrap_or(0) % Action::ALL.len()];
        let date = match dossier.promise {
            Some(promise) if random.below(2) == 0 => {
                let day = domain::time::local_date(promise.due_at) + Days::new(random.below(30));
                self.calendar.close_of(day).unwrap_or(promise.due_at)
            }
            _ => random.later(self.spec, self.now, 60),
        };
        let command = command(action, i64::try_from(random.below(4)).unwrap_or(0), date);
        let moment = self.moment();
        let allowed = dossier.allowed_actions(&moment);
        match dossier.clone().apply(&command, &moment) {
            Ok(after) => {
                assert!(
                    allowed.contains(&action),
                    "{action:?} was not allowed\n{dossier:#?}"
                );
                if after.state() == State::Submitted {
                    self.waiting_since = self.now;
                }
                self.follows(&dossier, &after, action);
                self.holds(&after);
                after
            }
            Err(refusal) => {
                // What can be told without the data of the command was told by `allowed`.
                let by_its_data =
                    [Refusal::NewDateNotLater, Refusal::NewDateNotWorkingTime].contains(&refusal);
                let without_steps = action == Action::CorrectResult && self.rules.steps.is_empty();
                assert!(
                    !allowed.contains(&action) || by_its_data || without_steps,
                    "{action:?}: {refusal:?}\n{dossier:#?}"
                );
                dossier
            }
        }
    }

    /// No date moves earlier, one set by hand not at all, and a second run finds nothing to do.
    fn recounted(&mut self, before: Dossier, calendar: &'a Calendar) -> Dossier {
        let found = before.recompute(self.waiting_since, calendar);
        let after = found.expect("these terms have due dates");
        self.calendar = calendar;
        let Some(after) = after else {
            return before;
        };
        assert_eq!(after.recompute(self.waiting_since, calendar), Ok(None));
        assert_eq!(after.state(), before.state());
        assert_eq!(after.used, before.used);
        if let (Some(old), Some(new)) = (before.promise, after.promise) {
            assert!(new.due_at >= old.due_at && new.by_rules() >= old.by_rules());
            assert!(!old.hand_set || new.due_at == old.due_at);
            assert_eq!(new.due_at_original, old.due_at_original);
        }
        if let (Some(old), Some(new)) = (before.step(), after.step()) {
            assert!(new.due_at >= old.due_at);
        }
        self.holds(&after);
        after
    }

    /// What one deed may change.
    fn follows(&self, before: &Dossier, after: &Dossier, action: Action) {
        assert!(action.from_states().contains(&before.state()));
        for (old, new) in [
            (
                before.used.supplement_at_intake,
                after.used.supplement_at_intake,
            ),
            (
                before.used.supplement_in_appraisal,
                after.used.supplement_in_appraisal,
            ),
            (before.used.extended, after.used.extended),
            (before.used.reappointed, after.used.reappointed),
        ] {
            assert!(!old || new, "{action:?} took back what happens once");
        }
        assert!(before.first_result.is_none() || after.first_result == before.first_result);
        let (Some(old), Some(new)) = (before.promise, after.promise) else {
            return assert!(before.promise.is_none(), "{action:?} lost the promise");
        };
        if action == Action::CorrectResult {
            return;
        }
        assert_eq!(
            new.due_at_original, old.due_at_original,
            "what was printed stays"
        );
        assert!(
            new.due_at >= old.due_at,
            "{action:?} moved the date earlier\n{before:#?}"
        );
        assert!(
            new.by_rules() >= old.by_rules(),
            "{action:?}\n{before:#?}\n{after:#?}"
        );
        if action == Action::Reappoint {
            assert!(new.due_at > old.due_at && new.hand_set);
            assert_eq!(new.due_at_before, Some(old.due_at));
        }
    }

    /// What holds of every dossier.
    fn holds(&self, dossier: &Dossier) {
        let state = dossier.state();
        assert_eq!(dossier.ended_at().is_none(), state.is_open());
        if matches!(
            state,
            State::Accepted | State::Processing | State::AwaitingPayment
        ) {
            let step = dossier.step().expect("somebody is responsible");
            if let StepPlace::Route(index) = step.place {
                assert!(index < self.rules.steps.len());
            }
        }
        if state.is_open()
            && let (Some(term), Some(promise)) = (&dossier.term, &dossier.promise)
        {
            let due = term.due(self.calendar).expect("a promise has a due date");
            assert_eq!(due.due_at, promise.due_at, "{dossier:#?}");
            assert_eq!(due.hand_set, promise.hand_set, "{dossier:#?}");
        }
        if state.is_open() {
            let late = dossier.timeliness(self.now, self.calendar).is_late();
            let after = dossier.late_after();
            assert_eq!(
                late,
                after.is_some_and(|after| self.now > after),
                "{dossier:#?}"
            );
        }
        let stored = write_dossier(dossier).expect("a dossier is stored");
        assert_eq!(&read_dossier(&stored).expect("it reads again"), dossier);
    }
}

pub(crate) fn command(action: Action, person: i64, date: DateTime<Utc>) -> Command {
    let to = to(person);
    match action {
        Action::Accept => Command::Accept { clerk: to },
        Action::Refuse => Command::Refuse,
        Action::RequestSupplement => Command::RequestSupplement {
            missing: vec![MissingPaper {
                name: "Giấy chứng sinh".into(),
                reason: "Chưa nộp".into(),
            }],
        },
        Action::ReceiveSupplement => Command::ReceiveSupplement,
        Action::Lapse => Command::Lapse,
        Action::Extend => Command::Extend,
        Action::RequestPayment => Command::RequestPayment {
            amount_vnd: 50_000,
            purpose: "Lệ phí".into(),
        },
        Action::ConfirmPayment => Command::ConfirmPayment,
        Action::Forward => Command::Forward { to },
        Action::Assign => Command::Assign { to },
        Action::SendBack => Command::SendBack { to },
        Action::Resolve => Command::Resolve {
            outcome: if person == 0 {
                Outcome::Declined
            } else {
                Outcome::Approved
            },
        },
        Action::ReturnResult => Command::ReturnResult,
        Action::Withdraw => Command::Withdraw,
        Action::Stop => Command::Stop,
        Action::Reappoint => Command::Reappoint { due_at: date },
        Action::CorrectResult => Command::CorrectResult { to },
    }
}

fn to(holder: i64) -> Handover {
    Handover {
        holder,
        department: Some(7),
    }
}

/// The record: each event hangs on the one before, and no two have the same hash.
#[derive(Default)]
struct Chain {
    number: i64,
    last: Option<String>,
    seen: HashSet<String>,
}

impl Chain {
    fn add(&mut self, at: DateTime<Utc>, to: State) {
        self.number += 1;
        let event = EventRecord {
            dossier: "H29.23-261120-0001",
            number: self.number,
            at,
            actor: "",
            on_behalf_of: "",
            action: "x",
            from: "",
            to: to.as_str(),
            reason: "",
            detail: "{}",
        };
        let previous = self.last.take().unwrap_or_else(|| GENESIS.to_owned());
        let hash = chain_hash(&previous, &event);
        assert_eq!(hash, chain_hash(&previous, &event));
        let moved = EventRecord {
            number: self.number + 1,
            ..event
        };
        assert_ne!(hash, chain_hash(&previous, &moved));
        assert!(self.seen.insert(hash.clone()));
        self.last = Some(hash);
    }
}
