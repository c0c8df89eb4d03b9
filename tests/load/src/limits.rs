//! What the machine can do without the service: a bare loop, pgbench, bytes from memory.

use std::fmt::Write as _;
use std::fs;
use std::io::{Error, Result};
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use actix_web::{App, HttpResponse, HttpServer, web};
use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use diesel::sqlite::SqliteConnection;

use infra::db::Conn;

use crate::rows::Intake;
use crate::setup;

const BATCH: usize = 64;

fn open(file: &Path) -> Result<SqliteConnection> {
    let mut conn =
        SqliteConnection::establish(&file.display().to_string()).map_err(Error::other)?;
    conn.batch_execute(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA busy_timeout = 10000",
    )
    .map_err(Error::other)?;
    Ok(conn)
}

/// The newest intake of a database of the service.
pub fn sample(file: &Path) -> Result<Intake> {
    Intake::newest(&mut Conn::Sqlite(open(file)?)).map_err(Error::other)
}

/// Intakes a second of one connection that commits every 64 of them, durably.
pub fn bare_loop(file: &Path, intake: &Intake, time: Duration) -> Result<f64> {
    let mut conn = open(file)?;
    let began = Instant::now();
    let mut done = 0_usize;
    while began.elapsed() < time {
        conn.immediate_transaction::<_, diesel::result::Error, _>(|conn| {
            for place in 0..BATCH {
                // Names of its own, so that its codes meet nobody's.
                intake.write(conn, &format!("B{}", (done + place) % setup::WARDS))?;
            }
            Ok(())
        })
        .map_err(Error::other)?;
        done += BATCH;
    }
    Ok(done as f64 / began.elapsed().as_secs_f64())
}

/// Transactions a second of a pgbench script.
pub fn pgbench(
    url: &str,
    script: &str,
    clients: usize,
    time: Duration,
    folder: &Path,
) -> Result<f64> {
    let file = folder.join("script.sql");
    fs::write(&file, script)?;
    let output = Command::new("pgbench")
        .args([
            "-n",
            "-M",
            "prepared",
            "-c",
            &clients.to_string(),
            "-j",
            "2",
        ])
        .args(["-T", &time.as_secs().max(1).to_string(), "-f"])
        .arg(&file)
        .arg(url)
        .output()?;
    let text = String::from_utf8_lossy(&output.stdout);
    text.lines()
        .find_map(|line| line.strip_prefix("tps = "))
        .and_then(|rest| rest.split_whitespace().next()?.parse().ok())
        .ok_or_else(|| {
            Error::other(format!(
                "pgbench: {}",
                String::from_utf8_lossy(&output.stderr)
            ))
        })
}

