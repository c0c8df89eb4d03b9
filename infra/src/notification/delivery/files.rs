//! Mails as files in a folder, where there is no mail server.

use std::fs;
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use super::{Accepted, BoxFuture, Failure, LastLook, Mailer};
use crate::notification::Ready;

/// Writes each mail as an `.eml` file, which any mail program opens.
#[derive(Debug, Clone)]
pub struct FileMailer {
    folder: PathBuf,
}

impl FileMailer {
    /// Makes the folder where it is missing, for its owner alone.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn new(folder: &Path) -> io::Result<Self> {
        fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(folder)?;
        Ok(Self {
            folder: folder.to_owned(),
        })
    }
}

impl Mailer for FileMailer {
    fn send<'a>(
        &'a self,
        mail: &'a Ready,
        last: &'a dyn LastLook,
    ) -> BoxFuture<'a, Result<Accepted, Failure>> {
        Box::pin(async move {
            let anew = last.look().await?;
            let folder = self.folder.clone();
            let mail = anew.unwrap_or_else(|| mail.clone());
            let written = tokio::task::spawn_blocking(move || put(&folder, &mail)).await;
            match written {
                Ok(Ok(())) => Ok(Accepted {
                    detail: "file".to_owned(),
                    window: None,
                }),
                Ok(Err(error)) => Err(Failure::Temporary(format!("file: {}", error.kind()))),
                Err(_) => Err(Failure::Temporary("file: the writing broke off".to_owned())),
            }
        })
    }
}

/// A half-written file never has the name of a mail; the same mail has the same name.
fn put(folder: &Path, mail: &Ready) -> io::Result<()> {
    let half = folder.join(format!(".{}.part", mail.file_name));
    let mut file = fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&half)?;
    file.write_all(mail.text.as_bytes())?;
    file.sync_all()?;
    fs::rename(&half, folder.join(&mail.file_name))
}
