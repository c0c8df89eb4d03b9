//! PostgreSQL against pgbench with the same rows and reads.

use std::io::{Error, Result};

use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use infra::db::schema::offices;

use super::{
    Bench, codes, intakes, list, load, look_ups, memory_line, one_dossier, rate_lines, sound,
    start_lines, under_load, wanted,
};
use crate::http::drive;
use crate::rows::Intake;
use crate::setup::Api;
use crate::table::Line;
use crate::{Plan, limits};

pub(super) async fn postgres(plan: &Plan, server: &str) -> Result<Vec<Line>> {
    let name = "motcua_load";
    let url = in_database(server, name);
    recreate(server, name).await?;
    let mut bench = Bench::open(plan, Some(url.clone())).await?;
    one_dossier(bench.address()).await?;
    let mut lines = Vec::new();
    if wanted(plan, "start") {
        lines.extend(start_lines(plan, &mut bench, "PostgreSQL").await?);
    }
    if wanted(plan, "postgres-intake") {
        lines.extend(postgres_intake(plan, &bench).await?);
    }
    if wanted(plan, "postgres-lookup") {
        lines.extend(postgres_look_up(plan, &bench).await?);
    }
    if under_load(plan, "postgres") {
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
            1000.0,
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

async fn postgres_look_up(plan: &Plan, bench: &Bench) -> Result<Vec<Line>> {
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
