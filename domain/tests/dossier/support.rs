//! An office, a procedure of three steps, and dossiers brought to any state in one line.

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use domain::auth::Role;
use domain::deadline::{Calendar, CalendarSpec, Session, TimeLimit};
use domain::dossier::{
    Command, Dossier, Handover, Life, MissingPaper, Moment, Outcome, Refusal, Rules, StepAt,
};
use domain::procedure::StepRule;
use domain::time::{from_local, to_local};

pub(crate) const CLERK: i64 = 1;
pub(crate) const SPECIALIST: i64 = 2;
pub(crate) const HEAD: i64 = 3;
pub(crate) const MANAGER: i64 = 4;

/// An instant from the wall clock of the office, as `2026-03-02 10:00`.
pub(crate) fn at(text: &str) -> DateTime<Utc> {
    let formats = ["%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S%.f"];
    let local = formats
        .iter()
        .find_map(|format| NaiveDateTime::parse_from_str(text, format).ok());
    from_local(local.unwrap_or_else(|| panic!("no instant: {text}")))
}

pub(crate) fn show(at: DateTime<Utc>) -> String {
    to_local(at).format("%Y-%m-%d %H:%M").to_string()
}

pub(crate) fn sessions(texts: &[&str]) -> Vec<Session> {
    texts
        .iter()
        .map(|text| Session::parse(text).unwrap())
        .collect()
}

/// Monday to Friday, the holidays of 2026 that the tests meet: Tết from 16 to 20 February,
/// and 30 April with 1 May.
pub(crate) fn spec() -> CalendarSpec {
    let mut spec = CalendarSpec::default();
    for day in spec.weekly.iter_mut().take(5) {
        *day = sessions(&["07:30-11:30", "13:00-17:00"]);
    }
    for day in [
        "02-16", "02-17", "02-18", "02-19", "02-20", "04-30", "05-01",
    ] {
        spec.closed
            .insert(date(&format!("2026-{day}")), "Nghỉ lễ".into());
    }
    spec.years.insert(2026);
    spec
}

pub(crate) fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// The office that a test plays in.
pub(crate) struct Office {
    pub(crate) calendar: Calendar,
    pub(crate) rules: Rules,
}

impl Office {
    /// 10 working days, an extra limit of 5, three steps of 2 working days.
    pub(crate) fn new() -> Self {
        Self::with_limit(TimeLimit::WorkingDays(10))
    }

    pub(crate) fn with_limit(time_limit: TimeLimit) -> Self {
        let step = |name: &str, role| StepRule {
            name: name.into(),
            department: "tu_phap".into(),
            role,
            budget: TimeLimit::WorkingDays(2),
        };
        let steps = vec![
            step("Thẩm định", Role::Specialist),
            step("Kiểm tra", Role::Head),
            step("Ký", Role::Manager),
        ];
        Self {
            calendar: Calendar::compile(&spec()).unwrap(),
            rules: Rules {
                time_limit,
                extra_limit: Some(TimeLimit::WorkingDays(5)),
                steps,
            },
        }
    }

    pub(crate) fn moment(&self, now: &str) -> Moment<'_> {
        Moment {
            now: at(now),
            calendar: &self.calendar,
            rules: &self.rules,
        }
    }

    pub(crate) fn submit(&self, now: &str) -> Case<'_> {
        Case {
            office: self,
            dossier: Dossier::submit(at(now), &self.calendar).unwrap(),
        }
    }

    pub(crate) fn register(&self, now: &str) -> Case<'_> {
        let dossier = Dossier::register(to(CLERK), &self.moment(now)).unwrap();
        Case {
            office: self,
            dossier,
        }
    }

    /// Registered and handed to the first step in the same minute.
    pub(crate) fn processing(&self, now: &str) -> Case<'_> {
        self.register(now).does(now, forward(SPECIALIST))
    }

    /// As [`Self::processing`], and on to the last step.
    pub(crate) fn at_last_step(&self, now: &str) -> Case<'_> {
        self.processing(now)
            .does(now, forward(HEAD))
            .does(now, forward(MANAGER))
    }
}

/// A dossier in its office; each deed reads as one line of a story.
#[derive(Clone)]
pub(crate) struct Case<'a> {
    pub(crate) office: &'a Office,
    pub(crate) dossier: Dossier,
}

impl Case<'_> {
    pub(crate) fn does(self, now: &str, command: Command) -> Self {
        let dossier = self.dossier.apply(&command, &self.office.moment(now));
        Self {
            dossier: dossier.unwrap_or_else(|refusal| panic!("{now} {command:?}: {refusal}")),
            ..self
        }
    }

    /// Why `command` is refused at `now`.
    pub(crate) fn refuses(&self, now: &str, command: Command) -> Refusal {
        self.dossier
            .clone()
            .apply(&command, &self.office.moment(now))
            .expect_err("should be refused")
    }

    pub(crate) fn due(&self) -> String {
        show(self.dossier.promise.unwrap().due_at)
    }

    pub(crate) fn step(&self) -> &StepAt {
        self.dossier.step().unwrap()
    }

    pub(crate) fn step_due(&self) -> String {
        show(self.step().due_at)
    }

    pub(crate) fn lapse_at(&self) -> String {
        match &self.dossier.life {
            Life::AwaitingSupplement { lapse_at, .. } => show(*lapse_at),
            other => panic!("not awaiting a supplement: {other:?}"),
        }
    }

    /// The word of how it stands at `now`.
    pub(crate) fn stands(&self, now: &str) -> &'static str {
        self.dossier
            .timeliness(at(now), &self.office.calendar)
            .as_str()
    }

    pub(crate) fn stands_by_original(&self, now: &str) -> &'static str {
        self.dossier
            .timeliness_by_original(at(now), &self.office.calendar)
            .as_str()
    }
}

pub(crate) fn to(holder: i64) -> Handover {
    Handover {
        holder,
        department: Some(7),
    }
}

pub(crate) fn forward(holder: i64) -> Command {
    Command::Forward { to: to(holder) }
}

pub(crate) fn send_back(holder: i64) -> Command {
    Command::SendBack { to: to(holder) }
}

pub(crate) fn supplement() -> Command {
    let paper = MissingPaper {
        name: "Giấy chứng sinh".into(),
        reason: "Chưa nộp".into(),
    };
    Command::RequestSupplement {
        missing: vec![paper],
    }
}

pub(crate) fn payment() -> Command {
    Command::RequestPayment {
        amount_vnd: 50_000,
        purpose: "Lệ phí".into(),
    }
}

pub(crate) fn resolve() -> Command {
    Command::Resolve {
        outcome: Outcome::Approved,
    }
}

pub(crate) fn reappoint(due_at: &str) -> Command {
    Command::Reappoint { due_at: at(due_at) }
}

pub(crate) fn correct() -> Command {
    Command::CorrectResult { to: to(MANAGER) }
}
