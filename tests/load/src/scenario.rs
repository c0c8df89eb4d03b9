//! What is measured, each beside its limit in the same run.

use std::io::{Error, Result};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use infra::db::schema::offices;
use infra::db::{Conn, Db, DbSettings};
use serde_json::Value;

use crate::fill::{Fill, fill};
use crate::http::{Load, Measured, drive, request};
use crate::process::{Process, free_port, service, start};
use crate::rows::Intake;
use crate::setup::{self, Api, WARDS, ward};
use crate::table::{Line, Verdict, median, print};
use crate::{Plan, limits};

/// Runs everything; whether all bounds hold.
pub fn all(plan: &Plan) -> Result<bool> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?;
    let mut lines = Vec::new();
    lines.extend(runtime.block_on(sqlite(plan))?);
    match &plan.postgres {
        Some(url) => lines.extend(runtime.block_on(postgres(plan, url))?),
        None => println!("PostgreSQL is left out: MOTCUA_TEST_POSTGRES_URL is not set."),
    }
    Ok(print(&lines))
}

fn wanted(plan: &Plan, name: &str) -> bool {
    plan.only.as_deref().is_none_or(|only| name.contains(only))
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

async fn sqlite(plan: &Plan) -> Result<Vec<Line>> {
    let mut bench = Bench::open(plan, None).await?;
    one_dossier(bench.address()).await?;
    let mut lines = Vec::new();
    if wanted(plan, "start") {
        lines.extend(start_lines(plan, &mut bench, "SQLite").await?);
    }
    if wanted(plan, "sqlite-intake") {
        lines.extend(sqlite_intake(plan, &bench).await?);
    }
    if wanted(plan, "sqlite-lookup") {
        lines.extend(sqlite_look_up(plan, &bench).await?);
    }
    if wanted(plan, "start") {
        let peak = bench.running.peak()?;
        lines.push(memory_line(
            "SQLite: resident memory, the most under this load",
            peak,
            150.0,
        ));
    }
    if wanted(plan, "sqlite-list") {
        lines.extend(list(plan, bench, "SQLite").await?);
    }
    Ok(lines)
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

async fn sqlite_intake(plan: &Plan, bench: &Bench) -> Result<Vec<Line>> {
    let sample = limits::sample(&bench.file())?;
    let mut lines = Vec::new();
    for clients in [32, 128] {
        let mut pairs = Vec::new();
        for _ in 0..plan.runs {
            let bare = bare_loop(plan, &sample).await?;
            let clerk = Api::clerk(bench.address()).await?;
            let load = load(plan, bench.address(), clients, intakes(clerk.token()), 201);
            let measured = drive(load).await?;
            sound(&measured)?;
            pairs.push((measured, bare));
        }
        let what = format!("SQLite: intake, {clients} clients");
        lines.extend(rate_lines(
            &what,
            &pairs,
            "bare loop, batches of 64",
            50.0,
            40.0,
        ));
    }
    Ok(lines)
}

/// On a copy of an empty database of the service, so that files and rows are alike.
async fn bare_loop(plan: &Plan, sample: &Intake) -> Result<f64> {
    let bench = Bench::open(plan, None).await?;
    let Bench {
        folder, running, ..
    } = bench;
    // The row refers to a clerk, a ward and rule sets, which are the same in every city.
    one_dossier(running.address).await?;
    running.stop()?;
    let (sample, time) = (sample.clone(), plan.time);
    let run = move || limits::bare_loop(&folder.path().join("motcua.db"), &sample, time);
    tokio::task::spawn_blocking(run)
        .await
        .map_err(Error::other)?
}

async fn sqlite_look_up(plan: &Plan, bench: &Bench) -> Result<Vec<Line>> {
    let codes = codes(bench.address(), 500).await?;
    let mut pairs = Vec::new();
    for _ in 0..plan.runs {
        let constant = constant(plan, bench, codes.first().map_or("", String::as_str)).await?;
        let measured = drive(load(plan, bench.address(), 32, look_ups(&codes), 200)).await?;
        sound(&measured)?;
        pairs.push((measured, constant));
    }
    Ok(rate_lines(
        "SQLite: look-up, 32 clients",
        &pairs,
        "the same bytes from memory",
        25.0,
        15.0,
    ))
}

/// An actix handler that gives the bytes of one look-up from memory.
async fn constant(plan: &Plan, bench: &Bench, code: &str) -> Result<f64> {
    let url = format!("http://{}/api/v1/public/dossiers/{code}", bench.address());
    let answer = reqwest::get(url).await.map_err(Error::other)?;
    let bytes = answer.bytes().await.map_err(Error::other)?;
    let file = bench.folder.path().join("look-up.json");
    std::fs::write(&file, bytes)?;
    let port = free_port()?;
    let mut command = Command::new(std::env::current_exe()?);
    command.arg("constant").arg(port.to_string()).arg(&file);
    let running = start(
        command,
        port,
        "/",
        &bench.folder.path().join("constant.log"),
    )?;
    let measured = drive(load(
        plan,
        running.address,
        32,
        vec![request("GET", "/", None, None)],
        200,
    ))
    .await?;
    sound(&measured)?;
    Ok(measured.per_second)
}

async fn postgres(plan: &Plan, server: &str) -> Result<Vec<Line>> {
    let name = "motcua_load";
    let url = in_database(server, name);
    recreate(server, name).await?;
    let mut bench = Bench::open(plan, Some(url.clone())).await?;
    let (code, _) = one_dossier(bench.address()).await?;
    let mut lines = Vec::new();
    if wanted(plan, "start") {
        lines.extend(start_lines(plan, &mut bench, "PostgreSQL").await?);
    }
    if wanted(plan, "postgres-intake") {
        lines.extend(postgres_intake(plan, &bench).await?);
    }
    if wanted(plan, "postgres-lookup") {
        lines.extend(postgres_look_up(plan, &bench, &code).await?);
    }
    if wanted(plan, "start") {
        let peak = bench.running.peak()?;
        lines.push(memory_line(
            "PostgreSQL: resident memory, the most under this load",
            peak,
            150.0,
        ));
    }
    if wanted(plan, "postgres-list") {
        lines.extend(list(plan, bench, "PostgreSQL").await?);
    }
    Ok(lines)
}

fn in_database(server: &str, name: &str) -> String {
    let base = server.split('?').next().unwrap_or(server);
    match base.rsplit_once('/') {
        Some((host, _)) => format!("{host}/{name}"),
        None => server.to_owned(),
    }
}

async fn recreate(server: &str, name: &str) -> Result<()> {
    let (server, name) = (server.to_owned(), name.to_owned());
    let work = move || -> Result<()> {
        let mut conn = PgConnection::establish(&server).map_err(Error::other)?;
        conn.batch_execute(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
            .map_err(Error::other)?;
        conn.batch_execute(&format!("CREATE DATABASE {name}"))
            .map_err(Error::other)
    };
    tokio::task::spawn_blocking(work)
        .await
        .map_err(Error::other)?
}

/// As many as the service's pool.
const CONNECTIONS: usize = 8;

async fn postgres_intake(plan: &Plan, bench: &Bench) -> Result<Vec<Line>> {
    let (sample, wards) = bench
        .beside(|conn| {
            let wards: Vec<i64> = offices::table
                .filter(offices::kind.eq("ward"))
                .select(offices::id)
                .load(conn)
                .map_err(Error::other)?;
            Ok((Intake::newest(conn).map_err(Error::other)?, wards))
        })
        .await?;
    let script = limits::intake_script(&sample, &wards);
    let mut lines = Vec::new();
    for clients in [32, 128] {
        let mut pairs = Vec::new();
        for _ in 0..plan.runs {
            let limit = pgbench(plan, bench, &script).await?;
            let clerk = Api::clerk(bench.address()).await?;
            let load = load(plan, bench.address(), clients, intakes(clerk.token()), 201);
            let measured = drive(load).await?;
            sound(&measured)?;
            pairs.push((measured, limit));
        }
        let what = format!("PostgreSQL: intake, {clients} clients");
        lines.extend(rate_lines(
            &what,
            &pairs,
            "pgbench, 8 connections",
            80.0,
            if clients > 32 { 1000.0 } else { 1000.0 },
        ));
    }
    Ok(lines)
}

async fn pgbench(plan: &Plan, bench: &Bench, script: &str) -> Result<f64> {
    let (url, script, time) = (bench.url.clone(), script.to_owned(), plan.time);
    let folder = bench.folder.path().to_owned();
    let run = move || limits::pgbench(&url, &script, CONNECTIONS, time, &folder);
    tokio::task::spawn_blocking(run)
        .await
        .map_err(Error::other)?
}

async fn postgres_look_up(plan: &Plan, bench: &Bench, _code: &str) -> Result<Vec<Line>> {
    let codes = codes(bench.address(), 500).await?;
    let script = limits::look_up_script(&codes);
    let mut pairs = Vec::new();
    for _ in 0..plan.runs {
        let limit = pgbench(plan, bench, &script).await?;
        let measured = drive(load(plan, bench.address(), 32, look_ups(&codes), 200)).await?;
        sound(&measured)?;
        pairs.push((measured, limit));
    }
    Ok(rate_lines(
        "PostgreSQL: look-up, 32 clients",
        &pairs,
        "pgbench, 8 connections",
        60.0,
        15.0,
    ))
}

/// The overdue list of a ward with many dossiers against that of one with few.
async fn list(plan: &Plan, bench: Bench, name: &str) -> Result<Vec<Line>> {
    let (few, many) = (10_000, plan.dossiers);
    for (number, count) in [(1, few), (2, many)] {
        bench
            .beside(move |conn| {
                fill(
                    conn,
                    &Fill {
                        ward: &ward(number),
                        count,
                    },
                )
            })
            .await?;
    }
    let bench = bench.restart(plan)?;
    let mut pairs = Vec::new();
    for _ in 0..plan.runs {
        let small = overdue(plan, &bench, 1).await?;
        let large = overdue(plan, &bench, 2).await?;
        pairs.push((small, large));
    }
    let small = median(pairs.iter().map(|pair| millis(pair.0.p50)).collect());
    let large = median(pairs.iter().map(|pair| millis(pair.1.p50)).collect());
    let ratio = median(
        pairs
            .iter()
            .map(|pair| millis(pair.1.p50) / millis(pair.0.p50))
            .collect(),
    );
    Ok(vec![Line {
        what: format!("{name}: overdue list, 50 of {many} dossiers, p50"),
        figure: format!("{large:.2} ms"),
        limit: format!("{small:.2} ms with {few}"),
        verdict: Verdict {
            value: ratio,
            bound: 1.3,
            unit: " ×",
            at_least: false,
        },
    }])
}

async fn overdue(plan: &Plan, bench: &Bench, number: usize) -> Result<Measured> {
    let clerk = Api::clerk(bench.address()).await?;
    let path = format!("/api/v1/worklists/due?office={}&limit=50", ward(number));
    let ask = request("GET", &path, Some(clerk.token()), None);
    let measured = drive(load(plan, bench.address(), 4, vec![ask], 200)).await?;
    sound(&measured)?;
    Ok(measured)
}
