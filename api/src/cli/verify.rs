//! `motcua verify`: walks the chain of every dossier's events, names the first broken links, and
//! compares the day roots.

use chrono::NaiveDate;
use infra::db::{Db, dialect};
use infra::dossier::{Walked, verify_chains};
use infra::error::Error;
use infra::schedule::{kept_root, verify_roots};

use super::failure::Failure;
use super::out;
use crate::config::Settings;

const BATCH: i64 = 500;
/// Dossiers between two lines of progress.
const PROGRESS_EVERY: u64 = 10_000;

/// A root as a mail printed it.
#[derive(Debug, Clone)]
pub(super) struct PrintedRoot {
    day: NaiveDate,
    root: String,
}

/// `2026-11-19=9f86…`, the whole root.
pub(super) fn printed_root(text: &str) -> Result<PrintedRoot, String> {
    let read = || {
        let (day, root) = text.split_once('=')?;
        let root = root.trim().to_ascii_lowercase();
        let whole = root.len() == 64 && root.bytes().all(|letter| letter.is_ascii_hexdigit());
        let day = day.trim().parse().ok()?;
        whole.then_some(PrintedRoot { day, root })
    };
    read().ok_or_else(|| {
        "cần ngày và mã gốc 64 chữ số (a day and a root of 64 digits), như 2026-11-19=9f86…"
            .to_owned()
    })
}

/// Reads only, and migrates nothing: a restored database is looked at as it is.
pub(super) fn verify(settings: Settings, printed: &[PrintedRoot]) -> Result<(), Failure> {
    let db = Db::open(&settings.db)?;
    if !db.pending()?.is_empty() {
        return Err(Failure::new(
            "cơ sở dữ liệu chưa được cập nhật: chạy `motcua migrate` trước",
            "the database lacks migrations: run `motcua migrate` first",
        ));
    }
    verify_all(&db, printed)
}

/// Fails when any chain or day root is wrong. A database of a former release, as a backup may hold
/// it, is looked at as it is.
pub(super) fn verify_all(db: &Db, printed: &[PrintedRoot]) -> Result<(), Failure> {
    let total = walk(db)?;
    let (dossiers, events, broken) = (total.dossiers, total.events, total.broken.len());
    out::line(format_args!(
        "Đã kiểm tra {dossiers} hồ sơ, {events} sự kiện; {broken} chuỗi hỏng \
         (checked {dossiers} dossiers, {events} events; {broken} broken chains)."
    ));
    let wrong = if db.pending()?.is_empty() {
        roots(db, printed)?
    } else {
        0
    };
    match (broken, wrong) {
        (0, 0) => Ok(()),
        (broken, 0) => Err(Failure::new(
            format!("{broken} hồ sơ có chuỗi sự kiện bị hỏng"),
            format!("the event chains of {broken} dossiers are broken"),
        )),
        (broken, wrong) => Err(Failure::new(
            format!("{broken} hồ sơ có chuỗi sự kiện bị hỏng, {wrong} mã gốc ngày sai"),
            format!(
                "the event chains of {broken} dossiers are broken, {wrong} day roots are wrong"
            ),
        )),
    }
}

/// Compares the kept roots with the events, and the printed ones with the kept; how many are
/// wrong.
fn roots(db: &Db, printed: &[PrintedRoot]) -> Result<usize, Failure> {
    let (checked, faults) = verify_roots(db, None, &|| true)?;
    for day in &faults {
        out::line(format_args!(
            "SAI (wrong)  mã gốc ngày (day root) {}: {}",
            day.day, day.fault
        ));
    }
    let mut wrong = faults.len();
    for mail in printed {
        let kept = db.read_blocking(|conn| kept_root(conn, mail.day))?;
        let (right, text) = match kept {
            Some(kept) if kept.root == mail.root => (true, "khớp với thư (as the mail says)"),
            Some(_) => (false, "KHÁC với thư (NOT as the mail says)"),
            None => (false, "không có trong cơ sở dữ liệu (NOT in the database)"),
        };
        wrong = wrong.saturating_add(usize::from(!right));
        out::line(format_args!("mã gốc ngày (day root) {}: {text}", mail.day));
    }
    out::line(format_args!(
        "Đã so {checked} mã gốc ngày; {wrong} sai (compared {checked} day roots; {wrong} wrong)."
    ));
    Ok(wrong)
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
