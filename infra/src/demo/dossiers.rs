//! The dossiers of the demo ward: several procedures, states and dates, all handed in before the
//! demo begins, so that there is something to be late, to be signed and to be told of.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::{DateTime, NaiveTime, Utc};
use diesel::prelude::*;
use domain::deadline::Calendar;
use domain::dossier::Outcome;
use domain::text::AgencyCode;
use domain::time::{from_local, local_date};

use super::data::parsed;
use crate::auth::{Kind, load_principal};
use crate::calendar;
use crate::clock::SteppedClock;
use crate::db::Conn;
use crate::db::schema::{dossiers, staff};
use crate::dossier::{Applicant, Intake, NewDossier, PaperTick, Request, command, take_in};
use crate::env::Env;
use crate::error::Error;
use crate::procedure;

const WARD: &str = "H29.23";
const CLERK: &str = "tiepnhan";

/// So many working days before the demo begins, at this hour and minute.
type When = (u32, u32, u32);

/// What somebody does with a dossier.
enum Deed {
    /// To whom.
    Forward(&'static str),
    AskForPapers,
    AskForPayment,
    Approve,
}

struct Case {
    procedure: &'static str,
    received: When,
    intake: Intake,
    /// When, who, what.
    deeds: &'static [(When, &'static str, Deed)],
}

const CASES: &[Case] = &[
    // Waits for the second half of a long route: too late for its date, so an apology is proposed.
    Case {
        procedure: "1.013831",
        received: (9, 8, 30),
        intake: Intake::Register,
        deeds: &[((9, 9, 0), CLERK, Deed::Forward("chuyenvien.kinhte"))],
    },
    // Late for days.
    Case {
        procedure: "1.004873",
        received: (7, 9, 0),
        intake: Intake::Register,
        deeds: &[((7, 9, 30), CLERK, Deed::Forward("chuyenvien.tuphap"))],
    },
    // Waits for a payment.
    Case {
        procedure: "1.013831",
        received: (5, 8, 0),
        intake: Intake::Register,
        deeds: &[
            ((5, 8, 30), CLERK, Deed::Forward("chuyenvien.kinhte")),
            ((3, 10, 0), "chuyenvien.kinhte", Deed::AskForPayment),
        ],
    },
    // Late since the last closing.
    Case {
        procedure: "1.001022",
        received: (4, 10, 0),
        intake: Intake::Register,
        deeds: &[((4, 10, 30), CLERK, Deed::Forward("chuyenvien.tuphap"))],
    },
    // Resolved, not yet fetched.
    Case {
        procedure: "1.004859",
        received: (4, 8, 0),
        intake: Intake::Register,
        deeds: &[
            ((4, 8, 30), CLERK, Deed::Forward("chuyenvien.tuphap")),
            (
                (3, 9, 0),
                "chuyenvien.tuphap",
                Deed::Forward("truongphong.tuphap"),
            ),
            ((3, 14, 0), "truongphong.tuphap", Deed::Forward("lanhdao")),
            ((2, 9, 0), "lanhdao", Deed::Forward("chuyenvien.vanphong")),
            ((2, 10, 0), "chuyenvien.vanphong", Deed::Approve),
        ],
    },
    // Due on the day on which the demo begins.
    Case {
        procedure: "2.000720",
        received: (3, 8, 0),
        intake: Intake::Register,
        deeds: &[((3, 8, 30), CLERK, Deed::Forward("chuyenvien.kinhte"))],
    },
    // Waits for papers.
    Case {
        procedure: "1.001731",
        received: (3, 14, 0),
        intake: Intake::Register,
        deeds: &[
            ((3, 14, 30), CLERK, Deed::Forward("chuyenvien.vanhoa")),
            ((2, 15, 0), "chuyenvien.vanhoa", Deed::AskForPapers),
        ],
    },
    // Due on the next working day.
    Case {
        procedure: "1.004194",
        received: (2, 9, 0),
        intake: Intake::Register,
        deeds: &[((2, 9, 30), CLERK, Deed::Forward("chuyenvien.cutru"))],
    },
    // Came by post, and nobody has answered.
    Case {
        procedure: "1.004884",
        received: (1, 8, 0),
        intake: Intake::Submit,
        deeds: &[],
    },
    // In good time.
    Case {
        procedure: "1.011607",
        received: (1, 14, 0),
        intake: Intake::Register,
        deeds: &[((1, 14, 30), CLERK, Deed::Forward("chuyenvien.vanhoa"))],
    },
];

