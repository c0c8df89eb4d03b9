//! `motcua verify`: walks the chain of every dossier's events and names the first broken links.

use infra::db::{Db, dialect};
use infra::dossier::{Walked, verify_chains};
use infra::error::Error;

use super::failure::Failure;
use super::out;
use crate::config::Settings;

const BATCH: i64 = 500;
/// Dossiers between two lines of progress.
const PROGRESS_EVERY: u64 = 10_000;

/// Reads only, and migrates nothing: a restored database is looked at as it is.
pub(super) fn verify(settings: Settings) -> Result<(), Failure> {
    let db = Db::open(&settings.db)?;
    if !db.pending()?.is_empty() {
        return Err(Failure::new(
            "cơ sở dữ liệu chưa được cập nhật: chạy `motcua migrate` trước",
            "the database lacks migrations: run `motcua migrate` first",
        ));
    }
    verify_all(&db)
}

/// Fails when any chain is broken.
pub(super) fn verify_all(db: &Db) -> Result<(), Failure> {
    let total = walk(db)?;
    let (dossiers, events, broken) = (total.dossiers, total.events, total.broken.len());
    out::line(format_args!(
        "Đã kiểm tra {dossiers} hồ sơ, {events} sự kiện; {broken} chuỗi hỏng \
         (checked {dossiers} dossiers, {events} events; {broken} broken chains)."
    ));
    match broken {
        0 => Ok(()),
        _ => Err(Failure::new(
            format!("{broken} hồ sơ có chuỗi sự kiện bị hỏng"),
            format!("the event chains of {broken} dossiers are broken"),
        )),
    }
}

fn walk(db: &Db) -> Result<Walked, Failure> {
    let mut total = Walked::default();
    let mut after = Some(0);
    while let Some(from) = after {
        // Dossiers and events of one moment, or a running service would seem to break chains.
        let walked = db
            .read_blocking(|conn| dialect::snapshot(conn, |conn| verify_chains(conn, from, BATCH)));
        let walked: Walked = walked.map_err(|error: Error| Failure::from(error))?;
        for link in &walked.broken {
            out::line(format_args!(
                "HỎNG (broken)  {}  sự kiện (event) {}: {}",
                link.dossier,
                link.event,
                link.fault.text()
            ));
        }
        let before = total.dossiers / PROGRESS_EVERY;
        total.dossiers = total.dossiers.saturating_add(walked.dossiers);
        total.events = total.events.saturating_add(walked.events);
        total.broken.extend(walked.broken);
        if total.dossiers / PROGRESS_EVERY > before {
            out::error(format_args!("… {} hồ sơ (dossiers)", total.dossiers));
        }
        after = walked.next;
    }
    Ok(total)
}
