//! What a mail server took over and the database does not know of yet, kept where a process that
//! is killed does not lose it.
//!
//! Between the server's yes and our knowing of it there must never be more than one mail, or a
//! kill would send several twice. A commit takes as long as the disk; a line in a file outlives
//! the process as soon as it is written. So the line comes first, the next mail may go, and the
//! commits come in groups. (A machine that loses its power may lose the line; then the mails of
//! the last moment are sent again, under the same Message-ID.)

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

/// The lines of one worker: a file of its own, locked as long as the worker lives.
#[derive(Debug)]
pub struct Journal {
    folder: PathBuf,
    path: PathBuf,
    file: File,
}

/// What a worker that died had written; the file goes once the database knows.
#[derive(Debug)]
pub(super) struct Leftover {
    path: PathBuf,
    _lock: File,
    pub owner: String,
    /// The mails that were taken over, by their public ids.
    pub uids: Vec<String>,
}

const ENDING: &str = "journal";

impl Journal {
    /// Opens a journal for the worker `owner`; the folder is made where it is missing.
    ///
    /// # Errors
    /// When the folder cannot be made or written.
    pub fn open(folder: &Path, owner: &str) -> io::Result<Self> {
        fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(folder)?;
        let path = folder.join(format!("{owner}.{ENDING}"));
        let file = OpenOptions::new()
            .read(true)
            .append(true)
            .create_new(true)
            .mode(0o600)
            .open(&path)?;
        file.try_lock()?;
        Ok(Self {
            folder: folder.to_owned(),
            path,
            file,
        })
    }

    /// Writes down that a mail was taken over.
    pub(super) fn taken_over(&self, uid: &str) -> io::Result<()> {
        // One call, so that a line is there or is not.
        (&self.file).write_all(format!("{uid}\n").as_bytes())
    }

    /// What is written down and not forgotten yet, by the public ids of the mails.
    pub(super) fn lines(&self) -> io::Result<Vec<String>> {
        let mut file = &self.file;
        if file.metadata()?.len() == 0 {
            return Ok(Vec::new());
        }
        let mut text = String::new();
        // Writing goes to the end wherever reading was.
        file.seek(SeekFrom::Start(0))?;
        file.read_to_string(&mut text)?;
        Ok(whole_lines(&text))
    }

    /// Forgets everything: the database knows.
    pub(super) fn clear(&self) -> io::Result<()> {
        self.file.set_len(0)
    }

    /// What workers left that died in this folder. A file that another one holds is its own; one
    /// that does not read (another user's, say) is named and passed over: its mails are sent again
    /// under the same Message-ID, which is better than none any more.
    pub(super) fn leftovers(&self) -> io::Result<Vec<Leftover>> {
        let mut found = Vec::new();
        for entry in fs::read_dir(&self.folder)? {
            let path = entry?.path();
            let named = path.extension().is_some_and(|ending| ending == ENDING);
            if !named || path == self.path {
                continue;
            }
            match Leftover::read(&path) {
                Ok(left) => found.extend(left),
                // Its owner has just ended well.
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => {
                    tracing::error!(path = %path.display(), %error, "a journal of mails does not read");
                }
            }
        }
        Ok(found)
    }
}

/// A line without an end was not written to its end.
fn whole_lines(text: &str) -> Vec<String> {
    text.split_inclusive('\n')
        .filter_map(|line| line.strip_suffix('\n'))
        .map(str::to_owned)
        .collect()
}

impl Leftover {
    /// None where its owner lives.
    fn read(path: &Path) -> io::Result<Option<Self>> {
        let mut file = File::open(path)?;
        if file.try_lock().is_err() {
            return Ok(None);
        }
        let mut text = String::new();
        file.read_to_string(&mut text)?;
        let owner = path.file_stem().unwrap_or_default();
        Ok(Some(Self {
            owner: owner.to_string_lossy().into_owned(),
            uids: whole_lines(&text),
            path: path.to_owned(),
            _lock: file,
        }))
    }

    /// The database knows.
    pub(super) fn remove(self) {
        if let Err(error) = fs::remove_file(&self.path) {
            tracing::warn!(path = %self.path.display(), %error, "a journal of mails stays");
        }
    }
}

impl Drop for Journal {
    /// A worker that ends well leaves nothing: an empty file would only be in the way.
    fn drop(&mut self) {
        if self.file.metadata().is_ok_and(|about| about.len() == 0) {
            let _ = fs::remove_file(&self.path);
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail loudly")]
    use super::*;

    #[test]
    fn what_a_dead_worker_wrote_is_found_and_what_a_living_one_writes_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let dead = Journal::open(folder.path(), "dead").unwrap();
        dead.taken_over("a").unwrap();
        dead.taken_over("b").unwrap();
        (&dead.file).write_all(b"half").unwrap();
        let alive = Journal::open(folder.path(), "alive").unwrap();
        alive.taken_over("c").unwrap();
        let mine = Journal::open(folder.path(), "mine").unwrap();
        assert!(mine.leftovers().unwrap().is_empty());
        drop(dead);
        let found = mine.leftovers().unwrap();
        assert_eq!(found.len(), 1);
        for left in found {
            assert_eq!(
                (left.owner.as_str(), left.uids.join(" ")),
                ("dead", "a b".to_owned())
            );
            left.remove();
        }
        assert!(mine.leftovers().unwrap().is_empty());
        drop(mine);
        assert!(!folder.path().join("mine.journal").exists());
        assert!(folder.path().join("alive.journal").exists());
    }

    #[test]
    fn a_journal_that_does_not_read_keeps_nobody_from_the_others() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("bad.journal"), b"\xff\xfe\n").unwrap();
        fs::create_dir(folder.path().join("folder.journal")).unwrap();
        fs::write(folder.path().join("dead.journal"), b"a\n").unwrap();
        let mine = Journal::open(folder.path(), "mine").unwrap();
        let found = mine.leftovers().unwrap();
        let owners: Vec<_> = found.iter().map(|left| left.owner.as_str()).collect();
        assert_eq!(owners, ["dead"]);
    }

    #[test]
    fn what_the_database_knows_is_forgotten() {
        let folder = tempfile::tempdir().unwrap();
        let journal = Journal::open(folder.path(), "one").unwrap();
        assert!(journal.lines().unwrap().is_empty());
        journal.taken_over("a").unwrap();
        assert_eq!(journal.lines().unwrap(), ["a"]);
        journal.clear().unwrap();
        journal.taken_over("b").unwrap();
        assert_eq!(journal.lines().unwrap(), ["b"]);
        assert_eq!(fs::read_to_string(&journal.path).unwrap(), "b\n");
    }
}
