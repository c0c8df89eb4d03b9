//! Files and folders of a backup: for their owner alone, on disk before they count.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use super::error::BackupError;
use super::manifest::Copied;
use crate::files::hexadecimal;

/// What follows the name of a folder that is not whole yet.
pub(super) const DRAFT: &str = ".part";

/// A folder under a name that does not look whole. Dropped before it is finished, it goes; of a
/// process that is killed it stays, without its lock.
#[derive(Debug)]
pub(super) struct Draft {
    folder: PathBuf,
    whole: PathBuf,
    finished: bool,
    _lock: File,
}

impl Draft {
    pub(super) fn begin(whole: &Path) -> Result<Self, BackupError> {
        let whole = std::path::absolute(whole).map_err(BackupError::at(whole))?;
        if fs::symlink_metadata(&whole).is_ok() {
            return Err(BackupError::Exists(whole));
        }
        let mut name = whole.clone().into_os_string();
        name.push(DRAFT);
        let folder = PathBuf::from(name);
        if let Some(parent) = whole.parent() {
            make_folder(parent)?;
        }
        let made = DirBuilder::new().mode(0o700).create(&folder);
        made.map_err(|error| match error.kind() {
            io::ErrorKind::AlreadyExists => BackupError::Exists(folder.clone()),
            _ => BackupError::at(&folder)(error),
        })?;
        Ok(Self {
            _lock: locked(&folder).map_err(BackupError::at(&folder))?,
            folder,
            whole,
            finished: false,
        })
    }

    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Gives it its name.
    pub(super) fn finish(mut self) -> Result<(), BackupError> {
        sync_folder(&self.folder)?;
        fs::rename(&self.folder, &self.whole).map_err(BackupError::at(&self.whole))?;
        self.finished = true;
        self.whole.parent().map_or(Ok(()), sync_folder)
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        if !self.finished {
            // Of what remains the next backup says that it is in the way.
            let _ = fs::remove_dir_all(&self.folder);
        }
    }
}

/// A folder, locked as long as what this gives lives.
pub(super) fn locked(folder: &Path) -> io::Result<File> {
    let open = File::open(folder)?;
    open.try_lock()?;
    Ok(open)
}

pub(super) fn make_folder(folder: &Path) -> Result<(), BackupError> {
    let mut builder = DirBuilder::new();
    let made = builder.recursive(true).mode(0o700).create(folder);
    made.map_err(BackupError::at(folder))
}

pub(super) fn sync_folder(folder: &Path) -> Result<(), BackupError> {
    let synced = File::open(folder).and_then(|open| open.sync_all());
    synced.map_err(BackupError::at(folder))
}

/// A new file with these bytes.
pub(super) fn write(path: &Path, bytes: &[u8]) -> Result<(), BackupError> {
    let mut file = create(path)?;
    let written = file.write_all(bytes).and_then(|()| file.sync_all());
    written.map_err(BackupError::at(path))
}

/// Copies a file that may be large into a new one, and tells what it was.
pub(super) fn copy(from: &Path, to: &Path) -> Result<(u64, String), BackupError> {
    let mut target = create(to)?;
    let figures = pour(from, |piece| {
        target.write_all(piece).map_err(BackupError::at(to))
    })?;
    target.sync_all().map_err(BackupError::at(to))?;
    Ok(figures)
}

/// The size and SHA-256 of a file.
pub(super) fn measure(path: &Path) -> Result<(u64, String), BackupError> {
    pour(path, |_| Ok(()))
}

/// Fails unless the figures of a file are those that the manifest gives.
pub(super) fn compare(
    path: &Path,
    (bytes, sha256): (u64, String),
    wanted: &Copied,
) -> Result<(), BackupError> {
    match bytes == wanted.bytes && sha256 == wanted.sha256 {
        true => Ok(()),
        false => Err(BackupError::damaged(path, "not what the manifest says")),
    }
}

fn pour(
    from: &Path,
    mut into: impl FnMut(&[u8]) -> Result<(), BackupError>,
) -> Result<(u64, String), BackupError> {
    let mut source = File::open(from).map_err(BackupError::at(from))?;
    let (mut hash, mut bytes) = (Sha256::new(), 0u64);
    let mut piece = vec![0; 256 * 1024];
    loop {
        let count = source.read(&mut piece).map_err(BackupError::at(from))?;
        let Some(read) = piece.get(..count).filter(|read| !read.is_empty()) else {
            return Ok((bytes, hexadecimal(&hash.finalize())));
        };
        hash.update(read);
        bytes = bytes.saturating_add(u64::try_from(count).unwrap_or(u64::MAX));
        into(read)?;
    }
}

fn create(path: &Path) -> Result<File, BackupError> {
    let mut options = OpenOptions::new();
    let opened = options.write(true).create_new(true).mode(0o600).open(path);
    opened.map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => BackupError::Exists(path.to_owned()),
        _ => BackupError::at(path)(error),
    })
}
