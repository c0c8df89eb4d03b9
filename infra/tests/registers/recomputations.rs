//! A holiday announced late, over the dossiers of a whole ward.

use diesel::prelude::*;
use domain::dossier::State;
use domain::text::Note;
use domain::time::local_date;
use infra::calendar::actions::{YearInput, import_year};
use infra::calendar::{queries, recompute};
use infra::db::schema::{dossier_events, dossier_steps, dossiers, recomputations};
use infra::dossier::{Intake, Request, command, verify_chains};
use infra::error::Error;

use super::calendars::the_calendar;
use super::ward::{Ward, at, date, each};

/// 3 working days.
const PROCEDURE: &str = "1.004873";

/// Closes these days of 2026 beside those that are closed already.
fn announce(ward: &Ward, days: &[&str]) -> String {
    let (admin, calendar) = (ward.administrator(), the_calendar(ward));
    let of_2026 = |day: &chrono::NaiveDate| day.to_string().starts_with("2026");
    let mut closed = calendar.spec.closed.clone();
    closed.retain(|day, _| of_2026(day));
    closed.extend(
        days.iter()
            .map(|day| (date(day), "Nghỉ đột xuất".to_owned())),
    );
    let mut make_up = calendar.spec.make_up.clone();
    make_up.retain(|day, _| of_2026(day));
    let year = YearInput {
        closed,
        make_up,
        ..YearInput::default()
    };
    ward.write(move |conn, env| {
        import_year(
            conn,
            env,
            &admin,
            &calendar.uid,
            calendar.version,
            2026,
            &year,
        )
    })
    .unwrap()
    .recomputation
    .unwrap()
}

fn progress(ward: &Ward, uid: &str) -> recompute::Progress {
    ward.read(|conn, _| queries::progress(conn, uid)).unwrap()
}

fn counts(ward: &Ward, uid: &str) -> (String, i64, i64, i64, i64) {
    let now = progress(ward, uid);
    (now.status, now.total, now.done, now.moved, now.failed)
}

fn due_day(ward: &Ward, code: &str) -> String {
    let due: Option<chrono::NaiveDateTime> = ward
        .read(|conn, _| {
            let of = dossiers::table.filter(dossiers::code.eq(code));
            Ok(of.select(dossiers::due_at).first(conn)?)
        })
        .unwrap();
    local_date(due.unwrap().and_utc()).to_string()
}

/// Everything that a second run must not change.
fn all(ward: &Ward) -> Vec<(String, i64, String, i64, String)> {
    ward.read(|conn, _| {
        Ok(dossiers::table
            .order(dossiers::id)
            .select((
                dossiers::code,
                dossiers::version,
                dossiers::rules_state,
                dossiers::event_count,
                dossiers::last_hash,
            ))
            .load(conn)?)
    })
    .unwrap()
}

fn note(text: &str) -> Note {
    text.parse().unwrap()
}

#[test]
fn a_holiday_announced_late_moves_open_dossiers_and_says_so() {
    each(|ward| {
        let open = ward.take_in(Intake::Register, PROCEDURE);
        let submitted = ward.take_in(Intake::Submit, PROCEDURE);
        let closed = ward.take_in(Intake::Register, PROCEDURE);
        let (clerk, code) = (ward.clerk(), closed.clone());
        ward.write(move |conn, env| {
            let request = Request::Withdraw {
                reason: note("Người nộp rút hồ sơ"),
            };
            command(conn, env, &clerk, &code, 1, &request)
        })
        .unwrap();
        assert_eq!(due_day(ward, &open), "2026-03-05");
        let uid = announce(ward, &["2026-03-03"]);
        assert_eq!(counts(ward, &uid), ("waiting".into(), 2, 0, 0, 0));
        assert_eq!(recompute::run_waiting(&ward.db, &ward.env).unwrap(), 1);
        assert_eq!(counts(ward, &uid), ("done".into(), 2, 2, 2, 0));
        assert!(progress(ward, &uid).finished_at.is_some());
        assert_eq!(due_day(ward, &open), "2026-03-06");
        assert_eq!(due_day(ward, &closed), "2026-03-05");

        let events: Vec<(String, String, String)> = ward
            .read(|conn, _| {
                Ok(dossier_events::table
                    .inner_join(dossiers::table)
                    .filter(dossier_events::action.eq(recompute::DUE_DATE_MOVED))
                    .order(dossier_events::id)
                    .select((
                        dossiers::code,
                        dossier_events::detail,
                        dossier_events::to_state,
                    ))
                    .load(conn)?)
            })
            .unwrap();
        assert_eq!(events.len(), 2);
        let detail: serde_json::Value = serde_json::from_str(&events[0].1).unwrap();
        assert_eq!(events[0].0, open);
        assert_eq!(detail["due_at_before"], "2026-03-05T17:00:00+07:00");
        assert_eq!(detail["due_at"], "2026-03-06T17:00:00+07:00");
        assert_eq!(
            (events[1].0.as_str(), events[1].2.as_str()),
            (submitted.as_str(), State::Submitted.as_str())
        );
        assert!(events[1].1.contains("answer_by_before"));
        let steps: Vec<chrono::NaiveDateTime> = ward
            .read(|conn, _| {
                Ok(dossier_steps::table
                    .select(dossier_steps::due_at)
                    .load(conn)?)
            })
            .unwrap();
        assert_eq!(steps[0].and_utc(), at("2026-03-02 17:00"));
        let walked = ward.read(|conn, _| verify_chains(conn, 0, 100)).unwrap();
        assert!(walked.broken.is_empty(), "{walked:?}");
    });
}

