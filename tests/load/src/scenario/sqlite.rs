//! The embedded database against a bare loop, and look-ups against bytes from memory.

use std::io::{Error, Result};
use std::process::Command;

use super::{
    Bench, codes, intakes, list, load, look_ups, memory_line, one_dossier, rate_lines, sound,
    start_lines, under_load, wanted,
};
use crate::http::{drive, request};
use crate::process::{free_port, start};
use crate::rows::Intake;
use crate::setup::Api;
use crate::table::Line;
use crate::{Plan, limits};

pub(super) async fn sqlite(plan: &Plan) -> Result<Vec<Line>> {
    let mut bench = Bench::open(plan, None).await?;
    one_dossier(bench.address()).await?;
    let mut lines = Vec::new();
    if wanted(plan, "start") {
        lines.extend(start_lines(plan, &mut bench, "SQLite").await?);
    }
    let mut peak = 0.0;
    if wanted(plan, "sqlite-intake") {
        let sample = limits::sample(&bench.file())?;
        lines.extend(sqlite_intake(plan, &sample, &mut peak).await?);
    }
    if wanted(plan, "sqlite-lookup") {
        lines.extend(sqlite_look_up(plan, &bench).await?);
        peak = bench.running.peak()?.max(peak);
    }
    if under_load(plan, "sqlite") {
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

/// Each run on a database of its own, as its limit has.
async fn sqlite_intake(plan: &Plan, sample: &Intake, peak: &mut f64) -> Result<Vec<Line>> {
    let mut lines = Vec::new();
    for clients in [32, 128] {
        let mut pairs = Vec::new();
        for _ in 0..plan.runs {
            let bare = bare_loop(plan, sample).await?;
            let bench = Bench::open(plan, None).await?;
            let clerk = Api::clerk(bench.address()).await?;
            let load = load(plan, bench.address(), clients, intakes(clerk.token()), 201);
            let measured = drive(load).await?;
            sound(&measured)?;
            *peak = bench.running.peak()?.max(*peak);
            bench.running.stop()?;
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
