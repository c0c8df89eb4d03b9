//! JSON bodies, from the bytes to what the actions take.

use std::sync::{Arc, LazyLock};

use api::auth::dto as auth;
use api::calendar::dto as calendar;
use api::deadline::dto as deadline;
use api::dossier::dto as dossier;
use api::input::{FromJson, read_json, read_value};
use api::notification::alerts::dto as alerts;
use api::notification::dto as notification;
use api::office::dto as office;
use api::problem::Problem;
use api::procedure::dto as procedure;
use api::staff::dto as staff;
use chrono::NaiveDate;
use domain::deadline::Calendar;
use domain::lang::Lang;
use domain::notification::ladder::{Ladder, Spans};
use domain::procedure::ProcedureVersion;
use infra::calendar::actions::CalendarInput;
use serde_json::Value;

use crate::bytes::pick;

type Reader = fn(&Value) -> Result<(), Problem>;

const READERS: &[Reader] = &[
    intake,
    batch,
    whole_calendar,
    year_of_a_calendar,
    procedure_version,
    preview,
    plain::<procedure::NewProcedureInput>,
    plain::<office::NewOfficeInput>,
    plain::<office::OfficeChangeInput>,
    plain::<staff::NewStaffInput>,
    plain::<staff::StaffChangeInput>,
    plain::<staff::StandInInput>,
    plain::<auth::LoginInput>,
    plain::<auth::ClientInput>,
    commands,
    plain::<procedure::NewVersionInput>,
    plain::<office::NewDepartmentInput>,
    plain::<office::DepartmentChangeInput>,
    plain::<auth::PasswordInput>,
    plain::<auth::RefreshInput>,
    plain::<notification::ReplayInput>,
    plain::<notification::TemplateInput>,
    plain::<alerts::SignInput>,
    ladder,
];

pub(crate) fn run(data: &[u8]) {
    let Some((reader, bytes)) = pick(data, READERS) else {
        return;
    };
    let value = match read_json(bytes) {
        Ok(value) => value,
        Err(unreadable) => return renders(&unreadable.into()),
    };
    let again: Value = serde_json::from_slice(bytes).expect("stricter than serde_json");
    assert_eq!(value, again);
    if let Err(problem) = reader(&value) {
        renders(&problem);
        let faults = problem.as_json(Lang::En);
        let faults = faults["errors"].as_array().map_or(0, Vec::len);
        assert!((1..=100).contains(&faults), "{faults} faults");
    }
}

/// A problem can be told in both languages, and its text is bounded whatever was sent.
pub(crate) fn renders(problem: &Problem) {
    for lang in [Lang::Vi, Lang::En] {
        let text = problem.as_json(lang).to_string();
        assert!(text.len() < 200_000, "{} bytes of words", text.len());
    }
}

fn plain<T: FromJson>(value: &Value) -> Result<(), Problem> {
    read_value::<T>(value).map(drop)
}

fn intake(value: &Value) -> Result<(), Problem> {
    let new = read_value::<dossier::DossierInput>(value)?.into_new(true);
    assert_eq!(new.channel, "ward_client");
    Ok(())
}

/// One unreadable item is a problem of its own.
fn batch(value: &Value) -> Result<(), Problem> {
    for item in read_value::<dossier::BatchInput>(value)?.items.0 {
        match read_value::<dossier::BatchItemInput>(&item.0) {
            Ok(item) => drop(item.dossier.into_new(false)),
            Err(problem) => renders(&problem),
        }
    }
    Ok(())
}

fn whole_calendar(value: &Value) -> Result<(), Problem> {
    let input = CalendarInput::from(read_value::<calendar::CalendarBody>(value)?);
    let faults = input.spec.faults();
    assert_eq!(Calendar::compile(&input.spec).is_ok(), faults.is_empty());
    Ok(())
}

fn year_of_a_calendar(value: &Value) -> Result<(), Problem> {
    let input = read_value::<calendar::YearDaysInput>(value)?;
    let mut faults = api::input::Faults::new();
    input.check(2026, &api::input::Path::Root, &mut faults);
    drop(infra::calendar::actions::YearInput::from(input));
    Ok(())
}

fn procedure_version(value: &Value) -> Result<(), Problem> {
    let version =
        read_value::<procedure::VersionChangeInput>(value)?.into_version(NaiveDate::default());
    drop(version.faults());
    Ok(())
}

