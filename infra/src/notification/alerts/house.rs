//! Who is who, and the ladders, as one run or one batch of mails sees them.

use std::sync::{Arc, Mutex, PoisonError};

use super::directory::Directory;
use super::ladders::Ladders;
use crate::db::Conn;
use crate::env::Env;
use crate::error::Error;

/// Read once, by the first that needs it.
#[derive(Debug, Default)]
pub struct House(Mutex<Option<Arc<Loaded>>>);

#[derive(Debug)]
pub(super) struct Loaded {
    pub directory: Directory,
    pub ladders: Ladders,
}

impl House {
    pub(super) fn load(&self, conn: &mut Conn, env: &Env) -> Result<Arc<Loaded>, Error> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(loaded) = &*kept {
            return Ok(Arc::clone(loaded));
        }
        let loaded = Arc::new(Loaded {
            directory: Directory::load(conn, env)?,
            ladders: Ladders::load(conn)?,
        });
        *kept = Some(Arc::clone(&loaded));
        Ok(loaded)
    }
}

impl Loaded {
    /// Offices whose calendar or ladder does not read, with the word for why.
    pub(super) fn faults(&self) -> impl Iterator<Item = &(String, &'static str)> {
        self.directory.faults.iter().chain(&self.ladders.faults)
    }
}
