//! The folder of key files: readable by its owner alone, written whole or not at all.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use super::keys::KeyError;

/// A key file is some 200 bytes; more than this is something else.
const MAX_BYTES: u64 = 16 * 1024;

pub(super) struct Folder<'a>(&'a Path);

impl<'a> Folder<'a> {
    pub(super) fn at(path: &'a Path) -> Self {
        Self(path)
    }

    /// Makes the folder with owner-only rights where it is missing.
    pub(super) fn prepare(path: &'a Path) -> Result<Self, KeyError> {
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(path)
            .map_err(io_at(path))?;
        Ok(Self(path))
    }

    pub(super) fn path_of(&self, kid: &str) -> PathBuf {
        self.0.join(format!("{kid}.pem"))
    }

    /// The ids of the keys that lie here; refused when anybody else may look into the folder.
    pub(super) fn list(&self) -> Result<Vec<String>, KeyError> {
        refuse_exposed(self.0)?;
        let mut ids = Vec::new();
        for entry in fs::read_dir(self.0).map_err(io_at(self.0))? {
            let path = entry.map_err(io_at(self.0))?.path();
            if path.extension().is_some_and(|end| end == "pem") {
                ids.push(key_id(&path)?);
            }
        }
        Ok(ids)
    }

    pub(super) fn read(&self, kid: &str) -> Result<String, KeyError> {
        let path = self.path_of(kid);
        refuse_exposed(&path)?;
        if fs::metadata(&path).map_err(io_at(&path))?.len() > MAX_BYTES {
            return Err(KeyError::Unreadable { path });
        }
        fs::read_to_string(&path).map_err(io_at(&path))
    }

    /// Writes under another name first, so that a crash leaves no half key behind.
    pub(super) fn write(&self, kid: &str, pem: &[u8]) -> Result<(), KeyError> {
        let draft = self.0.join(format!("{kid}.new"));
        let path = self.path_of(kid);
        let store = || -> io::Result<()> {
            let mut file = OpenOptions::new()
                .write(true)
                .create_new(true)
                .mode(0o600)
                .open(&draft)?;
            file.write_all(pem)?;
            file.sync_all()?;
            fs::rename(&draft, &path)?;
            File::open(self.0)?.sync_all()
        };
        store().map_err(io_at(&path))
    }

    pub(super) fn remove(&self, kid: &str) -> Result<(), KeyError> {
        let path = self.path_of(kid);
        fs::remove_file(&path).map_err(io_at(&path))
    }
}

/// The folder was emptied behind our back.
pub(super) fn nothing_in(folder: &Folder<'_>) -> KeyError {
    io_at(folder.0)(io::Error::new(
        io::ErrorKind::NotFound,
        "no key file in this folder",
    ))
}

fn refuse_exposed(path: &Path) -> Result<(), KeyError> {
    let mode = fs::metadata(path)
        .map_err(io_at(path))?
        .permissions()
        .mode()
        & 0o7777;
    match mode & 0o077 {
        0 => Ok(()),
        _ => Err(KeyError::Exposed {
            path: path.to_owned(),
            mode,
        }),
    }
}

fn key_id(path: &Path) -> Result<String, KeyError> {
    path.file_stem()
        .and_then(|stem| stem.to_str())
        .and_then(|stem| uuid::Uuid::try_parse(stem).ok())
        .map(|id| id.to_string())
        .filter(|id| {
            path.file_name()
                .is_some_and(|name| name == format!("{id}.pem").as_str())
        })
        .ok_or_else(|| KeyError::BadName {
            path: path.to_owned(),
        })
}

fn io_at(path: &Path) -> impl Fn(io::Error) -> KeyError + use<> {
    let path = path.to_owned();
    move |cause| KeyError::Io {
        path: path.clone(),
        cause,
    }
}
