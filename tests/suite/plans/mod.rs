//! The plans of the lists: every query walks an index in the order it needs, and sorts nothing.

use std::sync::{Arc, Mutex};

use diesel::connection::{Instrumentation, InstrumentationEvent};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use domain::auth::Principal;
use domain::dossier::State;
use domain::lang::Lang;
use infra::auth::load_principal;
use infra::auth::tokens::Kind;
use infra::db::Conn;
use infra::db::dialect::in_index_order;
use infra::dossier::{
    DueWhen, Filter, Paging, events_after, list_department, list_dossiers, list_due, list_events,
    list_mine, newest_event,
};
use infra::env::Env;
use infra::error::Error;

use crate::support::{LAND, MARITAL_STATUS, Staff, Which, World, in_appraisal, registered};

fn paging(cursor: Option<String>) -> Paging {
    Paging {
        limit: 1,
        cursor,
        count: true,
        lang: Lang::Vi,
    }
}

/// Runs a list page by page, so that the queries behind a cursor are seen too.
fn pages(mut list: impl FnMut(&Paging) -> Result<infra::dossier::Listed, Error>) {
    let first = list(&paging(None)).expect("a first page");
    if let Some(next) = first.page.next {
        list(&paging(Some(next))).expect("a second page");
    }
}

fn filters() -> Vec<Filter> {
    let of = |change: fn(&mut Filter)| {
        let mut filter = Filter::default();
        change(&mut filter);
        filter
    };
    let day = chrono::NaiveDate::from_ymd_opt(2026, 11, 19);
    let mut all = vec![
        of(|_| {}),
        of(|filter| filter.office = Some("H29.23".to_owned())),
        of(|filter| filter.procedure = Some(MARITAL_STATUS.to_owned())),
        of(|filter| filter.states = vec![State::Accepted, State::Processing]),
        of(|filter| filter.code = Some("H29.23-261119-0001".to_owned())),
        of(|filter| filter.name = Some("nguoi nop".to_owned())),
        of(|filter| filter.id_number = Some("001200000001".to_owned())),
        of(|filter| filter.phone = Some("0912345678".to_owned())),
        of(|filter| filter.channel = Some("in_person")),
    ];
    all.push(Filter {
        received_from: day,
        received_to: day,
        ..Filter::default()
    });
    all
}

/// Every list of dossiers and events there is, as one person asks for it.
fn lists(conn: &mut Conn, env: &Env, who: &Principal, code: &str) {
    for filter in filters() {
        pages(|paging| list_dossiers(conn, env, who, &filter, paging));
    }
    pages(|paging| list_mine(conn, env, who, paging));
    pages(|paging| list_department(conn, env, who, paging));
    for when in [
        DueWhen::Overdue,
        DueWhen::Today,
        DueWhen::NextWorkingDay,
        DueWhen::All,
    ] {
        pages(|paging| list_due(conn, env, who, None, when, paging));
        pages(|paging| list_due(conn, env, who, Some("H29.23"), when, paging));
    }
    list_events(conn, env, who, code, 50, None).expect("the record of a dossier");
    let end = newest_event(conn).expect("the end of the feed");
    events_after(conn, who, 0, end, 50).expect("the feed");
}

/// The statements that a job sends, without their values.
fn statements(world: &World, login: &str, code: &str) -> Vec<String> {
    let heard = Arc::new(Mutex::new(Vec::new()));
    let (listener, uid) = (Arc::clone(&heard), world.uid(login));
    let (env, code) = (world.service.env.clone(), code.to_owned());
    let job = move |conn: &mut Conn| -> Result<(), Error> {
        let who = load_principal(conn, &env, &uid, Kind::Staff)?.expect("somebody");
        conn.set_instrumentation(move |event: InstrumentationEvent<'_>| {
            if let InstrumentationEvent::StartQuery { query, .. } = event {
                let text = query.to_string();
                let sql = text.split(" -- binds:").next().unwrap_or_default();
                listener.lock().expect("no panic").push(sql.to_owned());
            }
        });
        lists(conn, &env, &who, &code);
        conn.set_instrumentation(Silent);
        Ok(())
    };
    world.service.db.read_blocking(job).expect("the lists");
    let mut found = std::mem::take(&mut *heard.lock().expect("no panic"));
    // Registers hold some hundreds of rows at most, and fit into one's hand sorted or not.
    found.retain(|sql| sql.starts_with("SELECT ") && LARGE.iter().any(|table| reads(sql, table)));
    found.sort();
    found.dedup();
    found
}

/// Tables that grow with the years.
const LARGE: [&str; 4] = [
    "dossiers",
    "dossier_events",
    "dossier_names",
    "dossier_steps",
];

/// Names stand in quotes of either database, or bare in statements of our own.
fn reads(sql: &str, table: &str) -> bool {
    [
        format!("`{table}`"),
        format!("\"{table}\""),
        format!(" {table} "),
    ]
    .iter()
    .any(|name| sql.contains(name.as_str()))
}

struct Silent;

impl Instrumentation for Silent {
    fn on_connection_event(&mut self, _: InstrumentationEvent<'_>) {}
}

#[derive(QueryableByName)]
struct Step {
    #[diesel(sql_type = Text)]
    detail: String,
}

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = BigInt)]
    number: i64,
}

