//! What is measured, each beside its limit in the same run.

mod lists;
mod postgres;
mod sqlite;

use std::io::{Error, Result};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use infra::db::{Conn, Db, DbSettings};
use serde_json::Value;

use crate::Plan;
use crate::http::{Load, Measured, request};
use crate::process::{Process, service};
use crate::setup::{self, Api, WARDS};
use crate::table::{Line, Verdict, median, print};

use lists::list;

/// Runs everything; whether all bounds hold.
pub fn all(plan: &Plan) -> Result<bool> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?;
    let mut lines = Vec::new();
    lines.extend(runtime.block_on(sqlite::sqlite(plan))?);
    match &plan.postgres {
        Some(url) => lines.extend(runtime.block_on(postgres::postgres(plan, url))?),
        None => println!("PostgreSQL is left out: MOTCUA_TEST_POSTGRES_URL is not set."),
    }
    Ok(print(&lines))
}

fn wanted(plan: &Plan, name: &str) -> bool {
    plan.only.as_deref().is_none_or(|only| name.contains(only))
}

/// Whether the service has had anything to carry when its memory is read.
fn under_load(plan: &Plan, database: &str) -> bool {
    ["intake", "lookup"]
        .iter()
        .any(|figure| wanted(plan, &format!("{database}-{figure}")))
}

/// A service on a database of its own, with the city in it.
struct Bench {
    folder: tempfile::TempDir,
    url: String,
    running: Process,
}

impl Bench {
    async fn open(plan: &Plan, url: Option<String>) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let url = url
            .unwrap_or_else(|| format!("sqlite://{}", folder.path().join("motcua.db").display()));
        setup::administrator(&plan.program, folder.path(), &url)?;
        let running = service(&plan.program, folder.path(), &url)?;
        setup::city(running.address).await?;
        Ok(Self {
            folder,
            url,
            running,
        })
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("motcua.db")
    }

    fn address(&self) -> SocketAddr {
        self.running.address
    }

    fn restart(self, plan: &Plan) -> Result<Self> {
        let Self {
            folder,
            url,
            running,
        } = self;
        running.stop()?;
        let running = service(&plan.program, folder.path(), &url)?;
        Ok(Self {
            folder,
            url,
            running,
        })
    }

    /// A database connection beside the service.
    async fn beside<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Conn) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let mut settings = DbSettings::new(&self.url);
        settings.statement_timeout = Duration::from_secs(1800);
        let db = Db::open(&settings).map_err(Error::other)?;
        let failed = |error: Error| infra::error::Error::Internal(error.to_string());
        db.write(move |conn| job(conn).map_err(failed))
            .await
            .map_err(Error::other)
    }
}

fn load(
    plan: &Plan,
    address: SocketAddr,
    clients: usize,
    requests: Vec<Vec<u8>>,
    expected: u16,
) -> Load {
    Load {
        address,
        clients,
        warm_up: plan.warm_up,
        time: plan.time,
        requests: Arc::new(requests),
        expected,
    }
}

fn intakes(token: &str) -> Vec<Vec<u8>> {
    (0..WARDS)
        .map(|number| {
            let body = setup::dossier(number).to_string();
            request(
                "POST",
                "/api/v1/dossiers/register",
                Some(token),
                Some(&body),
            )
        })
        .collect()
}

fn sound(measured: &Measured) -> Result<()> {
    match measured.failures {
        0 => Ok(()),
        failures => Err(Error::other(format!("{failures} requests failed"))),
    }
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

/// A rate against a limit, and the slowest of a hundred against a bound.
fn rate_lines(
    what: &str,
    pairs: &[(Measured, f64)],
    limit: &str,
    bound: f64,
    p99: f64,
) -> Vec<Line> {
    let rate = median(pairs.iter().map(|pair| pair.0.per_second).collect());
    let against = median(pairs.iter().map(|pair| pair.1).collect());
    let ratio = median(
        pairs
            .iter()
            .map(|pair| pair.0.per_second / pair.1)
            .collect(),
    );
    let slow = median(pairs.iter().map(|pair| millis(pair.0.p99)).collect());
    vec![
        Line {
            what: what.to_owned(),
            figure: format!("{rate:.0}/s"),
            limit: format!("{against:.0}/s {limit}"),
            verdict: Verdict {
                value: ratio * 100.0,
                bound,
                unit: " %",
                at_least: true,
            },
        },
        Line {
            what: format!("{what}, p99"),
            figure: format!("{slow:.1} ms"),
            limit: String::new(),
            verdict: Verdict {
                value: slow,
                bound: p99,
                unit: " ms",
                at_least: false,
            },
        },
    ]
}

fn memory_line(what: &str, mib: f64, bound: f64) -> Line {
    Line {
        what: what.to_owned(),
        figure: format!("{mib:.0} MiB"),
        limit: String::new(),
        verdict: Verdict {
            value: mib,
            bound,
            unit: " MiB",
            at_least: false,
        },
    }
}

async fn one_dossier(address: SocketAddr) -> Result<(String, Value)> {
    let clerk = Api::clerk(address).await?;
    let made = clerk
        .post("/api/v1/dossiers/register", &setup::dossier(0))
        .await?;
    let code = made["code"].as_str().unwrap_or_default().to_owned();
    Ok((code, made))
}

async fn codes(address: SocketAddr, count: usize) -> Result<Vec<String>> {
    let clerk = Api::clerk(address).await?;
    let mut codes = Vec::new();
    for number in 0..count {
        let made = clerk
            .post("/api/v1/dossiers/register", &setup::dossier(number % WARDS))
            .await?;
        codes.extend(made["code"].as_str().map(str::to_owned));
    }
    Ok(codes)
}

fn look_ups(codes: &[String]) -> Vec<Vec<u8>> {
    let ask = |code: &String| {
        request(
            "GET",
            &format!("/api/v1/public/dossiers/{code}"),
            None,
            None,
        )
    };
    codes.iter().map(ask).collect()
}

async fn start_lines(plan: &Plan, bench: &mut Bench, name: &str) -> Result<Vec<Line>> {
    let mut ready = Vec::new();
    let mut idle = Vec::new();
    for _ in 0..plan.runs {
        let url = bench.url.clone();
        let folder = bench.folder.path().to_owned();
        let fresh = service(&plan.program, &folder, &url)?;
        ready.push(millis(fresh.ready_in));
        tokio::time::sleep(Duration::from_secs(1)).await;
        idle.push(fresh.resident()?);
        fresh.stop()?;
    }
    let ready = median(ready);
    Ok(vec![
        Line {
            what: format!("{name}: ready on an existing database"),
            figure: format!("{ready:.0} ms"),
            limit: String::new(),
            verdict: Verdict {
                value: ready,
                bound: 300.0,
                unit: " ms",
                at_least: false,
            },
        },
        memory_line(
            &format!("{name}: resident memory, idle"),
            median(idle),
            40.0,
        ),
    ])
}
