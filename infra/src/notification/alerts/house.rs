//! Who is who, and the ladders, as one run or one batch of mails sees them.

use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, Utc};

use super::directory::Directory;
use super::ladders::Ladders;
use crate::db::Conn;
use crate::env::Env;
use crate::error::Error;
use crate::notification::stale::is_stale;

/// Read by the first that needs it, and again as soon as that is stale.
#[derive(Debug, Default)]
pub struct House(Mutex<Option<(DateTime<Utc>, Arc<Loaded>)>>);

#[derive(Debug)]
pub(super) struct Loaded {
    pub directory: Directory,
    pub ladders: Ladders,
}

impl House {
    pub(super) fn load(&self, conn: &mut Conn, env: &Env) -> Result<Arc<Loaded>, Error> {
        let now = env.now();
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((at, loaded)) = &*kept
            && !is_stale(*at, now)
        {
            return Ok(Arc::clone(loaded));
        }
        let loaded = Arc::new(Loaded::read(conn, env)?);
        *kept = Some((now, Arc::clone(&loaded)));
        Ok(loaded)
    }
}

impl Loaded {
    pub(super) fn read(conn: &mut Conn, env: &Env) -> Result<Self, Error> {
        Ok(Self {
            directory: Directory::load(conn, env)?,
            ladders: Ladders::load(conn)?,
        })
    }

    /// Offices whose calendar or ladder does not read, with the word for why.
    pub(super) fn faults(&self) -> impl Iterator<Item = &(String, &'static str)> {
        self.directory.faults.iter().chain(&self.ladders.faults)
    }
}