#[derive(QueryableByName)]
struct PlanLine {
    #[diesel(sql_type = Text, column_name = "QUERY PLAN")]
    line: String,
}

fn plan(conn: &mut Conn, sql: &str) -> Vec<String> {
    match conn {
        Conn::Sqlite(_) => diesel::sql_query(format!("EXPLAIN QUERY PLAN {sql}"))
            .load::<Step>(conn)
            .map(|steps| steps.into_iter().map(|step| step.detail).collect()),
        Conn::Postgres(_) => generic_plan(conn, sql),
    }
    .unwrap_or_else(|error| panic!("{error}: {sql}"))
}

/// The plan that holds for any values. Small tables would be read whole and sorted in no time, so
/// both are made dear: where they still appear, no index would do.
fn generic_plan(conn: &mut Conn, sql: &str) -> QueryResult<Vec<String>> {
    use diesel::connection::SimpleConnection as _;
    let last = (1..100)
        .rev()
        .find(|number| sql.contains(&format!("${number}")))
        .unwrap_or(0);
    let values = vec!["NULL"; last].join(", ");
    let call = if last == 0 {
        String::new()
    } else {
        format!("({values})")
    };
    conn.batch_execute(&format!(
        "SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off; \
         SET LOCAL enable_bitmapscan = off; SET LOCAL enable_incremental_sort = off; \
         SET LOCAL plan_cache_mode = force_generic_plan; PREPARE asked AS {sql}"
    ))?;
    let lines = diesel::sql_query(format!("EXPLAIN EXECUTE asked{call}"))
        .load::<PlanLine>(conn)?
        .into_iter()
        .map(|line| line.line)
        .collect();
    conn.batch_execute("DEALLOCATE asked")?;
    Ok(lines)
}

/// What a plan must not do: read a large table whole, or sort what it read.
fn faults(which: Which, plan: &[String]) -> Vec<String> {
    let reads_whole = |line: &str| match which {
        Which::Sqlite => LARGE.iter().any(|table| {
            line.starts_with(&format!("SCAN {table}")) && !line.contains("USING INDEX")
        }),
        Which::Postgres => LARGE
            .iter()
            .any(|table| line.contains(&format!("Seq Scan on {table}"))),
    };
    let sorts = |line: &str| match which {
        Which::Sqlite => line.contains("USE TEMP B-TREE"),
        Which::Postgres => {
            line.trim_start()
                .trim_start_matches("-> ")
                .trim()
                .starts_with("Sort ")
                || line.contains("Incremental Sort")
        }
    };
    plan.iter()
        .filter(|line| reads_whole(line) || sorts(line))
        .cloned()
        .collect()
}

both! {
    async fn every_list_walks_an_index_and_sorts_nothing(world) {
        let staff = Staff::of(&world);
        let code = in_appraisal(&staff, MARITAL_STATUS).await;
        for _ in 0..3 {
            registered(&staff.clerk, LAND).await;
            in_appraisal(&staff, MARITAL_STATUS).await;
        }
        let which = world.which;
        let mut asked = Vec::new();
        for login in ["tiepnhan", "chuyenvien.tuphap", "lanhdao", "thanhtra"] {
            asked.extend(statements(&world, login, &code));
        }
        asked.sort();
        asked.dedup();
        assert!(asked.len() > 20, "only {} statements were heard", asked.len());
        let explain = move |conn: &mut Conn| -> Result<Vec<String>, Error> {
            let mut wrong = Vec::new();
            for sql in asked {
                let plan = plan(conn, &sql);
                let faults = faults(which, &plan);
                if !faults.is_empty() {
                    wrong.push(format!("{sql}\n    {}", plan.join("\n    ")));
                }
            }
            Ok(wrong)
        };
        let wrong = world.service.db.write_blocking(explain).expect("plans");
        assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
    }
}

both! {
    async fn what_is_read_in_the_order_of_an_index_is_not_gathered_first(world) {
        if world.which == Which::Sqlite {
            return;
        }
        let due = "SELECT id, rules_state FROM dossiers WHERE next_look_at <= '2026-12-03' \
                   ORDER BY next_look_at, id LIMIT 1000";
        let explain = move |conn: &mut Conn| -> Result<(Vec<String>, i64), Error> {
            use diesel::connection::SimpleConnection as _;
            // The table is small here.
            conn.batch_execute("SET enable_seqscan = off")?;
            let lines = in_index_order(conn, |conn| -> Result<Vec<PlanLine>, Error> {
                Ok(diesel::sql_query(format!("EXPLAIN {due}")).load(conn)?)
            });
            conn.batch_execute("RESET enable_seqscan")?;
            let after = diesel::sql_query(
                "SELECT count(*) AS number FROM pg_settings \
                 WHERE name = 'enable_bitmapscan' AND setting = 'on'",
            );
            let after = after.get_result::<Number>(conn)?.number;
            Ok((lines?.into_iter().map(|line| line.line).collect(), after))
        };
        let (plan, set_back) = world.service.db.read_blocking(explain).expect("a plan");
        let plan = plan.join("\n");
        assert!(plan.contains("using dossiers_next_look"), "{plan}");
        assert!(!plan.contains("Bitmap") && !plan.contains("Sort"), "{plan}");
        assert_eq!(set_back, 1, "for this read alone");
    }
}