/// The statements of one intake, each by itself, inside one transaction.
pub fn intake_script(sample: &Intake, wards: &[i64]) -> String {
    let dossier = &sample.dossier;
    let day = sample.day;
    let q = |text: &str| format!("'{}'", spaced(text).replace('\'', "''"));
    let opt = |text: &Option<String>| text.as_deref().map_or("NULL".to_owned(), q);
    let at =
        |at: Option<chrono::NaiveDateTime>| at.map_or("NULL".to_owned(), |at| format!("'{at}'"));
    let int = |int: Option<i64>| int.map_or("NULL".to_owned(), |int| int.to_string());
    let mut sql = String::new();
    let first = wards.iter().min().copied().unwrap_or(1);
    let last = wards.iter().max().copied().unwrap_or(1);
    let _ = writeln!(sql, "\\set ward random({first}, {last})\nBEGIN;");
    let _ = writeln!(
        sql,
        "INSERT INTO code_counters (agency, day, last) VALUES ('B' || :ward, '{day}', 1) ON CONFLICT (agency, day) DO UPDATE SET last = code_counters.last + 1 RETURNING last \\gset"
    );
    let _ = writeln!(
        sql,
        "INSERT INTO dossiers (code, office_id, procedure_version_id, calendar_version_id, channel, client_id, created_by, applicant, applicant_name, id_number, phone, matter, papers, lookup_key, state, version, submitted_at, received_at, due_at_original, due_at, sort_due_at, late_after, lapse_at, ended_at, holder_id, department_id, step_index, step_due_at, rules_state, event_count, last_hash, next_look_at, late_after_by_rules) VALUES ('B' || :ward || '-' || :last, :ward, {}, {}, {}, NULL, {}, {}, {}, {}, {}, {}, {}, {}, {}, 1, '{}', {}, {}, {}, '{}', {}, NULL, NULL, {}, {}, {}, {}, {}, 1, {}, {}, {}) RETURNING id \\gset",
        dossier.procedure_version_id,
        dossier.calendar_version_id,
        q(&dossier.channel),
        int(dossier.created_by),
        q(&dossier.applicant),
        q(&dossier.applicant_name),
        opt(&dossier.id_number),
        opt(&dossier.phone),
        q(&dossier.matter),
        q(&dossier.papers),
        q(&dossier.lookup_key),
        q(&dossier.state),
        dossier.submitted_at,
        at(dossier.received_at),
        at(dossier.due_at_original),
        at(dossier.due_at),
        dossier.sort_due_at,
        at(dossier.late_after),
        int(dossier.holder_id),
        int(dossier.department_id),
        int(dossier.step_index),
        at(dossier.step_due_at),
        q(&dossier.rules_state),
        q(&dossier.last_hash),
        at(dossier.next_look_at),
        at(dossier.late_after_by_rules),
    );
    let event = &sample.event;
    let _ = writeln!(
        sql,
        "INSERT INTO dossier_events (dossier_id, office_id, number, at, actor, on_behalf_of, action, from_state, to_state, reason, detail, previous_hash, hash) VALUES (:id, :ward, 1, '{}', {}, '', {}, '', {}, '', {}, {}, {});",
        event.at,
        q(&event.actor),
        q(&event.action),
        q(&event.to_state),
        q(&event.detail),
        q(&event.previous_hash),
        q(&event.hash),
    );
    let step = &sample.step;
    let _ = writeln!(
        sql,
        "INSERT INTO dossier_steps (dossier_id, number, step_index, name, holder_id, department_id, entered_at, due_at, left_at) VALUES (:id, 1, {}, {}, {}, NULL, '{}', '{}', NULL);",
        step.step_index,
        q(&step.name),
        step.holder_id,
        step.entered_at,
        step.due_at,
    );
    for words in &sample.words {
        let _ = writeln!(
            sql,
            "INSERT INTO dossier_names (office_id, words, dossier_id) VALUES (:ward, {}, :id);",
            q(words)
        );
    }
    sql.push_str("END;\n");
    sql
}

/// Before a letter pgbench would take a colon, also inside a literal, for a variable.
fn spaced(text: &str) -> String {
    let mut spaced = String::with_capacity(text.len());
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        spaced.push(letter);
        if letter == ':'
            && letters
                .peek()
                .is_some_and(|next| next.is_ascii_alphabetic())
        {
            spaced.push(' ');
        }
    }
    spaced
}

/// Serves the same bytes from memory, until it is killed.
pub fn constant(port: u16, body: Vec<u8>) -> Result<()> {
    let body = web::Bytes::from(body);
    actix_web::rt::System::new().block_on(async move {
        HttpServer::new(move || {
            let body = body.clone();
            App::new().default_service(web::to(move || {
                let body = body.clone();
                async move {
                    HttpResponse::Ok()
                        .content_type("application/json")
                        .body(body)
                }
            }))
        })
        .workers(2)
        .bind(("127.0.0.1", port))?
        .run()
        .await
    })
}

/// The reads that a look-up by code needs: the dossier with the names of its office and
/// procedure, and the steps that it passed. `codes` are of every ward in turn.
pub fn look_up_script(codes: &[String]) -> String {
    let each = codes.len() / setup::WARDS;
    let day = codes
        .first()
        .and_then(|code| code.rsplit('-').nth(1))
        .unwrap_or_default();
    format!(
        "\\set ward random(100, {})\n\\set number random(1, {each})\n\
         SELECT d.*, o.path, o.code, o.name, p.code, v.name FROM dossiers d \
         JOIN offices o ON o.id = d.office_id JOIN procedure_versions v ON v.id = d.procedure_version_id \
         JOIN procedures p ON p.id = v.procedure_id \
         WHERE d.code = 'H29.' || :ward::text || '-{day}-' || lpad(:number::text, 4, '0') \\gset\n\
         SELECT * FROM dossier_steps WHERE dossier_id = :id AND step_index >= -1 ORDER BY number;\n",
        99 + setup::WARDS,
    )
}
