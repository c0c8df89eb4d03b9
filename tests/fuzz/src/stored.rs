//! JSON as it is stored: what reads is written so that it reads as the same, and can be asked.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use domain::deadline::{Calendar, TimeLimit};
use domain::dossier::{Action, Dossier, Moment, Rules};
use infra::fuzzing::{
    read_calendar, read_dossier, read_procedure, write_calendar, write_dossier, write_procedure,
};

use crate::bodies::ordinary_calendar;
use crate::bytes::pick;
use crate::dossiers::command;

type Reader = fn(&str);

const READERS: &[Reader] = &[dossier, calendar, procedure];

pub(crate) fn run(data: &[u8]) {
    if let Some((reader, bytes)) = pick(data, READERS)
        && let Ok(text) = std::str::from_utf8(bytes)
    {
        reader(text);
    }
}

fn dossier(text: &str) {
    let Ok(dossier) = read_dossier(text) else {
        return;
    };
    let written = write_dossier(&dossier).expect("a dossier is written");
    assert_eq!(read_dossier(&written).expect("it reads again"), dossier);
    let rules = Rules {
        time_limit: TimeLimit::WorkingDays(10),
        extra_limit: Some(TimeLimit::Months(2)),
        steps: Vec::new(),
    };
    for seconds in [0, 1_780_000_000, 5_600_000_000] {
        let now = DateTime::<Utc>::UNIX_EPOCH + TimeDelta::seconds(seconds);
        ask(&dossier, now, &rules);
    }
}

/// Nothing that stands in a row, however wrong, may end a request with a panic.
fn ask(dossier: &Dossier, now: DateTime<Utc>, rules: &Rules) {
    let calendar = ordinary_calendar();
    let moment = Moment {
        now,
        calendar,
        rules,
    };
    let allowed = dossier.allowed_actions(&moment);
    let _ = (dossier.late_after(), dossier.ended_at(), dossier.step());
    let _ = dossier.timeliness(now, calendar);
    let _ = dossier.timeliness_by_original(now, calendar);
    if let Some(term) = &dossier.term {
        let _ = term.explain(calendar);
    }
    for action in Action::ALL {
        let done = dossier.clone().apply(&command(*action, 7, now), &moment);
        assert!(done.is_err() || allowed.contains(action), "{action:?}");
    }
    let _ = dossier.recompute(now, calendar);
}

fn calendar(text: &str) {
    let Ok(spec) = read_calendar(text) else {
        return;
    };
    let written = write_calendar(&spec).expect("a calendar is written");
    let again = read_calendar(&written).expect("it reads again");
    // A date outside of the loaded years has its year loaded by the writing, but only once.
    assert_eq!(
        write_calendar(&again).expect("a calendar is written"),
        written
    );
    let Ok(calendar) = Calendar::compile(&spec) else {
        return;
    };
    for seconds in [-9_000_000_000, 0, 1_780_000_000, 200_000_000_000] {
        let at = DateTime::<Utc>::UNIX_EPOCH + TimeDelta::seconds(seconds);
        let effective = calendar.effective(at);
        assert!(effective >= at || seconds > 100_000_000_000);
        let _ = calendar.add_working_time(at, TimeDelta::MAX);
        let _ = calendar.working_time_between(at, DateTime::<Utc>::MAX_UTC);
        let _ = calendar.working_day_after(at.date_naive(), u32::MAX);
        let _ = calendar.working_day_before(at.date_naive(), u32::MAX);
    }
}

fn procedure(text: &str) {
    let Ok(version) = read_procedure(text, NaiveDate::default()) else {
        return;
    };
    let _ = version.faults();
    let written = write_procedure(&version).expect("a procedure is written");
    let again = read_procedure(&written, NaiveDate::default()).expect("it reads again");
    assert_eq!(again, version);
}