#[test]
fn a_second_run_changes_nothing_and_a_holiday_taken_back_moves_nothing_earlier() {
    each(|ward| {
        let code = ward.take_in(Intake::Register, PROCEDURE);
        let first = announce(ward, &["2026-03-03"]);
        recompute::run_waiting(&ward.db, &ward.env).unwrap();
        let before = all(ward);
        // The same recomputation from its start again, as after a restored backup.
        let (again, calendar) = (first.clone(), the_calendar(ward));
        ward.write(move |conn, _| {
            diesel::update(recomputations::table.filter(recomputations::uid.eq(&again)))
                .set((
                    recomputations::status.eq("waiting"),
                    recomputations::last_dossier_id.eq(0),
                ))
                .execute(conn)?;
            Ok(())
        })
        .unwrap();
        recompute::run_waiting(&ward.db, &ward.env).unwrap();
        assert_eq!(all(ward), before);
        assert!(calendar.spec.closed.contains_key(&date("2026-03-03")));
        // Taken back.
        let (admin, year) = (ward.administrator(), year_without(ward, "2026-03-03"));
        let taken_back = ward
            .write(move |conn, env| {
                import_year(
                    conn,
                    env,
                    &admin,
                    &calendar.uid,
                    calendar.version,
                    2026,
                    &year,
                )
            })
            .unwrap()
            .recomputation
            .unwrap();
        recompute::run_waiting(&ward.db, &ward.env).unwrap();
        assert_eq!(counts(ward, &taken_back), ("done".into(), 1, 1, 0, 0));
        assert_eq!(due_day(ward, &code), "2026-03-06");
        assert_eq!(
            all(ward)[0].1,
            before[0].1,
            "no new version for nothing that moved"
        );
    });
}

fn year_without(ward: &Ward, day: &str) -> YearInput {
    let mut closed = the_calendar(ward).spec.closed;
    closed.retain(|date, _| date.to_string().starts_with("2026") && date.to_string() != day);
    YearInput {
        closed,
        ..YearInput::default()
    }
}

#[test]
fn a_run_goes_on_where_it_was_broken_off_and_skips_what_is_broken() {
    each(|ward| {
        let codes: Vec<String> = (0..7)
            .map(|_| ward.take_in(Intake::Register, PROCEDURE))
            .collect();
        let broken = codes[2].clone();
        ward.write(move |conn, _| {
            diesel::update(dossiers::table.filter(dossiers::code.eq(&broken)))
                .set(dossiers::rules_state.eq("{}"))
                .execute(conn)?;
            Ok(())
        })
        .unwrap();
        let uid = announce(ward, &["2026-03-03"]);
        let id: i64 = ward
            .read(|conn, _| {
                let of = recomputations::table.filter(recomputations::uid.eq(&uid));
                Ok(of.select(recomputations::id).first(conn)?)
            })
            .unwrap();
        let step = move || {
            ward.write(move |conn, env| recompute::step(conn, env, id, 3))
                .unwrap()
        };
        assert_eq!(
            (step().done, counts(ward, &uid)),
            (3, ("running".into(), 7, 3, 2, 1))
        );
        // A batch that is undone leaves neither dates nor progress behind.
        let crash = ward.write(move |conn, env| {
            recompute::step(conn, env, id, 3)?;
            Err::<(), _>(Error::Internal("crash".into()))
        });
        assert!(crash.is_err());
        assert_eq!(counts(ward, &uid), ("running".into(), 7, 3, 2, 1));
        assert_eq!(due_day(ward, &codes[3]), "2026-03-05");
        recompute::run_waiting(&ward.db, &ward.env).unwrap();
        assert_eq!(counts(ward, &uid), ("done".into(), 7, 7, 6, 1));
        for (place, code) in codes.iter().enumerate() {
            let day = if place == 2 {
                "2026-03-05"
            } else {
                "2026-03-06"
            };
            assert_eq!(due_day(ward, code), day, "{code}");
        }
        let list = ward
            .read(|conn, _| queries::recomputations(conn, None, 50))
            .unwrap();
        assert_eq!(list.items.len(), 1);
    });
}

#[test]
fn what_came_in_after_the_change_is_not_counted_again() {
    each(|ward| {
        let old = ward.take_in(Intake::Register, PROCEDURE);
        let uid = announce(ward, &["2026-03-03"]);
        let new = ward.take_in(Intake::Register, PROCEDURE);
        assert_eq!(due_day(ward, &new), "2026-03-06");
        ward.clock.set(at("2026-03-02 10:00"));
        recompute::run_waiting(&ward.db, &ward.env).unwrap();
        assert_eq!(counts(ward, &uid), ("done".into(), 1, 1, 1, 0));
        assert_eq!(due_day(ward, &old), due_day(ward, &new));
    });
}