fn ladder(value: &Value) -> Result<(), Problem> {
    let ladder = Ladder::from(read_value::<alerts::LadderInput>(value)?);
    let first_of_the_year = NaiveDate::from_yo_opt(2026, 1).expect("a day");
    let mut spans = Spans::of_year(ordinary_calendar(), first_of_the_year);
    drop(ladder.faults(short_procedures(), &mut spans));
    Ok(())
}

const SHORT: &str = r#"{
    "name": "Xác nhận", "field": "Hộ tịch", "time_limit": {"amount": 3, "unit": "calendar_days"},
    "route": [{
        "name": "Thẩm định", "department": "tu_phap", "role": "specialist",
        "budget": {"amount": 4, "unit": "working_hours"}
    }]
}"#;

/// Many a rung can never fall within these limits.
fn short_procedures() -> &'static [(String, Arc<ProcedureVersion>)] {
    static PROCEDURES: LazyLock<[(String, Arc<ProcedureVersion>); 1]> = LazyLock::new(|| {
        let version = infra::fuzzing::read_procedure(SHORT, NaiveDate::default());
        let version = version.expect("a short procedure reads");
        [("XN".to_owned(), Arc::new(version))]
    });
    PROCEDURES.as_slice()
}

fn preview(value: &Value) -> Result<(), Problem> {
    let (_, term) = read_value::<deadline::PreviewInput>(value)?.into_parts();
    let faults = term.validate();
    assert_eq!(term.due(ordinary_calendar()).is_ok(), faults.is_empty());
    faults.iter().map(deadline::field_fault).for_each(drop);
    Ok(())
}

const ORDINARY: &str = r#"{
    "weekly": {
        "monday": ["07:30-11:30", "13:00-17:00"], "tuesday": ["07:30-11:30", "13:00-17:00"],
        "wednesday": ["07:30-11:30", "13:00-17:00"], "thursday": ["07:30-11:30", "13:00-17:00"],
        "friday": ["07:30-11:30", "13:00-17:00"]
    },
    "years": {"2026": {"closed": {"2026-04-30": "30/4", "2026-05-01": "1/5"}}}
}"#;

pub(crate) fn ordinary_calendar() -> &'static Calendar {
    static CALENDAR: LazyLock<Calendar> = LazyLock::new(|| {
        let spec = infra::fuzzing::read_calendar(ORDINARY).expect("an ordinary calendar reads");
        Calendar::compile(&spec).expect("an ordinary calendar is valid")
    });
    &CALENDAR
}

/// Every command reads the same value; each must find something to say of it or take it.
fn commands(value: &Value) -> Result<(), Problem> {
    let readers: &[Reader] = &[
        |value| read_value::<dossier::AcceptInput>(value).map(|input| drop(input.into_request())),
        |value| {
            read_value::<dossier::SupplementInput>(value).map(|input| drop(input.into_request()))
        },
        |value| {
            read_value::<dossier::SupplementReceiptInput>(value)
                .map(|input| drop(input.into_request()))
        },
        |value| read_value::<dossier::PaymentInput>(value).map(|input| drop(input.into_request())),
        |value| {
            read_value::<dossier::PaymentReceiptInput>(value)
                .map(|input| drop(input.into_request()))
        },
        |value| read_value::<dossier::ForwardInput>(value).map(|input| drop(input.into_request())),
        |value| read_value::<dossier::AssignInput>(value).map(|input| drop(input.into_request())),
        |value| read_value::<dossier::SendBackInput>(value).map(|input| drop(input.into_request())),
        |value| read_value::<dossier::ResolveInput>(value).map(|input| drop(input.into_request())),
        |value| read_value::<dossier::ReturnInput>(value).map(|input| drop(input.into_request())),
        |value| {
            read_value::<dossier::StopDossierInput>(value).map(|input| drop(input.into_request()))
        },
        |value| {
            read_value::<dossier::ReappointInput>(value).map(|input| drop(input.into_request()))
        },
        |value| read_value::<dossier::CorrectInput>(value).map(|input| drop(input.into_request())),
        plain::<dossier::ReasonInput>,
        plain::<dossier::CommentInput>,
        plain::<dossier::RatingInput>,
    ];
    for reader in readers {
        if let Err(problem) = reader(value) {
            renders(&problem);
        }
    }
    Ok(())
}
