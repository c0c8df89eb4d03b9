//! `motcua backup` and `motcua restore`: a folder with everything but the signing keys, and the way
//! back into an empty place.

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use clap::Args;
use infra::backup::{self, BackupError, Manifest, Restored};
use infra::db::Db;

use super::failure::Failure;
use super::verify::verify_all;
use super::{logging, out, run};
use crate::config::Settings;

#[derive(Debug, Args)]
pub(super) struct BackupArgs {
    #[command(flatten)]
    place: Place,
    /// Với --into: chỉ giữ lại từng này bản mới nhất (with --into: how many of the newest are kept)
    #[arg(long, value_name = "COUNT", conflicts_with = "to")]
    keep: Option<NonZeroUsize>,
    /// PostgreSQL: tệp của pg_dump --format=custom (the file that pg_dump wrote just before)
    #[arg(long, value_name = "FILE")]
    dump: Option<PathBuf>,
    /// Không chép tệp đính kèm (attachments are kept safe in another way)
    #[arg(long)]
    without_attachments: bool,
}

#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
struct Place {
    /// Thư mục mới của bản sao lưu (a new folder, which becomes the backup)
    #[arg(long, value_name = "FOLDER")]
    to: Option<PathBuf>,
    /// Thư mục chứa nhiều bản, đặt tên theo giờ (a folder of many, each named by its moment)
    #[arg(long, value_name = "FOLDER")]
    into: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(super) struct RestoreArgs {
    /// Thư mục của bản sao lưu (the folder of the backup)
    #[arg(long, value_name = "FOLDER")]
    from: PathBuf,
}

pub(super) fn back_up(settings: &Settings, args: &BackupArgs) -> Result<(), Failure> {
    logging::start(settings);
    let now = run::env().now();
    let to = match (&args.place.to, &args.place.into) {
        (Some(folder), _) => folder.clone(),
        (None, Some(folder)) => backup::dated(folder, now),
        (None, None) => return Err(Failure::new("thiếu --to hoặc --into", "no --to or --into")),
    };
    if let Some(folder) = &args.place.into {
        for draft in backup::forget_broken_off(folder)? {
            let draft = draft.display();
            out::line(format_args!(
                "Đã bỏ bản dở dang (broken off, removed): {draft}"
            ));
        }
    }
    let dump = args.dump.as_deref();
    let made = block_on(async {
        let store = match args.without_attachments {
            true => None,
            false => Some(settings.attachments.open()?),
        };
        let files = store.as_ref();
        Ok(backup::back_up(&settings.db, files, dump, &to, now).await?)
    })?;
    tell_of_backup(&made, &to, settings);
    // Nights on which the attachments were away must not push out those that have them.
    if made.attachments.missing.is_empty() {
        forget_old(args, &to)?;
    }
    missing(&made.attachments.missing)
}

/// Keeps the newest ones beside the one that was just made, as many as was asked.
fn forget_old(args: &BackupArgs, made: &Path) -> Result<(), Failure> {
    let (Some(folder), Some(keep)) = (&args.place.into, args.keep) else {
        return Ok(());
    };
    for old in backup::forget_old(folder, keep, made)? {
        let old = old.display();
        out::line(format_args!("Đã bỏ bản cũ (old one removed): {old}"));
    }
    Ok(())
}

fn tell_of_backup(made: &Manifest, to: &Path, settings: &Settings) {
    let dossiers = made.rows.get("dossiers").map(ToString::to_string);
    let dossiers = dossiers.unwrap_or_else(|| "—".to_owned());
    let (files, bytes) = (made.attachments.files, made.database.bytes);
    out::line(format_args!(
        "Đã sao lưu vào (backed up to) {}: {dossiers} hồ sơ (dossiers), {bytes} byte, \
         {files} tệp đính kèm (attachments).",
        to.display()
    ));
    out::line(format_args!(
        "Khóa ký ở {0} không nằm trong bản sao lưu (the signing keys in {0} are not part of it).",
        settings.keys_dir().display()
    ));
}

/// Reads the whole of what came back: a backup that cannot be read is none.
pub(super) fn restore(settings: &Settings, args: &RestoreArgs) -> Result<(), Failure> {
    logging::start(settings);
    let restored = block_on(async {
        let files = settings.attachments.open()?;
        let restored = backup::restore(&args.from, &settings.db, &files).await;
        Ok::<Restored, Failure>(restored?)
    })?;
    let (taken_at, files) = (&restored.manifest.taken_at, restored.attachments);
    out::line(format_args!(
        "Đã khôi phục bản sao lưu lúc (restored the backup of) {taken_at}: \
         {files} tệp đính kèm (attachments)."
    ));
    let db = Db::open(&settings.db)?;
    match db.pending()?.is_empty() {
        true => verify_all(&db, &[])?,
        false => out::line(
            "Bản này của phiên bản cũ hơn: chạy `motcua migrate`, rồi `motcua verify` \
             (it is of an older version: run `motcua migrate`, then `motcua verify`).",
        ),
    }
    missing(&restored.missing)
}

/// A backup with a hole is better than none, but nobody may take it for whole.
fn missing(lost: &[String]) -> Result<(), Failure> {
    if lost.is_empty() {
        return Ok(());
    }
    for sha256 in lost {
        out::error(format_args!("Thiếu tệp (lost attachment): {sha256}"));
    }
    let count = lost.len();
    Err(Failure::new(
        format!("phần còn lại đã xong, nhưng thiếu {count} tệp đính kèm"),
        format!("the rest is done, but {count} attachments are lost"),
    ))
}

fn block_on<T>(work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| BackupError::Io {
            path: PathBuf::new(),
            source: error,
        })?;
    runtime.block_on(work)
}