/// Hands in the dossiers of the demo, each deed at its moment before now, in the order of time as
/// in any record.
pub(super) fn load_dossiers(conn: &mut Conn, env: &Env) -> Result<(), Error> {
    let calendar = calendar::queries::of_office(conn, env, WARD)?;
    let mut deeds: Vec<(DateTime<Utc>, usize, Option<usize>)> = Vec::new();
    for (number, case) in CASES.iter().enumerate() {
        deeds.push((moment(&calendar, env.now(), case.received), number, None));
        for (step, (when, _, _)) in case.deeds.iter().enumerate() {
            deeds.push((moment(&calendar, env.now(), *when), number, Some(step)));
        }
    }
    deeds.sort_by_key(|(at, number, step)| (*at, *number, *step));
    let mut codes: HashMap<usize, String> = HashMap::new();
    for (at, number, step) in deeds {
        // Its own caches: what this transaction wrote may yet be undone.
        let env = Env::new(Arc::new(SteppedClock::at(at)));
        let Some(case) = CASES.get(number) else {
            continue;
        };
        match step {
            None => {
                if let Some(code) = hand_in(conn, &env, case, number)? {
                    codes.insert(number, code);
                }
            }
            Some(step) => {
                if let (Some(code), Some((_, who, deed))) =
                    (codes.get(&number), case.deeds.get(step))
                {
                    act(conn, &env, code, who, deed)?;
                }
            }
        }
    }
    Ok(())
}

fn moment(calendar: &Calendar, now: DateTime<Utc>, (days, hour, minute): When) -> DateTime<Utc> {
    let day = calendar.working_day_before(local_date(now), days);
    let time = NaiveTime::from_hms_opt(hour, minute, 0).unwrap_or_default();
    from_local(day.and_time(time))
}

/// None where the procedure was not in force yet, as when the demo begins long ago.
fn hand_in(
    conn: &mut Conn,
    env: &Env,
    case: &Case,
    number: usize,
) -> Result<Option<String>, Error> {
    let today = local_date(env.now());
    let Some((_, rules)) = procedure::in_force(conn, env, case.procedure, today)? else {
        return Ok(None);
    };
    let required = (1..).zip(&rules.papers).filter(|(_, paper)| paper.required);
    let papers = required.map(|(number, _)| PaperTick {
        number: Some(number),
        name: None,
        originals: 1,
        certified: 0,
        copies: 0,
    });
    let number = number.saturating_add(1);
    let new = NewDossier {
        office: parsed::<AgencyCode>(WARD)?,
        procedure: parsed(case.procedure)?,
        channel: match case.intake {
            Intake::Submit => "post",
            Intake::Register => "in_person",
        },
        applicant: Applicant {
            kind: "person",
            name: parsed("Người nộp minh họa")?,
            id_number: None,
            phone: Some(parsed("0912345678")?),
            email: Some(parsed(&format!("nguoinop{number}@motcua.example"))?),
            address: None,
        },
        submitter_name: None,
        matter: None,
        papers: papers.collect(),
        sets: 1,
        result_way: "in_person",
        result_address: None,
    };
    let who = principal(conn, env, CLERK)?;
    let taken = take_in(conn, env, &who, case.intake, &new, None)?;
    Ok(Some(taken.code().to_owned()))
}

fn act(conn: &mut Conn, env: &Env, code: &str, who: &str, deed: &Deed) -> Result<(), Error> {
    let request = match deed {
        Deed::Forward(to) => Request::Forward {
            to: uid(conn, to)?,
            note: None,
        },
        Deed::AskForPapers => Request::RequestSupplement {
            missing: vec![(
                parsed("Bản sao giấy tờ chứng minh (minh họa)")?,
                parsed("Bản đã nộp mờ, không đọc được.")?,
            )],
            reason: None,
        },
        Deed::AskForPayment => Request::RequestPayment {
            amount_vnd: 150_000,
            purpose: parsed("Lệ phí (minh họa)")?,
        },
        Deed::Approve => Request::Resolve {
            outcome: Outcome::Approved,
            reason: None,
        },
    };
    let version: i64 = dossiers::table
        .filter(dossiers::code.eq(code))
        .select(dossiers::version)
        .first(conn)?;
    let who = principal(conn, env, who)?;
    command(conn, env, &who, code, version, &request)
}

fn uid(conn: &mut Conn, login: &str) -> Result<String, Error> {
    Ok(staff::table
        .filter(staff::login.eq(login))
        .select(staff::uid)
        .first(conn)?)
}

fn principal(conn: &mut Conn, env: &Env, login: &str) -> Result<domain::auth::Principal, Error> {
    let uid = uid(conn, login)?;
    load_principal(conn, env, &uid, Kind::Staff)?
        .ok_or_else(|| Error::Internal(format!("the demo has no account {login}")))
}
